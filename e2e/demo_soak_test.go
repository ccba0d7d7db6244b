// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import "testing"

// A host that refuses: each refusal is known, a named person turns to the next addressee, and the address falls all the same.
func TestSoakDemoRefusal(t *testing.T) {
	_, r := playWithin(t, patience, "s4", 1)
	unharmed(t, r, 12, 4)
	if x := r.Scores.Refusals; x.Said < 4 || x.Known != x.Said || x.TakenOn != x.Said || x.Fell != x.Said {
		t.Errorf("refusals: %+v", x)
	}
}

// An outlet among innocent neighbours, at their address and under their key.
func TestSoakDemoNeighbours(t *testing.T) {
	_, r := playWithin(t, patience, "s5", 1)
	unharmed(t, r, 5, 15)
	if i := r.Scores.Innocents; i.Known < 12 {
		t.Errorf("the neighbours were never in danger: %+v", i)
	}
}

// The wave of s2 over a week: what moves between the days is found again and again.
func TestSoakDemoWeek(t *testing.T) {
	_, r := playWithin(t, patience, "s7", 1)
	if d := r.Scores.Dark; d.Served != 19 || d.Planned != 19 || d.Days < 5 || d.Between == 0 || 100*d.Seen < 95*d.Came {
		t.Errorf("the wave: %+v", d)
	}
	if i := r.Scores.Innocents; i.World != 9 || i.Linked+i.Served+i.Harmed != 0 {
		t.Errorf("innocents: %+v", i)
	}
}
