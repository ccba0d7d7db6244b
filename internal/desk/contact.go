// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// maxContacts bounds how many further contacts a provider has, dropped ones counted, so that nobody can fill the register.
const maxContacts = 100

// EnterContact enters a further contact of a provider, or changes the one of that number; a person must confirm it afterwards, unless
// only words about the same address changed.
func (d *Desk) EnterContact(ctx context.Context, s iru.Scope, c iru.Contact) (iru.Contact, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return c, err
	}
	c = tidy(c)
	if err := c.Check(); err != nil {
		return c, err
	}
	if c.Source == "" {
		c.Source = "entered by an officer"
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, c.Provider)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		c, err = enterContact(ctx, t, p, c, s.Officer, now)
		return err
	})
	return c, err
}

func tidy(c iru.Contact) iru.Contact {
	c.Name, c.Address, c.Source, c.Note = clip(c.Name, 200), strings.TrimSpace(c.Address), clip(c.Source, 300), clip(c.Note, 2000)
	c.SealKey = strings.TrimSpace(c.SealKey)
	return c
}

func enterContact(ctx context.Context, t *db.Tx, p iru.Provider, c iru.Contact, by iru.OfficerID, now time.Time) (iru.Contact, error) {
	cs, err := t.Contacts(ctx, iru.Program(), p.ID)
	if err != nil {
		return c, err
	}
	if c.Same(p.Channel, p.Address) {
		return c, iru.Refuse(iru.Conflict, "this is the first contact of "+p.Name+" already", "a second contact needs another address")
	}
	n := slices.IndexFunc(cs, func(x iru.Contact) bool { return x.ID == c.ID || c.ID == 0 && x.Same(c.Channel, c.Address) })
	switch {
	case n < 0 && c.ID != 0:
		return c, iru.Refuse(iru.NotFound, p.Name+" has no such contact", "")
	case n < 0 && len(cs) >= maxContacts:
		return c, iru.Refuse(iru.Conflict, p.Name+" has too many contacts", "change one that is no longer used")
	case n < 0:
		c.Unit, c.Provider, c.State, c.SeenAt, c.Created = p.Unit, p.ID, iru.ContactProposed, now, now
		c.ConfirmedBy, c.ConfirmedAt, c.DroppedAt = 0, time.Time{}, time.Time{}
		if err := t.AddContact(ctx, &c); err != nil {
			return c, err
		}
		e := happened("contact", int64(c.ID), "enter", by, p.Unit, now, c.Source).With("provider", int64(p.ID)).With("kind", string(c.Kind)).With("address", c.Way())
		e.To = string(c.State)
		_, err = t.Record(ctx, e)
		return c, err
	}
	old := cs[n]
	next, e := old.Change(c, by, now, c.Source)
	if same(old, next) {
		return old, nil
	}
	if err := t.UpdateContact(ctx, next, old.State); err != nil {
		return c, err
	}
	_, err = t.Record(ctx, e.With("provider", int64(p.ID)).With("kind", string(next.Kind)).With("address", next.Way()))
	return next, err
}

// same reports whether nothing that people typed changed.
func same(a, b iru.Contact) bool {
	b.SeenAt = a.SeenAt
	return a.Kind == b.Kind && a.Name == b.Name && a.Way() == b.Way() && slices.Equal(a.Languages, b.Languages) && a.Seal == b.Seal && a.SealKey == b.SealKey &&
		a.Source == b.Source && a.Note == b.Note && a.Guess == b.Guess && a.DroppedAt.Equal(b.DroppedAt)
}

// suggest proposes a contact that a register, a page or a reply names. What is known stays as it is, whatever its state; what a
// person set aside is not proposed again. It reports whether something new was proposed.
func suggest(ctx context.Context, t *db.Tx, p iru.Provider, c iru.Contact, now time.Time) (bool, error) {
	if c = tidy(c); c.Check() != nil || c.Same(p.Channel, p.Address) {
		return false, nil
	}
	cs, err := t.Contacts(ctx, iru.Program(), p.ID)
	if err != nil || len(cs) >= maxContacts || slices.ContainsFunc(cs, func(x iru.Contact) bool { return x.Same(c.Channel, c.Address) }) {
		return false, err
	}
	c.ID = 0
	_, err = enterContact(ctx, t, p, c, 0, now)
	return err == nil, err
}

// ConfirmContact is an officer's word that a further contact, as the officer has seen it (iru.Contact.Way), is right.
func (d *Desk) ConfirmContact(ctx context.Context, s iru.Scope, id iru.ContactID, seen, note string) (iru.Contact, error) {
	return d.stepContact(ctx, s, id, func(_ *db.Tx, c iru.Contact, _ iru.Provider, now time.Time) (iru.Contact, iru.Event, error) {
		if err := asSeen("contact", c.Way(), seen); err != nil {
			return c, iru.Event{}, err
		}
		return c.Confirm(s.Officer, now, clip(note, 1000))
	})
}

