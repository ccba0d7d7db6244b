// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A course is what was believed of one outlet's addresses over time, told backwards from now: how they stand, which were added since, and what
// changed.
type course struct {
	now     ui.Availability
	born    []db.Newborn
	changes []db.PresenceChange // oldest first
}

// A turn is a moment at which the figures change by so much.
type turn struct {
	at time.Time
	by ui.Availability
}

// turns gives the moments at which the figures changed, oldest first.
func (c course) turns() (out []turn) {
	first := map[iru.AssetID]iru.PresenceState{} // before its first change
	move := func(at time.Time, from, to iru.PresenceState) {
		var x ui.Availability
		tally(&x, to, 1)
		if from != "" {
			var y ui.Availability
			tally(&y, from, 1)
			x.Up, x.Down, x.Unknown = x.Up-y.Up, x.Down-y.Down, x.Unknown-y.Unknown
		}
		out = append(out, turn{at, x})
	}
	for _, x := range c.changes {
		from := cmp.Or(x.From, iru.PresenceUnknown)
		if _, ok := first[x.Asset]; !ok {
			first[x.Asset] = from
		}
		move(x.At, from, x.To)
	}
	for _, b := range c.born {
		state, changed := first[b.Asset]
		if !changed {
			if state = b.Presence; b.Since.After(b.Created) {
				move(b.Since, iru.PresenceUnknown, b.Presence)
				state = iru.PresenceUnknown
			}
		}
		move(b.Created, "", state)
	}
	slices.SortStableFunc(out, func(a, b turn) int { return a.at.Compare(b.at) })
	return out
}

// series draws the share of known addresses that answer; where nothing is known at all, the line breaks.
func (c course) series(name string, from, to time.Time) ui.Series {
	turns := c.turns()
	a := c.now
	for _, x := range turns { // back to before all of them
		a.Up, a.Down, a.Unknown = a.Up-x.by.Up, a.Down-x.by.Down, a.Unknown-x.by.Unknown
	}
	s := ui.Series{Name: name}
	draw := func(at time.Time) {
		up, down, unknown := max(0, a.Up), max(0, a.Down), max(0, a.Unknown)
		point := ui.Point{X: ui.OnAxis(at), Unknown: up+down == 0}
		if !point.Unknown {
			point.Y = 100 * float64(up) / float64(up+down+unknown)
		}
		if n := len(s.Points); n == 0 || s.Points[n-1].Y != point.Y || s.Points[n-1].Unknown != point.Unknown {
			s.Points = append(s.Points, point)
		}
	}
	at := from
	for _, x := range turns {
		if x.at.After(at) {
			draw(at)
			if !x.at.Before(to) {
				return s
			}
			at = x.at
		}
		a.Up, a.Down, a.Unknown = a.Up+x.by.Up, a.Down+x.by.Down, a.Unknown+x.by.Unknown
	}
	draw(at)
	return s
}
