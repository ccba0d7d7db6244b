// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// AcceptInvitation makes an operation of our own of a partner's invitation, with a director of our own: nothing of it leaves without that
// director's release. What the partner said of it meanwhile is brought about.
func (d *Desk) AcceptInvitation(ctx context.Context, s iru.Scope, id iru.InvitationID, director iru.OfficerID) (iru.Operation, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Operation{}, err
	}
	if director == 0 {
		director = s.Officer
	}
	var o iru.Operation
	var from iru.PartnerID
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := t.Invitation(ctx, s, id)
		if err != nil {
			return err
		}
		p, err := t.Partner(ctx, s, i.Partner)
		if err != nil {
			return err
		}
		if err := p.Open(); err != nil {
			return err
		}
		from = p.ID
		who, err := t.Officer(ctx, director)
		if err != nil {
			return err
		}
		if err := who.Scope().May(iru.ToRelease); err != nil || who.Unit != i.Unit || who.State != iru.OfficerActive {
			return iru.Refuse(iru.Invalid, who.Name+" cannot direct an operation", "name an active officer of your unit with the role director")
		}
		if o, err = d.mirror(ctx, t, i, p, who, now); err != nil {
			return err
		}
		old := i.State
		i, e, err := i.Step("accept", s.Officer, now, "")
		if err != nil {
			return err
		}
		i.Own = o.ID
		if err := t.UpdateInvitation(ctx, i, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e.With("operation", int64(o.ID)).With("director", int64(director))); err != nil {
			return err
		}
		if err := d.tellPartner(ctx, t, p.ID, iru.SayConsent, o.UID, between, &iru.ConsentBody{Accept: true, Director: who.Name}, s.Officer, now); err != nil {
			return err
		}
		ws, err := t.IncomingWaiting(ctx, p.ID, i.Operation)
		if err != nil {
			return err
		}
		for _, w := range ws {
			if err := d.settleMessage(ctx, t, w, "take_up", 0, "", now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return o, err
	}
	if _, err := d.Hear(ctx, from); err != nil && !errors.Is(err, iru.Unavailable) { // what cannot come about here does so where partners are answered
		return o, err
	}
	return o, nil
}

// mirror stores the operation that an invitation becomes here.
func (d *Desk) mirror(ctx context.Context, t *db.Tx, i iru.Invitation, p iru.Partner, director iru.Officer, now time.Time) (iru.Operation, error) {
	o := iru.Operation{Unit: i.Unit, Name: i.Name, State: iru.OperationDraft, Director: director.ID, Note: i.Note, Created: now, Lead: p.ID, UID: i.Operation}
	os, err := t.Operations(ctx, iru.ProgramFor(i.Unit))
	if err != nil {
		return o, err
	}
	if slices.ContainsFunc(os, func(x iru.Operation) bool { return x.Name == o.Name && x.Unit == o.Unit }) {
		o.Name = fmt.Sprintf("%s (%s, %s)", i.Name, p.Name, i.Operation[:6])
	}
	if err := t.AddOperation(ctx, &o); err != nil {
		return o, err
	}
	u, err := t.Unit(ctx, i.Unit)
	if err != nil {
		return o, err
	}
	if err := d.takePart(ctx, t, &iru.Participant{Operation: o.ID, Unit: u.ID, Kind: iru.KindUnit, Name: u.Name, Country: u.Country, Roles: i.Roles}); err != nil {
		return o, err
	}
	if err := d.takePart(ctx, t, &iru.Participant{Operation: o.ID, Partner: p.ID, Kind: iru.KindUnit, Name: p.Name, Country: p.Country, Roles: []iru.TaskRole{iru.RoleLead}, Heard: now}); err != nil {
		return o, err
	}
	if err := t.AddPartnerStanding(ctx, &iru.PartnerStanding{Operation: o.ID, Partner: p.ID, State: iru.OperationPolling, Heard: now}); err != nil {
		return o, err
	}
	e := d.played(happened("operation", int64(o.ID), "plan", 0, o.Unit, now, o.Name).With("lead", int64(p.ID)))
	e.To = string(o.State)
	_, err = t.Record(ctx, e)
	return o, err
}

// DeclineInvitation tells the partner, with the reason, that we do not take part. What it said of the operation is left aside.
func (d *Desk) DeclineInvitation(ctx context.Context, s iru.Scope, id iru.InvitationID, why string) (iru.Invitation, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Invitation{}, err
	}
	var i iru.Invitation
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		have, err := t.Invitation(ctx, s, id)
		if err != nil {
			return err
		}
		var e iru.Event
		if i, e, err = have.Step("decline", s.Officer, now, strings.TrimSpace(why)); err != nil {
			return err
		}
		if err := t.UpdateInvitation(ctx, i, have.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.tellPartner(ctx, t, i.Partner, iru.SayConsent, i.Operation, between, &iru.ConsentBody{Reason: i.Reason}, s.Officer, now); err != nil {
			return err
		}
		ws, err := t.IncomingWaiting(ctx, i.Partner, i.Operation)
		if err != nil {
			return err
		}
		for _, w := range ws {
			if err := d.settleMessage(ctx, t, w, "dismiss", s.Officer, "the invitation was declined", now); err != nil {
				return err
			}
		}
		return nil
	})
	return i, err
}

// ours is the participant that this installation's own unit is in an operation that a partner leads.
func ours(ctx context.Context, t *db.Tx, o iru.Operation) (iru.Participant, error) {
	ps, err := t.Participants(ctx, o.ID)
	if err != nil {
		return iru.Participant{}, err
	}
	for _, x := range ps {
		if x.Unit == o.Unit {
			return x, nil
		}
	}
	return iru.Participant{}, fmt.Errorf("unit %d in operation %d: %w", o.Unit, o.ID, iru.NotFound)
}

