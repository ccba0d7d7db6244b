// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// releaseJobs has each stage of a released operation wait for its instant. acts are those of the operation.
func releaseJobs(ctx context.Context, t *db.Tx, o iru.Operation, acts []iru.Notice, now time.Time) error {
	for _, s := range iru.Stages {
		left := slices.ContainsFunc(acts, func(n iru.Notice) bool { return n.Stage == s && n.State == iru.NoticeApproved })
		if o.Instant(s).IsZero() || !left && (s != iru.StageAct || o.Begun(now)) {
			continue
		}
		if _, err := t.Enqueue(ctx, Release{Operation: o.ID, T0: o.Instant(s).UnixMicro(), Stage: s}, act(soon)); err != nil {
			return err
		}
	}
	return preserveAt(ctx, t, o, now)
}

// RecordRelease is RecordStage for T0.
func (d *Desk) RecordRelease(ctx context.Context, id iru.OperationID, first, last time.Time) error {
	return d.RecordStage(ctx, id, iru.StageAct, first, last)
}

// RecordStage stores when the first and the last task of a stage left, once. Without times they are read off the tasks, for a worker that was
// killed after it had recorded those. Those of T0, or of what leaves alone, are the operation's.
func (d *Desk) RecordStage(ctx context.Context, id iru.OperationID, stage iru.Stage, first, last time.Time) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, iru.Program(), id)
		if err != nil || stage == iru.StageAct && !o.FirstSent.IsZero() {
			return err
		}
		at := o.Instant(stage).UTC().Format(time.RFC3339Nano)
		es, err := t.LastOf(ctx, iru.Subject{Noun: "operation", ID: int64(id)}, "sent", 50)
		if err != nil || slices.ContainsFunc(es, func(e iru.Event) bool { return e.Facts["stage"] == string(stage) && e.Facts["at"] == at }) {
			return err
		}
		ts, err := t.TaskRows(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		alone, read := true, first.IsZero()
		for _, n := range ts {
			alone = alone && (n.Stage == stage || n.State == iru.NoticeWithdrawn)
			left := n.Left()
			if !read || n.Stage != stage || left.IsZero() {
				continue
			}
			if first.IsZero() || left.Before(first) {
				first = left
			}
			if left.After(last) {
				last = left
			}
		}
		if first.IsZero() { // nothing has left
			return nil
		}
		if stage == iru.StageAct || alone && o.FirstSent.IsZero() {
			o.FirstSent, o.LastSent = first, last
			if err := t.UpdateOperation(ctx, o, o.State); err != nil {
				return err
			}
		}
		if _, err = t.Record(ctx, happened("operation", int64(o.ID), "sent", 0, o.Unit, now, "").With("spread_us", last.Sub(first).Microseconds()).
			With("stage", string(stage)).With("at", at)); err != nil {
			return err
		}
		return d.shared(ctx, t, o, "sent", 0, "", now)
	})
}

// Play lets the tasks of a stage of a drill leave in name only, and gives their number: it says when each would have left. Those in keep stay.
func (d *Desk) Play(ctx context.Context, id iru.OperationID, stage iru.Stage, keep map[iru.NoticeID]error) (int, error) {
	ids, err := d.ofStage(ctx, id, stage)
	if err != nil {
		return 0, err
	}
	played := 0
	for some := range slices.Chunk(ids, armAtOnce) {
		n := 0
		err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
			n, err = play(ctx, t, some, keep, now)
			return err
		})
		if err != nil {
			return played, err
		}
		played += n
	}
	return played, nil
}

func play(ctx context.Context, t *db.Tx, ids []iru.NoticeID, keep map[iru.NoticeID]error, now time.Time) (played int, err error) {
	for _, id := range ids {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return played, err
		}
		if !n.Drill || n.State != iru.NoticeApproved || !n.PlayedAt.IsZero() || keep[id] != nil {
			continue
		}
		n.PlayedAt = now
		if err := t.UpdateNotice(ctx, n, n.State); err != nil {
			return played, err
		}
		if _, err := t.Record(ctx, happened("notice", int64(id), "play", 0, n.Unit, now, "a drill: it would have left")); err != nil {
			return played, err
		}
		played++
	}
	return played, nil
}
