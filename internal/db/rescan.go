// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"errors"

	"iolaus/internal/iru"
)

var rescans = shape[iru.Rescan]{"rescan", "id, unit, sought, running, reached, until, wrapped, turn, step, seen, found, failed, asked, ended", func(r *iru.Rescan) []any {
	return []any{&r.ID, &r.Unit, &r.Sought, &r.Running, &r.Reached, &r.Until, &r.Wrapped, &r.Turn, &r.Step, &r.Seen, &r.Found, &r.Failed, Micros(&r.Asked), Micros(&r.Ended)}
}}

// Rescan reads how far a unit's search of earlier captures has come; the zero one with Unit and Sought if none was ever asked for.
func (t *Tx) Rescan(ctx context.Context, u iru.UnitID, what iru.Sought) (iru.Rescan, error) {
	r, err := rescans.get(ctx, t, "unit=$1 AND sought=$2", u, what)
	if errors.Is(err, iru.NotFound) {
		return iru.Rescan{Unit: u, Sought: what}, nil
	}
	return r, err
}

// PutRescan stores how far it has come, if nobody did since it was read.
func (t *Tx) PutRescan(ctx context.Context, r *iru.Rescan) error {
	if r.ID == 0 {
		return rescans.insert(ctx, t, r)
	}
	was := r.Step
	r.Step++
	return rescans.update(ctx, t, r, "step", was)
}

// RescansRunning lists those that have not come to their end.
func (t *Tx) RescansRunning(ctx context.Context) ([]iru.Rescan, error) {
	return rescans.list(ctx, t, "WHERE running ORDER BY id")
}

// RescanPart lists what a rescan goes through next, newest first, at most n.
func (t *Tx) RescanPart(ctx context.Context, r iru.Rescan, n int) ([]iru.Exhibit, error) {
	below, from := r.Bounds()
	return exhibits.list(ctx, t, "WHERE unit=$1 AND ($2=0 OR id<$2) AND id>=$3 ORDER BY id DESC LIMIT $4", r.Unit, below, from, n)
}

// RescanLeft counts what a rescan has still to go through: an index answers.
func (t *Tx) RescanLeft(ctx context.Context, r iru.Rescan) (n int, err error) {
	if !r.Running {
		return 0, nil
	}
	below, from := r.Bounds()
	err = t.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM exhibit WHERE unit=$1 AND ($2=0 OR id<$2) AND id>=$3)
		+ (SELECT COUNT(*) FROM exhibit WHERE unit=$1 AND $4<>0 AND id>=$4)`, r.Unit, below, from, r.Until*again(r)).Scan(&n)
	return n, err
}

// again is 1 where a second lap follows.
func again(r iru.Rescan) iru.ExhibitID {
	if r.Wrapped {
		return 0
	}
	return 1
}
