// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// askRescan has a unit's earlier captures gone through for what is looked for from now on: the job that does so is begun with what asks for
// it, or with neither.
func askRescan(ctx context.Context, t *db.Tx, u iru.UnitID, what iru.Sought, now time.Time) error {
	r, err := t.Rescan(ctx, u, what)
	if err != nil {
		return err
	}
	r = r.Ask(now)
	if err := t.PutRescan(ctx, &r); err != nil {
		return err
	}
	_, err = t.Enqueue(ctx, rescanJob(r), background(soon))
	return err
}

// rescanJob is what goes on with a rescan as it is now. One that was asked for before leaves it to this one.
func rescanJob(r iru.Rescan) Rescan { return Rescan{Unit: r.Unit, Sought: r.Sought, Turn: r.Turn} }

// RecordRescan stores that a part was gone through of a rescan that was as before says when the part was begun, and gives what it is now.
// What was found in the part is recorded before: after a kill between the two it is gone through again, and nothing is found twice.
// Conflict: somebody else goes on with it.
func (d *Desk) RecordRescan(ctx context.Context, before iru.Rescan, p iru.Part) (iru.Rescan, error) {
	var r iru.Rescan
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		if r, err = t.Rescan(ctx, before.Unit, before.Sought); err != nil {
			return err
		}
		if !r.Running || r.Reached != before.Reached {
			return iru.Refuse(iru.Conflict, "somebody else goes on with it", "")
		}
		r = r.Went(before, p, now)
		return t.PutRescan(ctx, &r)
	})
	return r, err
}
