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

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// Through every table: Next leads only where a line says, refuses the rest by naming what is possible, and Can and Verbs agree.
func TestTablesByRandomWalk(t *testing.T) {
	for _, m := range iru.Machines() {
		t.Run(m.Noun+"."+m.Column, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				table := iru.Table[string](m.Steps)
				verbs := []string{"", "no such verb"}
				for _, s := range m.Steps {
					verbs = append(verbs, s.Verb)
				}
				state := m.Steps[0].From
				for range rapid.IntRange(1, 30).Draw(t, "steps") {
					verb := rapid.SampledFrom(verbs).Draw(t, "verb")
					to, err := table.Next(state, verb)
					want := ""
					for _, s := range m.Steps {
						if s.From == state && s.Verb == verb {
							want = s.To
						}
					}
					if table.Can(state, verb) != (err == nil) || (want != "") != (err == nil) {
						t.Fatalf("%s in %s: %v, want %q", verb, state, err, want)
					}
					if err != nil {
						var r *iru.Refusal
						if !errors.As(err, &r) || !errors.Is(err, iru.Conflict) || to != state || r.Instead == "" {
							t.Fatalf("%s in %s gives %q with %v", verb, state, to, err)
						}
						for _, v := range table.Verbs(state) {
							if !strings.Contains(r.Instead, v) {
								t.Fatalf("the refusal does not name %q: %v", v, err)
							}
						}
						continue
					}
					if to != want {
						t.Fatalf("%s in %s leads to %s, want %s", verb, state, to, want)
					}
					state = to
				}
			})
		})
	}
}

// The verbs that are decisions need a person, in whatever state; the others move by the table, and the event tells the same.
func TestStepsTellWhatTheyDid(t *testing.T) {
	type step = func(state, verb string, by iru.OfficerID) (string, iru.Event, error)
	for noun, c := range map[string]struct {
		table   iru.Table[string]
		persons []string // verbs that need a person
		special []string // verbs with a door of their own
		step    step
	}{
		"outlet": {steps("outlet", "state"), []string{"watch", "close"}, nil, func(s, v string, by iru.OfficerID) (string, iru.Event, error) {
			o, e, err := iru.Outlet{ID: 7, Unit: 3, State: iru.OutletState(s)}.Step(v, by, noon, "why")
			return string(o.State), e, err
		}},
		"asset": {steps("asset", "state"), []string{"reject", "reconsider", "give_up"}, []string{"attribute"}, func(s, v string, by iru.OfficerID) (string, iru.Event, error) {
			a, e, err := iru.Asset{ID: 7, Unit: 3, State: iru.AssetState(s)}.Step(v, by, noon, "why")
			return string(a.State), e, err
		}},
		"item": {steps("item", "state"), []string{"defer", "refer", "dismiss", "ask_second", "reopen"}, nil, func(s, v string, by iru.OfficerID) (string, iru.Event, error) {
			i, e, err := iru.Item{ID: 7, Unit: 3, State: iru.ItemState(s), HeldBy: 9, HeldUntil: noon.Add(time.Minute)}.Step(v, by, noon, "why")
			if err == nil && (by != 0) != (i.HeldBy == 0) {
				err = errors.New("a person's verb frees the lock, the program's does not")
			}
			return string(i.State), e, err
		}},
		"notice": {steps("notice", "state"), []string{"submit", "return", "withdraw", "escalate", "annul", "revoke"}, []string{"endorse", "approve"}, func(s, v string, by iru.OfficerID) (string, iru.Event, error) {
			n, e, err := iru.Notice{ID: 7, Unit: 3, State: iru.NoticeState(s)}.Step(v, by, noon, "why")
			return string(n.State), e, err
		}},
		"operation": {steps("operation", "state"), []string{"open_poll", "hold", "resume", "abort", "close"}, []string{"release"}, func(s, v string, by iru.OfficerID) (string, iru.Event, error) {
			t0 := noon.Add(-time.Hour)
			if v == "hold" { // the rest is done after it
				t0 = noon.Add(time.Hour)
			}
			o, e, err := iru.Operation{ID: 7, Unit: 3, State: iru.OperationState(s), T0: t0}.Step(v, by, noon, "why")
			return string(o.State), e, err
		}},
	} {
		t.Run(noun, func(t *testing.T) {
			for _, s := range c.table.States() {
				for _, x := range c.table {
					for _, by := range []iru.OfficerID{0, 9} {
						to, e, err := c.step(s, x.Verb, by)
						want, bad := c.table.Next(s, x.Verb)
						switch {
						case contains(c.special, x.Verb):
							if !errors.Is(err, iru.Internal) || to != s {
								t.Errorf("%s of %s by %d went through the wrong door: %v", x.Verb, s, by, err)
							}
						case by == 0 && contains(c.persons, x.Verb):
							if !errors.Is(err, iru.Forbidden) || to != s {
								t.Errorf("nobody could %s what is %s: %v", x.Verb, s, err)
							}
						case bad != nil:
							if !errors.Is(err, iru.Conflict) || to != s {
								t.Errorf("%s of %s: %v", x.Verb, s, err)
							}
						case err != nil || to != want:
							t.Errorf("%s of %s leads to %s: %v", x.Verb, s, to, err)
						case e.From != s || e.To != want || e.Verb != x.Verb || e.By != by || e.Unit != 3 || !e.At.Equal(noon) || e.Note != "why" || e.Index != -1 || e.Subject != (iru.Subject{Noun: noun, ID: 7}):
							t.Errorf("%s of %s is told as %+v", x.Verb, s, e)
						}
					}
				}
			}
		})
	}
}

func steps(noun, column string) iru.Table[string] {
	for _, m := range iru.Machines() {
		if m.Noun == noun && m.Column == column {
			return m.Steps
		}
	}
	panic("no machine " + noun + "." + column)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestEventFactsAreCopied(t *testing.T) {
	a := iru.Event{}.With("k", 1)
	b := a.With("k", 2).With("l", 3)
	if a.Facts["k"] != 1 || len(a.Facts) != 1 || len(b.Facts) != 2 {
		t.Errorf("one event's facts are another's: %v %v", a.Facts, b.Facts)
	}
}

func TestRefusal(t *testing.T) {
	err := iru.Refuse(iru.Forbidden, "a reason", "a way out")
	if !errors.Is(err, iru.Forbidden) || errors.Is(err, iru.Invalid) || err.Error() != "a reason; a way out" || iru.Refuse(iru.Invalid, "a reason", "").Error() != "a reason" {
		t.Errorf("%v", err)
	}
}
