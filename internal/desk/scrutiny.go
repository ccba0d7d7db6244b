// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// crossBorder reports whether a removal order goes to a provider whose main establishment, or legal representative, is in another Member State.
func crossBorder(n iru.Notice, p iru.Provider, u iru.Unit) bool {
	return n.Instrument == legal.RemovalOrder && p.Establishment != "" && !strings.EqualFold(p.Establishment, u.Country) && legal.MemberState(p.Establishment)
}

// home is a state's authority in a role, as the unit's register has it.
func (d *Desk) home(ctx context.Context, t *db.Tx, u iru.Unit, country string, role iru.AuthorityRole) (iru.Authority, error) {
	as, err := t.AuthoritiesOf(ctx, iru.ProgramFor(u.ID), country, role)
	if err != nil {
		return iru.Authority{}, err
	}
	for _, a := range as {
		if a.Mail != "" && a.State == iru.ContactConfirmed {
			return a, nil
		}
	}
	return iru.Authority{}, iru.Refuse(iru.Conflict, fmt.Sprintf("the register has no confirmed mail address of the authority of %s that gets a copy of the order with the order (Article 4(1))", country),
		"enter and confirm the authority of that state in the role "+string(role))
}

// hasHome refuses a cross-border removal order that no authority could get the copy of: it would stop at the door, when there is no time.
func (d *Desk) hasHome(ctx context.Context, t *db.Tx, n iru.Notice) error {
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil || !crossBorder(n, p, u) {
		return err
	}
	_, err = d.home(ctx, t, u, p.Establishment, iru.RoleScrutinise)
	return err
}

