// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A told is what the test itself knows of one act that it made: the oracle of every figure.
type told struct {
	notice  iru.Notice
	events  []iru.Event // sealed ones only
	ongoing bool
}

func (a told) first(verbs ...string) (iru.Event, bool) {
	i := slices.IndexFunc(a.events, func(e iru.Event) bool { return slices.Contains(verbs, e.Verb) })
	if i < 0 {
		return iru.Event{}, false
	}
	return a.events[i], true
}

func (a told) left(year int) bool {
	i := slices.IndexFunc(a.events, func(e iru.Event) bool {
		return e.From == "dispatched" && slices.Contains([]string{"send", "receive", "bounce"}, e.Verb)
	})
	return i >= 0 && a.events[i].At.Year() == year
}

func (a told) did(verb string) bool { _, ok := a.first(verb); return ok }

// A random store: acts of two units that went any way that the state table allows, in three years, some in operations; findings; orders for
// practice; and events that no checkpoint covers.
type randomStore struct {
	*unit
	dice      *rand.Rand
	acts      []told
	given     map[string]int // findings of 2026 by kind
	overturn  int
	spots     int64
	more      map[string]int // what the law's own steps made, by figure: in the year for the internal edition, and "public " for the public one
	providers []iru.Provider
	over      iru.OperationID // one that was closed
	asked     int             // questions before an asset is touched
}

func randomly(u *unit, seed uint64, acts int) *randomStore {
	u.t.Helper()
	ctx := u.t.Context()
	r := &randomStore{unit: u, dice: rand.New(rand.NewPCG(seed, 7)), given: map[string]int{}, more: map[string]int{}}
	a, i, host := u.watched(ctx)
	other := u.second()
	must(u.t, u.DB.View(ctx, func(x *db.Tx) error {
		second, err := x.ProviderByName(ctx, a.Unit, "Alder Names", legal.Registrar)
		r.providers = []iru.Provider{host, second}
		return err
	}))
	var over, running iru.Operation
	must(u.t, u.DB.Tx(ctx, func(x *db.Tx) error {
		for n, o := range []*iru.Operation{&over, &running} {
			*o = iru.Operation{Unit: a.Unit, Name: fmt.Sprint("joint ", n), Outlets: []iru.OutletID{}, State: iru.OperationReleased, Director: u.people["dora"].ID, Created: u.now}
			if err := x.AddOperation(ctx, o); err != nil {
				return err
			}
		}
		_, err := x.Record(ctx, iru.Event{At: u.now, Unit: a.Unit, Subject: iru.Subject{Noun: "operation", ID: int64(over.ID)}, Verb: "close", From: "released", To: "closed"})
		return err
	}))
	r.over = over.ID
	instruments := []legal.Instrument{legal.RemovalOrder, legal.RemovalOrder, legal.Notice, legal.Referral}
	for k := range acts {
		n := iru.Notice{Unit: a.Unit, Ref: fmt.Sprintf("X-%04d", k), Instrument: instruments[r.dice.IntN(len(instruments))], Request: legal.RemoveContent, Asset: a.ID, Item: i.ID, Locator: a.Locator,
			Provider: r.providers[r.dice.IntN(2)].ID, Layer: legal.Host, Drafted: u.people["ada"].ID, Approvals: []iru.Approval{}, State: iru.NoticeDraft, Key: fmt.Sprint("key", k), Created: u.now}
		n.Facts = []string{"", `{"limbs":["c"]}`, `{"limbs":["d","a"]}`}[r.dice.IntN(3)]
		if r.dice.IntN(8) == 0 {
			n.Unit = other.ID
		}
		ongoing := false
		switch r.dice.IntN(6) {
		case 0:
			n.Operation = over.ID
		case 1:
			n.Operation, ongoing = running.ID, true
		}
		x := told{notice: n, ongoing: ongoing}
		at := time.Date(2025+r.dice.IntN(3), 12, 31, 23, 0, 0, 0, time.UTC).Add(-time.Duration(r.dice.IntN(400*24*60)) * time.Minute)
		must(u.t, u.DB.Tx(ctx, func(t *db.Tx) error {
			x.events = nil
			if err := t.AddNotice(ctx, &x.notice); err != nil {
				return err
			}
			state, when := iru.NoticeDraft, at
			for range r.dice.IntN(14) {
				next := r.after(state)
				if next.Verb == "" {
					break
				}
				when = when.Add(time.Duration(1+r.dice.IntN(5000)) * time.Minute)
				e := iru.Event{At: when, Unit: n.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(x.notice.ID)}, Verb: next.Verb, From: string(state), To: string(next.To), Index: -1}
				if _, err := t.Record(ctx, e); err != nil {
					return err
				}
				x.events, state = append(x.events, e), next.To
			}
			// An order for practice has events of its own that look alike.
			_, err := t.Record(ctx, iru.Event{At: at, Unit: n.Unit, Subject: iru.Subject{Noun: "drill", ID: int64(x.notice.ID)}, Verb: "send", From: "dispatched", To: "sent"})
			return err
		}))
		r.acts = append(r.acts, x)
		r.law(x)
		if r.dice.IntN(2) == 0 {
			r.find(a.Unit, i, at)
			r.second(a.Unit, i, at)
		}
	}
	r.practised(a, i, host)
	u.whole()
	r.unsealed(a, i)
	return r
}

