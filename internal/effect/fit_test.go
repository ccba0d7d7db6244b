// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"math"
	"os"
	"testing"
)

func bulletins(t testing.TB, of Columns) Series {
	t.Helper()
	f, err := os.Open("testdata/bulletins.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := ReadSeries(f, of)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFitIsThatOfR: an invented series, 150 days, the day after a hundred, as R 4.2.2 fits it: glm, and glm.nb of MASS 7.3-58, epsilon 1e-12.
func TestFitIsThatOfR(t *testing.T) {
	type pair struct{ value, err float64 }
	for _, c := range []struct {
		name                   string
		of                     Columns
		m                      Model
		terms                  []pair
		deviance, scale, theta float64
	}{
		{"poisson", Columns{Offset: "readers"}, Model{Family: Poisson, Slope: true},
			[]pair{{-3.9505207669256, 0.0475353412607}, {-0.0002429291358, 0.0008471083895}, {-0.3451177827188, 0.0959163447523}, {0.0066092714757, 0.0027550114186}}, 279.9718078, 1, 0},
		{"quasi-poisson", Columns{Offset: "readers"}, Model{Family: QuasiPoisson, Slope: true},
			[]pair{{-3.9505207669256, 0.067229859874}, {-0.0002429291358, 0.001198076564}, {-0.3451177827188, 0.135655750990}, {0.0066092714757, 0.003896448973}}, 279.9718078, 2.000281784, 0},
		{"negative binomial", Columns{Offset: "readers"}, Model{Family: NegativeBinomial, Slope: true},
			[]pair{{-3.9513750336127, 0.066629007030}, {-0.0001941869133, 0.001166793015}, {-0.3557632991314, 0.125700183335}, {0.0068047031504, 0.003667452549}}, 147.6316497, 1, 18.63759852},
		{"days of the week", Columns{}, Model{Family: NegativeBinomial, Week: true},
			[]pair{{2.874415785632, 0.0844056376204}, {-0.001158823044, 0.0009953756835}, {-0.114826474231, 0.0929014426210}, {-0.067012861000, 0.0949210065627}, {-0.115662530018, 0.0958698144154},
				{-0.020345224275, 0.0953076979301}, {0.020934172962, 0.0946571462968}, {0.391520715108, 0.0896778208012}, {-0.011040764394, 0.0952141511972}}, 149.3183185, 1, 30.18435687},
		{"season", Columns{Count: "elsewhere"}, Model{Family: NegativeBinomial, Period: 30, Pairs: 1},
			[]pair{{2.721362751870, 0.0527898662172}, {-0.001155467873, 0.0009049794815}, {0.199787084491, 0.0829706479245}, {-0.012192413495, 0.0317978885665}, {0.027213762018, 0.0315832685585}}, 157.5201678, 1, 154.6389151},
	} {
		s := bulletins(t, c.of)
		f, err := regress(s.Counts, c.m.design(s, 0, len(s.Counts), 100), c.m.Family)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		near := func(what string, got, want, within float64) {
			if math.Abs(got-want) > within*math.Max(math.Abs(want), 1e-3) {
				t.Errorf("%s: %s is %.10g, R has %.10g", c.name, what, got, want)
			}
		}
		for i, w := range c.terms {
			near(f.Terms[i].Name, f.Terms[i].Value, w.value, 1e-5)
			near("error of "+f.Terms[i].Name, f.Terms[i].Error, w.err, 1e-5)
		}
		near("deviance", f.Deviance, c.deviance, 1e-5)
		near("scale", f.Scale, c.scale, 1e-6)
		near("theta", f.Theta, c.theta, 1e-4)
	}
	s := bulletins(t, Columns{Offset: "readers"})
	m := Model{Family: NegativeBinomial, Slope: true}
	e, err := s.fit(0, 150, 100, Window{Model: m})
	if err != nil || math.Abs(e.whole.value+0.1822433688) > 1e-6 || math.Abs(e.whole.se-0.1072765828) > 1e-6 || math.Abs(e.alike-0.09066867106) > 1e-3 {
		t.Errorf("the whole change is %v, %v, alike %v; R has -0.1822433688 and 0.1072765828, 0.0906687", e.whole, err, e.alike)
	}
}

// TestStudent: qt(.975, df) of R.
func TestStudent(t *testing.T) {
	for df, want := range map[float64]float64{1: 12.70620473617, 1.5: 6.01666310443, 2.53: 3.54451008836, 7.3: 2.34506673655, 30: 2.04227245630, 200: 1.97189622363, 1e9: 1.959963984540} {
		if got := student975(df); math.Abs(got-want) > 1e-8 {
			t.Errorf("%g degrees: %.11f, want %.11f", df, got, want)
		}
	}
}

func TestWhatCannotBeFitted(t *testing.T) {
	flat := Series{Step: Days, Counts: make([]float64, 40)}
	for i := range flat.Counts {
		flat.Counts[i] = 7
	}
	m := Model{Family: NegativeBinomial}
	f, err := regress(flat.Counts, m.design(flat, 0, 40, 20), NegativeBinomial)
	if err != nil || f.Theta != 0 || math.Abs(f.Term(TermLevel).Value) > 1e-9 {
		t.Errorf("counts that are all the same: %+v, %v", f, err)
	}
	if _, err := regress(flat.Counts, m.design(flat, 0, 40, 40), NegativeBinomial); err == nil {
		t.Error("a change after the last point was fitted")
	}
	if _, err := regress(flat.Counts[:3], m.design(flat, 0, 3, 1), Poisson); err == nil {
		t.Error("as many terms as points were fitted")
	}
}
