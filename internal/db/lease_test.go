// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

func TestLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		want := func(what string, want bool) func(bool, error) {
			return func(got bool, err error) {
				t.Helper()
				if err != nil || got != want {
					t.Errorf("%s: %v, %v; want %v", what, got, err, want)
				}
			}
		}
		holds := func(holder string) error {
			return d.Tx(ctx, func(tx *db.Tx) error { return tx.Holds(ctx, "points", holder) })
		}
		if err := holds("anna"); !errors.Is(err, iru.Conflict) {
			t.Errorf("nobody's role is held: %v", err)
		}
		want("a free role", true)(d.Lease(ctx, "points", "anna", time.Minute))
		want("a taken role", false)(d.Lease(ctx, "points", "ben", time.Minute))
		want("another role", true)(d.Lease(ctx, "signals", "ben", time.Minute))
		want("one's own role", true)(d.Lease(ctx, "points", "anna", time.Minute))
		want("prolonging another's", false)(d.RenewLease(ctx, "points", "ben", time.Minute))
		must(t, holds("anna"))
		if err := holds("ben"); !errors.Is(err, iru.Conflict) {
			t.Errorf("ben holds anna's role: %v", err)
		}
		must(t, d.ReleaseLease(ctx, "points", "ben"))
		want("prolonging one's own", true)(d.RenewLease(ctx, "points", "anna", time.Millisecond))
		time.Sleep(10 * time.Millisecond)
		if err := holds("anna"); !errors.Is(err, iru.Conflict) {
			t.Errorf("an expired role is held: %v", err)
		}
		want("prolonging an expired one", false)(d.RenewLease(ctx, "points", "anna", time.Minute))
		want("an expired role", true)(d.Lease(ctx, "points", "ben", time.Minute))
		must(t, d.ReleaseLease(ctx, "points", "ben"))
		want("a released role", true)(d.Lease(ctx, "points", "anna", time.Minute))
	})
}

func TestOneOfManyGetsTheLease(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var got atomic.Int32
		var wg sync.WaitGroup
		for _, holder := range []string{"anna", "ben", "cleo", "dora"} {
			wg.Go(func() {
				d, err := db.Open(t.Context(), dsn)
				if err != nil {
					t.Error(err)
					return
				}
				defer d.Close()
				held, err := d.Lease(t.Context(), "points", holder, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if held {
					got.Add(1)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Errorf("%d of four hold the role, want one", got.Load())
		}
	})
}
