// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
)

var assets = shape[iru.Asset]{"asset", "id, unit, outlet, kind, locator, site, languages, state, presence, presence_since, runs, found_by, found_from, lineage, features, created, seen",
	func(a *iru.Asset) []any {
		return []any{&a.ID, &a.Unit, &a.Outlet, &a.Kind, &a.Locator, &a.Site, JSON(&a.Languages), &a.State, &a.Presence.State,
			Micros(&a.Presence.Since), JSON(&a.Presence.Runs), &a.FoundBy, &a.FoundFrom, JSON(&a.Lineage), JSON(&a.Features),
			Micros(&a.Created), Micros(&a.Seen)}
	}}

// AddAsset stores an asset and sets its id; Conflict if the unit has that address already.
func (t *Tx) AddAsset(ctx context.Context, a *iru.Asset) error { return assets.insert(ctx, t, a) }

// Asset reads one asset.
func (t *Tx) Asset(ctx context.Context, s iru.Scope, id iru.AssetID) (iru.Asset, error) {
	return assets.get(ctx, t, assetReach+" AND id=$2", s.Reach(), id)
}

// AssetsByID reads several assets, by their numbers; one that is not there is left out.
func (t *Tx) AssetsByID(ctx context.Context, ids []iru.AssetID) (map[iru.AssetID]iru.Asset, error) {
	out := make(map[iru.AssetID]iru.Asset, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	as, err := assets.list(ctx, t, "WHERE id IN ("+binds(1, len(ids))+")", args...)
	for _, a := range as {
		out[a.ID] = a
	}
	return out, err
}

// SeeAssets notes that assets that are known to be up were seen again, each at its time, and says which: of the others the look tells
// something.
func (t *Tx) SeeAssets(ctx context.Context, at map[iru.AssetID]time.Time) (up map[iru.AssetID]bool, err error) {
	up = make(map[iru.AssetID]bool, len(at))
	for some := range slices.Chunk(slices.Sorted(maps.Keys(at)), maxBinds/2) {
		var rows []string
		var args []any
		for _, id := range some {
			rows = append(rows, fmt.Sprintf("(CAST($%d AS BIGINT), CAST($%d AS BIGINT))", len(args)+1, len(args)+2))
			args = append(args, id, At(at[id]))
		}
		ids, err := All(ctx, t, func(id *iru.AssetID) []any { return []any{id} }, `WITH v (id, at) AS (VALUES `+strings.Join(rows, ", ")+`)
			UPDATE asset SET seen=CASE WHEN seen<v.at THEN v.at ELSE seen END FROM v WHERE asset.id=v.id AND presence='up' RETURNING asset.id`, args...)
		if err != nil {
			return nil, fmt.Errorf("see assets: %w", err)
		}
		for _, id := range ids {
			up[id] = true
		}
	}
	return up, nil
}

// Newsletters lists the newsletters that carry an outlet and are up.
func (t *Tx) Newsletters(ctx context.Context) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE kind='newsletter' AND outlet<>0 AND state IN ('live','actioned','returned') ORDER BY id")
}

// AssetByLocator reads a unit's asset by its canonical address.
func (t *Tx) AssetByLocator(ctx context.Context, u iru.UnitID, locator string) (iru.Asset, error) {
	return assets.get(ctx, t, "unit=$1 AND locator=$2", u, locator)
}

// Assets lists the assets in order of their discovery.
func (t *Tx) Assets(ctx context.Context, s iru.Scope) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE "+assetReach+" ORDER BY id", s.Reach())
}

// AssetsOf lists an outlet's assets.
func (t *Tx) AssetsOf(ctx context.Context, s iru.Scope, o iru.OutletID) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE "+assetReach+" AND outlet=$2 ORDER BY id", s.Reach(), o)
}

// AssetsAt lists a unit's assets on a registrable name.
func (t *Tx) AssetsAt(ctx context.Context, u iru.UnitID, site string) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE unit=$1 AND site=$2 ORDER BY id", u, site)
}

// FoundFrom counts the assets to which an asset's pages led.
func (t *Tx) FoundFrom(ctx context.Context, a iru.AssetID) (int, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM asset WHERE found_from=$1", a).Scan(&n)
	return n, err
}

// UpdateAsset stores the asset again if its state is still the old one.
func (t *Tx) UpdateAsset(ctx context.Context, a iru.Asset, old iru.AssetState) error {
	return assets.update(ctx, t, &a, "state", old)
}

var observations = shape[iru.Observation]{"observation", "id, asset, item, at, vantage, outcome, status, detail, took, content, alike", func(o *iru.Observation) []any {
	return []any{&o.ID, &o.Asset, &o.Item, Micros(&o.At), &o.Vantage, &o.Outcome, &o.Status, &o.Detail, Length(&o.Took), &o.Content, &o.Alike}
}}

// AddObservation stores what one look found.
func (t *Tx) AddObservation(ctx context.Context, o *iru.Observation) error {
	return observations.insert(ctx, t, o)
}

// Observations lists the newest looks at an asset, newest first, at most n.
func (t *Tx) Observations(ctx context.Context, s iru.Scope, a iru.AssetID, n int) ([]iru.Observation, error) {
	return observations.list(ctx, t, "WHERE asset IN (SELECT id FROM asset WHERE "+assetReach+") AND asset=$2 ORDER BY at DESC, id DESC LIMIT $3", s.Reach(), a, n)
}

// An AssetFilter narrows a list of assets; a zero field narrows nothing.
type AssetFilter struct {
	Outlet   iru.OutletID
	State    iru.AssetState
	Presence iru.PresenceState
}

// AssetsAfter lists the assets that pass the filter after an id, oldest first, at most n.
func (t *Tx) AssetsAfter(ctx context.Context, s iru.Scope, f AssetFilter, after iru.AssetID, n int) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE "+assetReach+" AND id>$2 AND (outlet=$3 OR $3=0) AND (state=$4 OR $4='') AND (presence=$5 OR $5='') ORDER BY id LIMIT $6",
		s.Reach(), after, f.Outlet, f.State, f.Presence, n)
}

// AssetsIn lists the assets that an operation's tasks are about, also those of other units that take part.
func (t *Tx) AssetsIn(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE id IN (SELECT asset FROM notice WHERE "+noticeReach+" AND operation=$2) ORDER BY site, id", s.Reach(), o)
}
