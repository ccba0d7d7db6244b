// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

func TestPoll(t *testing.T) {
	liaison := iru.Officer{ID: 3, Unit: 1, Roles: []iru.Role{iru.Liaison}, State: iru.OfficerActive}
	p := iru.Poll{Operation: 5, Unit: 1, State: iru.PollOpen}
	stranger, resting := liaison, liaison
	stranger.Unit, resting.State = 2, iru.OfficerSuspended
	for name, c := range map[string]struct {
		by     iru.Officer
		answer iru.PollState
		reason string
		kind   error
		says   string
	}{
		"nobody":           {iru.Officer{}, iru.PollGo, "", iru.Forbidden, "signed in"},
		"no liaison":       {iru.Officer{ID: 1, Unit: 1, Roles: []iru.Role{iru.Director}, State: iru.OfficerActive}, iru.PollGo, "", iru.Forbidden, "liaison"},
		"another unit":     {stranger, iru.PollGo, "", iru.Forbidden, "own liaison"},
		"suspended":        {resting, iru.PollGo, "", iru.Forbidden, "suspended"},
		"no without why":   {liaison, iru.PollNoGo, " \n", iru.Invalid, "needs a reason"},
		"neither go or no": {liaison, iru.PollOpen, "", iru.Invalid, "unknown answer"},
	} {
		if next, _, err := p.Answer(c.answer, c.by, c.reason, "d", noon); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || next.State != iru.PollOpen {
			t.Errorf("%s: %v", name, err)
		}
	}
	yes, e, err := p.Answer(iru.PollGo, liaison, "", "d", noon)
	if err != nil || yes.State != iru.PollGo || yes.Digest != "d" || yes.By != 3 || e.Verb != "poll_go" || e.Subject != (iru.Subject{Noun: "operation", ID: 5}) {
		t.Fatalf("%+v, %+v, %v", yes, e, err)
	}
	if _, _, expired := yes.Expire("d", noon); expired {
		t.Error("an answer expired though nothing changed")
	}
	open, e, expired := yes.Expire("other", noon)
	if !expired || open.State != iru.PollOpen || open.Digest != "" || e.By != 0 || e.To != "open" {
		t.Errorf("tasks changed: %+v, %+v, %v", open, e, expired)
	}
	if _, _, expired := open.Expire("third", noon); expired {
		t.Error("an open poll expired")
	}
}

// TestReleaseByRandomPlans: released means that each unit said GO to its tasks as they are, every task was approved, the named
// director spoke, and T0 leaves time to arm. Nothing else is.
func TestReleaseByRandomPlans(t *testing.T) {
	released := 0
	// One plan that is sound, whatever the draws.
	sound := iru.Operation{State: iru.OperationPolling, Director: 2}
	director := iru.Officer{ID: 2, Roles: []iru.Role{iru.Director}, State: iru.OfficerActive}
	if o, _, err := sound.Release(director, iru.Agreed{Polls: []iru.Poll{{ID: 1, Unit: 1, State: iru.PollGo, Digest: "d"}}, Digests: map[int64]string{1: "d"},
		Acts: []iru.Notice{{State: iru.NoticeApproved}, {State: iru.NoticeWithdrawn}}}, noon.Add(iru.MinLead), noon); err != nil || o.State != iru.OperationReleased {
		t.Errorf("a sound plan: %s, %v", o.State, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		often := func(name string) bool {
			return rapid.IntRange(0, 7).Draw(t, name) != 7 // small numbers are drawn more often
		}
		pick := func(name string, good, bad string) string {
			if often(name) {
				return good
			}
			return bad
		}
		o := iru.Operation{ID: 1, Unit: 1, State: iru.OperationState(pick("state", "polling", rapid.SampledFrom([]string{"draft", "held", "released", "closed", "aborted"}).Draw(t, "other state"))), Director: 2}
		by := iru.Officer{ID: 2, Unit: 1, Roles: []iru.Role{iru.Role(pick("role", "director", "analyst"))}, State: iru.OfficerState(pick("officer", "active", "suspended"))}
		if !often("director") {
			by.ID = 3
		}
		a := iru.Agreed{Digests: map[int64]string{}, Idle: map[int64]bool{}}
		sound, left := true, 0
		for u := range 3 - rapid.IntRange(0, 3).Draw(t, "units less") {
			id := iru.UnitID(u + 1)
			a.Digests[int64(id)] = "now"
			p := iru.Poll{ID: int64(id), Unit: id, State: iru.PollState(pick("answer", "go", rapid.SampledFrom([]string{"open", "no_go"}).Draw(t, "other answer"))), Digest: pick("digest", "now", "then")}
			a.Polls = append(a.Polls, p)
			idle := true
			for range 2 - rapid.IntRange(0, 2).Draw(t, "tasks less") {
				n := iru.Notice{Ref: "X", Unit: id, State: iru.NoticeState(pick("task", "approved", rapid.SampledFrom([]string{"draft", "submitted", "endorsed", "withdrawn", "sent"}).Draw(t, "other task")))}
				sound = sound && (n.State == iru.NoticeApproved || n.State == iru.NoticeWithdrawn)
				if n.State == iru.NoticeApproved {
					left++
				}
				idle = idle && n.State == iru.NoticeWithdrawn
				a.Acts = append(a.Acts, n)
			}
			a.Idle[p.ID] = idle
			sound = sound && (p.State == iru.PollGo && p.Digest == "now" || idle && p.State != iru.PollNoGo)
		}
		lead := 20*time.Second - time.Duration(rapid.Int64Range(0, int64(21*time.Second)).Draw(t, "sooner"))
		want := sound && left > 0 && len(a.Polls) > 0 && o.State == iru.OperationPolling && by.ID == o.Director && by.State == iru.OfficerActive && by.Roles[0] == iru.Director && lead >= iru.MinLead
		next, e, err := o.Release(by, a, noon.Add(lead), noon)
		if (err == nil) != want {
			t.Fatalf("released: %v, should be %v: %+v by %+v, %+v, T0 in %v", err, want, o, by, a, lead)
		}
		if err != nil {
			if next.State != o.State || !next.T0.IsZero() {
				t.Fatalf("a refusal changed %+v", next)
			}
			return
		}
		released++
		if next.State != iru.OperationReleased || !next.T0.Equal(noon.Add(lead)) || e.Facts["t0"] == "" || e.By != 2 {
			t.Fatalf("%+v, %+v", next, e)
		}
	})
	t.Logf("%d plans were released", released)
}

// TestHoldBeforeT0: the count can be stopped until T0, and only until then.
func TestHoldBeforeT0(t *testing.T) {
	o := iru.Operation{State: iru.OperationReleased, T0: noon}
	if _, _, err := o.Step("hold", 2, noon, "wait"); !errors.Is(err, iru.Conflict) {
		t.Errorf("held at T0: %v", err)
	}
	if h, _, err := o.Step("hold", 2, noon.Add(-1), "wait"); err != nil || h.State != iru.OperationHeld || !h.T0.IsZero() {
		t.Errorf("held before T0: %+v, %v", h, err)
	}
}

func TestCloseBeforeT0(t *testing.T) {
	o := iru.Operation{State: iru.OperationReleased, T0: noon}
	if _, _, err := o.Step("close", 2, noon.Add(-1), ""); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "abort") {
		t.Errorf("closed before T0: %v", err)
	}
	if c, _, err := o.Step("close", 2, noon, ""); err != nil || c.State != iru.OperationClosed {
		t.Errorf("closed at T0: %v", err)
	}
}