// practised adds a drill that is over, with all that a real day leaves behind: nothing of it is a figure.
func (r *randomStore) practised(a iru.Asset, i iru.Item, p iru.Provider) {
	r.t.Helper()
	ctx, at := r.t.Context(), time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	must(r.t, r.DB.Tx(ctx, func(t *db.Tx) error {
		say := func(noun string, id int64, verb, from, to string) error {
			_, err := t.Record(ctx, iru.Event{At: at, Unit: a.Unit, Subject: iru.Subject{Noun: noun, ID: id}, Verb: verb, From: from, To: to, Index: -1})
			return err
		}
		o := iru.Operation{Unit: a.Unit, Name: "practice", Outlets: []iru.OutletID{}, State: iru.OperationClosed, Director: r.people["dora"].ID, Created: at, Drill: true}
		if err := errors.Join(t.AddOperation(ctx, &o), say("operation", int64(o.ID), "close", "released", "closed")); err != nil {
			return err
		}
		n := iru.Notice{Unit: a.Unit, Ref: "DRILL-RO-0001", Instrument: legal.RemovalOrder, Request: legal.RemoveContent, Asset: a.ID, Item: i.ID, Locator: a.Locator, Provider: p.ID, Layer: legal.Host,
			Drafted: r.people["ada"].ID, Approvals: []iru.Approval{}, State: iru.NoticeComplied, Key: "drill", Created: at, Operation: o.ID, Drill: true}
		if err := t.AddNotice(ctx, &n); err != nil {
			return err
		}
		w := iru.Waiver{Unit: a.Unit, Notice: n.ID, Reason: "exercise", By: r.people["ada"].ID, At: at, State: iru.WaiverGranted}
		q := iru.Deconfliction{UID: fmt.Sprintf("%032x", 1<<40), Operation: o.ID, Asset: a.ID, Address: a.Locator, State: iru.DeconflictionHold, Asked: at, Due: at}
		if err := errors.Join(t.AddWaiver(ctx, &w), t.AddDeconfliction(ctx, &q)); err != nil {
			return err
		}
		return errors.Join(say("notice", int64(n.ID), "send", "dispatched", "sent"), say("notice", int64(n.ID), "receive", "sent", "received"), say("notice", int64(n.ID), "verify", "received", "complied"),
			say("waiver", w.ID, "grant", "asked", "granted"), say("deconfliction", int64(q.ID), "ask", "", "requested"), say("deconfliction", int64(q.ID), "hold", "requested", "hold"))
	}))
}

