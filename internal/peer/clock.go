// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"sync"
	"time"
)

// Skew is how far a partner's clock is from ours, from four stamps of one exchange (RFC 5905, section 8).
type Skew struct {
	Offset time.Duration // to be added to our clock to get the partner's
	Delay  time.Duration // of the way there and back: the offset is wrong by at most half of it
	At     time.Time     // when it was measured, by our clock
}

// skewOf takes the times of sending, receipt, answer and its arrival; the middle two by the partner's clock.
func skewOf(sent, received, answered, arrived time.Time) Skew {
	return Skew{
		Offset: (received.Sub(sent) + answered.Sub(arrived)) / 2,
		Delay:  max(0, arrived.Sub(sent)-answered.Sub(received)),
		At:     arrived,
	}
}

// clock keeps the last exchanges with one partner. The one with the least delay is the best estimate: what delays a message mostly
// delays it one way.
type clock struct {
	last [8]Skew
	n    int
}

// steady is by how much two offsets may differ beyond what their delays explain, for one and the same clock.
const steady = 250 * time.Millisecond

// add forgets what was measured before the partner's clock, or ours, was set.
func (c *clock) add(s Skew) {
	if b, ok := c.best(); ok && (s.Offset-b.Offset).Abs() > (s.Delay+b.Delay)/2+steady {
		c.n = 0
	}
	c.last[c.n%len(c.last)] = s
	c.n++
}

func (c *clock) best() (Skew, bool) {
	if c.n == 0 {
		return Skew{}, false
	}
	best := c.last[0]
	for _, s := range c.last[1:min(c.n, len(c.last))] {
		if s.Delay < best.Delay {
			best = s
		}
	}
	return best, true
}

// stamp is the time of the last of several like moments, which may come from another goroutine.
type stamp struct {
	now func() time.Time
	mu  sync.Mutex
	at  time.Time
}

func (s *stamp) set() {
	s.mu.Lock()
	s.at = s.now()
	s.mu.Unlock()
}

func (s *stamp) get() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}
