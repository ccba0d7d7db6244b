// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

const seed = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func (u *unit) report(k iru.ReportKind, e iru.Edition, of int64) (r iru.Report) {
	u.t.Helper()
	return view(u, func(t *db.Tx) (iru.Report, error) {
		return u.Report(u.t.Context(), t, u.scope("ada"), desk.ReportRequest{Kind: k, Year: 2026, Edition: e, Size: of, Seed: seed})
	})
}

// TestFiguresAreTheirLists: on stores made by chance, on both engines, each figure is as long as the list behind it and as what the test itself
// knows; the parts of a figure add up to it.
func TestFiguresAreTheirLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := randomly(newUnit(t, d), uint64(len(t.Name())), 200)
		some, defined := 0, 0
		for _, k := range iru.ReportKinds {
			for _, e := range []iru.Edition{iru.InternalEdition, iru.PublicEdition} {
				rep := r.report(k, e, 0)
				if len(rep.Figures) != len(desk.Figures(k)) {
					t.Errorf("%s: %d figures, defined are %d", k, len(rep.Figures), len(desk.Figures(k)))
				}
				for _, f := range rep.Figures {
					if f.State == iru.FigureUnknown {
						if f.Why == "" || f.Value != "" || f.Commitment != "" {
							t.Errorf("%s is not recorded and says %+v", f.ID, f)
						}
						continue
					}
					list := view(r.unit, func(x *db.Tx) (l []iru.Counted, err error) {
						_, _, l, err = r.ListFigure(t.Context(), x, r.scope("ada"), desk.ReportRequest{Kind: k, Year: 2026, Edition: e}, f.ID)
						return l, err
					})
					want := r.want(f.ID, e == iru.InternalEdition)
					if len(list) != want {
						t.Errorf("%s, %s: the list has %d, the test made %d", f.ID, e, len(list), want)
					}
					if e == iru.PublicEdition {
						continue
					}
					some += want
					defined++
					if want == 0 {
						t.Errorf("chance made nothing for %s", f.ID)
					}
					if f.Kind == iru.FigureCount && f.Value != strconv.Itoa(want) || !slices.Equal(f.Indices, iru.Indices(list)) {
						t.Errorf("%s is %s on %d entries, the test made %d", f.ID, f.Value, len(f.Indices), want)
					}
					sums := map[string]int{}
					for _, g := range f.Groups {
						n, err := strconv.Atoi(g.Value)
						must(t, err)
						sums[g.By] += n
					}
					for by, n := range sums {
						if n != want {
							t.Errorf("%s by %s adds up to %d of %d", f.ID, by, n, want)
						}
					}
				}
				must(t, wrongs(desk.CheckReport(rep, r.Log.Verifier, r.Log.Origin)))
			}
		}
		if some < 100 || defined < 15 {
			t.Errorf("chance made too little: %d things in %d figures", some, defined)
		}
	})
}

func wrongs(list []string) error {
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(list, "; "))
}

// TestReportsAreForReaders: no report without a unit, of another kind or year, or by somebody who reads no cases; none before a checkpoint.
func TestReportsAreForReaders(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	try := func(s iru.Scope, q desk.ReportRequest) error {
		return u.DB.View(t.Context(), func(x *db.Tx) error { _, err := u.Report(t.Context(), x, s, q); return err })
	}
	good := desk.ReportRequest{Kind: iru.ReportUnit, Year: 2026, Edition: iru.PublicEdition}
	refused(t, "before the first checkpoint", try(u.scope("ada"), good), iru.NotFound, "checkpoint")
	u.watched(t.Context())
	u.whole()
	must(t, try(u.scope("ada"), good))
	refused(t, "nobody", try(iru.Scope{}, good), iru.Forbidden, "nobody is signed in")
	refused(t, "the program for nobody", try(iru.Program(), good), iru.Invalid, "whose report")
	for what, q := range map[string]desk.ReportRequest{
		"there is no report":  {Kind: "tco9", Year: 2026, Edition: iru.PublicEdition},
		"no year of a report": {Kind: iru.ReportUnit, Year: 26, Edition: iru.PublicEdition},
		"there is no edition": {Kind: iru.ReportUnit, Year: 2026, Edition: "secret"},
		"is no threshold":     {Kind: iru.ReportUnit, Year: 2026, Edition: iru.PublicEdition, Threshold: -1},
	} {
		refused(t, what, try(u.scope("ada"), q), iru.Invalid, what)
	}
	// Zero is zero.
	rep := u.report(iru.ReportTCO8, iru.PublicEdition, 0)
	if f, _ := rep.Figure("tco8.a.issued"); f.Value != "0" || f.State != iru.FigureGiven {
		t.Errorf("no order is reported as %+v", f)
	}
	if f, _ := rep.Figure("tco8.d.penalties"); f.Value != "" || f.State != iru.FigureUnknown {
		t.Errorf("what is not recorded is reported as %+v", f)
	}
}

