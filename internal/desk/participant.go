// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// agreeing are the states of an operation in which people still agree on what it is.
var agreeing = []iru.OperationState{iru.OperationDraft, iru.OperationPolling, iru.OperationHeld}

// uid is a number that is the same on every machine: 16 random bytes, hex.
func uid() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make number: %w: %w", iru.Internal, err)
	}
	return hex.EncodeToString(b), nil
}

// led reads an operation that the officer's unit leads and that can still be agreed on.
func led(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	o, err := t.Operation(ctx, s, id)
	if err != nil {
		return o, err
	}
	if !s.IsProgram() && o.Unit != s.Unit {
		return o, iru.Refuse(iru.Forbidden, "another unit leads this operation", "ask its director")
	}
	if !slices.Contains(agreeing, o.State) {
		return o, iru.Refuse(iru.Conflict, "the operation is "+string(o.State), "hold it first, if its T0 has not come")
	}
	return o, nil
}

// AddParticipant has a unit, a partner or a body without a machine take part in an operation. It is polled for each role in which it acts, and asked about every asset
// that another one is to touch.
func (d *Desk) AddParticipant(ctx context.Context, s iru.Scope, p iru.Participant) (iru.Participant, error) {
	if !s.IsProgram() {
		if err := s.May(iru.ToPlan); err != nil {
			return p, err
		}
	}
	p.ID, p.Heard = 0, time.Time{}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := led(ctx, t, s, p.Operation)
		if err != nil {
			return err
		}
		if p.Unit != 0 {
			u, err := t.Unit(ctx, p.Unit)
			if err != nil {
				return err
			}
			if u.State != iru.UnitActive {
				return iru.Refuse(iru.Invalid, u.Name+" is "+string(u.State), "choose an active unit")
			}
			p.Name, p.Country, p.Kind = u.Name, u.Country, or2(p.Kind, iru.KindUnit)
		}
		if p.Name = clip(p.Name, 200); p.Has(iru.RoleLead) && p.Unit != o.Unit {
			return iru.Refuse(iru.Invalid, "one unit leads: that whose director was named", "give another role")
		}
		x := p
		if err := d.takePart(ctx, t, &x); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("operation", int64(o.ID), "join", s.Officer, o.Unit, now, x.Name).With("participant", int64(x.ID)).With("kind", string(x.Kind)).With("roles", x.Roles)); err != nil {
			return err
		}
		p = x
		return d.askAll(ctx, t, o, now)
	})
	return p, err
}

func or2[T comparable](v, d T) T {
	var none T
	if v == none {
		return d
	}
	return v
}

// SetRoles says anew as what a participant takes part. A role in which something is to be done stays.
func (d *Desk) SetRoles(ctx context.Context, s iru.Scope, id iru.ParticipantID, roles []iru.TaskRole, why string) (iru.Participant, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Participant{}, err
	}
	var p iru.Participant
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if p, err = t.Participant(ctx, id); err != nil {
			return err
		}
		o, err := led(ctx, t, s, p.Operation)
		if err != nil {
			return err
		}
		if why = clip(why, 500); why == "" {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say why the roles change")
		}
		p.Roles = slices.Clone(roles)
		if err := p.Check(); err != nil {
			return err
		}
		if p.Has(iru.RoleLead) != (p.Unit == o.Unit) {
			return iru.Refuse(iru.Invalid, "one unit leads: that whose director was named", "leave that role as it is")
		}
		bs, err := BallotsOf(ctx, t, o.ID)
		if err != nil {
			return err
		}
		acting := p.Acting()
		for _, b := range bs {
			if b.Participant != p.ID {
				continue
			}
			if n := slices.Index(acting, b.Role); n >= 0 {
				acting = slices.Delete(acting, n, n+1)
				continue
			}
			if !b.Idle() {
				return iru.Refuse(iru.Conflict, p.Name+" has something to do in the role "+strings.ReplaceAll(string(b.Role), "_", " "), "withdraw that first")
			}
			if err := t.RemovePoll(ctx, b.ID); err != nil {
				return err
			}
		}
		for _, r := range acting {
			if err := t.AddPoll(ctx, &iru.Poll{Operation: o.ID, Participant: p.ID, Role: r, Unit: p.Unit, State: iru.PollOpen}); err != nil {
				return err
			}
		}
		if err := t.UpdateParticipant(ctx, p); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("operation", int64(o.ID), "cast", s.Officer, o.Unit, now, why).With("participant", int64(p.ID)).With("roles", p.Roles)); err != nil {
			return err
		}
		if err := d.expirePolls(ctx, t, o.ID, now); err != nil {
			return err
		}
		return d.askAll(ctx, t, o, now)
	})
	return p, err
}

// HandOverOperation names another director, as when one leaves: an administrator of the unit that leads does so, or the director. The old one conducts nothing from then on.
func (d *Desk) HandOverOperation(ctx context.Context, s iru.Scope, id iru.OperationID, to iru.OfficerID, why string) (iru.Operation, error) {
	var o iru.Operation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if o, err = t.Operation(ctx, s, id); err != nil {
			return err
		}
		if o.Unit != s.Unit || s.May(iru.ToAdminister) != nil && (o.Director != s.Officer || s.May(iru.ToRelease) != nil) {
			return iru.Refuse(iru.Forbidden, "another director is named by an administrator of the unit that leads, or by the director", "ask one of them")
		}
		if o.State == iru.OperationClosed || o.State == iru.OperationAborted {
			return iru.Refuse(iru.Conflict, "the operation is "+string(o.State), "")
		}
		if why = clip(why, 500); why == "" {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say why another one directs")
		}
		who, err := t.Officer(ctx, to)
		if err != nil {
			return err
		}
		if who.ID == o.Director || who.Unit != o.Unit || who.State != iru.OfficerActive || who.Scope().May(iru.ToRelease) != nil {
			return iru.Refuse(iru.Invalid, who.Name+" cannot take the operation over", "name another active officer of the unit with the role director")
		}
		e := happened("operation", int64(o.ID), "hand_over", s.Officer, o.Unit, now, why).With("from", int64(o.Director)).With("to", int64(to))
		o.Director = to
		if err := t.UpdateOperation(ctx, o, o.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		return d.shared(ctx, t, o, "hand_over", s.Officer, "", now)
	})
	return o, err
}
