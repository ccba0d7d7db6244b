// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

func (u *unit) known(id int64) iru.Known {
	u.t.Helper()
	return view(u, func(x *db.Tx) (iru.Known, error) { return x.Known(u.t.Context(), iru.Program(), id) })
}

// entered is a picture in a bank and a match of it with an item.
func (u *unit) entered(bank string, i iru.Item) iru.Known {
	u.t.Helper()
	ctx := u.t.Context()
	k, err := u.Enter(ctx, u.scope("ada"), bank, iru.Known{Signals: []iru.Signal{signal(u.t, "pdq", strings.Repeat("0f", 32))}, Label: "snow map", Finding: "refer"})
	must(u.t, err)
	must(u.t, u.RecordMatches(ctx, u.item(i.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "pdq", Distance: 6, Where: i.Locator}}))
	return k
}

// heard reports whether an item's matches are suggestions and count.
func (u *unit) heard(id iru.ItemID) bool {
	u.t.Helper()
	ms := view(u, func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(u.t.Context(), iru.Program(), id) })
	return len(ms) == 1 && !ms[0].Silent && u.item(id).Priority == 50
}

func TestBankIsOpenedAndChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, err := u.OpenBank(ctx, u.scope("sig"), iru.Bank{Name: "feed", Source: iru.SourceFeed})
		refused(t, "a signing officer", err, iru.Forbidden, "enter known content")
		for says, b := range map[string]iru.Bank{
			"needs a name":         {Name: " ", Source: iru.SourceFeed},
			"where the bank comes": {Name: "feed", Source: "rumour"},
			"this unit judged":     {Name: "own", Source: iru.SourcePartner},
			"longer than 80":       {Name: strings.Repeat("ع", 81), Source: iru.SourceFeed},
			"no code TLP":          {Name: "feed", Source: iru.SourceFeed, Handling: iru.Handling{TLP: "PINK", PAP: "RED", H: "H0"}},
		} {
			_, err := u.OpenBank(ctx, u.scope("ada"), b)
			refused(t, says, err, iru.Invalid, says)
		}
		b, err := u.OpenBank(ctx, u.scope("ada"), iru.Bank{Name: " feed ", Source: iru.SourceFeed, Muted: true, Checkpoint: "x"})
		must(t, err)
		if b.Name != "feed" || b.Handling != iru.DefaultHandling || b.Muted || b.Checkpoint != "" || b.By != u.people["ada"].ID {
			t.Errorf("%+v", b)
		}
		_, err = u.OpenBank(ctx, u.scope("ada"), iru.Bank{Name: "feed", Source: iru.SourceFeed})
		refused(t, "the same name", err, iru.Conflict, "already")
		note, open := "hash list of railway bulletins", iru.Handling{TLP: "GREEN", PAP: "GREEN", H: "H0"}
		_, err = u.ChangeBank(ctx, u.scope("ada"), b.ID, desk.BankChange{Handling: &open})
		refused(t, "codes by an analyst", err, iru.Forbidden, "change handling codes")
		_, err = u.ChangeBank(ctx, u.scope("ada"), b.ID, desk.BankChange{})
		refused(t, "nothing", err, iru.Conflict, "nothing would change")
		_, err = u.ChangeBank(ctx, u.scope("ada"), b.ID, desk.BankChange{Note: &note})
		must(t, err)
		last := u.events("bank", int64(b.ID))
		if e := last[len(last)-1]; e.Verb != "change" || e.Facts["note"] != note || e.Facts["note_before"] != "" {
			t.Errorf("%+v", e)
		}
		u.whole()
	})
}