func (r *randomStore) after(from iru.NoticeState) (next struct {
	Verb string
	To   iru.NoticeState
}) {
	var may []int
	for k, s := range iru.NoticeTable {
		// Withdrawal would end most walks at once.
		if s.From == from && (s.Verb != "withdraw" && s.Verb != "return" || r.dice.IntN(6) == 0) {
			may = append(may, k)
		}
	}
	if len(may) > 0 {
		s := iru.NoticeTable[may[r.dice.IntN(len(may))]]
		next.Verb, next.To = s.Verb, s.To
	}
	return next
}

// law takes some of the law's own steps about an act.
func (r *randomStore) law(a told) {
	r.t.Helper()
	ctx, ours := r.t.Context(), a.notice.Unit == r.people["ada"].Unit
	order := a.notice.Instrument == legal.RemovalOrder
	count := func(figure string, yes bool) {
		if yes && ours {
			r.more[figure]++
			if !a.ongoing {
				r.more["public "+figure]++
			}
		}
	}
	must(r.t, r.DB.Tx(ctx, func(t *db.Tx) error {
		say := func(noun string, id int64, verb, to string, at time.Time) error {
			_, err := t.Record(ctx, iru.Event{At: at, Unit: a.notice.Unit, Subject: iru.Subject{Noun: noun, ID: id}, Verb: verb, To: to})
			return err
		}
		at := time.Date(2025+r.dice.IntN(3), 7, 1, 0, 0, 0, 0, time.UTC)
		now := at.Year() == 2026
		switch r.dice.IntN(6) {
		case 0: // a copy, perhaps examined, perhaps to the end
			s := iru.Scrutiny{Unit: a.notice.Unit, Role: iru.AsIssuer, State: iru.ScrutinyCopied, Notice: a.notice.ID, Ref: a.notice.Ref, Country: "XB", Limbs: []string{}, Created: at}
			if err := t.AddScrutiny(ctx, &s); err != nil {
				return err
			}
			err := say("scrutiny", int64(s.ID), "open", "copied", at)
			count("tco8.a.cross_border", order && a.left(2026))
			if r.dice.IntN(2) == 0 {
				err = errors.Join(err, say("scrutiny", int64(s.ID), "announce", "announced", at), say("scrutiny", int64(s.ID), "infringe", "infringed", at))
				count("tco8.a.scrutinised", order && a.left(2026))
			} else {
				err = errors.Join(err, say("scrutiny", int64(s.ID), "lapse", "lapsed", at))
			}
			return err
		case 1: // of another state, examined here
			s := iru.Scrutiny{Unit: a.notice.Unit, Role: iru.AsScrutiniser, State: iru.ScrutinyCopied, Ref: a.notice.Ref, Country: "XC", Limbs: []string{}, Created: at}
			if err := t.AddScrutiny(ctx, &s); err != nil {
				return err
			}
			if ours && now { // no act of ours, so no operation
				r.more["tco8.a.examined"]++
				r.more["public tco8.a.examined"]++
			}
			return errors.Join(say("scrutiny", int64(s.ID), "open", "copied", at), say("scrutiny", int64(s.ID), "conclude", "concluded", at))
		case 2:
			x := iru.Appeal{Unit: a.notice.Unit, Notice: a.notice.ID, By: "provider", Body: "a court", Lodged: at, State: iru.AppealLodged}
			if err := t.AddAppeal(ctx, &x); err != nil {
				return err
			}
			count("tco8.c.reviews", order && now)
			count("tco21.e.reviews", order && now)
			err := say("appeal", x.ID, "lodge", "lodged", at)
			if r.dice.IntN(2) == 0 {
				err = errors.Join(err, say("appeal", x.ID, "annul", "annulled", at))
			}
			return err
		case 3:
			x := iru.Reinstatement{Unit: a.notice.Unit, Notice: a.notice.ID, Asset: a.notice.Asset, Cause: "annulled", State: iru.ReinstatementOwed, Created: at}
			if err := t.AddReinstatement(ctx, &x); err != nil {
				return err
			}
			count("unit.reinstated", now)
			return errors.Join(say("reinstatement", x.ID, "owe", "owed", at), say("reinstatement", x.ID, "verify", "verified", at))
		case 4:
			x := iru.Waiver{Unit: a.notice.Unit, Notice: a.notice.ID, Reason: "exercise", By: r.people["ada"].ID, At: at, State: iru.WaiverAsked}
			if err := t.AddWaiver(ctx, &x); err != nil {
				return err
			}
			verb := []string{"grant", "refuse"}[r.dice.IntN(2)]
			count("unit.waivers", now && verb == "grant")
			return errors.Join(say("waiver", x.ID, "ask", "asked", at), say("waiver", x.ID, verb, verb+"ed", at))
		case 5: // a question to another unit, of the act's operation or of one that is over
			r.asked++
			x := iru.Deconfliction{UID: fmt.Sprintf("%032x", r.asked), Operation: a.notice.Operation, Asset: a.notice.Asset, Address: fmt.Sprintf("https://line-%d.weather.test/", r.asked), State: iru.DeconflictionRequested, Asked: at, Due: at}
			if x.Operation == 0 {
				x.Operation = r.over
			}
			if err := t.AddDeconfliction(ctx, &x); err != nil {
				return err
			}
			count("unit.deconfliction", now)
			if err := say("deconfliction", int64(x.ID), "ask", "requested", at); err != nil || r.asked%2 == 0 {
				return err
			}
			count("unit.held", now)
			return say("deconfliction", int64(x.ID), "hold", "hold", at)
		}
		return nil
	}))
}

