// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// PlanOperation makes an operation against outlets, with the units that take part; the officer's own always does.
func (d *Desk) PlanOperation(ctx context.Context, s iru.Scope, name string, outlets []iru.OutletID, units []iru.UnitID, director iru.OfficerID, note string) (iru.Operation, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Operation{}, err
	}
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		o, err = d.planOperation(ctx, t, s, name, outlets, units, director, note, now)
		return err
	})
	return o, err
}

func (d *Desk) planOperation(ctx context.Context, t *db.Tx, s iru.Scope, name string, outlets []iru.OutletID, units []iru.UnitID, director iru.OfficerID, note string, now time.Time) (iru.Operation, error) {
	if name = strings.TrimSpace(name); name == "" {
		return iru.Operation{}, iru.Refuse(iru.Invalid, "the operation has no name", "choose one that tells outsiders nothing")
	}
	if director == 0 {
		director = s.Officer
	}
	var o iru.Operation
	who, err := t.Officer(ctx, director)
	if err != nil {
		return o, err
	}
	if err := who.Scope().May(iru.ToRelease); err != nil || who.Unit != s.Unit || who.State != iru.OfficerActive {
		return o, iru.Refuse(iru.Invalid, who.Name+" cannot direct an operation", "name an active officer of your unit with the role director")
	}
	for _, id := range outlets {
		if _, err := t.Outlet(ctx, s, id); err != nil {
			return o, err
		}
	}
	o = iru.Operation{Unit: s.Unit, Name: name, Outlets: outlets, State: iru.OperationDraft, Director: director, Note: note, Created: now}
	if err := t.AddOperation(ctx, &o); err != nil {
		return o, err
	}
	seen := map[iru.UnitID]bool{}
	for _, u := range append([]iru.UnitID{s.Unit}, units...) {
		if seen[u] {
			continue
		}
		seen[u] = true
		who, err := t.Unit(ctx, u)
		if err != nil {
			return o, err
		}
		p := iru.Participant{Operation: o.ID, Unit: u, Kind: iru.KindUnit, Name: who.Name, Country: who.Country, Roles: []iru.TaskRole{iru.RoleOrderRemoval}}
		if u == o.Unit {
			p.Roles = []iru.TaskRole{iru.RoleLead, iru.RoleOrderRemoval}
		}
		if err := d.takePart(ctx, t, &p); err != nil {
			return o, err
		}
	}
	e := d.played(happened("operation", int64(o.ID), "plan", s.Officer, s.Unit, now, name).With("outlets", outlets))
	e.To = string(o.State)
	_, err = t.Record(ctx, e)
	return o, err
}

// takePart stores a participant, with a poll for each role in which it acts.
func (d *Desk) takePart(ctx context.Context, t *db.Tx, p *iru.Participant) error {
	if err := p.Check(); err != nil {
		return err
	}
	if err := t.AddParticipant(ctx, p); err != nil {
		return err
	}
	for _, r := range p.Acting() {
		if err := t.AddPoll(ctx, &iru.Poll{Operation: p.Operation, Participant: p.ID, Role: r, Unit: p.Unit, State: iru.PollOpen}); err != nil {
			return err
		}
	}
	return nil
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
		done, leaving, err := firing(ctx, t, o, now)
		if err != nil {
			return err
		}
		if leaving && verb == "hold" {
			return iru.Refuse(iru.Conflict, "the tasks are leaving", "abort the operation to keep back what has not left")
		}
		var e iru.Event
		if o, e, err = o.Step(verb, s.Officer, now, note); err != nil {
			return err
		}
		if err := t.UpdateOperation(ctx, o, old); err != nil {
			return err
		}
		if _, err = t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.shared(ctx, t, o, verb, s.Officer, note, now); err != nil || old != iru.OperationReleased || verb == "close" {
			return err
		}
		return recall(ctx, t, o, done, s.Officer, now)
	})
	return o, err
}
