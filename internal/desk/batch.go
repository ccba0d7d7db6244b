// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// leave sends an approved act of its own on its way: at once, or in the next letter that its addressee's calendar allows.
func (d *Desk) leave(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) (iru.Notice, error) {
	at := func() (iru.Notice, error) {
		_, err := t.Enqueue(ctx, Deliver{Notice: n.ID}, act(soon))
		return n, err
	}
	c, err := t.Calendar(ctx, n.Provider)
	if errors.Is(err, iru.NotFound) || err == nil && !c.Takes(n) {
		return at()
	}
	if err != nil {
		return n, err
	}
	if p, err := t.Provider(ctx, iru.Program(), n.Provider); err != nil {
		return n, err
	} else if p.Channel != iru.ByMail {
		return at()
	}
	b, err := d.gathering(ctx, t, c, n, now)
	if err != nil {
		return n, err
	}
	n.Batch = b.ID
	if err := t.UpdateNotice(ctx, n, n.State); err != nil {
		return n, err
	}
	_, err = t.Record(ctx, happened("notice", int64(n.ID), "group", 0, n.Unit, now, "leaves in "+b.Ref).With("batch", int64(b.ID)).With("due", b.Due.Format(time.RFC3339)))
	return n, err
}

// gathering finds the letter that takes an act in, or begins one.
func (d *Desk) gathering(ctx context.Context, t *db.Tx, c iru.Calendar, n iru.Notice, now time.Time) (iru.Batch, error) {
	loc, err := zone(c.Zone)
	if err != nil {
		return iru.Batch{}, err
	}
	bs, err := t.Gathering(ctx, n.Provider)
	if err != nil {
		return iru.Batch{}, err
	}
	for _, b := range bs {
		if b.Unit != n.Unit || b.Lang != n.Lang {
			continue
		}
		in, err := t.Grouped(ctx, iru.Program(), b.ID)
		if err != nil {
			return b, err
		}
		if len(in) < c.Most {
			return b, nil
		}
	}
	due, ok := c.Next(now.Add(c.Gather), loc)
	if !ok {
		return iru.Batch{}, iru.Refuse(iru.Conflict, "the addressee's calendar has no time at which a letter could leave", "change the calendar")
	}
	no, err := t.Count(ctx, fmt.Sprintf("GR-%d", now.Year()))
	if err != nil {
		return iru.Batch{}, err
	}
	b := iru.Batch{Unit: n.Unit, Ref: fmt.Sprintf("GR-%d-%04d", now.Year(), no), Provider: n.Provider, Lang: n.Lang, Key: "g-" + n.Key, Created: now, Due: due, State: iru.BatchGathering}
	if err := t.AddBatch(ctx, &b); err != nil {
		return b, err
	}
	e := happened("batch", int64(b.ID), "begin", 0, b.Unit, now, b.Ref)
	e.To = string(b.State)
	if _, err := t.Record(ctx, e); err != nil {
		return b, err
	}
	_, err = t.Enqueue(ctx, Group{Batch: b.ID, Due: b.Due.UnixMicro()}, act(b.Due))
	return b, err
}

// byItself refuses to send an act by itself that leaves in a letter with others.
func byItself(ctx context.Context, t *db.Tx, n iru.Notice) error {
	if n.Batch == 0 {
		return nil
	}
	b, err := t.Batch(ctx, iru.Program(), n.Batch)
	if err != nil {
		return err
	}
	if b.State == iru.BatchGathering || b.State == iru.BatchDispatched {
		return iru.Refuse(iru.Conflict, n.Ref+" leaves in "+b.Ref, "it leaves with the others, at the addressee's time")
	}
	return nil
}

// A GroupDispatch is all that a worker needs to send a grouped letter.
type GroupDispatch struct {
	Batch    iru.Batch
	Lead     Dispatch   // the act whose reply address the letter carries
	Acts     []Dispatch // in the letter's order
	Dissolve bool       // nothing was left to send
}

// DispatchGroup puts a grouped letter on its way when its time has come. Asked again for one that is on its way it gives the same letter.
// Before its time, or while an approval waits for its checkpoint, it is Unavailable; with a contact that nobody confirmed Conflict.
func (d *Desk) DispatchGroup(ctx context.Context, id iru.BatchID) (GroupDispatch, error) {
	var out GroupDispatch
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		out = GroupDispatch{}
		b, err := t.Batch(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		out.Batch = b
		if b.State == iru.BatchGathering {
			if b, err = d.close(ctx, t, b, now); err != nil {
				return err
			}
		}
		out.Batch = b
		switch b.State {
		case iru.BatchDissolved:
			out.Dissolve = true
			return nil
		case iru.BatchDispatched:
			return d.group(ctx, t, b, &out)
		}
		return iru.Refuse(iru.Conflict, b.Ref+" is "+string(b.State), "it has left")
	})
	return out, err
}

