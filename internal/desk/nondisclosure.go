// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

const secrecyRule = "tco-6w"

// DecideNondisclosure records that the content provider is not told: the decision with its reasons, and its clock of at most six weeks. until ("" is the longest) is as a
// clock in the zone shows it.
func (d *Desk) DecideNondisclosure(ctx context.Context, s iru.Scope, id iru.NoticeID, reason, until, zone string) (iru.Nondisclosure, error) {
	var x iru.Nondisclosure
	if err := s.May(iru.ToEndorse); err != nil {
		return x, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if n.Instrument != legal.RemovalOrder || n.State == iru.NoticeWithdrawn {
			return iru.Refuse(iru.Conflict, n.Ref+" is no removal order that stands", "Article 11(3) is about those")
		}
		if n.State != iru.NoticeDraft && n.SentAt.IsZero() {
			return iru.Refuse(iru.Conflict, "the order was handed in without it, and says in section C what was approved", "return or withdraw it, decide on the draft, and hand that in; or decide when it has left")
		}
		xs, err := t.NondisclosuresOf(ctx, s, n.ID)
		if err != nil {
			return err
		}
		for _, o := range xs {
			if o.State != iru.NondisclosureEnded {
				return iru.Refuse(iru.Conflict, "a decision not to disclose is in force", "extend it, once, before it ends")
			}
		}
		x = iru.Nondisclosure{Unit: n.Unit, Notice: n.ID, By: s.Officer, At: now, Reason: strings.TrimSpace(reason), State: iru.NondisclosureInForce}
		if err := x.Check(); err != nil {
			return err
		}
		if err := t.AddNondisclosure(ctx, &x); err != nil {
			return err
		}
		e := happened("nondisclosure", x.ID, "decide", s.Officer, x.Unit, now, clip(x.Reason, 300)).With("notice", int64(n.ID))
		e.To = string(x.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		u, err := t.Unit(ctx, n.Unit)
		if err != nil {
			return err
		}
		rule, _ := d.Regime.Clock(secrecyRule)
		c := iru.Clock{Unit: n.Unit, About: iru.Subject{Noun: "nondisclosure", ID: x.ID}, Notice: n.ID, Provider: n.Provider, Ref: n.Ref, Zone: zoneOf(u.Country), By: s.Officer}
		longest, _ := c.Begin(rule, now, "decision not to disclose")
		if c = longest; until != "" {
			end, err := moment(until, zone)
			if err != nil {
				return err
			}
			if !end.After(now) || end.After(longest.Due) {
				return iru.Refuse(iru.Invalid, "the end is past, or later than the law allows", rule.Term)
			}
			c = c.Until(rule, now, end, "decision not to disclose")
		}
		if err := d.start(ctx, t, &c); err != nil {
			return err
		}
		return d.hush(ctx, t, n, c.Due, s.Officer, now)
	})
	return x, err
}

// undisclosed is what an order says of a decision that is in force: until when, and not why, which is not the provider's to know.
func undisclosed(ctx context.Context, t *db.Tx, n iru.NoticeID) (*form.NonDisclosure, error) {
	xs, err := t.NondisclosuresOf(ctx, iru.Program(), n)
	if err != nil {
		return nil, err
	}
	for _, x := range xs {
		if x.State == iru.NondisclosureEnded {
			continue
		}
		cs, err := t.ClocksAbout(ctx, iru.Program(), iru.Subject{Noun: "nondisclosure", ID: x.ID})
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			if c.State == iru.ClockRunning {
				return &form.NonDisclosure{Until: c.Due.UTC().Truncate(time.Second)}, nil
			}
		}
	}
	return nil, nil
}

// hush drafts the letter by which a provider that has the order already learns of the decision, or of its new end; a person sends it.
func (d *Desk) hush(ctx context.Context, t *db.Tx, n iru.Notice, until time.Time, by iru.OfficerID, now time.Time) error {
	if n.SentAt.IsZero() {
		return nil
	}
	return d.toProvider(ctx, t, n, iru.Missive{Kind: iru.Secrecy, By: by}, until, now)
}

