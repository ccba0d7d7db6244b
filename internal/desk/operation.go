// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
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
		for _, n := range ts { // who carries them is found out anew
			if _, err := t.Enqueue(ctx, Probe{Asset: n.Asset}, look(soon)); err != nil {
				return err
			}
		}
		return nil
	})
}

// HoldOperation stops the count, also of a T0 that was set; nothing is lost, and the next release sets another T0.
func (d *Desk) HoldOperation(ctx context.Context, s iru.Scope, id iru.OperationID, why string) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "hold", why, nil)
}

// Resume goes on after a hold; units answer again if their tasks changed.
func (d *Desk) Resume(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	return d.conduct(ctx, s, id, "resume", "", nil)
}

// Abort ends the operation. Before T0 nothing leaves, though it was armed; afterwards what has left has left.
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
		if _, err = t.Record(ctx, e); err != nil || old != iru.OperationReleased || verb == "close" {
			return err
		}
		gone, err := fired(ctx, t, o.ID)
		switch {
		case err != nil:
			return err
		case gone && verb == "hold":
			return iru.Refuse(iru.Conflict, "the tasks are leaving", "abort the operation to keep back what has not left")
		case gone:
			return nil
		}
		return recall(ctx, t, o, s.Officer, now)
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
	if err := carried(ctx, t, n, p); err != nil {
		return err, nil
	}
	return sealed(ctx, t, n), nil
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
