// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// SweepActs finds the jobs again that acts need and that were lost, and gives their number. One that is there is left as it is.
func (d *Desk) SweepActs(ctx context.Context) (int, error) {
	var o db.Owed
	var releases []Release
	now := d.now()
	if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		if o, err = t.OwedActs(ctx, now); err != nil {
			return err
		}
		if releases, err = unreleased(ctx, t, o.Release); err != nil {
			return err
		}
		o.Deliver, err = d.free(ctx, t, o.Deliver, now)
		return err
	}); err != nil {
		return 0, err
	}
	var jobs []river.InsertManyParams
	add := func(a river.JobArgs, opts *river.InsertOpts) {
		jobs = append(jobs, river.InsertManyParams{Args: a, InsertOpts: opts})
	}
	for _, r := range releases {
		add(r, act(soon))
	}
	for _, x := range o.Count {
		if at := x.Goal().Add(-iru.PreserveBefore); !x.Count(now).Stands && !x.Begun(now) {
			if at.Before(now) {
				at = soon
			}
			add(Preserve{Operation: x.ID, T0: x.Goal().UnixMicro()}, act(at))
		}
	}
	for _, id := range o.Deliver {
		add(Deliver{Notice: id}, act(soon))
	}
	for _, b := range o.Group {
		add(Group{Batch: b.ID, Due: b.Due.UnixMicro()}, act(b.Due))
	}
	for _, id := range o.Post {
		add(Post{Letter: id}, act(soon))
	}
	for _, id := range o.Try {
		add(Try{Trial: id}, act(soon))
	}
	for _, id := range o.Practise {
		add(Practise{Drill: id}, act(soon))
	}
	for _, c := range o.Escalate {
		for _, j := range d.reminders(c, now) {
			add(j, act(c.Due.Add(-time.Duration(j.Left)*time.Second)))
		}
	}
	for _, id := range o.Receive {
		add(Receive{Notice: id}, look(now.Add(d.Rules.Verify)))
	}
	for _, id := range o.Mail {
		add(Mail{Missive: id}, act(soon))
	}
	for _, id := range o.Verify {
		add(Verify{Asset: id}, look(soon))
	}
	return d.again(ctx, jobs)
}

// unreleased are the stages of released operations that have not left.
func unreleased(ctx context.Context, t *db.Tx, os []iru.Operation) (out []Release, err error) {
	for _, o := range os {
		for _, s := range iru.Stages {
			if o.Instant(s).IsZero() {
				continue
			}
			if done, err := fired(ctx, t, o, s); err != nil {
				return nil, err
			} else if !done || s == iru.StageAct && o.FirstSent.IsZero() {
				out = append(out, Release{Operation: o.ID, T0: o.Instant(s).UnixMicro(), Stage: s})
			}
		}
	}
	return out, nil
}

// SweepLooks does the same for visits, rechecks, first captures and what goes through earlier ones.
func (d *Desk) SweepLooks(ctx context.Context) (int, error) {
	var o db.Owed
	var rs []iru.Rescan
	if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		if rs, err = t.RescansRunning(ctx); err != nil {
			return err
		}
		o, err = t.OwedLooks(ctx)
		return err
	}); err != nil {
		return 0, err
	}
	var jobs []river.InsertManyParams
	for _, id := range o.Monitor {
		jobs = append(jobs, river.InsertManyParams{Args: Monitor{Asset: id}, InsertOpts: visit(soon)})
	}
	for _, n := range o.Round {
		jobs = append(jobs, river.InsertManyParams{Args: Round{Shard: n}, InsertOpts: look(soon)})
	}
	for _, id := range o.Recheck {
		jobs = append(jobs, river.InsertManyParams{Args: Recheck{Asset: id}, InsertOpts: look(soon)})
	}
	for _, id := range o.Capture {
		jobs = append(jobs, river.InsertManyParams{Args: Capture{Item: id}, InsertOpts: read(soon)})
	}
	for _, r := range rs {
		jobs = append(jobs, river.InsertManyParams{Args: rescanJob(r), InsertOpts: background(soon)})
	}
	return d.again(ctx, jobs)
}

// again enqueues in small transactions, so that nobody waits for them.
func (d *Desk) again(ctx context.Context, jobs []river.InsertManyParams) (int, error) {
	found := 0
	for len(jobs) > 0 {
		batch := jobs[:min(len(jobs), 200)]
		n := 0
		if err := d.DB.Tx(ctx, func(t *db.Tx) (err error) {
			n, err = t.EnqueueMany(ctx, batch)
			return err
		}); err != nil {
			return found, err
		}
		found, jobs = found+n, jobs[len(batch):]
	}
	return found, nil
}

// Delay records, once, that an act could not leave for a while, so that people see it. It is tried again as long as it takes.
func (d *Desk) Delay(ctx context.Context, id iru.NoticeID, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil || n.State != iru.NoticeDispatched && n.State != iru.NoticeApproved {
			return err
		}
		es, err := t.EventsOf(ctx, iru.Subject{Noun: "notice", ID: int64(id)})
		if err != nil {
			return err
		}
		for _, e := range es {
			if e.Verb == "delay" && e.Note == clip(why, 300) {
				return nil
			}
		}
		_, err = t.Record(ctx, happened("notice", int64(id), "delay", 0, n.Unit, now, clip(why, 300)))
		return err
	})
}
