// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"time"
)

// survey reads what is new in the certificate logs, as long as the process runs; several processes may, what one took up the next
// finds known.
func (c *Crew) survey(ctx context.Context) {
	if c.Survey <= 0 || len(c.CTLogs) == 0 {
		return
	}
	tick := time.NewTicker(c.Survey)
	defer tick.Stop()
	for {
		for _, log := range c.CTLogs {
			if err := c.read(ctx, log); err != nil && ctx.Err() == nil {
				c.Log.Warn("certificate log could not be read", "log", log, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
