// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// A Dispatch is all that a worker needs to send a letter: the act, the addressee with credentials, and the letter as it stands.
type Dispatch struct {
	Notice   iru.Notice
	Provider iru.Provider
	Unit     iru.Unit
	Letter   iru.Letter
	First    string // message id of the thread's first letter, "" if this is it
}

// Dispatch puts an approved act on its way: approvals sealed, contact confirmed, and in an operation released. Asked again for an
// act that is on its way already it gives the same letter, so that a worker that was killed sends the same thing again.
func (d *Desk) Dispatch(ctx context.Context, id iru.NoticeID) (Dispatch, error) {
	var out Dispatch
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		if n.Operation != 0 && n.State == iru.NoticeApproved {
			o, err := t.Operation(ctx, iru.Program(), n.Operation)
			if err != nil {
				return err
			}
			if !o.Came(n.Stage, now) {
				return iru.Refuse(iru.Conflict, n.Ref+" belongs to an operation", "it leaves at T0")
			}
		}
		if err := unfired(ctx, t, n); err != nil {
			return err
		}
		if err := byItself(ctx, t, n); err != nil {
			return err
		}
		if n.State == iru.NoticeApproved {
			if err := handsOff(ctx, t, n); err != nil {
				return err
			}
		}
		out, err = d.dispatch(ctx, t, n, now)
		return err
	})
	return out, err
}

// unfired refuses, by itself, a task that was armed for an instant that has not come: it leaves with the others or is called back.
func unfired(ctx context.Context, t *db.Tx, n iru.Notice) error {
	if n.Operation == 0 || n.State != iru.NoticeDispatched {
		return nil
	}
	o, err := t.Operation(ctx, iru.Program(), n.Operation)
	if err != nil || o.Instant(n.Stage).IsZero() {
		return err
	}
	gone, err := fired(ctx, t, o, n.Stage)
	if err == nil && !gone {
		err = iru.Refuse(iru.Conflict, n.Ref+" is armed", "it leaves at the instant of its stage")
	}
	return err
}

func (d *Desk) dispatch(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) (Dispatch, error) {
	if err := played(n); err != nil {
		return Dispatch{}, err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return Dispatch{}, err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return Dispatch{}, err
	}
	l, written, err := written(ctx, t, n)
	switch {
	case err != nil:
		return Dispatch{}, err
	case written && onItsWay(n, l):
		if n.State == iru.NoticeDispatched { // not known to have left
			if err := Leave(ctx, t, n); err != nil {
				return Dispatch{}, err
			}
		}
		return Dispatch{n, p, u, l, ""}, nil
	case n.State == iru.NoticeDispatched && !written:
		return Dispatch{}, fmt.Errorf("dispatch notice %s: its letter is missing: %w", n.Ref, iru.Internal)
	}
	if err := sealed(ctx, t, n); err != nil {
		return Dispatch{}, err
	}
	if err := confirmed(p); err != nil {
		return Dispatch{}, err
	}
	if err := carried(ctx, t, n, p); err != nil {
		return Dispatch{}, err
	}
	if err := d.still(ctx, t, n, p, u); err != nil {
		return Dispatch{}, err
	}
	if err := d.heldBack(ctx, t, n, p, u, now); err != nil {
		return Dispatch{}, err
	}
	if n.Operation != 0 {
		o, err := t.Operation(ctx, iru.Program(), n.Operation)
		if err != nil {
			return Dispatch{}, err
		}
		if !o.Leaves() {
			return Dispatch{}, iru.Refuse(iru.Conflict, n.Ref+" belongs to an operation that is "+string(o.State), "it leaves at T0")
		}
	}
	a := form.Act{}
	if n.Facts != "" {
		if a, err = d.unchanged(ctx, t, n); err != nil {
			return Dispatch{}, err
		}
	}
	return d.depart(ctx, t, n, bound{true, p, u, a}, now)
}

// A bound act is one that was found fit to leave, in the same transaction.
type bound struct {
	known    bool // the rest is filled in
	provider iru.Provider
	unit     iru.Unit
	act      form.Act // as it was approved; nothing for one that was handed in before documents were made
}

// depart puts an act on its way that may leave, with the words of its record and the day of issue.
func (d *Desk) depart(ctx context.Context, t *db.Tx, n iru.Notice, b bound, now time.Time) (Dispatch, error) {
	p, u := b.provider, b.unit
	l := iru.Letter{Notice: n.ID, At: now, Kind: "notice", Channel: p.Channel, From: u.Name, Subject: n.Subject, Text: n.Text, MessageID: n.Key}
	var err error
	if n.Facts != "" {
		if l.Subject, l.Text, err = form.Mail(issued(b.act, n, p, d.Signature)); err != nil {
			return Dispatch{}, err
		}
	}
	if _, err := t.AddLetter(ctx, &l); err != nil {
		return Dispatch{}, err
	}
	if n, err = stepped(ctx, t, n, "dispatch", 0, now, "to "+p.Name+" by "+p.Channel); err != nil {
		return Dispatch{}, err
	}
	if n.Operation == 0 { // a task's copy follows when it has left
		if err := copied(ctx, t, n, p, u.Name, now); err != nil {
			return Dispatch{}, err
		}
	}
	if err := d.copyHome(ctx, t, n, p, u, now); err != nil {
		return Dispatch{}, err
	}
	return Dispatch{n, p, u, l, ""}, acted(ctx, t, n, now)
}

