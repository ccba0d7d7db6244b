// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"bytes"
	"testing"
	"time"
)

// Whoever writes is not held up for ever, though nobody wants anything; what comes in pieces, and between lines without end, is one note.
func TestNotes(t *testing.T) {
	n := newNotes()
	written := make(chan struct{})
	go func() {
		defer close(written)
		for _, s := range []string{"[Parsed_showinfo_3 @ 0x1] ", "config in time_base: 1/12800, frame_rate: 25/1", "\n", string(bytes.Repeat([]byte("x"), 3*longestLine)),
			"\n[Parsed_showinfo_3 @ 0x1] n:   0 pts:      0 pts_time:1.5 pos: 1 fmt:gray sar:1/1 ", "s:320x240 i:P\n    [Parsed_showinfo_3 @ 0x1] color_range:pc\n",
			"[Parsed_showinfo_3 @ 0x1] color_range:tv", " color_space:unknown\n", "[Parsed"} {
			if k, err := n.Write([]byte(s)); k != len(s) || err != nil {
				t.Error(k, err)
			}
		}
		n.Close()
	}()
	if a, ok := n.next(); !ok || a.rate != 25 {
		t.Error(a, ok)
	}
	if a, ok := n.next(); !ok || a != (note{width: 320, height: 240, at: 1500 * time.Millisecond}) {
		t.Error(a, ok)
	}
	<-written // with nobody to want the rest
	if a, ok := n.next(); ok {
		t.Error(a)
	}
	silent := newNotes()
	silent.leave()
	if k, err := silent.Write([]byte("more\n")); k != 5 || err != nil {
		t.Error(k, err)
	}
}
