// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Politeness keeps the pace of all clients that share it: a token bucket a host, Retry-After, and the robots file where the
// configuration says so. The zero value keeps no pace and reads no robots file. It is safe for use by many at once.
type Politeness struct {
	Every    time.Duration // one request a host in this time, on average; 0 keeps no pace
	Burst    int           // requests that may come at once; at least 1
	Patience time.Duration // longest wait before ErrBusy; 0 is 30 s
	Robots   bool          // obey robots files
	Agent    string        // product name that robots files know us by

	mu    sync.Mutex
	hosts map[string]*host
}

type host struct {
	tokens float64
	filled time.Time
	until  time.Time // Retry-After
	rules  *rules
}

const (
	// knownHosts are remembered at most, in about 2 MB without robots files: a hostile site has as many names as it likes. Beyond that
	// those are forgotten that nobody asks, then any.
	knownHosts = 10_000
	// longest is what a host can ask of us: a longer Retry-After would hide it from us.
	longest = 15 * time.Minute
)

// at returns the record of a host; the caller holds mu.
func (p *Politeness) at(name string, now time.Time) *host {
	h := p.hosts[name]
	if h != nil {
		return h
	}
	if p.hosts == nil {
		p.hosts = map[string]*host{}
	}
	if len(p.hosts) >= knownHosts {
		p.forget(now)
	}
	h = &host{tokens: float64(max(p.Burst, 1)), filled: now}
	p.hosts[name] = h
	return h
}

// forget makes room for a quarter more. A host whose bucket is full again is as one that was never asked.
func (p *Politeness) forget(now time.Time) {
	full := max(time.Duration(max(p.Burst, 1))*p.Every, time.Minute)
	for k, v := range p.hosts {
		if v.rules == nil && now.Sub(v.filled) > full && now.After(v.until) || now.Sub(v.filled) > time.Hour {
			delete(p.hosts, k)
		}
	}
	for k := range p.hosts {
		if len(p.hosts) <= knownHosts*3/4 {
			return
		}
		delete(p.hosts, k)
	}
}

// wait takes one token of a host, waiting for it. Errors: *Later, ErrTimeout.
func (p *Politeness) wait(ctx context.Context, name string) error {
	return p.take(ctx, name, or(p.Patience, 30*time.Second))
}

// take is wait with a patience of its own, which may be none.
func (p *Politeness) take(ctx context.Context, name string, patience time.Duration) error {
	now := time.Now()
	p.mu.Lock()
	h := p.at(name, now)
	ready := now
	if p.Every > 0 {
		h.tokens = min(float64(max(p.Burst, 1)), h.tokens+now.Sub(h.filled).Seconds()/p.Every.Seconds())
		if h.tokens < 1 {
			ready = now.Add(time.Duration((1 - h.tokens) * float64(p.Every)))
		}
	}
	h.filled = now
	if h.until.After(ready) {
		ready = h.until
	}
	until, bounded := ctx.Deadline()
	if ready.Sub(now) > patience || bounded && ready.After(until) {
		p.mu.Unlock()
		return &Later{Host: name, Until: ready}
	}
	if p.Every > 0 {
		h.tokens-- // below nought it is the queue of those who wait
	}
	p.mu.Unlock()
	if !ready.After(now) {
		return nil
	}
	timer := time.NewTimer(ready.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return explain(ctx, ErrTimeout, "wait for "+name, ctx.Err())
	}
}

// note remembers a Retry-After.
func (p *Politeness) note(name string, status int, header http.Header, now time.Time) {
	if p == nil || status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return
	}
	if after := RetryAfter(header, now); after > 0 {
		p.mu.Lock()
		p.at(name, now).until = now.Add(after)
		p.mu.Unlock()
	}
}

// RetryAfter reads the header of that name (RFC 9110, section 10.2.3): seconds or a date. 0 where there is none; at most a quarter of an hour.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, longest)
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return min(t.Sub(now), longest)
	}
	return 0
}
