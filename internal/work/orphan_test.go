// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
)

// stuck never ends before its process does.
type stuck struct {
	river.WorkerDefaults[desk.Escalate]
	began chan struct{}
}

func (s *stuck) Work(ctx context.Context, _ *river.Job[desk.Escalate]) error {
	s.began <- struct{}{}
	<-ctx.Done()
	return ctx.Err()
}

// A process that holds its role keeps its jobs; when the role is gone, another takes them up.
func TestAdopt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		s := &stuck{began: make(chan struct{}, 1)}
		workers := river.NewWorkers()
		river.AddWorker(workers, s)
		other, err := d.Queue(&river.Config{ID: "other", Workers: workers, Queues: map[string]river.QueueConfig{desk.QueueActs: {MaxWorkers: 1}},
			JobTimeout: time.Minute, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if held, err := d.Lease(ctx, aliveRole("other"), "other", time.Minute); err != nil || !held {
			t.Fatalf("%v %v", held, err)
		}
		if err := other.Start(ctx); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := other.StopAndCancel(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		}()
		if err := d.Tx(ctx, func(t *db.Tx) error {
			_, err := t.Enqueue(ctx, desk.Escalate{Clock: 1}, &river.InsertOpts{Queue: desk.QueueActs})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-s.began:
		case <-time.After(30 * time.Second):
			t.Fatal("the job was not begun")
		}
		c := &Crew{Desk: &desk.Desk{DB: d}, Holder: "us", Log: slog.New(slog.DiscardHandler)}
		ours, err := d.Queue(nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.adopt(ctx, ours); err != nil || n != 0 {
			t.Fatalf("took %d jobs from a living process: %v", n, err)
		}
		if err := d.ReleaseLease(ctx, aliveRole("other"), "other"); err != nil {
			t.Fatal(err)
		}
		if n, err := c.adopt(ctx, ours); err != nil || n != 1 {
			t.Fatalf("took %d jobs from a dead process: %v", n, err)
		}
		jobs, err := ours.JobList(ctx, river.NewJobListParams().First(10))
		if err != nil || len(jobs.Jobs) != 1 || jobs.Jobs[0].State != rivertype.JobStateAvailable {
			t.Fatalf("%v %+v", err, jobs.Jobs)
		}
	})
}