// copyHome sends the copy of a cross-border removal order to the home authority in the transaction in which the order is put on its way.
func (d *Desk) copyHome(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, u iru.Unit, now time.Time) error {
	if !crossBorder(n, p, u) {
		return nil
	}
	if _, err := t.ScrutinyOf(ctx, iru.Program(), n.ID); err == nil { // it is sent again after it bounced: the copy has left
		return nil
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	a, err := d.home(ctx, t, u, p.Establishment, iru.RoleScrutinise)
	if err != nil {
		return err
	}
	sc := iru.Scrutiny{Unit: u.ID, Role: iru.AsIssuer, State: iru.ScrutinyCopied, Notice: n.ID, Provider: p.ID, Ref: n.Ref, Authority: a.Name, Country: p.Establishment,
		AuthorityMail: a.Mail, Addressee: p.Name, Locator: n.Locator, Reasons: n.Reasons, IssuedAt: now, Created: now}
	if err := t.AddScrutiny(ctx, &sc); err != nil {
		return err
	}
	if err := recordScrutiny(ctx, t, sc, "open", 0, now, "copy to "+a.Name); err != nil {
		return err
	}
	m, err := d.write(ctx, t, u, iru.Missive{Kind: iru.OrderCopy, Ref: n.Ref, Notice: n.ID, Scrutiny: sc.ID, Name: a.Name, Address: a.Mail}, form.Missive{Addressee: p.Name, Locator: n.Locator, Order: n.Text}, now)
	if err != nil {
		return err
	}
	_, err = d.queue(ctx, t, m, 0, now)
	return err
}

func recordScrutiny(ctx context.Context, t *db.Tx, sc iru.Scrutiny, verb string, by iru.OfficerID, at time.Time, note string) error {
	e := happened("scrutiny", int64(sc.ID), verb, by, sc.Unit, at, note).With("ref", sc.Ref).With("role", sc.Role).With("notice", int64(sc.Notice))
	e.To = string(sc.State)
	_, err := t.Record(ctx, e)
	return err
}

// copyReceived starts the home authority's 72 hours: it has the copy.
func (d *Desk) copyReceived(ctx context.Context, t *db.Tx, m iru.Missive, by iru.OfficerID) error {
	sc, err := t.Scrutiny(ctx, iru.Program(), m.Scrutiny)
	if err != nil || !sc.CopyAt.IsZero() {
		return err
	}
	sc.CopyAt = m.GotAt
	if err := t.UpdateScrutiny(ctx, sc, sc.State); err != nil {
		return err
	}
	c := d.onScrutiny(sc, sc.Country)
	c.By = by
	if _, err := d.begin(ctx, t, c, "tco-72h-own", sc.CopyAt, "receipt of the copy: "+m.Proof); err != nil {
		return err
	}
	return nil
}

func (d *Desk) onScrutiny(sc iru.Scrutiny, state string) iru.Clock {
	return iru.Clock{Unit: sc.Unit, About: iru.Subject{Noun: "scrutiny", ID: int64(sc.ID)}, Notice: sc.Notice, Provider: sc.Provider, Ref: sc.Ref, Zone: zoneOf(state)}
}

// lapse ends a scrutiny that nobody began within the 72 hours.
func (d *Desk) lapse(ctx context.Context, t *db.Tx, c iru.Clock, now time.Time) error {
	sc, err := t.Scrutiny(ctx, iru.Program(), iru.ScrutinyID(c.About.ID))
	if err != nil || sc.State != iru.ScrutinyCopied {
		return err
	}
	_, err = d.moveScrutiny(ctx, t, sc, "lapse", 0, now, "nobody examined it within the 72 hours (Article 4(3))")
	return err
}

func (d *Desk) moveScrutiny(ctx context.Context, t *db.Tx, sc iru.Scrutiny, verb string, by iru.OfficerID, now time.Time, words string) (iru.Scrutiny, error) {
	old := sc.State
	sc, e, err := sc.Step(verb, by, now, words)
	if err != nil {
		return sc, err
	}
	if err := t.UpdateScrutiny(ctx, sc, old); err != nil {
		return sc, err
	}
	_, err = t.Record(ctx, e.With("notice", int64(sc.Notice)))
	return sc, err
}

// A Copy is a removal order of another state's authority to a provider of ours, as it came: by hand, by the interface or as the JSON of the form.
type Copy struct {
	Ref           string   `json:"reference"`
	Authority     string   `json:"authority"`
	Country       string   `json:"country"`
	AuthorityMail string   `json:"authority_mail"`
	Addressee     string   `json:"addressee"`
	AddresseeMail string   `json:"addressee_mail"`
	Locator       string   `json:"address"`
	Reasons       string   `json:"reasons"`
	Limbs         []string `json:"limbs"`
	Issued        string   `json:"issued"`   // as their clock showed it
	Received      string   `json:"received"` // when we had the copy
	Ordered       string   `json:"ordered"`  // when the provider had the order; "" is not known
	Zone          string   `json:"zone"`     // of these times; "" is UTC
	Provider      iru.ProviderID
}

// ParseCopy reads a copy from the JSON of the form: the names of Annex I's fields as the form part writes them, and ours.
func ParseCopy(text []byte) (Copy, error) {
	var c Copy
	var act struct {
		Ref      string `json:"ref"`
		Issuer   struct{ Name, Country, Mail string }
		Targets  []string `json:"targets"`
		IssuedAt string   `json:"issued_at"`
		Provider struct{ Name, Mail string }
	}
	if len(text) > 1<<20 {
		return c, iru.Refuse(iru.Invalid, "the file is too large for a copy of an order", "")
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, iru.Refuse(iru.Invalid, "that is not the JSON of an order", "enter the copy by hand")
	}
	if json.Unmarshal(text, &act) == nil {
		first := func(s *string, v string) {
			if *s == "" {
				*s = v
			}
		}
		first(&c.Ref, act.Ref)
		first(&c.Authority, act.Issuer.Name)
		first(&c.Country, act.Issuer.Country)
		first(&c.AuthorityMail, act.Issuer.Mail)
		first(&c.Issued, act.IssuedAt)
		first(&c.Addressee, act.Provider.Name)
		first(&c.AddresseeMail, act.Provider.Mail)
		if len(act.Targets) > 0 {
			first(&c.Locator, act.Targets[0])
		}
	}
	return c, nil
}

// EnterCopy takes the copy of an order in, and starts the 72 hours of Article 4(3). The scrutiny of an order by its own state is refused.
func (d *Desk) EnterCopy(ctx context.Context, s iru.Scope, c Copy) (iru.Scrutiny, error) {
	var sc iru.Scrutiny
	if err := s.May(iru.ToAnswer); err != nil {
		return sc, err
	}
	sc = iru.Scrutiny{Unit: s.Unit, Role: iru.AsScrutiniser, State: iru.ScrutinyCopied, Provider: c.Provider, Ref: strings.TrimSpace(c.Ref), Authority: strings.TrimSpace(c.Authority),
		Country: strings.ToUpper(strings.TrimSpace(c.Country)), AuthorityMail: strings.TrimSpace(c.AuthorityMail), Addressee: strings.TrimSpace(c.Addressee), AddresseeMail: strings.TrimSpace(c.AddresseeMail),
		Locator: strings.TrimSpace(c.Locator), Reasons: c.Reasons, Limbs: c.Limbs, EnteredBy: s.Officer}
	var ordered time.Time
	for _, v := range []struct {
		text string
		into *time.Time
	}{{c.Issued, &sc.IssuedAt}, {c.Received, &sc.CopyAt}, {c.Ordered, &ordered}} {
		if v.text == "" {
			continue
		}
		at, err := moment(v.text, c.Zone)
		if err != nil {
			return sc, err
		}
		*v.into = at
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		u, err := t.Unit(ctx, s.Unit)
		if err != nil {
			return err
		}
		if sc.Provider != 0 {
			if _, err := t.Provider(ctx, s, sc.Provider); err != nil {
				return err
			}
		}
		sc.ID, sc.Created = 0, now
		if err := sc.Check(u, now); err != nil {
			return err
		}
		if ordered.After(now) {
			return iru.Refuse(iru.Invalid, "the provider would have received the order in the future", "check the day, the time and the zone")
		}
		if err := t.AddScrutiny(ctx, &sc); err != nil {
			return err
		}
		if err := recordScrutiny(ctx, t, sc, "open", s.Officer, now, "copy from "+sc.Authority); err != nil {
			return err
		}
		clock := d.onScrutiny(sc, u.Country)
		clock.By = s.Officer
		if _, err := d.begin(ctx, t, clock, "tco-72h-own", sc.CopyAt, "receipt of the copy"); err != nil || ordered.IsZero() {
			return err
		}
		_, err = d.begin(ctx, t, clock, "tco-48h", ordered, "the provider's receipt of the order")
		return err
	})
	return sc.Veil(), err
}

