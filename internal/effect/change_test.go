// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// drawn is a Poisson number, in parts of at most 30: a sum of Poisson numbers is one.
func drawn(r *rand.Rand, mean float64) (n float64) {
	for mean > 0 {
		part := min(mean, 30)
		mean -= part
		for p := r.Float64(); p > math.Exp(-part); p *= r.Float64() {
			n++
		}
	}
	return n
}

// alikeSeries makes days of counts about a mean whose logarithm wanders: normal, of deviation sd, correlated by rho from day to day.
func alikeSeries(r *rand.Rand, days, day int, mean, sd, rho, change float64) Series {
	s := Series{Name: "bulletins", Start: time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC), Step: Days}
	x := r.NormFloat64() * sd
	for i := range days {
		if i > 0 {
			x = rho*x + r.NormFloat64()*sd*math.Sqrt(1-rho*rho)
		}
		m := math.Log(mean) + 0.001*float64(i) + x
		if i >= day {
			m += change
		}
		s.Counts = append(s.Counts, drawn(r, math.Exp(m)))
	}
	return s
}

// covered counts how often the interval holds the true change, of so many series, by placebos and by models alone.
func covered(n, days, day int, w Window, rho float64) (placebo, model, poisson, told int) {
	const change = -0.3
	truth := math.Exp(change)
	for i := range n {
		s := alikeSeries(rand.New(rand.NewPCG(uint64(i), 4711)), days, day, 40, .3, rho, change)
		c, err := s.Measure(s.At(day), w)
		if err != nil || c.Verdict == Untold {
			continue
		}
		told++
		if c.Whole.Low <= truth && truth <= c.Whole.High {
			placebo++
		}
		if c.Model.Low <= truth && truth <= c.Model.High {
			model++
		}
		p := c.Window
		p.Family = Poisson
		if e, err := s.fit(day-p.Before, day+p.After, day, p); err == nil {
			if r := ratio(e.whole, normal975); r.Low <= truth && truth <= r.High {
				poisson++
			}
		}
	}
	return placebo, model, poisson, told
}

// coverings are the windows of which it is shown how often their intervals hold what is true.
var coverings = []struct {
	name              string
	before, days, day int
	slope             bool
}{
	{"120 days, all before and 14 after", 0, 134, 120, false},
	{"365 days, 90 before and 28 after, slope", 90, 393, 365, true},
}

// TestIntervalsHold is the small and fast version of BenchmarkCoverage: of 150 series with much autocorrelation at least 92 % of the intervals hold the
// truth, where the model alone, which takes each day for a new one, does not.
func TestIntervalsHold(t *testing.T) {
	c := coverings[0]
	w := Window{Before: c.before, Model: Model{Family: NegativeBinomial, Slope: c.slope}}
	placebo, model, poisson, told := covered(150, c.days, c.day, w, .6)
	if told < 150 || placebo < 138 || model > 125 || poisson > model {
		t.Errorf("of %d: %d by placebos, %d by the model, %d by Poisson", told, placebo, model, poisson)
	}
}

func BenchmarkCoverage(b *testing.B) {
	for _, c := range coverings {
		for _, rho := range []float64{0, .3, .6} {
			b.Run(strings.ReplaceAll(c.name, " ", "_")+"_autocorrelation_"+map[float64]string{0: "0", .3: "0.3", .6: "0.6"}[rho], func(b *testing.B) {
				for b.Loop() {
					placebo, model, poisson, told := covered(1000, c.days, c.day, Window{Before: c.before, Model: Model{Family: NegativeBinomial, Slope: c.slope}}, rho)
					b.ReportMetric(float64(placebo)/float64(told), "placebo")
					b.ReportMetric(float64(model)/float64(told), "model_alone")
					b.ReportMetric(float64(poisson)/float64(told), "poisson")
					b.ReportMetric(float64(told), "series")
				}
			})
		}
	}
}