// What is muted, quarantined or withdrawn says nothing; undone, it says what it said, and what was captured meanwhile is compared.
func TestSilenceIsUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		k := u.entered("templates", i)
		if !u.heard(i.ID) {
			t.Fatalf("a match: %+v", u.item(i.ID))
		}
		ada := u.scope("ada")
		type step struct {
			name     string
			do, undo func() error
		}
		known := func(f func() (iru.Known, error)) func() error { return func() error { _, err := f(); return err } }
		bank := func(f func() (iru.Bank, error)) func() error { return func() error { _, err := f(); return err } }
		for _, s := range []step{
			{"mute", bank(func() (iru.Bank, error) { return u.Mute(ctx, ada, k.Bank, "too loud") }), bank(func() (iru.Bank, error) { return u.Unmute(ctx, ada, k.Bank, "") })},
			{"quarantine", known(func() (iru.Known, error) { return u.Quarantine(ctx, ada, k.ID, "a logo") }), known(func() (iru.Known, error) { return u.ReleaseKnown(ctx, ada, k.ID, "") })},
			{"withdraw", known(func() (iru.Known, error) { return u.WithdrawKnown(ctx, ada, k.ID, "wrong") }), known(func() (iru.Known, error) { return u.RestoreKnown(ctx, ada, k.ID, "") })},
		} {
			about := desk.Rethink{Known: k.ID}
			if s.name == "mute" {
				about = desk.Rethink{Bank: k.Bank}
			}
			u.later(time.Hour)
			silent := u.now
			must(t, s.do())
			must(t, u.Rethink(ctx, about))
			if u.heard(i.ID) {
				t.Errorf("after %s: %+v", s.name, u.item(i.ID).Reasons)
			}
			refused(t, s.name+" twice", s.do(), iru.Conflict, "")
			// A worker that compared before says it too late.
			must(t, u.RecordMatches(ctx, u.item(i.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "pdq", Distance: 7, Where: "https://elsewhere.test/"}}))
			u.later(time.Hour)
			must(t, s.undo())
			refused(t, s.name+" undone twice", s.undo(), iru.Conflict, "")
			about.Since = db.At(silent)
			var args string
			must(t, u.DB.View(ctx, func(x *db.Tx) error {
				return x.QueryRow(ctx, "SELECT CAST(args AS TEXT) FROM river_job WHERE kind='rethink' ORDER BY id DESC LIMIT 1").Scan(&args)
			}))
			if !strings.Contains(args, fmt.Sprint(about.Since)) {
				t.Errorf("after %s was undone, what was captured since %d is not compared: %s", s.name, about.Since, args)
			}
			must(t, u.Rethink(ctx, about))
			if !u.heard(i.ID) {
				t.Errorf("after %s was undone: %+v", s.name, u.item(i.ID))
			}
		}
		u.whole()
	})
}

// What was captured while a bank was muted has its job again, and nothing before.
func TestRethinkComparesWhatCameMeanwhile(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, _ := u.watched(ctx)
	k := u.entered("templates", i)
	u.page(a, i, "/before", "33")
	u.later(time.Hour)
	_, err := u.Mute(ctx, u.scope("ada"), k.Bank, "")
	must(t, err)
	u.later(time.Hour)
	u.page(a, i, "/meanwhile", "44") // which captures the first one anew
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, "DELETE FROM river_job WHERE kind='match'"); return err }))
	since := u.now.Add(-time.Hour)
	must(t, u.Rethink(ctx, desk.Rethink{Bank: k.Bank, Since: db.At(since)}))
	if n := u.jobs("match"); n != 2 {
		t.Errorf("%d captures are compared, want two of three", n)
	}
}

