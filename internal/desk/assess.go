// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Assess takes an officer's finding on an item. The same content elsewhere is settled by it, so that nobody has to look at it
// again, and those near copies that the officer names (also); all others are compared with it at once. A doubt about the purpose sends the item to a second reviewer; where a first opinion waits, this is the second one.
func (d *Desk) Assess(ctx context.Context, s iru.Scope, a iru.Assessment, also ...iru.ItemID) (iru.Assessment, error) {
	if err := s.May(iru.ToAssess); err != nil {
		return a, err
	}
	chance, err := lot()
	if err != nil {
		return a, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := ownItem(ctx, t, s, a.Item)
		if err != nil {
			return err
		}
		if i, err = awake(ctx, t, i, s.Officer, now); err != nil {
			return err
		}
		a.Unit, a.By, a.At, a.ID, a.Second, a.Exhibit, a.Content = i.Unit, s.Officer, now, 0, 0, i.Exhibit, i.Content
		if a.Limbs == nil {
			a.Limbs = []string{}
		}
		if i.State == iru.ItemSecond {
			return d.second(ctx, t, s, i, &a, also, now)
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
		if err := d.drawSpot(ctx, t, a, chance, now); err != nil {
			return err
		}
		verb := "dismiss"
		switch {
		case a.State == iru.AssessmentDoubted:
			verb = "ask_second"
		case a.Finding == iru.FindRefer:
			verb = "refer"
		}
		return d.settle(ctx, t, s, i, a, also, verb, now)
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
func (d *Desk) second(ctx context.Context, t *db.Tx, s iru.Scope, i iru.Item, a *iru.Assessment, also []iru.ItemID, now time.Time) error {
	before, err := t.AssessmentsOf(ctx, iru.Program(), i.ID)
	if err != nil {
		return err
	}
	if err := another(ctx, t, i, a.By); err != nil {
		return err
	}
	given, err := a.Give()
	if err != nil {
		return err
	}
	for _, first := range before {
		if first.State != iru.AssessmentDoubted {
			continue
		}
		if err := twoPeople(ctx, t, a.By, first.By); err != nil {
			return err
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
	return d.settle(ctx, t, s, i, *a, also, verb, now)
}

// another refuses whoever asked for the second opinion on an item as the one who gives it.
func another(ctx context.Context, t *db.Tx, i iru.Item, by iru.OfficerID) error {
	asked, err := t.EventsOf(ctx, iru.Subject{Noun: "item", ID: int64(i.ID)})
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(asked) {
		if e.Verb != "ask_second" {
			continue
		}
		if e.By == by {
			return iru.Refuse(iru.Forbidden, "the second opinion must come from another person", "pass the item on")
		}
		return twoPeople(ctx, t, by, e.By)
	}
	return nil
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

// settle moves the item, and with it every item of the same content that waits, and the near copies that were named, by the same
// person's one finding.
func (d *Desk) settle(ctx context.Context, t *db.Tx, s iru.Scope, i iru.Item, a iru.Assessment, also []iru.ItemID, verb string, now time.Time) error {
	near, err := nearby(ctx, t, s, i, a, also, now)
	if err != nil {
		return err
	}
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
	settled := map[iru.ItemID]bool{i.ID: true}
	if err := d.copy(ctx, t, i, a, verb, settled, now); err != nil {
		return err
	}
	for _, o := range near {
		if settled[o.ID] {
			continue
		}
		copied, err := d.settleAs(ctx, t, o, a, verb, fmt.Sprintf("near copy of item %d, settled with it", i.ID), now)
		if err != nil {
			return err
		}
		settled[o.ID] = true
		if err := d.copy(ctx, t, o, copied, verb, settled, now); err != nil {
			return err
		}
	}
	return again(ctx, t, i)
}

// copy enters what an item shows into the unit's bank and settles the same content elsewhere.
func (d *Desk) copy(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, verb string, settled map[iru.ItemID]bool, now time.Time) error {
	if err := d.remember(ctx, t, i, a, now); err != nil {
		return err
	}
	alike, err := t.ItemsAlike(ctx, i.Unit, i.Content)
	if err != nil {
		return err
	}
	for _, o := range alike {
		if settled[o.ID] || o.State != iru.ItemReady || o.Held(a.By, now) {
			continue
		}
		if _, err := d.settleAs(ctx, t, o, a, verb, fmt.Sprintf("same content as item %d", i.ID), now); err != nil {
			return err
		}
		settled[o.ID] = true
	}
	return nil
}

// settleAs gives an item a finding that was given on another one.
func (d *Desk) settleAs(ctx context.Context, t *db.Tx, o iru.Item, a iru.Assessment, verb, why string, now time.Time) (iru.Assessment, error) {
	a.ID, a.Item, a.Second, a.Exhibit, a.Content = 0, o.ID, 0, o.Exhibit, o.Content
	a.Reason = why + ": " + a.Reason
	if err := add(ctx, t, &a); err != nil {
		return a, err
	}
	moved, e, err := o.Step(verb, a.By, now, a.Reason)
	if err != nil {
		return a, err
	}
	if err := t.UpdateItem(ctx, moved, o.State); err != nil {
		return a, err
	}
	_, err = t.Record(ctx, e)
	return a, err
}

// remember enters the fingerprints of judged content into the unit's own bank, those of one part as one content.
func (d *Desk) remember(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, now time.Time) error {
	if i.Exhibit == 0 {
		return nil
	}
	x, err := t.Exhibit(ctx, iru.Program(), i.Exhibit)
	if err != nil || len(x.Prints) == 0 {
		return err
	}
	b, err := bankOf(ctx, t, i.Unit, OwnBank, a.By, now)
	if err != nil {
		return err
	}
	var parts []string
	fresh := map[string][]iru.Signal{}
	for _, p := range x.Prints {
		s, err := iru.ParseSignal(p.Medium, p.Value)
		if err != nil {
			return fmt.Errorf("fingerprint of exhibit %d: %w", x.ID, err)
		}
		have, found, err := held(ctx, t, b.ID, s)
		switch {
		case err != nil:
			return err
		case found:
			if err := rejudge(ctx, t, have, i, a, now); err != nil {
				return err
			}
		case slices.ContainsFunc(fresh[p.Where], s.Same):
		default:
			if fresh[p.Where] == nil {
				parts = append(parts, p.Where)
			}
			fresh[p.Where] = append(fresh[p.Where], s)
		}
	}
	label := i.Title
	if label == "" {
		label = fmt.Sprintf("item %d", i.ID)
	}
	for n, where := range parts {
		// One picture may stand at two addresses of a page.
		signals := slices.DeleteFunc(fresh[where], func(s iru.Signal) bool {
			return slices.ContainsFunc(parts[:n], func(before string) bool { return slices.ContainsFunc(fresh[before], s.Same) })
		})
		fresh[where] = signals
		if len(signals) == 0 {
			continue
		}
		k := iru.Known{Label: clip(label, 80), Finding: string(a.Finding), Item: i.ID, By: a.By, Created: now, State: iru.KnownActive, Signals: signals}
		if err := enter(ctx, t, b, &k, now); err != nil {
			return err
		}
	}
	return nil
}

// rejudge makes the bank say what the unit says now. What a person set aside for matching too much stays aside.
func rejudge(ctx context.Context, t *db.Tx, k iru.Known, i iru.Item, a iru.Assessment, now time.Time) error {
	if k.Finding == string(a.Finding) && k.State != iru.KnownWithdrawn {
		return nil
	}
	k.Finding, k.Item, k.By = string(a.Finding), i.ID, a.By
	if k.State == iru.KnownWithdrawn {
		return moveKnown(ctx, t, &k, "restore", a.By, now, "judged anew: "+k.Finding)
	}
	if err := t.UpdateKnown(ctx, k, k.State); err != nil {
		return err
	}
	_, err := t.Record(ctx, happened("known", k.ID, "judge", a.By, i.Unit, now, k.Finding))
	return err
}
