// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// An InviteRequest asks a partner to take part in an operation.
type InviteRequest struct {
	Operation iru.OperationID
	Partner   iru.PartnerID
	Roles     []iru.TaskRole
	Note      string
	Handling  iru.Handling // the zero value: between partners
}

// InvitePartner has a partner take part in an operation that this installation leads, as soon as a person there accepts it.
func (d *Desk) InvitePartner(ctx context.Context, s iru.Scope, r InviteRequest) (iru.Participant, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Participant{}, err
	}
	if r.Handling == (iru.Handling{}) {
		r.Handling = between
	}
	number, err := uid()
	if err != nil {
		return iru.Participant{}, err
	}
	var who iru.Participant
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, p, err := d.led(ctx, t, s, r.Operation, r.Partner)
		if err != nil {
			return err
		}
		if o.State != iru.OperationDraft && o.State != iru.OperationPolling && o.State != iru.OperationHeld {
			return iru.Refuse(iru.Conflict, "the operation is "+string(o.State), "a partner is invited before the release")
		}
		if _, err := partnerIn(ctx, t, o.ID, p.ID); err == nil {
			return iru.Refuse(iru.Conflict, p.Name+" takes part already", "")
		} else if !errors.Is(err, iru.NotFound) {
			return err
		}
		if o.UID == "" {
			o.UID = number
			if err := t.UpdateOperation(ctx, o, o.State); err != nil {
				return err
			}
		}
		who = iru.Participant{Operation: o.ID, Partner: p.ID, Kind: iru.KindUnit, Name: p.Name, Country: p.Country, Roles: r.Roles}
		if err := d.takePart(ctx, t, &who); err != nil {
			return err
		}
		if err := t.AddPartnerStanding(ctx, &iru.PartnerStanding{Operation: o.ID, Partner: p.ID, State: iru.OperationDraft}); err != nil {
			return err
		}
		b := &iru.InvitationBody{Name: o.Name, Note: r.Note}
		for _, x := range r.Roles {
			b.Roles = append(b.Roles, string(x))
		}
		if err := d.tellPartner(ctx, t, p.ID, iru.SayInvitation, o.UID, r.Handling, b, s.Officer, now); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("operation", int64(o.ID), "invite_partner", s.Officer, o.Unit, now, p.Name).With("partner", int64(p.ID))); err != nil {
			return err
		}
		return d.askAll(ctx, t, o, now)
	})
	return who, err
}

// led reads an operation that this installation leads, and a partner that is listened to.
func (d *Desk) led(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID, partner iru.PartnerID) (iru.Operation, iru.Partner, error) {
	o, err := t.Operation(ctx, s, id)
	if err != nil {
		return o, iru.Partner{}, err
	}
	if o.Unit != s.Unit || o.Lead != 0 {
		return o, iru.Partner{}, iru.Refuse(iru.Forbidden, "your unit does not lead this operation", "ask the one that does")
	}
	p, err := t.Partner(ctx, s, partner)
	if err != nil {
		return o, p, err
	}
	return o, p, p.Open()
}

// partnerIn is the participant that a partner is in an operation; NotFound if it is none.
func partnerIn(ctx context.Context, t *db.Tx, o iru.OperationID, p iru.PartnerID) (iru.Participant, error) {
	ps, err := t.Participants(ctx, o)
	if err != nil {
		return iru.Participant{}, err
	}
	for _, x := range ps {
		if x.Partner == p {
			return x, nil
		}
	}
	return iru.Participant{}, fmt.Errorf("partner %d in operation %d: %w", p, o, iru.NotFound)
}

