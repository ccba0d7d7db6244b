// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"io"
	"os"
	"strings"
	"sync"
)

// heard keeps the first words that a browser writes, for the message of a failed start.
type heard struct {
	from *os.File
	done chan struct{}
	mu   sync.Mutex
	text []byte
}

func hear(from *os.File) *heard {
	h := &heard{from: from, done: make(chan struct{})}
	go func() {
		defer close(h.done)
		_, _ = io.Copy(h, from) // it ends with the browser
	}()
	return h
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if room := 16<<10 - len(h.text); room > 0 {
		h.text = append(h.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// last is the last line that says something about a failure.
func (h *heard) last() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	said := ""
	for line := range strings.Lines(string(h.text)) {
		if strings.Contains(line, "FATAL") || strings.Contains(line, "sandbox") || said == "" {
			said = strings.TrimSpace(line)
		}
	}
	return excerpt([]byte(said), 300)
}

// wait ends the hearing; a process that outlived the browser may hold the pipe.
func (h *heard) wait() {
	h.from.Close()
	<-h.done
}
