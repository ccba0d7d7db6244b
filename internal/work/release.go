// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// releaser waits for the instant of a stage of an operation and lets all its tasks leave at once. Tasks are armed shortly before T0 and fired at it;
// until then a hold or an abort calls them back. Killed, it goes on where it was: what has no proof of sending is sent under the
// same key.
type releaser struct {
	river.WorkerDefaults[desk.Release]
	*Crew
}

// Senders at once: mail goes over as many warm connections, so more would only queue behind them.
const senders = 64

// fuse is how long before T0 the last word is asked for: about ten times what that takes.
const fuse = 50 * time.Millisecond

// watchful is how long before T0 the job stays awake.
const watchful = 20 * time.Second

// armEach is the time that one task takes to be armed on a busy machine: measured 4.9 ms (e2e, a thousand tasks).
const armEach = 6 * time.Millisecond

// paperEach is the time that one task's documents take to be made: measured 27 ms of a processor (form, BenchmarkDocuments).
const paperEach = 40 * time.Millisecond

func (w *releaser) Timeout(*river.Job[desk.Release]) time.Duration { return jobTimeout }

func (w *releaser) Work(ctx context.Context, job *river.Job[desk.Release]) error {
	stage := job.Args.Stage
	if stage == "" {
		stage = iru.StageAct
	}
	var o iru.Operation
	lead := desk.ReleaseLead
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if o, err = t.Operation(ctx, iru.Program(), job.Args.Operation); err != nil {
			return err
		}
		ids, err := t.TasksOf(ctx, o.ID, stage)
		lead = desk.ReleaseLead + time.Duration(len(ids))*(armEach+paperEach)
		return err
	})
	if err != nil {
		return outcome(err)
	}
	at := o.Instant(stage)
	if !at.Equal(time.UnixMicro(job.Args.T0)) || !o.Leaves() && o.State != iru.OperationAborted {
		return nil // held, or held and released anew: that release has its own job
	}
	// The scheduler of jobs may be seconds late: it wakes us well before the instant, the rest is waited for here.
	if early := at.Sub(w.Desk.Now()) - watchful - lead; early > 0 {
		return river.JobSnooze(early)
	}
	unknown := w.resolveAll(ctx, o, stage, at.Add(-lead-time.Second-resolveBy))
	if !w.wait(ctx, at.Add(-lead-time.Second)) {
		return ctx.Err()
	}
	if w.Mail != nil && !o.Drill {
		if err := w.Mail.Warm(ctx, senders); err != nil {
			w.Log.Warn("mail connections could not be warmed; the release goes on", "error", err)
		}
	}
	if !w.wait(ctx, at.Add(-lead)) {
		return ctx.Err()
	}
	ready, err := w.arm(ctx, o, stage, unknown)
	if err != nil {
		return outcome(err)
	}
	if !w.wait(ctx, at.Add(-fuse)) {
		return ctx.Err()
	}
	if going, err := w.Desk.FireStage(ctx, o.ID, stage, at); err != nil || !going {
		return outcome(err)
	}
	if !w.wait(ctx, at) {
		return ctx.Err()
	}
	if o.Drill {
		if _, err := w.Desk.Play(ctx, o.ID, stage, ready.parked); err != nil {
			return outcome(err)
		}
		return outcome(w.Desk.RecordStage(ctx, o.ID, stage, time.Time{}, time.Time{}))
	}
	return w.fire(ctx, o, stage, ready)
}

// loaded is what waits for the instant of a stage.
type loaded struct {
	letters []charge
	parked  map[iru.NoticeID]error // what does not leave with the others
	late    []iru.NoticeID         // and follows by itself
}

// arm puts the tasks on their way and makes their documents while there is time: what is not ready by then follows by itself. A task whose approval is not sealed yet is taken along as soon
// as it is, for as long as that can be done before the instant; what is late then follows by itself.
func (c *Crew) arm(ctx context.Context, o iru.Operation, stage iru.Stage, unknown map[iru.NoticeID]error) (loaded, error) {
	end := o.Instant(stage).Add(-fuse)
	until := end
	if o.Drill || !c.Desk.Now().Before(end) { // late as it is, as after a restart: all leave together
		until = time.Time{}
	}
	for {
		armed, parked, err := c.Desk.ArmStage(ctx, o.ID, stage, unknown, until)
		if err != nil {
			return loaded{}, err
		}
		out := loaded{parked: parked}
		for id, why := range parked {
			if errors.Is(why, iru.Unavailable) {
				out.late = append(out.late, id)
			}
		}
		making, stop := context.WithTimeout(ctx, end.Sub(c.Desk.Now()))
		c.prepare(making, armed)
		again := c.Desk.Now().Add(sealWait)
		if len(out.late) > 0 && again.Add(time.Duration(len(armed)+len(out.late))*armEach).Before(end) && c.wait(ctx, again) {
			stop()
			continue
		}
		out.letters = c.load(making, armed)
		stop()
		for id, why := range parked {
			c.Log.Warn("a task could not leave with the others", "notice", id, "why", why)
		}
		return out, nil
	}
}

func (c *Crew) wait(ctx context.Context, until time.Time) bool {
	timer := time.NewTimer(until.Sub(c.Desk.Now()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// fire sends everything at once and records what became of it afterwards, so that the store is not in the way at T0. What could not
// leave follows by itself.
func (c *Crew) fire(ctx context.Context, o iru.Operation, stage iru.Stage, ready loaded) error {
	armed, late := ready.letters, ready.late
	var mu sync.Mutex
	sent := map[iru.NoticeID]desk.Sending{}
	failed := map[iru.NoticeID]error{}
	var first, last time.Time
	jobs := make(chan charge)
	var wg sync.WaitGroup
	for range min(senders, len(armed)) {
		wg.Go(func() {
			for d := range jobs {
				begun := c.Desk.Now()
				s, err := c.discharge(ctx, d)
				mu.Lock()
				if err == nil {
					sent[d.Notice.ID] = s
					if first.IsZero() || begun.Before(first) {
						first = begun
					}
					if at := c.Desk.Now(); at.After(last) {
						last = at
					}
				} else {
					failed[d.Notice.ID] = err
				}
				mu.Unlock()
			}
		})
	}
	for _, d := range armed {
		jobs <- d
	}
	close(jobs)
	wg.Wait()
	record := context.WithoutCancel(ctx) // what was sent is recorded even when we are asked to stop
	if err := c.insist(record, func() error { return c.Desk.RecordAllSent(record, sent) }); err != nil {
		return err
	}
	if err := c.Desk.RecordStage(record, o.ID, stage, first, last); err != nil {
		return err
	}
	for id, err := range failed {
		if errors.Is(err, iru.Unavailable) || ctx.Err() != nil {
			late = append(late, id)
			continue
		}
		if err := c.Desk.Undeliverable(record, id, err.Error()); err != nil {
			return err
		}
	}
	return c.Desk.Follow(record, late)
}
