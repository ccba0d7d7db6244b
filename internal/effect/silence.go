// SPDX-License-Identifier: EUPL-1.2

package effect

import "math"

// silence measures a series in which nothing at all was counted after the day. No model with a change settles on it: the change is to nothing.
// What was before gives what is expected; how little the counts may have been multiplied by is where the likelihood of nothing ceases to lie
// within the interval: the greatest r for which twice the sum of θ·log(1+rm/θ), or rm for Poisson, is at most the square of the quantile,
// made wider by the placebos.
func (s Series) silence(c *Change, at int) {
	w, from, to := c.Window, at-c.Window.Before, at+c.Window.After
	y := s.Counts[from:at]
	before := w.Model.unchanged(s, from, at)
	f, err := regress(y, before, w.Family)
	if err != nil {
		c.Why = WhyOf(err)
		return
	}
	c.Fit, c.Alike = f, alike(y, f)
	var expected []float64
	ahead := w.Model.unchanged(s, at, to)
	for i, row := range ahead.rows {
		log := ahead.off(i)
		for j, x := range row {
			log += x * f.Terms[j].Value
		}
		m := math.Exp(min(log, 60))
		expected = append(expected, m)
		c.Expected += m
	}
	p := s.placebos(at, w)
	c.Placebos = p.n
	most := func(z float64) float64 {
		low, high := 0.0, 1e6
		for range 100 {
			r := (low + high) / 2
			l := 0.0
			for _, m := range expected {
				if f.Theta > 0 {
					l += f.Theta * math.Log1p(r*m/f.Theta)
				} else {
					l += r * m / f.Scale
				}
			}
			if 2*l > z*z {
				high = r
			} else {
				low = r
			}
		}
		return high
	}
	shift := 1.0
	if s.Other != nil {
		o, err := s.other().fitOne(from, to, at, w)
		if err != nil {
			c.Why = Because(WhyComparison, WhyOf(err))
			return
		}
		c.Beside = &o.fit
		shift = math.Exp(-o.whole.value + normal975*o.whole.se) // of what is uncertain, the worse
		c.Expected *= math.Exp(o.whole.value)
	}
	c.Model.High = most(normal975) * shift
	if p.n < LeastPlacebos {
		c.Why = p.few()
		return
	}
	c.Stretch = p.stretch
	c.Whole.High = most(student975(p.free)*p.stretch) * shift
	c.Level, c.Unseen, c.Verdict = c.Whole, 1, NoChange
	if c.Whole.High < 1 {
		c.Verdict = Fewer
	}
}
