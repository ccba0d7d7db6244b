// SPDX-License-Identifier: EUPL-1.2

package effect

import "math"

// A square matrix, row by row.
type square struct {
	n int
	a []float64
}

func newSquare(n int) square { return square{n, make([]float64, n*n)} }

func (s square) at(i, j int) float64     { return s.a[i*s.n+j] }
func (s square) set(i, j int, v float64) { s.a[i*s.n+j] = v }

// dependent is how small a pivot may be, beside 1, before a column is taken for a combination of the others.
const dependent = 1e-11

// invert inverts a symmetric positive definite matrix by Cholesky, its columns scaled to a diagonal of ones first: a time that runs to
// thousands stands beside shares of one. False where a column depends on the others.
func (s square) invert() (square, bool) {
	n := s.n
	scale := make([]float64, n)
	for i := range n {
		d := s.at(i, i)
		if !(d > 0) || math.IsInf(d, 1) {
			return square{}, false
		}
		scale[i] = 1 / math.Sqrt(d)
	}
	l := newSquare(n)
	for i := range n {
		for j := range i + 1 {
			v := s.at(i, j) * scale[i] * scale[j]
			for k := range j {
				v -= l.at(i, k) * l.at(j, k)
			}
			if i != j {
				l.set(i, j, v/l.at(j, j))
				continue
			}
			if v < dependent {
				return square{}, false
			}
			l.set(i, i, math.Sqrt(v))
		}
	}
	// The inverse of l, then its product with its transpose.
	for i := range n {
		l.set(i, i, 1/l.at(i, i))
		for j := range i {
			v := 0.0
			for k := j; k < i; k++ {
				v += l.at(i, k) * l.at(k, j)
			}
			l.set(i, j, -v*l.at(i, i))
		}
	}
	out := newSquare(n)
	for i := range n {
		for j := range i + 1 {
			v := 0.0
			for k := i; k < n; k++ {
				v += l.at(k, i) * l.at(k, j)
			}
			v *= scale[i] * scale[j]
			out.set(i, j, v)
			out.set(j, i, v)
		}
	}
	return out, true
}

// times is the matrix by a column.
func (s square) times(v, out []float64) {
	for i := range s.n {
		x := 0.0
		for j := range s.n {
			x += s.at(i, j) * v[j]
		}
		out[i] = x
	}
}

// within is c'Sc: the variance of a combination of what has the covariance s.
func (s square) within(c []float64) float64 {
	v := 0.0
	for i := range s.n {
		for j := range s.n {
			v += c[i] * s.at(i, j) * c[j]
		}
	}
	return v
}