// SendTasks offers a partner the tasks that are its own in an operation, as they stand, for its own store (the message `package`; a Package is a paper for
// people, also for those without a machine): those whose codes let them leave. What may not leave is
// named, and nothing is sent then, unless but names it.
func (d *Desk) SendTasks(ctx context.Context, s iru.Scope, id iru.OperationID, partner iru.PartnerID, but []iru.TaskID) (sent int, err error) {
	if err := s.May(iru.ToPlan); err != nil {
		return 0, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, p, err := d.led(ctx, t, s, id, partner)
		if err != nil {
			return err
		}
		who, err := partnerIn(ctx, t, o.ID, p.ID)
		if err != nil {
			return err
		}
		ks, err := t.OperationTasks(ctx, s, o.ID)
		if err != nil {
			return err
		}
		var list []iru.TaskBody
		var h iru.Handling
		var kept []string
		for _, k := range ks {
			if k.Participant != who.ID || slices.Contains(but, k.ID) || k.State == iru.TaskDeclined {
				continue
			}
			if k.Handling == (iru.Handling{}) {
				k.Handling = between
			}
			if err := k.Handling.Release(iru.ForPartner, true); err != nil {
				kept = append(kept, k.Address+" ("+k.Handling.String()+")")
				continue
			}
			h = h.Stricter(k.Handling)
			list = append(list, iru.TaskBody{UID: k.UID, Address: k.Address, Role: string(k.Role), Jurisdiction: k.Jurisdiction, Instrument: string(k.Instrument), Layer: string(k.Layer), Stage: string(k.Stage),
				Handling: k.Handling.Wire(), Note: k.Note, From: k.ValidFrom, Until: k.ValidUntil, Withdrawn: k.State == iru.TaskWithdrawn})
		}
		if len(kept) > 0 {
			return iru.Refuse(iru.Forbidden, "the codes of these tasks keep them in the unit: "+clip(strings.Join(kept, ", "), 400),
				"ask whom it came from for leave and change the codes, or leave these tasks out")
		}
		if len(list) == 0 {
			return iru.Refuse(iru.Conflict, p.Name+" has no task here", "give it one first")
		}
		for part := range slices.Chunk(list, iru.MaxTasks) {
			if err := d.tellPartner(ctx, t, p.ID, iru.SayPackage, o.UID, h, &iru.PackageBody{Tasks: part}, s.Officer, now); err != nil {
				return err
			}
		}
		sent = len(list)
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "send_package", s.Officer, o.Unit, now, p.Name).With("partner", int64(p.ID)).With("tasks", sent))
		return err
	})
	return sent, err
}

// ProposeT0 tells every partner that takes part the instant that the lead has in mind; each one's own director releases for it, or does not.
// The zero time takes it back.
func (d *Desk) ProposeT0(ctx context.Context, s iru.Scope, id iru.OperationID, t0 time.Time) error {
	if err := s.May(iru.ToRelease); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, id)
		switch {
		case err != nil:
			return err
		case o.Director != s.Officer || o.Lead != 0:
			return iru.Refuse(iru.Forbidden, "only the named director of the unit that leads proposes T0", "")
		case o.State != iru.OperationPolling && o.State != iru.OperationHeld:
			return iru.Refuse(iru.Conflict, "the operation is "+string(o.State), "T0 is proposed while the poll is open")
		case !t0.IsZero() && !t0.After(now.Add(iru.MinLead)):
			return iru.Refuse(iru.Invalid, "T0 is too near or past", "choose an instant that leaves each director time to release")
		}
		return d.proposeT0(ctx, t, o, t0, s.Officer, now)
	})
}

// proposeT0 tells the partners of an operation that is led from here an instant.
func (d *Desk) proposeT0(ctx context.Context, t *db.Tx, o iru.Operation, t0 time.Time, by iru.OfficerID, now time.Time) error {
	t0 = t0.UTC().Truncate(time.Microsecond)
	n, err := d.tellPartners(ctx, t, o, iru.SayT0, &iru.T0Body{T0: t0}, by, now)
	if err != nil || n == 0 {
		return err
	}
	_, err = t.Record(ctx, happened("operation", int64(o.ID), "propose_t0", by, o.Unit, now, "").With("t0", t0.Format(time.RFC3339Nano)).With("partners", n))
	return err
}

