// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A recalled is what the store has of an asset before a monitor looks: what its own address is hoped to show, and what this monitor saw last.
type recalled struct {
	expected expected
	last     iru.Seen
}

// recall reads it for many looks at once, in their order: a look has little else to ask the store for.
func (c *Crew) recall(ctx context.Context, due []desk.Due) ([]recalled, error) {
	type place struct {
		unit    iru.UnitID
		locator string
	}
	type monitor struct {
		asset iru.AssetID
		name  iru.Monitor
	}
	var assets []iru.AssetID
	for _, d := range due {
		assets = append(assets, d.Of.ID)
	}
	items, exhibits, seen := map[place]iru.Item{}, map[iru.ExhibitID]iru.Exhibit{}, map[monitor]iru.Seen{}
	if err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		is, err := t.OwnItems(ctx, assets)
		if err != nil {
			return err
		}
		var shown []iru.ExhibitID
		for _, i := range is {
			if items[place{i.Unit, i.Locator}] = i; i.Exhibit != 0 {
				shown = append(shown, i.Exhibit)
			}
		}
		if exhibits, err = t.ExhibitsByID(ctx, shown); err != nil {
			return err
		}
		ss, err := t.LastSightings(ctx, assets, c.Vantages[0].Network().Name)
		for _, s := range ss {
			seen[monitor{s.Asset, s.Monitor}] = s.Seen
		}
		return err
	}); err != nil {
		return nil, err
	}
	out := make([]recalled, len(due))
	for n, d := range due {
		i := items[place{d.Of.Unit, d.Of.Locator}]
		out[n] = recalled{hoped(d.Of, i, exhibits[i.Exhibit]), seen[monitor{d.Of.ID, d.Monitor}]}
	}
	return out, nil
}
