// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// TryContact writes a test message to a provider's contact, 0 being its first one. It names no case and asks for nothing but an
// answer. Only a confirmed contact by mail is written to: an interface has no way to take a test, and proves itself with each act.
func (d *Desk) TryContact(ctx context.Context, s iru.Scope, provider iru.ProviderID, contact iru.ContactID) (iru.Trial, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Trial{}, err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return iru.Trial{}, fmt.Errorf("write test: %w: %w", iru.Internal, err)
	}
	var x iru.Trial
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, c, err := reached(ctx, t, s, provider, contact)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		if !c.Usable() {
			return iru.Refuse(iru.Conflict, "the contact of "+p.Name+" is "+string(c.State), "a person must confirm it before anything is sent, a test too")
		}
		if c.Channel != iru.ByMail {
			return iru.Refuse(iru.Invalid, "a contact by "+c.Channel+" takes no test message", "test it as it is meant to be used, and note that with the contact")
		}
		u, err := t.Unit(ctx, p.Unit)
		if err != nil {
			return err
		}
		x = iru.Trial{Unit: p.Unit, Provider: p.ID, Contact: c.ID, Channel: c.Channel, Address: c.Address, Key: hex.EncodeToString(key), At: now, By: s.Officer}
		x.Subject, x.Text = form.Trial(u.Name+", "+u.Country, p.Name, u.Mail)
		if err := t.AddTrial(ctx, &x); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("trial", int64(x.ID), "write", s.Officer, x.Unit, now, "to "+p.Name).With("provider", int64(p.ID)).With("contact", int64(c.ID)).With("address", c.Way())); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Try{Trial: x.ID}, act(soon))
		return err
	})
	return x, err
}

// reached reads a provider and one of its contacts.
func reached(ctx context.Context, t *db.Tx, s iru.Scope, provider iru.ProviderID, contact iru.ContactID) (iru.Provider, iru.Contact, error) {
	p, err := t.Provider(ctx, s, provider)
	if err != nil || contact == 0 {
		return p, p.Main(), err
	}
	c, err := t.Contact(ctx, s, contact)
	if err == nil && c.Provider != p.ID {
		err = iru.Refuse(iru.NotFound, p.Name+" has no such contact", "")
	}
	return p, c, err
}

// Trying gives a worker a test message with its addressee, as the contact stands now.
func (d *Desk) Trying(ctx context.Context, id iru.TrialID) (x iru.Trial, p iru.Provider, u iru.Unit, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		if x, err = t.Trial(ctx, iru.Program(), id); err != nil {
			return err
		}
		var c iru.Contact
		if p, c, err = reached(ctx, t, iru.Program(), x.Provider, x.Contact); err != nil {
			return err
		}
		p = p.At(c)
		if u, err = t.Unit(ctx, x.Unit); err != nil {
			return err
		}
		if x.SentAt.IsZero() && x.Failed == "" && (!c.Usable() || c.Address != x.Address) {
			return iru.Refuse(iru.Conflict, "the contact changed since the test was written", "confirm it and write another")
		}
		return nil
	})
	return x, p, u, err
}

// RecordTried takes the proof that a test message left, or why it could not.
func (d *Desk) RecordTried(ctx context.Context, id iru.TrialID, s Sending, failed string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Trial(ctx, iru.Program(), id)
		if err != nil || !x.SentAt.IsZero() || x.Failed != "" {
			return err
		}
		verb, note := "send", s.Proof
		if failed != "" {
			x.Failed = clip(failed, 300)
			verb, note = "fail", x.Failed
		} else {
			x.Proof = s.Proof
			if x.SentAt = s.At.UTC().Truncate(time.Microsecond); x.SentAt.IsZero() || x.SentAt.After(now) {
				x.SentAt = now
			}
		}
		if err := t.UpdateTrial(ctx, x, x.Receipt); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("trial", int64(x.ID), verb, 0, x.Unit, now, note))
		return err
	})
}

// tried takes in what came back to a test: the first receipt is kept and never changed. A bounce is a failure; what nobody can be
// known for is told in the log and proves nothing.
func (d *Desk) tried(ctx context.Context, t *db.Tx, id iru.TrialID, r Reply, now time.Time) error {
	x, err := t.Trial(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	p, c, err := reached(ctx, t, iru.Program(), x.Provider, x.Contact)
	if err != nil {
		return err
	}
	by := clip(r.From, 200)
	ours := r.Authentic == iru.ByRelay && named([]iru.Letter{{MessageID: x.Key, ID: 1}}, r.Answers).ID != 0
	old := x.Receipt
	switch known := ours || p.At(c).Wrote(r.From, r.Authentic); {
	case r.Kind == "bounce" && ours && x.Receipt == "":
		x.Failed = clip("it came back: "+r.Text, 300)
	case !known || r.Kind == "bounce":
		_, err = t.Record(ctx, happened("trial", int64(x.ID), "doubt", 0, x.Unit, now, r.Kind+" from "+by+": nothing proves its sender"))
		return err
	case x.Receipt != "":
		return nil
	default:
		x.ReceivedAt, x.Receipt, x.Failed = now, clip(r.Kind+" from "+by+" ("+r.Authentic+")", 300), ""
	}
	if err := t.UpdateTrial(ctx, x, old); err != nil {
		return err
	}
	verb, note := "receive", x.Receipt
	if x.Receipt == "" {
		verb, note = "fail", x.Failed
	}
	_, err = t.Record(ctx, happened("trial", int64(x.ID), verb, 0, x.Unit, now, note))
	return err
}

// AcknowledgeTrial is an officer's word that a test message arrived, such as by telephone.
func (d *Desk) AcknowledgeTrial(ctx context.Context, s iru.Scope, id iru.TrialID, how string) (iru.Trial, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Trial{}, err
	}
	if how = clip(how, 300); how == "" {
		return iru.Trial{}, iru.Refuse(iru.Invalid, "it is not said how this is known", "say who told you, and when")
	}
	var x iru.Trial
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if x, err = t.Trial(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, x.Unit); err != nil {
			return err
		}
		if x.Receipt != "" {
			return iru.Refuse(iru.Conflict, "its receipt is recorded, and never changed", "")
		}
		if x.SentAt.IsZero() {
			return iru.Refuse(iru.Conflict, "it has not left yet", "")
		}
		x.ReceivedAt, x.Receipt, x.Failed = now, "on an officer's word: "+how, ""
		if err := t.UpdateTrial(ctx, x, ""); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("trial", int64(x.ID), "receive", s.Officer, x.Unit, now, x.Receipt))
		return err
	})
	return x, err
}
