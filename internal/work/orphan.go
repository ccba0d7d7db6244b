// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A process holds a role of its own as long as it lives. Jobs of a process that lost it are begun again by the others: River itself
// waits for the job's timeout, which is too long for an order that was on its way.
const (
	aliveHold  = 20 * time.Second
	aliveRenew = 4 * time.Second
)

func aliveRole(holder string) string { return "worker " + holder }

// life is when this process was last found to have its role.
type life struct {
	mu   sync.Mutex
	seen time.Time
}

// believed is how long that is not asked again: a thousand acts leave at T0, and the store must not be in their way.
const believed = time.Second

// alive is Unavailable when this process has lost its role: another one may have begun its jobs again, and would send what it sends.
func (c *Crew) alive(ctx context.Context) error {
	c.life.mu.Lock()
	defer c.life.mu.Unlock()
	if time.Since(c.life.seen) < believed {
		return nil
	}
	asked := time.Now()
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error { return t.Holds(ctx, aliveRole(c.Holder), c.Holder) })
	if errors.Is(err, iru.Conflict) {
		return fmt.Errorf("send: this process has lost its role: %w", iru.Unavailable)
	}
	if err == nil {
		c.life.seen = asked
	}
	return err
}

// live renews this process's role and brings back what dead processes left, until ctx ends.
func (c *Crew) live(ctx context.Context, r db.Runner) {
	tick := time.NewTicker(aliveRenew)
	defer tick.Stop()
	for {
		if _, err := c.Desk.DB.Lease(ctx, aliveRole(c.Holder), c.Holder, aliveHold); err != nil && ctx.Err() == nil {
			c.Log.Warn("this process could not say that it lives", "error", err)
		}
		if err := c.manned(ctx); err != nil && ctx.Err() == nil {
			c.Log.Warn("this process could not say that its place is manned", "place", c.Place, "error", err)
		}
		if n, err := c.adopt(ctx, r); err != nil && ctx.Err() == nil {
			c.Log.Warn("jobs of dead processes could not be brought back", "error", err)
		} else if n > 0 {
			c.Log.Warn("jobs of dead processes are begun again", "jobs", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// adopt makes jobs available again whose process is dead, and gives their number.
func (c *Crew) adopt(ctx context.Context, r db.Runner) (int, error) {
	running, err := r.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(1000))
	if err != nil {
		return 0, err
	}
	adopted := 0
	for _, job := range running.Jobs {
		if len(job.AttemptedBy) == 0 {
			continue
		}
		holder := job.AttemptedBy[len(job.AttemptedBy)-1]
		if holder == c.Holder {
			continue
		}
		back := false
		err := c.Desk.DB.Tx(ctx, func(t *db.Tx) error {
			back = false
			err := t.Holds(ctx, aliveRole(holder), holder)
			if !errors.Is(err, iru.Conflict) {
				return err
			}
			back, err = t.Reclaim(ctx, job)
			return err
		})
		if err != nil {
			return adopted, err
		}
		if back {
			adopted++
		}
	}
	return adopted, nil
}
