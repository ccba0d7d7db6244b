// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"time"

	"iolaus/internal/iru"
)

// sealEvery is how often waiting events are looked for. An order waits for its checkpoint about this long.
const sealEvery = 150 * time.Millisecond

// seal is the sequencer: every process runs it, one at a time holds the lease.
func (c *Crew) seal(ctx context.Context) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		waiting, err := c.Desk.Waiting(ctx)
		for err == nil && waiting && ctx.Err() == nil {
			var n int
			if n, err = c.Desk.Seal(ctx, c.Holder); n == 0 {
				break
			}
			waiting, err = c.Desk.Waiting(ctx)
		}
		if err != nil && ctx.Err() == nil {
			level := c.Log.Warn
			if errors.Is(err, iru.Internal) {
				level = c.Log.Error
			}
			level("events could not be sealed", "error", err)
		}
	}
}
