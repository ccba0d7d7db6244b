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

// zoneOf is the name of the time zone in which a state's periods run; "" is UTC.
func zoneOf(states ...string) string {
	for _, s := range states {
		if loc, ok := legal.Zone(s); ok {
			return loc.String()
		}
	}
	return ""
}

// onNotice is a clock about an act that nobody started yet, counted where the addressee is.
func onNotice(n iru.Notice, p iru.Provider) iru.Clock {
	return iru.Clock{Unit: n.Unit, About: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Notice: n.ID, Provider: n.Provider, Ref: n.Ref, Zone: zoneOf(p.Establishment, p.Jurisdiction)}
}

// begin starts a clock by a rule of the regime.
func (d *Desk) begin(ctx context.Context, t *db.Tx, c iru.Clock, rule string, at time.Time, proof string) (iru.Clock, error) {
	r, ok := d.Regime.Clock(rule)
	if !ok {
		return c, fmt.Errorf("start clock %s: %w: the regime has no such rule", rule, iru.Internal)
	}
	c, ok = c.Begin(r, at, proof)
	if !ok {
		return c, fmt.Errorf("start clock %s: %w: the law gives it no length", rule, iru.Internal)
	}
	return c, d.start(ctx, t, &c)
}

// start stores a clock that begins, records it, and has people told at each step of its rule.
func (d *Desk) start(ctx context.Context, t *db.Tx, c *iru.Clock) error {
	if err := t.AddClock(ctx, c); err != nil {
		return err
	}
	e := happened("clock", int64(c.ID), "start", c.By, c.Unit, c.Started, c.Proof).With("notice", int64(c.Notice)).With("rule", c.Rule).With("due", c.Due.Format(time.RFC3339Nano))
	if c.About.Noun != "notice" {
		e = e.With("about", c.About.Noun).With("subject", c.About.ID)
	}
	e.To = string(c.State)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	return d.remind(ctx, t, *c)
}

// remind has people told at each step that is still ahead, and in any case at the end.
func (d *Desk) remind(ctx context.Context, t *db.Tx, c iru.Clock) error {
	for _, j := range d.reminders(c, d.now()) {
		if _, err := t.Enqueue(ctx, j, act(c.Due.Add(-time.Duration(j.Left)*time.Second))); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) reminders(c iru.Clock, now time.Time) []Escalate {
	var due int64 // the jobs of the end that it had before find that it is not theirs
	if !c.Extended.IsZero() {
		due = c.Due.UnixMicro()
	}
	list := []Escalate{{Clock: c.ID, Due: due}}
	r, _ := d.Regime.Clock(c.Rule)
	for _, s := range r.Tell {
		if s.Left > 0 && c.Due.Add(-s.Left).After(now) && s.Left < c.Length {
			list = append(list, Escalate{Clock: c.ID, Left: int64(s.Left / time.Second), Due: due})
		}
	}
	return list
}

// Forewarn runs when a step of a clock's escalation has come: if the clock still runs, it is recorded whose roles are told. Told is told once.
func (d *Desk) Forewarn(ctx context.Context, id iru.ClockID, left time.Duration) error {
	if left <= 0 {
		return d.Expire(ctx, id)
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		c, err := t.Clock(ctx, id)
		if err != nil || c.State != iru.ClockRunning || !now.Before(c.Due) {
			return err
		}
		if now.Before(c.Due.Add(-left)) {
			if !c.Extended.IsZero() { // it was prolonged meanwhile, and has its own reminders
				return nil
			}
			return iru.Refuse(iru.Unavailable, "it is not time for that yet", "ask again when it is")
		}
		told, err := t.EventsOf(ctx, iru.Subject{Noun: "clock", ID: int64(c.ID)})
		if err != nil || slices.ContainsFunc(told, func(e iru.Event) bool {
			return e.Verb == "remind" && e.Facts["left"] == left.String() && e.At.After(c.Extended)
		}) {
			return err
		}
		_, err = t.Record(ctx, happened("clock", int64(c.ID), "remind", 0, c.Unit, now, c.Ref+": "+left.String()+" left").
			With("notice", int64(c.Notice)).With("left", left.String()).With("who", d.told(c, left)))
		return err
	})
}

func (d *Desk) told(c iru.Clock, left time.Duration) []string {
	r, _ := d.Regime.Clock(c.Rule)
	for _, s := range r.Tell {
		if s.Left == left {
			return s.Who
		}
	}
	return nil
}

