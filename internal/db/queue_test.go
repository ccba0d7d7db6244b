// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

type depart struct {
	Train string `json:"train" river:"unique"`
}

func (depart) Kind() string { return "depart" }

// A station records which trains departed, and when.
type station struct {
	river.WorkerDefaults[depart]
	mu       sync.Mutex
	departed map[string][]time.Time
	work     func(ctx context.Context, job *river.Job[depart]) error
}

func (s *station) Work(ctx context.Context, job *river.Job[depart]) error {
	s.mu.Lock()
	s.departed[job.Args.Train] = append(s.departed[job.Args.Train], time.Now())
	s.mu.Unlock()
	if s.work != nil {
		return s.work(ctx, job)
	}
	return nil
}

func (s *station) times(train string) []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.departed[train]
}

func (s *station) trains() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.departed)
}

// run starts a runner on the store that works for the station until the test ends.
func run(t *testing.T, d *db.DB, s *station, workers int) db.Runner {
	t.Helper()
	if s.departed == nil {
		s.departed = map[string][]time.Time{}
	}
	w := river.NewWorkers()
	river.AddWorker(w, s)
	r, err := d.Queue(&river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}}, Workers: w, TestOnly: true,
		FetchCooldown: 10 * time.Millisecond, FetchPollInterval: 50 * time.Millisecond,
	})
	must(t, err)
	must(t, r.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.StopAndCancel(ctx); err != nil {
			t.Error(err)
		}
	})
	return r
}

func enqueue(t *testing.T, d *db.DB, train string, opts *river.InsertOpts) (inserted bool) {
	t.Helper()
	must(t, d.Tx(t.Context(), func(tx *db.Tx) (err error) {
		inserted, err = tx.Enqueue(t.Context(), depart{train}, opts)
		return err
	}))
	return inserted
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("20 seconds passed and still not: %s", what)
}

// jobID finds the one job that there is, as the runner sees it.
func jobID(t *testing.T, r db.Runner) int64 {
	t.Helper()
	list, err := r.JobList(t.Context(), river.NewJobListParams().First(10))
	must(t, err)
	if len(list.Jobs) != 1 {
		t.Fatalf("%d jobs, want one", len(list.Jobs))
	}
	return list.Jobs[0].ID
}

// The decision and its job commit together or not at all.
func TestEnqueueIsPartOfTheTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d, "timetable (train TEXT NOT NULL PRIMARY KEY)")
		decide := func(train string, then error) error {
			return d.Tx(t.Context(), func(tx *db.Tx) error {
				// Statements before and after the job, on both engines in one transaction.
				if _, err := tx.Enqueue(t.Context(), depart{train}, nil); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), "INSERT INTO timetable (train) VALUES ($1)", train); err != nil {
					return err
				}
				if n := number(t, d, "SELECT COUNT(*) FROM river_job WHERE state <> 'completed'"); n != 0 {
					return fmt.Errorf("%d jobs are visible before the commit", n)
				}
				if _, err := tx.EnqueueMany(t.Context(), []river.InsertManyParams{{Args: depart{train + " again"}}}); err != nil {
					return err
				}
				return then
			})
		}
		cancelled := errors.New("no driver")
		if err := decide("never", cancelled); !errors.Is(err, cancelled) {
			t.Fatal(err)
		}
		s := &station{}
		run(t, d, s, 4)
		must(t, decide("coast", nil))
		eventually(t, "both jobs of the committed transaction ran", func() bool { return s.trains() == 2 })
		if err := decide("coast", nil); err == nil {
			t.Fatal("the same plan twice was accepted")
		}
		time.Sleep(300 * time.Millisecond)
		if len(s.times("coast")) != 1 || len(s.times("coast again")) != 1 || s.trains() != 2 {
			t.Errorf("departed: %v; want the two trains of the committed transaction, once each", s.departed)
		}
		if n := number(t, d, "SELECT COUNT(*) FROM timetable"); n != 1 {
			t.Errorf("%d plans, want 1", n)
		}
	})
}

func TestUniqueByKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		unique := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
		if !enqueue(t, d, "coast", unique) {
			t.Error("the first job was taken for a second")
		}
		if enqueue(t, d, "coast", unique) {
			t.Error("a second job with the same key was inserted")
		}
		if !enqueue(t, d, "hill", unique) {
			t.Error("a job with another key was not inserted")
		}
		// Many at once, from several connections: one wins and nobody fails.
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 4 {
			wg.Go(func() {
				if err := d.Tx(t.Context(), func(tx *db.Tx) error {
					n, err := tx.EnqueueMany(t.Context(), []river.InsertManyParams{{Args: depart{"lake"}, InsertOpts: unique}})
					mu.Lock()
					won += n
					mu.Unlock()
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s := &station{}
		run(t, d, s, 2)
		eventually(t, "all ran", func() bool { return s.trains() == 3 })
		time.Sleep(200 * time.Millisecond)
		for train, at := range s.departed {
			if len(at) != 1 {
				t.Errorf("%s departed %d times", train, len(at))
			}
		}
	})
}

func TestScheduledSnoozedCancelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &station{}
		s.work = func(_ context.Context, job *river.Job[depart]) error {
			switch {
			case job.Args.Train == "snoozed" && len(s.times("snoozed")) == 1:
				return river.JobSnooze(500 * time.Millisecond)
			case job.Args.Train == "cancelled":
				return river.JobCancel(errors.New("the line is closed"))
			}
			return nil
		}
		r := run(t, d, s, 4)
		due := time.Now().Add(time.Second)
		enqueue(t, d, "scheduled", &river.InsertOpts{ScheduledAt: due})
		enqueue(t, d, "snoozed", nil)
		enqueue(t, d, "cancelled", &river.InsertOpts{MaxAttempts: 5})
		eventually(t, "the snoozed one ran twice", func() bool { return len(s.times("snoozed")) == 2 })
		if at := s.times("snoozed"); at[1].Sub(at[0]) < 400*time.Millisecond {
			t.Errorf("snoozed for %s, want half a second", at[1].Sub(at[0]))
		}
		eventually(t, "the scheduled one ran", func() bool { return len(s.times("scheduled")) == 1 })
		if at := s.times("scheduled")[0]; at.Before(due.Add(-10 * time.Millisecond)) {
			t.Errorf("departed %s too early", due.Sub(at))
		}
		eventually(t, "the cancelled one is cancelled", func() bool {
			list, err := r.JobList(t.Context(), river.NewJobListParams().States(rivertype.JobStateCancelled))
			must(t, err)
			return len(list.Jobs) == 1
		})
		if n := len(s.times("cancelled")); n != 1 {
			t.Errorf("a cancelled job ran %d times", n)
		}
	})
}

