// SPDX-License-Identifier: EUPL-1.2

package recognise

// tents reduce a plane of bytes to 64 by 64 values, columns first. Two box filters are one tent, and the tents of the 64 rows that are
// kept hardly overlap: each byte is multiplied by a small number and added once. The sums are whole numbers of sixteen bits, so their
// order does not matter. Along rows, 64 are left of the whole height, and they go through strips.
type tents struct {
	height  int // that sums and weights are for
	sums    []tentSum
	weights []uint16
	levels  levels
}

// A tentSum adds rows of the plane, each times its weight, to one of the 64 rows, all times factor.
type tentSum struct {
	row, first int // of the 64; of the plane
	weights    []uint16
	factor     float32
}

// most is the greatest sum of weights: 255 times it is still 16 bits.
const mostWeight = 257

// tallest is the greatest height whose tents, a sixty-fourth of it, have no weight over mostWeight.
const tallest = 1 << 15

// columns is the number of bytes that vectors add at once.
const columns = 64

// plan finds the sums for a height. Where the inner filter's window is cut off at an edge, its mean is over fewer, so there are several sums.
func (t *tents) plan(height int) {
	if t.height == height {
		return
	}
	t.height, t.sums, t.weights = height, t.sums[:0], t.weights[:0]
	width := window(height)
	ahead := span(width)
	cut := func(y int) (int, int) { return max(y+ahead-width+1, 0), min(y+ahead+1, height) }
	for row := range 64 {
		from, to := cut(centre(row, height))
		for y := from; y < to; {
			first, end := cut(y)
			n, begin := end-first, len(t.weights)
			for ; y < to; y++ {
				a, b := cut(y)
				if b-a != n {
					break
				}
				for len(t.weights)-begin < b-first {
					t.weights = append(t.weights, 0)
				}
				for i := a; i < b; i++ {
					t.weights[begin+i-first]++
				}
			}
			t.split(row, first, t.weights[begin:], 1/float32(n*(to-from)))
		}
	}
}

// split adds sums of at most mostWeight.
func (t *tents) split(row, first int, weights []uint16, factor float32) {
	for len(weights) > 0 {
		n, sum := 0, 0
		for n < len(weights) && sum+int(weights[n]) <= mostWeight {
			sum += int(weights[n])
			n++
		}
		t.sums = append(t.sums, tentSum{row, first, weights[:n:n], factor})
		weights, first = weights[n:], first+n
	}
}

func (t *tents) reduce(v *vectors, s *strips, p Luma, small *[64 * 64]float32) {
	_ = p.Pix[(p.Height-1)*p.Stride+p.Width-1]
	t.plan(p.Height)
	t.levels.set(p.Full)
	wide := (p.Width + columns - 1) &^ (columns - 1)
	s.rows, s.across, s.blurred = sized(s.rows, lanes*wide), sized(s.across, lanes*wide), sized(s.blurred, lanes*wide)
	for j := range s.columns {
		s.columns[j] = centre(j, p.Width)
	}
	sums := t.sums
	for row := 0; row < 64; row += lanes {
		clear(s.rows)
		for ; len(sums) > 0 && sums[0].row < row+lanes; sums = sums[1:] {
			t.add(v, s.rows[(sums[0].row-row)*wide:][:wide], p, sums[0])
		}
		v.transpose(s.across, s.rows, lanes, wide, lanes*lanes, lanes, wide/lanes)
		s.box(v, p.Width)
		s.across, s.blurred = s.blurred, s.across
		s.keep(v, p.Width)
		v.transpose(small[64*row:], s.kept[:], 64, lanes, lanes, lanes*lanes, 64/lanes)
	}
}

// add reads beyond the end of a row where there is something: what comes of it is not used.
func (t *tents) add(v *vectors, out []float32, p Luma, s tentSum) {
	pix, n := p.Pix[s.first*p.Stride:], len(out)
	if (len(s.weights)-1)*p.Stride+n > len(pix) {
		n = p.Width &^ (columns - 1)
		tentGo(out[n:p.Width], pix[n:], p.Stride, s.weights, &t.levels, s.factor)
	}
	v.tent(out[:n], pix, p.Stride, s.weights, &t.levels, s.factor)
}
