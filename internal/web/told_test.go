// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// TestToldInArabic: what the law says of each measure that a plan may hold, and each source of a figure, is told in the reader's language.
func TestToldInArabic(t *testing.T) {
	ctx := ui.WithLanguage(t.Context(), "ar")
	latin := func(s string) bool { return strings.Contains(s, " the ") || strings.Contains(s, " a ") }
	regime := legal.EU()
	n := 0
	for _, l := range legal.Layers() {
		for _, i := range iru.FellingInstruments() {
			for _, by := range []legal.IssuerKind{legal.Unit, legal.CompetentAuthority, legal.NationalAuthority, legal.Court, legal.Europol} {
				for _, x := range []legal.Target{{}, {Audience: legal.Public}, {Audience: legal.ClosedGroup}, {Audience: legal.Private}, {Audience: legal.Public, LiveStream: true}, {Audience: legal.Public, Mail: true},
					{Audience: legal.Public, Hosts: true}, {Audience: legal.Public, ServesOthers: true}} {
					x.Layer = l
					r := regime.Rule(i, by, x)
					if r.Reason == "" {
						continue
					}
					n++
					if s, ok := lawTold(ctx, r.Reason); !ok || latin(s) {
						t.Fatalf("%s by %s on %s: %q is told as %q", i, by, l, r.Reason, s)
					}
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d reasons", n)
	}
	for _, s := range []string{"assumed by the program", "Regulation (EU) 2021/784, Article 3(3): one hour from receipt", "assumed by the program; 3 further addresses at 10 % of it each",
		"a lawyer looks first (assumed by the program); a second person signs (the unit's own rate: counted in May)", "its record: acted upon 7 of 9", "the unit's own rate: counted; in May",
		"names seen at the same address or on the same certificate; the address has not been looked at yet"} {
		if got, ok := sourceTold(ctx, s); !ok || got == s || latin(got) {
			t.Errorf("%q is told as %q", s, got)
		}
	}
	for _, s := range []string{"asked by telephone", "", "assumed by the program; asked by telephone"} {
		if got, ok := sourceTold(ctx, s); ok {
			t.Errorf("a person's words %q are told as %q", s, got)
		}
	}
}
