// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestRowsThatMayNotLeave: outside the unit a row with a code, or of ongoing work, says only why it is not there; inside it says everything.
func TestRowsThatMayNotLeave(t *testing.T) {
	one := func(h iru.Handling, ongoing bool) iru.Counted {
		return iru.Counted{Index: 77, Ref: "RO-secret", Group: map[string]string{"provider": "=Birchrack", "action": "none"}, Handling: h, Ongoing: ongoing}
	}
	open := iru.Handling{TLP: "CLEAR", PAP: "CLEAR", H: "H0"}
	for _, c := range []struct {
		row  iru.Counted
		says string // "" where it may leave
	}{
		{one(open, false), ""}, {one(iru.Handling{}, false), ""},
		{one(open, true), "Article 8(2)"},
		{one(iru.Handling{TLP: "CLEAR", H: "H1"}, false), "H1"}, {one(iru.Handling{TLP: "CLEAR", H: "H2"}, false), "H2"}, {one(iru.Handling{TLP: "CLEAR", H: "H3", Note: "a secret condition"}, false), "H3"},
		{one(iru.Handling{TLP: "CLEAR", H: "H1 H3", Note: "a secret condition"}, false), "H1"}, {one(iru.Handling{TLP: "AMBER", H: "H0"}, false), "TLP:AMBER"},
	} {
		for _, e := range []iru.Edition{iru.PublicEdition, iru.InternalEdition} {
			b, err := desk.ListCSV(iru.Report{Edition: e}, iru.Figure{ID: "x", State: iru.FigureGiven}, []iru.Counted{c.row})
			must(t, err)
			text := string(b)
			withheld := e == iru.PublicEdition && c.says != ""
			if strings.Contains(text, "RO-secret") == withheld || withheld && (!strings.Contains(text, c.says) || strings.Contains(text, "77") || strings.Contains(text, "secret")) {
				t.Errorf("%s, %+v: %s", e, c.row.Handling, text)
			}
			if strings.Contains(text, ",=") {
				t.Errorf("a spreadsheet would take text for a formula: %s", text)
			}
		}
	}
	// A list whose parts are suppressed does not tell them, and a suppressed figure has no list.
	f := iru.Figure{ID: "x", State: iru.FigureGiven, Groups: []iru.Cell{{By: "provider", Key: "a", State: iru.FigureHidden}}}
	if b, err := desk.ListCSV(iru.Report{Edition: iru.PublicEdition}, f, []iru.Counted{one(open, false)}); err != nil || strings.Contains(string(b), "Birchrack") || strings.Contains(string(b), "RO-secret") {
		t.Errorf("a list tells what was suppressed: %v: %s", err, b)
	}
	f = iru.Figure{ID: "x", State: iru.FigureHidden, Why: "it rests on fewer than 5"}
	if b, err := desk.ListCSV(iru.Report{Edition: iru.PublicEdition}, f, []iru.Counted{one(open, false)}); err != nil || strings.Contains(string(b), "77") || !strings.Contains(string(b), "fewer than 5") {
		t.Errorf("a suppressed figure has a list: %v: %s", err, b)
	}
}

// TestPublicEditionsHide: on stores made by chance the public edition prints no small number that the law does not ask for, no share of one, no
// time that rests on fewer, no indices and no seed; what is printed is what the internal edition says without ongoing work; and it says what is hidden.
func TestPublicEditionsHide(t *testing.T) {
	hidden, shown := 0, 0
	for seed := range uint64(3) {
		r := randomly(newUnit(t, dbtest.Open(t)), seed, 40)
		for _, k := range iru.ReportKinds {
			rep := r.report(k, iru.PublicEdition, 0)
			b, err := rep.JSON()
			must(t, err)
			if strings.Contains(string(b), `"indices"`) || strings.Contains(string(b), `"seed"`) || strings.Contains(string(b), `"salt"`) || strings.Contains(string(b), `"rests_on"`) {
				t.Errorf("%s carries what only the unit may know", k)
			}
			for _, d := range desk.Figures(k) {
				f, _ := rep.Figure(d.ID)
				if d.Missing != "" {
					continue
				}
				want := r.want(d.ID, false)
				small := want > 0 && want < iru.DefaultThreshold
				switch {
				case f.State == iru.FigureHidden:
					hidden++
					if f.Value != "" || !strings.Contains(f.Why, "fewer than 5") || d.Duty {
						t.Errorf("%s is suppressed: %+v", f.ID, f)
					}
				case d.Kind == iru.FigureCount && f.Value != fmt.Sprint(want):
					t.Errorf("%s is %s, the test made %d", f.ID, f.Value, want)
				case small && !d.Duty && f.State == iru.FigureGiven:
					t.Errorf("%s rests on %d and is printed as %s", f.ID, want, f.Value)
				default:
					shown++
				}
				for _, g := range f.Groups {
					if !d.Duty && g.State == iru.FigureGiven && len(g.Value) == 1 && g.Value < "5" && g.Value != "0" {
						t.Errorf("a part of %s, %s, is printed as %s", f.ID, g.Key, g.Value)
					}
				}
			}
		}
	}
	if hidden < 5 || shown < 20 {
		t.Errorf("chance hid %d and showed %d", hidden, shown)
	}
}
