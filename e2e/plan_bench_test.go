// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"cmp"
	"path/filepath"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// BenchmarkWorldPlans is what each way of asking comes to on the product's own maps: those that headless plays leave in their stores, with every address taken as
// up, priced and allowed as the product has it, rehearsed as the workbench does.
func BenchmarkWorldPlans(b *testing.B) {
	for b.Loop() {
		var lines []line
		for _, world := range []string{"s2", "s3", "s7"} {
			dir := b.TempDir()
			must(b, "--data", dir, "demo", "--headless", "--scenario", world, "--seed", "1", "--limit", "9m")
			stores, err := filepath.Glob(filepath.Join(dir, "demo-*", "iolaus.db"))
			if err != nil || len(stores) != 1 {
				b.Fatalf("stores of %s: %v, %v", world, stores, err)
			}
			d, err := db.Open(b.Context(), stores[0])
			ok(b, err)
			lines = append(lines, worldPlans(b, d, world)...)
			ok(b, d.Close())
		}
		measured("Plans of the range's worlds, of the maps that headless plays of seed 1 leave, with every address taken as up: chance of a day in the dark, and cost, both as parts of what everything has", lines...)
	}
}

func worldPlans(b *testing.B, d *db.DB, world string) (lines []line) {
	b.Helper()
	ctx := b.Context()
	k := &desk.Desk{DB: d, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: desk.DefaultRules}
	var officers []iru.Officer
	var units []iru.Unit
	var outlets []iru.Outlet
	ok(b, d.View(ctx, func(t *db.Tx) (err error) {
		if officers, err = t.Officers(ctx); err != nil {
			return err
		}
		if units, err = t.Units(ctx); err != nil {
			return err
		}
		outlets, err = t.Outlets(ctx, iru.Program())
		return err
	}))
	for _, o := range outlets {
		var s iru.Scope
		for _, x := range officers {
			if x.Unit == o.Unit && x.Scope().May(iru.ToPlan) == nil {
				s = x.Scope()
			}
		}
		p := iru.Plan{Unit: o.Unit, Outlet: o.ID, Name: o.Name, Ask: desk.DefaultPlan()}
		p.Ask.Rest = true
		for _, u := range units {
			if u.ID != o.Unit {
				p.Ask.Units = append(p.Ask.Units, u.ID)
			}
		}
		e, err := k.Estate(ctx, s, o.ID, p.Ask)
		ok(b, err)
		for n := range e.Assets {
			e.Assets[n].State, e.Assets[n].Presence.State = iru.AssetLive, iru.PresenceUp
		}
		p.Root, p.Nodes = e.PlanTree()
		p.Measures = e.PlanMeasures(nil, nil)
		if p.Answer = p.Solve(nil); !p.Answer.Found() || len(p.Answer.Measures) == 0 {
			continue
		}
		offers, err := k.Offers(ctx, s, p)
		ok(b, err)
		whole := offers[len(offers)-1]
		of := world + ", " + o.Name + ", "
		lines = append(lines, line{of + "everything", float64(whole.Measures), "measures"}, line{of + "everything", whole.Chance, "chance"})
		for _, x := range offers[:len(offers)-1] {
			name := of + string(x.Mode)
			if x.Open > 0 && x.Mode == "hold" {
				name += " " + cmp.Or(map[float64]string{.05: ".05", .02: ".02", .005: ".005"}[x.Open], "?")
			}
			if whole.Chance > 0 {
				lines = append(lines, line{name, x.Chance / whole.Chance, "of the chance"})
			}
			lines = append(lines, line{name, x.Cost / whole.Cost, "of the cost"})
		}
	}
	return lines
}