// group gives a letter that is on its way, with its acts in their order.
func (d *Desk) group(ctx context.Context, t *db.Tx, b iru.Batch, out *GroupDispatch) error {
	p, err := t.Provider(ctx, iru.Program(), b.Provider)
	if err != nil {
		return err
	}
	u, err := t.Unit(ctx, b.Unit)
	if err != nil {
		return err
	}
	in, err := t.Grouped(ctx, iru.Program(), b.ID)
	if err != nil {
		return err
	}
	for _, n := range in {
		l, was, err := written(ctx, t, n)
		if err != nil {
			return err
		}
		if !was {
			continue
		}
		out.Acts = append(out.Acts, Dispatch{n, p, u, l, ""})
		if n.ID == b.Lead {
			l.Subject, l.Text, l.MessageID = b.Subject, b.Text, b.Key
			out.Lead = Dispatch{n, p, u, l, ""}
		}
	}
	if out.Lead.Notice.ID == 0 {
		return fmt.Errorf("dispatch letter %s: its first act is missing: %w", b.Ref, iru.Internal)
	}
	return nil
}

// close ends the gathering: what can leave is written, what was withdrawn stays out, and what cannot leave now goes its own way.
func (d *Desk) close(ctx context.Context, t *db.Tx, b iru.Batch, now time.Time) (iru.Batch, error) {
	if now.Before(b.Due) {
		return b, iru.Refuse(iru.Unavailable, b.Ref+" is not due yet", "it leaves at "+b.Due.Format(time.RFC3339))
	}
	p, err := t.Provider(ctx, iru.Program(), b.Provider)
	if err != nil {
		return b, err
	}
	in, err := t.Grouped(ctx, iru.Program(), b.ID)
	if err != nil {
		return b, err
	}
	if err := confirmed(p); err != nil {
		return b, err
	}
	var ready []iru.Notice
	for _, n := range in {
		if n.State != iru.NoticeApproved {
			continue
		}
		_, why, err := d.hindered(ctx, t, n, now)
		switch {
		case err != nil:
			return b, err
		case errors.Is(why, iru.Unavailable): // the checkpoint comes within a second
			return b, why
		case why != nil:
			n.Batch = 0
			if err := t.UpdateNotice(ctx, n, n.State); err != nil {
				return b, err
			}
			if _, err := t.Record(ctx, happened("notice", int64(n.ID), "ungroup", 0, n.Unit, now, clip(why.Error(), 300)).With("batch", int64(b.ID))); err != nil {
				return b, err
			}
			if _, err := t.Enqueue(ctx, Deliver{Notice: n.ID}, act(soon)); err != nil {
				return b, err
			}
		default:
			ready = append(ready, n)
		}
	}
	old, verb := b.State, "dispatch"
	if len(ready) == 0 {
		verb = "dissolve"
	} else if b, err = d.bind(ctx, t, b, p, ready, now); err != nil {
		return b, err
	}
	b, e, err := b.Step(verb, now, fmt.Sprintf("%d acts to %s", len(ready), p.Name))
	if err != nil {
		return b, err
	}
	if err := t.UpdateBatch(ctx, b, old); err != nil {
		return b, err
	}
	_, err = t.Record(ctx, e.With("acts", len(ready)))
	return b, err
}

// bind writes the letter, and puts it in the thread of each of its acts.
func (d *Desk) bind(ctx context.Context, t *db.Tx, b iru.Batch, p iru.Provider, ns []iru.Notice, now time.Time) (iru.Batch, error) {
	u, err := t.Unit(ctx, b.Unit)
	if err != nil {
		return b, err
	}
	var parts []form.Part
	for _, n := range ns {
		_, text, err := d.worded(ctx, t, n, p)
		if err != nil {
			return b, err
		}
		parts = append(parts, form.Part{Ref: n.Ref, Address: n.Locator, Text: text})
	}
	b.Lead = ns[0].ID
	b.Subject, b.Text = form.Group(b.Ref, u.Name+", "+u.Country, p.Name, parts)
	for _, n := range ns {
		id := b.Key
		if n.ID != b.Lead {
			id = fmt.Sprintf("%s-%d", b.Key, n.ID)
		}
		l := iru.Letter{Notice: n.ID, At: now, Kind: "notice", Channel: p.Channel, From: u.Name, Subject: b.Subject, Text: b.Text, MessageID: id}
		if _, err := t.AddLetter(ctx, &l); err != nil {
			return b, err
		}
		if n, err = stepped(ctx, t, n, "dispatch", 0, now, "to "+p.Name+" in "+b.Ref); err != nil {
			return b, err
		}
		if err := acted(ctx, t, n, now); err != nil {
			return b, err
		}
	}
	return b, nil
}

