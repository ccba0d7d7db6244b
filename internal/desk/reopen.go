// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

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
		return d.takeBack(ctx, t, i, a, "undo", s.Officer, now, "undone")
	})
}

// Reopen overturns the finding on an item, since it was wrong or something has become known, and puts the item back into the queue.
// It takes another person than the one who gave the finding.
func (d *Desk) Reopen(ctx context.Context, s iru.Scope, id iru.ItemID, why string) error {
	if err := s.May(iru.ToAssess); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say what was wrong, or what has become known")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		i, err := ownItem(ctx, t, s, id)
		if err != nil {
			return err
		}
		if i.State != iru.ItemReferred && i.State != iru.ItemDismissed {
			return iru.Refuse(iru.Conflict, "the item is "+string(i.State)+", not judged", "judge it")
		}
		fs, err := t.AssessmentsOf(ctx, iru.Program(), i.ID)
		if err != nil {
			return err
		}
		fs = slices.DeleteFunc(fs, func(a iru.Assessment) bool {
			return a.State != iru.AssessmentGiven && a.State != iru.AssessmentConfirmed || a.Content != "" && a.Content != i.Content
		})
		if len(fs) == 0 {
			return iru.Refuse(iru.Conflict, "no finding stands on this item", "judge it")
		}
		if fs[0].By == s.Officer {
			return iru.Refuse(iru.Forbidden, "the finding is your own", "ask a colleague to look again")
		}
		if err := twoPeople(ctx, t, s.Officer, fs[0].By); err != nil {
			return err
		}
		for _, first := range fs[1:] { // that it confirmed
			if err := turn(ctx, t, first, "overturn", s.Officer, now, why); err != nil {
				return err
			}
		}
		return d.takeBack(ctx, t, i, fs[0], "overturn", s.Officer, now, why)
	})
}

// takeBack takes a finding back and puts its item into the queue again, and with it what was settled with it by the same person at the same
// moment: the same content elsewhere, and near copies, from one to the next.
func (d *Desk) takeBack(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, verb string, by iru.OfficerID, now time.Time, why string) error {
	if err := back(ctx, t, i, a, verb, by, now, why); err != nil {
		return err
	}
	if err := forget(ctx, t, i, now, by); err != nil {
		return err
	}
	done, ways, waits := map[iru.ItemID]bool{i.ID: true}, []iru.Item{i}, []iru.ItemID{i.ID}
	for len(ways) > 0 {
		with, err := settledWith(ctx, t, ways[0])
		if err != nil {
			return err
		}
		ways = ways[1:]
		for _, o := range with {
			if done[o.ID] {
				continue
			}
			done[o.ID] = true
			copies, err := t.AssessmentsOf(ctx, iru.Program(), o.ID)
			if err != nil {
				return err
			}
			for _, c := range copies {
				if c.By != a.By || !c.At.Equal(a.At) || c.State != iru.AssessmentGiven {
					continue
				}
				if err := back(ctx, t, o, c, verb, by, now, why); err != nil {
					return err
				}
				if err := forget(ctx, t, o, now, by); err != nil {
					return err
				}
				ways, waits = append(ways, o), append(waits, o.ID)
			}
		}
	}
	for _, id := range waits { // what suggested it may have fallen silent while it did not wait
		if err := d.reasons(ctx, t, id); err != nil {
			return err
		}
	}
	return nil
}

// settledWith are the items that one finding may have settled together with an item.
func settledWith(ctx context.Context, t *db.Tx, i iru.Item) ([]iru.Item, error) {
	out, err := t.ItemsAlike(ctx, i.Unit, i.Content)
	if err != nil {
		return nil, err
	}
	near, err := t.ItemsNear(ctx, iru.ProgramFor(i.Unit), i.ID, 2*iru.MostLike)
	for _, n := range near {
		if n.Item.Unit == i.Unit {
			out = append(out, n.Item)
		}
	}
	return out, err
}

// unused refuses to take back a finding on which an act rests that can still be withdrawn.
func unused(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment) error {
	ns, err := t.NoticesOf(ctx, iru.Program(), i.Asset)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if (n.Item == i.ID || n.Item == 0) && iru.NoticeTable.Can(n.State, "withdraw") && !n.Created.Before(a.At) {
			return iru.Refuse(iru.Conflict, n.Ref+" rests on this finding", "withdraw it first")
		}
	}
	return nil
}

func back(ctx context.Context, t *db.Tx, i iru.Item, a iru.Assessment, verb string, by iru.OfficerID, now time.Time, why string) error {
	if err := unused(ctx, t, i, a); err != nil {
		return err
	}
	if err := turn(ctx, t, a, verb, by, now, why); err != nil {
		return err
	}
	next, e, err := i.Step("reopen", by, now, why)
	if err != nil {
		return err
	}
	if err := t.UpdateItem(ctx, next, i.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}

// turn moves an assessment by a verb of its table, and records it.
func turn(ctx context.Context, t *db.Tx, a iru.Assessment, verb string, by iru.OfficerID, now time.Time, why string) error {
	old := a.State
	var err error
	if a.State, err = iru.AssessmentTable.Next(old, verb); err != nil {
		return err
	}
	if err := t.UpdateAssessment(ctx, a, old); err != nil {
		return err
	}
	e := happened("assessment", int64(a.ID), verb, by, a.Unit, now, why)
	e.From, e.To = string(old), string(a.State)
	if _, err = t.Record(ctx, e); err != nil {
		return err
	}
	return lapseSpots(ctx, t, a, now)
}

// forget withdraws what a finding that was taken back had entered into the unit's bank.
func forget(ctx context.Context, t *db.Tx, i iru.Item, now time.Time, by iru.OfficerID) error {
	ks, err := t.KnownsFrom(ctx, i.Unit, OwnBank, i.ID)
	if err != nil {
		return err
	}
	for _, k := range ks {
		if k.State == iru.KnownWithdrawn {
			continue
		}
		if err := moveKnown(ctx, t, &k, "withdraw", by, now, "the finding was taken back"); err != nil {
			return err
		}
	}
	return nil
}
