// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// staged gives an operation of one unit with an act for T0 and one for the registrar, polled and answered GO.
func (u *unit) staged(plan func(*desk.Desk) func() (iru.Operation, error)) (o iru.Operation, host, registrar iru.Notice) {
	u.t.Helper()
	ctx := u.t.Context()
	a, i, p := u.referred()
	var err error
	if plan != nil {
		o, err = plan(u.Desk)()
	} else {
		o, err = u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet}, nil, 0, "")
	}
	must(u.t, err)
	r := order(a, i, p)
	r.Operation = o.ID
	host = u.approved(r)
	must(u.t, u.AddCarriers(ctx, a.ID, []desk.Carriage{{Name: "Pine Names", Layer: legal.Registrar, Channel: iru.ByMail, Address: "abuse@pine.test", Source: "RDAP"}}))
	for _, c := range view(u, func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, a.ID) }) {
		if c.Layer == legal.Registrar && registrar.ID == 0 {
			_, err = u.Confirm(ctx, u.scope("ben"), c.Provider, "called")
			must(u.t, err)
			registrar = u.approved(desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: c.Provider, Layer: legal.Registrar, Instrument: legal.RegistrarReport, Operation: o.ID})
		}
	}
	_, err = u.OpenPoll(ctx, u.scope("dora"), o.ID)
	must(u.t, err)
	_, err = u.Poll(ctx, u.scope("ben"), o.ID, iru.PollGo, "")
	must(u.t, err)
	return o, host, registrar
}

// Each stage is armed, fired, recalled and held by itself.
func TestStages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, host, registrar := u.staged(nil)
		if host.Stage != iru.StageAct || registrar.Stage != iru.StageRegistrar {
			t.Fatalf("%s at %s, %s at %s", host.Ref, host.Stage, registrar.Ref, registrar.Stage)
		}
		t0 := u.now.Add(time.Minute)
		o, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
		must(t, err)
		if u.jobs("release") != 2 || !o.RegistrarAt.Equal(t0.Add(2*time.Minute)) {
			t.Errorf("%d jobs, registrars at %v", u.jobs("release"), o.RegistrarAt)
		}
		arm := func(s iru.Stage, want int) {
			t.Helper()
			none, late, err := u.ArmStage(ctx, o.ID, s, desk.Arming{Until: u.now})
			if must(t, err); len(none) != 0 || len(late) != want {
				t.Errorf("%s, when its time is up: %d armed, %v parked", s, len(none), late)
			}
			for _, why := range late {
				if !errors.Is(why, iru.Unavailable) {
					t.Errorf("%s: %v", s, why)
				}
			}
			if armed, parked, err := u.ArmStage(ctx, o.ID, s, desk.Arming{}); err != nil || len(armed) != want || len(parked) != 0 {
				t.Errorf("%s: %d armed, parked %v, %v", s, len(armed), parked, err)
			}
		}
		arm(iru.StageAct, 1)
		arm(iru.StageRegistrar, 1)
		_, err = u.Dispatch(ctx, host.ID)
		refused(t, "an armed task by itself", err, iru.Conflict, "is armed")
		u.now = t0
		if going, err := u.FireStage(ctx, o.ID, iru.StageAct, t0); !going || err != nil {
			t.Fatalf("T0: %v, %v", going, err)
		}
		if going, err := u.FireStage(ctx, o.ID, iru.StageRegistrar, t0); going || err != nil {
			t.Errorf("the registrars at T0: %v, %v", going, err)
		}
		must(t, u.RecordAllSent(ctx, map[iru.NoticeID]desk.Sending{host.ID: {At: t0, Proof: "250"}}))
		must(t, u.RecordRelease(ctx, o.ID, t0, t0))
		u.later(30 * time.Second)
		held, err := u.HoldOperation(ctx, u.scope("dora"), o.ID, "the registrar is the outlet's own")
		must(t, err)
		if !held.T0.Equal(t0) || u.notice(registrar.ID).State != iru.NoticeApproved || len(u.letters(registrar.ID)) != 0 || u.notice(host.ID).State != iru.NoticeSent {
			t.Errorf("held between the stages: %+v, %s, %s", held, u.notice(registrar.ID).State, u.notice(host.ID).State)
		}
		_, err = u.Draft(ctx, u.scope("ada"), desk.DraftRequest{Asset: host.Asset, Item: host.Item, Provider: host.Provider, Layer: host.Layer, Instrument: legal.Referral, Operation: o.ID})
		refused(t, "a task after T0", err, iru.Conflict, "has passed")
		_, err = u.Resume(ctx, u.scope("dora"), o.ID)
		must(t, err)
		at := u.now.Add(time.Minute)
		o, err = u.Release(ctx, u.scope("dora"), o.ID, at)
		must(t, err)
		if !o.T0.Equal(t0) || !o.RegistrarAt.Equal(at) {
			t.Fatalf("released anew: %+v", o)
		}
		arm(iru.StageAct, 0)
		arm(iru.StageRegistrar, 1)
		u.now = at.Add(-10 * time.Millisecond)
		if going, err := u.FireStage(ctx, o.ID, iru.StageRegistrar, at); !going || err != nil {
			t.Fatalf("the registrars: %v, %v", going, err)
		}
		_, err = u.HoldOperation(ctx, u.scope("dora"), o.ID, "stop")
		refused(t, "held while they leave", err, iru.Conflict, "leaving")
		_, err = u.Abort(ctx, u.scope("dora"), o.ID, "stop")
		must(t, err)
		if u.notice(registrar.ID).State != iru.NoticeDispatched {
			t.Error("an abort called back what is leaving")
		}
		arm(iru.StageRegistrar, 1) // it may have left: sent again under the same key
		u.now = at
		must(t, u.RecordAllSent(ctx, map[iru.NoticeID]desk.Sending{registrar.ID: {At: at, Proof: "250"}}))
		must(t, u.RecordStage(ctx, o.ID, iru.StageRegistrar, time.Time{}, time.Time{}))
		must(t, u.RecordStage(ctx, o.ID, iru.StageRegistrar, time.Time{}, time.Time{}))
		n := 0
		for _, e := range u.events("operation", int64(o.ID)) {
			if e.Verb == "sent" {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d stages are recorded as sent", n)
		}
		u.whole()
	})
}

