// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// kinds counts the jobs by kind.
func (u *unit) kinds() map[string]int {
	u.t.Helper()
	return view(u, func(x *db.Tx) (map[string]int, error) {
		type row struct {
			kind string
			n    int
		}
		rows, err := db.All(u.t.Context(), x, func(r *row) []any { return []any{&r.kind, &r.n} }, "SELECT kind, COUNT(*) FROM river_job GROUP BY kind")
		out := map[string]int{}
		for _, r := range rows {
			out[r.kind] = r.n
		}
		return out, err
	})
}

// Whatever was lost from the queue is found again, once, and nothing that is not owed.
func TestSweep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		sweep := func(what string, want map[string]int) {
			t.Helper()
			u.drop()
			for range 2 {
				_, err := u.SweepActs(ctx)
				must(t, err)
				_, err = u.SweepLooks(ctx)
				must(t, err)
			}
			if diff := cmp.Diff(want, u.kinds()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		watch := map[string]int{"monitor": 1, "capture": 1}
		with := func(more map[string]int) map[string]int {
			all := map[string]int{}
			for _, m := range []map[string]int{watch, more} {
				for k, n := range m {
					all[k] += n
				}
			}
			return all
		}
		sweep("nothing but the watch", watch)
		n := u.approved(order(a, i, host))
		sweep("approved", with(map[string]int{"deliver": 1}))
		_, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		sweep("on its way", with(map[string]int{"deliver": 1}))
		must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "250 ok", Receipt: true}))
		sweep("received, its clock runs", with(map[string]int{"verify": 1, "escalate": 4}))
		must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "clarification", Authentic: iru.ByAPI, At: u.now, MessageID: "which"}))
		_, err = u.Answer(ctx, u.scope("ben"), n.ID, "all of it")
		must(t, err)
		sweep("answered, not posted", with(map[string]int{"verify": 1, "post": 1}))
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		sweep("down", map[string]int{"recheck": 1, "post": 1, "capture": 1, "escalate": 2})
		_, err = u.Withdraw(ctx, u.scope("lena"), n.ID, "x")
		refused(t, "complied", err, iru.Conflict, "")
	})
}

// Tasks of an operation are its release's until long after T0, and nobody's once it was aborted.
func TestSweepOfAnOperation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, _, _ := u.joint()
		acts := func(what string, want map[string]int) {
			t.Helper()
			u.drop()
			_, err := u.SweepActs(ctx)
			must(t, err)
			if diff := cmp.Diff(want, u.kinds()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		acts("polling", map[string]int{})
		t0 := u.now.Add(time.Minute)
		o, err := u.Release(ctx, u.scope("dora"), o.ID, t0)
		must(t, err)
		acts("released", map[string]int{"release": 1, "preserve": 1})
		armed, _, err := u.Arm(ctx, o.ID)
		must(t, err)
		acts("armed", map[string]int{"release": 1, "preserve": 1})
		u.now = t0
		going, err := u.Fire(ctx, o.ID, t0)
		if !going || err != nil || len(armed) != 2 {
			t.Fatalf("fired: %v, %v", going, err)
		}
		must(t, u.RecordSent(ctx, armed[0].Notice.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		must(t, u.RecordRelease(ctx, o.ID, t0, t0))
		acts("one has left", map[string]int{"verify": 1})
		_, err = u.Close(ctx, u.scope("dora"), o.ID)
		must(t, err)
		u.later(11 * time.Minute)
		acts("closed, and one is still on its way", map[string]int{"verify": 1, "deliver": 1})
		if again, _, err := u.Arm(ctx, o.ID); err != nil || len(again) != 1 {
			t.Errorf("what is on its way of a closed operation: %d, %v", len(again), err)
		}
		u.whole()
	})
}

// A practice order whose job was lost is found again until it has left or failed, and no longer.
func TestSweepOfADrill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, _, host := u.referred()
		acts := func(what string, want map[string]int) {
			t.Helper()
			u.drop()
			for range 2 {
				_, err := u.SweepActs(ctx)
				must(t, err)
			}
			if diff := cmp.Diff(want, u.kinds()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		k, err := u.Drill(ctx, u.scope("ben"), host.ID)
		must(t, err)
		failed, err := u.Drill(ctx, u.scope("ben"), host.ID)
		must(t, err)
		acts("ordered", map[string]int{"practise": 2})
		must(t, u.RecordPractised(ctx, failed.ID, desk.Sending{}, "550 no such user"))
		acts("one failed", map[string]int{"practise": 1})
		must(t, u.RecordPractised(ctx, k.ID, desk.Sending{At: u.now, Proof: "250 ok"}, ""))
		acts("one left", map[string]int{})
	})
}

// An act that cannot leave is told to people, once for each reason.
func TestDelay(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	n := u.approved(order(a, i, host))
	waiting := func() int {
		return view(u, func(x *db.Tx) (map[string]int, error) { return x.Waiting(ctx, u.scope("ada"), u.now) })["notices"]
	}
	for range 3 {
		must(t, u.Delay(ctx, n.ID, "421 try later"))
	}
	delays := 0
	for _, e := range u.events("notice", int64(n.ID)) {
		if e.Verb == "delay" {
			delays++
		}
	}
	if delays != 1 {
		t.Errorf("told %d times", delays)
	}
	_, err := u.Dispatch(ctx, n.ID)
	must(t, err)
	if waiting() != 0 {
		t.Error("a letter that has just been written waits for people")
	}
	u.later(11 * time.Minute)
	if waiting() != 1 {
		t.Error("a letter that does not leave waits for nobody")
	}
}
