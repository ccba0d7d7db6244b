// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Hold takes an item for the officer, so that two people do not look at the same thing.
func (d *Desk) Hold(ctx context.Context, s iru.Scope, id iru.ItemID) (iru.Item, error) {
	if err := s.May(iru.ToAssess); err != nil {
		return iru.Item{}, err
	}
	var i iru.Item
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if i, err = ownItem(ctx, t, s, id); err != nil {
			return err
		}
		if i, err = awake(ctx, t, i, s.Officer, now); err != nil {
			return err
		}
		if i, err = i.Hold(s.Officer, now); err != nil {
			return err
		}
		return t.UpdateItem(ctx, i, i.State)
	})
	return i, err
}

// awake wakes an item that was put off until now.
func awake(ctx context.Context, t *db.Tx, i iru.Item, by iru.OfficerID, now time.Time) (iru.Item, error) {
	if i.State != iru.ItemDeferred || now.Before(i.WakeAt) {
		return i, nil
	}
	next, e, err := i.Step("wake", by, now, "")
	if err != nil {
		return i, err
	}
	if err := t.UpdateItem(ctx, next, i.State); err != nil {
		return i, err
	}
	_, err = t.Record(ctx, e)
	return next, err
}

// PassOn gives the officer's lock back: no reason needed.
func (d *Desk) PassOn(ctx context.Context, s iru.Scope, id iru.ItemID) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := t.Item(ctx, s, id)
		if err != nil {
			return err
		}
		if i.HeldBy != s.Officer {
			return nil
		}
		i.HeldBy, i.HeldUntil = 0, time.Time{}
		return t.UpdateItem(ctx, i, i.State)
	})
}

// Defer puts an item off until a time.
func (d *Desk) Defer(ctx context.Context, s iru.Scope, id iru.ItemID, until time.Time, note string) error {
	if err := s.May(iru.ToAssess); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if !until.After(now) {
			return iru.Refuse(iru.Invalid, "the time to wake up is past", "choose a later one")
		}
		i, err := ownItem(ctx, t, s, id)
		if err != nil {
			return err
		}
		next, e, err := i.Step("defer", s.Officer, now, note)
		if err != nil {
			return err
		}
		next.WakeAt = until.UTC().Truncate(time.Microsecond)
		if err := t.UpdateItem(ctx, next, i.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, e.With("until", next.WakeAt.Format(time.RFC3339)))
		return err
	})
}

// HandOver gives the officer's lock to a colleague of the unit who may judge, too.
func (d *Desk) HandOver(ctx context.Context, s iru.Scope, id iru.ItemID, to iru.OfficerID) (iru.Item, error) {
	if err := s.May(iru.ToAssess); err != nil {
		return iru.Item{}, err
	}
	var i iru.Item
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if i, err = ownItem(ctx, t, s, id); err != nil {
			return err
		}
		if i.HeldBy != s.Officer || !now.Before(i.HeldUntil) {
			return iru.Refuse(iru.Conflict, "you do not hold this item", "take it first")
		}
		o, err := t.Officer(ctx, to)
		if err != nil {
			return err
		}
		if o.Unit != s.Unit || o.State != iru.OfficerActive || o.Scope().May(iru.ToAssess) != nil {
			return iru.Refuse(iru.Invalid, o.Name+" cannot judge items of this unit", "choose an active analyst or legal reviewer of your unit")
		}
		if i.State == iru.ItemSecond {
			if err := another(ctx, t, i, o.ID); err != nil {
				return err
			}
		}
		i.HeldBy, i.HeldUntil = 0, time.Time{}
		if i, err = i.Hold(o.ID, now); err != nil {
			return err
		}
		if err := t.UpdateItem(ctx, i, i.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("item", int64(i.ID), "hand_over", s.Officer, i.Unit, now, "").With("to", int64(o.ID)))
		return err
	})
	return i, err
}

// Recapture has an item recorded anew, whatever it was before: a first look that failed, or a page that a person wants to see as it
// is now. What was captured earlier stays.
func (d *Desk) Recapture(ctx context.Context, s iru.Scope, id iru.ItemID) error {
	if err := s.May(iru.ToWatch); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := ownItem(ctx, t, s, id)
		if err != nil {
			return err
		}
		e, err := t.Record(ctx, happened("item", int64(i.ID), "ask_capture", s.Officer, i.Unit, now, ""))
		if err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Capture{Item: i.ID, Again: e}, read(soon))
		return err
	})
}