// Scrutiny gives one as its officers may see it: without the issuer's reasons before their own conclusion.
func (d *Desk) Scrutiny(ctx context.Context, s iru.Scope, id iru.ScrutinyID) (sc iru.Scrutiny, cs []iru.Clock, ms []iru.Missive, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		if sc, err = t.Scrutiny(ctx, s, id); err != nil {
			return err
		}
		if cs, err = t.ClocksAbout(ctx, s, iru.Subject{Noun: "scrutiny", ID: int64(id)}); err != nil {
			return err
		}
		ms, err = t.MissivesAfter(ctx, s, db.MissiveFilter{Scrutiny: id}, 0, 100)
		return err
	})
	return sc.Veil(), cs, ms, err
}

func (d *Desk) scrutinise(ctx context.Context, s iru.Scope, id iru.ScrutinyID, p iru.Power, f func(t *db.Tx, sc iru.Scrutiny, u iru.Unit, now time.Time) (iru.Scrutiny, error)) (iru.Scrutiny, error) {
	var sc iru.Scrutiny
	if err := s.May(p); err != nil {
		return sc, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if sc, err = t.Scrutiny(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, sc.Unit); err != nil {
			return err
		}
		u, err := t.Unit(ctx, sc.Unit)
		if err != nil {
			return err
		}
		sc, err = f(t, sc, u, now)
		return err
	})
	return sc.Veil(), err
}

// A Request is what a provider or a content provider asks of the home authority (Article 4(4)).
type Request struct {
	Asker string // "provider" or "content provider"
	Name  string
	Mail  string
	At    string // when we had the request, as a clock in Zone showed it
	Since string // when the asker had the order, or was told of the removal (Article 11(2)): its 48 hours run from there
	Zone  string
	Proof string
}

