// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// Lists are made in the store: candidates counted by outlet, candidates by likeness, addresses by what they hold, on both engines.
func TestAssetLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		u := iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, State: iru.UnitActive}
		o := iru.Outlet{Name: "Lark Radio", State: iru.OutletWatched}
		all := iru.Program()
		at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
		var first iru.Asset
		must(d.Tx(ctx, func(x *db.Tx) error {
			if err := x.AddUnit(ctx, &u); err != nil {
				return err
			}
			o.Unit = u.ID
			if err := x.AddOutlet(ctx, &o); err != nil {
				return err
			}
			for n, a := range []iru.Asset{
				{Outlet: o.ID, Locator: "https://lark.test/100%_on", Site: "lark.test", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}, Seen: at},
				{Outlet: o.ID, Locator: "https://lark.test/news", Site: "lark.test", State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}, Seen: at.Add(time.Hour)},
				{Locator: "https://finch.test/", Site: "finch.test", State: iru.AssetCandidate, Seen: at},
				{Locator: "https://wren.test/", Site: "wren.test", State: iru.AssetCandidate, Seen: at},
			} {
				a.Unit, a.Kind = u.ID, iru.Site
				if a.Presence.State == "" {
					a.Presence.State = iru.PresenceUnknown
				}
				if n == 2 {
					a.Lineage = iru.Lineage{To: first.ID, Score: 9}
				}
				if err := x.AddAsset(ctx, &a); err != nil {
					return err
				}
				if n == 0 {
					first = a
				}
			}
			return nil
		}))
		must(d.View(ctx, func(x *db.Tx) error {
			of, err := x.SuggestedFor(ctx, all)
			if err != nil || len(of) != 1 || of[o.ID] != 1 {
				t.Errorf("suggested: %v, %v", of, err)
			}
			as, err := x.AssetsIs(ctx, all, iru.AssetCandidate, 1)
			if err != nil || len(as) != 1 || as[0].Site != "finch.test" {
				t.Errorf("candidates: %+v, %v", as, err)
			}
			for _, c := range [][3]string{{"", "100%_", "100%_on"}, {"", "0%", "100%_on"}, {"", "%%%%", ""}, {"", "lark_test", ""}, {"wren.test", "", "wren"}, {"", "", ""}, {"lark.test", "news", "100%_on /news"}} {
				as, err := x.AssetsLike(ctx, all, c[0], c[1], 9)
				want := strings.Fields(c[2])
				if err != nil || len(as) != len(want) {
					t.Errorf("%q: %+v, %v", c, as, err)
					continue
				}
				for n, w := range want {
					if !strings.Contains(as[n].Locator, w) {
						t.Errorf("%q: %s", c, as[n].Locator)
					}
				}
			}
			return nil
		}))
	})
}
