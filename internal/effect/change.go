// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"fmt"
	"math"
	"time"
)

// A Window is what is fixed before the day: how many points before and after it are looked at, and by which model.
type Window struct {
	Before int `json:"before"` // points; 0: all there are
	After  int `json:"after"`
	Model
}

// LeastPoints is how many points there must be before the day and after it: eight each (Penfold and Zhang, Use of interrupted time series
// analysis in evaluating health care quality improvements, Academic Pediatrics 13, 2013). With fewer nothing is told.
const LeastPoints = 8

// LeastPlacebos is how many days before the day there must be at which nothing happened and the same is fitted. With fewer no interval is given.
const LeastPlacebos = 20

// A Verdict is what can be said, in one word.
type Verdict string

// The verdicts.
const (
	Fewer    Verdict = "fewer"
	More     Verdict = "more"
	NoChange Verdict = "no detectable change" // which is not: no change
	Untold   Verdict = "cannot be told"
)

// A Ratio is by how much something was multiplied, with its 95 % interval.
type Ratio struct {
	Value, Low, High float64
}

// A Change is what a count did on a day.
type Change struct {
	Verdict Verdict
	Why     Why    // where it cannot be told
	Window  Window // as it was taken: with numbers of points
	Day     time.Time
	From    time.Time // first point of the window
	To      time.Time // where the window ends
	Counted float64   // after the day
	// Expected is what the model, without a change, expects after the day.
	Expected float64
	// Whole is the change over all points after the day together, Level at the day, Slope for each point from then on (where the model has it).
	// Their intervals are of placebos in time. With a comparison they are what is left of the change when that of the comparison is taken away.
	Whole, Level, Slope Ratio
	// Model is the interval of Whole by the model alone: too narrow where counts of following points are alike.
	Model Ratio
	// Unseen is the smallest fall that would have been told from none: 0.2 is a fifth; 1 where it is not known.
	Unseen   float64
	Placebos int
	Stretch  float64 // by how much the placebos make the model's interval wider
	// Alike is the correlation of what is left over at a point with that at the next.
	Alike  float64
	Fit    Fit
	Beside *Fit // of the comparison
}

// Measure fits the window's model about a day, and takes its intervals from placebos: days before it, at which nothing happened, at which the same
// model is fitted with as many points after. An error says what is wrong with series or window; a series that tells nothing has a verdict.
func (s Series) Measure(day time.Time, w Window) (Change, error) {
	c := Change{Day: day, Verdict: Untold}
	if err := s.Check(); err != nil {
		return c, err
	}
	if err := w.Check(); err != nil {
		return c, err
	}
	if w.Week && s.Step != Days {
		return c, fmt.Errorf("days of the week are asked for, but the points of the series are %ss", s.Step)
	}
	if w.Before < 0 || w.After < 0 {
		return c, fmt.Errorf("a window of %d points before and %d after is none", w.Before, w.After)
	}
	at := s.Point(day)
	switch n := len(s.Counts); {
	case n < 4:
		return c, Because(WhyPoints, n, LeastPoints, LeastPoints)
	case at <= 0:
		return c, Because(WhyBeginsLate, s.At(0).Format(time.DateOnly))
	case at >= n:
		return c, Because(WhyEndsEarly, s.At(n-1).Format(time.DateOnly))
	}
	if w.Before == 0 || w.Before > at {
		if w.Before > 0 {
			c.Why = Because(WhyWindowBefore, w.Before, at)
		}
		w.Before = at
	}
	if left := len(s.Counts) - at; w.After == 0 || w.After > left {
		if w.After > 0 {
			c.Why = Because(WhyWindowAfter, w.After, left)
		}
		w.After = left
	}
	c.Window, c.From, c.To = w, s.At(at-w.Before), s.At(at+w.After)
	before, after := sum(s.Counts[at-w.Before:at]), sum(s.Counts[at:at+w.After])
	c.Counted = after
	if before+after == 0 {
		return c, Because(WhyNoEvent, c.From.Format(time.DateOnly), s.At(at+w.After-1).Format(time.DateOnly))
	}
	if c.Why.Form != "" {
		return c, nil
	}
	switch {
	case w.Before < LeastPoints || w.After < LeastPoints:
		c.Why = Because(WhyFew, w.Before, w.After, LeastPoints)
	case w.Before+w.After < 2*w.Terms():
		c.Why = Because(WhyTerms, w.Before+w.After, w.Terms())
	case before == 0:
		c.Why = Because(WhyNoneBefore)
	}
	if c.Why.Form != "" {
		return c, nil
	}
	s.measure(&c, at)
	return c, nil
}

