// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"

	"github.com/riverqueue/river"

	"iolaus/internal/desk"
)

// preserver orders, an hour before an operation's T0, the captures of what its tasks are about.
type preserver struct {
	river.WorkerDefaults[desk.Preserve]
	*Crew
}

func (w *preserver) Work(ctx context.Context, job *river.Job[desk.Preserve]) error {
	again, err := w.Desk.PreserveNow(ctx, job.Args)
	if err != nil {
		return outcome(err)
	}
	if !again.IsZero() { // the clock was set back
		return river.JobSnooze(max(again.Sub(w.Desk.Now()), sealWait))
	}
	return nil
}
