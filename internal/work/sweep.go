// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"time"
)

// Acts are swept often, since an order has an hour; looks seldom, since there are many.
const (
	sweepActs  = time.Minute
	sweepLooks = time.Hour
)

// chartAtOnce is how many assets of a store that is older than the map are drawn in one turn: acts wait meanwhile.
const chartAtOnce = 200

// sweep finds lost jobs again: at the start, and then in turn. One process at a time does it.
func (c *Crew) sweep(ctx context.Context) {
	var looked time.Time
	for {
		now := c.Desk.Now()
		if mine, err := c.Desk.DB.Lease(ctx, "sweep", c.Holder, 2*sweepActs); err != nil && ctx.Err() == nil {
			c.Log.Warn("lost jobs could not be looked for", "error", err)
		} else if mine {
			found, err := c.Desk.SweepActs(ctx)
			if err == nil {
				_, err = c.Desk.ChartOld(ctx, chartAtOnce)
			}
			if err == nil {
				_, err = c.Desk.PassDeconflictions(ctx)
			}
			if err == nil && now.Sub(looked) >= sweepLooks {
				looked = now
				var more int
				more, err = c.Desk.SweepLooks(ctx)
				found += more
				if err == nil {
					more, err = c.Desk.SweepMusters(ctx)
					found += more
				}
				if err == nil {
					err = c.Desk.ForgetPace(ctx)
				}
				if err == nil {
					_, err = c.Desk.PruneMessages(ctx)
				}
			}
			if err != nil && ctx.Err() == nil {
				c.Log.Warn("lost jobs could not be looked for", "error", err)
			}
			if found > 0 {
				c.Log.Warn("lost jobs are begun again", "jobs", found)
			}
		}
		if !c.wait(ctx, now.Add(sweepActs)) {
			return
		}
	}
}
