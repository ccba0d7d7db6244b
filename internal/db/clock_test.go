// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// TestClockTally: what SQL counts is what each clock shows.
func TestClockTally(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
		want := map[string]map[iru.ClockStatus]int{"all": {}, "ours": {}, "theirs": {}}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			n := 0
			for _, r := range legal.EU().Clocks {
				for _, off := range []time.Duration{-200 * time.Hour, -time.Hour, -50 * time.Minute, -40 * time.Minute, 0} {
					c, ok := iru.Clock{Unit: 1, Ref: fmt.Sprint(n)}.Begin(r, now.Add(off), "x")
					if !ok {
						continue
					}
					if n++; n%11 == 0 {
						c.State = iru.ClockStopped
					}
					if err := x.AddClock(ctx, &c); err != nil {
						return err
					}
					if c.State == iru.ClockRunning {
						side := "ours"
						if c.Theirs() {
							side = "theirs"
						}
						want["all"][c.Status(now)]++
						want[side][c.Status(now)]++
					}
				}
			}
			return nil
		}))
		must(t, d.View(ctx, func(x *db.Tx) error {
			for name, f := range map[string]db.ClockFilter{"all": {}, "ours": {Ours: true}, "theirs": {Theirs: true}} {
				got, err := x.ClockTally(ctx, iru.Program(), f, now)
				if err != nil {
					return err
				}
				total := 0
				for s, n := range want[name] {
					total += n
					if got[s] != n {
						t.Errorf("%s: %d %s, want %d", name, got[s], s, n)
					}
				}
				next, err := x.ClocksNext(ctx, iru.Program(), f, time.Time{}, 0, 1000)
				if err != nil || len(next) != total {
					t.Errorf("%s: %d next of %d: %v", name, len(next), total, err)
				}
			}
			late, err := x.ClocksNext(ctx, iru.Program(), db.ClockFilter{Before: now, Binding: true, Rule: "tco-1h"}, time.Time{}, 0, 9)
			if err != nil || len(late) == 0 || late[0].Rule != "tco-1h" || !late[0].Due.Before(now) {
				t.Errorf("late hours: %+v, %v", late, err)
			}
			return nil
		}))
	})
}
