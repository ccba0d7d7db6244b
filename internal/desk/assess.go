// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
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

// Assess takes an officer's finding on an item. The same content elsewhere is settled by it, so that nobody has to look at it
// again. A doubt about the purpose sends the item to a second reviewer; where a first opinion waits, this is the second one.
func (d *Desk) Assess(ctx context.Context, s iru.Scope, a iru.Assessment) (iru.Assessment, error) {
	if err := s.May(iru.ToAssess); err != nil {
		return a, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := ownItem(ctx, t, s, a.Item)
		if err != nil {
			return err
		}
		if i, err = awake(ctx, t, i, s.Officer, now); err != nil {
			return err
		}
		a.Unit, a.By, a.At, a.ID, a.Second = i.Unit, s.Officer, now, 0, 0
		if a.Limbs == nil {
			a.Limbs = []string{}
		}
		if i.State == iru.ItemSecond {
			return d.second(ctx, t, i, &a, now)
		}
		given, err := a.Give()
		if err != nil {
			return err
		}
		a = given
		if a.Of != 0 {
			if _, err := t.Item(ctx, s, a.Of); err != nil {
				return fmt.Errorf("the item that it repeats: %w", err)
			}
		}
		if err := add(ctx, t, &a); err != nil {
			return err
		}
		verb := "dismiss"
		switch {
		case a.State == iru.AssessmentDoubted:
			verb = "ask_second"
		case a.Finding == iru.FindRefer:
			verb = "refer"
		}
		return d.settle(ctx, t, i, a, verb, now)
	})
	return a, err
}

