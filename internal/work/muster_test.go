// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// Sweeps through the queue itself: what was known at T0 is stored at once; one that a person asks for looks at every address of the operation, ends
// when it is due, and after that nothing is looked at for it.
func TestMusterThroughTheQueue(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		store, err := db.Open(context.Background(), dsn)
		must(t, err)
		t.Cleanup(func() { _ = store.Close() })
		s := newScene(t, store)
		s.Holder = "us"
		var behind atomic.Int64
		s.Desk.Now = func() time.Time { return time.Now().UTC().Add(-time.Duration(behind.Load())) }
		s.says("snow.test", page("Snow line", ""))
		s.says("tram.test", answer(404, "", "nothing"))
		s.look(small, nil)
		up, _ := s.watch("http://snow.test/")
		gone, _ := s.watch("http://tram.test/")
		ctx := t.Context()
		var op iru.Operation
		s.ok(store.Tx(ctx, func(x *db.Tx) error {
			at := s.Desk.Now().Truncate(time.Microsecond).Add(-time.Hour)
			op = iru.Operation{Unit: up.Unit, Name: "Lantern", Outlets: []iru.OutletID{up.Outlet}, State: iru.OperationReleased, Director: s.scope.Officer, Created: at, T0: at, FirstSent: at, LastSent: at}
			if err := x.AddOperation(ctx, &op); err != nil {
				return err
			}
			if _, err := x.Exec(ctx, "DELETE FROM river_job"); err != nil { // visits and captures are no part of it
				return err
			}
			_, err := x.Enqueue(ctx, desk.Muster{Operation: op.ID, T0: op.T0.UnixMicro(), Mark: iru.MarkBefore}, &river.InsertOpts{Queue: desk.QueueLooks})
			return err
		}))
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- s.Run(running) }()
		ended := func(mark iru.MusterMark) (m iru.Muster) {
			t.Helper()
			for end := time.Now().Add(time.Minute); m.State != iru.MusterClosed && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
				s.ok(store.View(ctx, func(x *db.Tx) error {
					ms, err := x.Musters(ctx, iru.Program(), op.ID)
					if n := slices.IndexFunc(ms, func(x iru.Muster) bool { return x.Mark == mark }); n >= 0 {
						m = ms[n]
					}
					return err
				}))
			}
			return m
		}
		if m := ended(iru.MarkBefore); m.State != iru.MusterClosed || m.Assets != 2 || m.Unseen != 2 {
			t.Errorf("what was known at T0: %+v", m)
		}
		behind.Store(int64(2*time.Minute - time.Second)) // a sweep has two minutes for its looks: this one ends in a second
		hand, err := s.Desk.CallMuster(ctx, s.scope, op.ID)
		s.ok(err)
		behind.Store(0)
		m := ended(iru.MarkHand)
		if m.ID != hand.ID || m.Assets != 2 || m.Up != 1 || m.Unseen != 0 {
			t.Errorf("what was asked for by hand: %+v", m)
		}
		b, err := m.Read()
		s.ok(err)
		found := map[iru.AssetID]iru.Outcome{}
		for _, a := range b.Assets {
			if len(a.Looks) == 1 && a.Looks[0].Vantage == "north" {
				found[a.Asset] = a.Looks[0].Outcome
			}
		}
		if found[up.ID] != iru.Up || found[gone.ID] != iru.Gone {
			t.Errorf("seen from north: %v", found)
		}
		looks := func() (n int) {
			s.ok(store.View(ctx, func(x *db.Tx) error {
				os, err := x.Observations(ctx, iru.Program(), up.ID, 100)
				n = len(os)
				return err
			}))
			return n
		}
		stop()
		s.ok(<-done)
		was := looks()
		late := &musterLooker{Crew: s.Crew}
		s.ok(late.Work(ctx, &river.Job[desk.MusterLook]{Args: desk.MusterLook{Muster: m.ID, Asset: up.ID}}))
		if n := looks(); n != was {
			t.Errorf("%d looks after the end of the sweep, %d before", n, was)
		}
	})
}
