// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"bufio"
	"bytes"
	"errors"
	"io"
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

// maxAhead is how many frames ffmpeg may be ahead of us: as many as one pipe takes are tiny.
const maxAhead = 1 << 14

// readNotes takes the lines of the filter showinfo, the last of the chain, from what ffmpeg writes:
//
//	[Parsed_showinfo_3 @ 0x55] config in time_base: 1/12800, frame_rate: 25/1
//	[Parsed_showinfo_3 @ 0x55] n:   0 pts:      0 pts_time:0       pos: ... fmt:gray sar:1/1 s:320x240 i:P iskey:1 type:I
//	[Parsed_showinfo_3 @ 0x55] color_range:tv color_space:...
//
// A frame goes out when its range is known. What a file says of itself begins no line: ffmpeg indents it.
func readNotes(r *io.PipeReader, to chan<- note) {
	defer close(to)
	defer r.Close() // then nobody waits for us
	in := bufio.NewReaderSize(r, 4<<10)
	var pending note
	begin := true // of a line
	for {
		line, err := in.ReadSlice('\n')
		if begin && bytes.HasPrefix(line, []byte("[Parsed_showinfo_")) {
			if _, said, ok := strings.Cut(string(line), "] "); ok && pending.take(said) {
				to <- pending
				pending = note{}
			}
		}
		begin = err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
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