// A person stops a job that has not begun, and one that runs.
func TestCancelFromOutside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		admin, err := d.Queue(nil)
		must(t, err)
		enqueue(t, d, "later", &river.InsertOpts{ScheduledAt: time.Now().Add(time.Hour)})
		id := jobID(t, admin)
		row, err := admin.JobCancel(t.Context(), id)
		must(t, err)
		if row.State != rivertype.JobStateCancelled {
			t.Errorf("a scheduled job is %s after its cancellation", row.State)
		}
		stopped := make(chan error, 1)
		s := &station{work: func(ctx context.Context, _ *river.Job[depart]) error {
			<-ctx.Done()
			stopped <- context.Cause(ctx)
			return ctx.Err()
		}}
		run(t, d, s, 1)
		enqueue(t, d, "running", nil)
		eventually(t, "it runs", func() bool { return s.trains() == 1 })
		_, err = admin.JobCancel(t.Context(), id+1)
		must(t, err)
		select {
		case <-stopped:
		case <-time.After(10 * time.Second):
			t.Error("the running job was not told within ten seconds")
		}
	})
}

func TestPausedQueue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &station{}
		r := run(t, d, s, 2)
		parked, done := r.Subscribe(river.EventKindQueuePaused)
		defer done()
		must(t, r.QueuePause(t.Context(), river.QueueDefault, nil))
		select { // a process that only polls learns of it a little later
		case <-parked:
		case <-time.After(30 * time.Second):
			t.Fatal("the runner was not told within thirty seconds that its queue is parked")
		}
		enqueue(t, d, "waits", nil)
		time.Sleep(300 * time.Millisecond)
		if s.trains() != 0 {
			t.Error("a parked queue began a job")
		}
		must(t, r.QueueResume(t.Context(), river.QueueDefault, nil))
		eventually(t, "it ran after the queue went on", func() bool { return s.trains() == 1 })
	})
}

// Three processes, each with its own store handle, work one queue: every job runs once and each process gets a share.
func TestThreeShareTheLoad(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		const jobs = 60
		stations := make([]*station, 3)
		for i := range stations {
			d, err := db.Open(t.Context(), dsn)
			must(t, err)
			t.Cleanup(func() { _ = d.Close() })
			stations[i] = &station{work: func(context.Context, *river.Job[depart]) error {
				time.Sleep(10 * time.Millisecond)
				return nil
			}}
			run(t, d, stations[i], 2)
		}
		d, err := db.Open(t.Context(), dsn)
		must(t, err)
		defer d.Close()
		must(t, d.Tx(t.Context(), func(tx *db.Tx) error {
			many := make([]river.InsertManyParams, jobs)
			for i := range many {
				many[i].Args = depart{fmt.Sprint("train ", i)}
			}
			_, err := tx.EnqueueMany(t.Context(), many)
			return err
		}))
		total := func() (n int) {
			for _, s := range stations {
				n += s.trains()
			}
			return n
		}
		eventually(t, "all jobs ran", func() bool { return total() == jobs })
		time.Sleep(200 * time.Millisecond)
		runs := map[string]int{}
		for i, s := range stations {
			if s.trains() == 0 {
				t.Errorf("process %d got no job", i)
			}
			s.mu.Lock()
			for train, at := range s.departed {
				runs[train] += len(at)
			}
			s.mu.Unlock()
		}
		for train, n := range runs {
			if n != 1 {
				t.Errorf("%s departed %d times", train, n)
			}
		}
	})
}

// Jobs decide too: many of them write through transactions while the queue itself uses the same store.
func TestWorkersDecide(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d, "logbook (train TEXT NOT NULL)")
		s := &station{work: func(ctx context.Context, job *river.Job[depart]) error {
			return d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO logbook (train) VALUES ($1)", job.Args.Train); err != nil {
					return err
				}
				if len(job.Args.Train) < 3 {
					_, err := tx.Enqueue(ctx, depart{job.Args.Train + "x"}, nil)
					return err
				}
				return nil
			})
		}}
		run(t, d, s, 8)
		for i := range 10 {
			enqueue(t, d, fmt.Sprint(i), nil)
		}
		eventually(t, "each train and its two successors are in the logbook", func() bool {
			return number(t, d, "SELECT COUNT(*) FROM logbook") >= 30
		})
		if n := number(t, d, "SELECT COUNT(DISTINCT train) FROM logbook"); n != 30 {
			t.Errorf("%d trains, want 30", n)
		}
	})
}