// RequestScrutiny takes a request in and starts its 72 hours. One that comes after the asker's 48 hours is refused with the time.
func (d *Desk) RequestScrutiny(ctx context.Context, s iru.Scope, id iru.ScrutinyID, q Request) (iru.Scrutiny, error) {
	at, err := moment(q.At, q.Zone)
	if err != nil {
		return iru.Scrutiny{}, err
	}
	since, err := moment(q.Since, q.Zone)
	if err != nil {
		return iru.Scrutiny{}, err
	}
	return d.scrutinise(ctx, s, id, iru.ToAnswer, func(t *db.Tx, sc iru.Scrutiny, u iru.Unit, now time.Time) (iru.Scrutiny, error) {
		if at.After(now) || since.After(at) {
			return sc, iru.Refuse(iru.Invalid, "the request would lie in the future, or before the asker knew of the order", "check the day, the time and the zone")
		}
		window, _ := d.Regime.Clock("tco-48h")
		until, _ := window.End(since)
		sc, err := sc.Ask(q.Asker, q.Name, q.Mail, at, until)
		if err != nil {
			return sc, err
		}
		if err := t.UpdateScrutiny(ctx, sc, sc.State); err != nil {
			return sc, err
		}
		if _, err := t.Record(ctx, happened("scrutiny", int64(sc.ID), "ask", s.Officer, sc.Unit, now, q.Asker+" "+q.Name).With("ref", sc.Ref).With("proof", clip(q.Proof, 300))); err != nil {
			return sc, err
		}
		about := iru.Subject{Noun: "scrutiny", ID: int64(sc.ID)}
		if err := stopAbout(ctx, t, about, "tco-48h", at, "the "+q.Asker+" asked"); err != nil {
			return sc, err
		}
		c := d.onScrutiny(sc, u.Country)
		c.By = s.Officer
		if _, err := d.begin(ctx, t, c, "tco-72h-req", at, "request of the "+q.Asker+": "+clip(q.Proof, 200)); err != nil || sc.State == iru.ScrutinyExamining {
			return sc, err
		}
		return d.moveScrutiny(ctx, t, sc, "examine", s.Officer, now, "on request")
	})
}

// Examine begins an examination on own initiative.
func (d *Desk) Examine(ctx context.Context, s iru.Scope, id iru.ScrutinyID) (iru.Scrutiny, error) {
	return d.scrutinise(ctx, s, id, iru.ToAssess, func(t *db.Tx, sc iru.Scrutiny, _ iru.Unit, now time.Time) (iru.Scrutiny, error) {
		if sc.State == iru.ScrutinyLapsed {
			return sc, iru.Refuse(iru.Conflict, "the 72 hours for an examination on own initiative have ended", "only a request in time opens it now")
		}
		return d.moveScrutiny(ctx, t, sc, "examine", s.Officer, now, "on own initiative")
	})
}

// Conclude records the own conclusion, before the issuer's reasons were seen: "infringes" or "none", with reasons.
func (d *Desk) Conclude(ctx context.Context, s iru.Scope, id iru.ScrutinyID, finding, reasons string) (iru.Scrutiny, error) {
	return d.scrutinise(ctx, s, id, iru.ToAssess, func(t *db.Tx, sc iru.Scrutiny, _ iru.Unit, now time.Time) (iru.Scrutiny, error) {
		if finding != iru.Infringes && finding != iru.NoInfringes {
			return sc, iru.Refuse(iru.Invalid, "it is not said what you conclude", "say whether it seriously or manifestly infringes, or not")
		}
		sc.Own = finding
		return d.moveScrutiny(ctx, t, sc, "conclude", s.Officer, now, reasons)
	})
}

// Compare records in what the own conclusion differs from the issuer's reasons, which are shown from the conclusion on.
func (d *Desk) Compare(ctx context.Context, s iru.Scope, id iru.ScrutinyID, words string) (iru.Scrutiny, error) {
	return d.scrutinise(ctx, s, id, iru.ToAssess, func(t *db.Tx, sc iru.Scrutiny, _ iru.Unit, now time.Time) (iru.Scrutiny, error) {
		return d.moveScrutiny(ctx, t, sc, "compare", s.Officer, now, words)
	})
}

// AnnounceIntention tells the issuer the intention to find an infringement, with reasons (Article 4(5)). As issuer it records that the other authority
// told us so.
func (d *Desk) AnnounceIntention(ctx context.Context, s iru.Scope, id iru.ScrutinyID, reasons string) (iru.Scrutiny, error) {
	return d.scrutinise(ctx, s, id, iru.ToAnswer, func(t *db.Tx, sc iru.Scrutiny, u iru.Unit, now time.Time) (iru.Scrutiny, error) {
		sc, err := d.moveScrutiny(ctx, t, sc, "announce", s.Officer, now, reasons)
		if err != nil || sc.Role == iru.AsIssuer {
			return sc, err
		}
		return sc, d.tell(ctx, t, u, sc, iru.Intention, []recipient{{sc.Authority, sc.AuthorityMail}}, reasons, s.Officer, now)
	})
}

