// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

func TestSessionsEndByThemselves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := t.Context(), db.Sessions{DB: d}
		if _, found, err := s.FindCtx(ctx, "nobody"); err != nil || found {
			t.Fatalf("a session that nobody began: %v, %v", found, err)
		}
		must(t, s.CommitCtx(ctx, "a", []byte("one"), time.Now().Add(time.Hour)))
		must(t, s.CommitCtx(ctx, "a", []byte{0, 255, 'x'}, time.Now().Add(time.Hour)))
		must(t, s.CommitCtx(ctx, "old", []byte("two"), time.Now().Add(-time.Second)))
		if data, found, err := s.FindCtx(ctx, "a"); err != nil || !found || string(data) != "\x00\xffx" {
			t.Errorf("the session is %q, %v, %v", data, found, err)
		}
		if _, found, err := s.FindCtx(ctx, "old"); err != nil || found {
			t.Errorf("a session past its end is found: %v, %v", found, err)
		}
		must(t, s.DeleteCtx(ctx, "a"))
		must(t, s.DeleteCtx(ctx, "a"))
		if _, found, _ := s.Find("a"); found {
			t.Error("a session that was ended is found")
		}
	})
}

func TestReadsOfTheWorkbench(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
		var mine, theirs iru.Unit
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			mine, theirs = iru.Unit{Name: "A", Country: "XA", Kind: "unit", State: iru.UnitActive}, iru.Unit{Name: "B", Country: "XB", Kind: "unit", State: iru.UnitActive}
			if err := x.AddUnit(ctx, &mine); err != nil {
				return err
			}
			if err := x.AddUnit(ctx, &theirs); err != nil {
				return err
			}
			for _, u := range []iru.Unit{mine, theirs} {
				a := iru.Asset{Unit: u.ID, Kind: iru.Site, Locator: "https://" + u.Name + ".test/", State: iru.AssetCandidate, Presence: iru.Presence{State: iru.PresenceUp}}
				if err := x.AddAsset(ctx, &a); err != nil {
					return err
				}
				for n, state := range []iru.ItemState{iru.ItemReady, iru.ItemSecond, iru.ItemDeferred, iru.ItemReferred} {
					i := iru.Item{Unit: u.ID, Asset: a.ID, Locator: a.Locator + string(state), State: state, WakeAt: at.Add(time.Duration(n) * time.Hour)}
					if err := x.AddItem(ctx, &i); err != nil {
						return err
					}
				}
				for n, to := range []iru.PresenceState{iru.PresenceUp, iru.PresenceDoubtful, iru.PresenceGone} {
					e := iru.Event{At: at.Add(time.Duration(n) * time.Minute), Unit: u.ID, Subject: iru.Subject{Noun: "asset", ID: int64(a.ID)}, Verb: "missed", To: string(to)}
					if _, err := x.Record(ctx, e); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		s := iru.Scope{Officer: 1, Unit: mine.ID}
		must(t, d.View(ctx, func(x *db.Tx) error {
			w, err := x.Waiting(ctx, s, at)
			if err != nil {
				return err
			}
			if w["triage"] != 2 || w["outlets"] != 1 || w["notices"] != 0 || w["operations"] != 0 {
				t.Errorf("what waits: %v", w)
			}
			if w, err = x.Waiting(ctx, s, at.Add(3*time.Hour)); err != nil || w["triage"] != 3 {
				t.Errorf("what waits when the put-off item woke: %v, %v", w, err)
			}
			if w, err = x.Waiting(ctx, iru.Scope{}, at); err != nil || w["triage"] != 0 {
				t.Errorf("an empty scope counts %v, %v", w, err)
			}
			cs, err := x.PresenceChanges(ctx, s, at.Add(time.Minute), 10)
			if err != nil {
				return err
			}
			if len(cs) != 2 || cs[0].To != iru.PresenceDoubtful || cs[1].To != iru.PresenceGone || !cs[1].At.Equal(at.Add(2*time.Minute)) {
				t.Errorf("changes of presence: %+v", cs)
			}
			if cs, err = x.PresenceChanges(ctx, s, at, 1); err != nil || len(cs) != 1 || cs[0].To != iru.PresenceGone {
				t.Errorf("the newest change of presence: %+v, %v", cs, err)
			}
			_, err = x.LettersToFile(ctx, s, 5)
			return err
		}))
	})
}
