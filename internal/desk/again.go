// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A familiar says what of a look was known before, and is stored already.
type familiar struct {
	seen bool // what it saw is what the monitor saw last from there
	up   bool // it saw again what is known to be up
}

// seenAgain stores what looks saw again, in as many statements for a round as for one look, and says what is left of each: most looks are at
// something that has not changed.
func seenAgain(ctx context.Context, t *db.Tx, looks []Look, now time.Time) ([]familiar, error) {
	out := make([]familiar, len(looks))
	last, err := lastSeen(ctx, t, looks)
	if err != nil {
		return nil, err
	}
	var moved []iru.Sighting
	var edges []iru.Edge
	looked := map[monitored]bool{}
	observed := map[iru.AssetID]int{}
	for n, l := range looks {
		if l.Observed != nil && !l.Busy {
			observed[l.Of.ID]++
		}
		k := monitored{l.Of.ID, l.Monitor, l.Vantage}
		if l.blank() || looked[k] { // a second one is taken in by itself, after the first
			continue
		}
		looked[k] = true
		before, ok := last[k]
		if !ok {
			continue
		}
		s, err := l.sighting(now)
		if err != nil {
			return nil, err
		}
		if s.Digest != before.Digest || s.Monitor != before.Monitor {
			continue
		}
		out[n].seen = true
		if next, es, ok := moveOn(before, s); ok {
			moved, edges = append(moved, next), append(edges, es...)
		}
	}
	if err := t.UpdateSightings(ctx, moved...); err != nil {
		return nil, err
	}
	if err := t.SeeEdges(ctx, edges); err != nil {
		return nil, err
	}
	up := map[iru.AssetID]time.Time{}
	for _, l := range looks {
		if observed[l.Of.ID] == 1 && l.plain() { // several are taken in in their order
			up[l.Of.ID] = l.Observed.At
		}
	}
	known, err := t.SeeAssets(ctx, up)
	if err != nil {
		return nil, err
	}
	for n, l := range looks {
		_, one := up[l.Of.ID]
		out[n].up = one && l.Observed != nil && known[l.Of.ID]
	}
	return out, nil
}

// monitored is one monitor's eye on an asset.
type monitored struct {
	asset   iru.AssetID
	monitor iru.Monitor
	vantage string
}

func lastSeen(ctx context.Context, t *db.Tx, looks []Look) (map[monitored]iru.Sighting, error) {
	from := map[string][]iru.AssetID{}
	for _, l := range looks {
		if !l.blank() {
			from[l.Vantage] = append(from[l.Vantage], l.Of.ID)
		}
	}
	out := map[monitored]iru.Sighting{}
	for vantage, ids := range from {
		ss, err := t.LastSightings(ctx, ids, vantage)
		if err != nil {
			return nil, err
		}
		for _, s := range ss {
			out[monitored{s.Asset, s.Monitor, vantage}] = s
		}
	}
	return out, nil
}

// blank reports whether a look has nothing to store of what it saw.
func (l Look) blank() bool { return l.Busy || l.Failed || l.Seen == (iru.Seen{}) }

// plain reports whether a look saw the asset up where its vantage point has no series of absences that this would end.
func (l Look) plain() bool {
	o := l.Observed
	return o != nil && !l.Busy && o.Outcome == iru.Up && l.Of.Presence.Runs[o.Vantage].Length == 0
}

func (l Look) sighting(now time.Time) (iru.Sighting, error) {
	return sightingOf(l.Of, iru.Sighting{Monitor: l.Monitor, Vantage: l.Vantage, Last: l.At, Seen: l.Seen}, now)
}

// moveOn has a sighting end where the same was seen again, with the edges whose end moves along: not ok where clocks disagree, or it is told
// twice.
func moveOn(last, s iru.Sighting) (moved iru.Sighting, edges []iru.Edge, ok bool) {
	if !s.Last.After(last.Last) {
		return last, nil, false
	}
	daily := s.Last.Sub(last.Last) >= edgesEvery || last.Last.Truncate(edgesEvery) != s.Last.Truncate(edgesEvery)
	last.Last, last.Seen, last.Looks = s.Last, s.Seen, last.Looks+1
	if daily {
		edges = last.Edges()
	}
	return last, edges, true
}
