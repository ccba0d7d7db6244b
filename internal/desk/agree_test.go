// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// asks gives the questions of an operation that a unit is asked.
func (u *unit) asks(o iru.OperationID, of iru.UnitID) (ids []iru.DeconflictionID, qs []iru.Deconfliction) {
	u.t.Helper()
	for _, q := range view(u, func(x *db.Tx) ([]iru.Deconfliction, error) {
		return x.Deconflictions(u.t.Context(), iru.Program(), o)
	}) {
		if q.Unit == of {
			ids, qs = append(ids, q.ID), append(qs, q)
		}
	}
	return ids, qs
}

func (u *unit) answers(who string, ids []iru.DeconflictionID, a iru.DeconflictionAnswer) error {
	_, err := u.AnswerDeconflictions(u.t.Context(), u.scope(who), ids, a)
	return err
}

// TestNothingIsTouchedWhileAQuestionIsOpen goes the whole way of law.md section 5: hold, its end, the person who decides, evidence first, a threat to life, and what the asker never sees.
func TestNothingIsTouchedWhileAQuestionIsOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		ids, qs := u.asks(o.ID, theirs.Unit)
		if len(ids) != 1 || qs[0].State != iru.DeconflictionClear {
			t.Fatalf("asked: %+v", qs)
		}
		release := func() error {
			_, err := u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
			return err
		}
		// A hold after T0 was set: the count stands, what was armed is called back, and the asker sees a contact.
		must(t, release())
		hold := iru.DeconflictionAnswer{Verb: "hold", Until: u.now.Add(2 * time.Hour), Contact: "desk of unit B", Why: "Operation Hazel listens there"}
		refused(t, "another unit's answer", u.answers("ben", ids, hold), iru.Forbidden, "another unit is asked")
		refused(t, "a hold without an end", u.answers("brit", ids, iru.DeconflictionAnswer{Verb: "hold", Contact: "x"}), iru.Invalid, "end")
		must(t, u.answers("brit", ids, hold))
		if got := view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) }); got.State != iru.OperationHeld || !got.T0.IsZero() {
			t.Errorf("a hold at T-1: %+v", got)
		}
		_, qs = u.asks(o.ID, theirs.Unit)
		seen := view(u, func(x *db.Tx) ([]iru.Event, error) {
			return x.EventsBefore(ctx, u.scope("dora"), iru.Subject{}, 0, 500)
		})
		if text, _ := json.Marshal([]any{qs, seen}); strings.Contains(string(text), "Hazel") || !strings.Contains(string(text), "desk of unit B") {
			t.Error("who asks sees the case, or no contact")
		}
		_, err := u.Resume(ctx, u.scope("dora"), o.ID)
		must(t, err)
		refused(t, "released on a hold", release(), iru.Conflict, "is hold")
		// Its end brings nothing free: the director decides.
		u.now = u.now.Add(2 * time.Hour)
		if n, err := u.PassDeconflictions(ctx); n != 1 || err != nil {
			t.Errorf("%d ended: %v", n, err)
		}
		refused(t, "released on an expired hold", release(), iru.Conflict, "is expired")
		_, err = u.DecideDeconflictions(ctx, u.scope("ben"), ids, "they are silent")
		refused(t, "decided by somebody else", err, iru.Forbidden, "")
		_, err = u.DecideDeconflictions(ctx, u.scope("dora"), ids, "called them: it is over")
		must(t, err)
		must(t, release())
		_, err = u.HoldOperation(ctx, u.scope("dora"), o.ID, "once more")
		must(t, err)
		_, err = u.Resume(ctx, u.scope("dora"), o.ID)
		must(t, err)
		// A threat to life needs two different persons.
		must(t, u.answers("brit", ids, iru.DeconflictionAnswer{Verb: "evidence", Until: u.now.Add(time.Hour), Contact: "desk of unit B"}))
		_, err = u.OverrideDeconflictions(ctx, u.scope("lena"), ids)
		refused(t, "the second word before the first", err, iru.Conflict, "nobody has said yet")
		_, err = u.EndangerDeconflictions(ctx, u.scope("lena"), ids, "attack", "an attack on the harbour tram is announced there for tonight")
		must(t, err)
		_, err = u.OverrideDeconflictions(ctx, u.scope("lena"), ids)
		refused(t, "one person twice", err, iru.Forbidden, "different person")
		refused(t, "released before the second word", release(), iru.Conflict, "evidence first")
		_, err = u.OverrideDeconflictions(ctx, u.scope("sig"), ids)
		must(t, err)
		must(t, release())
		u.reviewed(o, ids)
		_ = ours
		u.whole()
	})
}