func (s Series) measure(c *Change, at int) {
	if c.Counted == 0 {
		s.silence(c, at)
		return
	}
	e, err := s.fit(at-c.Window.Before, at+c.Window.After, at, c.Window)
	if err != nil {
		c.Why = WhyOf(err)
		return
	}
	c.Fit, c.Beside, c.Expected = e.fit, e.beside, e.expected
	c.Alike = e.alike
	p := s.placebos(at, c.Window)
	c.Placebos = p.n
	z := normal975
	c.Model = ratio(e.whole, z)
	if p.n < LeastPlacebos {
		c.Why = p.few()
		return
	}
	c.Stretch = p.stretch
	q := student975(p.free)
	c.Whole, c.Level = ratio(e.whole, q*p.stretch), ratio(e.level, q*p.stretch)
	if c.Window.Slope {
		c.Slope = ratio(e.slope, q*p.stretch)
	}
	c.Unseen = 1 - math.Exp(-q*p.stretch*e.whole.se)
	switch {
	case c.Whole.High < 1:
		c.Verdict = Fewer
	case c.Whole.Low > 1:
		c.Verdict = More
	default:
		c.Verdict = NoChange
	}
}

// A guess is a logarithm with its standard error.
type guess struct{ value, se float64 }

func ratio(g guess, z float64) Ratio {
	return Ratio{math.Exp(g.value), math.Exp(g.value - z*g.se), math.Exp(g.value + z*g.se)}
}

func less(a, b guess) guess { return guess{a.value - b.value, math.Hypot(a.se, b.se)} }

// An estimate is one fit about one day.
type estimate struct {
	whole, level, slope guess
	expected, alike     float64
	fit                 Fit
	beside              *Fit
}

// fit lays the model over points from to to with the change at day, beside the comparison where there is one: then each has a level, a trend, a
// season and a scatter of its own, and the change is the difference of the two.
func (s Series) fit(from, to, day int, w Window) (estimate, error) {
	e, err := s.fitOne(from, to, day, w)
	if err != nil || s.Other == nil {
		return e, err
	}
	o, err := s.other().fitOne(from, to, day, w)
	if err != nil {
		return e, Because(WhyComparison, WhyOf(err))
	}
	e.whole, e.level, e.slope, e.beside = less(e.whole, o.whole), less(e.level, o.level), less(e.slope, o.slope), &o.fit
	e.expected *= math.Exp(o.whole.value)
	return e, nil
}

func (s Series) fitOne(from, to, day int, w Window) (e estimate, err error) {
	d := w.design(s, from, to, day)
	y := s.Counts[from:to]
	if e.fit, err = regress(y, d, w.Family); err != nil {
		return e, err
	}
	e.whole.value, e.whole.se = e.fit.combine(w.whole(to - day))
	t, _ := e.fit.term(TermLevel)
	e.level = guess{t.Value, t.Error}
	t, _ = e.fit.term(TermSlope)
	e.slope = guess{t.Value, t.Error}
	_, at := e.fit.term(TermLevel)
	_, bend := e.fit.term(TermSlope)
	for i := day - from; i < to-from; i++ {
		log := e.fit.Terms[at].Value
		if bend >= 0 {
			log += e.fit.Terms[bend].Value * d.rows[i][bend]
		}
		e.expected += e.fit.Fitted[i] * math.Exp(-log)
	}
	e.alike = alike(y, e.fit)
	return e, nil
}

// alike is the first autocorrelation of Pearson's residuals.
func alike(y []float64, f Fit) float64 {
	r := make([]float64, len(y))
	for i := range y {
		v := f.Fitted[i]
		if f.Theta > 0 {
			v += v * v / f.Theta
		}
		r[i] = (y[i] - f.Fitted[i]) / math.Sqrt(v)
	}
	num, den := 0.0, 0.0
	for i := range r {
		den += r[i] * r[i]
		if i > 0 {
			num += r[i] * r[i-1]
		}
	}
	if den == 0 {
		return 0
	}
	return num / den
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
