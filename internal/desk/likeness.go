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

// A Compared is what a worker found when it compared an exhibit with what waits.
type Compared struct {
	Began time.Time // before it read what waits
	Like  []iru.Likeness
	Frame []string // pictures, as in iru.Likeness.Sign, that turned out to be part of a page's frame
}

// RecordLikenesses takes in what an exhibit's item resembles among what waits. An exhibit that is not its item's present one any more, or of an
// item that does not wait, says nothing.
func (d *Desk) RecordLikenesses(ctx context.Context, id iru.ExhibitID, c Compared) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Exhibit(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		i, err := t.Item(ctx, iru.Program(), x.Item)
		if err != nil {
			return err
		}
		if i.Exhibit != x.ID || !waits(i) {
			return nil
		}
		ls := slices.Clone(c.Like)
		for n := range ls {
			ls[n].ID, ls[n].Unit, ls[n].At = 0, i.Unit, now
		}
		added, err := t.SetLikenesses(ctx, i.ID, c.Began, ls)
		if err != nil {
			return err
		}
		if err := t.DropSigns(ctx, i.Unit, c.Frame); err != nil || added == 0 {
			return err
		}
		_, err = t.Record(ctx, happened("item", int64(i.ID), "relate", 0, i.Unit, now, "").With("items", added))
		return err
	})
}

func waits(i iru.Item) bool {
	return i.State == iru.ItemReady || i.State == iru.ItemSecond || i.State == iru.ItemDeferred
}

// nearby are the items among those an officer named that resemble one and can be settled with it. Any other is refused, as it was
// not what the officer looked at.
func nearby(ctx context.Context, t *db.Tx, s iru.Scope, i iru.Item, a iru.Assessment, also []iru.ItemID, now time.Time) ([]iru.Item, error) {
	if len(also) == 0 {
		return nil, nil
	}
	if a.Finding == iru.FindDuplicate || a.State == iru.AssessmentDoubted {
		return nil, iru.Refuse(iru.Invalid, "near copies are settled only by a finding that stands by itself", "leave them unticked")
	}
	near, err := t.ItemsNear(ctx, s, i.ID, 2*iru.MostLike)
	if err != nil {
		return nil, err
	}
	var out []iru.Item
	for _, id := range slices.Compact(slices.Sorted(slices.Values(also))) {
		n := slices.IndexFunc(near, func(n db.Near) bool { return n.Item.ID == id && n.Item.Unit == i.Unit })
		if n < 0 {
			return nil, iru.Refuse(iru.Conflict, fmt.Sprintf("item %d is no near copy of this one any more", id), "read both again")
		}
		o := near[n].Item
		if o.State != iru.ItemReady || o.Held(s.Officer, now) {
			return nil, iru.Refuse(iru.Conflict, fmt.Sprintf("item %d is not free any more", id), "untick it, and see what became of it")
		}
		out = append(out, o)
	}
	return out, nil
}

// again has what resembles a judged item compared with known content anew: the finding is suggested there at once.
func again(ctx context.Context, t *db.Tx, i iru.Item) error {
	near, err := t.ItemsNear(ctx, iru.ProgramFor(i.Unit), i.ID, iru.MostLike)
	if err != nil {
		return err
	}
	for _, n := range near {
		if len(n.Likes) == 0 || !waits(n.Item) || n.Item.Exhibit == 0 {
			continue
		}
		if _, err := t.Enqueue(ctx, Match{Exhibit: n.Item.Exhibit}, read(soon)); err != nil {
			return err
		}
	}
	return nil
}
