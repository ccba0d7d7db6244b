// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// card reads the text of a card.
func (d *Desk) card(text string) (iru.Card, error) {
	if d.Cards == nil {
		return iru.Card{}, iru.Refuse(iru.Unavailable, "this installation speaks to no partners", "set peer.listen and peer.address in the configuration")
	}
	return d.Cards(text)
}

// AddPartner enters a unit with an installation of its own from the text of its card. Nothing goes to it or comes from it before a second
// person has confirmed the card.
func (d *Desk) AddPartner(ctx context.Context, s iru.Scope, text string) (iru.Partner, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Partner{}, err
	}
	c, err := d.card(text)
	if err != nil {
		return iru.Partner{}, err
	}
	if c.Key == d.Own.Key {
		return iru.Partner{}, iru.Refuse(iru.Invalid, "that is the card of this installation", "give it to the partner, and enter the partner's here")
	}
	var p iru.Partner
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := givenUp(ctx, t, c.Key); err != nil {
			return err
		}
		if _, err := t.PartnerByKey(ctx, c.Key); err == nil {
			return iru.Refuse(iru.Conflict, "a partner with these keys is there already", "look at the list of partners")
		} else if !errors.Is(err, iru.NotFound) {
			return err
		}
		p = iru.Partner{Unit: s.Unit, Name: c.Name, Country: c.Country, URL: c.URL, Key: c.Key, Fingerprint: c.Fingerprint, Card: c.Text, State: iru.PartnerProposed, AddedBy: s.Officer, Added: now}
		if err := t.AddPartner(ctx, &p); err != nil {
			return err
		}
		l := iru.Line{Partner: p.ID, Out: iru.Mark{Epoch: 1}, In: iru.Mark{Epoch: 1}, Own: d.Own.Key}
		if err := t.AddLine(ctx, &l); err != nil {
			return err
		}
		e := happened("partner", int64(p.ID), "add", s.Officer, s.Unit, now, p.Name).With("key", c.Key).With("fingerprint", c.Fingerprint)
		e.To = string(p.State)
		_, err := t.Record(ctx, e)
		return err
	})
	return p, err
}

// ConfirmPartner is a second person's word that the fingerprint was compared by telephone; how says with whom, and when.
func (d *Desk) ConfirmPartner(ctx context.Context, s iru.Scope, id iru.PartnerID, fingerprint, how string) (iru.Partner, error) {
	return d.onPartner(ctx, s, id, func(t *db.Tx, p iru.Partner, by iru.Officer, now time.Time) (iru.Partner, iru.Event, error) {
		if err := twoPeople(ctx, t, s.Officer, p.AddedBy); err != nil {
			return p, iru.Event{}, err
		}
		return p.Confirm(by, fingerprint, how, now)
	})
}

// StepPartner suspends, resumes or ends the relation to a partner, with a reason.
func (d *Desk) StepPartner(ctx context.Context, s iru.Scope, id iru.PartnerID, verb, why string) (iru.Partner, error) {
	return d.onPartner(ctx, s, id, func(_ *db.Tx, p iru.Partner, by iru.Officer, now time.Time) (iru.Partner, iru.Event, error) {
		return p.Step(verb, by, now, strings.TrimSpace(why))
	})
}

// OfferCard enters a card that is to take the place of the partner's present one.
func (d *Desk) OfferCard(ctx context.Context, s iru.Scope, id iru.PartnerID, text string) (iru.Partner, error) {
	c, err := d.card(text)
	if err != nil {
		return iru.Partner{}, err
	}
	return d.onPartner(ctx, s, id, func(t *db.Tx, p iru.Partner, by iru.Officer, now time.Time) (iru.Partner, iru.Event, error) {
		if err := s.May(iru.ToConfirm); err != nil {
			return p, iru.Event{}, err
		}
		if err := givenUp(ctx, t, c.Key); err != nil {
			return p, iru.Event{}, err
		}
		return p.Offer(c, by.ID, now)
	})
}

// AdoptCard puts the offered card in the place of the present one: a second person compared its fingerprint by telephone. What was written to the
// partner and is not known to be there is sealed anew.
func (d *Desk) AdoptCard(ctx context.Context, s iru.Scope, id iru.PartnerID, fingerprint, how string) (iru.Partner, error) {
	return d.onPartner(ctx, s, id, func(t *db.Tx, p iru.Partner, by iru.Officer, now time.Time) (iru.Partner, iru.Event, error) {
		if p.Next == "" {
			return p, iru.Event{}, iru.Refuse(iru.Conflict, "no card was offered for "+p.Name, "")
		}
		c, err := d.card(p.Next)
		if err != nil {
			return p, iru.Event{}, err
		}
		first := p.NextBy
		if first == 0 {
			first = p.ConfirmedBy
		}
		if err := twoPeople(ctx, t, s.Officer, first); err != nil {
			return p, iru.Event{}, err
		}
		next, e, err := p.Adopt(c, by, fingerprint, how, now)
		if err != nil {
			return p, e, err
		}
		if next.Key != p.Key {
			if err := givenUp(ctx, t, c.Key); err != nil {
				return p, e, err
			}
			if err := t.AddFormerCard(ctx, &iru.FormerCard{Partner: p.ID, Key: p.Key, Card: p.Card, Until: now}); err != nil {
				return p, e, err
			}
			if err := d.rekeyed(ctx, t, p.ID); err != nil {
				return p, e, err
			}
		}
		return next, e, d.reseal(ctx, t, p.ID)
	})
}

