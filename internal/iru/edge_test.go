// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func day(n int) time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

func resolves(first, last int) iru.Edge {
	return iru.Edge{Unit: 1, From: iru.Node{Kind: iru.NodeName, Name: "trams.test"}, To: iru.Node{Kind: iru.NodeAddress, Name: "127.2.0.9"},
		Rel: iru.RelResolvesTo, Source: "dns", Asset: 3, First: day(first), Last: day(last), Confidence: 1}
}

// see keeps intervals as a store does.
func see(had []iru.Edge, e iru.Edge) []iru.Edge {
	now, swallowed := e.See(had)
	had = slices.DeleteFunc(had, func(h iru.Edge) bool { return slices.Contains(swallowed, h.ID) || h.ID == now.ID && now.ID != 0 })
	if now.ID == 0 {
		for _, h := range had {
			now.ID = max(now.ID, h.ID)
		}
		now.ID++
	}
	return append(had, now)
}

// TestSeeInAnyOrder: sightings without an end give the same intervals in whatever order they come, and twice as once.
func TestSeeInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	lapse := int(iru.EdgeLapse / (24 * time.Hour))
	for range 400 {
		days := make([]int, 2+r.Intn(7))
		for i := range days {
			days[i] = r.Intn(6 * lapse)
		}
		slices.Sort(days)
		want := []iru.Edge{resolves(days[0], days[0])}
		for _, d := range days[1:] {
			if last := &want[len(want)-1]; day(d).Sub(last.Last) <= iru.EdgeLapse {
				last.Last = day(d)
			} else {
				want = append(want, resolves(d, d))
			}
		}
		r.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
		var got []iru.Edge
		for _, d := range slices.Concat(days, days) {
			got = see(got, resolves(d, d))
		}
		slices.SortFunc(got, func(a, b iru.Edge) int { return a.First.Compare(b.First) })
		for i := range got {
			got[i].ID = 0
		}
		if !slices.Equal(want, got) {
			t.Fatalf("days %v:\nwant %v\ngot  %v", days, want, got)
		}
	}
}

func TestSeeAfterTheEnd(t *testing.T) {
	ended := resolves(0, 4)
	ended.ID, ended.Ended = 1, day(6)
	for name, c := range map[string]struct {
		at        int
		intervals int
		first     int // of the interval that it belongs to
	}{"again after it ended": {8, 2, 8}, "at the instant of the end": {6, 2, 6}, "late news from before the end": {5, 1, 0}, "late news from before the start": {-3, 1, -3}} {
		got := see([]iru.Edge{ended}, resolves(c.at, c.at))
		last := got[len(got)-1]
		if len(got) != c.intervals || !last.First.Equal(day(c.first)) {
			t.Errorf("%s: %v", name, got)
		}
		if len(got) == 1 && !got[0].Ended.Equal(day(6)) {
			t.Errorf("%s: the end is lost: %v", name, got[0])
		}
	}
	// What came late from between an end and the next beginning belongs to the next, and joins nothing.
	again := resolves(12, 20)
	again.ID = 2
	got := see([]iru.Edge{ended, again}, resolves(9, 9))
	if len(got) != 2 || !got[1].First.Equal(day(9)) || !got[0].Ended.Equal(day(6)) {
		t.Errorf("between: %v", got)
	}
	if got := see([]iru.Edge{ended, again}, resolves(5, 5)); len(got) != 2 || !got[1].Last.Equal(day(5)) || got[1].ID != 1 {
		t.Errorf("before the end: %v", got)
	}
}

func TestHeldAt(t *testing.T) {
	e := resolves(0, 10)
	said := resolves(0, 0)
	said.Source = iru.SourceOfficer
	ended := resolves(0, 10)
	ended.Ended = day(12)
	for name, c := range map[string]struct {
		e              iru.Edge
		at             time.Time
		held, presumed bool
	}{
		"before it was seen": {e, day(-1), false, false}, "first": {e, day(0), true, false}, "last": {e, day(10), true, false},
		"since": {e, day(18), true, false}, "long since": {e, day(19), true, true}, "at the lapse": {e, day(10).Add(iru.EdgeLapse), true, true}, "lapsed": {e, day(10).Add(iru.EdgeLapse + 1), false, true},
		"an officer's word does not lapse": {said, day(900), true, false}, "up to its end": {ended, day(12).Add(-1), true, false}, "ended": {ended, day(12), false, false},
	} {
		if got := c.e.HeldAt(c.at); got != c.held {
			t.Errorf("%s: held %v", name, got)
		}
		if c.held && c.e.Presumed(c.at) != c.presumed {
			t.Errorf("%s: presumed %v", name, !c.presumed)
		}
	}
}

func TestEdgeCheck(t *testing.T) {
	if err := resolves(0, 1).Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*iru.Edge){
		"kind": func(e *iru.Edge) { e.To.Kind = "moon" }, "relation": func(e *iru.Edge) { e.Rel = "likes" }, "empty name": func(e *iru.Edge) { e.To.Name = "" },
		"long name": func(e *iru.Edge) { e.To.Name = strings.Repeat("ż", iru.MaxNodeName+1) }, "no text": func(e *iru.Edge) { e.To.Name = "\xff" },
		"control": func(e *iru.Edge) { e.To.Name = "a\x00b" }, "hidden direction": func(e *iru.Edge) { e.To.Name = "a\u202eb" },
		"row": func(e *iru.Edge) { e.To = iru.Node{Kind: iru.NodeAsset, Name: "-3"} }, "itself": func(e *iru.Edge) { e.To = e.From },
		"unit": func(e *iru.Edge) { e.Unit = 0 }, "source": func(e *iru.Edge) { e.Source = "" }, "never": func(e *iru.Edge) { e.First = time.Time{} },
		"backwards": func(e *iru.Edge) { e.Last = e.First.Add(-1) }, "ended before seen": func(e *iru.Edge) { e.Ended = e.First },
		"sure beyond 1": func(e *iru.Edge) { e.Confidence = 1.5 }, "not a number": func(e *iru.Edge) { e.Confidence = 0 / nothing() },
	} {
		e := resolves(0, 1)
		spoil(&e)
		if err := e.Check(); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func nothing() float64 { return 0 }
