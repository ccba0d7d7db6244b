// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

// TestSurvivalOfTheTextbook: the remission times of the drug 6-MP (Freireich and others, Blood 21, 1963), in weeks, of which every textbook
// gives the estimate.
func TestSurvivalOfTheTextbook(t *testing.T) {
	var s []iru.Spell
	for _, w := range []int{6, 6, 6, 7, 10, 13, 16, 22, 23} {
		s = append(s, iru.Spell{Took: time.Duration(w) * time.Hour})
	}
	for _, w := range []int{6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35} {
		s = append(s, iru.Spell{Took: time.Duration(w) * time.Hour, Open: true})
	}
	c := iru.Survival(s)
	want := []float64{0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448}
	if len(c) != len(want) {
		t.Fatalf("%d steps: %v", len(c), c)
	}
	for i, w := range want {
		if math.Abs(c[i].Left-w) > 0.0006 {
			t.Errorf("step %d leaves %.4f, the book %.3f", i, c[i].Left, w)
		}
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
		var s []iru.Spell
		var all []time.Duration
		for range rapid.IntRange(1, 30).Draw(r, "n") {
			d := time.Duration(rapid.IntRange(0, 20).Draw(r, "took")) * time.Minute
			s, all = append(s, iru.Spell{Took: d}), append(all, d)
		}
		slices.Sort(all)
		m, ok := iru.Survival(s).Quantile(0.5)
		if want := all[(len(all)-1)/2]; !ok || m != want {
			r.Fatalf("the median of %v is %v, %v; want %v", all, m, ok, want)
		}
		s = append(s, iru.Spell{Took: time.Duration(rapid.IntRange(0, 30).Draw(r, "open")) * time.Minute, Open: true})
		if n, ok := iru.Survival(s).Quantile(0.5); ok && n < m {
			r.Fatalf("an open one made the median %v of %v", n, m)
		}
	})
}