// TestReportsAreProved: a report is found whole; with one figure, one part, one entry of a list, one suppression, the root or the window changed
// it is not, nor with one event of the store changed, nor with the log's later growth does it differ.
func TestReportsAreProved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := randomly(newUnit(t, d), 11, 120)
		verify := func(x iru.Report, seed string) []string {
			return view(r.unit, func(tx *db.Tx) ([]string, error) { return r.VerifyReport(t.Context(), tx, x, seed) })
		}
		changed := func(x iru.Report, f func(*iru.Report)) iru.Report {
			b, err := x.JSON()
			must(t, err)
			var y iru.Report
			must(t, json.Unmarshal(b, &y))
			f(&y)
			return y
		}
		for _, k := range iru.ReportKinds {
			internal, public := r.report(k, iru.InternalEdition, 0), r.report(k, iru.PublicEdition, 0)
			must(t, wrongs(verify(internal, "")))
			must(t, wrongs(verify(public, "")))
			must(t, wrongs(verify(public, seed)))
			at := slices.IndexFunc(internal.Figures, func(f iru.Figure) bool { return len(f.Indices) > 1 })
			for what, x := range map[string]iru.Report{
				"a figure":          changed(internal, func(x *iru.Report) { x.Figures[at].Value = "7777" }),
				"a public figure":   changed(public, func(x *iru.Report) { x.Figures[at].Value = "7777" }),
				"an entry":          changed(internal, func(x *iru.Report) { x.Figures[at].Indices[0]++ }),
				"an entry left out": changed(internal, func(x *iru.Report) { x.Figures[at].Indices = x.Figures[at].Indices[1:] }),
				"a commitment":      changed(internal, func(x *iru.Report) { x.Figures[at].Commitment = strings.Repeat("0", 64) }),
				"the root":          changed(public, func(x *iru.Report) { x.Ledger.Root = strings.Repeat("A", 43) + "=" }),
				"the size":          changed(public, func(x *iru.Report) { x.Ledger.Size-- }),
				"the year":          changed(public, func(x *iru.Report) { x.Year++ }),
				"the threshold":     changed(public, func(x *iru.Report) { x.Threshold++ }),
				"a definition":      changed(public, func(x *iru.Report) { x.Figures[0].Words += " not" }),
				"a figure left out": changed(public, func(x *iru.Report) { x.Figures = x.Figures[1:] }),
				"not recorded made zero": changed(public, func(x *iru.Report) {
					f := &x.Figures[len(x.Figures)-1]
					f.State, f.Value, f.Why = iru.FigureGiven, "00", ""
				}),
			} {
				if len(verify(x, "")) == 0 {
					t.Errorf("%s: with %s changed nothing is wrong", k, what)
				}
			}
		}
		internal := r.report(iru.ReportUnit, iru.InternalEdition, 0)
		// Each counted entry can be shown to somebody who has the log's key alone.
		proofs := func(i int64) ([]byte, error) {
			return view(r.unit, func(tx *db.Tx) ([]byte, error) { return desk.ProveEntry(t.Context(), tx, internal, i) }), nil
		}
		n, wrong, err := desk.CheckProofs(internal, r.Log.Verifier, proofs)
		must(t, err)
		must(t, wrongs(wrong))
		if n < 10 {
			t.Errorf("only %d entries were proved", n)
		}
		if _, wrong, err = desk.CheckProofs(internal, r.Log.Verifier, func(i int64) ([]byte, error) {
			p, err := proofs(i)
			return []byte(strings.Replace(string(p), "index ", "index 1", 1)), err
		}); err != nil || len(wrong) == 0 {
			t.Errorf("proofs of other entries pass: %v, %v", wrong, err)
		}
		// The log grows: the report stays what it was.
		r.whole()
		if again := r.report(iru.ReportUnit, iru.InternalEdition, 0); again.Ledger.Size == internal.Ledger.Size {
			t.Fatal("nothing was added")
		}
		must(t, wrongs(verify(internal, "")))
		// One event of the store is another.
		f, _ := internal.Figure("unit.referred")
		must(t, r.DB.Tx(t.Context(), func(x *db.Tx) error {
			_, err := x.Exec(t.Context(), "UPDATE event SET note='another' WHERE idx=$1", f.Indices[0])
			return err
		}))
		if w := verify(internal, ""); len(w) != 1 || !strings.Contains(w[0], fmt.Sprint("flipped at ", f.Indices[0])) {
			t.Errorf("one event flipped: %q", w)
		}
	})
}

// TestNoFigureNamesAnOfficer: figures are of acts and addressees, never of people of the unit.
func TestNoFigureNamesAnOfficer(t *testing.T) {
	for _, k := range iru.ReportKinds {
		for _, d := range desk.Figures(k) {
			for _, by := range d.By {
				if !slices.Contains([]string{"provider", "instrument", "action", "type", "finding", "outcome"}, by) {
					t.Errorf("%s is broken down by %s", d.ID, by)
				}
			}
		}
	}
	r := randomly(newUnit(t, dbtest.Open(t)), 3, 20)
	for _, k := range iru.ReportKinds {
		b, err := r.report(k, iru.InternalEdition, 0).JSON()
		must(t, err)
		for login := range r.people {
			if strings.Contains(string(b), `"`+login+`"`) {
				t.Errorf("%s names %s", k, login)
			}
		}
	}
}
