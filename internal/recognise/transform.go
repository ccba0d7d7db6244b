// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"image"
	"math"
	"sync"
)

// All arithmetic here is in float32 in the order of the published method, and every product is wrapped in float32(): a compiler
// may otherwise fuse multiplication and addition, and the last bit of a frequency then differs between processors.

// frequencies are the lowest 16 by 16 frequencies of the image's 64 by 64 reduction, without the constant one.
type frequencies [16][16]float32

// widest is the longest row, in pixels, that goes through strips: their buffers then stay below 50 MB.
const widest = 1 << 16

// transformer computes frequencies. It keeps its buffers from one image to the next and serves one goroutine at a time.
type transformer struct {
	vectors
	source  source
	strips  strips
	tents   tents
	small   [64 * 64]float32
	half    [16][64]float32
	cosines [16][64]float32
	turned  [64 * 16]float32 // cosines, columns for rows
	freq    frequencies
	order   [256]float32
}

// transformers are the idle ones: what a hash needs is a megabyte or two, which would else be garbage after each image.
var transformers = sync.Pool{New: func() any { return newTransformer(fastest()) }}

func newTransformer(v vectors) *transformer {
	t := &transformer{vectors: v, cosines: cosines()}
	for i := range t.cosines {
		for j, c := range t.cosines[i] {
			t.turned[16*j+i] = c
		}
	}
	return t
}

// transform computes the frequencies and returns the quality. The result is false for an image that is too small or without end.
// At most most pixels a side are looked at, if most is not 0.
func (t *transformer) transform(img image.Image, most int) (int, bool) {
	if !t.source.open(img, most) {
		return 0, false
	}
	w, h := t.source.w, t.source.h
	switch {
	case w == 64 && h == 64:
		for y := range h {
			t.source.row(&t.vectors, t.small[w*y:][:w], y)
		}
	case w > widest:
		plane := make([]float32, w*h)
		for y := range h {
			t.source.row(&t.vectors, plane[y*w:(y+1)*w], y)
		}
		tent(plane, w, h)
		decimate(&t.small, plane, w, h)
	default:
		t.strips.reduce(&t.vectors, &t.source, &t.small)
	}
	t.source.img = nil
	t.cosine()
	return t.quality(), true
}

// quality counts steps between neighbours that the eye sees: percent of the whole range, fractions dropped, over 90, at most 100.
func (t *transformer) quality() int {
	total, m := 0, &t.small
	step := func(u, v float32) {
		d := int(float32((u-v)*100) / 255)
		total += max(d, -d)
	}
	for i := range 64 * 63 {
		step(m[i], m[i+64])
	}
	for i := range 64 {
		row := m[64*i:][:64]
		for j := range 63 {
			step(row[j], row[j+1])
		}
	}
	return min(total/90, 100)
}

// cosines is the 16 by 64 part of the discrete cosine transform (type II) for the frequencies 1 to 16.
func cosines() (d [16][64]float32) {
	scale := float64(float32(math.Sqrt(2.0 / 64)))
	for i := range d {
		for j := range d[i] {
			d[i][j] = float32(scale * math.Cos(math.Pi/2/64*float64(i+1)*float64(2*j+1)))
		}
	}
	return d
}

// cosine is D m Dt, with D the matrix of cosines and m the small image.
func (t *transformer) cosine() {
	for i := range t.half {
		for j := 0; j < 64; j += lanes {
			t.dot(t.half[i][j:], t.cosines[i][:], t.small[j:], 64)
		}
	}
	for i := range t.freq {
		t.dot(t.freq[i][:], t.half[i][:], t.turned[:], lanes)
	}
}

// bits sets a bit for each frequency above the median, which is the lower of the two in the middle.
func (f *frequencies) bits(order *[256]float32) PDQ {
	for i := range f {
		copy(order[16*i:], f[i][:])
	}
	median := nth(order[:], 127)
	var p PDQ
	for i := range f {
		for j, v := range f[i] {
			if v > median {
				k := i*16 + j
				p[3-k/64] |= 1 << (k % 64)
			}
		}
	}
	return p
}

// nth is the value that sorting would put at index k; it reorders v (Hoare's selection).
func nth(v []float32, k int) float32 {
	low, high := 0, len(v)-1
	for low < high {
		pivot, i, j := v[(low+high)/2], low, high
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return v[k]
		}
	}
	return v[k]
}

// turned is what the transform of the turned image would be: odd and even cosines change sign under reflection, and rows and
// columns change places under a quarter turn.
func (f *frequencies) turned(orientation int) *frequencies {
	var g frequencies
	for i := range f {
		for j, v := range f[i] {
			rows, columns := i%2 == 0, j%2 == 0 // index 0 is frequency 1: these are the ones a reflection negates
			negate, transpose := false, false
			switch orientation {
			case Rotated90:
				negate, transpose = columns, true
			case Rotated180:
				negate = rows != columns
			case Rotated270:
				negate, transpose = rows, true
			case FlippedX:
				negate = rows
			case FlippedY:
				negate = columns
			case FlippedMain:
				transpose = true
			case FlippedAnti:
				negate, transpose = rows != columns, true
			}
			if negate {
				v = -v
			}
			if transpose {
				g[j][i] = v
			} else {
				g[i][j] = v
			}
		}
	}
	return &g
}
