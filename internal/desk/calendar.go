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

// zone finds the place whose clock a calendar goes by.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, iru.Refuse(iru.Invalid, "the calendar has no time zone", "name one such as Europe/Vienna or UTC")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, iru.Refuse(iru.Invalid, "there is no time zone "+name, "name one such as Europe/Vienna or UTC")
	}
	return loc, nil
}

// SetCalendar gives an addressee a calendar, or another one: from now on its referrals leave grouped, at its times. Letters that still
// gather go by the new one.
func (d *Desk) SetCalendar(ctx context.Context, s iru.Scope, c iru.Calendar) (iru.Calendar, error) {
	if err := s.May(iru.ToSchedule); err != nil {
		return c, err
	}
	if err := c.Check(); err != nil {
		return c, err
	}
	loc, err := zone(c.Zone)
	if err != nil {
		return c, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, c.Provider)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		if p.Channel != iru.ByMail {
			return iru.Refuse(iru.Conflict, p.Name+" is not written to by mail", "only mail is grouped; an interface takes each act by itself")
		}
		if _, ok := c.Next(now, loc); !ok {
			return iru.Refuse(iru.Invalid, "the calendar has no time within two years at which a letter could leave", "give more windows or fewer holidays")
		}
		if !c.PauseUntil.IsZero() && c.PauseUntil.After(now) && strings.TrimSpace(c.PauseWhy) == "" {
			return iru.Refuse(iru.Invalid, "the pause has no reason", "say why nothing leaves until then")
		}
		have, err := t.Calendar(ctx, c.Provider)
		if err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		c.ID, c.Unit, c.By, c.At = have.ID, p.Unit, s.Officer, now
		c.PauseUntil = c.PauseUntil.UTC().Truncate(time.Microsecond)
		if c.Holidays == nil {
			c.Holidays = []string{}
		}
		if err := t.SetCalendar(ctx, &c); err != nil {
			return err
		}
		e := happened("provider", int64(p.ID), "schedule", s.Officer, p.Unit, now, c.PauseWhy).With("zone", c.Zone).With("most", c.Most)
		if c.PauseUntil.After(now) {
			e = e.With("pause_until", c.PauseUntil.Format(time.RFC3339))
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		return d.redue(ctx, t, c, loc, now)
	})
	return c, err
}

// redue moves the letters that still gather to the calendar's next time.
func (d *Desk) redue(ctx context.Context, t *db.Tx, c iru.Calendar, loc *time.Location, now time.Time) error {
	bs, err := t.Gathering(ctx, c.Provider)
	if err != nil {
		return err
	}
	for _, b := range bs {
		from := b.Created.Add(c.Gather)
		if from.Before(now) {
			from = now
		}
		due, ok := c.Next(from, loc)
		if !ok {
			continue
		}
		b.Due = due
		if err := t.UpdateBatch(ctx, b, b.State); err != nil {
			return err
		}
		if _, err := t.Enqueue(ctx, Group{Batch: b.ID, Due: b.Due.UnixMicro()}, act(b.Due)); err != nil {
			return err
		}
	}
	return nil
}

// EndCalendar ends the grouping for an addressee. What gathers leaves at once.
func (d *Desk) EndCalendar(ctx context.Context, s iru.Scope, id iru.ProviderID, why string) error {
	if err := s.May(iru.ToSchedule); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why the calendar ends")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		if _, err := t.Calendar(ctx, id); err != nil {
			return err
		}
		if err := t.DropCalendar(ctx, id); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("provider", int64(id), "unschedule", s.Officer, p.Unit, now, why)); err != nil {
			return err
		}
		bs, err := t.Gathering(ctx, id)
		if err != nil {
			return err
		}
		for _, b := range bs {
			b.Due = now
			if err := t.UpdateBatch(ctx, b, b.State); err != nil {
				return err
			}
			if _, err := t.Enqueue(ctx, Group{Batch: b.ID, Due: b.Due.UnixMicro()}, act(soon)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Calendar gives an addressee's calendar; NotFound if its acts leave one by one.
func (d *Desk) Calendar(ctx context.Context, s iru.Scope, id iru.ProviderID) (iru.Calendar, error) {
	var c iru.Calendar
	err := d.DB.View(ctx, func(t *db.Tx) error {
		if _, err := t.Provider(ctx, s, id); err != nil {
			return err
		}
		var err error
		c, err = t.Calendar(ctx, id)
		return err
	})
	return c, err
}
