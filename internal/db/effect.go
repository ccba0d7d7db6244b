// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

var effectWindows = shape[iru.EffectWindow]{"effect_window", "id, unit, operation, counts, words, compare, beside, looks, state, by_officer, at, ended_by, ended, reason", func(w *iru.EffectWindow) []any {
	return []any{&w.ID, &w.Unit, &w.Operation, &w.Counts, &w.Words, &w.Compare, &w.Beside, JSON(&w.Window), &w.State, &w.By, Micros(&w.At), &w.EndedBy, Micros(&w.Ended), &w.Reason}
}}

// AddEffectWindow stores a window and sets its id; Conflict if one is sealed for the operation already.
func (t *Tx) AddEffectWindow(ctx context.Context, w *iru.EffectWindow) error {
	return effectWindows.insert(ctx, t, w)
}

// EffectWindows lists the windows of an operation, oldest first, to whoever can read the operation.
func (t *Tx) EffectWindows(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.EffectWindow, error) {
	return effectWindows.list(ctx, t, "WHERE operation=$2 AND operation IN (SELECT id FROM operation WHERE "+opReach+") ORDER BY id", s.Reach(), o)
}

// UpdateEffectWindow stores the window again if its state is still the old one.
func (t *Tx) UpdateEffectWindow(ctx context.Context, w iru.EffectWindow, old iru.EffectWindowState) error {
	return effectWindows.update(ctx, t, &w, "state", old)
}

// A DayCount is how much was found in a day, and how often somebody looked.
type DayCount struct {
	Day   int // from the beginning
	Found int
	Looks int
}

const dayMicros = int64(24 * time.Hour / time.Microsecond)

// DaysOf counts what was found of an outlet in each of so many days of 24 hours from a time on, and the looks at its addresses. Days of which
// there is neither are left out.
func (t *Tx) DaysOf(ctx context.Context, s iru.Scope, o iru.OutletID, counts iru.CountedKind, from time.Time, days int) ([]DayCount, error) {
	const mine = "SELECT id FROM asset WHERE " + assetReach + " AND outlet=$2"
	of := "SELECT created AS at FROM item WHERE asset IN (" + mine + ")"
	switch counts {
	case iru.CountItems:
	case iru.CountHeads:
		of = "SELECT created AS at FROM asset WHERE id IN (" + mine + ") AND state<>'rejected'"
	default:
		return nil, fmt.Errorf("count days: %w: nothing is counted as %s", iru.Internal, counts)
	}
	all, err := All(ctx, t, func(c *DayCount) []any { return []any{&c.Day, &c.Found, &c.Looks} },
		`SELECT day, SUM(found), SUM(looks) FROM (
			SELECT (at-$3)/$5 AS day, 1 AS found, 0 AS looks FROM (`+of+`) AS f WHERE at>=$3 AND at<$4
			UNION ALL SELECT (at-$3)/$5, 0, 1 FROM observation WHERE asset IN (`+mine+`) AND at>=$3 AND at<$4) AS d GROUP BY day ORDER BY day`,
		s.Reach(), o, At(from), At(from.Add(time.Duration(days)*24*time.Hour)), dayMicros)
	if err != nil {
		return nil, fmt.Errorf("count days: %w", err)
	}
	return all, nil
}

// PresenceChangesOf lists the changes of presence of an outlet's assets, oldest first, at most n of the newest.
func (t *Tx) PresenceChangesOf(ctx context.Context, s iru.Scope, o iru.OutletID, n int) ([]PresenceChange, error) {
	all, err := All(ctx, t, func(c *PresenceChange) []any { return []any{&c.Asset, Micros(&c.At), &c.From, &c.To} },
		`SELECT subject, at, from_state, to_state FROM (SELECT id, subject, at, from_state, to_state FROM event
			WHERE noun='asset' AND verb IN ('seen','missed','agreed')
			AND subject IN (SELECT id FROM asset WHERE `+assetReach+` AND outlet=$2) ORDER BY id DESC LIMIT $3) AS newest ORDER BY at, id`,
		s.Reach(), o, n)
	if err != nil {
		return nil, fmt.Errorf("list changes of presence: %w", err)
	}
	return all, nil
}
