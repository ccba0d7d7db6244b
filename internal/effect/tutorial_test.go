// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkTutorial holds the fits against what was published: Lopez Bernal, Cummins and Gasparrini, Interrupted time series regression for the
// evaluation of public health interventions: a tutorial, Int. J. Epidemiol. 46, 2017, with its code's figures (to three digits; the data are not
// ours to hand on, so the folder IOLAUS_PEERS names has their sicily.csv). Without it only the invented series of TestFitIsThatOfR was held.
func BenchmarkTutorial(b *testing.B) {
	equal, all := 0.0, 0.0
	same := func(what string, got, want, unit float64) {
		all++
		if math.Abs(got-want) <= unit/2+1e-9 {
			equal++
		} else {
			b.Errorf("%s: %.6f, published %g", what, got, want)
		}
	}
	s, err := sicily(filepath.Join(os.Getenv("IOLAUS_PEERS"), "sicily.csv"))
	if errors.Is(err, fs.ErrNotExist) || os.Getenv("IOLAUS_PEERS") == "" {
		b.Log("IOLAUS_PEERS has no sicily.csv: nothing was held against the tutorial")
	} else if err != nil {
		b.Fatal(err)
	} else {
		tutorial(b, s, same)
	}
	for b.Loop() {
		s := bulletins(b, Columns{Offset: "readers"})
		m := Model{Family: NegativeBinomial, Slope: true}
		if _, err := regress(s.Counts, m.design(s, 0, len(s.Counts), 100), m.Family); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(equal, "figures_equal")
	b.ReportMetric(all, "figures")
}

func sicily(path string) (Series, error) {
	f, err := os.Open(path)
	if err != nil {
		return Series{}, err
	}
	defer f.Close()
	_, rows, _, err := table(f, 100)
	s := Series{Start: time.Date(2002, 1, 1, 0, 0, 0, 0, time.UTC), Step: Months}
	for _, r := range rows { // year, month, aces, time, smokban, pop, stdpop
		count, err := number(r[2], true)
		if err != nil {
			return s, err
		}
		of, err := number(r[6], false)
		if err != nil {
			return s, err
		}
		s.Counts, s.Offset = append(s.Counts, count), append(s.Offset, of)
	}
	return s, err
}

// tutorial lays the four models of the tutorial over its data: the ban at the 37th month.
func tutorial(b *testing.B, s Series, same func(what string, got, want, unit float64)) {
	const day = 36
	lay := func(m Model) Fit {
		f, err := regress(s.Counts, m.design(s, 0, len(s.Counts), day), m.Family)
		if err != nil {
			b.Fatal(err)
		}
		return f
	}
	// Dispersions only to three digits: R takes them from the weights of the step before the last.
	const third, seventh = 1e-3, 1e-7
	row := func(name string, t Term, z, exp, low, high float64) {
		same(name+" z", t.Value/t.Error, z, third)
		same(name+" rate ratio", math.Exp(t.Value), exp, third)
		same(name+" from", math.Exp(t.Value-normal975*t.Error), low, third)
		same(name+" to", math.Exp(t.Value+normal975*t.Error), high, third)
	}
	f := lay(Model{Family: Poisson})
	same("model 1 start", f.Term(TermStart).Value, -6.2431509, seventh)
	same("model 1 ban", f.Term(TermLevel).Value, -0.1116284, seventh)
	same("model 1 ban, error", f.Term(TermLevel).Error, 0.0172248, seventh)
	same("model 1 time", f.Term(TermTrend).Value, 0.0049450, seventh)
	same("model 1 deviance", f.Deviance, 197.31, 1e-2)
	row("model 1 ban", f.Term(TermLevel), -6.481, 0.894, 0.865, 0.925)
	row("model 1 time", f.Term(TermTrend), 9.905, 1.005, 1.004, 1.006)
	f = lay(Model{Family: QuasiPoisson})
	same("model 2 dispersion", f.Scale, 3.559195, third)
	same("model 2 ban, error", f.Term(TermLevel).Error, 0.0324959, seventh)
	row("model 2 ban", f.Term(TermLevel), -3.435, 0.894, 0.839, 0.953)
	row("model 2 time", f.Term(TermTrend), 5.250, 1.005, 1.003, 1.007)
	f = lay(Model{Family: QuasiPoisson, Period: 12, Pairs: 2})
	same("model 3 dispersion", f.Scale, 2.262186, third)
	same("model 3 deviance", f.Deviance, 117.27, 1e-2)
	same("model 3 ban", f.Term(TermLevel).Value, -0.1220868, seventh)
	same("model 3 ban, error", f.Term(TermLevel).Error, 0.0270311, seventh)
	row("model 3 ban", f.Term(TermLevel), -4.517, 0.885, 0.839, 0.933)
	row("model 3 time", f.Term(TermTrend), 6.774, 1.005, 1.004, 1.007)
	row("model 3 sine 1", f.Term("sine 1"), 3.701, 1.038, 1.018, 1.058)
	row("model 3 sine 2", f.Term("sine 2"), -1.889, 0.982, 0.964, 1.001)
	row("model 3 cosine 1", f.Term("cosine 1"), 3.940, 1.039, 1.019, 1.059)
	row("model 3 cosine 2", f.Term("cosine 2"), 1.519, 1.015, 0.996, 1.034)
	f = lay(Model{Family: QuasiPoisson, Slope: true, Period: 12, Pairs: 2})
	same("model 4 deviance", f.Deviance, 115.81, 1e-2)
	same("model 4 change of trend", f.Term(TermSlope).Value, 0.0014822, seventh)
	same("model 4 change of trend, error", f.Term(TermSlope).Error, 0.0018546, seventh)
	row("model 4 change of trend", f.Term(TermSlope), 0.799, 1.001, 0.998, 1.005)
	row("model 4 time", f.Term(TermTrend), 5.835, 1.005, 1.003, 1.007)
	// The first edition of the tutorial counts the change of trend from month 0, its correction, as this program, from the 36th: there the ban is
	// what the first edition has less 36 months of it.
	value, se := f.combine(func(n string) float64 { return map[string]float64{TermLevel: 1, TermSlope: -day}[n] })
	same("model 4 ban at month 0", value, -0.1852194, seventh)
	same("model 4 ban at month 0, error", se, 0.0835610, 1e-6)
	row("model 4 ban at month 0", Term{Value: value, Error: se}, -2.217, 0.831, 0.705, 0.979)
}
