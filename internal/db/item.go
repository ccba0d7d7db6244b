// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var items = shape[iru.Item]{"item", "id, unit, asset, locator, title, lang, dir, text, state, priority, reasons, exhibit, content, held_by, held_until, wake_at, created, captured, languages",
	func(i *iru.Item) []any {
		return []any{&i.ID, &i.Unit, &i.Asset, &i.Locator, &i.Title, &i.Lang, &i.Dir, &i.Text, &i.State, &i.Priority, JSON(&i.Reasons),
			&i.Exhibit, &i.Content, &i.HeldBy, Micros(&i.HeldUntil), Micros(&i.WakeAt), Micros(&i.Created), Micros(&i.Captured), JSON(&i.Languages)}
	}}

// AddItem stores an item and sets its id; Conflict if the unit has that address already.
func (t *Tx) AddItem(ctx context.Context, i *iru.Item) error { return items.insert(ctx, t, i) }

// Item reads one item.
func (t *Tx) Item(ctx context.Context, s iru.Scope, id iru.ItemID) (iru.Item, error) {
	return items.get(ctx, t, partReach+" AND id=$2", s.Reach(), id)
}

// ItemByLocator reads a unit's item by its canonical address.
func (t *Tx) ItemByLocator(ctx context.Context, u iru.UnitID, locator string) (iru.Item, error) {
	return items.get(ctx, t, "unit=$1 AND locator=$2", u, locator)
}

// OwnItems lists the items at the own addresses of these assets.
func (t *Tx) OwnItems(ctx context.Context, ids []iru.AssetID) ([]iru.Item, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return items.list(ctx, t, "WHERE id IN (SELECT i.id FROM asset a JOIN item i ON i.unit=a.unit AND i.locator=a.locator WHERE a.id IN ("+binds(1, len(ids))+")) ORDER BY id", anys(ids)...)
}

// ItemsOf lists an asset's items.
func (t *Tx) ItemsOf(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Item, error) {
	return items.list(ctx, t, "WHERE "+partReach+" AND asset=$2 ORDER BY id", s.Reach(), a)
}

// ItemsAlike lists a unit's items with the same content, oldest first.
func (t *Tx) ItemsAlike(ctx context.Context, u iru.UnitID, content string) ([]iru.Item, error) {
	return items.list(ctx, t, "WHERE unit=$1 AND content=$2 AND content<>'' ORDER BY id", u, content)
}

// CapturedSince lists a unit's items after an id that wait for a person and were captured since a time, oldest first, at most n.
func (t *Tx) CapturedSince(ctx context.Context, u iru.UnitID, since time.Time, after iru.ItemID, n int) ([]iru.Item, error) {
	return items.list(ctx, t, "WHERE unit=$1 AND captured>=$2 AND id>$3 AND exhibit<>0 AND state IN ('ready','deferred','second') ORDER BY id LIMIT $4",
		u, Micros(&since), after, n)
}

// waits is what waits for a person at a time ($2). What a person said is somebody else's waits for nobody.
const waits = `(state IN ('ready','second') OR (state='deferred' AND wake_at<=$2))
	AND NOT EXISTS (SELECT 1 FROM asset a WHERE a.id=item.asset AND a.state='rejected')`

// Queue lists what waits for a person at now, most urgent first, at most n: ready, for a second opinion, or woken up.
func (t *Tx) Queue(ctx context.Context, s iru.Scope, now time.Time, n int) ([]iru.Item, error) {
	return items.list(ctx, t, `WHERE `+ownOnly(s)+` AND `+waits+`
		ORDER BY priority DESC, id LIMIT $3`, s.Reach(), Micros(&now), n)
}

// ItemsIn lists items by state, oldest first, at most n.
func (t *Tx) ItemsIn(ctx context.Context, s iru.Scope, state iru.ItemState, n int) ([]iru.Item, error) {
	return items.list(ctx, t, "WHERE "+partReach+" AND state=$2 ORDER BY id LIMIT $3", s.Reach(), state, n)
}

// Items lists items after an id, oldest first, at most n.
func (t *Tx) Items(ctx context.Context, s iru.Scope, after iru.ItemID, n int) ([]iru.Item, error) {
	return items.list(ctx, t, "WHERE "+partReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// UpdateItem stores the item again if its state is still the old one.
func (t *Tx) UpdateItem(ctx context.Context, i iru.Item, old iru.ItemState) error {
	return items.update(ctx, t, &i, "state", old)
}

// An ItemFilter narrows a list of items; a zero field narrows nothing.
type ItemFilter struct {
	Asset iru.AssetID
	State iru.ItemState
}

// ItemsAfter lists the items that pass the filter after an id, oldest first, at most n.
func (t *Tx) ItemsAfter(ctx context.Context, s iru.Scope, f ItemFilter, after iru.ItemID, n int) ([]iru.Item, error) {
	return items.list(ctx, t, "WHERE "+partReach+" AND id>$2 AND (asset=$3 OR $3=0) AND (state=$4 OR $4='') ORDER BY id LIMIT $5",
		s.Reach(), after, f.Asset, f.State, n)
}

// QueueAfter lists what waits for a person at now, as Queue does, behind the place of an item with that priority and id.
func (t *Tx) QueueAfter(ctx context.Context, s iru.Scope, now time.Time, priority int, after iru.ItemID, n int) ([]iru.Item, error) {
	return items.list(ctx, t, `WHERE `+ownOnly(s)+` AND `+waits+`
		AND (priority<$3 OR (priority=$3 AND id>$4)) ORDER BY priority DESC, id LIMIT $5`, s.Reach(), Micros(&now), priority, after, n)
}
