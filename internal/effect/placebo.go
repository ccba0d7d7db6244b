// SPDX-License-Identifier: EUPL-1.2

package effect

import "math"

// The placebos of a window: what the same fit finds where nothing happened.
type placebos struct {
	n       int
	stretch float64 // root of the mean square of effect by standard error, at least 1
	free    float64 // degrees of freedom of that
}

func (p placebos) few() Why {
	return Because(WhyPlacebos, p.n, LeastPlacebos)
}

// mostPlacebos is how many placebo days are fitted at most; beyond, they are taken evenly.
const mostPlacebos = 120

// placebos fits the window's model at days before the day at, each with as many points after it as the real one and as many before as there
// are, up to as many as the real one, at least half.
func (s Series) placebos(at int, w Window) placebos {
	least := max(w.Before/2, LeastPoints, w.Terms())
	first, last := least, at-w.After
	var p placebos
	if last < first {
		return p
	}
	every := (last-first)/mostPlacebos + 1
	squares := 0.0
	for day := last; day >= first; day -= every {
		e, err := s.fit(max(0, day-w.Before), day+w.After, day, w)
		if err != nil || e.whole.se == 0 {
			continue
		}
		z := e.whole.value / e.whole.se
		squares += z * z
		p.n++
	}
	if p.n == 0 {
		return p
	}
	p.stretch = math.Max(1, math.Sqrt(squares/float64(p.n)))
	p.free = s.free(at, w, p.n, every)
	return p
}

// free is how many independent placebos so many are worth, each a step from the last, given how much two that overlap say the same: of the
// mean of n squares with correlations r the degrees of freedom are n²/Σr². The correlations are those of the same combination of terms, fitted
// by least squares to counts that are independent.
func (s Series) free(at int, w Window, n, every int) float64 {
	d := w.design(s, at-w.Before, at+w.After, at)
	k, ok := d.weights(w.whole(w.After))
	if !ok {
		return 1
	}
	at0 := overlap(k, 0)
	total := float64(n)
	for lag := 1; lag < n && lag*every < len(k); lag++ {
		r := overlap(k, lag*every) / at0
		total += 2 * float64(n-lag) * r * r
	}
	return math.Max(1, float64(n)*float64(n)/total)
}

func overlap(k []float64, lag int) float64 {
	v := 0.0
	for i := lag; i < len(k); i++ {
		v += k[i] * k[i-lag]
	}
	return v
}

// weights are what each point counts for in a combination of terms fitted by least squares.
func (d design) weights(of func(string) float64) ([]float64, bool) {
	p := len(d.names)
	info := newSquare(p)
	for _, row := range d.rows {
		for a := range p {
			for b := range p {
				info.a[a*p+b] += row[a] * row[b]
			}
		}
	}
	inv, ok := info.invert()
	if !ok {
		return nil, false
	}
	c, g := make([]float64, p), make([]float64, p)
	for i, n := range d.names {
		c[i] = of(n)
	}
	inv.times(c, g)
	out := make([]float64, len(d.rows))
	for i, row := range d.rows {
		for j, x := range row {
			out[i] += x * g[j]
		}
	}
	return out, true
}
