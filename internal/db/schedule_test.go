// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// A shard's looks come in the order in which they are due, and what is postponed, removed or another shard's is not among them.
func TestSchedule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		now := time.UnixMicro(1_000_000_000).UTC()
		var due []iru.Schedule
		a := iru.Asset{Unit: h.unit.ID, Locator: "https://b.test/", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			if err := x.AddAsset(ctx, &a); err != nil {
				return err
			}
			for n, m := range iru.Monitors {
				s := iru.Schedule{Unit: h.unit.ID, Asset: a.ID, Monitor: m, Shard: n % 2, Due: now.Add(time.Duration(-n) * time.Minute), Every: time.Hour}
				if err := x.AddSchedule(ctx, s); err != nil {
					return err
				}
				s.Every = time.Minute
				if err := x.AddSchedule(ctx, s); err != nil { // it stays as it is
					return err
				}
			}
			var err error
			due, err = x.Due(ctx, 0, now, 3)
			return err
		}))
		var got []iru.Monitor
		for _, s := range due {
			got = append(got, s.Monitor)
			if s.Every != time.Hour || s.ID == 0 || !s.Looked.IsZero() {
				t.Errorf("%+v", s)
			}
		}
		if want := []iru.Monitor{iru.Monitors[8], iru.Monitors[6], iru.Monitors[4]}; !reflect.DeepEqual(got, want) {
			t.Errorf("due: %q", got)
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			if err := x.PostponeAll(ctx, []int64{due[0].ID, due[1].ID}, now.Add(time.Hour)); err != nil {
				return err
			}
			s := due[2]
			s.Due, s.Looks, s.Changes, s.Failures, s.Looked, s.Changed = now.Add(2*time.Hour), 5, 2, 1, now, now
			gone := s
			gone.ID += 99 // taken away meanwhile
			if err := x.UpdateSchedules(ctx, gone, s); err != nil {
				return err
			}
			if err := x.UpdateSchedules(ctx); err != nil {
				return err
			}
			all, err := x.Schedules(ctx, iru.Program(), a.ID)
			if err != nil || len(all) != len(iru.Monitors) || !reflect.DeepEqual(all[len(all)-1], s) {
				t.Errorf("%d schedules, the last %+v, %v", len(all), all[len(all)-1], err)
			}
			if err := x.RemoveSchedule(ctx, due[0].ID); err != nil {
				return err
			}
			next, err := x.NextDue(ctx, 0)
			if want := now.Add(-2 * time.Minute); err != nil || !next.Equal(want) {
				t.Errorf("next %v, not %v, %v", next, want, err)
			}
			if o, err := x.Overdue(ctx, iru.Program(), now, 3); err != nil || o.Count != 3 || !o.Since.Equal(time.UnixMicro(5)) {
				t.Errorf("%+v, %v", o, err)
			}
			if err := x.Unschedule(ctx, a.ID); err != nil {
				return err
			}
			next, err = x.NextDue(ctx, 1)
			if err == nil && !next.IsZero() {
				t.Errorf("something is left, due %v", next)
			}
			return err
		}))
	})
}

// Machines that ask in turn get their requests one after the other; who was asked to wait keeps all of them away.
func TestPace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		take := func(server string) (wait time.Duration) {
			t.Helper()
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				waits, err := x.TakePace(ctx, []string{server}, 4, time.Hour)
				if err == nil {
					wait = waits[0]
				}
				return err
			}))
			return wait
		}
		near := func(what string, got, want time.Duration) {
			t.Helper()
			if got > want || got < want-10*time.Minute {
				t.Errorf("%s: wait %v, not %v", what, got, want)
			}
		}
		near("first", take("a.test"), 0)
		near("second", take("a.test"), 4*time.Hour)
		near("third", take("a.test"), 8*time.Hour)
		near("another server", take("b.test"), 0)
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			if err := x.HoldPace(ctx, "c.test", 20*time.Hour); err != nil {
				return err
			}
			if err := x.HoldPace(ctx, "c.test", time.Hour); err != nil { // a shorter one shortens nothing
				return err
			}
			n, err := x.Strikes(ctx, "c.test")
			if n != 2 || err != nil {
				t.Errorf("%d strikes, %v", n, err)
			}
			left, err := x.PaceHeld(ctx, "c.test")
			near("held", left, 20*time.Hour)
			return err
		}))
		near("a ban", take("c.test"), 20*time.Hour)
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			if err := x.HoldPace(ctx, "c.test", 0); err != nil {
				return err
			}
			if n, err := x.Strikes(ctx, "c.test"); n != 0 || err != nil {
				t.Errorf("%d strikes, %v", n, err)
			}
			left, err := x.PaceHeld(ctx, "c.test")
			if left != 0 || err != nil {
				t.Errorf("still held for %v, %v", left, err)
			}
			return x.ForgetPace(ctx, 24*time.Hour)
		}))
		near("remembered", take("b.test"), 4*time.Hour)
		var many []string // more than one statement takes, in no order, among them some that were asked
		for n := range 450 {
			many = append(many, fmt.Sprintf("s%d.test", (n*7)%450))
		}
		many[3], many[440] = "b.test", "a.test"
		for turn := range 2 {
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				waits, err := x.TakePace(ctx, many, 4, time.Hour)
				if err != nil || len(waits) != len(many) {
					t.Fatalf("%d waits, %v", len(waits), err)
				}
				for i, w := range waits {
					near(many[i], w, time.Duration(4*turn+map[string]int{"b.test": 8, "a.test": 12}[many[i]])*time.Hour)
				}
				return nil
			}))
		}
	})
}

