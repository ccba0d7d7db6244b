// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"fmt"
	"image"
	"time"
)

// splitGIF takes a GIF apart (GIF89a specification): each frame becomes a file with the same canvas and palette. The decoder of the
// standard library would hold all frames at once. A file of one frame gives none.
func splitGIF(data []byte, most int) (film animation, err error) {
	head := 13
	if len(data) < head {
		return film, fmt.Errorf("decode gif: %w: no header", ErrFormat)
	}
	film.width, film.height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	head += paletteBytes(data[10])
	rest := data[min(head, len(data)):]
	damaged := func() (animation, error) {
		return film, fmt.Errorf("decode gif: %w: damaged after frame %d", ErrFormat, len(film.frames))
	}
	var control []byte
	for len(film.frames) < most {
		if len(rest) == 0 {
			return damaged()
		}
		block := rest
		switch rest[0] {
		case 0x3b: // the end
			if len(film.frames) == 1 {
				film.frames = nil
			}
			return film, nil
		case 0x21: // an extension
			n, ok := subBlocks(rest, 2)
			if !ok {
				return damaged()
			}
			if block[1] == 0xf9 && n >= 8 {
				control = block[:n]
			}
			rest = rest[n:]
		case 0x2c: // an image
			if len(rest) < 10 {
				return damaged()
			}
			n, ok := subBlocks(rest, 10+paletteBytes(rest[9])+1)
			if !ok {
				return damaged()
			}
			x, y := int(binary.LittleEndian.Uint16(rest[1:])), int(binary.LittleEndian.Uint16(rest[3:]))
			w, h := int(binary.LittleEndian.Uint16(rest[5:])), int(binary.LittleEndian.Uint16(rest[7:]))
			f := frame{parts: [][]byte{data[:head], control, rest[:n]}, end: []byte{0x3b}, at: image.Rect(x, y, x+w, y+h), over: true}
			if control != nil {
				f.delay = 10 * time.Millisecond * time.Duration(binary.LittleEndian.Uint16(control[4:]))
				f.after = []int{stays, stays, cleared, restored, stays, stays, stays, stays}[control[3]>>2&7]
			}
			film.frames = append(film.frames, f)
			control, rest = nil, rest[n:]
		default:
			return damaged()
		}
	}
	return film, nil
}

// paletteBytes is the length of the palette that a byte of flags declares.
func paletteBytes(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (1 + flags&7)
}

// subBlocks is where the chain of sub-blocks that begins at from ends.
func subBlocks(b []byte, from int) (int, bool) {
	for from < len(b) {
		n := int(b[from])
		from += 1 + n
		if n == 0 {
			return from, from <= len(b)
		}
	}
	return 0, false
}
