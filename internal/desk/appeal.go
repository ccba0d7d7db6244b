// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

const finalRule = "tco-final"

// finality starts the time to appeal that the issuer's state has, where its length is known; else a person enters its end.
func (d *Desk) finality(ctx context.Context, t *db.Tx, n iru.Notice, _ iru.Provider, r iru.Receipt) error {
	if n.Instrument != legal.RemovalOrder {
		return nil
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	if sc, err := t.ScrutinyOf(ctx, iru.Program(), n.ID); err == nil && r.Of == 0 { // its provider may ask for scrutiny
		if _, err := d.begin(ctx, t, d.onScrutiny(sc, sc.Country), "tco-48h", r.At, "receipt of the order"); err != nil {
			return err
		}
	} else if err != nil && !errors.Is(err, iru.NotFound) {
		return err
	}
	rule, ok := d.Regime.Appeal(u.Country)
	if !ok {
		return nil
	}
	c, _ := d.Regime.Clock(finalRule)
	on := iru.Clock{Unit: n.Unit, About: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Notice: n.ID, Provider: n.Provider, Ref: n.Ref, Zone: zoneOf(u.Country)}
	on = on.Until(c, r.At, rule.End(r.At), fmt.Sprintf("receipt; time to appeal by %s [%s]", rule.Source, rule.Mark))
	return d.start(ctx, t, &on)
}

// SetAppealEnd enters, or corrects, on which day the time to appeal against an order ends by national law, with its source.
func (d *Desk) SetAppealEnd(ctx context.Context, s iru.Scope, id iru.NoticeID, due, zone, source string) (iru.Clock, error) {
	var c iru.Clock
	if err := s.May(iru.ToEndorse); err != nil {
		return c, err
	}
	if strings.TrimSpace(source) == "" {
		return c, iru.Refuse(iru.Invalid, "it is not said which law gives the time to appeal", "name the provision, or the instruction on remedies")
	}
	end, err := moment(due, zone)
	if err != nil {
		return c, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if !n.Instrument.Binding() || n.ReceivedAt.IsZero() {
			return iru.Refuse(iru.Conflict, n.Ref+" is no order that was received", "the time to appeal runs from its receipt")
		}
		if !end.After(n.ReceivedAt) {
			return iru.Refuse(iru.Invalid, "the time to appeal would end before the receipt", "check the day, the time and the zone")
		}
		cs, err := t.ClocksAbout(ctx, iru.Program(), iru.Subject{Noun: "notice", ID: int64(n.ID)})
		if err != nil {
			return err
		}
		for _, old := range cs {
			if old.Rule != finalRule || old.State == iru.ClockReplaced {
				continue
			}
			if old.State == iru.ClockStopped {
				return iru.Refuse(iru.Conflict, "an appeal was lodged, or its time has ended", "record the outcome of the appeal")
			}
			if err := stopOrReplace(ctx, t, old, now, "its end was entered anew: "+source, s.Officer); err != nil {
				return err
			}
		}
		rule, _ := d.Regime.Clock(finalRule)
		c = iru.Clock{Unit: n.Unit, About: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Notice: n.ID, Provider: n.Provider, Ref: n.Ref, Zone: zone, By: s.Officer}
		c = c.Until(rule, n.ReceivedAt, end, "entered: "+clip(source, 300))
		return d.start(ctx, t, &c)
	})
	return c, err
}

// becameFinal tells the home authority, by a letter that a person sends, that an order is final (Article 3(9)).
func (d *Desk) becameFinal(ctx context.Context, t *db.Tx, c iru.Clock, now time.Time) error {
	n, err := t.Notice(ctx, iru.Program(), c.Notice)
	if err != nil || n.State == iru.NoticeWithdrawn {
		return err
	}
	return d.tellFinal(ctx, t, n, c.Due, "The time to appeal ended without an appeal.", now)
}