// TestHeldAssetStaysUntouched: a hold keeps an act of its own off the address too, vetoes it in a plan, and ends by the evidence.
func TestHeldAssetStaysUntouched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		ids, _ := u.asks(o.ID, theirs.Unit)
		must(t, u.answers("brit", ids, iru.DeconflictionAnswer{Verb: "evidence", Until: u.now.Add(time.Hour), Contact: "desk of unit B"}))
		n := u.approved(desk.DraftRequest{Asset: ours.Asset, Item: ours.Item, Provider: ours.Provider, Layer: ours.Layer, Instrument: legal.Referral})
		_, err := u.Seal(ctx, "test")
		must(t, err)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "an act of its own on a held asset", err, iru.Conflict, "hands are kept off")
		a := view(u, func(x *db.Tx) (iru.Asset, error) { return x.Asset(ctx, iru.Program(), ours.Asset) })
		p, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: a.Outlet})
		must(t, err)
		if !slices.ContainsFunc(p.Measures, func(m iru.PlanMeasure) bool { return strings.Contains(m.Veto, "desk of unit B") }) {
			t.Errorf("the plan does not veto it: %+v", p.Measures)
		}
		u.now = u.now.Add(time.Minute)
		_, err = u.RecordCapture(ctx, desk.Recording{Item: ours.Item, At: u.now, Vantage: "north", Outcome: iru.Up, Status: 200, Manifest: strings.Repeat("a", 64)})
		must(t, err)
		for range 2 {
			_, err = u.Seal(ctx, "test")
			must(t, err)
		}
		if _, qs := u.asks(o.ID, theirs.Unit); qs[0].State != iru.DeconflictionReleased || qs[0].Exhibit == 0 {
			t.Errorf("evidence was preserved: %+v", qs[0])
		}
		_, err = u.Dispatch(ctx, n.ID)
		must(t, err)
	})
}

