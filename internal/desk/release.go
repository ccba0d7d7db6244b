// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// ReleaseLead is how long before T0 a small operation's release begins: it warms connections and arms the tasks, then waits for the
// instant. Many tasks take longer to arm, so their release begins earlier.
const ReleaseLead = 1500 * time.Millisecond

// Release sets T0: everything that the units answered GO on leaves at that instant.
func (d *Desk) Release(ctx context.Context, s iru.Scope, id iru.OperationID, t0 time.Time) (iru.Operation, error) {
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		if o, err = t.Operation(ctx, s, id); err != nil {
			return err
		}
		ps, err := t.Polls(ctx, id)
		if err != nil {
			return err
		}
		ts, err := t.Tasks(ctx, s, id)
		if err != nil {
			return err
		}
		digests := map[iru.UnitID]string{}
		for _, p := range ps {
			if digests[p.Unit], err = TaskDigest(p.Unit, ts); err != nil {
				return err
			}
		}
		for _, n := range ts {
			if n.State == iru.NoticeWithdrawn {
				continue
			}
			p, err := t.Provider(ctx, iru.Program(), n.Provider)
			if err != nil {
				return err
			}
			if err := confirmed(p); err != nil {
				return err
			}
			if err := carried(ctx, t, n, p); err != nil {
				return err
			}
			u, err := t.Unit(ctx, n.Unit)
			if err != nil {
				return err
			}
			if err := d.heldBack(ctx, t, n, p, u, t0); err != nil {
				return err
			}
		}
		old := o.State
		var e iru.Event
		if o, e, err = o.Release(by, ps, digests, ts, t0.UTC().Truncate(time.Microsecond), now); err != nil {
			return err
		}
		if err := t.UpdateOperation(ctx, o, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Release{Operation: o.ID, T0: o.T0.UnixMicro()}, act(soon))
		return err
	})
	return o, err
}

// Arm puts every approved task of a released operation on its way, just before T0: until it is fired a hold or an abort
// calls it back. Tasks that cannot leave (contact changed, approval not sealed) are named and stay where they are; the others leave.
// Of an operation that was closed or aborted after T0 it gives what was on its way already: that may have left, and is sent again
// under the same key.
func (d *Desk) Arm(ctx context.Context, id iru.OperationID) (armed []Dispatch, parked map[iru.NoticeID]error, err error) {
	return d.ArmBut(ctx, id, nil)
}

// ArmBut is Arm without the tasks that keep names, each with the reason: they are parked.
func (d *Desk) ArmBut(ctx context.Context, id iru.OperationID, keep map[iru.NoticeID]error) (armed []Dispatch, parked map[iru.NoticeID]error, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		armed, parked = nil, map[iru.NoticeID]error{}
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		ts, err := t.Tasks(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		for _, n := range ts {
			if n.State == iru.NoticeApproved && !o.Leaves() {
				continue
			}
			if n.State != iru.NoticeApproved {
				l, written, err := written(ctx, t, n)
				if err != nil {
					return err
				}
				if !written || !onItsWay(n, l) {
					continue
				}
			}
			if why := keep[n.ID]; why != nil && n.State == iru.NoticeApproved {
				parked[n.ID] = why
				continue
			}
			if why, err := d.hindered(ctx, t, n, now); err != nil {
				return err
			} else if why != nil {
				parked[n.ID] = why
				continue
			}
			dis, err := d.dispatch(ctx, t, n, now)
			if err != nil {
				return err
			}
			armed = append(armed, dis)
		}
		return nil
	})
	return armed, parked, err
}

// hindered says what keeps a task from leaving, before anything is changed.
func (d *Desk) hindered(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) (why, err error) {
	if n.State == iru.NoticeDispatched {
		if err := Leave(ctx, t, n); errors.Is(err, iru.Forbidden) {
			return err, nil
		} else if err != nil {
			return nil, err
		}
	}
	if n.State != iru.NoticeApproved {
		return nil, nil
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return nil, err
	}
	if err := confirmed(p); err != nil {
		return err, nil
	}
	if err := carried(ctx, t, n, p); err != nil {
		return err, nil
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return nil, err
	}
	if err := d.still(ctx, t, n, p, u); err != nil {
		return err, nil
	}
	if err := d.heldBack(ctx, t, n, p, u, now); err != nil {
		return err, nil
	}
	if err := sealed(ctx, t, n); err != nil || n.Facts == "" {
		return err, nil
	}
	_, err = d.unchanged(ctx, t, n)
	if errors.Is(err, iru.Conflict) || errors.Is(err, iru.Forbidden) || errors.Is(err, iru.Invalid) {
		return err, nil
	}
	return nil, err
}

// Fire is the last moment before T0: from here on what was armed leaves, and neither a hold nor an abort calls it back. It reports
// false when the operation was held or aborted, or T0 is another one now.
func (d *Desk) Fire(ctx context.Context, id iru.OperationID, t0 time.Time) (bool, error) {
	going := false
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		fired, err := fired(ctx, t, id)
		if going = fired || o.Leaves() && o.T0.Equal(t0); err != nil || fired || !going {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "fire", 0, o.Unit, now, ""))
		return err
	})
	return going && err == nil, err
}

