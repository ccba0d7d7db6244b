// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"math"
	"strings"
	"testing"
	"time"
)

const observed = `asset,at,state,follows,host
fog.test,2026-04-01,up,,Alder
tram.test,2026-04-01T12:00:00Z,up,,Birch
fog.test,2026-04-02,down,,Alder
tram.test,2026-04-02T06:00:00Z,down,,Birch
fog2.test,2026-04-02T18:00:00Z,up,fog.test,Birch
fog2.test,2026-04-03,unknown,,Birch
fog2.test,2026-04-04,down,,Birch
tram.test,2026-04-05,up,,Birch
`

// TestPresenceByHand: 1 April 0 h up; 2 April 6 h dark until 18 h; 3 April nobody knows; 4 April dark until the 5th.
func TestPresenceByHand(t *testing.T) {
	h, err := ReadHeads(strings.NewReader(observed))
	if err != nil {
		t.Fatal(err)
	}
	on := func(d, hour int) time.Time { return time.Date(2026, 4, d, hour, 0, 0, 0, time.UTC) }
	p := Together(h.Heads, on(1, 0), on(6, 0))
	if p.Up != (30+6+24)*time.Hour || p.Down != 36*time.Hour || p.Unknown != 24*time.Hour {
		t.Errorf("%+v", p.Share)
	}
	if d := p.Dark(); len(d) != 2 || !d[0].From.Equal(on(2, 6)) || !d[0].To.Equal(on(2, 18)) || !d[1].To.Equal(on(5, 0)) {
		t.Errorf("dark: %+v", d)
	}
	if a, ok := p.Available(); !ok || math.Abs(a-60.0/96) > 1e-12 {
		t.Errorf("available %v, %v", a, ok)
	}
	if s := h.Heads[1].Available(on(1, 0), on(2, 0)); s.Up != 12*time.Hour || s.Unknown != 0 || s.Down != 0 {
		t.Errorf("before it was there: %+v", s)
	}
	if _, ok := Together(nil, on(1, 0), on(2, 0)).Available(); ok {
		t.Error("of nothing it is known how available it is")
	}
	falls := Falls(h.Heads)
	if len(falls) != 3 || falls[0].Back != 2 || falls[0].Spell(on(9, 0)).Took != 18*time.Hour || falls[1].Back != 1 || falls[1].Spell(on(9, 0)).Took != 66*time.Hour ||
		falls[2].Back != -1 || falls[2].Spell(on(9, 0)) != (Spell{5 * 24 * time.Hour, true}) {
		t.Errorf("falls: %+v", falls)
	}
	if b := Between(falls, on(9, 0)); len(b) != 2 || b[0] != (Spell{54 * time.Hour, false}) || b[1] != (Spell{96 * time.Hour, true}) {
		t.Errorf("between returns: %+v", b)
	}
	if l := Lives(h.Heads, on(9, 0)); len(l) != 1 || l[0] != (Spell{30 * time.Hour, false}) {
		t.Errorf("lives: %+v", l)
	}
	if hhi, known, of := h.Spread("host", on(1, 13)); hhi != .5 || known != 2 || of != 2 {
		t.Errorf("before: %v over %d of %d", hhi, known, of)
	}
	if hhi, known, _ := h.Spread("host", on(2, 20)); hhi != 1 || known != 1 {
		t.Errorf("after: %v over %d", hhi, known)
	}
	if hhi, known, of := h.Spread("host", on(4, 12)); hhi != 0 || known != 0 || of != 0 {
		t.Errorf("of nothing: %v over %d of %d", hhi, known, of)
	}
}

func TestBadHeads(t *testing.T) {
	const head = "asset,at,state,follows\n"
	for text, want := range map[string]string{
		"asset,at\n":                  "there is no column state",
		head:                          "no observation",
		head + ",2026-04-01,up,\n":    "line 2: the asset has no name",
		head + "a,yesterday,up,\n":    `"yesterday" is no time`,
		head + "a,2026-04-01,gone,\n": `"gone" is no state`,
		head + "a,2026-04-01,up,b\n":  "a follows b, which is no other asset",
		head + "a,2026-04-01,up,a\n":  "a follows a, which is no other asset",
		head + "a,2026-04-01,up,\na,2026-04-01,down,\n": "line 3: 2026-04-01 of a is not after",
	} {
		if _, err := ReadHeads(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
	if !IsHeads("\ufeffat, \"asset\" ,state\n") || IsHeads("date,count\n") {
		t.Error("the two kinds of file are not told apart")
	}
}