// The latest of each monitor and vantage point is what an asset runs on now.
func TestSightings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		at := func(n int64) time.Time { return time.UnixMicro(n).UTC() }
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			for _, s := range []iru.Sighting{
				{Monitor: iru.AppMonitor, Vantage: "north", Digest: "1", First: at(1), Last: at(5), Looks: 3, Seen: iru.Seen{App: &iru.AppSeen{Version: "1"}}},
				{Monitor: iru.AppMonitor, Vantage: "north", Digest: "2", First: at(6), Last: at(7), Looks: 1, Seen: iru.Seen{App: &iru.AppSeen{Version: "2"}}},
				{Monitor: iru.AppMonitor, Vantage: "south", Digest: "1", First: at(2), Last: at(2), Looks: 1, Seen: iru.Seen{App: &iru.AppSeen{Version: "1"}}},
				{Monitor: iru.DomainMonitor, Vantage: "north", Digest: "3", First: at(3), Last: at(3), Looks: 1, Seen: iru.Seen{Domain: &iru.DomainSeen{Name: "a.test"}}},
			} {
				s.Unit, s.Asset = h.unit.ID, h.asset.ID
				if err := x.AddSighting(ctx, &s); err != nil {
					return err
				}
			}
			now, err := x.SightingsNow(ctx, h.asset.ID)
			if len(now) == 4 {
				now = append(now[:2], now[2]) // the fourth is the house's own
			}
			if err != nil || len(now) != 3 || now[0].Digest != "2" || now[0].Seen.App.Version != "2" || now[1].Vantage != "south" || now[2].Seen.Domain == nil {
				t.Errorf("now %+v, %v", now, err)
			}
			of, err := x.LastSightings(ctx, []iru.AssetID{h.asset.ID + 99, h.asset.ID}, "north")
			of = slices.DeleteFunc(of, func(s iru.Sighting) bool { return s.Monitor != iru.AppMonitor && s.Monitor != iru.DomainMonitor })
			if err != nil || len(of) != 2 || !reflect.DeepEqual(of[0], now[0]) || !reflect.DeepEqual(of[1], now[2]) {
				t.Errorf("last of each from the north: %+v, %v", of, err)
			}
			if none, err := x.LastSightings(ctx, nil, "north"); err != nil || len(none) != 0 {
				t.Errorf("of nothing %+v, %v", none, err)
			}
			last, err := x.LastSighting(ctx, h.asset.ID, iru.AppMonitor, "north")
			if err != nil || last.Digest != "2" {
				t.Errorf("%+v, %v", last, err)
			}
			last.Last, last.Looks = at(9), 2
			if err := x.UpdateSightings(ctx, last); err != nil {
				return err
			}
			all, err := x.Sightings(ctx, iru.Program(), h.asset.ID, 2)
			if err != nil || len(all) != 2 || !reflect.DeepEqual(all[0], last) {
				t.Errorf("%+v, %v", all, err)
			}
			return err
		}))
	})
}

// What a round recalls of an asset: the item at its own address, not those beside it, and what that showed.
func TestOwnItems(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		must(t, d.View(ctx, func(x *db.Tx) error {
			is, err := x.OwnItems(ctx, []iru.AssetID{h.asset.ID, h.asset.ID + 99})
			if err != nil || len(is) != 1 || is[0].ID != h.item.ID {
				t.Errorf("%+v, %v", is, err)
			}
			xs, err := x.ExhibitsByID(ctx, []iru.ExhibitID{h.exhibit.ID, h.exhibit.ID + 99})
			if err != nil || len(xs) != 1 || xs[h.exhibit.ID].Item != h.item.ID {
				t.Errorf("%+v, %v", xs, err)
			}
			return nil
		}))
	})
}
