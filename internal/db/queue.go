// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/iru"
)

// A Runner works jobs. Every River client is one; the interface hides which engine's transaction it is bound to.
type Runner interface {
	// Start begins to fetch and work; it returns at once. The runner stops softly when ctx ends.
	Start(ctx context.Context) error
	// Stop lets running jobs finish, until ctx ends.
	Stop(ctx context.Context) error
	// StopAndCancel cancels the contexts of running jobs and waits for them, until ctx ends.
	StopAndCancel(ctx context.Context) error
	// Stopped is closed when the runner has stopped.
	Stopped() <-chan struct{}
	// Subscribe gives the events of these kinds of this process, until the returned function is called.
	Subscribe(kinds ...river.EventKind) (<-chan *river.Event, func())
	JobCancel(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobGet(ctx context.Context, id int64) (*rivertype.JobRow, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
	// QueuePause parks a queue for every process: its jobs stay, none is begun.
	QueuePause(ctx context.Context, name string, opts *river.QueuePauseOpts) error
	QueueResume(ctx context.Context, name string, opts *river.QueuePauseOpts) error
}

// Where a configuration says nothing, a job is given up for dead this long after its timeout. River's own default is an hour,
// which is as long as a provider has for a removal order.
const rescueMargin = 2 * time.Minute

// Queue makes a runner. Without Queues and Workers it only inserts and administers. Where cfg is silent, stuck jobs are rescued
// two minutes after their timeout, and River's warnings go to slog's default logger.
func (d *DB) Queue(cfg *river.Config) (Runner, error) {
	var c river.Config
	if cfg != nil {
		c = *cfg
	}
	if c.Logger == nil {
		c.Logger = slog.New(warnings{slog.Default().Handler()})
	}
	if c.RescueStuckJobsAfter == 0 && c.JobTimeout >= 0 {
		timeout := c.JobTimeout
		if timeout == 0 {
			timeout = river.JobTimeoutDefault
		}
		c.RescueStuckJobsAfter = timeout + rescueMargin
	}
	r, err := d.engine.runner(&c)
	if err != nil {
		return nil, fmt.Errorf("make queue: %w: %w", iru.Invalid, err)
	}
	return r, nil
}

// Reclaim makes a job that a dead process was working on available again, and reports whether it still was that process's.
func (t *Tx) Reclaim(ctx context.Context, job *rivertype.JobRow) (bool, error) {
	res, err := t.Exec(ctx, `UPDATE river_job SET state = 'available' WHERE id = $1 AND state = 'running' AND attempt = $2`, job.ID, job.Attempt)
	if err != nil {
		return false, fmt.Errorf("reclaim job %d: %w", job.ID, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// warnings keeps River's daily talk out of a log that nobody configured.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

// insertOnly is the configuration of the client through which transactions enqueue; it never works and has nothing to say.
func insertOnly() *river.Config {
	return &river.Config{Logger: slog.New(slog.DiscardHandler)}
}

func count(results []*rivertype.JobInsertResult) int {
	n := 0
	for _, r := range results {
		if !r.UniqueSkippedAsDuplicate {
			n++
		}
	}
	return n
}
