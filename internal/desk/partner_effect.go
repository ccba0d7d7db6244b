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
	"iolaus/internal/legal"
	"iolaus/internal/locator"
)

// waits reports whether a message is of an operation whose invitation nobody here has decided on: it is kept until then. An abort does not wait.
func (d *Desk) waits(ctx context.Context, t *db.Tx, m message) (bool, error) {
	if m.Operation == "" || m.Kind == iru.SayInvitation || m.Kind == iru.SayAbort {
		return false, nil
	}
	i, err := t.InvitationTo(ctx, m.Partner, m.Operation)
	if errors.Is(err, iru.NotFound) {
		return false, nil
	}
	return err == nil && i.State == iru.InvitationOpen, err
}

// fromLead reads the operation of ours that a message is about, if its sender leads it.
func (d *Desk) fromLead(ctx context.Context, t *db.Tx, m message) (iru.Operation, error) {
	o, err := t.OperationByUID(ctx, m.Operation)
	if errors.Is(err, iru.NotFound) {
		return o, iru.Refuse(iru.NotFound, "nobody here takes part in that operation", "the partner has to invite first")
	}
	if err == nil && o.Lead != m.Partner {
		return o, iru.Refuse(iru.Forbidden, m.partner.Name+" does not lead that operation", "only who leads says so; ask the partner's person")
	}
	return o, err
}

// fromMember reads the operation of ours that a message is about, and as what its sender takes part in it.
func (d *Desk) fromMember(ctx context.Context, t *db.Tx, m message) (iru.Operation, iru.Participant, error) {
	o, err := t.OperationByUID(ctx, m.Operation)
	if errors.Is(err, iru.NotFound) || err == nil && o.Lead != 0 {
		return o, iru.Participant{}, iru.Refuse(iru.Forbidden, "no operation of that number is led from here", "ask the partner's person")
	}
	if err != nil {
		return o, iru.Participant{}, err
	}
	who, err := partnerIn(ctx, t, o.ID, m.Partner)
	if errors.Is(err, iru.NotFound) {
		return o, who, iru.Refuse(iru.Forbidden, m.partner.Name+" does not take part in that operation", "ask the partner's person")
	}
	if err != nil {
		return o, who, err
	}
	who.Heard = m.now
	return o, who, t.UpdateParticipant(ctx, who)
}

