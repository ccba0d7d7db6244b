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
	"iolaus/internal/legal"
)

// joint gives an operation of units A and B with one approved task each, polled and answered GO by both.
func (u *unit) joint() (o iru.Operation, ours, theirs iru.Notice) {
	u.t.Helper()
	ctx := u.t.Context()
	a, i, host := u.referred()
	b := u.second()
	o, err := u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet}, []iru.UnitID{b.ID, b.ID, a.Unit}, 0, "")
	must(u.t, err)
	r := order(a, i, host)
	r.Operation = o.ID
	ours = u.approved(r)
	r.Unit = b.ID
	theirs, err = u.Draft(ctx, u.scope("dora"), r)
	must(u.t, err)
	_, err = u.Submit(ctx, u.scope("dora"), theirs.ID)
	must(u.t, err)
	_, err = u.RecordInformed(ctx, u.scope("brit"), host.ID, u.now.Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter of unit B")
	must(u.t, err)
	for _, who := range []string{"bea", "bo"} {
		theirs, err = u.Approve(ctx, u.scope(who), theirs.ID)
		must(u.t, err)
	}
	_, err = u.Seal(ctx, "test")
	must(u.t, err)
	_, err = u.OpenPoll(ctx, u.scope("dora"), o.ID)
	must(u.t, err)
	for _, who := range []string{"ben", "brit"} {
		_, err := u.Poll(ctx, u.scope(who), o.ID, iru.PollGo, "")
		must(u.t, err)
	}
	return o, ours, theirs
}

func (u *unit) polls(id iru.OperationID) map[iru.UnitID]iru.PollState {
	u.t.Helper()
	out := map[iru.UnitID]iru.PollState{}
	for _, p := range view(u, func(x *db.Tx) ([]iru.Poll, error) { return x.Polls(u.t.Context(), id) }) {
		out[p.Unit] = p.State
	}
	return out
}

func TestPlan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		b := u.second()
		u.join("bdir", b.ID, iru.Director)
		plan := func(who string, name string, outlets []iru.OutletID, units []iru.UnitID, director iru.OfficerID) error {
			_, err := u.PlanOperation(ctx, u.scope(who), name, outlets, units, director, "")
			return err
		}
		refused(t, "a signing officer", plan("sig", "X", nil, nil, 0), iru.Forbidden, "plan an operation")
		refused(t, "no name", plan("dora", " ", nil, nil, 0), iru.Invalid, "no name")
		refused(t, "an analyst as director", plan("ada", "X", nil, nil, 0), iru.Invalid, "cannot direct")
		refused(t, "another unit's director", plan("dora", "X", nil, nil, u.people["bdir"].ID), iru.Invalid, "cannot direct")
		refused(t, "no such outlet", plan("dora", "X", []iru.OutletID{99}, nil, 0), iru.NotFound, "outlet")
		refused(t, "no such unit", plan("dora", "X", nil, []iru.UnitID{99}, 0), iru.NotFound, "unit")
		o, err := u.PlanOperation(ctx, u.scope("ada"), "Snowfall", []iru.OutletID{a.Outlet}, []iru.UnitID{b.ID}, u.people["dora"].ID, "")
		must(t, err)
		refused(t, "the same name", plan("dora", "Snowfall", nil, nil, 0), iru.Conflict, "")
		if p := u.polls(o.ID); len(p) != 2 || p[b.ID] != iru.PollOpen {
			t.Errorf("polls %v", p)
		}
		_, err = u.OpenPoll(ctx, u.scope("ada"), o.ID)
		refused(t, "an analyst opens", err, iru.Forbidden, "release or abort")
		_, err = u.OpenPoll(ctx, u.scope("dora"), o.ID)
		refused(t, "without tasks", err, iru.Conflict, "no tasks")
		_, err = u.Poll(ctx, u.scope("ben"), o.ID, iru.PollGo, "")
		refused(t, "answered before it was opened", err, iru.Conflict, "wait for the director")
		r := order(a, i, host)
		r.Operation, r.Unit = o.ID, 99
		_, err = u.Draft(ctx, u.scope("dora"), r)
		refused(t, "for a unit that takes no part", err, iru.Invalid, "does not take part")
		r.Unit = 0
		n := u.approved(r)
		if u.jobs("deliver") != 0 {
			t.Error("a task of an operation left by itself")
		}
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "a task before the release", err, iru.Conflict, "")
		u.whole()
	})
}