// second takes what second readers and the fast lane do.
func (r *randomStore) second(unit iru.UnitID, i iru.Item, at time.Time) {
	r.t.Helper()
	ctx, now := r.t.Context(), at.Year() == 2026
	count := func(figure string) {
		if now {
			r.more[figure]++
			r.more["public "+figure]++
		}
	}
	must(r.t, r.DB.Tx(ctx, func(t *db.Tx) error {
		say := func(noun string, id int64, verb, to string) error {
			_, err := t.Record(ctx, iru.Event{At: at, Unit: unit, Subject: iru.Subject{Noun: noun, ID: id}, Verb: verb, To: to})
			return err
		}
		r.spots++
		switch n := r.spots; r.dice.IntN(4) {
		case 0:
			count("unit.spots")
			return say("spot", n, "agree", "agreed")
		case 1:
			count("unit.spots")
			count("unit.differ")
			count("unit.disagreement")
			return say("spot", n, "differ", "differs")
		case 2:
			return say("spot", n, "lapse", "lapsed")
		}
		h := iru.Threat{Unit: unit, Item: i.ID, Category: "attack", Reason: "exercise", First: r.people["ada"].ID, FirstAt: at, Overrides: []string{}, Inform: []iru.Inform{}, State: iru.ThreatDeclared}
		if err := t.AddThreat(ctx, &h); err != nil {
			return err
		}
		count("unit.threats")
		return errors.Join(say("threat", int64(h.ID), "open", "opened"), say("threat", int64(h.ID), "declare", "declared"))
	}))
}

