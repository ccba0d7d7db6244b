// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/x509"
	"errors"
	"sync"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/probe"
)

// A Stamper is a time-stamp authority that is asked for tokens over the ledger's checkpoints.
type Stamper struct {
	probe.Stamper
	Roots *x509.CertPool // whose certificates are taken; nil: whoever signed, its chain is not judged
}

// Stamps says which authorities stamp the ledger, and when.
type Stamps struct {
	Authorities []Stamper
	Every       time.Duration // between two stamps of one authority, at least
	Before      time.Duration // the expiry of a stamp's certificate, when it is stamped anew
}

const (
	stampLook = time.Minute // between two looks at what is due, at most
	stampHold = 3 * time.Minute
	// An authority that fails is left alone for so long at first, then twice as long each time.
	firstRest = time.Minute
	mostRest  = 2 * time.Hour
)

// stamp has the newest checkpoint stamped when it is due, as long as the process runs. One process at a time does it. What one
// authority does is no matter of the others.
func (c *Crew) stamp(ctx context.Context) {
	if len(c.Stamps.Authorities) == 0 {
		return
	}
	rest := rests{}
	for {
		now := c.Desk.Now()
		if mine, err := c.Desk.DB.Lease(ctx, "stamps", c.Holder, stampHold); err != nil && ctx.Err() == nil {
			c.Log.Warn("the ledger could not be stamped", "error", err)
		} else if mine {
			if err := c.stampAll(ctx, rest, now, c.Stamps.Every); err != nil && ctx.Err() == nil {
				c.Log.Warn("the ledger could not be stamped", "error", err)
			}
		}
		if !c.wait(ctx, now.Add(max(min(stampLook, c.Stamps.Every/2), 100*time.Millisecond))) {
			return
		}
	}
}

// stampAll asks each authority that is due, after so long a pause, and does not rest.
func (c *Crew) stampAll(ctx context.Context, rest rests, now time.Time, every time.Duration) error {
	by, names := map[string]Stamper{}, []string{}
	for _, a := range c.Stamps.Authorities {
		if !now.Before(rest[a.Name].until) {
			by[a.Name], names = a, append(names, a.Name)
		}
	}
	due, err := c.Desk.StampsDue(ctx, names, every, c.Stamps.Before)
	if err != nil {
		return err
	}
	errs := make([]error, len(due))
	var wg sync.WaitGroup
	for n, d := range due {
		wg.Go(func() { errs[n] = c.stampOne(ctx, by[d.Authority], d) })
	}
	wg.Wait()
	for n, d := range due {
		switch err := errs[n]; {
		case err == nil:
			delete(rest, d.Authority)
		case ctx.Err() == nil:
			r := rest.grow(d.Authority, now)
			level := c.Log.Warn
			if errors.Is(err, iru.Internal) {
				level = c.Log.Error
			}
			level("an authority gave no time stamp", "authority", d.Authority, "size", d.Size, "failures", r.failures, "again", r.until, "error", err)
		}
	}
	return nil
}

func (c *Crew) stampOne(ctx context.Context, a Stamper, due desk.StampDue) error {
	token, err := a.Stamp(ctx, due.Checkpoint)
	if err != nil {
		return err
	}
	s, err := c.Desk.RecordStamp(ctx, a.Name, due.Checkpoint, token, a.Roots)
	if err == nil {
		c.Log.Info("the ledger is stamped", "authority", a.Name, "size", s.Size, "at", s.At, "until", s.Until, "why", due.Why)
	}
	return err
}

// rests are the authorities that failed last time they were asked.
type rests map[string]rested

type rested struct {
	failures int
	until    time.Time
}

func (r rests) grow(name string, now time.Time) rested {
	was := r[name]
	r[name] = rested{was.failures + 1, now.Add(min(firstRest<<min(was.failures, 10), mostRest))}
	return r[name]
}
