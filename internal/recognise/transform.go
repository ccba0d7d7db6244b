// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// All arithmetic here is in float32 in the order of the published method, and every product is wrapped in float32(): a compiler
// may otherwise fuse multiplication and addition, and the last bit of a frequency then differs between processors.

// frequencies are the lowest 16 by 16 frequencies of the image's 64 by 64 reduction, without the constant one.
type frequencies [16][16]float32

// transform computes the frequencies and the quality. The last result is false for an image that is too small or without end.
func transform(img image.Image) (*frequencies, int, bool) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w < minSide || h < minSide || w > maxPixels/h {
		return nil, 0, false
	}
	plane := luma(img)
	if w != 64 || h != 64 {
		tent(plane, w, h)
	}
	var small [64][64]float32
	for i := range small {
		y := int((float64(i) + 0.5) * float64(h) / 64)
		for j := range small[i] {
			x := int((float64(j) + 0.5) * float64(w) / 64)
			small[i][j] = plane[y*w+x]
		}
	}
	return cosine(&small), quality(&small), true
}

// luma is the brightness of each pixel, 0 to 255, row by row, by the weights of ITU-R BT.601.
func luma(img image.Image) []float32 {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	out := make([]float32, w*h)
	weigh := func(red, green, blue uint8) float32 {
		return float32(float32(0.299)*float32(red)) + float32(float32(0.587)*float32(green)) + float32(float32(0.114)*float32(blue))
	}
	for y := range h {
		row := out[y*w : (y+1)*w]
		switch m := img.(type) {
		case *image.Gray:
			for x, v := range m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:w] {
				row[x] = float32(v)
			}
		case *image.NRGBA:
			pix := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*w]
			for x := range row {
				row[x] = weigh(pix[4*x], pix[4*x+1], pix[4*x+2])
			}
		case *image.YCbCr:
			for x := range row {
				yi, ci := m.YOffset(b.Min.X+x, b.Min.Y+y), m.COffset(b.Min.X+x, b.Min.Y+y)
				row[x] = weigh(color.YCbCrToRGB(m.Y[yi], m.Cb[ci], m.Cr[ci]))
			}
		default:
			for x := range row {
				c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
				row[x] = weigh(c.R, c.G, c.B)
			}
		}
	}
	return out
}

// window is the width of one box filter for a side of n pixels: two passes cover a sixty-fourth of the side.
func window(n int) int { return (n + 127) / 128 }

// tent blurs the plane in place with two passes of a box filter along rows and columns (Jarosz), which together are a tent.
func tent(plane []float32, w, h int) {
	other := make([]float32, len(plane))
	sums := make([]float32, w)
	for range 2 {
		for y := range h {
			boxRow(other[y*w:(y+1)*w], plane[y*w:(y+1)*w], window(w))
		}
		boxColumns(plane, other, sums, w, h, window(h))
	}
}

// span is how a box filter of the given width walks over n values: it first only adds ahead values; then each step writes one,
// adding while there is something to add and subtracting once the window is full.
func span(width int) (ahead int) { return (width+2)/2 - 1 }

func boxRow(out, in []float32, width int) {
	n, ahead := len(in), span(width)
	var sum float32
	for _, v := range in[:ahead] {
		sum += v
	}
	count := ahead
	for i := range n {
		if i+ahead < n {
			sum += in[i+ahead]
			count++
		}
		if i+ahead-width >= 0 {
			sum -= in[i+ahead-width]
			count--
		}
		out[i] = sum / float32(count)
	}
}

// boxColumns does to every column what boxRow does to a row; whole rows at a time are kinder to the cache.
func boxColumns(out, in, sums []float32, w, h, width int) {
	ahead := span(width)
	clear(sums)
	for y := range ahead {
		for x, v := range in[y*w : (y+1)*w] {
			sums[x] += v
		}
	}
	count := ahead
	for y := range h {
		if y+ahead < h {
			for x, v := range in[(y+ahead)*w : (y+ahead+1)*w] {
				sums[x] += v
			}
			count++
		}
		if gone := y + ahead - width; gone >= 0 {
			for x, v := range in[gone*w : (gone+1)*w] {
				sums[x] -= v
			}
			count--
		}
		for x, v := range sums {
			out[y*w+x] = v / float32(count)
		}
	}
}

// quality counts steps between neighbours that the eye sees: percent of the whole range, fractions dropped, over 90, at most 100.
func quality(m *[64][64]float32) int {
	total := 0
	step := func(u, v float32) {
		d := int(float32((u-v)*100) / 255)
		total += max(d, -d)
	}
	for i := range 63 {
		for j := range 64 {
			step(m[i][j], m[i+1][j])
			step(m[j][i], m[j][i+1])
		}
	}
	return min(total/90, 100)
}

// cosines is the 16 by 64 part of the discrete cosine transform (type II) for the frequencies 1 to 16.
func cosines() *[16][64]float32 {
	var d [16][64]float32
	scale := float64(float32(math.Sqrt(2.0 / 64)))
	for i := range d {
		for j := range d[i] {
			d[i][j] = float32(scale * math.Cos(math.Pi/2/64*float64(i+1)*float64(2*j+1)))
		}
	}
	return &d
}

// cosine is D m Dt, with D the matrix of cosines.
func cosine(m *[64][64]float32) *frequencies {
	d := cosines()
	var half [16][64]float32
	for i := range half {
		for k := range 64 {
			c := d[i][k]
			for j := range 64 {
				half[i][j] += float32(c * m[k][j])
			}
		}
	}
	var f frequencies
	for i := range f {
		for j := range f[i] {
			var sum float32
			for k := range 64 {
				sum += float32(half[i][k] * d[j][k])
			}
			f[i][j] = sum
		}
	}
	return &f
}

// bits sets a bit for each frequency above the median, which is the lower of the two in the middle.
func (f *frequencies) bits() PDQ {
	sorted := make([]float32, 0, 256)
	for i := range f {
		sorted = append(sorted, f[i][:]...)
	}
	slices.Sort(sorted)
	median := sorted[127]
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