// reseal takes back the numbers of what is not known to be at a partner.
func (d *Desk) reseal(ctx context.Context, t *db.Tx, id iru.PartnerID) error {
	l, err := t.Line(ctx, id)
	if err != nil {
		return err
	}
	if _, err := t.Unseal(ctx, id); err != nil {
		return err
	}
	if l.Out = (iru.Mark{Epoch: l.Out.Epoch}); l.Durable.Epoch == l.Out.Epoch {
		l.Out = l.Durable
	}
	return t.UpdateLine(ctx, l)
}

// onPartner changes one partner in an officer's name.
func (d *Desk) onPartner(ctx context.Context, s iru.Scope, id iru.PartnerID, f func(*db.Tx, iru.Partner, iru.Officer, time.Time) (iru.Partner, iru.Event, error)) (iru.Partner, error) {
	var p iru.Partner
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		have, err := t.Partner(ctx, s, id)
		if err != nil {
			return err
		}
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		if by.State != iru.OfficerActive {
			return iru.Refuse(iru.Forbidden, "an officer who is "+string(by.State)+" decides nothing", "")
		}
		var e iru.Event
		if p, e, err = f(t, have, by, now); err != nil {
			return err
		}
		if err := t.UpdatePartner(ctx, p, have.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return p, err
}

// BeginEpoch goes on with a partner in a new epoch, after this store or the partner's was put back to an older one. What is not known to be there
// is sent again in it. The partner's person has to admit it.
func (d *Desk) BeginEpoch(ctx context.Context, s iru.Scope, id iru.PartnerID, why string) (iru.Line, error) {
	return d.onLine(ctx, s, id, func(t *db.Tx, p iru.Partner, l iru.Line, now time.Time) (iru.Line, iru.Event, error) {
		l, e, err := l.Begin(p, s.Officer, why, now)
		if err != nil {
			return l, e, err
		}
		n, err := t.Unseal(ctx, id)
		return l, e.With("again", n), err
	})
}

// AdmitEpoch listens to a later epoch of a partner, whose person said why it began.
func (d *Desk) AdmitEpoch(ctx context.Context, s iru.Scope, id iru.PartnerID, epoch int64, why string) (iru.Line, error) {
	return d.onLine(ctx, s, id, func(_ *db.Tx, p iru.Partner, l iru.Line, now time.Time) (iru.Line, iru.Event, error) {
		return l.Admit(p, s.Officer, epoch, why, now)
	})
}

// AcceptSkew lets releases go on although the partner's clock differs as it does now.
func (d *Desk) AcceptSkew(ctx context.Context, s iru.Scope, id iru.PartnerID, why string) (iru.Line, error) {
	return d.onLine(ctx, s, id, func(_ *db.Tx, p iru.Partner, l iru.Line, now time.Time) (iru.Line, iru.Event, error) {
		if strings.TrimSpace(why) == "" {
			return l, iru.Event{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why the acts may start although the clocks differ")
		}
		l.Cleared = l.Skew
		return l, happened("partner", int64(p.ID), "accept_skew", s.Officer, p.Unit, now, why).With("skew_ms", l.Skew.Milliseconds()), nil
	})
}

// ClearAlarm is a person's word that what came and was not taken was looked into.
func (d *Desk) ClearAlarm(ctx context.Context, s iru.Scope, id iru.PartnerID, why string) (iru.Line, error) {
	return d.onLine(ctx, s, id, func(_ *db.Tx, p iru.Partner, l iru.Line, now time.Time) (iru.Line, iru.Event, error) {
		if strings.TrimSpace(why) == "" {
			return l, iru.Event{}, iru.Refuse(iru.Invalid, "the reason is missing", "say what was found out")
		}
		if l.Alarm == "" {
			return l, iru.Event{}, iru.Refuse(iru.Conflict, "there is no alarm", "")
		}
		l.Alarm = ""
		return l, happened("partner", int64(p.ID), "clear_alarm", s.Officer, p.Unit, now, why), nil
	})
}

func (d *Desk) onLine(ctx context.Context, s iru.Scope, id iru.PartnerID, f func(*db.Tx, iru.Partner, iru.Line, time.Time) (iru.Line, iru.Event, error)) (iru.Line, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Line{}, err
	}
	var l iru.Line
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Partner(ctx, s, id)
		if err != nil {
			return err
		}
		if l, err = t.Line(ctx, id); err != nil {
			return err
		}
		var e iru.Event
		if l, e, err = f(t, p, l, now); err != nil {
			return err
		}
		if err := t.UpdateLine(ctx, l); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return l, err
}
