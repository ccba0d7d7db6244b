// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
)

// musterer begins a verification sweep of an operation, waits for its mark, and ends it.
type musterer struct {
	river.WorkerDefaults[desk.Muster]
	*Crew
}

func (w *musterer) Work(ctx context.Context, job *river.Job[desk.Muster]) error {
	m, err := w.Desk.BeginMuster(ctx, job.Args.Operation, time.UnixMicro(job.Args.T0).UTC(), job.Args.Mark)
	if err != nil || m.ID == 0 {
		return outcome(err)
	}
	if early := m.Due.Sub(w.Desk.Now()); early > 0 {
		return river.JobSnooze(early)
	}
	_, err = w.Desk.EndMuster(ctx, m.ID)
	return outcome(err)
}

// musterLooker looks at one asset for a sweep, as long as that has not ended.
type musterLooker struct {
	river.WorkerDefaults[desk.MusterLook]
	*Crew
}

func (w *musterLooker) Work(ctx context.Context, job *river.Job[desk.MusterLook]) error {
	open, err := w.Desk.MusterOpen(ctx, job.Args.Muster)
	if err != nil || !open {
		return outcome(err)
	}
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	touch := false
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		touch, err = desk.Touchable(ctx, t, a)
		return err
	}); err != nil || !touch {
		return outcome(err)
	}
	_, err = w.round(ctx, a)
	return outcome(err)
}
