// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// maxCalendar is how many clocks a calendar shows, and maxCalendars how many addresses an officer has at once.
const (
	maxCalendar  = 500
	maxCalendars = 5
)

// OpenFeed gives the officer a private address for a calendar program, by its secret, which is shown once.
func (d *Desk) OpenFeed(ctx context.Context, s iru.Scope) (iru.Feed, string, error) {
	var c iru.Feed
	if s.Officer == 0 {
		return c, "", iru.Refuse(iru.Forbidden, "a calendar belongs to a person", "")
	}
	if err := s.May(iru.ToRead); err != nil {
		return c, "", err
	}
	text, stored, err := secret()
	if err != nil {
		return c, "", err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		have, err := t.Feeds(ctx, s.Officer)
		if err != nil {
			return err
		}
		open := 0
		for _, x := range have {
			if x.Revoked.IsZero() {
				open++
			}
		}
		if open >= maxCalendars {
			return iru.Refuse(iru.Conflict, fmt.Sprintf("you have %d calendar addresses already", open), "revoke one first")
		}
		c = iru.Feed{Officer: s.Officer, Unit: s.Unit, Digest: stored, Created: now}
		if err := t.AddFeed(ctx, &c); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("officer", int64(s.Officer), "open_calendar", s.Officer, s.Unit, now, ""))
		return err
	})
	return c, text, err
}

// RevokeFeed ends one of the officer's calendar addresses.
func (d *Desk) RevokeFeed(ctx context.Context, s iru.Scope, id int64) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := t.RevokeFeed(ctx, s.Officer, id, now); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("officer", int64(s.Officer), "revoke_calendar", s.Officer, s.Unit, now, ""))
		return err
	})
}

// Feed gives what the secret's officer may read of the clocks that run, as RFC 5545: reference, whom it concerns, when it ends. There is one
// refusal for every reason.
func (d *Desk) Feed(ctx context.Context, secret string) ([]byte, error) {
	no := iru.Refuse(iru.NotFound, "there is no such calendar", "")
	var events []form.Event
	var id int64
	now := d.now()
	err := d.DB.View(ctx, func(t *db.Tx) error {
		events = nil
		c, err := t.FeedByDigest(ctx, Digest(secret))
		if err != nil || !c.Revoked.IsZero() {
			return errors.Join(err, no)
		}
		id = c.ID
		o, err := t.Officer(ctx, c.Officer)
		if err != nil {
			return err
		}
		u, err := t.Unit(ctx, o.Unit)
		if err != nil {
			return err
		}
		if o.State != iru.OfficerActive || u.State != iru.UnitActive || o.Unit != c.Unit {
			return no
		}
		cs, err := t.Running(ctx, o.Scope(), maxCalendar)
		if err != nil {
			return err
		}
		names := map[iru.ProviderID]string{}
		for _, k := range cs {
			if _, ok := names[k.Provider]; !ok && k.Provider != 0 {
				p, err := t.Provider(ctx, iru.Program(), k.Provider)
				if err != nil && !errors.Is(err, iru.NotFound) {
					return err
				}
				names[k.Provider] = p.Name
			}
			events = append(events, d.calendarEvent(k, names[k.Provider], now))
		}
		return nil
	})
	if err != nil {
		if errors.Is(err, iru.NotFound) {
			return nil, no
		}
		return nil, err
	}
	if err := d.DB.Tx(ctx, func(t *db.Tx) error { return t.ReadFeed(ctx, id, now) }); err != nil {
		return nil, err
	}
	return form.Calendar("Clocks", d.Software, events), nil
}

func (d *Desk) calendarEvent(c iru.Clock, who string, now time.Time) form.Event {
	r, _ := d.Regime.Clock(c.Rule)
	what := c.Ref
	if who != "" {
		what += ", " + who
	}
	e := form.Event{UID: fmt.Sprintf("clock-%d@%s", c.ID, d.Log.Origin), Stamp: now, Start: c.Due, Summary: what, Text: c.Rule + ", " + c.Source + "; to act: " + c.Obliged}
	if r.Sense == legal.Deadline || c.Sense == legal.Deadline {
		for _, s := range r.Tell {
			if s.Left > 0 {
				e.Alarms = append(e.Alarms, s.Left)
			}
		}
	}
	return e
}