func TestPolls(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		both := func(a, b iru.PollState) {
			t.Helper()
			if p := u.polls(o.ID); p[ours.Unit] != a || p[theirs.Unit] != b {
				t.Errorf("polls %v, want %s and %s", p, a, b)
			}
		}
		both(iru.PollGo, iru.PollGo)
		_, err := u.Poll(ctx, u.scope("brit"), o.ID, iru.PollNoGo, "  ")
		refused(t, "NO-GO without a reason", err, iru.Invalid, "needs a reason")
		_, err = u.Poll(ctx, u.scope("bea"), o.ID, iru.PollNoGo, "x")
		refused(t, "an analyst answers", err, iru.Forbidden, "answer a poll")
		_, err = u.Poll(ctx, u.scope("brit"), o.ID, "maybe", "")
		refused(t, "maybe", err, iru.Invalid, "answer go or no_go")
		p, err := u.Poll(ctx, u.scope("brit"), o.ID, iru.PollNoGo, "our judge is away")
		must(t, err)
		if p.Reason != "our judge is away" {
			t.Errorf("%+v", p)
		}
		both(iru.PollGo, iru.PollNoGo)
		_, err = u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		refused(t, "released with a NO-GO", err, iru.Conflict, "has not answered GO")
		_, err = u.Poll(ctx, u.scope("brit"), o.ID, iru.PollGo, "")
		must(t, err)
		// A further task of one unit opens its poll again, and nobody else's; so do its words, and its end.
		r := desk.DraftRequest{Asset: ours.Asset, Item: ours.Item, Provider: ours.Provider, Layer: ours.Layer, Instrument: legal.Referral, Operation: o.ID}
		n, err := u.Draft(ctx, u.scope("ada"), r)
		must(t, err)
		both(iru.PollOpen, iru.PollGo)
		again := func() {
			t.Helper()
			_, err := u.Poll(ctx, u.scope("ben"), o.ID, iru.PollGo, "")
			must(t, err)
			both(iru.PollGo, iru.PollGo)
		}
		again()
		_, err = u.Edit(ctx, u.scope("ada"), n.ID, "other words", "en")
		must(t, err)
		both(iru.PollOpen, iru.PollGo)
		again()
		_, err = u.Submit(ctx, u.scope("ada"), n.ID)
		must(t, err)
		both(iru.PollOpen, iru.PollGo) // its letter stands now
		again()
		_, err = u.Desk.Poll(ctx, u.scope("ben"), o.ID, iru.PollNoGo, "", "wait")
		must(t, err)
		_, err = u.Desk.Poll(ctx, u.scope("ben"), o.ID, iru.PollGo, strings.Repeat("0", 64), "")
		refused(t, "GO on other tasks", err, iru.Conflict, "changed while you looked")
		_, err = u.Desk.Poll(ctx, u.scope("ben"), o.ID, iru.PollGo, "", "")
		refused(t, "GO on nobody knows what", err, iru.Invalid, "not said which")
		again()
		_, err = u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		refused(t, "released with an unapproved task", err, iru.Conflict, n.Ref+" is submitted")
		_, err = u.Withdraw(ctx, u.scope("lena"), n.ID, "one is enough")
		must(t, err)
		both(iru.PollOpen, iru.PollGo)
		_, err = u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		refused(t, "released on an answer that expired", err, iru.Conflict, "has not answered GO")
		again()
		u.join("cid", u.strangers("Unit C"), iru.Liaison)
		_, err = u.Poll(ctx, u.scope("cid"), o.ID, iru.PollGo, "")
		refused(t, "a unit that takes no part", err, iru.NotFound, "operation")
		u.whole()
	})
}

func (u *unit) strangers(name string) iru.UnitID {
	u.t.Helper()
	c, err := u.AddUnit(u.t.Context(), u.scope("admin"), iru.Unit{Name: name, Country: "XC"})
	must(u.t, err)
	return c.ID
}

