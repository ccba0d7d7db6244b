// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// A note is what ffmpeg says of a frame, or of all.
type note struct {
	rate          float64 // frames a second; of all
	width, height int
	at            time.Duration // under 0 where the file does not say
	full          bool
}

// notes take the lines of the filter showinfo, the last of the chain, from what ffmpeg writes:
//
//	[Parsed_showinfo_3 @ 0x55] config in time_base: 1/12800, frame_rate: 25/1
//	[Parsed_showinfo_3 @ 0x55] n:   0 pts:      0 pts_time:0       pos: ... fmt:gray sar:1/1 s:320x240 i:P iskey:1 type:I
//	[Parsed_showinfo_3 @ 0x55] color_range:tv color_space:...
//
// A frame goes out when its range is known. What a file says of itself begins no line: ffmpeg indents it.
type notes struct {
	line    []byte // so far
	skip    bool   // the rest of a line that is too long
	pending note
	ready   []note
}

// longestLine is more than showinfo writes.
const longestLine = 4 << 10

// next is the next frame's note; false after the last. hear gets more, or reports that there is none.
func (n *notes) next(hear func() bool) (note, bool) {
	for len(n.ready) == 0 {
		if !hear() {
			return note{}, false
		}
	}
	first := n.ready[0]
	n.ready = n.ready[1:]
	return first, true
}

// take reads what ffmpeg wrote, in pieces as it writes.
func (n *notes) take(b []byte) {
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
