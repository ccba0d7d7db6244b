// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"bytes"
	"testing"
	"time"
)

// What comes in pieces, and between lines without end, is one note.
func TestNotes(t *testing.T) {
	pieces := []string{"[Parsed_showinfo_3 @ 0x1] ", "config in time_base: 1/12800, frame_rate: 25/1", "\n", string(bytes.Repeat([]byte("x"), 3*longestLine)),
		"\n[Parsed_showinfo_3 @ 0x1] n:   0 pts:      0 pts_time:1.5 pos: 1 fmt:gray sar:1/1 ", "s:320x240 i:P\n    [Parsed_showinfo_3 @ 0x1] color_range:pc\n",
		"[Parsed_showinfo_3 @ 0x1] color_range:tv", " color_space:unknown\n", "[Parsed"}
	n := &notes{}
	hear := func() bool {
		if len(pieces) == 0 {
			return false
		}
		n.take([]byte(pieces[0]))
		pieces = pieces[1:]
		return true
	}
	if a, ok := n.next(hear); !ok || a.rate != 25 {
		t.Error(a, ok)
	}
	if a, ok := n.next(hear); !ok || a != (note{width: 320, height: 240, at: 1500 * time.Millisecond}) {
		t.Error(a, ok)
	}
	if a, ok := n.next(hear); ok {
		t.Error(a)
	}
}