func TestRelease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		u.join("dirk", ours.Unit, iru.Director)
		t0 := u.now.Add(time.Minute)
		release := func(who string, at time.Time) error { _, err := u.Release(ctx, u.scope(who), o.ID, at); return err }
		refused(t, "an analyst", release("ada", t0), iru.Forbidden, "release or abort")
		refused(t, "another director", release("dirk", t0), iru.Forbidden, "named director")
		refused(t, "T0 past", release("dora", u.now.Add(-time.Second)), iru.Invalid, "too near or past")
		refused(t, "T0 too near", release("dora", u.now.Add(iru.MinLead-time.Microsecond)), iru.Invalid, "too near or past")
		_, err := u.Close(ctx, u.scope("dora"), o.ID)
		refused(t, "closed before it was released", err, iru.Conflict, "")
		_, err = u.HoldOperation(ctx, u.scope("dora"), o.ID, "weather")
		must(t, err)
		refused(t, "held", release("dora", t0), iru.Conflict, "possible now: [resume abort]")
		_, err = u.Resume(ctx, u.scope("dora"), o.ID)
		must(t, err)
		must(t, u.RecordCarriers(ctx, ours.Asset, []desk.Carriage{{Name: "Birchrack", Layer: legal.Host, Channel: iru.ByMail, Address: "new@birchrack.test", Source: "RDAP"}}))
		refused(t, "a contact that changed", release("dora", t0), iru.Conflict, "a person must confirm it")
		_, err = u.Confirm(ctx, u.scope("ben"), ours.Provider, "called")
		must(t, err)
		must(t, release("dora", t0))
		refused(t, "released twice", release("dora", t0), iru.Conflict, "cannot release")
		if u.jobs("release") != 1 {
			t.Errorf("%d jobs", u.jobs("release"))
		}
		_, err = u.Dispatch(ctx, ours.ID)
		refused(t, "one task before T0", err, iru.Conflict, "leaves at T0")
		_, err = u.Draft(ctx, u.scope("ada"), desk.DraftRequest{Asset: ours.Asset, Item: ours.Item, Provider: ours.Provider, Layer: ours.Layer, Instrument: legal.Referral, Operation: o.ID})
		refused(t, "a further task after the release", err, iru.Conflict, "the operation is released")
		_, err = u.Close(ctx, u.scope("dora"), o.ID)
		refused(t, "closed before T0", err, iru.Conflict, "abort the operation")
		u.now = t0.Add(-time.Second)
		armed, parked, err := u.Arm(ctx, o.ID)
		must(t, err)
		if len(armed) != 2 || len(parked) != 0 {
			t.Fatalf("%d armed, parked %v", len(armed), parked)
		}
		again, _, err := u.Arm(ctx, o.ID) // a worker that was killed begins anew
		must(t, err)
		if len(again) != 2 || again[0].Letter.MessageID != armed[0].Letter.MessageID {
			t.Errorf("armed again: %+v", again)
		}
		u.now = t0.Add(time.Second)
		must(t, u.RecordAllSent(ctx, map[iru.NoticeID]desk.Sending{ours.ID: {At: t0, Proof: "250"}, theirs.ID: {At: t0.Add(time.Millisecond), Proof: "201", Receipt: true, RemoteID: "9"}}))
		must(t, u.RecordRelease(ctx, o.ID, t0, t0.Add(time.Millisecond)))
		must(t, u.RecordRelease(ctx, o.ID, t0.Add(time.Hour), t0.Add(time.Hour))) // told twice: the first word counts
		if a, b := u.notice(ours.ID), u.notice(theirs.ID); a.State != iru.NoticeSent || b.State != iru.NoticeReceived || !b.ReceivedAt.Equal(t0.Add(time.Millisecond)) {
			t.Errorf("%s, %s", a.State, b.State)
		}
		got := view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) })
		if !got.FirstSent.Equal(t0) || got.LastSent.Sub(got.FirstSent) != time.Millisecond {
			t.Errorf("%+v", got)
		}
		_, err = u.Close(ctx, u.scope("dora"), o.ID)
		must(t, err)
		u.whole()
	})
}

func TestAbortKeepsEverythingIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		_, err := u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		must(t, err)
		_, err = u.Abort(ctx, u.scope("dora"), o.ID, "")
		refused(t, "without a reason", err, iru.Invalid, "reason is missing")
		_, err = u.Abort(ctx, u.scope("brit"), o.ID, "no")
		refused(t, "by a liaison officer", err, iru.Forbidden, "release or abort")
		_, err = u.Abort(ctx, u.scope("dora"), o.ID, "the servers moved")
		must(t, err)
		u.later(2 * time.Minute)
		armed, parked, err := u.Arm(ctx, o.ID)
		if len(armed) != 0 || len(parked) != 0 || err != nil {
			t.Errorf("an aborted operation armed %d: %v", len(armed), err)
		}
		for _, n := range []iru.Notice{ours, theirs} {
			_, err := u.Dispatch(ctx, n.ID)
			refused(t, n.Ref, err, iru.Conflict, "aborted")
			if u.notice(n.ID).State != iru.NoticeApproved || len(u.letters(n.ID)) != 0 {
				t.Errorf("%s left", n.Ref)
			}
		}
		_, err = u.Confirm(ctx, u.scope("ben"), ours.Provider, "again")
		refused(t, "confirmed already", err, iru.Conflict, "cannot confirm")
		if u.jobs("deliver") != 0 {
			t.Errorf("%d deliveries of an aborted operation", u.jobs("deliver"))
		}
		u.whole()
	})
}

