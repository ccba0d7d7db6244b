// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

// TestDeconflictionByRandomWalk: whatever people and time do, a question is free only by an answer that says so, by its holder, by the evidence, by a person's decision with a
// reason, or by two different persons for a threat to life, which a third one owes a review that nothing wipes; every hold ends; and what blocks, blocks the release.
func TestDeconflictionByRandomWalk(t *testing.T) {
	freed, reviewed := map[string]int{}, map[bool]int{}
	walk := func(t *rapid.T) {
		q := iru.Deconfliction{ID: 1, Operation: 1, Participant: iru.ParticipantID(rapid.IntRange(0, 1).Draw(t, "part")), Unit: 2, Address: "https://a.test/", State: iru.DeconflictionRequested, Asked: noon, Due: noon.Add(iru.AnswerTime)}
		now, overridden := noon, 0
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 96).Draw(t, "hours")) * time.Hour)
			was := q
			var e iru.Event
			var err error
			why := rapid.SampledFrom([]string{"", "a reason"}).Draw(t, "why")
			by := iru.OfficerID(rapid.IntRange(0, 2).Draw(t, "by"))
			verb := rapid.SampledFrom([]string{"clear", "duplicate", "hold", "evidence", "join", "pass", "decide", "free", "fulfil", "endanger", "override", "lives", "review"}).Draw(t, "verb")
			switch verb {
			case "pass":
				var passed bool
				if q, e, passed = q.Pass(now); !passed {
					err = iru.Conflict
				}
			case "decide":
				q, e, err = q.Decide(by, now, why)
			case "free":
				q, e, err = q.Free(by, now, why)
			case "fulfil":
				q, e, err = q.Fulfil(7, now)
			case "endanger":
				q, e, err = q.Endanger("attack", strings.Repeat(why, 6), by, now)
			case "lives":
				if q, _, err = q.Endanger("attack", strings.Repeat("a reason", 6), by, now); err == nil {
					was = q
					q, e, err = q.Override(iru.OfficerID(rapid.IntRange(0, 2).Draw(t, "second")), now, now.Add(72*time.Hour))
				}
			case "override":
				q, e, err = q.Override(by, now, now.Add(72*time.Hour))
			case "review":
				n := rapid.IntRange(-1, len(q.Overrides)).Draw(t, "override")
				right := rapid.Bool().Draw(t, "right")
				if q, e, err = q.Review(n, right, by+1, now, why); err == nil {
					reviewed[right]++
					if o := was.Overrides[n]; !o.Owed() || o.First == by+1 || o.Second == by+1 || why == "" {
						t.Fatalf("reviewed by %d, %q: %+v", by+1, why, o)
					}
					if q.State != was.State || e.Facts["first"] == e.Facts["second"] || (e.Verb == "uphold") != right {
						t.Fatalf("a review moved it, or does not say of what: %+v, %+v", q, e)
					}
				}
			default:
				q, e, err = q.Answer(iru.DeconflictionAnswer{Verb: verb, Reference: why, Contact: why, Until: now.Add(time.Duration(rapid.IntRange(-1, 400).Draw(t, "until")) * time.Hour), Why: "the case"}, by, now)
			}
			if err != nil {
				if !reflect.DeepEqual(q, was) {
					t.Fatalf("%s was refused (%v) and changed %+v to %+v", verb, err, was, q)
				}
				continue
			}
			if e.Verb == "" || e.Subject.Noun != "deconfliction" || e.From != e.To && (e.From != string(was.State) || e.To != string(q.State)) {
				t.Fatalf("%s: event %+v of %s to %s", verb, e, was.State, q.State)
			}
			if q.Held() && (!q.Until.After(now) && verb != "endanger" || q.Until.After(now.Add(iru.MaxHold)) || q.Contact == "") && q.State != was.State {
				t.Fatalf("a hold without an end or a contact: %+v at %s", q, now)
			}
			if strings.Contains(q.Contact+q.Reference+q.Reason+q.Word+q.Threat, "the case") {
				t.Fatalf("the case is told: %+v", q)
			}
			if verb == "override" || verb == "lives" {
				overridden++
			}
			if was.Blocks() && !q.Blocks() {
				freed[verb]++
				switch verb {
				case "clear", "join", "free", "fulfil":
				case "decide":
					if by == 0 || why == "" || !was.Waits() {
						t.Fatalf("decided by %d, %q, %s", by, why, was.State)
					}
				case "override", "lives":
					if q.First == 0 || q.Second == 0 || q.First == q.Second {
						t.Fatalf("overridden by %d and %d", q.First, q.Second)
					}
				default:
					t.Fatalf("%s freed %s", verb, was.State)
				}
			}
			if out, _, passed := q.Pass(q.Next().Add(time.Second)); !q.Next().IsZero() && (!passed || !out.Waits()) {
				t.Fatalf("%s never ends by itself: %+v", q.State, out)
			}
		}
		owed := slices.ContainsFunc(q.Overrides, iru.Override.Owed)
		if owed == q.ReviewDue.IsZero() || overridden != len(q.Overrides) {
			t.Fatalf("%d overrides left %d, due %s: %+v", overridden, len(q.Overrides), q.ReviewDue, q.Overrides)
		}
		o := iru.Operation{State: iru.OperationPolling, Director: 2}
		director := iru.Officer{ID: 2, Roles: []iru.Role{iru.Director}, State: iru.OfficerActive}
		a := iru.Agreed{Polls: []iru.Poll{{ID: 1, State: iru.PollGo, Digest: "d"}}, Digests: map[int64]string{1: "d"}, Acts: []iru.Notice{{State: iru.NoticeApproved}}, Questions: []iru.Deconfliction{q}}
		if _, _, err := o.Release(director, a, now.Add(time.Minute), now); (err == nil) == q.Blocks() {
			t.Fatalf("released: %v, though the question is %s (%+v)", err, q.State, q)
		}
	}
	// A hundred walks miss a rare verb one time in six; a verb that can free is met within a few hundred.
	ways := []string{"clear", "join", "free", "fulfil", "decide", "lives"}
	unseen := func(verb string) bool { return freed[verb] == 0 }
	for range 50 {
		if rapid.Check(t, walk); t.Failed() || !slices.ContainsFunc(ways, unseen) && reviewed[true]*reviewed[false] > 0 {
			return
		}
	}
	t.Errorf("5,000 walks were freed by %v, not by each of %v, or not reviewed both ways: %v", freed, ways, reviewed)
}