// The program says that known content matches too much, and stops; a person decides.
func TestFlood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.Rules.Flood = iru.FloodRule{Items: 3, Reason: "three in this test"}
		a, i, _ := u.watched(ctx)
		k := u.entered("templates", i)
		meet := func(n int) iru.Item {
			t.Helper()
			p := u.page(a, i, fmt.Sprintf("/%d", n), fmt.Sprint(10+n))
			must(t, u.RecordMatches(ctx, u.item(p.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "pdq", Where: p.Locator}}))
			return p
		}
		met := func(id iru.ItemID) int {
			return len(view(u, func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(ctx, iru.Program(), id) }))
		}
		meet(1)
		if f := u.known(k.ID).Flood; f != iru.FloodNone {
			t.Errorf("after two: %q", f)
		}
		second := meet(2)
		if now := u.known(k.ID); now.Flood != iru.FloodMarked || now.State != iru.KnownActive {
			t.Errorf("after three: %+v", now)
		}
		if met(second.ID) != 1 || met(meet(3).ID) != 0 {
			t.Error("what made it flood is shown, and nothing further is")
		}
		es := u.events("known", k.ID)
		if e := es[len(es)-1]; e.Verb != "flood" || e.By != 0 || e.Note != "three in this test" {
			t.Errorf("%+v", e)
		}
		_, err := u.Spare(ctx, u.scope("sig"), k.ID, "")
		refused(t, "a signing officer", err, iru.Forbidden, "")
		_, err = u.Spare(ctx, u.scope("ada"), k.ID, "their emblem")
		must(t, err)
		_, err = u.Spare(ctx, u.scope("ada"), k.ID, "")
		refused(t, "twice", err, iru.Conflict, "not marked")
		if met(meet(4).ID) != 1 || u.known(k.ID).Flood != iru.FloodSpared {
			t.Error("what a person spared is suggested, and not marked again")
		}
		u.whole()
	})
}

// What a person confirmed once never floods.
func TestConfirmedNeverFloods(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	u.Rules.Flood = iru.FloodRule{Items: 2}
	a, i, _ := u.watched(ctx)
	k := u.entered("templates", i)
	ms := view(u, func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(ctx, iru.Program(), i.ID) })
	must(t, u.Judge(ctx, u.scope("ada"), ms[0].ID, "confirm", ""))
	for n := range 3 {
		p := u.page(a, i, fmt.Sprintf("/%d", n), fmt.Sprint(10+n))
		must(t, u.RecordMatches(ctx, u.item(p.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "pdq", Where: p.Locator}}))
	}
	if f := u.known(k.ID).Flood; f != iru.FloodNone {
		t.Errorf("%q", f)
	}
}

func TestOpinions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		k := u.entered("templates", i)
		say := func(who, partner string, v iru.Verdict) error {
			u.later(time.Minute)
			_, err := u.Opine(ctx, u.scope(who), iru.Opinion{Known: k.ID, Partner: partner, Verdict: v, Note: "snow"})
			return err
		}
		refused(t, "nothing to take back", say("ada", "", iru.VerdictWithdrawn), iru.Conflict, "no opinion")
		refused(t, "no verdict", say("ada", "", "maybe"), iru.Invalid, "no such opinion")
		refused(t, "a signing officer", say("sig", "", iru.VerdictDisputed), iru.Forbidden, "")
		must(t, say("ada", "", iru.VerdictConfirmed))
		must(t, say("ben", "Unit N", iru.VerdictDisputed))
		must(t, say("ada", "", iru.VerdictDisputed))
		must(t, u.Rethink(ctx, desk.Rethink{Known: k.ID}))
		standing := func() string {
			var out []string
			for _, o := range view(u, func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(ctx, iru.Program(), i.ID) })[0].Opinions {
				out = append(out, fmt.Sprint(o.Partner, " ", o.Verdict))
			}
			return strings.Join(out, ", ")
		}
		if s := standing(); s != "Unit N disputed,  disputed" {
			t.Errorf("beside the match stands %q", s)
		}
		if n := u.item(i.ID).Reasons[0].Note; !strings.Contains(n, "disputed by Unit N") || !strings.Contains(n, "disputed by the unit") {
			t.Errorf("the reason says %q", n)
		}
		must(t, say("ben", "", iru.VerdictWithdrawn))
		if s := standing(); s != "Unit N disputed" {
			t.Errorf("after one was taken back stands %q", s)
		}
		if all := view(u, func(x *db.Tx) ([]iru.Opinion, error) { return x.OpinionsOf(ctx, u.scope("ada"), k.ID) }); len(all) != 4 {
			t.Errorf("%d opinions are kept, not four", len(all))
		}
		u.whole()
	})
}