// Killed between the two, the worker reads off the tasks when they left.
func TestReleaseIsRecordedLater(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	o, ours, theirs := u.joint()
	t0 := u.now.Add(time.Minute)
	_, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
	must(t, err)
	_, _, err = u.Arm(ctx, o.ID)
	must(t, err)
	must(t, u.RecordRelease(ctx, o.ID, time.Time{}, time.Time{}))
	u.now = t0.Add(time.Second)
	must(t, u.RecordAllSent(ctx, map[iru.NoticeID]desk.Sending{ours.ID: {At: t0, Proof: "250 ok"}, theirs.ID: {At: t0.Add(3 * time.Millisecond), Proof: "250 ok"}}))
	must(t, u.RecordRelease(ctx, o.ID, time.Time{}, time.Time{}))
	got := view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) })
	if !got.FirstSent.Equal(t0) || got.LastSent.Sub(got.FirstSent) != 3*time.Millisecond {
		t.Errorf("%+v", got)
	}
}

// Until it is fired a hold or an abort takes back what was armed; from then on nothing does.
func TestRecall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		arm := func() time.Time {
			t.Helper()
			t0 := u.now.Add(time.Minute)
			_, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
			must(t, err)
			u.now = t0.Add(-time.Second)
			armed, parked, err := u.Arm(ctx, o.ID)
			if len(armed) != 2 || len(parked) != 0 || err != nil {
				t.Fatalf("%d armed, %v, %v", len(armed), parked, err)
			}
			return t0
		}
		in := func(want iru.NoticeState, letters int) {
			t.Helper()
			for _, n := range []iru.Notice{ours, theirs} {
				if got := u.notice(n.ID); got.State != want || len(u.letters(n.ID)) != letters {
					t.Errorf("%s is %s with %d letters", n.Ref, got.State, len(u.letters(n.ID)))
				}
			}
		}
		first := arm()
		in(iru.NoticeDispatched, 1)
		if u.asset(ours.Asset).State != iru.AssetActioned {
			t.Errorf("the asset is %s", u.asset(ours.Asset).State)
		}
		_, err := u.HoldOperation(ctx, u.scope("dora"), o.ID, "one host moved")
		must(t, err)
		in(iru.NoticeApproved, 0)
		if u.asset(ours.Asset).State != iru.AssetLive {
			t.Errorf("nothing has left, and the asset is %s", u.asset(ours.Asset).State)
		}
		if going, err := u.Fire(ctx, o.ID, first); going || err != nil {
			t.Errorf("a held operation fires: %v", err)
		}
		_, err = u.Resume(ctx, u.scope("dora"), o.ID)
		must(t, err)
		second := arm()
		if going, err := u.Fire(ctx, o.ID, first); going || err != nil {
			t.Errorf("it fires at a T0 of the past: %v", err)
		}
		if going, err := u.Fire(ctx, o.ID, second); !going || err != nil {
			t.Errorf("it does not fire: %v", err)
		}
		_, err = u.HoldOperation(ctx, u.scope("dora"), o.ID, "too late")
		refused(t, "held while it leaves", err, iru.Conflict, "are leaving")
		_, err = u.Abort(ctx, u.scope("dora"), o.ID, "enough")
		must(t, err)
		in(iru.NoticeDispatched, 1)
		if armed, _, err := u.Arm(ctx, o.ID); len(armed) != 2 || err != nil {
			t.Errorf("what may have left is sent under the same key: %d, %v", len(armed), err)
		}
		u.whole()
	})
}