// TestTaskByRandomWalk: a task without an act is ready only with a title, nothing that needs a reason happens without one, and one with an act is moved by the act alone.
func TestTaskByRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := iru.Task{ID: 1, State: iru.TaskProposed, Notice: iru.NoticeID(rapid.IntRange(0, 1).Draw(t, "act"))}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			was := k
			why := rapid.SampledFrom([]string{"", "a reason"}).Draw(t, "why")
			verb := rapid.SampledFrom([]string{"accept", "decline", "withdraw", "ready", "unready", "start", "finish", "fail"}).Draw(t, "verb")
			k.Title = rapid.SampledFrom([]string{"", "AZ 1"}).Draw(t, "title")
			was.Title = k.Title
			next, _, err := k.Step(verb, 3, 1, noon, why)
			if err != nil && next != was {
				t.Fatalf("refused and changed: %+v", next)
			}
			if err == nil && (verb == "ready" && next.Title == "" || slices.Contains([]string{"decline", "withdraw", "fail", "unready"}, verb) && why == "" || k.Notice != 0 && !slices.Contains([]string{"accept", "decline", "withdraw"}, verb)) {
				t.Fatalf("%s went through: %+v, %q", verb, next, why)
			}
			k = next
		}
	})
}

// TestTitleOnTheDayOfTheClockChange: a title is in force between two instants, whatever wall clocks show: the hour from two to three came twice on that day.
func TestTitleOnTheDayOfTheClockChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC) // 02:00 for the second time
	k := iru.Task{State: iru.TaskReady, Title: "AZ 1", Stage: iru.StageAct, ValidFrom: until.Add(-24 * time.Hour), ValidUntil: until}
	first, second := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)
	if a, b := first.In(zone).Format("15:04"), second.In(zone).Format("15:04"); a != "02:30" || b != "02:30" {
		t.Fatalf("%s and %s are no such day", a, b)
	}
	for at, want := range map[time.Time][]iru.Lack{first.In(zone): nil, second.In(zone): {iru.LackTitle}} {
		if got := (iru.TaskStanding{Task: k, Kept: true}).Misses(at, noon); !slices.Equal(got, want) {
			t.Errorf("at %s it misses %v", at, got)
		}
	}
	k.Stage = iru.StageRegistrar // two minutes after T0
	if got := (iru.TaskStanding{Task: k, Kept: true}).Misses(until.Add(-time.Minute), noon); !slices.Equal(got, []iru.Lack{iru.LackTitle}) {
		t.Errorf("names after T0: %v", got)
	}
	if _, _, err := (iru.Task{State: iru.TaskAccepted, Title: "AZ 1", ValidUntil: noon}).Step("ready", 1, 1, noon, ""); !errors.Is(err, iru.Invalid) {
		t.Errorf("ready with a title that ended: %v", err)
	}
}
