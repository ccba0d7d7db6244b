// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// However assets are added, changed, looked at and taken away, what was counted as they changed is what counting them gives.
func TestStandings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, r := t.Context(), rand.New(rand.NewPCG(3, 5))
		mine, theirs := house(t, d, "a"), house(t, d, "b")
		at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
		states := []iru.AssetState{iru.AssetCandidate, iru.AssetLive, iru.AssetRejected, iru.AssetDown, iru.AssetReturned}
		presences := []iru.PresenceState{iru.PresenceUnknown, iru.PresenceUp, iru.PresenceDoubtful, iru.PresenceGone, iru.PresenceBack}
		var all []iru.Asset
		for round := range 12 {
			at = at.Add(2 * time.Minute)
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				now := append([]iru.Asset(nil), all...)
				for n := range 5 {
					a := iru.Asset{Unit: mine.unit.ID, Outlet: mine.outlet.ID, Locator: fmt.Sprintf("https://s%d-%d.test/", round, n), State: states[r.IntN(5)], Presence: iru.Presence{State: presences[r.IntN(5)]}, Created: at}
					if n == 4 {
						a.Unit, a.Outlet = theirs.unit.ID, 0
					}
					if err := x.AddAsset(ctx, &a); err != nil {
						return err
					}
					now = append(now, a)
				}
				for range 6 {
					a := &now[r.IntN(len(now))]
					old := a.State
					a.State, a.Presence.State, a.Outlet = states[r.IntN(5)], presences[r.IntN(5)], []iru.OutletID{0, mine.outlet.ID}[r.IntN(2)]
					if err := x.UpdateAsset(ctx, *a, old); err != nil {
						return err
					}
				}
				looked := map[iru.AssetID]time.Time{}
				for range 8 {
					looked[now[r.IntN(len(now))].ID] = at
				}
				up, err := x.SeeAssets(ctx, looked)
				if err != nil {
					return err
				}
				for n, a := range now {
					if _, ok := looked[a.ID]; up[a.ID] != (ok && a.Presence.State == iru.PresenceUp) {
						t.Errorf("%d is %s, and seen: %v", a.ID, a.Presence.State, up[a.ID])
					} else if up[a.ID] {
						now[n].Seen = at
					}
				}
				if round%3 == 2 {
					if _, err := x.Exec(ctx, "DELETE FROM asset WHERE id=$1", now[0].ID); err != nil {
						return err
					}
					now = now[1:]
				}
				all = now
				return nil
			}))
			for _, s := range []iru.Scope{{Officer: 1, Unit: mine.unit.ID}, {Officer: 1, Unit: theirs.unit.ID}, iru.Program()} {
				must(t, d.View(ctx, func(x *db.Tx) error {
					got, err := x.Standings(ctx, s)
					if err != nil {
						return err
					}
					as, err := x.Assets(ctx, s)
					type key struct {
						o iru.OutletID
						s iru.AssetState
						p iru.PresenceState
					}
					count, told, newest, seen := map[key]int{}, map[key]int{}, map[iru.OutletID]time.Time{}, map[iru.OutletID]time.Time{}
					for _, a := range as {
						count[key{a.Outlet, a.State, a.Presence.State}]++
						if a.Seen.After(newest[a.Outlet]) {
							newest[a.Outlet] = a.Seen
						}
					}
					for _, g := range got {
						told[key{g.Outlet, g.State, g.Presence}] = g.Count
						if g.Seen.After(at) {
							t.Errorf("seen at %v, and it is %v", g.Seen, at)
						}
						if g.Seen.After(seen[g.Outlet]) {
							seen[g.Outlet] = g.Seen
						}
					}
					for o, n := range newest {
						if n.Sub(seen[o]) > time.Minute {
							t.Errorf("outlet %d was seen at %v, told %v", o, n, seen[o])
						}
					}
					if !reflect.DeepEqual(count, told) {
						t.Errorf("counted %v, told %v", count, told)
					}
					return err
				}))
			}
		}
	})
}

// Only candidates that resemble something known are suggested; others' are not ours.
func TestSuggested(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		house(t, d, "b")
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			for n, l := range []iru.Lineage{{}, {To: h.asset.ID, Score: -2}, {To: h.asset.ID, Score: 0}, {To: 0, Score: 5}, {To: h.asset.ID, Score: .25}, {To: h.asset.ID, Score: 1e-9}} {
				for m, s := range []iru.AssetState{iru.AssetCandidate, iru.AssetLive} {
					if err := x.AddAsset(ctx, &iru.Asset{Unit: h.unit.ID, Locator: fmt.Sprintf("https://l%d-%d.test/", n, m), State: s, Presence: iru.Presence{State: iru.PresenceUp}, Lineage: l}); err != nil {
						return err
					}
				}
			}
			s := iru.Scope{Officer: 1, Unit: h.unit.ID}
			got, err := x.Suggested(ctx, s, 9)
			if err != nil || len(got) != 3 || got[1].Lineage.Score != .25 || got[2].Lineage.Score != 1e-9 {
				t.Errorf("%+v, %v", got, err)
			}
			if got, err = x.Suggested(ctx, s, 2); err != nil || len(got) != 2 {
				t.Errorf("%d of at most 2, %v", len(got), err)
			}
			live, err := x.AssetsStanding(ctx, s, iru.AssetLive, 9)
			if err != nil || len(live) != 7 {
				t.Errorf("%d live, %v", len(live), err)
			}
			return err
		}))
	})
}