// Expire runs when a clock is due. If it still runs, the fact is recorded; people see it overdue and escalate. What the law says follows
// from the end by itself follows.
func (d *Desk) Expire(ctx context.Context, id iru.ClockID) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		c, err := t.Clock(ctx, id)
		if err != nil {
			return err
		}
		if c.State != iru.ClockRunning {
			return nil
		}
		if now.Before(c.Due) { // a job that is early must not be the last word
			if !c.Extended.IsZero() {
				return nil // prolonged: its end has a job of its own
			}
			return iru.Refuse(iru.Unavailable, "the clock is not due yet", "ask again when it is")
		}
		told, err := t.EventsOf(ctx, iru.Subject{Noun: "clock", ID: int64(c.ID)})
		if err != nil || slices.ContainsFunc(told, func(e iru.Event) bool { return e.Verb == "due" && e.At.After(c.Extended) }) {
			return err
		}
		what := "what " + c.Ref + " asks for was not done in time"
		if r, ok := d.Regime.Clock(c.Rule); ok && r.Sense != legal.Deadline {
			what = c.Ref + ": its time has ended (" + r.Term + ")"
		} else if c.About.Noun != "notice" {
			what = c.Ref + ": what was due by " + c.Source + " was not recorded in time"
		}
		e := happened("clock", int64(c.ID), "due", 0, c.Unit, now, what).With("notice", int64(c.Notice))
		if who := d.told(c, 0); len(who) > 0 {
			e = e.With("who", who)
		}
		if _, err = t.Record(ctx, e); err != nil {
			return err
		}
		if err := d.ended(ctx, t, c, now); err != nil {
			return err
		}
		if c, err = t.Clock(ctx, c.ID); err != nil || c.State != iru.ClockRunning || c.Sense == legal.Deadline || c.Sense == "" {
			return err
		}
		return stopClock(ctx, t, c, c.Due, "its time has ended") // nobody is late: a window or a time to keep is over
	})
}

// ended does what the law lets follow from the end of a clock.
func (d *Desk) ended(ctx context.Context, t *db.Tx, c iru.Clock, now time.Time) error {
	switch c.Rule {
	case "tco-6w":
		return d.secrecyOver(ctx, t, c, now)
	case "tco-final":
		return d.becameFinal(ctx, t, c, now)
	case "tco-72h-own":
		return d.lapse(ctx, t, c, now)
	}
	return nil
}

// byHand are the rules whose event no machine sees: a person enters it.
var byHand = []string{"tco-measures", "tco-review", "tco-complaint", "tco-art8", "tco-art21", "epoc-8h", "epoc-48h", "led-3y"}

// ClocksByHand lists the rules whose event a person enters.
func ClocksByHand() []string { return slices.Clone(byHand) }

// An Occasion is an event that starts a clock, on a person's word.
type Occasion struct {
	Rule     string
	Notice   iru.NoticeID   // the act that it concerns; 0: none
	Provider iru.ProviderID // the provider that it concerns; 0: none
	Ref      string         // what people call it: "decision 12/2026", "person record 7"
	At       string         // as a clock showed it, such as 2026-03-29T10:15
	Zone     string         // of that clock; "" is UTC
	Due      string         // the end, where the law gives no length; in the same zone
	Proof    string         // how it is known
}

