// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"iolaus/internal/recognise"
	"iolaus/internal/recognise/ring"
)

// Near finds PDQ fingerprints by the crew's index for many who ask at once. Taking in what is new waits for whoever writes, so one of them
// does it once in a second, and the others do not wait.
type Near struct {
	crew   *Crew
	mu     sync.Mutex // of who takes in
	at     time.Time  // when that was last done
	loaded atomic.Bool
}

// Near gives what finds fingerprints in the crew's index.
func (c *Crew) Near() *Near { return &Near{crew: c} }

// takeIn is how old an answer may be: known content is to be found within a second.
const takeIn = time.Second

// Near gives the ids of all PDQ fingerprints of the store within so many bits of q, whoever's they are; which of them may be told, the
// store says. With fresh, everything that was entered before the call is among them, else what was entered a second before.
func (n *Near) Near(ctx context.Context, q recognise.PDQ, radius int, fresh bool) ([]ring.Hit, error) {
	l := n.crew.lookup()
	if err := n.take(ctx, l, fresh || !n.loaded.Load()); err != nil {
		return nil, err
	}
	var out []ring.Hit
	l.pdq.search([]ring.Hash{ring.Hash(q)}, radius, func(_ int, h ring.Hit) {
		out = append(out, h)
	})
	return out, nil
}

func (n *Near) take(ctx context.Context, l *Lookup, must bool) error {
	switch {
	case must:
		n.mu.Lock()
	case !n.mu.TryLock():
		return nil
	}
	defer n.mu.Unlock()
	if !must && time.Since(n.at) < takeIn {
		return nil
	}
	n.at = time.Now()
	err := l.pdq.sync(ctx)
	if err == nil {
		n.loaded.Store(true)
	}
	return err
}