// TestTwoOperationsOnOneAsset: each sees that the other one has it, neither sees what the other is, and both wait for an answer; silence is recorded.
func TestTwoOperationsOnOneAsset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		t0 := u.now.Add(time.Hour)
		_, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
		must(t, err)
		a := view(u, func(x *db.Tx) (iru.Asset, error) { return x.Asset(ctx, iru.Program(), ours.Asset) })
		// A drill about the same address is played beside it: neither asks of the other, and a hold that is practised holds nobody.
		drill, err := u.PlanDrill(ctx, u.scope("dora"), "Sleet, practised", []iru.OutletID{a.Outlet}, []iru.UnitID{theirs.Unit}, u.people["dora"].ID, "")
		must(t, err)
		_, err = u.Draft(ctx, u.scope("dora"), desk.DraftRequest{Asset: ours.Asset, Item: ours.Item, Provider: ours.Provider, Layer: ours.Layer, Instrument: legal.Referral, Operation: drill.ID})
		must(t, err)
		ids, qs := u.asks(drill.ID, theirs.Unit)
		if len(qs) != 1 || qs[0].Participant == 0 {
			t.Fatalf("the drill asks: %+v", qs)
		}
		must(t, u.answers("brit", ids, iru.DeconflictionAnswer{Verb: "hold", Until: u.now.Add(time.Hour), Contact: "desk of unit B"}))
		if got := view(u, func(x *db.Tx) ([]iru.Deconfliction, error) { return x.HeldAt(ctx, a.Locator, false) }); len(got) != 0 {
			t.Errorf("a drill's hold holds: %+v", got)
		}
		if got := view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) }); got.State != iru.OperationReleased {
			t.Errorf("a drill stopped the count: %s", got.State)
		}
		other, err := u.PlanOperation(ctx, u.scope("dora"), "Sleet", []iru.OutletID{a.Outlet}, nil, 0, "")
		must(t, err)
		r := desk.DraftRequest{Asset: ours.Asset, Item: ours.Item, Provider: ours.Provider, Layer: ours.Layer, Instrument: legal.Referral, Operation: other.ID}
		_, err = u.Draft(ctx, u.scope("dora"), r)
		must(t, err)
		_, mine := u.asks(other.ID, ours.Unit)
		_, back := u.asks(o.ID, ours.Unit)
		if len(mine) != 1 || mine[0].Participant != 0 || len(back) != 2 || back[1].State != iru.DeconflictionRequested {
			t.Fatalf("the other operation is not seen: %+v, %+v", mine, back)
		}
		if got := view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) }); got.State != iru.OperationHeld {
			t.Errorf("T0 stands though another operation has the asset: %s", got.State)
		}
		u.now = u.now.Add(iru.AnswerTime)
		if n, err := u.PassDeconflictions(ctx); n != 3 || err != nil { // and the hold in the drill came to its end
			t.Errorf("silence: %d, %v", n, err)
		}
		if _, qs := u.asks(other.ID, ours.Unit); qs[0].State != iru.DeconflictionNoAnswer || !qs[0].Blocks() {
			t.Errorf("silence: %+v", qs[0])
		}
	})
}

// TestDirectorLeaves: an administrator names another one, and the old one conducts nothing any more.
func TestDirectorLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, _, _ := u.joint()
		u.join("dirk", o.Unit, iru.Director)
		to := u.people["dirk"].ID
		_, err := u.HandOverOperation(ctx, u.scope("ben"), o.ID, to, "she left")
		refused(t, "a liaison officer names a director", err, iru.Forbidden, "administrator")
		_, err = u.HandOverOperation(ctx, u.scope("dora"), o.ID, u.people["ada"].ID, "she left")
		refused(t, "an analyst as director", err, iru.Invalid, "cannot take")
		_, err = u.HandOverOperation(ctx, u.scope("admin"), o.ID, to, " ")
		refused(t, "without a reason", err, iru.Invalid, "reason")
		_, err = u.HandOverOperation(ctx, u.scope("admin"), o.ID, to, "she left")
		must(t, err)
		_, err = u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		refused(t, "the old director", err, iru.Forbidden, "named director")
		_, err = u.Desk.Release(ctx, u.scope("dirk"), o.ID, u.now.Add(time.Minute))
		must(t, err)
		u.whole()
	})
}

