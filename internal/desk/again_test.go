// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A round of looks at what has not changed costs as many statements as one look, and among them what has changed, is gone, or is told with
// another clock is taken in as if it came alone.
func TestSeenAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		const sites = 20
		for n := range sites {
			a, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: fmt.Sprintf("https://s%d.test/", n), Name: "Halcyon Weather Wire"})
			must(t, err)
			must(t, u.Schedule(ctx, a.ID))
		}
		claim := func() (out []desk.Look) {
			t.Helper()
			for shard := range iru.Shards {
				due, _, err := u.ClaimLooks(ctx, shard, 100, time.Minute)
				must(t, err)
				for _, x := range due {
					if x.Monitor == iru.SiteMonitor {
						out = append(out, desk.Look{Due: x, Vantage: "north", At: u.now, Seen: iru.Seen{Site: &iru.SiteSeen{Address: x.Of.Locator, Title: "Weather"}},
							Observed: &iru.Observation{Asset: x.Of.ID, At: u.now, Vantage: "north", Outcome: iru.Up}})
					}
				}
			}
			if len(out) != sites {
				t.Fatalf("%d looks are due", len(out))
			}
			return out
		}
		cost := func(looks ...desk.Look) int64 {
			t.Helper()
			before := u.DB.Statements()
			must(t, u.RecordSightings(ctx, looks))
			return u.DB.Statements() - before
		}
		now := func(l desk.Look) (s iru.Sighting, a iru.Asset, p iru.Schedule) {
			t.Helper()
			must(t, u.DB.View(ctx, func(x *db.Tx) error {
				all, err := x.Sightings(ctx, iru.Program(), l.Of.ID, 1)
				if err != nil || len(all) == 0 {
					return err
				}
				s = all[0]
				ps, err := x.Schedules(ctx, iru.Program(), l.Of.ID)
				for _, one := range ps {
					if one.Monitor == iru.SiteMonitor {
						p = one
					}
				}
				if err == nil {
					a, err = x.Asset(ctx, iru.Program(), l.Of.ID)
				}
				return err
			}))
			return s, a, p
		}
		for range 4 { // until all are believed to be up
			u.later(30 * 24 * time.Hour)
			cost(claim()...)
		}
		u.later(30 * 24 * time.Hour)
		cost(claim()...) // the edges of a new day
		u.later(time.Minute)
		looks := overdue(u, claim)
		many := cost(looks[1:]...)
		one := cost(looks[0])
		if many != one {
			t.Errorf("%d looks took %d statements, one took %d", len(looks)-1, many, one)
		}
		for _, l := range looks {
			if s, a, p := now(l); s.Looks != 6 || !s.Last.Equal(u.now) || !a.Seen.Equal(u.now) || p.Looks != 6 || p.Changes != 0 || a.Presence.State != iru.PresenceUp {
				t.Fatalf("%+v %+v %+v", s, a, p)
			}
		}
		u.later(30 * 24 * time.Hour)
		looks = claim()
		looks[0].Seen = iru.Seen{Site: &iru.SiteSeen{Address: looks[0].Of.Locator, Title: "Trams"}}
		looks[1].Observed = &iru.Observation{Asset: looks[1].Of.ID, At: u.now, Vantage: "north", Outcome: iru.Gone}
		looks[2].At = u.now.Add(-40 * 24 * time.Hour)
		looks[3].Failed, looks[3].Seen, looks[3].Observed = true, iru.Seen{}, nil
		looks[4].Busy, looks[4].Until = true, u.now.Add(time.Hour)
		second := looks[5] // told twice in one round
		second.Seen = iru.Seen{Site: &iru.SiteSeen{Address: second.Of.Locator, Title: "Buses"}}
		second.At = u.now.Add(time.Second)
		second.Observed = &iru.Observation{Asset: second.Of.ID, At: second.At, Vantage: "north", Outcome: iru.Gone}
		must(t, u.RecordSightings(ctx, append(looks, second)))
		for n, want := range []string{"Trams 1 7", "Weather 7 7", "Weather 6 7", "Weather 6 6 1", "Weather 6 6", "Buses 1 7", "Weather 7 7"} {
			s, a, p := now(looks[n])
			got := fmt.Sprint(s.Seen.Site.Title, " ", s.Looks, " ", p.Looks)
			if p.Failures > 0 {
				got += fmt.Sprint(" ", p.Failures)
			}
			if got != want {
				t.Errorf("look %d: %s, not %s", n, got, want)
			}
			run := a.Presence.Runs["north"]
			if gone := run.Found == iru.Gone; gone != (n == 1 || n == 5) {
				t.Errorf("look %d: %+v", n, a.Presence)
			}
		}
		// The point's series of absences ends with the next look that sees it, though another point never missed it.
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
			_, a, _ := now(looks[1])
			a.Presence.State = iru.PresenceUp
			return x.UpdateAsset(ctx, a, a.State)
		}))
		u.later(time.Hour)
		must(t, u.RecordSightings(ctx, overdue(u, claim)))
		if _, a, _ := now(looks[1]); a.Presence.Runs["north"].Length != 0 || !a.Presence.Runs["north"].Up {
			t.Errorf("%+v", a.Presence)
		}
		u.whole()
	})
}

// overdue claims looks that are due at once, though their pauses are longer.
func overdue(u *unit, claim func() []desk.Look) []desk.Look {
	u.t.Helper()
	must(u.t, u.DB.Tx(u.t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(u.t.Context(), "UPDATE schedule SET due=1")
		return err
	}))
	return claim()
}