// A unit that stands down keeps its own tasks back; the others go on.
func TestStandDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		stand := func(who string, unit iru.UnitID, why string) error {
			return u.StandDown(ctx, u.scope(who), o.ID, unit, why)
		}
		refused(t, "without a reason", stand("brit", theirs.Unit, " "), iru.Invalid, "reason is missing")
		refused(t, "another unit", stand("brit", ours.Unit, "x"), iru.Forbidden, "own liaison officer")
		refused(t, "by an analyst", stand("bea", theirs.Unit, "x"), iru.Forbidden, "own liaison officer")
		t0 := u.now.Add(time.Minute)
		_, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
		must(t, err)
		u.now = t0.Add(-time.Second)
		if armed, _, err := u.Arm(ctx, o.ID); err != nil || len(armed) != 2 {
			t.Fatalf("%d armed, %v", len(armed), err)
		}
		must(t, stand("brit", theirs.Unit, "our judge has withdrawn the order"))
		refused(t, "twice", stand("brit", theirs.Unit, "again"), iru.Conflict, "no task")
		u.now = t0
		armed, _, err := u.Arm(ctx, o.ID)
		if err != nil || len(armed) != 1 || armed[0].Notice.ID != ours.ID || u.notice(theirs.ID).State != iru.NoticeWithdrawn {
			t.Errorf("armed %d, theirs is %s: %v", len(armed), u.notice(theirs.ID).State, err)
		}
		if len(u.letters(theirs.ID)) != 0 {
			t.Error("the letter of a unit that stood down is there still")
		}
		refused(t, "after T0", stand("dora", ours.Unit, "late"), iru.Conflict, "has left")
		u.whole()
	})
}

// A task that could not leave with the others, because its contact changed after the release, leaves when a person confirms it.
func TestParkedTask(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, _ := u.joint()
		t0 := u.now.Add(time.Minute)
		_, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
		must(t, err)
		change := func(address string) {
			must(t, u.RecordCarriers(ctx, ours.Asset, []desk.Carriage{{Name: "Birchrack", Layer: legal.Host, Channel: iru.ByMail, Address: address, Source: "RDAP"}}))
		}
		change("one@birchrack.test")
		_, err = u.Confirm(ctx, u.scope("ben"), ours.Provider, "called")
		must(t, err)
		if u.jobs("deliver") != 0 {
			t.Error("confirmed before T0, and the task is on its way alone")
		}
		change("two@birchrack.test")
		u.now = t0
		armed, parked, err := u.Arm(ctx, o.ID)
		must(t, err)
		if len(armed) != 0 || len(parked) != 2 {
			t.Fatalf("%d armed, parked %v", len(armed), parked)
		}
		refused(t, "parked", parked[ours.ID], iru.Conflict, "changed")
		_, err = u.Confirm(ctx, u.scope("ben"), ours.Provider, "called again")
		must(t, err)
		if u.jobs("deliver") != 2 {
			t.Errorf("%d deliveries after the contact was confirmed", u.jobs("deliver"))
		}
		got, err := u.Dispatch(ctx, ours.ID)
		must(t, err)
		if got.Provider.Address != "two@birchrack.test" {
			t.Errorf("sent to %s", got.Provider.Address)
		}
		u.whole()
	})
}

// A release of many is recorded in batches.
func TestRecordAllSent(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	const many = 600 // more than one batch
	sent := map[iru.NoticeID]desk.Sending{}
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		clear(sent)
		for k := range many {
			n := iru.Notice{Unit: a.Unit, Ref: fmt.Sprint("RF-", k), Instrument: legal.Referral, Request: legal.RemoveContent, Asset: a.ID, Item: i.ID, Locator: a.Locator, Provider: host.ID, Layer: legal.Host,
				Drafted: u.people["ada"].ID, State: iru.NoticeDispatched, Key: fmt.Sprint("k", k), Created: u.now}
			if err := x.AddNotice(ctx, &n); err != nil {
				return err
			}
			if _, err := x.AddLetter(ctx, &iru.Letter{Notice: n.ID, Kind: "notice", At: u.now, MessageID: n.Key}); err != nil {
				return err
			}
			sent[n.ID] = desk.Sending{At: u.now, Proof: "250 ok"}
		}
		return nil
	}))
	for range 2 { // told twice
		must(t, u.RecordAllSent(ctx, sent))
	}
	ns := view(u, func(x *db.Tx) ([]iru.Notice, error) { return x.NoticesIn(ctx, iru.Program(), iru.NoticeSent) })
	if len(ns) != many {
		t.Errorf("%d of %d are recorded", len(ns), many)
	}
	u.whole()
}