// fired reports whether what was armed of an operation has left or is leaving.
func fired(ctx context.Context, t *db.Tx, id iru.OperationID) (bool, error) {
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "operation", ID: int64(id)})
	return slices.ContainsFunc(es, func(e iru.Event) bool { return e.Verb == "fire" }), err
}

// recall takes back what was armed of an operation that is held or aborted before it was fired: nothing of it has left.
func recall(ctx context.Context, t *db.Tx, o iru.Operation, by iru.OfficerID, now time.Time) error {
	ts, err := t.Tasks(ctx, iru.Program(), o.ID)
	if err != nil {
		return err
	}
	for _, n := range ts {
		if n.State != iru.NoticeDispatched {
			continue
		}
		if _, err := unarm(ctx, t, n, by, now, "the operation is "+string(o.State)); err != nil {
			return err
		}
	}
	return nil
}

// unarm takes one task back that was armed and not fired.
func unarm(ctx context.Context, t *db.Tx, n iru.Notice, by iru.OfficerID, now time.Time, why string) (iru.Notice, error) {
	l, written, err := written(ctx, t, n)
	if err != nil {
		return n, err
	}
	if written {
		if err := t.RemoveLetter(ctx, l.ID); err != nil {
			return n, err
		}
	}
	if n, err = stepped(ctx, t, n, "recall", 0, now, why); err != nil {
		return n, err
	}
	return n, relent(ctx, t, n.Asset, by, now, n.Ref+" was recalled before T0")
}

// StandDown takes a unit's tasks out of an operation before T0, in its own jurisdiction only: the others go on. Its own liaison
// officer may do so, and the director.
func (d *Desk) StandDown(ctx context.Context, s iru.Scope, id iru.OperationID, unit iru.UnitID, why string) error {
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why the unit stands down")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		if (s.Unit != unit || s.May(iru.ToPoll) != nil) && (o.Director != s.Officer || s.May(iru.ToRelease) != nil) {
			return iru.Refuse(iru.Forbidden, "a unit is stood down by its own liaison officer or by the director", "ask one of them")
		}
		if o.State == iru.OperationClosed || o.State == iru.OperationAborted || !o.T0.IsZero() && !now.Before(o.T0) {
			return iru.Refuse(iru.Conflict, "what was to leave has left", "withdraw its acts one by one")
		}
		if gone, err := fired(ctx, t, id); err != nil {
			return err
		} else if gone {
			return iru.Refuse(iru.Conflict, "the tasks are leaving", "withdraw the acts one by one")
		}
		ts, err := t.Tasks(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		n := 0
		for _, a := range ts {
			if a.Unit == unit && a.State == iru.NoticeDispatched {
				if a, err = unarm(ctx, t, a, s.Officer, now, "stood down: "+why); err != nil {
					return err
				}
			}
			if a.Unit != unit || !iru.NoticeTable.Can(a.State, "withdraw") {
				continue
			}
			if err := step(ctx, t, a, "withdraw", s.Officer, now, "stood down: "+why); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return iru.Refuse(iru.Conflict, "that unit has no task here that could still be kept back", "")
		}
		if _, err := t.Record(ctx, happened("operation", int64(o.ID), "stand_down", s.Officer, o.Unit, now, why).With("unit", int64(unit)).With("tasks", n)); err != nil {
			return err
		}
		return d.expirePolls(ctx, t, o.ID, now)
	})
}

// Follow has acts sent by themselves that could not leave with the others.
func (d *Desk) Follow(ctx context.Context, ids []iru.NoticeID) error {
	return d.enact(ctx, func(t *db.Tx, _ time.Time) error {
		for _, id := range ids {
			if _, err := t.Enqueue(ctx, Deliver{Notice: id}, act(soon)); err != nil {
				return err
			}
		}
		return nil
	})
}

// RecordRelease stores when the first and the last task left. Without times they are read off the tasks, for a worker that was
// killed after it had recorded those.
func (d *Desk) RecordRelease(ctx context.Context, id iru.OperationID, first, last time.Time) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil || !o.FirstSent.IsZero() {
			return err
		}
		o.FirstSent, o.LastSent = first, last
		if first.IsZero() {
			ts, err := t.Tasks(ctx, iru.Program(), id)
			if err != nil {
				return err
			}
			for _, n := range ts {
				if !n.SentAt.IsZero() && (o.FirstSent.IsZero() || n.SentAt.Before(o.FirstSent)) {
					o.FirstSent = n.SentAt
				}
				if n.SentAt.After(o.LastSent) {
					o.LastSent = n.SentAt
				}
			}
			if o.FirstSent.IsZero() { // nothing has left
				return nil
			}
		}
		if err := t.UpdateOperation(ctx, o, o.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "sent", 0, o.Unit, now, "").With("spread_us", o.LastSent.Sub(o.FirstSent).Microseconds()))
		return err
	})
}
