// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/iru"
)

var likenesses = shape[iru.Likeness]{"likeness", "id, unit, item, other, medium, distance, sign, at", func(l *iru.Likeness) []any {
	return []any{&l.ID, &l.Unit, &l.Item, &l.Other, &l.Medium, &l.Distance, &l.Sign, Micros(&l.At)}
}}

// A Waiting is an item that waits for a person, and what was captured of it last.
type Waiting struct {
	Item    iru.ItemID
	Unit    iru.UnitID
	Asset   iru.AssetID
	Exhibit iru.ExhibitID
	Content string
}

// ItemsWaiting lists what waits for a person in any unit and was captured, by item.
func (t *Tx) ItemsWaiting(ctx context.Context) ([]Waiting, error) {
	out, err := All(ctx, t, func(w *Waiting) []any { return []any{&w.Item, &w.Unit, &w.Asset, &w.Exhibit, &w.Content} },
		"SELECT id, unit, asset, exhibit, content FROM item WHERE state IN ('ready','second','deferred') AND exhibit<>0 ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	return out, nil
}

// PrintsOf gives the fingerprints of exhibits.
func (t *Tx) PrintsOf(ctx context.Context, ids []iru.ExhibitID) (map[iru.ExhibitID][]iru.Print, error) {
	type prints struct {
		id   iru.ExhibitID
		list []iru.Print
	}
	out := make(map[iru.ExhibitID][]iru.Print, len(ids))
	for some := range slices.Chunk(ids, maxBinds) {
		got, err := All(ctx, t, func(p *prints) []any { return []any{&p.id, JSON(&p.list)} }, "SELECT id, prints FROM exhibit WHERE id IN ("+binds(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, fmt.Errorf("read fingerprints: %w", err)
		}
		for _, p := range got {
			out[p.id] = p.list
		}
	}
	return out, nil
}

// LikenessesOf lists an item's likenesses, oldest first.
func (t *Tx) LikenessesOf(ctx context.Context, i iru.ItemID) ([]iru.Likeness, error) {
	return likenesses.list(ctx, t, "WHERE item=$1 OR other=$1 ORDER BY id", i)
}

// SetLikenesses makes the likenesses of an item those that are given: what a comparison that began at a time did not find any more goes. It
// gives how many pairs are new.
func (t *Tx) SetLikenesses(ctx context.Context, i iru.ItemID, began time.Time, ls []iru.Likeness) (added int, err error) {
	old, err := t.LikenessesOf(ctx, i)
	if err != nil {
		return 0, err
	}
	same := func(l iru.Likeness) func(iru.Likeness) bool {
		return func(o iru.Likeness) bool { return o.Item == l.Item && o.Other == l.Other && o.Medium == l.Medium }
	}
	for _, o := range old {
		n := slices.IndexFunc(ls, same(o))
		if n >= 0 && ls[n].Distance == o.Distance && ls[n].Sign == o.Sign || n < 0 && !o.At.Before(began) {
			continue
		}
		if _, err := t.Exec(ctx, "DELETE FROM likeness WHERE id=$1", o.ID); err != nil {
			return 0, fmt.Errorf("drop likeness: %w", err)
		}
	}
	for _, l := range ls {
		if n := slices.IndexFunc(old, same(l)); n >= 0 && old[n].Distance == l.Distance && old[n].Sign == l.Sign {
			continue
		} else if n < 0 {
			added++
		}
		if err := likenesses.insert(ctx, t, &l); err != nil {
			return 0, err
		}
	}
	return added, nil
}

// DropSigns drops the likenesses of a unit by pictures with those fingerprints.
func (t *Tx) DropSigns(ctx context.Context, u iru.UnitID, signs []string) error {
	for some := range slices.Chunk(signs, maxBinds) {
		if _, err := t.Exec(ctx, "DELETE FROM likeness WHERE unit=$1 AND sign<>'' AND sign IN ("+binds(2, len(some))+")", append([]any{u}, anys(some)...)...); err != nil {
			return fmt.Errorf("drop likenesses: %w", err)
		}
	}
	return nil
}

// alike gives what an item resembles by itself, of a scope and of other content, with the likenesses.
func (t *Tx) alike(ctx context.Context, s iru.Scope, i iru.ItemID) (map[iru.ItemID]Near, error) {
	ls, err := t.LikenessesOf(ctx, i)
	if err != nil || len(ls) == 0 {
		return nil, err
	}
	is, err := items.list(ctx, t, `WHERE `+partReach+` AND id<>$2 AND (id IN (SELECT item FROM likeness WHERE other=$2) OR id IN (SELECT other FROM likeness WHERE item=$2))
		AND (content='' OR content<>(SELECT o.content FROM item o WHERE o.id=$2))`, s.Reach(), i)
	if err != nil {
		return nil, err
	}
	out := map[iru.ItemID]Near{}
	for _, o := range is {
		n := Near{Item: o}
		for _, l := range ls {
			if l.With(i) == o.ID {
				n.Likes = append(n.Likes, l)
			}
		}
		out[o.ID] = n
	}
	return out, nil
}
