// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// page adds an item with that content, on the asset of the first one.
func (u *unit) page(a iru.Asset, first iru.Item, path, content string) iru.Item {
	u.t.Helper()
	ctx := u.t.Context()
	address := strings.TrimSuffix(a.Locator, "/") + path
	_, err := u.RecordCapture(ctx, captured(first, u.now, "text", desk.Link{URL: address}))
	must(u.t, err)
	i := view(u, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(ctx, a.Unit, address) })
	r := captured(i, u.now, "text")
	r.Content = strings.Repeat(content, 32)
	r.Prints = []iru.Print{{Medium: "sha256", Value: r.Content, Where: address}}
	_, err = u.RecordCapture(ctx, r)
	must(u.t, err)
	return u.item(i.ID)
}

func TestAssess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		good := finding(i, iru.PurposeProceed)
		_, err := u.Assess(ctx, u.scope("sig"), good)
		refused(t, "a signing officer", err, iru.Forbidden, "assess content")
		_, err = u.Assess(ctx, iru.Program(), good)
		refused(t, "the program", err, iru.Forbidden, "signed in")
		for says, f := range map[string]func(*iru.Assessment){
			"reason is missing":        func(a *iru.Assessment) { a.Reason = " " },
			"true-purpose step is":     func(a *iru.Assessment) { a.Purpose = "" },
			"true-purpose step has":    func(a *iru.Assessment) { a.PurposeReason = "" },
			"no ground was named":      func(a *iru.Assessment) { a.Limbs = nil },
			"unknown limb z":           func(a *iru.Assessment) { a.Limbs = []string{"a", "z"} },
			"passage is missing":       func(a *iru.Assessment) { a.Passage = "" },
			"publicly accessible":      func(a *iru.Assessment) { a.Public = false },
			"cannot repeat itself":     func(a *iru.Assessment) { a.Finding, a.Of = iru.FindDuplicate, i.ID },
			"item that it repeats":     func(a *iru.Assessment) { a.Finding, a.Of = iru.FindDuplicate, 0 },
			"unknown finding \"gone\"": func(a *iru.Assessment) { a.Finding = "gone" },
		} {
			bad := good
			f(&bad)
			_, err := u.Assess(ctx, u.scope("ada"), bad)
			refused(t, says, err, iru.Invalid, strings.ReplaceAll(says, `"`, ""))
		}
		bad := good
		bad.Purpose = iru.PurposeExcluded
		_, err = u.Assess(ctx, u.scope("ada"), bad)
		refused(t, "a protected purpose", err, iru.Conflict, "choose no action")
		bad.Purpose, bad.Finding, bad.Of = iru.PurposeProceed, iru.FindDuplicate, 999
		_, err = u.Assess(ctx, u.scope("ada"), bad)
		refused(t, "repeats what is not there", err, iru.NotFound, "the item that it repeats")
		u.second()
		_, err = u.Assess(ctx, u.scope("bea"), good)
		refused(t, "another unit", err, iru.NotFound, "item")
		if n := len(u.opinions(i.ID)); n != 0 {
			t.Fatalf("%d refused assessments were stored", n)
		}
		// Held by a colleague.
		_, err = u.Hold(ctx, u.scope("ben"), i.ID)
		must(t, err)
		_, err = u.Hold(ctx, u.scope("ada"), i.ID)
		refused(t, "held", err, iru.Conflict, "holds this item until")
		_, err = u.Assess(ctx, u.scope("ada"), good)
		refused(t, "held by another officer", err, iru.Conflict, "holds this item until")
		must(t, u.PassOn(ctx, u.scope("ada"), i.ID)) // not hers: nothing happens
		if u.item(i.ID).HeldBy != u.people["ben"].ID {
			t.Error("somebody else's lock was given back")
		}
		must(t, u.PassOn(ctx, u.scope("ben"), i.ID))
		a, err := u.Assess(ctx, u.scope("ada"), good)
		must(t, err)
		if got := u.item(i.ID); a.State != iru.AssessmentGiven || a.By != u.people["ada"].ID || !a.At.Equal(u.now) || got.State != iru.ItemReferred || got.HeldBy != 0 {
			t.Errorf("%+v, item %+v", a, got)
		}
		_, err = u.Assess(ctx, u.scope("ben"), good)
		refused(t, "judged already", err, iru.Conflict, "possible now: [reopen return]")
		u.whole()
	})
}