// TestVerdicts: of what fell to a third, of what did not change, of what rose, of what ended, and of what cannot be told.
func TestVerdicts(t *testing.T) {
	made := func(change float64, days, day int) Series {
		return alikeSeries(rand.New(rand.NewPCG(5, 6)), days, day, 40, .2, .3, change)
	}
	level := Window{Model: Model{Family: NegativeBinomial}}
	for _, c := range []struct {
		name string
		s    Series
		day  int
		w    Window
		want Verdict
		why  string
	}{
		{"fell", made(-1.1, 150, 120), 120, level, Fewer, ""},
		{"rose", made(1.1, 150, 120), 120, level, More, ""},
		{"the same", made(0, 150, 120), 120, level, NoChange, ""},
		{"too few after", made(-1, 125, 120), 120, level, Untold, "120 points before the day and 5 after it are too few"},
		{"too few before", made(-1, 40, 6), 6, level, Untold, "are too few"},
		{"no room for placebos", made(-1, 45, 30), 30, level, Untold, "at least 20 are needed"},
		{"not over yet", made(-1, 140, 120), 120, Window{After: 30, Model: level.Model}, Untold, "the window asks for 30 points after the day; there are 20 so far"},
		{"not begun early enough", made(-1, 150, 120), 120, Window{Before: 200, Model: level.Model}, Untold, "there are 120"},
		{"too many terms", made(-1, 40, 30), 30, Window{Before: 8, After: 8, Model: Model{Family: NegativeBinomial, Slope: true, Week: true}}, Untold, "too few for a model of 10 terms"},
	} {
		got, err := c.s.Measure(c.s.At(c.day), c.w)
		if err != nil || got.Verdict != c.want || !strings.Contains(got.Why.String(), c.why) || (c.want == Untold) != (got.Why.Form != "") {
			t.Errorf("%s: %v, %q, %v: %+v", c.name, got.Verdict, got.Why, err, got.Whole)
		}
	}
	s := made(0, 150, 120)
	for i := 120; i < 150; i++ {
		s.Counts[i] = 0
	}
	got, err := s.Measure(s.At(120), Window{Model: Model{Family: NegativeBinomial, Slope: true}})
	if err != nil || got.Verdict != Fewer || got.Whole.Value != 0 || got.Whole.High <= 0 || got.Whole.High > .2 || got.Expected < 1000 {
		t.Errorf("ended: %+v, %v", got, err)
	}
	for i := range 120 {
		s.Counts[i], s.Counts[120+i%30] = 0, 5
	}
	if got, err = s.Measure(s.At(120), level); err != nil || got.Verdict != Untold || !strings.Contains(got.Why.String(), "nothing was counted before") {
		t.Errorf("began: %+v, %v", got, err)
	}
}

// TestRefusedSeries: what is no series with a day in it is an error.
func TestRefusedSeries(t *testing.T) {
	three := Series{Start: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Step: Days, Counts: []float64{3, 2, 1}}
	long := three
	long.Counts = make([]float64, 40)
	ok := Window{Model: Model{Family: NegativeBinomial}}
	for _, c := range []struct {
		s    Series
		day  int
		w    Window
		want string
	}{
		{three, 1, ok, "the series has 3 points: no model can be laid through them; at least 8"},
		{Series{}, 0, ok, "no point"},
		{long, 20, ok, "there is no event in the window: every count from 2026-04-01 to 2026-05-10 is 0"},
		{long, 0, ok, "nothing was counted before the day: the series begins at 2026-04-01"},
		{long, -5, ok, "nothing was counted before the day"},
		{long, 40, ok, "nothing was counted from the day on: the last point of the series is 2026-05-10"},
		{long, 20, Window{Before: -1, Model: ok.Model}, "a window of -1 points"},
		{long, 20, Window{Model: Model{Family: "normal"}}, `no family "normal"`},
		{long, 20, Window{Model: Model{Family: Poisson, Period: 12}}, "at least one pair"},
		{long, 20, Window{Model: Model{Family: Poisson, Period: 4, Pairs: 2}}, "too many"},
		{long, 20, Window{Model: Model{Family: Poisson, Period: 14, Pairs: 1, Week: true}}, "say the same twice"},
		{Series{Start: long.Start, Step: Weeks, Counts: long.Counts}, 20, Window{Model: Model{Family: Poisson, Week: true}}, "the points of the series are weeks"},
	} {
		if _, err := c.s.Measure(c.s.At(c.day), c.w); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.want, err)
		}
	}
}

// TestComparisonTakesAway: both series fall alike, for a reason that has nothing to do with the day; alone it looks like an effect.
func TestComparisonTakesAway(t *testing.T) {
	s := alikeSeries(rand.New(rand.NewPCG(1, 1)), 230, 200, 60, .15, .2, -.7)
	w := Window{Model: Model{Family: NegativeBinomial}}
	alone, err := s.Measure(s.At(200), w)
	if err != nil || alone.Verdict != Fewer {
		t.Fatalf("alone: %+v, %v", alone, err)
	}
	s.Other, s.Beside = alikeSeries(rand.New(rand.NewPCG(2, 2)), 230, 200, 50, .15, .2, -.7).Counts, "elsewhere"
	both, err := s.Measure(s.At(200), w)
	if err != nil || both.Verdict != NoChange || both.Beside == nil || math.Abs(both.Whole.Value-1) > .3 || both.Expected >= alone.Expected {
		t.Errorf("beside another: %+v, %v", both.Whole, err)
	}
}