// ExtendNondisclosure prolongs a decision not to disclose, once, by at most six weeks, with reasons of its own.
func (d *Desk) ExtendNondisclosure(ctx context.Context, s iru.Scope, id int64, why, until, zone string) (iru.Nondisclosure, error) {
	return d.secrecy(ctx, s, id, "extend", why, func(t *db.Tx, x iru.Nondisclosure, now time.Time) error {
		cs, err := t.ClocksAbout(ctx, iru.Program(), iru.Subject{Noun: "nondisclosure", ID: x.ID})
		if err != nil {
			return err
		}
		var end time.Time
		if until != "" {
			if end, err = moment(until, zone); err != nil {
				return err
			}
		}
		for _, c := range cs {
			if c.State != iru.ClockRunning {
				continue
			}
			if c, err = d.extend(ctx, t, c, end, s.Officer, now, why); err != nil {
				return err
			}
			n, err := t.Notice(ctx, iru.Program(), x.Notice)
			if err != nil {
				return err
			}
			return d.hush(ctx, t, n, c.Due, s.Officer, now)
		}
		return iru.Refuse(iru.Conflict, "its time has ended", "decide anew on new grounds")
	})
}

// EndNondisclosure ends it before its time: the content provider is to be told.
func (d *Desk) EndNondisclosure(ctx context.Context, s iru.Scope, id int64, why string) (iru.Nondisclosure, error) {
	return d.secrecy(ctx, s, id, "end", why, func(t *db.Tx, x iru.Nondisclosure, now time.Time) error {
		if err := stopAbout(ctx, t, iru.Subject{Noun: "nondisclosure", ID: x.ID}, "", now, "ended: "+why); err != nil {
			return err
		}
		return d.disclose(ctx, t, x, now)
	})
}

func (d *Desk) secrecy(ctx context.Context, s iru.Scope, id int64, verb, why string, then func(*db.Tx, iru.Nondisclosure, time.Time) error) (iru.Nondisclosure, error) {
	var x iru.Nondisclosure
	if err := s.May(iru.ToEndorse); err != nil {
		return x, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if x, err = t.Nondisclosure(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, x.Unit); err != nil {
			return err
		}
		if x, err = moveSecrecy(ctx, t, x, verb, s.Officer, now, why); err != nil {
			return err
		}
		return then(t, x, now)
	})
	return x, err
}

func moveSecrecy(ctx context.Context, t *db.Tx, x iru.Nondisclosure, verb string, by iru.OfficerID, now time.Time, why string) (iru.Nondisclosure, error) {
	old := x.State
	x, e, err := x.Step(verb, by, now, why)
	if err != nil {
		return x, err
	}
	if err := t.UpdateNondisclosure(ctx, x, old); err != nil {
		return x, err
	}
	_, err = t.Record(ctx, e)
	return x, err
}

// secrecyOver runs when its time has ended.
func (d *Desk) secrecyOver(ctx context.Context, t *db.Tx, c iru.Clock, now time.Time) error {
	x, err := t.Nondisclosure(ctx, iru.Program(), c.About.ID)
	if err != nil || x.State == iru.NondisclosureEnded {
		return err
	}
	if x, err = moveSecrecy(ctx, t, x, "end", 0, now, "its time has ended (Article 11(3))"); err != nil {
		return err
	}
	if err := stopClock(ctx, t, c, now, "its time has ended"); err != nil {
		return err
	}
	return d.disclose(ctx, t, x, now)
}

// disclose drafts the letter that has the provider tell the content provider; a person sends it. Of an order that never left there is
// nothing to tell.
func (d *Desk) disclose(ctx context.Context, t *db.Tx, x iru.Nondisclosure, now time.Time) error {
	n, err := t.Notice(ctx, iru.Program(), x.Notice)
	if err != nil || n.SentAt.IsZero() {
		return err
	}
	return d.toProvider(ctx, t, n, iru.Missive{Kind: iru.Disclosure, By: x.AgainBy}, now, now)
}

// toProvider drafts a letter to the addressee of an act.
func (d *Desk) toProvider(ctx context.Context, t *db.Tx, n iru.Notice, m iru.Missive, at, now time.Time) error {
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	m.Ref, m.Notice, m.Provider, m.Name = n.Ref, n.ID, p.ID, p.Name
	if p.Channel == iru.ByMail {
		m.Address = p.Address
	}
	_, err = d.write(ctx, t, u, m, form.Missive{Locator: n.Locator, At: at}, now)
	return err
}
