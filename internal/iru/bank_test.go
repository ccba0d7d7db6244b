// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

func TestParseSignal(t *testing.T) {
	sketch := recognise.SketchText("snow line falls tonight over the pass")
	for _, c := range []struct{ medium, text, want string }{
		{"sha256", " " + strings.Repeat("AB", 32) + "\n", strings.Repeat("ab", 32)},
		{"md5", strings.Repeat("0F", 16), strings.Repeat("0f", 16)},
		{"pdq", strings.Repeat("0F", 32), strings.Repeat("0f", 32)},
		{"tlsh", "t1" + strings.Repeat("0f", 35), "T1" + strings.Repeat("0F", 35)},
		{"tlsh", strings.Repeat("0f", 35), "T1" + strings.Repeat("0F", 35)},
		{"text", sketch.String(), sketch.String()},
		{"audio", "000000FF", recognise.Audio{0xff}.Compressed()},
		{"audio", "255,256,257", recognise.Audio{255, 256, 257}.Compressed()},
		{"vpdq", `["` + strings.Repeat("0F", 32) + `,90,1.500","` + strings.Repeat("0F", 32) + `,10,2.000"]`, `["` + strings.Repeat("0f", 32) + `,90,1.500"]`},
	} {
		s, err := iru.ParseSignal(c.medium, c.text)
		if err != nil || s.Text() != c.want {
			t.Errorf("%s %q is %q, %v", c.medium, c.text, s.Text(), err)
		}
		if again, err := iru.ParseSignal(s.Medium, s.Text()); err != nil || !again.Same(s) {
			t.Errorf("%s read again is %s, %v", s, again, err)
		}
	}
	for _, c := range [][2]string{{"pdq", ""}, {"pdq", strings.Repeat("0f", 31)}, {"pdq", strings.Repeat("0g", 32)}, {"md5", strings.Repeat("0f", 32)}, {"tlsh", "T2" + strings.Repeat("0f", 35)},
		{"text", "bk1:"}, {"text", "snow"}, {"audio", ""}, {"audio", "00ff"}, {"audio", "tra la"}, {"vpdq", "[]"}, {"vpdq", "00ff"}, {"vpdq", `["00,90,1"]`}, {"smell", "00"}, {"", "00"}} {
		var why *iru.Refusal
		if _, err := iru.ParseSignal(c[0], c[1]); !errors.As(err, &why) || why.Kind != iru.Invalid || why.Instead == "" {
			t.Errorf("%s %q: %v", c[0], c[1], err)
		}
	}
	if a, b := sketch.Bytes(), recognise.SketchOf(sketch.Bytes()).Bytes(); !bytes.Equal(a, b) {
		t.Errorf("%x comes back as %x", a, b)
	}
}

// A sketch keeps its place within 80 characters of a label's stead.
func TestKnownName(t *testing.T) {
	s, err := iru.ParseSignal("text", recognise.SketchText(strings.Repeat("one two three four five six seven ", 3)+fmt.Sprint(make([]int, 99))).String())
	if err != nil {
		t.Fatal(err)
	}
	if n := (iru.Known{Signals: []iru.Signal{s}}).Name(); !strings.HasPrefix(n, "text bk1:") || len(n) > 100 {
		t.Errorf("%q", n)
	}
	if n := (iru.Known{Label: "snow map", Signals: []iru.Signal{s}}).Name(); n != "snow map" {
		t.Errorf("%q", n)
	}
}

func TestKnownSpeaks(t *testing.T) {
	ok := iru.Known{State: iru.KnownActive, Flood: iru.FloodSpared}
	silent := map[string]iru.Known{"muted": ok, "quarantined": ok, "withdrawn": ok, "flooding": ok}
	for name, k := range silent {
		switch name {
		case "muted":
			k.Muted = true
		case "quarantined":
			k.State = iru.KnownQuarantined
		case "withdrawn":
			k.State = iru.KnownWithdrawn
		case "flooding":
			k.Flood = iru.FloodMarked
		}
		if k.Speaks() {
			t.Errorf("what is %s speaks", name)
		}
	}
	if !ok.Speaks() {
		t.Error("what was spared does not speak")
	}
}

// Everything in the table can be undone: every state leads back to active.
func TestKnownIsUndone(t *testing.T) {
	back := map[iru.KnownState]bool{iru.KnownActive: true}
	for _, s := range iru.KnownTable {
		if s.To == iru.KnownActive {
			back[s.From] = true
		}
	}
	for _, s := range iru.KnownTable.States() {
		if !back[s] {
			t.Errorf("nothing leads from %s back to active", s)
		}
	}
}

func TestFloodRule(t *testing.T) {
	r := iru.FloodRule{Items: 3}
	for _, c := range []struct {
		items     int
		confirmed bool
		want      bool
	}{{2, false, false}, {3, false, true}, {9, true, false}} {
		if got := r.Floods(c.items, c.confirmed); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if (iru.FloodRule{}).Floods(1000, false) {
		t.Error("no rule floods")
	}
}

func TestStandingOpinions(t *testing.T) {
	at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	var all []iru.Opinion
	say := func(u iru.UnitID, partner string, v iru.Verdict) {
		all = append(all, iru.Opinion{ID: int64(len(all) + 1), Unit: u, Partner: partner, Verdict: v, At: at})
	}
	say(1, "", iru.VerdictConfirmed)
	say(0, "N", iru.VerdictDisputed)
	say(2, "", iru.VerdictConfirmed)
	say(1, "", iru.VerdictDisputed)
	say(2, "", iru.VerdictWithdrawn)
	var got []string
	for _, o := range iru.Standing(all) {
		got = append(got, fmt.Sprint(o.ID, o.Verdict))
	}
	if s := strings.Join(got, " "); s != "2disputed 4disputed" {
		t.Errorf("%s", s)
	}
	for _, o := range []iru.Opinion{{Verdict: iru.VerdictConfirmed}, {Unit: 1, Partner: "N", Verdict: iru.VerdictConfirmed}, {Unit: 1, Verdict: "maybe"}} {
		if err := o.Check(); !errors.Is(err, iru.Invalid) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