// DropContact sets a contact aside: nothing is sent there, and it is not proposed again.
func (d *Desk) DropContact(ctx context.Context, s iru.Scope, id iru.ContactID, why string) (iru.Contact, error) {
	return d.stepContact(ctx, s, id, func(_ *db.Tx, c iru.Contact, p iru.Provider, now time.Time) (iru.Contact, iru.Event, error) {
		if strings.TrimSpace(why) == "" {
			return c, iru.Event{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why it should not be used")
		}
		if !c.DroppedAt.IsZero() {
			return c, iru.Event{}, iru.Refuse(iru.Conflict, "it is set aside already", "")
		}
		c.DroppedAt = now
		return c, happened("contact", int64(c.ID), "drop", s.Officer, p.Unit, now, clip(why, 300)), nil
	})
}

// PreferContact makes a confirmed further contact the first one, and the first one a further one: what is sent next, and what
// bounced and is sent again, goes there.
func (d *Desk) PreferContact(ctx context.Context, s iru.Scope, id iru.ContactID, why string) (iru.Contact, error) {
	return d.stepContact(ctx, s, id, func(t *db.Tx, c iru.Contact, p iru.Provider, now time.Time) (iru.Contact, iru.Event, error) {
		if !c.Usable() {
			return c, iru.Event{}, iru.Refuse(iru.Conflict, "this contact is not confirmed", "confirm it first")
		}
		if strings.TrimSpace(why) == "" {
			return c, iru.Event{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why the first contact is no longer the first")
		}
		first := p.Main()
		if err := preferred(ctx, t, p, c, s.Officer, now, clip(why, 300)); err != nil {
			return c, iru.Event{}, err
		}
		if _, err := t.Record(ctx, happened("contact", int64(c.ID), "prefer", s.Officer, p.Unit, now, clip(why, 300)).With("provider", int64(p.ID)).With("address", c.Way())); err != nil {
			return c, iru.Event{}, err
		}
		e := happened("contact", int64(c.ID), "change", s.Officer, p.Unit, now, "it was the first contact").With("address", first.Way())
		e.From, e.To = string(c.State), string(c.State)
		if first.State != iru.ContactConfirmed { // what nobody had confirmed is not confirmed by this
			e.To = string(iru.ContactChanged)
		}
		c.Channel, c.Address, c.Seal, c.SealKey, c.State = first.Channel, first.Address, first.Seal, first.SealKey, iru.ContactState(e.To)
		c.Source, c.Guess, c.ConfirmedBy, c.ConfirmedAt, c.Kind = first.Source, first.Guess, first.ConfirmedBy, first.ConfirmedAt, iru.ContactSecond
		return c, e, nil
	})
}

// preferred has a provider reached by one of its confirmed contacts first.
func preferred(ctx context.Context, t *db.Tx, p iru.Provider, c iru.Contact, by iru.OfficerID, now time.Time, why string) error {
	old := p.Contact
	p = p.At(c)
	if err := t.UpdateProvider(ctx, p, old); err != nil {
		return err
	}
	if old != p.Contact {
		e := happened("provider", int64(p.ID), "confirm", by, p.Unit, now, "a person confirmed it as a further contact")
		e.From, e.To = string(old), string(p.Contact)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	_, err := t.Record(ctx, happened("provider", int64(p.ID), "prefer", by, p.Unit, now, why).With("address", p.Way()))
	return err
}

type contactStep func(t *db.Tx, c iru.Contact, p iru.Provider, now time.Time) (iru.Contact, iru.Event, error)

func (d *Desk) stepContact(ctx context.Context, s iru.Scope, id iru.ContactID, f contactStep) (iru.Contact, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Contact{}, err
	}
	var out iru.Contact
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		c, err := t.Contact(ctx, s, id)
		if err != nil {
			return err
		}
		p, err := t.Provider(ctx, s, c.Provider)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		next, e, err := f(t, c, p, now)
		if err != nil {
			return err
		}
		if err := t.UpdateContact(ctx, next, c.State); err != nil {
			return err
		}
		out = next
		_, err = t.Record(ctx, e)
		return err
	})
	return out, err
}