func TestSecondOpinion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.watched(ctx)
		first, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeDoubt))
		must(t, err)
		if first.State != iru.AssessmentDoubted || u.item(i.ID).State != iru.ItemSecond {
			t.Fatalf("a doubt: %s, item %s", first.State, u.item(i.ID).State)
		}
		_, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
		refused(t, "an act on a doubt", err, iru.Conflict, "no person has found")
		_, err = u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
		refused(t, "her own second opinion", err, iru.Forbidden, "another person")
		_, err = u.Assess(ctx, u.scope("ben"), finding(i, iru.PurposeDoubt))
		refused(t, "two doubts", err, iru.Conflict, "two doubts do not make an act")
		second, err := u.Assess(ctx, u.scope("ben"), finding(i, iru.PurposeProceed))
		must(t, err)
		all := u.opinions(i.ID)
		if len(all) != 2 || all[1].State != iru.AssessmentConfirmed || second.Second != first.ID || u.item(i.ID).State != iru.ItemReferred {
			t.Errorf("%+v", all)
		}
		refused(t, "undone after it settled a doubt", u.Undo(ctx, u.scope("ben"), second.ID), iru.Conflict, "second opinion")
		// The other way round: asked for without a finding, and answered by no action.
		other := u.page(a, i, "/two", "11")
		must(t, u.AskSecond(ctx, u.scope("ada"), other.ID, "beyond me"))
		_, err = u.Assess(ctx, u.scope("ada"), finding(other, iru.PurposeProceed))
		refused(t, "the one who asked answers", err, iru.Forbidden, "another person")
		_, err = u.Assess(ctx, u.scope("ben"), iru.Assessment{Item: other.ID, Finding: iru.FindNoAction, Reason: "a weather report"})
		must(t, err)
		// A doubt that the second reviewer does not share.
		third := u.page(a, i, "/three", "22")
		_, err = u.Assess(ctx, u.scope("ada"), finding(third, iru.PurposeDoubt))
		must(t, err)
		_, err = u.Assess(ctx, u.scope("lena"), iru.Assessment{Item: third.ID, Finding: iru.FindNoAction, Reason: "journalism"})
		must(t, err)
		if o := u.opinions(third.ID); o[1].State != iru.AssessmentOverturned || u.item(third.ID).State != iru.ItemDismissed || u.item(other.ID).State != iru.ItemDismissed {
			t.Errorf("%+v", o)
		}
		// A doubt can be taken back by its author.
		fourth := u.page(a, i, "/four", "33")
		doubt, err := u.Assess(ctx, u.scope("ada"), finding(fourth, iru.PurposeDoubt))
		must(t, err)
		must(t, u.Undo(ctx, u.scope("ada"), doubt.ID))
		if u.item(fourth.ID).State != iru.ItemReady {
			t.Errorf("after the doubt was taken back: %s", u.item(fourth.ID).State)
		}
		u.whole()
	})
}

// One finding settles the same content wherever it waits, and taking it back takes all of it back.
func TestSameContentIsJudgedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		one, two, held, else1 := u.page(a, i, "/1", "11"), u.page(a, i, "/2", "11"), u.page(a, i, "/3", "11"), u.page(a, i, "/4", "22")
		_, err := u.Hold(ctx, u.scope("ben"), held.ID)
		must(t, err)
		given, err := u.Assess(ctx, u.scope("ada"), finding(one, iru.PurposeProceed))
		must(t, err)
		want := map[iru.ItemID]iru.ItemState{one.ID: iru.ItemReferred, two.ID: iru.ItemReferred, held.ID: iru.ItemReady, else1.ID: iru.ItemReady}
		check := func(when string) {
			t.Helper()
			for id, s := range want {
				if got := u.item(id).State; got != s {
					t.Errorf("%s: item %d is %s, want %s", when, id, got, s)
				}
			}
		}
		check("one finding")
		if o := u.opinions(two.ID); len(o) != 1 || o[0].By != u.people["ada"].ID || !strings.Contains(o[0].Reason, "same content as item") {
			t.Errorf("what was settled with it: %+v", o)
		}
		bank := func() (muted, all int) {
			ks := view(u, func(x *db.Tx) ([]iru.Known, error) { return x.KnownsFrom(ctx, a.Unit, desk.OwnBank, one.ID) })
			for _, k := range ks {
				if k.State == iru.KnownWithdrawn {
					muted++
				}
			}
			return muted, len(ks)
		}
		if m, n := bank(); m != 0 || n != 1 {
			t.Errorf("the bank has %d entries, %d muted", n, m)
		}
		refused(t, "undone by a colleague", u.Undo(ctx, u.scope("ben"), given.ID), iru.Forbidden, "only its author")
		u.later(10 * time.Second)
		must(t, u.Undo(ctx, u.scope("ada"), given.ID))
		want[one.ID], want[two.ID] = iru.ItemReady, iru.ItemReady
		check("taken back")
		if m, n := bank(); m != 1 || n != 1 {
			t.Errorf("after it was taken back the bank has %d entries, %d muted", n, m)
		}
		refused(t, "undone twice", u.Undo(ctx, u.scope("ada"), given.ID), iru.Conflict, "cannot undo")
		ev := u.events("assessment", int64(given.ID))
		if last := ev[len(ev)-1]; last.Verb != "undo" || last.To != "undone" {
			t.Errorf("told as %+v", ev)
		}
		// Judged anew, the bank says what the unit says now.
		_, err = u.Assess(ctx, u.scope("ada"), iru.Assessment{Item: two.ID, Finding: iru.FindNoAction, Reason: "a weather report"})
		must(t, err)
		want[one.ID], want[two.ID] = iru.ItemDismissed, iru.ItemDismissed
		check("judged anew")
		k := view(u, func(x *db.Tx) (iru.Known, error) {
			b, err := x.BankByName(ctx, a.Unit, desk.OwnBank)
			must(t, err)
			return x.KnownBySignal(ctx, b.ID, signal(t, "sha256", strings.Repeat("11", 32)))
		})
		if k.State != iru.KnownActive || k.Finding != string(iru.FindNoAction) || k.Item != two.ID {
			t.Errorf("the bank: %+v", k)
		}
		u.whole()
	})
}

