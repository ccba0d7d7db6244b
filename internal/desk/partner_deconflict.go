// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// heardQuestion takes in a partner's question whether an address may be touched. A person of ours answers it; the lead sees a contact, never a case.
func (d *Desk) heardQuestion(ctx context.Context, t *db.Tx, m message, b *iru.QuestionBody) error {
	o, err := d.fromLead(ctx, t, m)
	if err != nil {
		return err
	}
	who, err := ours(ctx, t, o)
	if err != nil {
		return err
	}
	l, err := locator.Parse(b.Address)
	if err != nil || l.String() != b.Address {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%.100q is no address as both sides write it", b.Address), "ask the partner's person")
	}
	if _, err := t.DeconflictionByUID(ctx, iru.Program(), b.UID); err == nil {
		return iru.Refuse(iru.Conflict, "that question came before", "")
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	q := iru.Deconfliction{UID: b.UID, Operation: o.ID, Participant: who.ID, Unit: o.Unit, Address: b.Address, State: iru.DeconflictionRequested, Asked: m.now, Due: b.Until}
	if a, err := t.AssetByLocator(ctx, o.Unit, b.Address); err == nil {
		q.Asset = a.ID
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	if err := t.AddDeconfliction(ctx, &q); err != nil {
		return err
	}
	e := happened("deconfliction", int64(q.ID), "asked", 0, o.Unit, m.now, q.Address).With("operation", int64(o.ID)).With("partner", int64(m.Partner)).With("contact", b.Contact)
	e.To = string(q.State)
	_, err = t.Record(ctx, e)
	return err
}

// answerVerbs are the verbs of the states that an answer has.
var answerVerbs = map[string]string{"clear": "clear", "duplicate": "duplicate", "hold": "hold", "evidence_first": "evidence", "joint": "join", "released": "free"}

// heardReply takes in a partner's answer to a question of ours.
func (d *Desk) heardReply(ctx context.Context, t *db.Tx, m message, b *iru.ReplyBody) error {
	o, _, err := d.fromMember(ctx, t, m)
	if err != nil {
		return err
	}
	q, err := t.DeconflictionByUID(ctx, iru.Program(), b.UID)
	if errors.Is(err, iru.NotFound) || err == nil && (q.Operation != o.ID || q.Partner != m.Partner) {
		return iru.Refuse(iru.Forbidden, "no such question was put to "+m.partner.Name, "a partner answers what it was asked; ask its person")
	}
	if err != nil {
		return err
	}
	verb, ok := answerVerbs[b.State]
	if !ok {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%.40q is no answer to a question", b.State), "")
	}
	old := q.State
	var e iru.Event
	if verb == "free" {
		q, e, err = q.Free(0, m.now, m.partner.Name+" has nothing against it any more")
	} else {
		q, e, err = q.Answer(iru.DeconflictionAnswer{Verb: verb, Reference: b.Reference, Until: b.Until, Contact: b.Contact}, 0, m.now)
	}
	if err != nil {
		return err
	}
	if err := t.UpdateDeconfliction(ctx, q, old); err != nil {
		return err
	}
	e.Unit = o.Unit
	if _, err := t.Record(ctx, e.With("partner", int64(m.Partner))); err != nil {
		return err
	}
	return d.stopped(ctx, t, o, q, 0, m.now)
}

// askPartner puts a question to the partner that is to answer it, in the transaction that stores the question. A partner that was not invited on its machine
// is asked by telephone: its silence is recorded like anybody's.
func (d *Desk) askPartner(ctx context.Context, t *db.Tx, o iru.Operation, q iru.Deconfliction) error {
	if q.Partner == 0 || o.UID == "" || o.Lead != 0 {
		return nil
	}
	if _, err := t.PartnerStanding(ctx, o.ID, q.Partner); errors.Is(err, iru.NotFound) { // it was not invited on its machine
		return nil
	} else if err != nil {
		return err
	}
	p, err := t.Partner(ctx, iru.Program(), q.Partner)
	if err != nil || p.State == iru.PartnerEnded || p.State == iru.PartnerProposed {
		return err
	}
	h := between
	ks, err := t.TasksAbout(ctx, o.ID, q.Address)
	if err != nil {
		return err
	}
	for _, k := range ks {
		if k.Live() && k.Handling != (iru.Handling{}) {
			h = h.Stricter(k.Handling)
		}
	}
	if h.Release(iru.ForPartner, true) != nil { // its codes keep the address in the unit: a person asks in words that they allow, or decides on the silence
		_, err := t.Record(ctx, happened("deconfliction", int64(q.ID), "kept_back", 0, o.Unit, q.Asked, h.String()).With("operation", int64(o.ID)).With("partner", int64(q.Partner)))
		return err
	}
	u, err := t.Unit(ctx, o.Unit)
	if err != nil {
		return err
	}
	contact := u.Name
	if u.Mail != "" {
		contact += ", " + u.Mail
	}
	return d.tellPartner(ctx, t, q.Partner, iru.SayQuestion, o.UID, h, &iru.QuestionBody{UID: q.UID, Address: q.Address, Until: q.Due, Contact: contact}, 0, q.Asked)
}

// replyPartner tells the lead our answer to its question. It is called in the transaction that stores the answer. What our own unit is asked because it has
// the address in another operation too (nobody takes part there) is no question of the lead's.
func (d *Desk) replyPartner(ctx context.Context, t *db.Tx, o iru.Operation, q iru.Deconfliction, by iru.OfficerID, now time.Time) error {
	if o.Lead == 0 || q.Unit != o.Unit || q.Participant == 0 {
		return nil
	}
	if p, err := t.Partner(ctx, iru.Program(), o.Lead); err != nil || p.State == iru.PartnerEnded {
		return err
	}
	switch q.State {
	case iru.DeconflictionRequested, iru.DeconflictionNoAnswer, iru.DeconflictionExpired: // silence tells itself
		return nil
	}
	return d.tellPartner(ctx, t, o.Lead, iru.SayReply, o.UID, between, &iru.ReplyBody{UID: q.UID, State: string(q.State), Reference: q.Reference, Until: q.Until, Contact: q.Contact}, by, now)
}

// synchronous refuses to go on while the clock of a partner that takes part differs too much, and nobody has accepted that.
func synchronous(ctx context.Context, t *db.Tx, o iru.Operation) error {
	if o.UID == "" {
		return nil
	}
	ps, err := t.Participants(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, x := range ps {
		if x.Partner == 0 {
			continue
		}
		l, err := t.Line(ctx, x.Partner)
		if err != nil {
			return err
		}
		if err := l.Skewed(); err != nil {
			return fmt.Errorf("%s: %w", x.Name, err)
		}
	}
	return nil
}