// worded gives the words by which an act leaves now: those of its record, with the day of issue.
func (d *Desk) worded(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider) (subject, text string, err error) {
	if n.Facts == "" {
		return n.Subject, n.Text, nil
	}
	a, err := d.unchanged(ctx, t, n)
	if err != nil {
		return "", "", err
	}
	return form.Mail(issued(a, n, p, d.Signature))
}

// acted moves the asset that an act is about.
func acted(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) error {
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil || !iru.AssetTable.Can(a.State, "act") {
		return err
	}
	next, e, err := a.Step("act", 0, now, n.Ref)
	if err != nil {
		return err
	}
	if err := t.UpdateAsset(ctx, next, a.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}

// still asks the gate once more just before an act leaves: what an officer recorded since its approval counts.
func (d *Desk) still(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, u iru.Unit) error {
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	f, err := d.carrying(ctx, t, a, n.Item, n.Threat != 0)
	if err != nil {
		return err
	}
	if _, err = d.gate(ctx, t, n, a, f, p, u); errors.Is(err, iru.Forbidden) {
		return iru.Refuse(iru.Conflict, "the law does not allow "+n.Ref+" any more: "+err.Error(), "withdraw it")
	}
	if err != nil {
		return err
	}
	return stillLeave(ctx, t, n)
}

// Original gives the letter that an act itself leaves by, with its addressee; false before it is put on its way.
func (d *Desk) Original(ctx context.Context, id iru.NoticeID) (Dispatch, bool, error) {
	var out Dispatch
	there := false
	err := d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		u, err := t.Unit(ctx, n.Unit)
		if err != nil {
			return err
		}
		var l iru.Letter
		l, there, err = written(ctx, t, n)
		out = Dispatch{n, p, u, l, ""}
		return err
	})
	return out, there, err
}

// written gives the letter that an act left by, if it was written.
func written(ctx context.Context, t *db.Tx, n iru.Notice) (iru.Letter, bool, error) {
	ls, err := t.Letters(ctx, iru.Program(), n.ID)
	if err != nil {
		return iru.Letter{}, false, err
	}
	for _, l := range ls {
		if !l.Inbound && l.Kind == "notice" {
			return l, true, nil
		}
	}
	return iru.Letter{}, false, nil
}

// onItsWay reports whether a written act still has to be sent: it was not yet, or the worker that sent it died before it could say
// so. Then an answer may be here already, and the act is looked after only once its sending is recorded.
func onItsWay(n iru.Notice, l iru.Letter) bool {
	return n.State == iru.NoticeDispatched || l.Proof == "" && n.State != iru.NoticeWithdrawn && n.State != iru.NoticeBounced
}

// Answered reports whether this is an act that the addressee has answered before its sending could be recorded.
func (d Dispatch) Answered() bool {
	return d.Letter.Kind == "notice" && d.Notice.State != iru.NoticeDispatched
}

// A Sending is what became of a letter at the addressee's door.
type Sending struct {
	At       time.Time
	Proof    string // the server's words
	Receipt  bool   // this is a receipt in the sense of the law, not only an acceptance for transport
	RemoteID string
}

// RecordSent takes the proof of sending in. A receipt starts the clocks; an acceptance does not.
func (d *Desk) RecordSent(ctx context.Context, id iru.NoticeID, s Sending) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		return d.sent(ctx, t, n, s, now)
	})
}

