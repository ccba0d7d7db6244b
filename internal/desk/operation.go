// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

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