// While the count stands at a built-in hold nothing fires, however long; going on moves every stage and brings its jobs.
func TestNothingFiresAtABuiltInHold(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	o, host, _ := u.staged(nil)
	t0 := u.now.Add(time.Hour)
	_, err := u.PlanCount(ctx, u.scope("ben"), o.ID, t0, nil)
	refused(t, "a liaison officer plans T0", err, iru.Forbidden, "release or abort")
	_, err = u.PlanCount(ctx, u.scope("dora"), o.ID, t0, []iru.Pause{{Before: time.Minute, Why: "the last look"}})
	must(t, err)
	_, err = u.GoOn(ctx, u.scope("dora"), o.ID, "early")
	refused(t, "before it stands", err, iru.Conflict, "does not stand")
	_, err = u.Release(ctx, u.scope("dora"), o.ID, t0)
	must(t, err)
	u.now = t0.Add(-2 * time.Minute)
	if armed, _, err := u.Arm(ctx, o.ID); err != nil || len(armed) != 1 {
		t.Fatalf("%d armed, %v", len(armed), err)
	}
	u.now = t0.Add(time.Hour)
	if going, err := u.Fire(ctx, o.ID, t0); going || err != nil {
		t.Errorf("fired while the count stands: %v, %v", going, err)
	}
	_, err = u.Dispatch(ctx, host.ID)
	refused(t, "by itself while it stands", err, iru.Conflict, "is armed")
	u.drop()
	n, err := u.GoOn(ctx, u.scope("dora"), o.ID, "all are up")
	must(t, err)
	if !n.T0.Equal(u.now.Add(time.Minute)) || u.jobs("release") != 2 {
		t.Errorf("T0 %v, %d jobs", n.T0, u.jobs("release"))
	}
	if going, err := u.Fire(ctx, o.ID, t0); going || err != nil {
		t.Errorf("the old T0 fires: %v, %v", going, err)
	}
	u.now = n.T0
	if going, err := u.Fire(ctx, o.ID, n.T0); !going || err != nil {
		t.Errorf("the new T0 does not fire: %v, %v", going, err)
	}
	if armed, _, err := u.Arm(ctx, o.ID); err != nil || len(armed) != 1 {
		t.Errorf("what was armed is not given again: %d, %v", len(armed), err)
	}
}