// tellPartners tells something to every partner that takes part in an operation that is led from here.
func (d *Desk) tellPartners(ctx context.Context, t *db.Tx, o iru.Operation, kind iru.MessageKind, b iru.Body, by iru.OfficerID, now time.Time) (n int, err error) {
	if o.UID == "" || o.Lead != 0 {
		return 0, nil
	}
	ps, err := t.Participants(ctx, o.ID)
	if err != nil {
		return 0, err
	}
	for _, x := range ps {
		if x.Partner == 0 {
			continue
		}
		p, err := t.Partner(ctx, iru.Program(), x.Partner)
		if err != nil {
			return n, err
		}
		if p.State == iru.PartnerEnded { // nobody is there to be told
			continue
		}
		if _, err := t.PartnerStanding(ctx, o.ID, x.Partner); errors.Is(err, iru.NotFound) { // it was not invited on its machine
			continue
		} else if err != nil {
			return n, err
		}
		if err := d.tellPartner(ctx, t, x.Partner, kind, o.UID, between, b, by, now); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// shared tells the others of an operation that more than one installation takes part in what was decided on it here: our own standing to the lead, or
// the lead's hold, abort and T0 to the partners. It is called in the transaction of the decision.
func (d *Desk) shared(ctx context.Context, t *db.Tx, o iru.Operation, verb string, by iru.OfficerID, why string, now time.Time) error {
	if o.UID == "" {
		return nil
	}
	why = clip(why, 1000)
	who, err := t.Officer(ctx, o.Director)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return err
	}
	b := &iru.StandingBody{State: o.State, T0: o.T0, First: o.FirstSent, Last: o.LastSent, Note: why, Director: clip(who.Name, 300)}
	if o.Lead != 0 {
		if p, err := t.Partner(ctx, iru.Program(), o.Lead); err != nil || p.State == iru.PartnerEnded { // our own director decides all the same
			return err
		}
		return d.tellPartner(ctx, t, o.Lead, iru.SayStanding, o.UID, between, b, by, now)
	}
	switch verb {
	case "hold", "stop":
		_, err = d.tellPartners(ctx, t, o, iru.SayHold, &iru.StopBody{Reason: why}, by, now)
	case "abort":
		_, err = d.tellPartners(ctx, t, o, iru.SayAbort, &iru.StopBody{Reason: why}, by, now)
	case "release":
		err = d.proposeT0(ctx, t, o, o.T0, by, now)
	}
	if err != nil {
		return err
	}
	_, err = d.tellPartners(ctx, t, o, iru.SayStanding, b, by, now)
	return err
}

// SendDuty writes words from duty officer to duty officer: to one partner, or (0) to all that take part in the operation; as a member, to the lead.
func (d *Desk) SendDuty(ctx context.Context, s iru.Scope, id iru.OperationID, partner iru.PartnerID, h iru.Handling, task, text string) error {
	if err := s.May(iru.ToRead); err != nil {
		return err
	}
	if h == (iru.Handling{}) {
		h = between
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		who, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		var to []iru.PartnerID
		ps, err := t.Participants(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, x := range ps {
			if x.Partner != 0 && (partner == 0 || x.Partner == partner) {
				to = append(to, x.Partner)
			}
		}
		if o.UID == "" || len(to) == 0 {
			return iru.Refuse(iru.Conflict, "no partner of that kind takes part in this operation", "")
		}
		for _, p := range to {
			if err := d.tellPartner(ctx, t, p, iru.SayDuty, o.UID, h, &iru.DutyBody{Text: strings.TrimSpace(text), Task: task, By: who.Name}, s.Officer, now); err != nil {
				return err
			}
		}
		_, err = t.Record(ctx, happened("operation", int64(o.ID), "duty_sent", s.Officer, o.Unit, now, clip(text, 300)).With("partners", len(to)).With("handling", h.String()))
		return err
	})
}
