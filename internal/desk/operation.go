// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// ReleaseLead is how long before T0 a small operation's release begins: it warms connections and arms the tasks, then waits for the
// instant. Many tasks take longer to arm, so their release begins earlier.
const ReleaseLead = 1500 * time.Millisecond

// Plan makes an operation against outlets, with the units that take part; the officer's own always does.
func (d *Desk) Plan(ctx context.Context, s iru.Scope, name string, outlets []iru.OutletID, units []iru.UnitID, director iru.OfficerID, note string) (iru.Operation, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Operation{}, err
	}
	if name = strings.TrimSpace(name); name == "" {
		return iru.Operation{}, iru.Refuse(iru.Invalid, "the operation has no name", "choose one that tells outsiders nothing")
	}
	if director == 0 {
		director = s.Officer
	}
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		who, err := t.Officer(ctx, director)
		if err != nil {
			return err
		}
		if err := who.Scope().May(iru.ToRelease); err != nil || who.Unit != s.Unit || who.State != iru.OfficerActive {
			return iru.Refuse(iru.Invalid, who.Name+" cannot direct an operation", "name an active officer of your unit with the role director")
		}
		for _, id := range outlets {
			if _, err := t.Outlet(ctx, s, id); err != nil {
				return err
			}
		}
		o = iru.Operation{Unit: s.Unit, Name: name, Outlets: outlets, State: iru.OperationDraft, Director: director, Note: note, Created: now}
		if err := t.AddOperation(ctx, &o); err != nil {
			return err
		}
		seen := map[iru.UnitID]bool{}
		for _, u := range append([]iru.UnitID{s.Unit}, units...) {
			if seen[u] {
				continue
			}
			seen[u] = true
			if _, err := t.Unit(ctx, u); err != nil {
				return err
			}
			if err := t.AddPoll(ctx, &iru.Poll{Operation: o.ID, Unit: u, State: iru.PollOpen}); err != nil {
				return err
			}
		}
		e := happened("operation", int64(o.ID), "plan", s.Officer, s.Unit, now, name)
		e.To = string(o.State)
		_, err = t.Record(ctx, e)
		return err
	})
	return o, err
}

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
		return nil
	})
}

// HoldOperation stops the count; nothing is lost.
func (d *Desk) HoldOperation(ctx context.Context, s iru.Scope, id iru.OperationID, why string) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "hold", why, nil)
}

// Resume goes on after a hold; units answer again if their tasks changed.
func (d *Desk) Resume(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "resume", "", nil)
}

// Abort ends the operation. Before T0 nothing leaves; afterwards what has left has left.
func (d *Desk) Abort(ctx context.Context, s iru.Scope, id iru.OperationID, why string) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "abort", why, func(*db.Tx, iru.Operation) error {
		if strings.TrimSpace(why) == "" {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say why the operation is aborted")
		}
		return nil
	})
}

// Close ends an operation whose day is over.
func (d *Desk) Close(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "close", "", nil)
}

func (d *Desk) conduct(ctx context.Context, s iru.Scope, id iru.OperationID, verb, note string, check func(*db.Tx, iru.Operation) error) (iru.Operation, error) {
	if err := s.May(iru.ToRelease); err != nil {
		return iru.Operation{}, err
	}
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if o, err = t.Operation(ctx, s, id); err != nil {
			return err
		}
		if o.Director != s.Officer {
			return iru.Refuse(iru.Forbidden, "only the named director conducts the operation", "")
		}
		if check != nil {
			if err := check(t, o); err != nil {
				return err
			}
		}
		old := o.State
		var e iru.Event
		if o, e, err = o.Step(verb, s.Officer, now, note); err != nil {
			return err
		}
		if err := t.UpdateOperation(ctx, o, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return o, err
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

// Poll takes a unit's GO or, with its reason, NO-GO on its tasks as they stand.
func (d *Desk) Poll(ctx context.Context, s iru.Scope, id iru.OperationID, state iru.PollState, reason string) (iru.Poll, error) {
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
		_, err = t.Enqueue(ctx, Release{Operation: o.ID}, act(soon))
		return err
	})
	return o, err
}

// Arm puts every approved task of a released operation on its way, just before T0: from here on nothing calls it back. Tasks that
// cannot leave (contact changed, approval not sealed) are named and stay where they are; the others leave.
func (d *Desk) Arm(ctx context.Context, id iru.OperationID) (armed []Dispatch, parked map[iru.NoticeID]error, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		armed, parked = nil, map[iru.NoticeID]error{}
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		if o.State != iru.OperationReleased {
			return nil
		}
		ts, err := t.Tasks(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		for _, n := range ts {
			if n.State != iru.NoticeApproved {
				l, written, err := written(ctx, t, n)
				if err != nil {
					return err
				}
				if !written || !onItsWay(n, l) {
					continue
				}
			}
			if why, err := hindered(ctx, t, n); err != nil {
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
func hindered(ctx context.Context, t *db.Tx, n iru.Notice) (why, err error) {
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
	return sealed(ctx, t, n), nil
}

// RecordRelease stores when the first and the last task left.
func (d *Desk) RecordRelease(ctx context.Context, id iru.OperationID, first, last time.Time) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil || !o.FirstSent.IsZero() {
			return err
		}
		o.FirstSent, o.LastSent = first, last
		if err := t.UpdateOperation(ctx, o, o.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "sent", 0, o.Unit, now, "").With("spread_us", last.Sub(first).Microseconds()))
		return err
	})
}
