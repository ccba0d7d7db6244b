// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"sync"
	"time"
)

// Limits of what one partner may do at the server. A zero value means the default.
type Limits struct {
	Rate        float64       // requests a second, in the long run; 20
	Burst       float64       // requests at once after a pause; 200
	ByteRate    float64       // bytes a second; 16 MiB
	ByteBurst   float64       // bytes at once; 256 MiB
	Concurrent  int           // requests at the same time; 4
	Connections int           // of all partners and strangers together; 256
	PerAddress  int           // connections from one network address; 32
	Timeout     time.Duration // to read a request, and to answer it, besides a second for each 16 KiB; 30 seconds
}

func (l Limits) withDefaults() Limits {
	set := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	setInt := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.Rate, 20)
	set(&l.Burst, 200)
	set(&l.ByteRate, 16<<20)
	set(&l.ByteBurst, 256<<20)
	setInt(&l.Concurrent, 4)
	setInt(&l.Connections, 256)
	setInt(&l.PerAddress, 32)
	if l.Timeout == 0 {
		l.Timeout = 30 * time.Second
	}
	return l
}

// bucket is a token bucket: full at first, it fills at rate up to burst.
type bucket struct {
	rate, burst, level float64
	at                 time.Time
}

func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.at).Seconds(); passed > 0 { // a clock that was set back gives nothing
		b.level = min(b.burst, b.level+passed*b.rate)
	}
	b.at = now
}

// gate lets one partner in or says how long to wait, and counts what to tell of a flood.
type gate struct {
	mu              sync.Mutex
	requests, bytes bucket
	busy, most      int
	refused         int
	since, told     time.Time
}

func newGate(l Limits, now time.Time) *gate {
	return &gate{
		requests: bucket{l.Rate, l.Burst, l.Burst, now}, bytes: bucket{l.ByteRate, l.ByteBurst, l.ByteBurst, now}, most: l.Concurrent,
	}
}

const tellAfter = time.Minute

// enter gives 0 if a request of that many bytes may come in, which leave ends. Report is not nil if a flood is to be told of.
func (g *gate) enter(now time.Time, size float64) (wait time.Duration, report *Flooding) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests.fill(now)
	g.bytes.fill(now)
	size = min(size, g.bytes.burst)
	switch {
	case g.busy >= g.most:
		wait = time.Second
	case g.requests.level < 1:
		wait = seconds((1 - g.requests.level) / g.requests.rate)
	case g.bytes.level < size:
		wait = seconds((size - g.bytes.level) / g.bytes.rate)
	default:
		g.busy++
		g.requests.level--
		g.bytes.level -= size
	}
	if wait > 0 {
		if g.refused++; g.refused == 1 {
			g.since = now
		}
	}
	if g.refused > 0 && (g.told.IsZero() || now.Sub(g.told) >= tellAfter || now.Before(g.told)) {
		report = &Flooding{g.refused, g.since}
		g.refused, g.told = 0, now
	}
	return wait, report
}

func (g *gate) leave() {
	g.mu.Lock()
	g.busy--
	g.mu.Unlock()
}

func seconds(s float64) time.Duration {
	return max(time.Second, time.Duration(min(s, 3600)*float64(time.Second)))
}
