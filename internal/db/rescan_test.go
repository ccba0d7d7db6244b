// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// What a rescan goes through next, and how much is left, is its unit's alone, newest first, in the bounds of its lap; who writes after
// somebody else did is refused.
func TestRescan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h, other := t.Context(), house(t, d, "a"), house(t, d, "b")
		var ids []iru.ExhibitID
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			ids = []iru.ExhibitID{h.exhibit.ID}
			for range 4 {
				for _, of := range []household{other, h} {
					e := iru.Exhibit{Unit: of.unit.ID, Asset: of.asset.ID, Item: of.item.ID, State: iru.ExhibitRecorded}
					if err := x.AddExhibit(ctx, &e); err != nil {
						return err
					}
					if of.unit.ID == h.unit.ID {
						ids = append(ids, e.ID)
					}
				}
			}
			return nil
		}))
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			r, err := x.Rescan(ctx, h.unit.ID, iru.SoughtTerms)
			if err != nil || r.ID != 0 || r.Running || r.Unit != h.unit.ID {
				t.Errorf("never asked for: %+v, %v", r, err)
			}
			r = r.Ask(time.UnixMicro(7))
			return x.PutRescan(ctx, &r)
		}))
		for _, c := range []struct {
			reached, until int
			wrapped        bool
			part           string
			left           int
		}{
			{-1, -1, false, "4 3", 5}, {2, -1, false, "1 0", 2}, {1, 3, false, "0", 1 + 2}, {-1, 3, true, "4 3", 2}, {4, 3, true, "3", 1}, {0, -1, false, "", 0},
		} {
			at := func(n int) iru.ExhibitID {
				if n < 0 {
					return 0
				}
				return ids[n]
			}
			r := iru.Rescan{Unit: h.unit.ID, Running: true, Reached: at(c.reached), Until: at(c.until), Wrapped: c.wrapped}
			must(t, d.View(ctx, func(x *db.Tx) error {
				xs, err := x.RescanPart(ctx, r, 2)
				if err != nil {
					return err
				}
				var part []string
				for _, e := range xs {
					for n, id := range ids {
						if id == e.ID {
							part = append(part, fmt.Sprint(n))
						}
					}
				}
				left, err := x.RescanLeft(ctx, r)
				if got := strings.Join(part, " "); got != c.part || left != c.left {
					t.Errorf("%+v: part %q, %d left; want %q, %d", r, got, left, c.part, c.left)
				}
				return err
			}))
		}
		var r iru.Rescan
		must(t, d.View(ctx, func(x *db.Tx) (err error) { r, err = x.Rescan(ctx, h.unit.ID, iru.SoughtTerms); return err }))
		stale := r
		must(t, d.Tx(ctx, func(x *db.Tx) error { r := r.Ask(time.UnixMicro(9)); return x.PutRescan(ctx, &r) }))
		if err := d.Tx(ctx, func(x *db.Tx) error { r := stale; return x.PutRescan(ctx, &r) }); !errors.Is(err, iru.Conflict) {
			t.Errorf("written over: %v", err)
		}
		must(t, d.View(ctx, func(x *db.Tx) error {
			rs, err := x.RescansRunning(ctx)
			if len(rs) != 1 || rs[0].Turn != 2 || !rs[0].Asked.Equal(time.UnixMicro(9)) || !rs[0].Ended.IsZero() {
				t.Errorf("running: %+v", rs)
			}
			return err
		}))
	})
}

// What was set aside in a bank is found by its index: nothing else of the bank is read.
func TestAsideIsFoundByItsIndex(t *testing.T) {
	d := dbtest.Open(t)
	h := house(t, d, "a")
	must(t, d.View(t.Context(), func(x *db.Tx) error {
		for index, f := range map[string]db.KnownFilter{"known_aside": {Bank: h.bank.ID, State: iru.KnownQuarantined}, "known_flood": {Bank: h.bank.ID, Flood: iru.FloodMarked}} {
			where, args := db.KnownsWhere(h.officer.Scope(), f, 0, 51)
			type step struct {
				id, parent, unused int
				detail             string
			}
			plan, err := db.All(t.Context(), x, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} }, "EXPLAIN QUERY PLAN SELECT id FROM known "+where, args...)
			if err != nil {
				return err
			}
			if text := fmt.Sprint(plan); !strings.Contains(text, index) {
				t.Errorf("%+v is looked for by %s", f, text)
			}
		}
		return nil
	}))
}