// TestAgree: participants with several roles and without a machine, tasks without an act, what they miss, the package, and answers for somebody else.
func TestAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		dora := u.scope("dora")
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error { // the clock of this house stands still: what was captured before is older than the operation
			o.Created, o.State = u.now.Add(time.Second), iru.OperationPolling
			return x.UpdateOperation(ctx, o, iru.OperationPolling)
		}))
		_, err := u.AddParticipant(ctx, u.scope("brit"), iru.Participant{Operation: o.ID, Kind: iru.KindProsecutor, Name: "Court", Roles: []iru.TaskRole{iru.RoleSeizeServers}})
		refused(t, "added by a unit that does not lead", err, iru.Forbidden, "another unit leads")
		court, err := u.AddParticipant(ctx, dora, iru.Participant{Operation: o.ID, Kind: iru.KindProsecutor, Name: "Court", Country: "XA", Roles: []iru.TaskRole{iru.RoleSeizeServers}})
		must(t, err)
		k, err := u.ProposeTask(ctx, dora, desk.TaskRequest{Operation: o.ID, Participant: court.ID, Asset: ours.Asset, Role: iru.RoleSeizeServers, Instrument: legal.CourtOrder})
		must(t, err)
		for _, who := range []string{"ben", "brit"} { // both are asked about what the court is to seize
			must(t, u.Clear(ctx, u.scope(who), o.ID))
		}
		var ids []iru.DeconflictionID
		qs, err := u.Deconflictions(ctx, dora, o.ID)
		must(t, err)
		for _, q := range qs {
			if q.Participant == court.ID {
				ids = append(ids, q.ID)
			}
		}
		if len(ids) != 1 {
			t.Fatalf("the court is asked %d times", len(ids))
		}
		refused(t, "nobody's word", u.answers("ben", ids, iru.DeconflictionAnswer{Verb: "clear"}), iru.Invalid, "whose word")
		must(t, u.answers("ben", ids, iru.DeconflictionAnswer{Verb: "clear", Word: "the clerk, by telephone"}))
		t0 := u.now.Add(time.Hour)
		release := func() error { _, err := u.Desk.Release(ctx, dora, o.ID, t0); return err }
		step := func(who, verb, title string, until time.Time) error {
			_, err := u.StepTask(ctx, u.scope(who), k.ID, desk.TaskStep{Verb: verb, Title: title, ValidUntil: until})
			return err
		}
		refused(t, "an offer that nobody accepted", release(), iru.Conflict, "has not answered GO")
		must(t, step("dora", "accept", "", time.Time{}))
		refused(t, "ready without a title", step("dora", "ready", "", time.Time{}), iru.Invalid, "judicial title")
		must(t, step("dora", "ready", "AZ 7/26", t0))
		poll := func(who string, p iru.ParticipantID, word string) error {
			bs := view(u, func(x *db.Tx) ([]desk.Ballot, error) { return desk.BallotsOf(ctx, x, o.ID) })
			n := slices.IndexFunc(bs, func(b desk.Ballot) bool { return b.Participant == p })
			seen, err := bs[n].Digest()
			must(t, err)
			_, err = u.AnswerPoll(ctx, u.scope(who), desk.PollAnswer{Operation: o.ID, Participant: p, State: iru.PollGo, Seen: seen, Word: word})
			return err
		}
		refused(t, "another unit's poll", poll("ben", court.ID-1, ""), iru.Forbidden, "own liaison officer")
		refused(t, "the court's, by a unit that does not lead", poll("brit", court.ID, "the clerk"), iru.Forbidden, "unit that leads")
		must(t, poll("ben", court.ID, "the clerk, by telephone"))
		refused(t, "a title that ends at T0", release(), iru.Conflict, "not in force at T0")
		t0 = t0.Add(-time.Minute)
		refused(t, "nothing preserved since the operation began", release(), iru.Conflict, "nothing of it was preserved")
		if n, err := u.Unkept(ctx, u.scope("brit"), o.ID, nil, "theirs alone"); n != 1 || err != nil {
			t.Errorf("a unit says so of its own tasks: %d, %v", n, err)
		}
		refused(t, "nothing preserved for the others", release(), iru.Conflict, "nothing of it was preserved")
		_, err = u.Unkept(ctx, dora, o.ID, nil, "captured when it was assessed")
		must(t, err)
		must(t, release())
		_, err = u.HoldOperation(ctx, dora, o.ID, "look again")
		must(t, err)
		pack := view(u, func(x *db.Tx) (desk.Package, error) { return u.TargetPackage(ctx, x, dora, court.ID, false) })
		text, _ := json.Marshal(pack)
		if len(pack.Tasks)+len(pack.Withheld) != 1 || len(pack.Withheld) == 1 && strings.Contains(string(text), "halcyon") {
			t.Errorf("package: %s", text)
		}
		if _, err := u.HandPackage(ctx, u.scope("brit"), court.ID, false, "by courier"); err == nil {
			t.Error("a unit that does not lead handed a package out")
		}
		_ = theirs
		u.whole()
	})
}

