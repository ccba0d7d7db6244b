// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// preserveAt has an operation's assets captured an hour before T0, or at once where that is past. While the count stands nothing is due: who
// has it go on asks again.
func preserveAt(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) error {
	c := o.Count(now)
	if c.T0.IsZero() || o.State == iru.OperationClosed || o.State == iru.OperationAborted {
		return nil
	}
	at := o.Goal().Add(-iru.PreserveBefore)
	if c.Stands && at.After(now) {
		return nil
	}
	if !at.After(now) {
		at = soon
	}
	_, err := t.Enqueue(ctx, Preserve{Operation: o.ID, T0: o.Goal().UnixMicro()}, act(at))
	return err
}

// PreserveNow orders a capture of everything that an operation's tasks are about and that it was not ordered for yet, if its hour has come; else it
// says when to ask again, zero for never.
func (d *Desk) PreserveNow(ctx context.Context, j Preserve) (again time.Time, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		again = time.Time{}
		o, err := t.Operation(ctx, iru.Program(), j.Operation)
		if err != nil || o.State == iru.OperationClosed || o.State == iru.OperationAborted || o.Goal().UnixMicro() != j.T0 {
			return err // ended, or its T0 moved: that has its own job
		}
		due := o.Goal().Add(-iru.PreserveBefore)
		if o.Count(now).Stands {
			return nil
		}
		if now.Before(due) {
			again = due
			return nil
		}
		return preserve(ctx, t, o, now)
	})
	return again, err
}

func preserve(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) error {
	rows, err := t.TaskRows(ctx, iru.Program(), o.ID)
	if err != nil {
		return err
	}
	items, err := t.ItemsToPreserve(ctx, o.ID)
	if err != nil {
		return err
	}
	asked, had := 0, map[iru.AssetID]bool{}
	for _, i := range items {
		had[i.Asset] = true
		es, err := t.LastOf(ctx, iru.Subject{Noun: "item", ID: int64(i.ID)}, "preserve", 20)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(es, func(e iru.Event) bool { return e.Facts["operation"] == float64(o.ID) }) {
			continue
		}
		e, err := t.Record(ctx, happened("item", int64(i.ID), "preserve", 0, i.Unit, now, "before "+o.Name).With("operation", int64(o.ID)))
		if err != nil {
			return err
		}
		if _, err := t.Enqueue(ctx, Capture{Item: i.ID, Again: e}, visit(soon)); err != nil {
			return err
		}
		asked++
	}
	without := 0
	missing := map[iru.AssetID]bool{}
	for _, r := range rows {
		if r.State != iru.NoticeWithdrawn && !had[r.Asset] && !missing[r.Asset] {
			missing[r.Asset] = true
			without++
		}
	}
	if asked == 0 && without == 0 {
		return nil
	}
	_, err = t.Record(ctx, happened("operation", int64(o.ID), "preserve", 0, o.Unit, now, "").With("captures", asked).With("without", without))
	return err
}

// keepLate has what a task that was drafted after the hour of preservation is about captured at once.
func keepLate(ctx context.Context, t *db.Tx, o iru.Operation, now time.Time) error {
	if o.Goal().IsZero() || now.Before(o.Goal().Add(-iru.PreserveBefore)) || o.Count(now).Stands {
		return nil
	}
	_, err := t.Enqueue(ctx, Preserve{Operation: o.ID, T0: o.Goal().UnixMicro()}, act(soon))
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	return err
}
