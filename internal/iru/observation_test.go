// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

// A model keeps all looks and works the belief out anew, from its definition.
type model []iru.Observation

// since is the earliest look among the last rounds of each point that agrees: what was seen before it stands against nobody.
func (m model) since(points []string, need iru.Agreement) (from time.Time) {
	for _, p := range points {
		if _, _, counted := m.absences(p, need.Gap); len(counted) >= need.Rounds {
			if at := counted[len(counted)-need.Rounds]; from.IsZero() || at.Before(from) {
				from = at
			}
		}
	}
	return from
}

// absences gives whether a point's last telling look was no absence, when that look was, and the absences that count since its last
// look that told of something else, each at least gap after the one counted before.
func (m model) absences(point string, gap time.Duration) (present bool, last time.Time, counted []time.Time) {
	for _, o := range m {
		switch {
		case o.Vantage != point || o.Outcome.Unknown():
		case !o.Outcome.Absent():
			present, last, counted = true, o.At, nil
		case len(counted) == 0 || o.At.Sub(last) >= gap:
			present, last, counted = false, o.At, append(counted, o.At)
		}
	}
	return present, last, counted
}

func (m model) gone(points []string, need iru.Agreement) bool {
	agree, from := 0, m.since(points, need)
	for _, p := range points {
		present, last, counted := m.absences(p, need.Gap)
		if present && !last.Before(from) {
			return false
		}
		if len(counted) >= need.Rounds {
			agree++
		}
	}
	return agree >= need.Points
}

// TestPresenceByRandomWalk holds Observe against the model: what is believed gone is so by definition, whatever came in between.
func TestPresenceByRandomWalk(t *testing.T) {
	points := []string{"north", "south", "east"}
	rapid.Check(t, func(t *rapid.T) {
		need := iru.Agreement{Points: rapid.IntRange(1, 3).Draw(t, "points"), Rounds: rapid.IntRange(1, 4).Draw(t, "rounds"), Gap: time.Duration(rapid.IntRange(0, 600).Draw(t, "gap")) * time.Second}
		var p iru.Presence
		var m model
		at := noon
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			at = at.Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "later")) * time.Second)
			out := iru.Gone // most looks say so, or the walk never arrives
			if rapid.IntRange(0, 2).Draw(t, "any") == 0 {
				out = rapid.SampledFrom(iru.Outcomes).Draw(t, "outcome")
			}
			o := iru.Observation{At: at, Vantage: rapid.SampledFrom(points).Draw(t, "point"), Outcome: out}
			was := p
			var verb string
			p, verb = p.Observe(o, need)
			m = append(m, o)
			if o.Outcome.Unknown() && (verb != "" || p.Since != was.Since || !reflect.DeepEqual(p.Runs[o.Vantage], was.Runs[o.Vantage])) {
				t.Fatalf("%s changed what is believed", o.Outcome)
			}
			state := was.State
			if state == "" {
				state = iru.PresenceUnknown
			}
			if to, err := iru.PresenceTable.Next(state, verb); (verb == "") != (err != nil) || (verb != "" && (to != p.State || !p.Since.Equal(o.At))) || (verb == "" && p.State != state) {
				t.Fatalf("%q from %s gives %s", verb, state, p.State)
			}
			believed := p.State == iru.PresenceGone
			if verb == "agreed" && !m.gone(points, need) {
				t.Fatalf("believed gone with %+v of %+v", p.Runs, need)
			}
			if !o.Outcome.Unknown() && o.Outcome.Absent() && m.gone(points, need) && !believed {
				t.Fatalf("not believed gone with %+v of %+v, but %s", p.Runs, need, p.State)
			}
			if verb == "seen" && o.Outcome != iru.Up {
				t.Fatalf("%s counts as seen", o.Outcome)
			}
			if o.Outcome == iru.Up && believed {
				t.Fatal("gone, though it was just seen")
			}
			if was.State == iru.PresenceGone && p.State != iru.PresenceGone && o.Outcome != iru.Up {
				t.Fatalf("%s ended the belief in its absence", o.Outcome)
			}
		}
	})
}

func TestPresence(t *testing.T) {
	need := iru.Agreement{Points: 2, Rounds: 2, Gap: time.Minute}
	var p iru.Presence
	at := noon
	look := func(point string, o iru.Outcome, later time.Duration) string {
		at = at.Add(later)
		var verb string
		p, verb = p.Observe(iru.Observation{At: at, Vantage: point, Outcome: o}, need)
		return verb
	}
	expect := func(verb, want string, s iru.PresenceState) {
		t.Helper()
		if verb != want || p.State != s {
			t.Fatalf("%q leads to %s, want %q to %s", verb, p.State, want, s)
		}
	}
	expect(look("north", iru.Altered, 0), "", iru.PresenceUnknown)
	expect(look("north", iru.Up, time.Hour), "seen", iru.PresenceUp)
	expect(look("north", iru.Gone, time.Hour), "missed", iru.PresenceDoubtful)
	expect(look("north", iru.Gone, 59*time.Second), "", iru.PresenceDoubtful) // too soon
	if got := p.Progress("north", need); got != "gone, 1 of 2" {
		t.Errorf("progress %q", got)
	}
	if got := p.Progress("south", need); got != "not looked yet" {
		t.Errorf("progress %q", got)
	}
	expect(look("north", iru.Gone, time.Second), "", iru.PresenceDoubtful)
	expect(look("south", iru.DomainHeld, time.Minute), "", iru.PresenceDoubtful)
	expect(look("east", iru.GeoBlocked, 0), "", iru.PresenceDoubtful)
	if got := p.Progress("east", need); got != "geo_blocked" {
		t.Errorf("progress %q", got)
	}
	expect(look("south", iru.DomainHeld, time.Minute), "", iru.PresenceDoubtful) // east saw something else in its place
	expect(look("east", iru.Gone, time.Minute), "agreed", iru.PresenceGone)
	expect(look("east", iru.Moved, time.Minute), "", iru.PresenceGone) // no return: it is elsewhere
	expect(look("east", iru.Timeout, time.Minute), "", iru.PresenceGone)
	stale, verb := p.Observe(iru.Observation{At: noon, Vantage: "north", Outcome: iru.Up}, need)
	if verb != "" || stale.State != iru.PresenceGone {
		t.Errorf("a look from before the removal counts as a return: %q, %s", verb, stale.State)
	}
	before := p
	expect(look("south", iru.Up, time.Minute), "seen", iru.PresenceBack)
	if before.Runs["south"].Up {
		t.Error("the belief as it was before was changed")
	}
	if got := p.Progress("south", need); got != "still served" {
		t.Errorf("progress %q", got)
	}
	// An agreement that nobody filled in is no agreement of nobody.
	q, verb := iru.Presence{}.Observe(iru.Observation{At: noon, Vantage: "north", Outcome: iru.Gone}, iru.Agreement{})
	if verb != "missed" || q.State != iru.PresenceDoubtful {
		t.Errorf("one look is enough for an empty agreement: %q", verb)
	}
}

