// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"slices"
	"time"
)

// splitPNG takes an animated PNG apart (PNG specification, third edition): each frame becomes a PNG with the palette of the file. A
// still gives none.
func splitPNG(data []byte, most int) (film animation, err error) {
	const signature = 8
	damaged := func() (animation, error) {
		return film, fmt.Errorf("decode png: %w: damaged after frame %d", ErrFormat, len(film.frames))
	}
	var header []byte   // content of IHDR
	var shared [][]byte // the first palette and its transparency
	var current *frame  // to which pixels are added
	var hidden, animated = [][]byte(nil), false
	for rest := data[min(signature, len(data)):]; ; {
		kind, body, whole, ok := pngChunk(rest)
		if !ok {
			if !animated {
				return animation{}, nil // the decoder says what is wrong
			}
			return damaged()
		}
		rest = rest[len(whole):]
		switch kind {
		case "IHDR":
			if len(body) != 13 {
				return animation{}, nil
			}
			header = body
			film.width, film.height = int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:]))
		case "acTL":
			animated = true
		case "PLTE", "tRNS":
			if !slices.ContainsFunc(shared, func(c []byte) bool { return string(c[4:8]) == kind }) {
				shared = append(shared, whole)
			}
		case "fcTL":
			if !animated {
				continue
			}
			if len(film.frames) == most {
				return withHidden(film, header, shared, hidden), nil
			}
			if len(body) != 26 || header == nil {
				return damaged()
			}
			film.frames = append(film.frames, controlled(body, header, shared))
			current = &film.frames[len(film.frames)-1]
		case "IDAT":
			if !animated {
				return animation{}, nil
			}
			if current != nil {
				current.parts = append(current.parts, whole)
			} else if header != nil {
				hidden = append(hidden, whole)
			}
		case "fdAT":
			if current == nil || len(body) < 4 {
				return damaged()
			}
			current.parts = append(current.parts, chunk("IDAT", body[4:]))
		case "IEND":
			return withHidden(film, header, shared, hidden), nil
		}
	}
}

// withHidden puts the picture for programs that do not know animations, if it is no part of this one, in front.
func withHidden(film animation, header []byte, shared, pixels [][]byte) animation {
	if len(pixels) == 0 || len(film.frames) == 0 {
		return film
	}
	f := frame{at: film.bounds(), hidden: true, end: chunk("IEND", nil), parts: append(pngHead(header, shared), pixels...)}
	film.frames = append([]frame{f}, film.frames...)
	return film
}

func pngHead(header []byte, shared [][]byte) [][]byte {
	return append([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)}, shared...)
}

// controlled is the frame that a frame control chunk declares.
func controlled(body, header []byte, shared [][]byte) frame {
	at := func(i int) int { return int(binary.BigEndian.Uint32(body[i:])) }
	own := append(append([]byte(nil), body[4:12]...), header[8:]...)
	f := frame{at: image.Rect(at(12), at(16), at(12)+at(4), at(16)+at(8)), over: body[25] == 1, end: chunk("IEND", nil), parts: pngHead(own, shared)}
	ticks, second := binary.BigEndian.Uint16(body[20:]), binary.BigEndian.Uint16(body[22:])
	if second == 0 {
		second = 100
	}
	f.delay = time.Duration(ticks) * time.Second / time.Duration(second)
	f.after = []int{stays, cleared, restored}[min(body[24], 2)]
	return f
}

// pngChunk is the first chunk of b: its kind, its content and all its bytes.
func pngChunk(b []byte) (kind string, body, whole []byte, ok bool) {
	if len(b) < 12 {
		return "", nil, nil, false
	}
	n := binary.BigEndian.Uint32(b)
	if int64(n) > int64(len(b)-12) {
		return "", nil, nil, false
	}
	return string(b[4:8]), b[8 : 8+n], b[:12+n], true
}

func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 12+len(body)), uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}
