// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/desk"
)

// escalator runs when a clock is due, and at the steps before. The fact is recorded and shown; what to do about it is a person's decision.
type escalator struct {
	river.WorkerDefaults[desk.Escalate]
	*Crew
}

func (w *escalator) Work(ctx context.Context, job *river.Job[desk.Escalate]) error {
	return outcome(w.Desk.Forewarn(ctx, job.Args.Clock, time.Duration(job.Args.Left)*time.Second))
}