// A drill is played to its end and nothing of it can be sent by any way.
func TestDrillDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, host, registrar := u.staged(func(d *desk.Desk) func() (iru.Operation, error) {
			return func() (iru.Operation, error) {
				return d.PlanDrill(ctx, u.scope("dora"), "Snowfall", nil, nil, 0, "")
			}
		})
		if !o.Drill || !host.Drill || host.Ref[:6] != "DRILL-" {
			t.Fatalf("%+v, %s", o, host.Ref)
		}
		t0 := u.now.Add(time.Minute)
		_, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
		must(t, err)
		for _, s := range []iru.Stage{iru.StageAct, iru.StageRegistrar} {
			if armed, parked, err := u.ArmStage(ctx, o.ID, s, desk.Arming{}); err != nil || len(armed)+len(parked) != 0 {
				t.Errorf("a drill armed %d, parked %v, %v", len(armed), parked, err)
			}
		}
		u.now = t0
		if going, err := u.Fire(ctx, o.ID, t0); !going || err != nil {
			t.Fatalf("%v, %v", going, err)
		}
		for range 2 { // once
			_, err := u.Play(ctx, o.ID, iru.StageAct, nil)
			must(t, err)
			must(t, u.RecordRelease(ctx, o.ID, time.Time{}, time.Time{}))
			u.later(time.Second)
		}
		n, got := u.notice(host.ID), view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) })
		if !n.PlayedAt.Equal(t0) || n.State != iru.NoticeApproved || !n.SentAt.IsZero() || !got.FirstSent.Equal(t0) {
			t.Errorf("played: %+v; %v", n, got.FirstSent)
		}
		u.later(time.Hour)
		for _, n := range []iru.Notice{host, registrar} {
			_, err := u.Dispatch(ctx, n.ID)
			refused(t, n.Ref, err, iru.Conflict, "drill")
			if len(u.letters(n.ID)) != 0 {
				t.Errorf("%s was written", n.Ref)
			}
		}
		u.drop()
		_, err = u.SweepActs(ctx)
		must(t, err)
		if u.jobs("deliver") != 0 {
			t.Error("a task of a drill is owed")
		}
		u.whole()
	})
}

// An hour before T0 everything that tasks are about is captured, once; at once where the hour has passed, and for what is drafted later.
func TestPreservation(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	o, host, _ := u.staged(nil)
	t0 := u.now.Add(3 * time.Hour)
	_, err := u.PlanCount(ctx, u.scope("dora"), o.ID, t0, nil)
	must(t, err)
	job := desk.Preserve{Operation: o.ID, T0: t0.UnixMicro()}
	ask := func(j desk.Preserve, want int) time.Time {
		t.Helper()
		u.drop()
		again, err := u.PreserveNow(ctx, j)
		must(t, err)
		if got := u.jobs("capture"); got != want {
			t.Errorf("%d captures, not %d", got, want)
		}
		return again
	}
	if again := ask(job, 0); !again.Equal(t0.Add(-time.Hour)) {
		t.Errorf("asked again at %v", again)
	}
	u.now = t0.Add(-time.Hour)
	ask(desk.Preserve{Operation: o.ID, T0: 1}, 0)
	ask(job, 1)
	ask(job, 0)
	u.drop()
	_, err = u.Draft(ctx, u.scope("ada"), desk.DraftRequest{Asset: host.Asset, Item: host.Item, Provider: host.Provider, Layer: host.Layer, Instrument: legal.Referral, Operation: o.ID})
	must(t, err)
	if u.jobs("preserve") != 1 {
		t.Errorf("a task within the hour: %d jobs", u.jobs("preserve"))
	}
	_, err = u.HoldOperation(ctx, u.scope("dora"), o.ID, "fog")
	must(t, err)
	es := u.events("operation", int64(o.ID))
	found := false
	for _, e := range es {
		found = found || e.Verb == "preserve" && e.Facts["captures"] == float64(1) && e.Facts["without"] == float64(0)
	}
	if !found {
		t.Errorf("the day does not say what was preserved: %+v", es)
	}
}
