// SPDX-License-Identifier: EUPL-1.2

package effect_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/effect"
)

// TestSurvivalOfTheTextbook: the remission times of the drug 6-MP (Freireich and others, Blood 21, 1963), in weeks, of which every textbook
// gives the estimate.
func TestSurvivalOfTheTextbook(t *testing.T) {
	var s []effect.Spell
	for _, w := range []int{6, 6, 6, 7, 10, 13, 16, 22, 23} {
		s = append(s, effect.Spell{Took: time.Duration(w) * time.Hour})
	}
	for _, w := range []int{6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35} {
		s = append(s, effect.Spell{Took: time.Duration(w) * time.Hour, Open: true})
	}
	c := effect.Survival(s)
	want := []float64{0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448}
	if len(c) != len(want) {
		t.Fatalf("%d steps: %v", len(c), c)
	}
	for i, w := range want {
		if math.Abs(c[i].Left-w) > 0.0006 {
			t.Errorf("step %d leaves %.4f, the book %.3f", i, c[i].Left, w)
		}
	}
	// The intervals as R's survival 3.5-3 gives them: survfit, conf.type="log-log".
	for i, w := range [][2]float64{{0.619718, 0.951552}, {0.563147, 0.922809}, {0.503200, 0.889362}, {0.431610, 0.849066}, {0.367511, 0.804912}, {0.267779, 0.746791}, {0.188052, 0.680143}} {
		if math.Abs(c[i].Low-w[0]) > 1e-6 || math.Abs(c[i].High-w[1]) > 1e-6 {
			t.Errorf("step %d: %.6f to %.6f, want %v", i, c[i].Low, c[i].High, w)
		}
	}
	if low, known, _, open := c.Within(0.5); low != 13*time.Hour || !known || open {
		t.Errorf("the median's interval begins at %v, %v and ends, %v", low, known, open)
	}
	if m, ok := c.Quantile(0.5); !ok || m != 23*time.Hour {
		t.Errorf("the median is %v, %v, the book 23", m, ok)
	}
	if m, ok := c.Quantile(0.9); ok {
		t.Errorf("nine in ten never came, and it says %v", m)
	}
}

// TestSurvivalWithoutOpenOnes: then the median is that of the times themselves; an open one never makes it shorter.
func TestSurvivalWithoutOpenOnes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var s []effect.Spell
		var all []time.Duration
		for range rapid.IntRange(1, 30).Draw(r, "n") {
			d := time.Duration(rapid.IntRange(0, 20).Draw(r, "took")) * time.Minute
			s, all = append(s, effect.Spell{Took: d}), append(all, d)
		}
		slices.Sort(all)
		m, ok := effect.Survival(s).Quantile(0.5)
		if want := all[(len(all)-1)/2]; !ok || m != want {
			r.Fatalf("the median of %v is %v, %v; want %v", all, m, ok, want)
		}
		s = append(s, effect.Spell{Took: time.Duration(rapid.IntRange(0, 30).Draw(r, "open")) * time.Minute, Open: true})
		if n, ok := effect.Survival(s).Quantile(0.5); ok && n < m {
			r.Fatalf("an open one made the median %v of %v", n, m)
		}
	})
}
