// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"fmt"
	"image"
	"time"
)

// splitWebP takes an animated WebP apart (RFC 9649): each frame becomes a still. A still gives none.
func splitWebP(data []byte, most int) (film animation, err error) {
	damaged := func() (animation, error) {
		return film, fmt.Errorf("decode webp: %w: damaged after frame %d", ErrFormat, len(film.frames))
	}
	animated := false
	for rest := data[min(12, len(data)):]; len(rest) > 0 && len(film.frames) < most; {
		kind, body, n, ok := riffChunk(rest)
		if !ok {
			if !animated {
				return animation{}, nil // the decoder says what is wrong
			}
			return damaged()
		}
		rest = rest[n:]
		switch kind {
		case "VP8X":
			if len(body) < 10 || body[0]&2 == 0 {
				return animation{}, nil
			}
			animated = true
			film.width, film.height = 1+int24(body[4:]), 1+int24(body[7:])
		case "ANMF":
			if !animated {
				return animation{}, nil
			}
			f, ok := filmed(body)
			if !ok {
				return damaged()
			}
			film.frames = append(film.frames, f)
		}
	}
	if animated && len(film.frames) == 0 {
		return damaged()
	}
	return film, nil
}

// filmed is the frame of the chunk ANMF.
func filmed(body []byte) (frame, bool) {
	if len(body) < 16 {
		return frame{}, false
	}
	x, y, w, h := 2*int24(body), 2*int24(body[3:]), 1+int24(body[6:]), 1+int24(body[9:])
	f := frame{at: image.Rect(x, y, x+w, y+h), delay: time.Duration(int24(body[12:])) * time.Millisecond, over: body[15]&2 == 0}
	if body[15]&1 != 0 {
		f.after = cleared
	}
	var transparency, pixels []byte
	for rest := body[16:]; len(rest) > 0; {
		kind, _, n, ok := riffChunk(rest)
		if !ok {
			return frame{}, false
		}
		switch kind {
		case "ALPH":
			transparency = rest[:n]
		case "VP8 ", "VP8L":
			pixels = rest[:n]
		}
		rest = rest[n:]
	}
	if pixels == nil {
		return frame{}, false
	}
	var extended []byte
	if transparency != nil && string(pixels[:4]) == "VP8 " {
		extended = append([]byte("VP8X\x0a\x00\x00\x00\x10\x00\x00\x00"), body[6:12]...)
	} else {
		transparency = nil
	}
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(extended)+len(transparency)+len(pixels)))
	f.parts = [][]byte{append(head, "WEBP"...), extended, transparency, pixels}
	return f, true
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// riffChunk is the first chunk of b: its kind, its content and how far it goes, with padding.
func riffChunk(b []byte) (kind string, body []byte, n int, ok bool) {
	if len(b) < 8 {
		return "", nil, 0, false
	}
	size := int64(binary.LittleEndian.Uint32(b[4:]))
	if size > int64(len(b)-8) {
		return "", nil, 0, false
	}
	return string(b[:4]), b[8 : 8+size], int(min(8+size+size&1, int64(len(b)))), true
}