// AskSecond sends an item to a second reviewer without a finding of one's own being shown.
func (d *Desk) AskSecond(ctx context.Context, s iru.Scope, id iru.ItemID, reason string) error {
	if err := s.May(iru.ToAssess); err != nil {
		return err
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := ownItem(ctx, t, s, id)
		if err != nil {
			return err
		}
		next, e, err := i.Step("ask_second", s.Officer, now, reason)
		if err != nil {
			return err
		}
		if err := t.UpdateItem(ctx, next, i.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
}

// second takes the second opinion: by another person, who has not seen the first answer.
func (d *Desk) second(ctx context.Context, t *db.Tx, i iru.Item, a *iru.Assessment, now time.Time) error {
	before, err := t.AssessmentsOf(ctx, iru.Program(), i.ID)
	if err != nil {
		return err
	}
	asked, err := t.EventsOf(ctx, iru.Subject{Noun: "item", ID: int64(i.ID)})
	if err != nil {
		return err
	}
	for n := len(asked) - 1; n >= 0; n-- {
		if asked[n].Verb == "ask_second" {
			if asked[n].By == a.By {
				return iru.Refuse(iru.Forbidden, "the second opinion must come from another person", "pass the item on")
			}
			break
		}
	}
	given, err := a.Give()
	if err != nil {
		return err
	}
	for _, first := range before {
		if first.State != iru.AssessmentDoubted {
			continue
		}
		settled, verb, err := first.Settle(given)
		if err != nil {
			return err
		}
		if err := t.UpdateAssessment(ctx, settled, first.State); err != nil {
			return err
		}
		e := happened("assessment", int64(first.ID), verb, a.By, a.Unit, now, "")
		e.From, e.To = string(first.State), string(settled.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		given.Second = first.ID
		break
	}
	if given.State == iru.AssessmentDoubted {
		return iru.Refuse(iru.Conflict, "two doubts do not make an act", "choose no action, or ask a legal reviewer")
	}
	*a = given
	if err := add(ctx, t, a); err != nil {
		return err
	}
	verb := "dismiss"
	if a.Finding == iru.FindRefer {
		verb = "refer"
	}
	return d.settle(ctx, t, i, *a, verb, now)
}

func add(ctx context.Context, t *db.Tx, a *iru.Assessment) error {
	if err := t.AddAssessment(ctx, a); err != nil {
		return err
	}
	e := happened("assessment", int64(a.ID), "give", a.By, a.Unit, a.At, a.Reason).With("item", int64(a.Item)).
		With("finding", string(a.Finding)).With("purpose", string(a.Purpose)).With("limbs", a.Limbs)
	e.To = string(a.State)
	_, err := t.Record(ctx, e)
	return err
}

// settle moves the item, and with it every item of the same content that waits, by the same person's one finding.
func (d *Desk) settle(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, verb string, now time.Time) error {
	next, e, err := i.Step(verb, a.By, now, a.Reason)
	if err != nil {
		return err
	}
	if err := t.UpdateItem(ctx, next, i.State); err != nil {
		return err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	if verb == "ask_second" {
		return nil
	}
	if a.Finding == iru.FindDuplicate { // that other item is judged for itself, and so is every further one
		return nil
	}
	if err := d.remember(ctx, t, i, a, now); err != nil {
		return err
	}
	alike, err := t.ItemsAlike(ctx, i.Unit, i.Content)
	if err != nil {
		return err
	}
	for _, o := range alike {
		if o.ID == i.ID || o.State != iru.ItemReady || o.Held(a.By, now) {
			continue
		}
		copied := a
		copied.ID, copied.Item, copied.Second = 0, o.ID, 0
		copied.Reason = fmt.Sprintf("same content as item %d: %s", i.ID, a.Reason)
		if err := add(ctx, t, &copied); err != nil {
			return err
		}
		moved, e, err := o.Step(verb, a.By, now, copied.Reason)
		if err != nil {
			return err
		}
		if err := t.UpdateItem(ctx, moved, o.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// remember enters the fingerprints of judged content into the unit's own bank.
func (d *Desk) remember(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, now time.Time) error {
	if i.Exhibit == 0 {
		return nil
	}
	x, err := t.Exhibit(ctx, iru.Program(), i.Exhibit)
	if err != nil {
		return err
	}
	for _, p := range x.Prints {
		if have, err := t.KnownByValue(ctx, i.Unit, OwnBank, p.Medium, p.Value); err == nil {
			if have.Finding == string(a.Finding) && !have.Muted {
				continue
			}
			// Judged anew: the bank says what the unit says now.
			have.Finding, have.Muted, have.Item, have.By = string(a.Finding), false, i.ID, a.By
			if err := t.UpdateKnown(ctx, have); err != nil {
				return err
			}
			if _, err := t.Record(ctx, happened("known", have.ID, "judge", a.By, i.Unit, now, have.Finding)); err != nil {
				return err
			}
			continue
		} else if !errors.Is(err, iru.NotFound) {
			return err
		}
		label := i.Title
		if label == "" {
			label = fmt.Sprintf("item %d", i.ID)
		}
		k := iru.Known{Unit: i.Unit, Bank: OwnBank, Medium: p.Medium, Value: p.Value, Label: clip(label, 80), Finding: string(a.Finding), Item: i.ID, By: a.By, Created: now}
		if err := enter(ctx, t, &k, now); err != nil {
			return err
		}
	}
	return nil
}

// Undo takes an officer's own finding back within ten seconds, as long as nothing rests on it.
func (d *Desk) Undo(ctx context.Context, s iru.Scope, id iru.AssessmentID) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := t.Assessment(ctx, s, id)
		if err != nil {
			return err
		}
		if a.By != s.Officer {
			return iru.Refuse(iru.Forbidden, "only its author takes a finding back", "")
		}
		if now.Sub(a.At) > iru.UndoFor {
			return iru.Refuse(iru.Conflict, "ten seconds have passed", "a finding of yours now stands until a colleague finds otherwise")
		}
		if a.Second != 0 {
			return iru.Refuse(iru.Conflict, "a second opinion has settled the first one", "ask a colleague to look again")
		}
		i, err := t.Item(ctx, s, a.Item)
		if err != nil {
			return err
		}
		if err := unused(ctx, t, i, a); err != nil {
			return err
		}
		if err := undo(ctx, t, i, a, now); err != nil {
			return err
		}
		// The same content elsewhere was settled by this finding, in the same transaction, and comes back with it.
		alike, err := t.ItemsAlike(ctx, i.Unit, i.Content)
		if err != nil {
			return err
		}
		for _, o := range alike {
			copies, err := t.AssessmentsOf(ctx, iru.Program(), o.ID)
			if err != nil {
				return err
			}
			for _, c := range copies {
				if o.ID == i.ID || c.By != a.By || !c.At.Equal(a.At) || c.State != iru.AssessmentGiven {
					continue
				}
				if err := unused(ctx, t, o, c); err != nil {
					return err
				}
				if err := undo(ctx, t, o, c, now); err != nil {
					return err
				}
			}
		}
		return forget(ctx, t, i, now, s.Officer)
	})
}

// unused refuses to take back a finding on which an act rests already.
func unused(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment) error {
	ns, err := t.NoticesOf(ctx, iru.Program(), i.Asset)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if (n.Item == i.ID || n.Item == 0) && n.State != iru.NoticeWithdrawn && !n.Created.Before(a.At) {
			return iru.Refuse(iru.Conflict, n.Ref+" rests on this finding", "withdraw it first")
		}
	}
	return nil
}

func undo(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, now time.Time) error {
	old := a.State
	var err error
	if a.State, err = iru.AssessmentTable.Next(old, "undo"); err != nil {
		return err
	}
	if err := t.UpdateAssessment(ctx, a, old); err != nil {
		return err
	}
	e := happened("assessment", int64(a.ID), "undo", a.By, a.Unit, now, "")
	e.From, e.To = string(old), string(a.State)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	next, e, err := i.Step("reopen", a.By, now, "undone")
	if err != nil {
		return err
	}
	if err := t.UpdateItem(ctx, next, i.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}

// forget mutes what a finding that was taken back had entered into the unit's bank.
func forget(ctx context.Context, t *db.Tx, i iru.Item, now time.Time, by iru.OfficerID) error {
	ks, err := t.KnownsFrom(ctx, i.Unit, OwnBank, i.ID)
	if err != nil {
		return err
	}
	for _, k := range ks {
		if k.Muted {
			continue
		}
		k.Muted = true
		if err := t.UpdateKnown(ctx, k); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("known", k.ID, "mute", by, i.Unit, now, "the finding was taken back")); err != nil {
			return err
		}
	}
	return nil
}