// An item that repeats another one is settled alone: the other one must still be judged.
func TestDuplicate(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, _ := u.watched(ctx)
	one, two := u.page(a, i, "/1", "11"), u.page(a, i, "/2", "11")
	_, err := u.Assess(ctx, u.scope("ada"), iru.Assessment{Item: two.ID, Finding: iru.FindDuplicate, Of: one.ID, Reason: "the same page"})
	must(t, err)
	if u.item(two.ID).State != iru.ItemDismissed || u.item(one.ID).State != iru.ItemReady || len(u.opinions(one.ID)) != 0 {
		t.Errorf("the repeated one is %s, with %+v", u.item(one.ID).State, u.opinions(one.ID))
	}
}

func TestUndoLimits(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.watched(ctx)
	given, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
	must(t, err)
	n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
	must(t, err)
	refused(t, "an act rests on it", u.Undo(ctx, u.scope("ada"), given.ID), iru.Conflict, n.Ref)
	_, err = u.Withdraw(ctx, u.scope("ada"), n.ID, "a mistake")
	must(t, err)
	u.later(10*time.Second + time.Microsecond)
	refused(t, "too late", u.Undo(ctx, u.scope("ada"), given.ID), iru.Conflict, "ten seconds")
}

func TestDeferAndWake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		refused(t, "a signing officer", u.Defer(ctx, u.scope("sig"), i.ID, u.now.Add(time.Hour), ""), iru.Forbidden, "assess")
		refused(t, "in the past", u.Defer(ctx, u.scope("ada"), i.ID, u.now, ""), iru.Invalid, "past")
		must(t, u.Defer(ctx, u.scope("ada"), i.ID, u.now.Add(time.Hour), "the translator comes at nine"))
		queue := func() int {
			return len(view(u, func(x *db.Tx) ([]iru.Item, error) { return x.Queue(ctx, u.scope("ada"), u.now, 9) }))
		}
		if queue() != 0 {
			t.Error("it is in the queue all the same")
		}
		_, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
		refused(t, "before it wakes", err, iru.Conflict, "deferred")
		u.later(time.Hour)
		if queue() != 1 {
			t.Error("it did not come back")
		}
		held, err := u.Hold(ctx, u.scope("ada"), i.ID)
		must(t, err)
		if held.State != iru.ItemReady || held.HeldBy != u.people["ada"].ID {
			t.Errorf("%+v", held)
		}
		must(t, u.Defer(ctx, u.scope("ada"), i.ID, u.now.Add(time.Hour), ""))
		u.later(2 * time.Hour)
		_, err = u.Assess(ctx, u.scope("ben"), finding(i, iru.PurposeProceed)) // by a program, without taking it first
		must(t, err)
		u.whole()
	})
}

func TestMatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		pdq := signal(t, "pdq", strings.Repeat("0f", 32))
		for says, x := range map[string]struct {
			bank string
			k    iru.Known
		}{
			"a bank, a fingerprint and a label": {"b", iru.Known{Label: "l", Finding: "refer"}},
			"needs a bank":                      {" ", iru.Known{Signals: []iru.Signal{pdq}, Label: "l", Finding: "refer"}},
			"a name, on one line":               {"b\nc", iru.Known{Signals: []iru.Signal{pdq}, Label: "l", Finding: "refer"}},
			"not said what was found then":      {"b", iru.Known{Signals: []iru.Signal{pdq}, Label: "l"}},
			"what was found then":               {"b", iru.Known{Signals: []iru.Signal{pdq}, Label: "l", Finding: "duplicate"}},
		} {
			_, err := u.Enter(ctx, u.scope("ada"), x.bank, x.k)
			refused(t, says, err, iru.Invalid, says)
		}
		_, err := u.Enter(ctx, u.scope("sig"), "b", iru.Known{Signals: []iru.Signal{pdq}, Label: "l"})
		refused(t, "a signing officer", err, iru.Forbidden, "enter known content")
		k, err := u.Enter(ctx, u.scope("ada"), "partners", iru.Known{Unit: 99, By: 99, Signals: []iru.Signal{signal(t, "sha256", " "+strings.Repeat("AB", 32))}, Label: "snow map", Finding: "refer"})
		must(t, err)
		if k.Signals[0].Text() != strings.Repeat("ab", 32) {
			t.Errorf("stored as %q", k.Signals[0])
		}
		_, err = u.Enter(ctx, u.scope("ada"), "templates", iru.Known{Signals: []iru.Signal{pdq, signal(t, "text", recognise.SketchText("snow line falls tonight over the pass").String())}, Label: "bulletin", Finding: "no_action"})
		must(t, err)
		if k.Unit != u.people["ada"].Unit || k.By != u.people["ada"].ID {
			t.Errorf("entered for %d by %d", k.Unit, k.By)
		}
		_, err = u.Enter(ctx, u.scope("ada"), "partners", iru.Known{Signals: k.Signals, Label: "again", Finding: "refer"})
		refused(t, "the same again", err, iru.Conflict, "")
		for range 2 {
			must(t, u.RecordMatches(ctx, u.item(i.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "sha256", Where: i.Locator}}))
		}
		got := u.item(i.ID)
		if got.State != iru.ItemReady || got.Priority != 70 || got.Reasons[0].Kind != "exact" || !strings.Contains(got.Reasons[0].Note, "judged then: refer") {
			t.Errorf("a match: %+v", got)
		}
		ms := view(u, func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(ctx, iru.Program(), i.ID) })
		if len(ms) != 1 || ms[0].State != iru.MatchSuggested {
			t.Fatalf("%+v", ms)
		}
		refused(t, "a signing officer", u.Judge(ctx, u.scope("sig"), ms[0].ID, "confirm", ""), iru.Forbidden, "assess")
		refused(t, "no such verb", u.Judge(ctx, u.scope("ada"), ms[0].ID, "eat", ""), iru.Conflict, "possible now")
		must(t, u.Judge(ctx, u.scope("ada"), ms[0].ID, "dispute", "another map"))
		if got := u.item(i.ID); got.Priority != 10 {
			t.Errorf("a disputed match still counts: %d", got.Priority)
		}
		must(t, u.Judge(ctx, u.scope("ada"), ms[0].ID, "confirm", "the same map after all"))
		must(t, u.Judge(ctx, u.scope("ada"), ms[0].ID, "withdraw", "the wrong line"))
		if got := u.item(i.ID); got.Priority != 10 {
			t.Errorf("a withdrawn match still counts: %d", got.Priority)
		}
		must(t, u.RecordMatches(ctx, u.item(i.ID).Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "sha256", Where: i.Locator}}))
		refused(t, "confirming what was withdrawn", u.Judge(ctx, u.scope("ada"), ms[0].ID, "confirm", ""), iru.Conflict, "restore")
		refused(t, "no reason", u.Judge(ctx, u.scope("ada"), ms[0].ID, "restore", " "), iru.Invalid, "reason is missing")
		refused(t, "a signing officer", u.Judge(ctx, u.scope("sig"), ms[0].ID, "restore", "r"), iru.Forbidden, "assess")
		must(t, u.Judge(ctx, u.scope("ada"), ms[0].ID, "restore", "withdrawn by mistake"))
		refused(t, "once is enough", u.Judge(ctx, u.scope("ada"), ms[0].ID, "restore", "r"), iru.Conflict, "possible now")
		if es := u.events("match", int64(ms[0].ID)); es[len(es)-1].From != "withdrawn" || es[len(es)-1].To != "suggested" || es[len(es)-1].Note != "withdrawn by mistake" {
			t.Errorf("the log says %+v", es[len(es)-1])
		}
		if got := u.item(i.ID); got.Priority != 70 {
			t.Errorf("a restored match does not count: %d", got.Priority)
		}
		u.whole()
	})
}

// A finding that has fallen away since the draft carries no approval, not even a reviewer's.
func TestApproveAfterTheFindingFell(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(t, err)
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		f := u.opinions(i.ID)[0]
		f.State = iru.AssessmentOverturned
		return x.UpdateAssessment(ctx, f, iru.AssessmentGiven)
	}))
	_, err = u.Approve(ctx, u.scope("lena"), n.ID)
	refused(t, "overturned", err, iru.Conflict, "no person has found")
}

func signal(t *testing.T, medium, text string) iru.Signal {
	t.Helper()
	s, err := iru.ParseSignal(medium, text)
	must(t, err)
	return s
}
