// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"fmt"
	"math"
)

// A Model says by what a count is explained, besides a level and a trend: everything that is fixed before the day.
type Model struct {
	Family Family `json:"family"`
	Slope  bool   `json:"slope"`            // the trend may change too, besides the level
	Period int    `json:"period,omitempty"` // of the season in points, as 12 months of a year; 0: none
	Pairs  int    `json:"pairs,omitempty"`  // sines and cosines of the season
	Week   bool   `json:"week,omitempty"`   // each day of the week has its own level; the points are days
}

// Names of terms.
const (
	TermStart = "start"
	TermTrend = "trend"        // a point
	TermLevel = "level change" // from the day on
	TermSlope = "trend change" // a point, from the day on
)

// Check says what is wrong with a model.
func (m Model) Check() error {
	switch m.Family {
	case NegativeBinomial, Poisson, QuasiPoisson:
	default:
		return fmt.Errorf("there is no family %.40q of counts; it is %s, %s or %s", m.Family, NegativeBinomial, Poisson, QuasiPoisson)
	}
	const longest = 1 << 16
	switch {
	case m.Period < 0 || m.Period > longest || m.Period == 1:
		return fmt.Errorf("a season of %d points is none; its period is 2 to %d", m.Period, longest)
	case m.Period == 0 && m.Pairs != 0, m.Period > 0 && m.Pairs < 1:
		return fmt.Errorf("a season needs a period and at least one pair of sine and cosine")
	case m.Period > 0 && 2*m.Pairs >= m.Period:
		return fmt.Errorf("%d pairs of sine and cosine are too many for a period of %d points", m.Pairs, m.Period)
	case m.Week && m.Period%7 == 0 && m.Period > 0:
		return fmt.Errorf("days of the week and a season of %d days say the same twice; choose one", m.Period)
	}
	return nil
}

// Terms is how many coefficients the model has.
func (m Model) Terms() int {
	n := 3 + 2*m.Pairs
	if m.Slope {
		n++
	}
	if m.Week {
		n += 6
	}
	return n
}

// design lays the model over points from to to of a series, the change at the point day: the first of those after. Time counts from 1 at the
// series' first point, so that a season keeps its place in windows that begin elsewhere.
func (m Model) design(s Series, from, to, day int) design {
	d := design{names: []string{TermStart, TermTrend, TermLevel}}
	if m.Slope {
		d.names = append(d.names, TermSlope)
	}
	for k := range m.Pairs {
		d.names = append(d.names, fmt.Sprintf("sine %d", k+1))
	}
	for k := range m.Pairs {
		d.names = append(d.names, fmt.Sprintf("cosine %d", k+1))
	}
	if m.Week {
		for k := range 6 {
			d.names = append(d.names, fmt.Sprintf("day %d", k+2))
		}
	}
	p := len(d.names)
	cells := make([]float64, p*(to-from))
	d.rows = make([][]float64, to-from)
	if s.Offset != nil {
		d.offset = make([]float64, to-from)
	}
	for i := range d.rows {
		at := from + i
		row := cells[i*p : i*p : (i+1)*p]
		t, after := float64(at+1), 0.0
		if at >= day {
			after = 1
		}
		row = append(row, 1, t, after)
		if m.Slope {
			row = append(row, after*float64(at+1-day))
		}
		for _, f := range []func(float64) float64{math.Sin, math.Cos} {
			for k := range m.Pairs {
				row = append(row, f(2*math.Pi*float64(k+1)*t/float64(m.Period)))
			}
		}
		if m.Week {
			for k := range 6 {
				is := 0.0
				if (at%7+7)%7 == k+1 {
					is = 1
				}
				row = append(row, is)
			}
		}
		d.rows[i] = row
		if s.Offset != nil {
			d.offset[i] = math.Log(s.Offset[at])
		}
	}
	return d
}

// unchanged is the design without a change.
func (m Model) unchanged(s Series, from, to int) design {
	m.Slope = false
	d := m.design(s, from, to, to)
	const level = 2 // start, trend, level
	d.names = append(d.names[:level:level], d.names[level+1:]...)
	for i, row := range d.rows {
		d.rows[i] = append(row[:level:level], row[level+1:]...)
	}
	return d
}

// whole is the combination of terms that is the change over all points after the day together: the level's, and half way down the slope's.
func (m Model) whole(after int) func(name string) float64 {
	return func(name string) float64 {
		switch name {
		case TermLevel:
			return 1
		case TermSlope:
			return float64(after+1) / 2
		}
		return 0
	}
}

// combine gives a combination of a fit's terms, and its standard error.
func (f Fit) combine(of func(string) float64) (value, se float64) {
	c := make([]float64, len(f.Terms))
	for i, t := range f.Terms {
		c[i] = of(t.Name)
		value += c[i] * t.Value
	}
	return value, math.Sqrt(f.cov.within(c))
}
