// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// Likenesses are kept as they were found last, except what another comparison found meanwhile, and relate what both sides may see.
func TestLikenesses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h, other := t.Context(), house(t, d, "a"), house(t, d, "b")
		s := h.officer.Scope()
		var ids []iru.ItemID
		for n, content := range []string{"aa", "bb", "", "aa"} {
			i := iru.Item{Unit: h.unit.ID, Asset: h.asset.ID, Locator: fmt.Sprint(h.asset.Locator, "like", n), State: iru.ItemReady, Content: content, Exhibit: h.exhibit.ID}
			must(t, d.Tx(ctx, func(x *db.Tx) error { return x.AddItem(ctx, &i) }))
			ids = append(ids, i.ID)
		}
		a, b, c, same := ids[0], ids[1], ids[2], ids[3]
		at := time.UnixMicro(1_000_000)
		like := func(x, y iru.ItemID, medium string, distance float64, sign string) iru.Likeness {
			return iru.Likeness{Unit: h.unit.ID, Item: min(x, y), Other: max(x, y), Medium: medium, Distance: distance, Sign: sign, At: at}
		}
		set := func(i iru.ItemID, began time.Time, want int, ls ...iru.Likeness) {
			t.Helper()
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				added, err := x.SetLikenesses(ctx, i, began, ls)
				if added != want {
					t.Errorf("%d are new, not %d", added, want)
				}
				return err
			}))
		}
		near := func(s iru.Scope, i iru.ItemID) (out []string) {
			t.Helper()
			must(t, d.View(ctx, func(x *db.Tx) error {
				ns, err := x.ItemsNear(ctx, s, i, 9)
				out = nil
				for _, n := range ns {
					for _, l := range n.Likes {
						out = append(out, fmt.Sprintf("%d %s %v", slices.Index(ids, n.Item.ID), l.Medium, l.Distance))
					}
				}
				return err
			}))
			return out
		}
		equal := func(when string, got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, not %q", when, got, want)
			}
		}
		set(a, at, 4, like(a, b, "pdq", 3, "x"), like(a, b, "text", .25, ""), like(a, c, "audio", .125, ""), like(a, same, "vpdq", 0, ""))
		equal("found", near(s, a), "1 pdq 3", "1 text 0.25", "2 audio 0.125")
		equal("from the other side", near(s, c), "0 audio 0.125")
		equal("another unit", near(other.officer.Scope(), a))
		set(a, at, 0, like(a, b, "pdq", 3, "x")) // what was found since that began stays
		equal("at the same time", near(s, a), "1 pdq 3", "1 text 0.25", "2 audio 0.125")
		set(a, at.Add(time.Second), 0, like(a, b, "pdq", 5, "y"))
		equal("found anew", near(s, a), "1 pdq 5")
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.DropSigns(ctx, other.unit.ID, []string{"y"}) }))
		equal("another unit's frame", near(s, a), "1 pdq 5")
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.DropSigns(ctx, h.unit.ID, []string{"x", "y"}) }))
		equal("part of a frame", near(s, a))

		must(t, d.View(ctx, func(x *db.Tx) error {
			ws, err := x.ItemsWaiting(ctx)
			must(t, err)
			n := 0
			for _, w := range ws {
				if slices.Contains(ids, w.Item) && w.Exhibit == h.exhibit.ID && w.Unit == h.unit.ID && w.Asset == h.asset.ID {
					n++
				}
			}
			if n != len(ids) {
				t.Errorf("%d of %d wait: %+v", n, len(ids), ws)
			}
			ps, err := x.PrintsOf(ctx, []iru.ExhibitID{h.exhibit.ID, 999})
			if len(ps) != 1 {
				t.Errorf("fingerprints: %v", ps)
			}
			return err
		}))
	})
}

// Films and sounds that were met near enough relate as pictures and texts do.
func TestItemsNearByFilmAndSound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		k := iru.Known{Bank: h.bank.ID, State: iru.KnownActive, Signals: []iru.Signal{{Medium: "vpdq", Value: []byte("film")}, {Medium: "audio", Value: []byte("song")}}}
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.AddKnown(ctx, &k) }))
		var ids []iru.ItemID
		for n, m := range []iru.Match{{Medium: "vpdq", Distance: .2}, {Medium: "audio", Distance: .2}, {Medium: "vpdq", Distance: .25}, {Medium: "audio", Distance: .25}} {
			i := iru.Item{Unit: h.unit.ID, Asset: h.asset.ID, Locator: fmt.Sprint(h.asset.Locator, "heard", n), State: iru.ItemReady}
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				if err := x.AddItem(ctx, &i); err != nil {
					return err
				}
				m.Unit, m.Item, m.Exhibit, m.Known, m.Where, m.State = h.unit.ID, i.ID, h.exhibit.ID, k.ID, "w", iru.MatchSuggested
				_, err := x.AddMatch(ctx, &m)
				return err
			}))
			ids = append(ids, i.ID)
		}
		must(t, d.View(ctx, func(x *db.Tx) error {
			ns, err := x.ItemsNear(ctx, h.officer.Scope(), ids[0], 9)
			if len(ns) != 1 || ns[0].Item.ID != ids[1] || ns[0].Known != k.ID {
				t.Errorf("%+v", ns)
			}
			return err
		}))
	})
}