// RecordAllSent takes the proofs of a whole release in, in one transaction for each hundred: one that has to run again is short.
func (d *Desk) RecordAllSent(ctx context.Context, sent map[iru.NoticeID]Sending) error {
	ids := make([]iru.NoticeID, 0, len(sent))
	for id := range sent {
		ids = append(ids, id)
	}
	for len(ids) > 0 {
		batch := ids[:min(len(ids), 100)]
		if err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
			for _, id := range batch {
				n, err := t.Notice(ctx, iru.Program(), id)
				if err != nil {
					return err
				}
				if err := d.sent(ctx, t, n, sent[id], now); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		ids = ids[len(batch):]
	}
	return nil
}

func (d *Desk) sent(ctx context.Context, t *db.Tx, n iru.Notice, s Sending, now time.Time) error {
	s.At = s.At.UTC().Truncate(time.Microsecond)
	ls, err := t.Letters(ctx, iru.Program(), n.ID)
	if err != nil {
		return err
	}
	for _, l := range ls {
		if !l.Inbound && l.Kind == "notice" {
			// A provider's interface says itself when it received the act: never before it was on its way, nor in the future.
			if l.Proof == "" && s.At.Before(l.At) || s.At.After(now) {
				s.At = now
			}
			if err := t.SetLetterProof(ctx, l.ID, s.At, s.Proof); err != nil {
				return err
			}
		}
	}
	quicker := n.State != iru.NoticeDispatched // an answer was quicker than the proof, or this is a repetition
	if n.RemoteID == "" {
		n.RemoteID = s.RemoteID
	}
	if quicker {
		if !n.SentAt.IsZero() && s.At.Before(n.SentAt) {
			n.SentAt = s.At
		}
		if err := t.UpdateNotice(ctx, n, n.State); err != nil {
			return err
		}
	} else if n, err = stepped(ctx, t, n, "send", 0, s.At, s.Proof); err != nil {
		return err
	}
	if n.Operation != 0 {
		if err := d.copyTask(ctx, t, n, now); err != nil {
			return err
		}
	}
	if s.Receipt && !quicker {
		if err := d.received(ctx, t, n, s.At, s.Proof); err != nil {
			return err
		}
	}
	return d.follow(ctx, t, n, s, now)
}

func (d *Desk) copyTask(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) error {
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	return copied(ctx, t, n, p, u.Name, now)
}

// follow has an act that was sent looked after. What was found removed while it was on its way is verified already.
func (d *Desk) follow(ctx context.Context, t *db.Tx, n iru.Notice, s Sending, now time.Time) error {
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	if a.State == iru.AssetDown && n.EndsWithRemoval() {
		if n, err = t.Notice(ctx, iru.Program(), n.ID); err != nil {
			return err
		}
		return d.verify(ctx, t, n, now, "removal had been verified when the act arrived")
	}
	if s.RemoteID != "" && s.Receipt { // a provider's interface: ask it, in case its own word does not reach us
		if _, err := t.Enqueue(ctx, Receive{Notice: n.ID}, look(now.Add(d.Rules.Verify))); err != nil {
			return err
		}
	}
	_, err = t.Enqueue(ctx, Verify{Asset: n.Asset}, look(soon))
	return err
}

// Undeliverable records that an act could not be delivered, for good.
func (d *Desk) Undeliverable(ctx context.Context, id iru.NoticeID, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil || n.State == iru.NoticeBounced {
			return err
		}
		return step(ctx, t, n, "bounce", 0, now, why)
	})
}

// Resend sends an act that bounced again, with the same key, to a contact that a person has confirmed anew.
func (d *Desk) Resend(ctx context.Context, s iru.Scope, id iru.NoticeID) error {
	if err := s.May(iru.ToAnswer); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		p, err := t.Provider(ctx, s, n.Provider)
		if err != nil {
			return err
		}
		if err := confirmed(p); err != nil {
			return err
		}
		if n.State != iru.NoticeBounced {
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "only what bounced is sent again")
		}
		if err := Leave(ctx, t, n); err != nil {
			return err
		}
		if err := step(ctx, t, n, "dispatch", s.Officer, now, "sent again"); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Deliver{Notice: n.ID}, act(soon))
		return err
	})
}

// Escalate drafts the next act on somebody else who can act, after a refusal, a silence or a bounce, and hands the first one over to
// it. The gate decides what is possible there.
func (d *Desk) Escalate(ctx context.Context, s iru.Scope, id iru.NoticeID, r DraftRequest) (iru.Notice, error) {
	if err := s.May(iru.ToDraft); err != nil {
		return iru.Notice{}, err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return iru.Notice{}, fmt.Errorf("escalate notice: %w: %w", iru.Internal, err)
	}
	var out iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		parent, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, parent.Unit); err != nil {
			return err
		}
		if !iru.NoticeTable.Can(parent.State, "escalate") {
			return iru.Refuse(iru.Conflict, parent.Ref+" is "+string(parent.State), "only what was refused, bounced or left unanswered is escalated")
		}
		r.Parent, r.Asset, r.Operation = parent.ID, parent.Asset, 0
		if out, err = d.draft(ctx, t, s, r, hex.EncodeToString(key), now); err != nil {
			return err
		}
		if err := step(ctx, t, parent, "escalate", s.Officer, now, "by "+out.Ref); err != nil {
			return err
		}
		return d.stopClocks(ctx, t, parent.ID, now, "escalated by "+out.Ref)
	})
	return out, err
}

// Thread gives a worker a notice with its addressee.
func (d *Desk) Thread(ctx context.Context, id iru.NoticeID) (Dispatch, error) {
	var out Dispatch
	err := d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		out.Notice, out.Provider = n, p
		return err
	})
	return out, err
}
