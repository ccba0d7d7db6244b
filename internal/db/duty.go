// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"slices"

	"iolaus/internal/iru"
)

var duties = shape[iru.Duty]{"duty", "id, unit, operation, task, participant, to_unit, by_officer, at, text, handling", func(d *iru.Duty) []any {
	return []any{&d.ID, &d.Unit, &d.Operation, &d.Task, &d.Participant, &d.To, &d.By, Micros(&d.At), &d.Text, JSON(&d.Handling)}
}}

// AddDuty stores an entry of a duty log and sets its id. The engine refuses to change or remove one.
func (t *Tx) AddDuty(ctx context.Context, d *iru.Duty) error { return duties.insert(ctx, t, d) }

// Duties lists the entries of an operation's duty log after one (0: from the beginning) that a scope may read (iru.Duty.Shown), oldest
// first, of at most n of the newest.
func (t *Tx) Duties(ctx context.Context, s iru.Scope, o iru.OperationID, after iru.DutyID, n int) ([]iru.Duty, error) {
	op, err := t.Operation(ctx, s, o)
	if err != nil {
		return nil, err
	}
	ds, err := duties.list(ctx, t, "WHERE operation=$1 AND id>$2 ORDER BY id DESC LIMIT $3", o, after, n)
	slices.Reverse(ds)
	if s.IsProgram() {
		return ds, err
	}
	return slices.DeleteFunc(ds, func(d iru.Duty) bool { return !d.Shown(s.Unit, op.Unit) }), err
}

// ItemsToPreserve lists what an operation's tasks are about, with an act or without one, as items: those that they name, and of each asset that of its own address or else
// its first. Only ID, Unit and Asset of each are read.
func (t *Tx) ItemsToPreserve(ctx context.Context, o iru.OperationID) ([]iru.Item, error) {
	const about = "(SELECT asset FROM notice WHERE operation=$1 AND state<>'withdrawn' UNION SELECT asset FROM task WHERE operation=$1 AND notice=0 AND asset<>0 AND state NOT IN ('declined','withdrawn'))"
	return All(ctx, t, func(i *iru.Item) []any { return []any{&i.ID, &i.Unit, &i.Asset} }, `SELECT id, unit, asset FROM item WHERE
		id IN (SELECT item FROM notice WHERE operation=$1 AND state<>'withdrawn' AND item<>0)
		OR id IN (SELECT i.id FROM item i JOIN asset a ON a.id=i.asset AND a.locator=i.locator WHERE a.id IN `+about+`)
		OR id IN (SELECT MIN(id) FROM item WHERE asset IN `+about+` GROUP BY asset) ORDER BY id`, o)
}

// TilesIn lists the assets that an operation's tasks are about, also those of other units that take part, with what a live grid shows: ID,
// Unit, Locator, Presence and Seen alone.
func (t *Tx) TilesIn(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.Asset, error) {
	return All(ctx, t, func(a *iru.Asset) []any {
		return []any{&a.ID, &a.Unit, &a.Locator, &a.Presence.State, Micros(&a.Presence.Since), JSON(&a.Presence.Runs), Micros(&a.Seen)}
	}, "SELECT id, unit, locator, presence, presence_since, runs, seen FROM asset WHERE id IN (SELECT asset FROM notice WHERE "+noticeReach+" AND operation=$2 "+
		"UNION SELECT asset FROM task WHERE "+taskReach+" AND operation=$2 AND notice=0 AND asset<>0 AND state NOT IN ('declined','withdrawn')) ORDER BY site, id", s.Reach(), o)
}