func (d *Desk) heardInvitation(ctx context.Context, t *db.Tx, m message, b *iru.InvitationBody) error {
	if _, err := t.OperationByUID(ctx, m.Operation); err == nil {
		return iru.Refuse(iru.Conflict, "that operation is known here already", "")
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	if _, err := t.InvitationTo(ctx, m.Partner, m.Operation); err == nil {
		return iru.Refuse(iru.Conflict, "that invitation came before", "")
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	i := iru.Invitation{Unit: m.partner.Unit, Partner: m.Partner, Operation: m.Operation, Name: b.Name, Note: b.Note, Handling: m.handling, State: iru.InvitationOpen, At: m.now}
	for _, r := range b.Roles {
		if !slices.Contains(iru.TaskRoles, iru.TaskRole(r)) || iru.TaskRole(r) == iru.RoleLead {
			return iru.Refuse(iru.Invalid, fmt.Sprintf("%.40q is no role of a participant", r), "")
		}
		i.Roles = append(i.Roles, iru.TaskRole(r))
	}
	if err := t.AddInvitation(ctx, &i); err != nil {
		return err
	}
	e := happened("invitation", int64(i.ID), "come", 0, i.Unit, m.now, i.Name).With("partner", int64(m.Partner)).With("operation_uid", i.Operation)
	e.To = string(i.State)
	_, err := t.Record(ctx, e)
	return err
}

func (d *Desk) heardConsent(ctx context.Context, t *db.Tx, m message, b *iru.ConsentBody) error {
	o, who, err := d.fromMember(ctx, t, m)
	if err != nil {
		return err
	}
	st, err := t.PartnerStanding(ctx, o.ID, m.Partner)
	if err != nil {
		return err
	}
	st.Director, st.Note, st.Said, st.Heard = b.Director, b.Reason, m.Said, m.now
	verb := "partner_accepts"
	if !b.Accept {
		verb, st.State = "partner_declines", iru.OperationAborted
		if err := d.partnerAnswers(ctx, t, m, o, who, "", iru.PollNoGo, "it does not take part: "+b.Reason, ""); err != nil {
			return err
		}
	}
	if err := t.UpdatePartnerStanding(ctx, st); err != nil {
		return err
	}
	_, err = t.Record(ctx, happened("operation", int64(o.ID), verb, 0, o.Unit, m.now, clip(b.Reason, 300)).With("partner", int64(m.Partner)).With("director", b.Director))
	return err
}

// heardPackage takes up the tasks that the lead proposes. They are proposals: an officer of ours accepts each, or declines it.
func (d *Desk) heardPackage(ctx context.Context, t *db.Tx, m message, b *iru.PackageBody) error {
	o, err := d.fromLead(ctx, t, m)
	if err != nil {
		return err
	}
	if o.State == iru.OperationClosed || o.State == iru.OperationAborted {
		return iru.Refuse(iru.Conflict, "our operation is "+string(o.State), "")
	}
	who, err := ours(ctx, t, o)
	if err != nil {
		return err
	}
	for i := range b.Tasks {
		if err := d.heardTask(ctx, t, m, o, who, b.Tasks[i]); err != nil {
			return err
		}
	}
	if _, err := t.Record(ctx, happened("operation", int64(o.ID), "package", 0, o.Unit, m.now, m.partner.Name).With("tasks", len(b.Tasks))); err != nil {
		return err
	}
	return d.expirePolls(ctx, t, o.ID, m.now)
}

func (d *Desk) heardTask(ctx context.Context, t *db.Tx, m message, o iru.Operation, who iru.Participant, b iru.TaskBody) error {
	h, err := iru.ParseHandling(b.Handling)
	if err != nil {
		return err
	}
	if err := h.Release(iru.ForPartner, true); err != nil {
		return fmt.Errorf("the task at %s should not have been sent: %w", clip(b.Address, 100), err)
	}
	l, err := locator.Parse(b.Address)
	if err != nil || l.String() != b.Address {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%.100q is no address as both sides write it", b.Address), "ask the partner's person")
	}
	role, stage := iru.TaskRole(b.Role), iru.Stage(b.Stage)
	if !role.Acts() || !slices.Contains(iru.Stages, stage) {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("a task as %.40q at the stage %.40q is none", b.Role, b.Stage), "")
	}
	k, err := t.TaskByUID(ctx, iru.Program(), b.UID)
	switch {
	case errors.Is(err, iru.NotFound):
		if b.Withdrawn {
			return nil
		}
		k = iru.Task{UID: b.UID, Operation: o.ID, Participant: who.ID, State: iru.TaskProposed, Led: true}
	case err != nil:
		return err
	case k.Operation != o.ID || k.Participant != who.ID:
		return iru.Refuse(iru.Forbidden, "a task of that number belongs to another operation", "ask the partner's person")
	case b.Withdrawn:
		if !iru.TaskTable.Can(k.State, "withdraw") {
			return nil // it has begun or ended: our own director knows
		}
		return d.withdrawTold(ctx, t, m, o, k)
	}
	if k.ID != 0 && k.State != iru.TaskProposed && (k.Address != b.Address || k.Role != role || string(k.Instrument) != b.Instrument || k.Jurisdiction != b.Jurisdiction || string(k.Layer) != b.Layer) {
		return iru.Refuse(iru.Conflict, "the lead changed a task that was accepted here", "withdraw it and propose another")
	}
	k.Address, k.Role, k.Stage, k.Jurisdiction, k.Instrument, k.Layer, k.Handling, k.Note = b.Address, role, stage, b.Jurisdiction, legal.Instrument(b.Instrument), legal.Layer(b.Layer), h, b.Note
	k.At = m.now
	if a, err := t.AssetByLocator(ctx, o.Unit, b.Address); err == nil {
		k.Asset = a.ID
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	verb := "come"
	if k.ID == 0 {
		if err = t.AddTask(ctx, &k); err == nil { // others of this house may have it, too
			err = d.askAbout(ctx, t, o, nil, k.Asset, k.Address, m.now)
		}
	} else {
		verb, err = "recast", t.UpdateTask(ctx, k, k.State)
	}
	if err != nil {
		return err
	}
	e := happened("task", int64(k.ID), verb, 0, o.Unit, m.now, k.Address).With("operation", int64(o.ID)).With("partner", int64(m.Partner))
	e.To = string(k.State)
	_, err = t.Record(ctx, e)
	return err
}

// withdrawTold withdraws a task on the lead's word. An act that carries it out stays what it is: a person withdraws it.
func (d *Desk) withdrawTold(ctx context.Context, t *db.Tx, m message, o iru.Operation, k iru.Task) error {
	next, e, err := k.Step("withdraw", 0, o.Unit, m.now, m.partner.Name+", which leads, withdrew it")
	if err != nil {
		return err
	}
	if err := t.UpdateTask(ctx, next, k.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}

// heardTasks notes where a partner's tasks stand, by its own word.
func (d *Desk) heardTasks(ctx context.Context, t *db.Tx, m message, b *iru.TasksBody) error {
	o, who, err := d.fromMember(ctx, t, m)
	if err != nil {
		return err
	}
	for _, x := range b.Tasks {
		k, err := t.TaskByUID(ctx, iru.Program(), x.UID)
		switch {
		case errors.Is(err, iru.NotFound), err == nil && (k.Operation != o.ID || k.Participant != who.ID):
			return iru.Refuse(iru.Forbidden, "task "+x.UID+" is not one of "+m.partner.Name+"'s", "a partner speaks for itself only; ask its person")
		case err != nil:
			return err
		case !slices.Contains(iru.TaskTable.States(), iru.TaskState(x.State)):
			return iru.Refuse(iru.Invalid, fmt.Sprintf("%.40q is no state of a task", x.State), "")
		}
		old := k.State
		if old == iru.TaskWithdrawn { // ours to say
			continue
		}
		k.State, k.Reason, k.Title, k.ValidFrom, k.ValidUntil, k.At, k.By = iru.TaskState(x.State), clip(x.Note, 1000), x.Title, x.From, x.Until, m.now, 0
		text, err := json.Marshal(x)
		if err != nil {
			return fmt.Errorf("note task: %w: %w", iru.Internal, err)
		}
		if err := t.UpdateTask(ctx, k, old); err != nil {
			return err
		}
		if err := t.TellTask(ctx, k.ID, string(text)); err != nil {
			return err
		}
		if k.Asset != 0 && old != k.State && (k.State == iru.TaskStarted || k.State == iru.TaskDone) { // what it says is looked at with our own eyes
			if _, err := t.Enqueue(ctx, Verify{Asset: k.Asset}, look(soon)); err != nil {
				return err
			}
		}
		e := happened("task", int64(k.ID), "told", 0, o.Unit, m.now, clip(x.Note, 300)).With("operation", int64(o.ID)).With("partner", int64(m.Partner)).With("outcome", x.Up)
		if old != k.State {
			e.From, e.To = string(old), string(k.State)
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return d.expirePolls(ctx, t, o.ID, m.now)
}

// heardAnswer takes in a partner's answer to the poll: its own, on the tasks as they stand here.
func (d *Desk) heardAnswer(ctx context.Context, t *db.Tx, m message, b *iru.AnswerBody) error {
	o, who, err := d.fromMember(ctx, t, m)
	if err != nil {
		return err
	}
	return d.partnerAnswers(ctx, t, m, o, who, iru.TaskRole(b.Role), b.State, b.Reason, b.Digest)
}

// toldOf leaves out what its codes keep in this unit: a partner answers without knowing of it.
func toldOf(ks []iru.Task) (out []iru.Task) {
	for _, k := range ks {
		h := k.Handling
		if h == (iru.Handling{}) {
			h = between
		}
		if h.Release(iru.ForPartner, true) == nil {
			out = append(out, k)
		}
	}
	return out
}

// partnerAnswers stores a partner's answer for one of its roles, or for all ("").
func (d *Desk) partnerAnswers(ctx context.Context, t *db.Tx, m message, o iru.Operation, who iru.Participant, role iru.TaskRole, state iru.PollState, reason, seen string) error {
	bs, err := BallotsOf(ctx, t, o.ID)
	if err != nil {
		return err
	}
	ks, err := t.OperationTasks(ctx, iru.Program(), o.ID)
	if err != nil {
		return err
	}
	found := false
	for _, have := range bs {
		if have.Participant != who.ID || role != "" && have.Role != role {
			continue
		}
		found = true
		shared, err := SharedDigest(toldOf(ks), who, have.Role)
		if err != nil {
			return err
		}
		stands, err := have.Digest()
		if err != nil {
			return err
		}
		var p iru.Poll
		var e iru.Event
		switch {
		case state == iru.PollGo && shared != seen:
			if _, err := t.Record(ctx, happened("operation", int64(o.ID), "poll_stale", 0, o.Unit, m.now, m.partner.Name+" answered on other tasks than those that stand here").With("partner", int64(m.Partner))); err != nil {
				return err
			}
			fallthrough
		case state == iru.PollOpen:
			var expired bool
			if p, e, expired = have.Expire("", m.now); !expired {
				continue
			}
		case have.State == state && have.Poll.Digest == stands && have.Reason == reason:
			continue
		default:
			if have.State == state { // the same answer, on what stands now
				have.Poll.State = iru.PollOpen
			}
			if p, e, err = have.Poll.Told(state, reason, stands, m.now); err != nil {
				return err
			}
		}
		var old iru.PollState
		for _, x := range bs {
			if x.ID == have.ID {
				old = x.State
			}
		}
		if err := t.UpdatePoll(ctx, p, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	if !found && role != "" {
		return iru.Refuse(iru.Forbidden, m.partner.Name+" has no part as "+string(role), "a partner answers for itself, in its own roles")
	}
	return nil
}

// heardT0 notes the instant that the lead proposes. A release of ours for another one is held: to act alone would warn whoever is to be surprised.
func (d *Desk) heardT0(ctx context.Context, t *db.Tx, m message, b *iru.T0Body) error {
	o, err := d.fromLead(ctx, t, m)
	if err != nil {
		return err
	}
	st, err := t.PartnerStanding(ctx, o.ID, m.Partner)
	if err != nil {
		return err
	}
	st.T0, st.Said, st.Heard = b.T0, m.Said, m.now
	if err := t.UpdatePartnerStanding(ctx, st); err != nil {
		return err
	}
	e := happened("operation", int64(o.ID), "t0_proposed", 0, o.Unit, m.now, m.partner.Name)
	if !b.T0.IsZero() {
		e = e.With("t0", b.T0.UTC().Format("2006-01-02T15:04:05.999999Z"))
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	if o.State == iru.OperationReleased && !o.T0.Equal(b.T0) {
		return d.stop(ctx, t, m, o, "the lead proposes another T0")
	}
	return nil
}

// heardStop holds our part by itself when the lead holds or aborts: stopping is safe, and our own director decides what follows.
func (d *Desk) heardStop(ctx context.Context, t *db.Tx, m message, b *iru.StopBody) error {
	state, verb := iru.OperationHeld, "lead_holds"
	if m.Kind == iru.SayAbort {
		state, verb = iru.OperationAborted, "lead_aborts"
		i, err := t.InvitationTo(ctx, m.Partner, m.Operation)
		if err == nil && i.State == iru.InvitationOpen {
			return d.withdrawInvitation(ctx, t, m, i, b.Reason)
		}
		if err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		if err == nil && i.State != iru.InvitationAccepted {
			return nil
		}
	}
	o, err := d.fromLead(ctx, t, m)
	if err != nil {
		return err
	}
	st, err := t.PartnerStanding(ctx, o.ID, m.Partner)
	if err != nil {
		return err
	}
	st.State, st.Note, st.T0, st.Said, st.Heard = state, b.Reason, time.Time{}, m.Said, m.now
	if err := t.UpdatePartnerStanding(ctx, st); err != nil {
		return err
	}
	if _, err := t.Record(ctx, happened("operation", int64(o.ID), verb, 0, o.Unit, m.now, clip(b.Reason, 300)).With("partner", int64(m.Partner))); err != nil {
		return err
	}
	return d.stop(ctx, t, m, o, strings.ReplaceAll(verb, "_", " ")+": "+b.Reason)
}

func (d *Desk) withdrawInvitation(ctx context.Context, t *db.Tx, m message, i iru.Invitation, why string) error {
	next, e, err := i.Step("withdraw", 0, m.now, clip(why, 1000))
	if err != nil {
		return err
	}
	if err := t.UpdateInvitation(ctx, next, i.State); err != nil {
		return err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	ws, err := t.IncomingWaiting(ctx, m.Partner, m.Operation)
	if err != nil {
		return err
	}
	for _, w := range ws {
		if err := d.settleMessage(ctx, t, w, "dismiss", 0, "the lead aborted", m.now); err != nil {
			return err
		}
	}
	return nil
}

// stop puts an operation of ours on hold by itself, where that can still be done. Of what was fired nothing is called back.
func (d *Desk) stop(ctx context.Context, t *db.Tx, m message, o iru.Operation, why string) error {
	if !iru.OperationTable.Can(o.State, "stop") {
		return nil
	}
	old := o.State
	done, leaving, err := firing(ctx, t, o, m.now)
	if err != nil {
		return err
	}
	if old == iru.OperationReleased {
		if leaving || !m.now.Before(o.T0) {
			_, err := t.Record(ctx, happened("operation", int64(o.ID), "stop_late", 0, o.Unit, m.now, clip(why, 300)))
			return err
		}
	}
	o, e, err := o.Stop(0, m.now, clip(why, 1000))
	if err != nil {
		return err
	}
	if err := t.UpdateOperation(ctx, o, old); err != nil {
		return err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	if old == iru.OperationReleased {
		if err := recall(ctx, t, o, done, 0, m.now); err != nil {
			return err
		}
	}
	return d.shared(ctx, t, o, "stop", 0, why, m.now)
}

// heardStanding notes where the sender's own operation stands.
func (d *Desk) heardStanding(ctx context.Context, t *db.Tx, m message, b *iru.StandingBody) error {
	o, err := t.OperationByUID(ctx, m.Operation)
	if errors.Is(err, iru.NotFound) {
		return iru.Refuse(iru.NotFound, "nobody here takes part in that operation", "")
	}
	if err != nil {
		return err
	}
	if o.Lead != m.Partner {
		if o, _, err = d.fromMember(ctx, t, m); err != nil {
			return err
		}
	}
	st, err := t.PartnerStanding(ctx, o.ID, m.Partner)
	if err != nil {
		return err
	}
	old := st.State
	st.State, st.Note, st.First, st.Last, st.Said, st.Heard = b.State, b.Note, b.First, b.Last, m.Said, m.now
	if b.Director != "" {
		st.Director = b.Director
	}
	if o.Lead == 0 { // its own release; the lead's T0 is a proposal, and comes as one
		st.T0 = b.T0
	}
	if err := t.UpdatePartnerStanding(ctx, st); err != nil {
		return err
	}
	e := happened("operation", int64(o.ID), "partner_stands", 0, o.Unit, m.now, clip(b.Note, 300)).With("partner", int64(m.Partner)).With("was", string(old)).With("is", string(b.State))
	if !b.T0.IsZero() {
		e = e.With("t0", b.T0.UTC().Format("2006-01-02T15:04:05.999999Z"))
	}
	_, err = t.Record(ctx, e)
	return err
}

// heardDuty puts the partner's words into the operation's log.
func (d *Desk) heardDuty(ctx context.Context, t *db.Tx, m message, b *iru.DutyBody) error {
	if m.Operation == "" {
		_, err := t.Record(ctx, happened("partner", int64(m.Partner), "duty", 0, m.partner.Unit, m.now, clip(b.Text, 1000)).With("by", b.By).With("handling", m.handling.String()))
		return err
	}
	o, err := t.OperationByUID(ctx, m.Operation)
	if errors.Is(err, iru.NotFound) {
		return iru.Refuse(iru.NotFound, "nobody here takes part in that operation", "")
	}
	if err != nil {
		return err
	}
	if o.Lead != m.Partner {
		if o, _, err = d.fromMember(ctx, t, m); err != nil {
			return err
		}
	}
	_, err = t.Record(ctx, happened("operation", int64(o.ID), "duty", 0, o.Unit, m.now, clip(b.Text, 1000)).With("partner", int64(m.Partner)).With("by", b.By).With("task", b.Task).With("handling", m.handling.String()))
	return err
}
