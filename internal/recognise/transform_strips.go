// SPDX-License-Identifier: EUPL-1.2

package recognise

// strips blur an image and keep 64 by 64 of its values, without ever holding the whole image: sixteen rows at a time go through
// the first pass along rows, the first pass along columns and the second along rows, of which only the 64 columns that are kept are
// written; the second pass along columns does the same with 64 rows. The sums of a row stay in the order of the published method,
// so sixteen rows are computed side by side and not sixteen values of one row.
type strips struct {
	rows, across, blurred, between []float32 // sixteen rows; the same, lane by lane; after the first pass; after the second
	sum                            [lanes]float32
	kept                           [64 * lanes]float32
	line                           [64]float32
	columns                        [64]int
	first, second                  columnBox
}

// lanes is the number of rows in a strip.
const lanes = 16

func roundUp(n int) int { return (n + lanes - 1) &^ (lanes - 1) }

// sized is a buffer of n values; what it holds is not defined.
func sized(b []float32, n int) []float32 {
	if cap(b) < n {
		return make([]float32, n)
	}
	return b[:n]
}

func (s *strips) reduce(v *vectors, src *source, small *[64 * 64]float32) {
	w, h := src.w, src.h
	wide := roundUp(w)
	s.rows, s.across = sized(s.rows, lanes*wide), sized(s.across, lanes*wide)
	s.blurred, s.between = sized(s.blurred, lanes*wide), sized(s.between, lanes*wide)
	for j := range s.columns {
		s.columns[j] = centre(j, w)
	}
	s.first.start(wide, h)
	s.second.start(64, h)
	filled, done, kept := 0, 0, 0
	for y := 0; y < h; y += lanes {
		n := min(lanes, h-y)
		for r := range n {
			src.row(v, s.rows[r*wide:][:w], y+r)
		}
		v.transpose(s.across, s.rows, lanes, wide, lanes*lanes, lanes, wide/lanes)
		s.box(v, w)
		v.transpose(s.first.slot(y), s.blurred, wide, lanes, lanes, lanes*lanes, wide/lanes)
		s.first.fed = y + n
		for s.first.next(v, s.between[filled*wide:][:wide]) {
			if filled++; filled < lanes && s.first.written < h {
				continue
			}
			v.transpose(s.across, s.between, lanes, wide, lanes*lanes, lanes, wide/lanes)
			s.keep(v, w)
			v.transpose(s.second.slot(done), s.kept[:], 64, lanes, lanes, lanes*lanes, 64/lanes)
			done += filled
			filled, s.second.fed = 0, done
			for s.second.next(v, s.line[:]) {
				for kept < 64 && centre(kept, h) == s.second.written-1 {
					copy(small[64*kept:], s.line[:])
					kept++
				}
			}
		}
	}
}

// box is one pass of the box filter along n values of the sixteen rows.
func (s *strips) box(v *vectors, n int) {
	in, out, sum := s.across, s.blurred, s.sum[:]
	width := window(n)
	ahead := span(width)
	clear(sum)
	for i := range ahead {
		plus(sum, in[lanes*i:])
	}
	i, count := 0, ahead
	for ; i+ahead < width; i++ {
		plus(sum, in[lanes*(i+ahead):])
		count++
		quotient(out[lanes*i:], sum, count)
	}
	if steady := n - ahead - i; steady > 0 {
		v.box(out[lanes*i:], in[lanes*(i+ahead):], in[lanes*(i+ahead-width):], sum, steady, float32(count), inverse(count))
		i += steady
	}
	for ; i < n; i++ {
		minus(sum, in[lanes*(i+ahead-width):])
		count--
		quotient(out[lanes*i:], sum, count)
	}
}

// keep is box for the values in the kept columns only.
func (s *strips) keep(v *vectors, n int) {
	in, sum := s.across, s.sum[:]
	width := window(n)
	ahead := span(width)
	clear(sum)
	for i := range ahead {
		plus(sum, in[lanes*i:])
	}
	i, count := 0, ahead
	for k, x := range s.columns {
		out := s.kept[lanes*k:]
		for ; i <= x && i+ahead < width; i++ {
			plus(sum, in[lanes*(i+ahead):])
			count++
		}
		if steady := min(x+1, n-ahead) - i; steady > 0 {
			v.run(out, in[lanes*(i+ahead):], in[lanes*(i+ahead-width):], sum, steady, float32(count))
			i += steady
			if i > x {
				continue
			}
		}
		for ; i <= x; i++ {
			minus(sum, in[lanes*(i+ahead-width):])
			count--
		}
		v.run(out, in, in, sum, 0, float32(count))
	}
}

// columnBox is one pass of the box filter along columns, fed with rows from the top.
type columnBox struct {
	ring, sums            []float32
	wide, high            int // of all rows
	width, ahead, slots   int
	fed                   int // rows in the ring so far
	added, count, written int
}

func (c *columnBox) start(wide, high int) {
	width := window(high)
	*c = columnBox{ring: c.ring, sums: c.sums, wide: wide, high: high, width: width, ahead: span(width),
		slots: min(roundUp(high), roundUp(width)+lanes)}
	c.ring, c.sums = sized(c.ring, c.slots*wide), sized(c.sums, wide)
	clear(c.sums)
}

// slot is where the sixteen rows from y on belong; the rows that they replace are not needed any more.
func (c *columnBox) slot(y int) []float32 { return c.ring[y%c.slots*c.wide:] }

func (c *columnBox) row(y int) []float32 { return c.slot(y)[:c.wide] }

// next writes the next row of the result, if the rows that it needs are there.
func (c *columnBox) next(v *vectors, out []float32) bool {
	for ; c.added < min(c.ahead, c.fed); c.added++ {
		plus(c.sums, c.row(c.added))
		c.count++
	}
	last := c.written + c.ahead
	more, full := last < c.high, last >= c.width
	if c.written == c.high || more && last >= c.fed {
		return false
	}
	switch {
	case more && full:
		v.columns(out, c.row(last), c.row(last-c.width), c.sums, float32(c.count), inverse(c.count))
	case more:
		plus(c.sums, c.row(last))
		c.count++
		quotient(out, c.sums, c.count)
	case full:
		minus(c.sums, c.row(last-c.width))
		c.count--
		quotient(out, c.sums, c.count)
	}
	c.written++
	return true
}

func plus(sums, in []float32) {
	for x, v := range in[:len(sums)] {
		sums[x] += v
	}
}

func minus(sums, in []float32) {
	for x, v := range in[:len(sums)] {
		sums[x] -= v
	}
}

func quotient(out, sums []float32, count int) {
	for x, v := range sums {
		out[x] = v / float32(count)
	}
}

// inverse is 1/n where multiplying by it gives the same bits as dividing by n, and else 0.
func inverse(n int) float32 {
	if n&(n-1) != 0 {
		return 0
	}
	return 1 / float32(n)
}