// SharedDigest is the SHA-256 of a participant's tasks in a role as both machines know them: an answer to the poll holds only for them. What only
// one of them knows (acts, titles, states) is no part of it.
func SharedDigest(tasks []iru.Task, who iru.Participant, role iru.TaskRole) (string, error) {
	var about [][]string
	for _, k := range tasks {
		if k.Participant == who.ID && k.Live() && who.RoleFor(k.Role) == role {
			about = append(about, []string{k.UID, k.Address, string(k.Role), k.Jurisdiction, string(k.Instrument), string(k.Layer), string(k.Stage)})
		}
	}
	slices.SortFunc(about, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return digest(about)
}

// tellAnswer tells the lead our answer to the poll, and before it where our tasks stand.
func (d *Desk) tellAnswer(ctx context.Context, t *db.Tx, o iru.Operation, p iru.Poll, by iru.OfficerID, now time.Time) error {
	if o.Lead == 0 || p.Unit != o.Unit {
		return nil
	}
	if lead, err := t.Partner(ctx, iru.Program(), o.Lead); err != nil || lead.State == iru.PartnerEnded {
		return err
	}
	if err := d.tellTasks(ctx, t, o, now); err != nil {
		return err
	}
	who, err := t.Participant(ctx, p.Participant)
	if err != nil {
		return err
	}
	ks, _, err := TasksNow(ctx, t, iru.Program(), o.ID)
	if err != nil {
		return err
	}
	ks = slices.DeleteFunc(ks, func(k iru.Task) bool { return !k.Led })
	b := &iru.AnswerBody{Role: string(p.Role), State: p.State, Reason: clip(p.Reason, 1000)}
	if b.Digest, err = SharedDigest(ks, who, p.Role); err != nil {
		return err
	}
	if p.State == iru.PollOpen {
		b.Reason = ""
	} else {
		x, err := t.Officer(ctx, p.By)
		if err != nil {
			return err
		}
		b.By = x.Name
	}
	return d.tellPartner(ctx, t, o.Lead, iru.SayAnswer, o.UID, between, b, by, now)
}

// tellExpiry tells the lead that our answer to the poll holds no more.
func (d *Desk) tellExpiry(ctx context.Context, t *db.Tx, p iru.Poll, now time.Time) error {
	o, err := t.Operation(ctx, iru.Program(), p.Operation)
	if err != nil {
		return err
	}
	return d.tellAnswer(ctx, t, o, p, 0, now)
}

// TellTasks tells the leads of the operations that we take part in where our tasks stand and what became of them, as far as it changed.
func (d *Desk) TellTasks(ctx context.Context) error {
	var changed []iru.Operation
	var all error
	if err := d.DB.View(ctx, func(t *db.Tx) error {
		changed, all = nil, nil
		os, err := t.OperationsShared(ctx)
		if err != nil {
			return err
		}
		for _, o := range os {
			if o.Lead == 0 {
				continue
			}
			list, err := toTell(ctx, t, o)
			if all = errors.Join(all, err); len(list) > 0 {
				changed = append(changed, o)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, o := range changed {
		all = errors.Join(all, d.enact(ctx, func(t *db.Tx, now time.Time) error {
			p, err := t.Partner(ctx, iru.Program(), o.Lead)
			if err != nil || p.State == iru.PartnerEnded {
				return err
			}
			return d.tellTasks(ctx, t, o, now)
		}))
	}
	return all
}

// tellTasks tells what changed of our tasks since it was told last.
func (d *Desk) tellTasks(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) error {
	list, err := toTell(ctx, t, o)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(list, iru.MaxTasks) {
		b := &iru.TasksBody{}
		for _, x := range part {
			b.Tasks = append(b.Tasks, x.body)
			if err := t.TellTask(ctx, x.id, x.text); err != nil {
				return err
			}
		}
		if err := d.tellPartner(ctx, t, o.Lead, iru.SayTasks, o.UID, between, b, 0, now); err != nil {
			return err
		}
	}
	return nil
}

// A telling is what the lead is to be told of a task, and the text by which it is seen later that it was.
type telling struct {
	id   iru.TaskID
	body iru.TaskToldBody
	text string
}

// toTell are our tasks that stand otherwise than was told last. Acts of our own beside what the lead proposed are ours.
func toTell(ctx context.Context, t *db.Tx, o iru.Operation) (list []telling, err error) {
	who, err := ours(ctx, t, o)
	if err != nil {
		return nil, err
	}
	ks, err := t.TasksToTell(ctx, o.ID, who.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range ks {
		b := told(k)
		text, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("tell task: %w: %w", iru.Internal, err)
		}
		if string(text) != k.Before {
			list = append(list, telling{k.ID, b, string(text)})
		}
	}
	return list, nil
}

// told is a task as the lead is told of it. The act itself and its addressee stay here.
func told(k db.ToldTask) iru.TaskToldBody {
	now := iru.TaskOf(k.Task, k.Act)
	b := iru.TaskToldBody{UID: k.UID, State: string(now.State), Note: clip(k.Reason, 1000), Title: clip(k.Title, 300), From: k.ValidFrom, Until: k.ValidUntil, Sent: k.Act.SentAt}
	if !b.Sent.IsZero() {
		b.Up = string(k.Up) // without the time of each look, which would be a message each
	}
	return b
}
