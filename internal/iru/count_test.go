// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

var (
	dora     = iru.Officer{ID: 2, Unit: 1, Roles: []iru.Role{iru.Director}, State: iru.OfficerActive}
	readyAll = []iru.Notice{{Unit: 1, State: iru.NoticeApproved, Stage: iru.StagePreservation}, {Unit: 1, State: iru.NoticeApproved, Stage: iru.StageAct}, {Unit: 1, State: iru.NoticeApproved, Stage: iru.StageRegistrar}}
)

func agreed(acts []iru.Notice) iru.Agreed {
	return iru.Agreed{Polls: []iru.Poll{{ID: 1, Unit: 1, State: iru.PollGo, Digest: "d"}}, Digests: map[int64]string{1: "d"}, Acts: acts}
}

func releasedAt(t interface {
	Helper()
	Fatal(...any)
}, o iru.Operation, t0, now time.Time) iru.Operation {
	t.Helper()
	o, _, err := o.Release(dora, agreed(readyAll), t0, now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// At a built-in hold the count stops until the director has it go on; T0 and its stages move by as long as it stood.
func TestBuiltInHold(t *testing.T) {
	o := iru.Operation{ID: 1, Unit: 1, State: iru.OperationPolling, Director: 2}
	o, e, err := o.PlanCount(2, noon.Add(3*time.Hour), []iru.Pause{{Before: 10 * time.Minute, Why: "last look at the servers"}, {Before: 2 * time.Hour, Why: "prosecutor's word"}}, noon)
	if err != nil || e.Verb != "plan_t0" || o.Pauses[0].Name() != "T−2 h" || o.Pauses[1].Name() != "T−10 min" {
		t.Fatalf("%+v, %+v, %v", o, e, err)
	}
	if c := o.Count(noon.Add(time.Hour - time.Second)); c.Stands || !c.T0.Equal(noon.Add(3*time.Hour)) {
		t.Errorf("before the first hold: %+v", c)
	}
	late := noon.Add(90 * time.Minute)
	if c := o.Count(late); !c.Stands || c.Pause.Why != "prosecutor's word" || !c.T0.Equal(late.Add(2*time.Hour)) {
		t.Errorf("at the first hold: %+v", c)
	}
	if _, _, err := o.GoOn(2, " ", iru.MinLead, late); !errors.Is(err, iru.Invalid) {
		t.Errorf("went on without a reason: %v", err)
	}
	if _, _, err := o.PlanCount(2, noon.Add(9*time.Hour), nil, late); !errors.Is(err, iru.Conflict) {
		t.Errorf("planned past a hold at which it stands: %v", err)
	}
	if _, _, err := o.Release(dora, agreed(readyAll), late.Add(time.Minute), late); !errors.Is(err, iru.Conflict) {
		t.Errorf("released past a hold: %v", err)
	}
	o, e, err = o.GoOn(2, "she agrees", iru.MinLead, late)
	if err != nil || !o.Planned.Equal(late.Add(2*time.Hour)) || e.Facts["stood_us"] != (30*time.Minute).Microseconds() {
		t.Fatalf("%+v, %+v, %v", o, e, err)
	}
	if _, _, err := o.GoOn(2, "again", iru.MinLead, late); !errors.Is(err, iru.Conflict) {
		t.Errorf("went on though it runs: %v", err)
	}
	o = releasedAt(t, o, o.Planned, late)
	t0 := o.T0
	if !o.PreserveAt.Equal(t0.Add(-time.Hour)) || !o.RegistrarAt.Equal(t0.Add(2*time.Minute)) {
		t.Fatalf("%+v", o)
	}
	if o.Bar(iru.StagePreservation) != nil || o.Bar(iru.StageAct) == nil || o.Bar(iru.StageRegistrar) == nil {
		t.Error("the hold at T−10 bars what comes after it, and only that")
	}
	long := t0.Add(time.Hour) // nobody is there for more than an hour
	if o.Begun(long) || o.Came(iru.StageRegistrar, long) || !o.Came(iru.StagePreservation, long) {
		t.Error("T0 came while the count stood")
	}
	o, _, err = o.GoOn(2, "they are up", iru.MinLead, long)
	if err != nil || !o.T0.Equal(long.Add(10*time.Minute)) || !o.RegistrarAt.Equal(o.T0.Add(2*time.Minute)) || !o.PreserveAt.Equal(t0.Add(-time.Hour)) {
		t.Errorf("%+v, %v", o, err)
	}
	if !o.Begun(o.T0) || o.Bar(iru.StageAct) != nil {
		t.Error("it never comes")
	}
}

// A second before T0 there is still a hold, and going on leaves time to arm.
func TestHoldAtTheLastSecond(t *testing.T) {
	o := iru.Operation{ID: 1, Unit: 1, State: iru.OperationPolling, Director: 2}
	o, _, err := o.PlanCount(2, noon.Add(time.Minute), []iru.Pause{{Before: time.Second, Why: "the last word"}}, noon)
	if err != nil {
		t.Fatal(err)
	}
	o = releasedAt(t, o, o.Planned, noon)
	at := noon.Add(59500 * time.Millisecond)
	held, _, err := o.Step("hold", 2, at, "one moved")
	if err != nil || !held.T0.IsZero() || !held.RegistrarAt.IsZero() {
		t.Fatalf("%+v, %v", held, err)
	}
	o, _, err = o.GoOn(2, "go", iru.MinLead, at)
	if err != nil || !o.T0.Equal(at.Add(iru.MinLead)) {
		t.Errorf("%+v, %v", o, err)
	}
}

// Between T0 and the registrars a hold keeps back what has not left, and T0 stays what it was.
func TestHoldBetweenStages(t *testing.T) {
	o := releasedAt(t, iru.Operation{ID: 1, Unit: 1, State: iru.OperationPolling, Director: 2}, noon.Add(time.Hour), noon)
	if !o.PreserveAt.Equal(noon.Add(iru.MinLead)) {
		t.Errorf("released within the hour, preservation is at once: %v", o.PreserveAt)
	}
	t0 := o.T0
	held, _, err := o.Step("hold", 2, t0.Add(time.Minute), "one registrar is the outlet's own")
	if err != nil || !held.T0.Equal(t0) || !held.RegistrarAt.IsZero() || held.PreserveAt.IsZero() {
		t.Fatalf("%+v, %v", held, err)
	}
	on, _, err := held.Step("resume", 2, t0.Add(5*time.Minute), "")
	if err != nil {
		t.Fatal(err)
	}
	gone := []iru.Notice{{Unit: 1, State: iru.NoticeReceived, Stage: iru.StageAct}, {Unit: 1, State: iru.NoticeApproved, Stage: iru.StageRegistrar}}
	again, _, err := on.Release(dora, agreed(gone), t0.Add(10*time.Minute), t0.Add(6*time.Minute))
	if err != nil || !again.T0.Equal(t0) || !again.RegistrarAt.Equal(t0.Add(10*time.Minute)) {
		t.Errorf("%+v, %v", again, err)
	}
	if _, _, err := o.Step("hold", 2, o.RegistrarAt, "too late"); !errors.Is(err, iru.Conflict) {
		t.Errorf("held after the last stage: %v", err)
	}
}

// TestCountByRandomHolds: whatever is held and however long, what runs down is what was planned: the time that the count ran plus what is
// left is what was planned, and no stage comes while it stands.
func TestCountByRandomHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		o := iru.Operation{ID: 1, Unit: 1, State: iru.OperationPolling, Director: 2}
		var ps []iru.Pause
		for _, s := range rapid.SliceOfNDistinct(rapid.IntRange(1, 3000), 0, 4, rapid.ID[int]).Draw(t, "holds") {
			ps = append(ps, iru.Pause{Before: time.Duration(s) * time.Second, Why: "x"})
		}
		o, _, err := o.PlanCount(2, now.Add(time.Hour), ps, now)
		if err != nil {
			t.Fatal(err)
		}
		ran := time.Duration(0)
		for range 40 {
			step := time.Duration(rapid.IntRange(1, 400).Draw(t, "seconds")) * time.Second
			before := o.Count(now)
			now = now.Add(step)
			after := o.Count(now)
			ran += before.T0.Sub(now.Add(-step)) - after.T0.Sub(now)
			if after.Stands && o.Begun(now) {
				t.Fatalf("T0 came while it stood: %+v", o)
			}
			switch {
			case after.Pause != nil && rapid.Bool().Draw(t, "on"):
				if o, _, err = o.GoOn(2, "y", 0, now); err != nil {
					t.Fatal(err)
				}
			case o.State == iru.OperationPolling && rapid.IntRange(0, 5).Draw(t, "hold") == 5:
				if o, _, err = o.Step("hold", 2, now, "z"); err != nil {
					t.Fatal(err)
				}
			case o.State == iru.OperationHeld && rapid.Bool().Draw(t, "resume"):
				if o, _, err = o.Step("resume", 2, now, ""); err != nil {
					t.Fatal(err)
				}
			}
			if left := o.Count(now).T0.Sub(now); left+ran != time.Hour {
				t.Fatalf("an hour was planned, %v ran and %v are left: %+v", ran, left, o)
			}
		}
	})
}
