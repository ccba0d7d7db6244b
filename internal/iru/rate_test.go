// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/rehearse"
)

// TestRatesAreThoseOfRehearsals: what a plan assumes until the unit says otherwise is what a rehearsal from files assumes.
func TestRatesAreThoseOfRehearsals(t *testing.T) {
	d := rehearse.Defaults()
	n := 0
	for _, l := range legal.Layers() {
		h, ok := iru.AssumedRate(iru.BackRate(l))
		if !ok {
			continue
		}
		n++
		if k, ok := d.Kinds[string(l)]; !ok || k.Back.Median.Hours() != h {
			t.Errorf("%s: replaced after %v h, in a rehearsal after %v", l, h, k.Back.Median)
		}
	}
	if n < 10 {
		t.Errorf("%d layers have a rate", n)
	}
	for key, want := range map[string]float64{iru.RateChance: d.Compliance.Value, iru.RateTranslation: d.Translation.Median.Hours(), iru.RateAnswer: d.Answer.Median.Hours()} {
		if v, ok := iru.AssumedRate(key); !ok || v != want {
			t.Errorf("%s is %v, in a rehearsal %v", key, v, want)
		}
	}
}