func (d *Desk) tellFinal(ctx context.Context, t *db.Tx, n iru.Notice, at time.Time, why string, now time.Time) error {
	e := happened("notice", int64(n.ID), "final", 0, n.Unit, now, why).With("final_at", at.Format(time.RFC3339Nano))
	if _, err := t.Record(ctx, e); err != nil {
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
	country := p.Establishment
	if country == "" {
		country = u.Country
	}
	m := iru.Missive{Kind: iru.Finality, Ref: n.Ref, Notice: n.ID, Name: "the authority of " + country + " (Article 12(1)(c))"}
	if a, err := d.home(ctx, t, u, country, iru.RoleOversee); err == nil {
		m.Name, m.Address = a.Name, a.Mail
	} else if !errors.Is(err, iru.Conflict) {
		return err
	}
	_, err = d.write(ctx, t, u, m, form.Missive{Addressee: p.Name, At: at, Why: why}, now)
	return err
}

// LodgeAppeal records that an order is challenged: it does not become final while that is pending.
func (d *Desk) LodgeAppeal(ctx context.Context, s iru.Scope, a iru.Appeal, at, zone string) (iru.Appeal, error) {
	if err := s.May(iru.ToAnswer); err != nil {
		return a, err
	}
	lodged, err := moment(at, zone)
	if err != nil {
		return a, err
	}
	a.Lodged, a.Entered = lodged, s.Officer
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, a.Notice)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if n.SentAt.IsZero() || n.State == iru.NoticeWithdrawn {
			return iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "only an order that was served and stands is challenged")
		}
		if lodged.Before(n.SentAt.Truncate(24 * time.Hour)) {
			return iru.Refuse(iru.Invalid, "the appeal would be before the order was sent", "check the day")
		}
		if err := a.Check(now); err != nil {
			return err
		}
		all, err := t.AppealsOf(ctx, s, n.ID)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.State == iru.AppealLodged && strings.EqualFold(x.By, a.By) {
				return iru.Refuse(iru.Conflict, "an appeal of the "+x.By+" is pending already", "record its outcome first")
			}
		}
		a.ID, a.Unit, a.State = 0, n.Unit, iru.AppealLodged
		if err := t.AddAppeal(ctx, &a); err != nil {
			return err
		}
		e := happened("appeal", a.ID, "lodge", s.Officer, a.Unit, now, a.By+" to "+a.Body).With("notice", int64(n.ID)).With("ref", a.Ref)
		e.To = string(a.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		return stopAbout(ctx, t, iru.Subject{Noun: "notice", ID: int64(n.ID)}, finalRule, now, "an appeal was lodged (Article 3(9))")
	})
	return a, err
}

// SettleAppeal records the outcome: "dismiss" confirms the order, "annul" ends its effect, "drop" is an appeal taken back. decided is the day of the
// decision as a clock in the zone showed it.
func (d *Desk) SettleAppeal(ctx context.Context, s iru.Scope, id int64, verb, decided, zone, reason string) (iru.Appeal, error) {
	var a iru.Appeal
	if err := s.May(iru.ToEndorse); err != nil {
		return a, err
	}
	at, err := moment(decided, zone)
	if err != nil {
		return a, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if a, err = t.Appeal(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, a.Unit); err != nil {
			return err
		}
		old := a.State
		var e iru.Event
		if a, e, err = a.Step(verb, s.Officer, at, now, reason); err != nil {
			return err
		}
		if err := t.UpdateAppeal(ctx, a, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		n, err := t.Notice(ctx, iru.Program(), a.Notice)
		if err != nil {
			return err
		}
		if verb == "annul" {
			by := a.Body
			if a.Ref != "" {
				by += ", " + a.Ref
			}
			return d.loseEffect(ctx, t, n, "annul", "annulled", "annulled by "+by+": "+reason, s.Officer, now)
		}
		f, err := d.final(ctx, t, n, now)
		if err != nil || f.IsZero() {
			return err
		}
		return d.tellFinal(ctx, t, n, f, "It was confirmed: "+a.Body+", "+a.Ref+".", now)
	})
	return a, err
}

// final is when an order became final, or zero.
func (d *Desk) final(ctx context.Context, t *db.Tx, n iru.Notice, now time.Time) (time.Time, error) {
	as, err := t.AppealsOf(ctx, iru.Program(), n.ID)
	if err != nil {
		return time.Time{}, err
	}
	cs, err := t.ClocksAbout(ctx, iru.Program(), iru.Subject{Noun: "notice", ID: int64(n.ID)})
	if err != nil {
		return time.Time{}, err
	}
	var clock iru.Clock
	for _, c := range cs {
		if c.Rule == finalRule && c.State != iru.ClockReplaced {
			clock = c
		}
	}
	at, ok := n.Final(clock, as, now)
	if !ok {
		return time.Time{}, nil
	}
	return at, nil
}

// Exposure is what the law calls a factor for a decision that a provider is exposed: its final removal orders of the last twelve months (TCO Art
// 5(4)). People decide.
type Exposure struct {
	Final  []iru.Notice // in those twelve months
	Factor bool         // two or more
}

// ExposureOf counts a provider's final orders as the unit knows them.
func (d *Desk) ExposureOf(ctx context.Context, s iru.Scope, id iru.ProviderID) (Exposure, error) {
	var x Exposure
	err := d.DB.View(ctx, func(t *db.Tx) error {
		x = Exposure{}
		ns, err := t.NoticesTo(ctx, s, id)
		if err != nil {
			return err
		}
		now := d.now()
		for _, n := range ns {
			if n.Instrument != legal.RemovalOrder {
				continue
			}
			at, err := d.final(ctx, t, n, now)
			if err != nil {
				return err
			}
			if !at.IsZero() && iru.Exposed([]time.Time{at}, now) == 1 {
				x.Final = append(x.Final, n)
			}
		}
		x.Factor = len(x.Final) >= iru.ExposedFrom
		return nil
	})
	return x, err
}

// FinalAt gives when an order became final; zero: it is not, or its time to appeal is not known.
func (d *Desk) FinalAt(ctx context.Context, s iru.Scope, id iru.NoticeID) (at time.Time, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		at, err = d.final(ctx, t, n, d.now())
		return err
	})
	return at, err
}