// TestPresenceWithoutAPoint: a point that fell silent, or from which nobody looks any more, does not speak for ever.
func TestPresenceWithoutAPoint(t *testing.T) {
	need := iru.Agreement{Points: 2, Rounds: 2, Gap: time.Minute}
	look := func(p iru.Presence, at time.Duration, point string, o iru.Outcome) (iru.Presence, string) {
		return p.Observe(iru.Observation{At: noon.Add(at), Vantage: point, Outcome: o}, need)
	}
	var p iru.Presence
	p, _ = look(p, 0, "north", iru.Gone)
	p, _ = look(p, 90*time.Second, "south", iru.Up)
	p, _ = look(p, 2*time.Minute, "east", iru.Gone)
	retired := p
	p, _ = look(p, 3*time.Minute, "north", iru.Gone)
	p, _ = look(p, 4*time.Minute, "south", iru.Timeout)
	if p, verb := look(p, 5*time.Minute, "east", iru.Gone); verb != "missed" && p.State == iru.PresenceGone {
		t.Error("south saw it after north's first look")
	}
	p, _ = look(p, 5*time.Minute, "east", iru.Gone)
	p, verb := look(p, 6*time.Minute, "north", iru.Gone)
	if verb != "agreed" || p.State != iru.PresenceGone {
		t.Errorf("two points agree on four looks since south saw it last, and yet: %q, %s", verb, p.State)
	}
	p = retired.Only([]string{"north", "east"})
	p, _ = look(p, 3*time.Minute, "north", iru.Gone)
	if p, verb := look(p, 4*time.Minute, "east", iru.Gone); verb != "agreed" || len(p.Runs) != 2 || len(retired.Runs) != 3 {
		t.Errorf("south is no vantage point any more, and yet: %q, %+v", verb, p.Runs)
	}
}

func TestOutcomes(t *testing.T) {
	absent := []iru.Outcome{iru.Gone, iru.LegalBlock, iru.Soft404, iru.DomainHeld, iru.Parked, iru.Delisted, iru.Silent}
	unknown := []iru.Outcome{iru.Timeout, iru.Failed, iru.Refused, iru.Challenge, iru.LoginWall, iru.Unmanned}
	for _, o := range append([]iru.Outcome{"", "new"}, iru.Outcomes...) {
		if o.Absent() != slices.Contains(absent, o) || o.Unknown() != slices.Contains(unknown, o) {
			t.Errorf("%q: absent %v, unknown %v", o, o.Absent(), o.Unknown())
		}
	}
}

// What is shown to some vantage points only is told; a point that was refused for where it is, that knows nothing, or that looked long ago, is
// no word against the others.
func TestCloaked(t *testing.T) {
	at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	run := func(o iru.Outcome, ago time.Duration) iru.Run {
		return iru.Run{Last: at.Add(-ago), Up: !o.Absent(), Found: o}
	}
	for _, c := range []struct {
		runs map[string]iru.Run
		want string
	}{
		{map[string]iru.Run{"north": run(iru.Up, 0), "south": run(iru.Altered, time.Minute)}, "[north] [south]"},
		{map[string]iru.Run{"north": run(iru.Up, 0), "south": run(iru.Gone, time.Minute), "east": run(iru.Up, 0)}, "[east north] [south]"},
		{map[string]iru.Run{"north": run(iru.Up, 0), "south": run(iru.Up, 0)}, "[] []"},
		{map[string]iru.Run{"north": run(iru.Gone, 0), "south": run(iru.Altered, 0)}, "[] []"},
		{map[string]iru.Run{"north": run(iru.Up, 0), "south": run(iru.GeoBlocked, 0)}, "[] []"},
		{map[string]iru.Run{"north": run(iru.Up, 0), "south": run(iru.Gone, time.Hour)}, "[] []"},
		{nil, "[] []"},
	} {
		shown, hidden := iru.Presence{Runs: c.runs}.Cloaked(10 * time.Minute)
		if got := fmt.Sprint(shown, " ", hidden); got != c.want {
			t.Errorf("%+v: %s, want %s", c.runs, got, c.want)
		}
	}
}