// StartClock starts a clock that only a person can know of: a decision that a provider is exposed, a request for its review, a complaint, an
// emergency order before validation, the start of processing a person's data, a yearly duty.
func (d *Desk) StartClock(ctx context.Context, s iru.Scope, o Occasion) (iru.Clock, error) {
	var c iru.Clock
	if err := s.May(iru.ToAnswer); err != nil {
		return c, err
	}
	r, ok := d.Regime.Clock(o.Rule)
	o.Ref, o.Proof = strings.TrimSpace(o.Ref), strings.TrimSpace(o.Proof)
	switch {
	case !ok || !slices.Contains(byHand, o.Rule):
		return c, iru.Refuse(iru.Invalid, "there is no time limit "+clip(o.Rule, 40)+" that a person starts", "choose one of "+strings.Join(byHand, ", "))
	case o.Proof == "":
		return c, iru.Refuse(iru.Invalid, "it is not said how the event is known", "name the document, or who told you")
	case o.Ref == "" && o.Notice == 0:
		return c, iru.Refuse(iru.Invalid, "it is not said what it is about", "give its reference")
	}
	at, err := moment(o.At, o.Zone)
	if err != nil {
		return c, err
	}
	var due time.Time
	if o.Due != "" {
		if due, err = moment(o.Due, o.Zone); err != nil {
			return c, err
		}
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if at.After(now) {
			return iru.Refuse(iru.Invalid, "the event would lie in the future", "check the day, the time and the zone")
		}
		u, err := t.Unit(ctx, s.Unit)
		if err != nil {
			return err
		}
		c = iru.Clock{Unit: s.Unit, About: iru.Subject{Noun: "unit", ID: int64(s.Unit)}, Ref: clip(o.Ref, 60), Zone: o.Zone, By: s.Officer}
		if c.Zone == "" {
			c.Zone = zoneOf(u.Country)
		}
		if o.Provider != 0 {
			p, err := t.Provider(ctx, s, o.Provider)
			if err != nil {
				return err
			}
			c.About, c.Provider = iru.Subject{Noun: "provider", ID: int64(p.ID)}, p.ID
			if r.Obliged == "provider" {
				c.Zone = zoneOf(p.Establishment, p.Jurisdiction, u.Country)
			}
		}
		if o.Notice != 0 {
			n, err := ownNotice(ctx, t, s, o.Notice)
			if err != nil {
				return err
			}
			p, err := t.Provider(ctx, iru.Program(), n.Provider)
			if err != nil {
				return err
			}
			zone := c.Zone
			if c = onNotice(n, p); r.Obliged != "provider" && r.Obliged != "addressee" {
				c.Zone = zone
			}
			c.By = s.Officer
		}
		began, ok := c.Begin(r, at, o.Proof)
		switch {
		case !due.IsZero() && !ok:
			if !due.After(at) {
				return iru.Refuse(iru.Invalid, "the end would be before the beginning", "check both")
			}
			began = c.Until(r, at, due, o.Proof)
		case !ok:
			return iru.Refuse(iru.Invalid, "the law gives no length for it: "+r.Term, "enter the day on which it ends")
		case !due.IsZero() && !due.Equal(began.Due):
			return iru.Refuse(iru.Invalid, "the law says how long it is: "+r.Term, "leave the end out")
		}
		c = began
		return d.start(ctx, t, &c)
	})
	return c, err
}

// StopClock records, with its proof, that what a clock was for has happened. The addressee's time to remove stops by our own looks only, and
// never here. What is due again by law begins its next period.
func (d *Desk) StopClock(ctx context.Context, s iru.Scope, id iru.ClockID, proof string) (iru.Clock, error) {
	var c iru.Clock
	if err := s.May(iru.ToAnswer); err != nil {
		return c, err
	}
	if strings.TrimSpace(proof) == "" {
		return c, iru.Refuse(iru.Invalid, "it is not said what stopped it", "name the document, or what was seen")
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if c, err = ownClock(ctx, t, s, id); err != nil {
			return err
		}
		r, _ := d.Regime.Clock(c.Rule)
		if d.addressed(ctx, t, c) {
			return iru.Refuse(iru.Conflict, "the addressee's time limit stops when we see that it did what is asked", "look again, or end the act")
		}
		if c.About.Noun != "provider" && c.About.Noun != "unit" && !slices.Contains(byHand, c.Rule) && c.Rule != "tco-6m" && c.Rule != "internal-reinstate" {
			return iru.Refuse(iru.Conflict, "this clock stops by the step that it is for", "take that step")
		}
		was := c
		if c, err = c.Stop(now, clip(proof, 300)); err != nil {
			return err
		}
		if err := endClock(ctx, t, was, c, "stop", c.Unit, s.Officer); err != nil {
			return err
		}
		if r.Then == 0 {
			return nil
		}
		next, _ := was.Begin(legal.ClockRule{ID: r.ID, Months: r.Then, Sense: r.Sense, Obliged: r.Obliged, Source: r.Source, Internal: r.Internal}, was.Due, "due again: "+r.Term)
		next.By = s.Officer
		return d.start(ctx, t, &next)
	})
	return c, err
}

// ExtendClock prolongs a time limit that the law lets be prolonged; until is the new end as a clock in the zone of this one shows it, ""
// the longest that the law allows. A decision not to disclose is extended by ExtendNondisclosure, which asks for its reasons anew.
func (d *Desk) ExtendClock(ctx context.Context, s iru.Scope, id iru.ClockID, until, why string) (iru.Clock, error) {
	var c iru.Clock
	if err := s.May(iru.ToEndorse); err != nil {
		return c, err
	}
	if strings.TrimSpace(why) == "" {
		return c, iru.Refuse(iru.Invalid, "an extension needs its reasons", "say why it is necessary")
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if c, err = ownClock(ctx, t, s, id); err != nil {
			return err
		}
		if c.Rule == "tco-6w" {
			return iru.Refuse(iru.Conflict, "a decision not to disclose is extended as a decision", "use the act's own page")
		}
		var end time.Time
		if until != "" {
			if end, err = moment(until, c.Zone); err != nil {
				return err
			}
		}
		c, err = d.extend(ctx, t, c, end, s.Officer, now, why)
		return err
	})
	return c, err
}

