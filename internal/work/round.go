// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// rounder takes the looks of one shard that are due, many at once, as long as some are. Each shard has one round at a time, on whatever
// machine; if that dies, what it had claimed is due again after a while.
type rounder struct {
	river.WorkerDefaults[desk.Round]
	*Crew
}

// Looks of one round: at once, claimed and recorded together; how long a claim holds, how long a round goes on before it lets the queue have
// its say, and how long one look may take. A round and its last look end well before jobTimeout.
const (
	roundLooks = 12
	roundBatch = 32
	roundHold  = 10 * time.Minute
	roundTime  = 45 * time.Second
	lookTime   = 3 * time.Minute
	roundPause = 10 * time.Second // between two rounds, at most: what is newly scheduled waits no longer
)

func (w *rounder) Work(ctx context.Context, job *river.Job[desk.Round]) error {
	next, err := w.rounds(ctx, job.Args.Shard, time.Now().Add(roundTime))
	if err != nil {
		return outcome(err)
	}
	if next.IsZero() { // it stays: what is scheduled meanwhile finds a round that waits
		return river.JobSnooze(roundPause)
	}
	return river.JobSnooze(min(max(time.Until(next), time.Second), roundPause))
}

// rounds works until nothing is due, or until an end. It gives when something is due next; zero: nothing is scheduled.
func (c *Crew) rounds(ctx context.Context, shard int, end time.Time) (next time.Time, err error) {
	results := make(chan desk.Look, roundBatch)
	places := make(chan struct{}, roundLooks)
	var done []desk.Look
	flying, claim, flushed := 0, true, time.Now()
	flush := func() {
		if len(done) > 0 {
			if failed := c.Desk.RecordSightings(ctx, done); failed != nil {
				err = errors.Join(err, fmt.Errorf("record looks: %w", failed))
			}
		}
		done, flushed = done[:0], time.Now()
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if claim && err == nil && flying <= roundBatch/2 && time.Now().Before(end) && ctx.Err() == nil {
			var due []desk.Due
			if due, next, err = c.Desk.ClaimLooks(ctx, shard, roundBatch, roundHold); err != nil {
				continue // what is under way is still recorded
			}
			var all []recalled
			if all, err = c.recall(ctx, due); err != nil { // what was claimed is due again after roundHold
				continue
			}
			claim = len(due) == roundBatch
			c.reserve(ctx, due)
			for n, d := range due {
				flying++
				go func() {
					places <- struct{}{}
					defer func() { <-places }()
					results <- c.lookAt(ctx, d, all[n])
				}()
			}
		}
		if flying == 0 {
			flush()
			return next, err
		}
		select {
		case l := <-results:
			flying--
			done = append(done, l)
		case <-tick.C:
		}
		if len(done) >= roundBatch || time.Since(flushed) > 500*time.Millisecond {
			flush()
			claim = claim || time.Now().Before(end) && flying <= roundBatch/2 && !next.IsZero() && !next.After(c.Desk.Now())
		}
	}
}

// reserve takes what a batch of looks is going to ask of the servers from the shared pace, for all of them at once.
func (c *Crew) reserve(ctx context.Context, due []desk.Due) {
	var own []string
	for _, d := range due {
		if d.Monitor != iru.DomainMonitor { // it asks others
			own = append(own, address(d.Of.Locator))
		}
	}
	c.Vantages[0].Reserve(ctx, own)
}

// A looking is one look under way.
type looking struct {
	*Crew
	desk.Look
	recalled
	reading *reading
}

// lookAt has one monitor look once. It never fails: what failed is a look that says nothing.
func (c *Crew) lookAt(ctx context.Context, d desk.Due, before recalled) (l desk.Look) {
	k := &looking{Crew: c, recalled: before, reading: &reading{c: c}, Look: desk.Look{Due: d, Vantage: c.Vantages[0].Network().Name, At: c.Desk.Now()}}
	defer k.reading.close()
	defer func() {
		if p := recover(); p != nil { // it must not end the process: no worker of the queue is around it
			c.Log.Error("a monitor panicked", "monitor", d.Monitor, "asset", d.Asset, "value", p, "trace", string(debug.Stack()))
			l = k.Look
			l.Failed, l.Seen, l.Observed = true, iru.Seen{}, nil
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var err error
	switch d.Monitor {
	case iru.SiteMonitor:
		err = k.site(ctx)
	case iru.ServerMonitor:
		err = k.server(ctx)
	case iru.DomainMonitor:
		err = k.domain(ctx)
	case iru.AppMonitor:
		err = k.app(ctx)
	case iru.AddonMonitor:
		err = k.addon(ctx)
	case iru.NewsletterMonitor:
		err = k.newsletter(ctx)
	case iru.StreamMonitor:
		err = k.stream(ctx)
	case iru.AccountMonitor:
		err = k.account(ctx)
	case iru.MirrorMonitor:
		err = k.mirror(ctx)
	default:
		err = fmt.Errorf("look: %w: there is no monitor %q", iru.Internal, d.Monitor)
	}
	if err != nil {
		k.fail(err)
	}
	return k.Look
}
