// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A bank that was muted while an item was judged does not suggest it when it is reopened.
func TestReopenedAfterItsBankWasMuted(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, i, _ := u.watched(ctx)
	k, err := u.Enter(ctx, u.scope("ada"), "maps", iru.Known{Label: "tram map", Finding: "refer", Signals: []iru.Signal{signal(t, "pdq", "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0")}})
	must(t, err)
	must(t, u.RecordMatches(ctx, u.item(i.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "pdq", Distance: 3, Where: i.Locator}}))
	suggested := func() bool {
		return slices.ContainsFunc(u.item(i.ID).Reasons, func(r iru.Reason) bool { return r.Kind == "near image" })
	}
	_, err = u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
	must(t, err)
	_, err = u.Mute(ctx, u.scope("ada"), k.Bank, "too loud")
	must(t, err)
	must(t, u.Rethink(ctx, desk.Rethink{Bank: k.Bank}))
	must(t, u.Reopen(ctx, u.scope("ben"), i.ID, "wrong"))
	if suggested() {
		t.Errorf("a muted bank suggests: %+v", u.item(i.ID).Reasons)
	}
	_, err = u.Unmute(ctx, u.scope("ada"), k.Bank, "it is needed")
	must(t, err)
	must(t, u.Rethink(ctx, desk.Rethink{Bank: k.Bank}))
	if !suggested() {
		t.Errorf("unmuted, it does not suggest: %+v", u.item(i.ID).Reasons)
	}
}

// A term that is put back suggests what it was found in before, by hand as by an import.
func TestPutBackTermSuggestsAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		l, err := u.AddTermList(ctx, u.scope("ada"), iru.TermList{Name: "Weather"})
		must(t, err)
		x, err := u.AddTerm(ctx, u.scope("ada"), iru.Term{List: l.ID, Text: "snow line"})
		must(t, err)
		must(t, u.RecordTermHits(ctx, u.item(i.ID).Exhibit, hitsOf(t, []iru.Term{x}, u.item(i.ID).Text)))
		suggests := func(what string, want bool) {
			t.Helper()
			if got := slices.ContainsFunc(u.item(i.ID).Reasons, func(r iru.Reason) bool { return r.Kind == "watch list" }); got != want {
				t.Errorf("%s: suggested %v, want %v", what, got, want)
			}
		}
		suggests("found", true)
		remove := func() {
			t.Helper()
			_, err := u.JudgeTerm(ctx, u.scope("ada"), x.ID, "remove", "r")
			must(t, err)
			suggests("removed", false)
		}
		remove()
		_, err = u.AddTerm(ctx, u.scope("ada"), iru.Term{List: l.ID, Text: "snow line"})
		must(t, err)
		suggests("added again", true)
		remove()
		_, err = u.ImportTerms(ctx, u.scope("ada"), desk.TermImport{List: l.ID, Name: "t.txt"}, strings.NewReader("snow line\n"))
		must(t, err)
		suggests("imported again", true)
	})
}