// second is the confirmed contact to which a copy of an order goes, and a reminder; false where there is none. One by mail comes first, since
// no program calls; then a second contact before an order contact point, that before a representative and the legal department.
func second(ctx context.Context, t *db.Tx, p iru.Provider) (iru.Contact, bool, error) {
	cs, err := t.Contacts(ctx, iru.Program(), p.ID)
	if err != nil {
		return iru.Contact{}, false, err
	}
	order := []iru.ContactKind{iru.ContactSecond, iru.ContactOrders, iru.ContactRepresentative, iru.ContactLegal}
	cs = slices.DeleteFunc(cs, func(c iru.Contact) bool { return !c.Usable() || !c.Kind.TakesOrders() || c.Same(p.Channel, p.Address) })
	rank := func(c iru.Contact) int {
		if c.Channel == iru.ByMail {
			return slices.Index(order, c.Kind)
		}
		return len(order) + slices.Index(order, c.Kind)
	}
	slices.SortStableFunc(cs, func(a, b iru.Contact) int { return rank(a) - rank(b) })
	if len(cs) == 0 {
		return iru.Contact{}, false, nil
	}
	return cs[0], true, nil
}

// twice demands, for an order whose limit is an hour, a second confirmed contact or a reason why one must do: an hour is short, and one
// mailbox can be full.
func (d *Desk) twice(ctx context.Context, t *db.Tx, n iru.Notice, why string) error {
	if !d.Rules.TwoContacts || n.Instrument != legal.RemovalOrder || strings.TrimSpace(why) != "" {
		return nil
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	_, has, err := second(ctx, t, p)
	if err != nil || has {
		return err
	}
	return iru.Refuse(iru.Invalid, p.Name+" has one contact only, and the order gives it an hour", "confirm a second contact, or say why one must do")
}

// Seconds tells the confirmed second contact of a provider; false where there is none.
func (d *Desk) Seconds(ctx context.Context, s iru.Scope, id iru.ProviderID) (c iru.Contact, has bool, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		p, err := t.Provider(ctx, s, id)
		if err != nil {
			return err
		}
		c, has, err = second(ctx, t, p)
		return err
	})
	return c, has, err
}

// copied writes the copy of an order to the second contact, once.
func copied(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, from string, now time.Time) error {
	if n.Instrument != legal.RemovalOrder {
		return nil
	}
	c, has, err := second(ctx, t, p)
	if err != nil || !has || c.Channel != iru.ByMail {
		return err
	}
	l := iru.Letter{Notice: n.ID, At: now, Kind: "copy", Channel: c.Channel, From: from, Subject: "Copy: " + n.Subject, Contact: c.ID,
		Text:      "This is a copy for the second contact. The order itself went to the first contact; its receipt there starts the time limit.\n\n" + n.Text,
		MessageID: fmt.Sprintf("%s-copy", n.Key)}
	fresh, err := t.AddLetter(ctx, &l)
	if err != nil || !fresh {
		return err
	}
	if _, err := t.Record(ctx, happened("notice", int64(n.ID), "copy", 0, n.Unit, now, "to the second contact of "+p.Name).With("letter", l.ID).With("contact", int64(c.ID))); err != nil {
		return err
	}
	_, err = t.Enqueue(ctx, Post{Letter: l.ID}, act(soon))
	return err
}

// Remind writes to the second contact about an act that the first one has not answered. It starts no clock: the act is with the
// addressee already, or its receipt is still to be proven.
func (d *Desk) Remind(ctx context.Context, s iru.Scope, id iru.NoticeID, words string) (iru.Letter, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return iru.Letter{}, err
	}
	if words = strings.TrimSpace(words); words == "" || len(words) > 20000 {
		return iru.Letter{}, iru.Refuse(iru.Invalid, "the reminder is empty or too long", "write what the second contact needs to know")
	}
	var l iru.Letter
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if !n.State.Open() && n.State != iru.NoticeBounced {
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "a reminder is for an act that is still open")
		}
		p, err := t.Provider(ctx, s, n.Provider)
		if err != nil {
			return err
		}
		c, has, err := second(ctx, t, p)
		if err != nil {
			return err
		}
		if !has || c.Channel != iru.ByMail {
			return iru.Refuse(iru.Conflict, p.Name+" has no second contact by mail", "enter one and confirm it")
		}
		u, err := t.Unit(ctx, n.Unit)
		if err != nil {
			return err
		}
		ls, err := t.Letters(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		l = iru.Letter{Notice: n.ID, At: now, Kind: "reminder", Channel: c.Channel, From: u.Name, Subject: "Reminder: " + n.Subject, Contact: c.ID,
			Text: words + "\n\nThe act as it was sent:\n\n" + n.Text, MessageID: further(n.Key, ls), By: s.Officer}
		if _, err := t.AddLetter(ctx, &l); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("notice", int64(n.ID), "remind", s.Officer, n.Unit, now, "the second contact of "+p.Name).With("letter", l.ID).With("contact", int64(c.ID))); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Post{Letter: l.ID}, act(soon))
		return err
	})
	return l, err
}
