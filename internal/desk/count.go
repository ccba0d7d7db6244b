// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// rearmEach is the time that one task which is armed may take to be read again: an assumption, on the safe side.
const rearmEach = 2 * time.Millisecond

// PlanCount sets the T0 that an operation aims at, with its built-in holds.
func (d *Desk) PlanCount(ctx context.Context, s iru.Scope, id iru.OperationID, t0 time.Time, pauses []iru.Pause) (iru.Operation, error) {
	return d.counted(ctx, s, id, func(_ *db.Tx, o iru.Operation, now time.Time) (iru.Operation, iru.Event, error) {
		return o.PlanCount(s.Officer, t0.UTC().Truncate(time.Microsecond), pauses, now)
	})
}

// GoOn has the count go on from the built-in hold at which it stands. T0 moves by as long as it stood; of a released operation everything
// waits for the new one.
func (d *Desk) GoOn(ctx context.Context, s iru.Scope, id iru.OperationID, reason string) (iru.Operation, error) {
	return d.counted(ctx, s, id, func(t *db.Tx, o iru.Operation, now time.Time) (iru.Operation, iru.Event, error) {
		lead := iru.MinLead
		if o.State == iru.OperationReleased {
			ts, err := t.TaskRows(ctx, iru.Program(), id)
			if err != nil {
				return o, iru.Event{}, err
			}
			lead += time.Duration(len(ts)) * rearmEach
		}
		return o.GoOn(s.Officer, reason, lead, now)
	})
}

// counted has the named director change the count.
func (d *Desk) counted(ctx context.Context, s iru.Scope, id iru.OperationID, change func(*db.Tx, iru.Operation, time.Time) (iru.Operation, iru.Event, error)) (iru.Operation, error) {
	if err := s.May(iru.ToRelease); err != nil {
		return iru.Operation{}, err
	}
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		was, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		if was.Director != s.Officer {
			return iru.Refuse(iru.Forbidden, "only the named director conducts the operation", "")
		}
		var e iru.Event
		if o, e, err = change(t, was, now); err != nil {
			return err
		}
		if err := t.UpdateOperation(ctx, o, was.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if o.State != iru.OperationReleased {
			return preserveAt(ctx, t, o, now)
		}
		ts, err := t.Tasks(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		// What was armed waits with its letter written: its job must be there as well.
		for n := range ts {
			if ts[n].State == iru.NoticeDispatched {
				ts[n].State = iru.NoticeApproved
			}
		}
		return releaseJobs(ctx, t, o, ts, now)
	})
	return o, err
}

// PlanDrill is PlanOperation for a drill: its day is played, and nothing of it ever leaves. It stays one for good.
func (d *Desk) PlanDrill(ctx context.Context, s iru.Scope, name string, outlets []iru.OutletID, units []iru.UnitID, director iru.OfficerID, note string) (iru.Operation, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Operation{}, err
	}
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		if o, err = d.planOperation(ctx, t, s, name, outlets, units, director, note, now); err != nil {
			return err
		}
		o.Drill = true
		if err := t.UpdateOperation(ctx, o, o.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "drill", s.Officer, o.Unit, now, "its day is played; nothing of it leaves"))
		return err
	})
	return o, err
}

// played refuses to let a task of a drill leave.
func played(n iru.Notice) error {
	if n.Drill {
		return iru.Refuse(iru.Conflict, n.Ref+" is a task of a drill", "it never leaves; plan an operation for the real day")
	}
	return nil
}