type recipient struct{ name, mail string }

// tell writes a scrutiny's letters. Those with an address leave; the others wait for a person.
func (d *Desk) tell(ctx context.Context, t *db.Tx, u iru.Unit, sc iru.Scrutiny, kind iru.MissiveKind, to []recipient, why string, by iru.OfficerID, now time.Time) error {
	for _, r := range to {
		m, err := d.write(ctx, t, u, iru.Missive{Kind: kind, Ref: sc.Ref, Notice: sc.Notice, Scrutiny: sc.ID, Name: r.name, Address: r.mail, By: by},
			form.Missive{Locator: sc.Locator, Addressee: sc.Addressee, Issuer: sc.Authority, Why: why}, now)
		if err != nil {
			return err
		}
		if m.Address == "" {
			continue
		}
		if _, err := d.queue(ctx, t, m, by, now); err != nil {
			return err
		}
	}
	return nil
}

// Decide ends a scrutiny. As scrutiniser: infringes, after the issuer was told, by a second person; or nothing found. The decision goes to the
// issuer, the provider, whoever asked, and Europol (Article 4(6)). As issuer it records the other authority's decision: an infringement ends the
// order's effect.
func (d *Desk) Decide(ctx context.Context, s iru.Scope, id iru.ScrutinyID, finding, reasons string) (iru.Scrutiny, error) {
	return d.scrutinise(ctx, s, id, iru.ToEndorse, func(t *db.Tx, sc iru.Scrutiny, u iru.Unit, now time.Time) (iru.Scrutiny, error) {
		verb := map[string]string{iru.Infringes: "infringe", iru.NoInfringes: "clear"}[finding]
		if verb == "" {
			return sc, iru.Refuse(iru.Invalid, "it is not said what is decided", "say whether it seriously or manifestly infringes, or not")
		}
		sc, err := d.moveScrutiny(ctx, t, sc, verb, s.Officer, now, reasons)
		if err != nil {
			return sc, err
		}
		about := iru.Subject{Noun: "scrutiny", ID: int64(sc.ID)}
		if err := stopAbout(ctx, t, about, "", now, "decided: "+string(sc.State)); err != nil {
			return sc, err
		}
		if sc.Role == iru.AsIssuer {
			if verb == "clear" {
				return sc, nil
			}
			n, err := t.Notice(ctx, iru.Program(), sc.Notice)
			if err != nil {
				return sc, err
			}
			return sc, d.loseEffect(ctx, t, n, "annul", "infringement", "found to infringe by "+sc.Authority+": "+reasons, s.Officer, now)
		}
		to := []recipient{{sc.Authority, sc.AuthorityMail}, {sc.Addressee, sc.AddresseeMail}, {"Europol", ""}}
		if sc.Asker == "content provider" {
			to = append(to, recipient{sc.AskerName, sc.AskerMail})
		}
		return sc, d.tell(ctx, t, u, sc, iru.Decision, to, reasons, s.Officer, now)
	})
}

// IssuerWithdrew records, as scrutiniser, that the issuer withdrew its order.
func (d *Desk) IssuerWithdrew(ctx context.Context, s iru.Scope, id iru.ScrutinyID, words string) (iru.Scrutiny, error) {
	return d.scrutinise(ctx, s, id, iru.ToAnswer, func(t *db.Tx, sc iru.Scrutiny, _ iru.Unit, now time.Time) (iru.Scrutiny, error) {
		if sc.Role != iru.AsScrutiniser {
			return sc, iru.Refuse(iru.Conflict, "this is our own order", "revoke it on its own page")
		}
		sc, err := d.moveScrutiny(ctx, t, sc, "withdraw", s.Officer, now, words)
		if err != nil {
			return sc, err
		}
		return sc, stopAbout(ctx, t, iru.Subject{Noun: "scrutiny", ID: int64(sc.ID)}, "", now, "the issuer withdrew its order")
	})
}