func (r *randomStore) find(unit iru.UnitID, i iru.Item, at time.Time) {
	r.t.Helper()
	ctx := r.t.Context()
	f := []iru.Finding{iru.FindRefer, iru.FindNoAction, iru.FindDuplicate}[r.dice.IntN(3)]
	overturned := r.dice.IntN(4) == 0
	must(r.t, r.DB.Tx(ctx, func(t *db.Tx) error {
		x := iru.Assessment{Unit: unit, Item: i.ID, By: r.people["ada"].ID, At: at, Finding: f, Limbs: []string{}, State: iru.AssessmentGiven, Reason: "exercise"}
		if err := t.AddAssessment(ctx, &x); err != nil {
			return err
		}
		e := iru.Event{At: at, Unit: unit, Subject: iru.Subject{Noun: "assessment", ID: int64(x.ID)}, Verb: "give", To: "given"}
		if _, err := t.Record(ctx, e); err != nil || !overturned {
			return err
		}
		if at.Year() == 2026 {
			r.more["unit.confirmed"]++
			r.more["public unit.confirmed"]++
		}
		e.Verb, e.To = "confirm", "confirmed"
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		e.Verb, e.From, e.To = "overturn", "confirmed", "overturned"
		_, err := t.Record(ctx, e)
		return err
	}))
	if at.Year() == 2026 {
		r.given[string(f)]++
		if overturned {
			r.overturn++
		}
	}
}

// unsealed adds an act whose events no checkpoint covers: it is in no figure.
func (r *randomStore) unsealed(a iru.Asset, i iru.Item) {
	r.t.Helper()
	ctx := r.t.Context()
	must(r.t, r.DB.Tx(ctx, func(t *db.Tx) error {
		n := iru.Notice{Unit: a.Unit, Ref: "X-late", Instrument: legal.RemovalOrder, Request: legal.RemoveContent, Asset: a.ID, Item: i.ID, Locator: a.Locator, Provider: r.providers[0].ID, Layer: legal.Host,
			Drafted: r.people["ada"].ID, Approvals: []iru.Approval{}, State: iru.NoticeSent, Key: "late", Created: r.now}
		if err := t.AddNotice(ctx, &n); err != nil {
			return err
		}
		_, err := t.Record(ctx, iru.Event{At: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Unit: a.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Verb: "send", From: "dispatched", To: "sent"})
		return err
	}))
}

// is counts the acts of unit A of an instrument ("" for all) that left in 2026 and that a test holds for.
func (r *randomStore) is(only legal.Instrument, ongoing bool, also func(told) bool) int {
	n := 0
	for _, a := range r.acts {
		if a.notice.Unit == r.people["ada"].Unit && (only == "" || a.notice.Instrument == only) && (ongoing || !a.ongoing) && a.left(2026) && also(a) {
			n++
		}
	}
	return n
}

// want is what each figure must be, by the test's own knowledge.
func (r *randomStore) want(id string, ongoing bool) int {
	all := func(told) bool { return true }
	did := func(verb string) func(told) bool { return func(a told) bool { return a.did(verb) } }
	switch id {
	case "tco8.a.issued", "tco21.a.issued":
		return r.is(legal.RemovalOrder, ongoing, all)
	case "tco8.a.removed", "tco21.a.removed":
		return r.is(legal.RemovalOrder, ongoing, did("verify"))
	case "tco8.a.not_removed":
		return r.is(legal.RemovalOrder, ongoing, func(a told) bool { return !a.did("verify") })
	case "tco21.a.median", "tco21.a.p90":
		return r.is(legal.RemovalOrder, ongoing, did("receive"))
	case "dsa22.notices":
		return r.is(legal.Notice, ongoing, all)
	case "unit.assessed":
		return r.given["refer"] + r.given["no_action"] + r.given["duplicate"]
	case "unit.overturned":
		return r.overturn
	case "unit.referred":
		return r.is("", ongoing, all)
	case "unit.received", "unit.median", "unit.p90":
		return r.is("", ongoing, did("receive"))
	case "unit.removed", "unit.success":
		return r.is("", ongoing, did("verify"))
	case "unit.back", "unit.reupload":
		return r.is("", ongoing, did("breach"))
	}
	if n, ok := r.more[map[bool]string{false: "public "}[ongoing]+id]; ok {
		return n
	}
	return 0
}
