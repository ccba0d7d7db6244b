// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"

	"iolaus/internal/effect"
	"iolaus/internal/web/ui"
)

// TestWhyWords: each reason of the effect page is said in the reader's language, with its figures; in English it is what the command says.
func TestWhyWords(t *testing.T) {
	en, ar := t.Context(), ui.WithLanguage(t.Context(), "ar")
	for _, form := range effect.Whys() {
		var with []any
		for n := range strings.Count(form, "%s") {
			with = append(with, 41+n)
		}
		w := effect.Because(form, with...)
		if got := whyWords(en, w); got != w.String() {
			t.Errorf("in English: %q, want %q", got, w)
		}
		got := whyWords(ar, w)
		if got == w.String() || strings.Contains(got, "%") {
			t.Errorf("in Arabic: %q", got)
		}
	}
	nested := effect.Because(effect.WhyComparison, effect.Because(effect.WhyDiverged))
	if got := whyWords(ar, nested); strings.Contains(got, "model") {
		t.Errorf("the comparison in Arabic: %q", got)
	}
}
