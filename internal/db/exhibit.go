// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var exhibits = shape[iru.Exhibit]{"exhibit", "id, unit, asset, item, locator, vantage, at, outcome, status, final, manifest, files, prints, state, event, key, links, head", func(e *iru.Exhibit) []any {
	return []any{&e.ID, &e.Unit, &e.Asset, &e.Item, &e.Locator, &e.Vantage, Micros(&e.At), &e.Outcome, &e.Status, &e.Final, &e.Manifest,
		JSON(&e.Files), JSON(&e.Prints), &e.State, &e.Event, &e.Key, &e.Links, &e.Head}
}}

// AddExhibit stores an exhibit and sets its id.
func (t *Tx) AddExhibit(ctx context.Context, e *iru.Exhibit) error { return exhibits.insert(ctx, t, e) }

// Exhibit reads one exhibit.
func (t *Tx) Exhibit(ctx context.Context, s iru.Scope, id iru.ExhibitID) (iru.Exhibit, error) {
	return exhibits.get(ctx, t, partReach+" AND id=$2", s.Reach(), id)
}

// ExhibitsOf lists an item's exhibits, newest first.
func (t *Tx) ExhibitsOf(ctx context.Context, s iru.Scope, i iru.ItemID) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" AND item=$2 ORDER BY id DESC", s.Reach(), i)
}

// Exhibits lists the newest exhibits, at most n.
func (t *Tx) Exhibits(ctx context.Context, s iru.Scope, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" ORDER BY id DESC LIMIT $2", s.Reach(), n)
}

// ExhibitsToSeal lists recorded exhibits whose event a checkpoint of that size covers, at most n.
func (t *Tx) ExhibitsToSeal(ctx context.Context, size int64, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE state='recorded' AND EXISTS (SELECT 1 FROM event WHERE event.id=exhibit.event AND event.idx>=0 AND event.idx<$1) ORDER BY id LIMIT $2", size, n)
}

// UpdateExhibit stores the exhibit again if its state is still the old one.
func (t *Tx) UpdateExhibit(ctx context.Context, e iru.Exhibit, old iru.ExhibitState) error {
	return exhibits.update(ctx, t, &e, "state", old)
}

// ExhibitsAfter lists the exhibits of an item (0 for any) after an id, oldest first, at most n.
func (t *Tx) ExhibitsAfter(ctx context.Context, s iru.Scope, i iru.ItemID, after iru.ExhibitID, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" AND id>$2 AND (item=$3 OR $3=0) ORDER BY id LIMIT $4", s.Reach(), after, i, n)
}

// ExhibitsBefore lists the exhibits before an id (0: from the end), newest first, at most n.
func (t *Tx) ExhibitsBefore(ctx context.Context, s iru.Scope, before iru.ExhibitID, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" AND ($2=0 OR id<$2) ORDER BY id DESC LIMIT $3", s.Reach(), before, n)
}
