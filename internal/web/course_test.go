// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"math/rand/v2"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A figure that is drawn backwards from what is counted now shows, at each moment, what going through the addresses one by one gives.
func TestCourse(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	states := []iru.PresenceState{iru.PresenceUnknown, iru.PresenceUp, iru.PresenceDoubtful, iru.PresenceGone, iru.PresenceBack}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to := from.Add(1000 * time.Minute)
	for range 40 {
		type life struct {
			born    time.Time
			since   time.Time
			first   iru.PresenceState
			changes []db.PresenceChange
		}
		var lives []life
		var c course
		for n := range 1 + r.IntN(6) {
			l := life{born: from.Add(time.Duration(r.IntN(1400)-500) * time.Minute), first: states[r.IntN(5)]}
			if l.born.After(to) {
				continue
			}
			state := l.first
			for at := max(l.born.Sub(from), 0); ; {
				if at += time.Duration(1+r.IntN(600)) * time.Minute; r.IntN(3) == 0 || from.Add(at).After(to) {
					break
				}
				x := db.PresenceChange{Asset: iru.AssetID(n + 1), At: from.Add(at), From: state, To: states[r.IntN(5)]}
				l.changes, state = append(l.changes, x), x.To
				c.changes = append(c.changes, x)
			}
			tally(&c.now, state, 1)
			l.since = l.born
			if len(l.changes) == 0 && r.IntN(2) == 0 && l.born.After(from) { // believed since later, and nobody wrote down when
				l.since = l.born.Add(time.Minute)
			}
			if !l.born.Before(from) {
				c.born = append(c.born, db.Newborn{Asset: iru.AssetID(n + 1), Created: l.born, Presence: state, Since: l.since})
			}
			lives = append(lives, l)
		}
		s := c.series("x", from, to)
		for m := range 1000 {
			at := from.Add(time.Duration(m) * time.Minute)
			var want ui.Availability
			for _, l := range lives {
				if at.Before(l.born) {
					continue
				}
				state := l.first
				if at.Before(l.since) {
					state = iru.PresenceUnknown
				}
				for _, x := range l.changes {
					if !x.At.After(at) {
						state = x.To
					}
				}
				tally(&want, state, 1)
			}
			var got ui.Point
			for _, p := range s.Points {
				if p.X <= ui.OnAxis(at) {
					got = p
				}
			}
			unknown := want.Up+want.Down == 0
			if got.Unknown != unknown || !unknown && got.Y != 100*float64(want.Up)/float64(want.Up+want.Down+want.Unknown) {
				t.Fatalf("%d minutes after: %+v, not %+v of %+v", m, got, want, s.Points)
			}
		}
	}
}
