// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// OpenPoll asks every unit that takes part whether it is ready.
func (d *Desk) OpenPoll(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "open_poll", "", func(t *db.Tx, o iru.Operation) error {
		ts, err := t.Tasks(ctx, s, o.ID)
		if err != nil {
			return err
		}
		if len(ts) == 0 {
			return iru.Refuse(iru.Conflict, "the operation has no tasks", "draft at least one act for it")
		}
		for _, n := range ts { // who carries them is found out anew
			if _, err := t.Enqueue(ctx, Probe{Asset: n.Asset}, look(soon)); err != nil {
				return err
			}
		}
		return nil
	})
}

// TaskDigest is the SHA-256 of a unit's tasks as they stand: an answer to the poll holds only for them.
func TaskDigest(unit iru.UnitID, tasks []iru.Notice) (string, error) {
	var acts []string
	for _, n := range tasks {
		if n.Unit != unit || n.State == iru.NoticeWithdrawn {
			continue
		}
		dig, err := ActDigest(n)
		if err != nil {
			return "", err
		}
		acts = append(acts, dig)
	}
	return digest(acts)
}

// Poll takes a unit's GO on the tasks whose digest its officer has seen or, with its reason, a NO-GO.
func (d *Desk) Poll(ctx context.Context, s iru.Scope, id iru.OperationID, state iru.PollState, seen, reason string) (iru.Poll, error) {
	if state != iru.PollGo && state != iru.PollNoGo {
		return iru.Poll{}, iru.Refuse(iru.Invalid, "unknown answer "+string(state), "answer go or no_go")
	}
	var p iru.Poll
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		if o.State != iru.OperationPolling {
			return iru.Refuse(iru.Conflict, "the operation is "+string(o.State)+", not polling", "wait for the director to open the poll")
		}
		ps, err := t.Polls(ctx, o.ID)
		if err != nil {
			return err
		}
		ts, err := t.Tasks(ctx, s, o.ID)
		if err != nil {
			return err
		}
		for _, have := range ps {
			if have.Unit != s.Unit {
				continue
			}
			dig, err := TaskDigest(s.Unit, ts)
			if err != nil {
				return err
			}
			if state == iru.PollGo {
				if err := asSeen("list of tasks", dig, seen); err != nil {
					return err
				}
			}
			for _, other := range ps {
				if other.Unit != s.Unit && other.State == iru.PollGo && state == iru.PollGo {
					if err := twoPeople(ctx, t, s.Officer, other.By); err != nil {
						return err
					}
				}
			}
			var e iru.Event
			if p, e, err = have.Answer(state, by, reason, dig, now); err != nil {
				return err
			}
			if err := t.UpdatePoll(ctx, p, have.State); err != nil {
				return err
			}
			_, err = t.Record(ctx, e)
			return err
		}
		return iru.Refuse(iru.Forbidden, "your unit does not take part in this operation", "")
	})
	return p, err
}

// expirePolls opens the poll of every unit whose tasks are no longer those that it answered on.
func (d *Desk) expirePolls(ctx context.Context, t *db.Tx, id iru.OperationID, now time.Time) error {
	if id == 0 {
		return nil
	}
	ps, err := t.Polls(ctx, id)
	if err != nil {
		return err
	}
	ts, err := t.Tasks(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	for _, p := range ps {
		dig, err := TaskDigest(p.Unit, ts)
		if err != nil {
			return err
		}
		next, e, expired := p.Expire(dig, now)
		if !expired {
			continue
		}
		if err := t.UpdatePoll(ctx, next, p.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// askAgain opens the poll of the unit that serves a task whose addressee no longer carries the asset, while the poll is open.
func (d *Desk) askAgain(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) error {
	o, err := t.Operation(ctx, iru.Program(), n.Operation)
	if err != nil || o.State != iru.OperationPolling && o.State != iru.OperationHeld {
		return err
	}
	ps, err := t.Polls(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Unit != n.Unit {
			continue
		}
		next, e, expired := p.Expire("", now)
		if !expired {
			continue
		}
		e.Note = "what " + n.Ref + " is about has moved"
		if err := t.UpdatePoll(ctx, next, p.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
