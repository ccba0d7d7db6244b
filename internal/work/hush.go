// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/desk"
)

// A hush keeps back what this process would begin around T0: the processors are the acts'. Releases are not kept back, and what runs already goes on.
type hush struct{ until atomic.Int64 } // ns since 1970

// keep keeps them back for so long from now on; the longest counts.
func (h *hush) keep(long time.Duration) {
	until := time.Now().Add(long).UnixNano()
	for was := h.until.Load(); until > was && !h.until.CompareAndSwap(was, until); was = h.until.Load() {
	}
}

// work begins a job when nothing keeps it back any more.
func (h *hush) work(ctx context.Context, job *rivertype.JobRow, begin func(context.Context) error) error {
	if left := time.Until(time.Unix(0, h.until.Load())); left > 0 && job.Kind != (desk.Release{}).Kind() {
		over := time.NewTimer(left)
		defer over.Stop()
		select {
		case <-over.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return begin(ctx)
}
