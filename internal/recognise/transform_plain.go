// SPDX-License-Identifier: EUPL-1.2

package recognise

// The method as published, one value after the other, for images too wide for strips. Tests hold the strips to its very bits.

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

// decimate keeps the values at the centres of 64 by 64 equal parts.
func decimate(small *[64 * 64]float32, plane []float32, w, h int) {
	for i := range 64 {
		for j := range 64 {
			small[64*i+j] = plane[centre(i, h)*w+centre(j, w)]
		}
	}
}

// centre is the middle of the i-th of 64 equal parts of n pixels.
func centre(i, n int) int { return int((float64(i) + 0.5) * float64(n) / 64) }
