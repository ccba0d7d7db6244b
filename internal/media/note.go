// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A note is what ffmpeg says of a frame, or of all.
type note struct {
	rate          float64 // frames a second; of all
	width, height int
	at            time.Duration // under 0 where the file does not say
	full          bool
}

// maxAhead is how many frames ffmpeg may be ahead of us: as many as one pipe takes are tiny.
const maxAhead = 1 << 14

// patience is how long ffmpeg's words wait for somebody who wants them. It never waits for us to hear it: its pipe takes what it says of two
// hundred frames, and after that time we go on listening. On a busy machine a frame takes a tenth of a second.
const patience = 500 * time.Millisecond

// notes take the lines of the filter showinfo, the last of the chain, from what ffmpeg writes:
//
//	[Parsed_showinfo_3 @ 0x55] config in time_base: 1/12800, frame_rate: 25/1
//	[Parsed_showinfo_3 @ 0x55] n:   0 pts:      0 pts_time:0       pos: ... fmt:gray sar:1/1 s:320x240 i:P iskey:1 type:I
//	[Parsed_showinfo_3 @ 0x55] color_range:tv color_space:...
//
// A frame goes out when its range is known. What a file says of itself begins no line: ffmpeg indents it.
//
// It writes a line in four or five pieces, and each of them would wake us. So nobody listens but while a note is wanted.
type notes struct {
	lock    sync.Mutex
	changed sync.Cond
	late    *time.Timer

	line    []byte // so far
	skip    bool   // the rest of a line that is too long
	pending note
	ready   []note
	wanted  bool // somebody waits for a note
	waited  bool // for longer than patience
	ended   bool // nothing more will come
	left    bool // nobody wants more
}

// longestLine is more than showinfo writes.
const longestLine = 4 << 10

func newNotes() *notes {
	n := &notes{}
	n.changed.L = &n.lock
	n.late = time.AfterFunc(time.Hour, func() {
		n.lock.Lock()
		defer n.lock.Unlock()
		n.waited = true
		n.changed.Broadcast()
	})
	n.late.Stop()
	return n
}

// next is the next frame's note; false after the last.
func (n *notes) next() (note, bool) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.wanted = true
	n.changed.Broadcast()
	for !n.has() {
		n.changed.Wait()
	}
	n.wanted = false
	if len(n.ready) == 0 {
		return note{}, false
	}
	first := n.ready[0]
	n.ready = n.ready[1:]
	return first, true
}

func (n *notes) has() bool { return n.ended || len(n.ready) > 0 }

// leave lets ffmpeg say what it likes.
func (n *notes) leave() {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.left = true
	n.late.Stop()
	n.changed.Broadcast()
}

// Close is told when nothing more will come.
func (n *notes) Close() error {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.ended = true
	n.changed.Broadcast()
	return nil
}

// Write takes what ffmpeg writes, and returns when somebody wants more, or after a while.
func (n *notes) Write(b []byte) (int, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.left {
		return len(b), nil
	}
	n.parse(b)
	if n.has() {
		n.wanted = false
	}
	n.changed.Broadcast()
	if n.wanted {
		return len(b), nil
	}
	n.waited = false
	n.late.Reset(patience)
	for !n.wanted && !n.left && (!n.waited || len(n.ready) >= maxAhead) {
		n.changed.Wait()
	}
	n.late.Stop()
	return len(b), nil
}

func (n *notes) parse(b []byte) {
	for len(b) > 0 {
		piece, rest, whole := bytes.Cut(b, []byte("\n"))
		b = rest
		if n.skip = n.skip || len(n.line)+len(piece) > longestLine; !n.skip {
			n.line = append(n.line, piece...)
		}
		if !whole {
			return
		}
		if bytes.HasPrefix(n.line, []byte("[Parsed_showinfo_")) && !n.skip {
			if _, said, ok := strings.Cut(string(n.line), "] "); ok && n.pending.take(said) {
				n.ready = append(n.ready, n.pending)
				n.pending = note{}
			}
		}
		n.line, n.skip = n.line[:0], false
	}
}

// take adds what one line says, and reports whether the note is whole.
func (n *note) take(s string) bool {
	switch {
	case strings.HasPrefix(s, "config in "):
		a, b, _ := strings.Cut(after(s, "frame_rate: "), "/")
		x, _ := strconv.ParseFloat(a, 64)
		if y, _ := strconv.ParseFloat(b, 64); x > 0 && y > 0 {
			n.rate = x / y
		}
		return n.rate > 0
	case strings.HasPrefix(s, "n:"):
		w, h, _ := strings.Cut(after(s, " s:"), "x")
		n.width, _ = strconv.Atoi(w)
		n.height, _ = strconv.Atoi(h)
		n.at = -1
		if t, err := strconv.ParseFloat(after(s, " pts_time:"), 64); err == nil && t >= 0 && t < 1e9 {
			n.at = time.Duration(t * float64(time.Second))
		}
	case strings.HasPrefix(s, "color_range:"):
		n.full = strings.HasPrefix(s, "color_range:pc")
		return n.width > 0 && n.height > 0
	}
	return false
}

// after is the word that follows a mark.
func after(s, mark string) string {
	_, s, _ = strings.Cut(s, mark)
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	return s
}