// reviewed: an override for a threat to life is reviewed by a third person, whatever is answered meanwhile; each one by itself.
func (u *unit) reviewed(o iru.Operation, ids []iru.DeconflictionID) {
	u.t.Helper()
	ctx, t := u.t.Context(), u.t
	owed := func(who string) int {
		return len(view(u, func(x *db.Tx) ([]iru.Deconfliction, error) { return x.DeconflictionsOwed(ctx, u.scope(who), 9) }))
	}
	review := func(who, why string) error {
		_, err := u.ReviewDeconflictions(ctx, u.scope(who), ids, why != "no", why)
		return err
	}
	must(t, u.answers("brit", ids, iru.DeconflictionAnswer{Verb: "hold", Until: u.now.Add(time.Hour), Contact: "desk of unit B"}))
	if owed("ada") != 1 || owed("brit") != 0 {
		t.Errorf("a new answer wiped the review: %d; the asked unit sees it: %d", owed("ada"), owed("brit"))
	}
	_, err := u.EndangerDeconflictions(ctx, u.scope("dora"), ids, "hostage", "a conductor is held in the tram, as her own call to the desk says")
	must(t, err)
	u.now = u.now.Add(time.Minute)
	_, err = u.OverrideDeconflictions(ctx, u.scope("lena"), ids)
	must(t, err)
	refused(t, "by one of the two", review("lena", "it was"), iru.Forbidden, "third person")
	refused(t, "by the unit that was asked", review("brit", "it was"), iru.Forbidden, "")
	refused(t, "without a reason", review("ada", " "), iru.Invalid, "reason")
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error { // dora is known to be ada by another account
		for _, who := range []string{"ada", "dora"} {
			p := u.people[who]
			p.Subject = "one person"
			if err := x.UpdateOfficer(ctx, p, p.State); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, review("ada", "the call was checked")) // of lena and sig
	refused(t, "one person by two accounts", review("ada", "it was"), iru.Forbidden, "one person")
	if owed("ada") != 1 {
		t.Error("the second override is not owed a review of its own")
	}
	must(t, review("ben", "no"))
	if owed("ada") != 0 {
		t.Error("a review is owed that was given")
	}
	refused(t, "twice", review("ben", "once more"), iru.Conflict, "no review of it is owed")
	q := view(u, func(x *db.Tx) (iru.Deconfliction, error) { return x.Deconfliction(ctx, u.scope("dora"), ids[0]) })
	if len(q.Overrides) != 2 || !q.Overrides[0].Right || q.Overrides[1].Right || q.Overrides[1].ReviewWhy != "no" || q.State != iru.DeconflictionReleased {
		t.Errorf("reviewed: %+v", q)
	}
	u.whole()
	r := view(u, func(x *db.Tx) (r iru.AfterRecord, err error) {
		r = iru.AfterRecord{Questions: []iru.Deconfliction{q}, Officers: map[iru.OfficerID]string{u.people["ben"].ID: "Ben"}}
		r.Events, err = x.EventsInLog(ctx, "deconfliction", []int64{int64(q.ID)}, 1<<40)
		return r, err
	})
	tables := r.Tables()
	n := slices.IndexFunc(tables, func(a iru.AfterTable) bool { return a.ID == "overrides" })
	if n < 0 || len(tables[n].Rows) != 2 {
		t.Fatalf("the report does not tell of them: %+v", tables)
	}
	a := tables[n]
	if x, y := a.Rows[0], a.Rows[1]; a.Cell(x, "review") != "upheld" || a.Cell(x, "danger") != "attack" || a.Cell(y, "review") != "unfounded" || a.Cell(y, "words") != "no" || a.Cell(y, "reviewer") != "Ben" || len(y.Sources) != 2 {
		t.Errorf("the report says: %+v", a.Rows)
	}
}