func (d *Desk) extend(ctx context.Context, t *db.Tx, c iru.Clock, until time.Time, by iru.OfficerID, now time.Time, why string) (iru.Clock, error) {
	r, ok := d.Regime.Clock(c.Rule)
	if !ok {
		return c, iru.Refuse(iru.Conflict, "the rules in force do not know this time limit", "")
	}
	c, e, err := c.Extend(r, until, by, now, why)
	if err != nil {
		return c, err
	}
	if err := t.UpdateClock(ctx, c, iru.ClockRunning); err != nil {
		return c, err
	}
	if _, err := t.Record(ctx, e.With("notice", int64(c.Notice)).With("rule", c.Rule)); err != nil {
		return c, err
	}
	return c, d.remind(ctx, t, c)
}

// ownClock is a clock of the officer's own unit.
func ownClock(ctx context.Context, t *db.Tx, s iru.Scope, id iru.ClockID) (iru.Clock, error) {
	c, err := t.ClockIn(ctx, s, id)
	if err != nil {
		return c, err
	}
	return c, own(s, c.Unit)
}

// addressed reports whether a clock is the addressee's time to do what an act asks, which receipt started.
func (d *Desk) addressed(ctx context.Context, t *db.Tx, c iru.Clock) bool {
	if c.Notice == 0 || c.About.Noun != "notice" {
		return false
	}
	n, err := t.Notice(ctx, iru.Program(), c.Notice)
	return err == nil && d.receiptStarts(n, c)
}

func (d *Desk) receiptStarts(n iru.Notice, c iru.Clock) bool {
	return c.About.Noun == "notice" && slices.ContainsFunc(d.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()), func(r legal.ClockRule) bool { return r.ID == c.Rule })
}

// stopClocks stops the addressee's clocks of an act: what runs about its scrutiny, its finality or its secrecy goes on.
func (d *Desk) stopClocks(ctx context.Context, t *db.Tx, id iru.NoticeID, at time.Time, why string) error {
	cs, err := t.ClocksOf(ctx, iru.Program(), id)
	if err != nil || len(cs) == 0 {
		return err
	}
	n, err := t.Notice(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if c.State != iru.ClockRunning || !d.receiptStarts(n, c) {
			continue
		}
		if err := stopClock(ctx, t, c, at, why); err != nil {
			return err
		}
	}
	return nil
}

// stopAbout stops the clocks of one rule about a thing.
func stopAbout(ctx context.Context, t *db.Tx, about iru.Subject, rule string, at time.Time, why string) error {
	cs, err := t.ClocksAbout(ctx, iru.Program(), about)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if c.State != iru.ClockRunning || rule != "" && c.Rule != rule {
			continue
		}
		if err := stopClock(ctx, t, c, at, why); err != nil {
			return err
		}
	}
	return nil
}

func stopClock(ctx context.Context, t *db.Tx, c iru.Clock, at time.Time, why string) error {
	stopped, err := c.Stop(at, why)
	if err != nil {
		return err
	}
	return endClock(ctx, t, c, stopped, "stop", c.Unit, 0)
}

// endClock stores a clock that ended, and records it.
func endClock(ctx context.Context, t *db.Tx, was, c iru.Clock, verb string, unit iru.UnitID, by iru.OfficerID) error {
	if err := t.UpdateClock(ctx, c, was.State); err != nil {
		return err
	}
	e := happened("clock", int64(c.ID), verb, by, unit, c.Ended, c.Why).With("notice", int64(c.Notice))
	e.From, e.To = string(was.State), string(c.State)
	_, err := t.Record(ctx, e)
	return err
}

// moment reads what somebody's clock showed, as a refusal that says what is wrong.
func moment(text, zone string) (time.Time, error) {
	at, err := legal.Moment(strings.TrimSpace(text), strings.TrimSpace(zone))
	if err != nil {
		return at, iru.Refuse(iru.Invalid, err.Error(), "check the day, the time and the zone")
	}
	return at.Truncate(time.Microsecond), nil
}

// Timeline gives all clocks of an act's case with its receipts, oldest first.
func (d *Desk) Timeline(ctx context.Context, s iru.Scope, id iru.NoticeID) (cs []iru.Clock, rs []iru.Receipt, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		if _, err := t.Notice(ctx, s, id); err != nil {
			return err
		}
		if cs, err = t.ClocksOf(ctx, s, id); err != nil {
			return err
		}
		rs, err = t.Receipts(ctx, s, id)
		return err
	})
	return cs, rs, err
}