// RecordGroupSent takes the proof of sending in, for the letter and each of its acts. Told again it changes nothing.
func (d *Desk) RecordGroupSent(ctx context.Context, id iru.BatchID, s Sending) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		b, err := t.Batch(ctx, iru.Program(), id)
		if err != nil || b.State == iru.BatchSent {
			return err
		}
		old := b.State
		b, e, err := b.Step("send", now, s.Proof)
		if err != nil {
			return err
		}
		b.SentAt, b.Proof = s.At.UTC().Truncate(time.Microsecond), s.Proof
		if err := t.UpdateBatch(ctx, b, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		in, err := t.Grouped(ctx, iru.Program(), b.ID)
		if err != nil {
			return err
		}
		for _, n := range in {
			if _, was, err := written(ctx, t, n); err != nil {
				return err
			} else if !was {
				continue
			}
			if err := d.sent(ctx, t, n, s, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// GroupUndeliverable records that a grouped letter could not be delivered, for good. Each of its acts has bounced, and is sent again by
// itself.
func (d *Desk) GroupUndeliverable(ctx context.Context, id iru.BatchID, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		b, err := t.Batch(ctx, iru.Program(), id)
		if err != nil || b.State == iru.BatchBounced {
			return err
		}
		old := b.State
		b, e, err := b.Step("bounce", now, clip(why, 300))
		if err != nil {
			return err
		}
		if err := t.UpdateBatch(ctx, b, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		in, err := t.Grouped(ctx, iru.Program(), b.ID)
		if err != nil {
			return err
		}
		for _, n := range in {
			l, was, err := written(ctx, t, n)
			if err != nil {
				return err
			}
			if !was || n.State != iru.NoticeDispatched {
				continue
			}
			if err := t.RemoveLetter(ctx, l.ID); err != nil {
				return err
			}
			p, err := t.Provider(ctx, iru.Program(), n.Provider)
			if err != nil {
				return err
			}
			subject, text, err := d.worded(ctx, t, n, p)
			if err != nil {
				return err
			}
			l = iru.Letter{Notice: n.ID, At: now, Kind: "notice", Channel: l.Channel, From: l.From, Subject: subject, Text: text, MessageID: n.Key}
			if _, err := t.AddLetter(ctx, &l); err != nil {
				return err
			}
			if err := step(ctx, t, n, "bounce", 0, now, clip(why, 300)); err != nil {
				return err
			}
		}
		return nil
	})
}

// apart gives a reply to each act that it is about. A receipt or a report of our mail server is about the whole letter; other words are
// about the acts that they name, and what names none goes to a person in the first one's thread.
func apart(ctx context.Context, t *db.Tx, r Reply) ([]Reply, error) {
	n, err := t.Notice(ctx, iru.Program(), r.Notice)
	if err != nil || n.Batch == 0 {
		return []Reply{r}, err
	}
	b, err := t.Batch(ctx, iru.Program(), n.Batch)
	if err != nil || b.State == iru.BatchBounced || b.Lead != n.ID {
		return []Reply{r}, err
	}
	in, err := t.Grouped(ctx, iru.Program(), b.ID)
	if err != nil {
		return nil, err
	}
	var out []Reply
	for _, o := range in {
		one := r
		one.Notice, one.Parts = o.ID, nil
		if o.SentAt.IsZero() && o.State != iru.NoticeDispatched {
			continue
		}
		if r.Kind == "receipt" || r.Kind == "bounce" {
			if o.ID != b.Lead && r.Answers != "" {
				one.Answers = fmt.Sprintf("<%s-%d@group>", b.Key, o.ID) // its own letter in that thread
			}
			out = append(out, one)
			continue
		}
		if i := slices.IndexFunc(r.Parts, func(p ReplyPart) bool { return p.Notice == o.ID }); i >= 0 {
			one.Kind, one.Guess, one.Text = r.Parts[i].Kind, r.Parts[i].Guess, r.Parts[i].Text+"\n\n"+r.Text
			if o.ID != b.Lead && r.Answers != "" {
				one.Answers = fmt.Sprintf("<%s-%d@group>", b.Key, o.ID)
			}
			out = append(out, one)
		}
	}
	if len(out) == 0 {
		r.Guess = true
		out = []Reply{r}
	}
	return out, nil
}

// GroupOf lists the acts in whose name an answer to an act may come: of its grouped letter, or the act alone.
func (d *Desk) GroupOf(ctx context.Context, id iru.NoticeID) ([]iru.Notice, error) {
	if _, test := iru.TrialOf(id); test { // of a contact: it belongs to no act
		return nil, nil
	}
	var out []iru.Notice
	err := d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		if out = []iru.Notice{n}; n.Batch == 0 {
			return nil
		}
		out, err = t.Grouped(ctx, iru.Program(), n.Batch)
		return err
	})
	return out, err
}

// Batch gives one grouped letter.
func (d *Desk) Batch(ctx context.Context, s iru.Scope, id iru.BatchID) (iru.Batch, error) {
	var b iru.Batch
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		b, err = t.Batch(ctx, s, id)
		return err
	})
	return b, err
}

// Grouped lists the acts of a grouped letter for a worker.
func (d *Desk) Grouped(ctx context.Context, id iru.BatchID) ([]iru.Notice, error) {
	var out []iru.Notice
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		out, err = t.Grouped(ctx, iru.Program(), id)
		return err
	})
	return out, err
}
