// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"net/http"
	"slices"
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
	Shared   SharedPace    // one pace for all processes and machines; nil: this process keeps its own

	mu    sync.Mutex
	hosts map[string]*host
}

type host struct {
	tokens float64
	filled time.Time
	until  time.Time // Retry-After
	rules  *rules

	granted int       // requests that were reserved with the others and not made yet
	from    time.Time // when they may be made
	expires time.Time // when the others no longer count with them
	struck  bool      // it asked to be left alone, and was not seen to serve since
}

// A SharedPace keeps one pace towards a host for several processes, and remembers for all of them which host asked to be left alone. Where it
// cannot be asked, nobody asks the host.
type SharedPace interface {
	// Take reserves n requests to each of the hosts, each so far apart on average, and says how long to wait for them, in the order of the hosts,
	// of which none comes twice.
	Take(ctx context.Context, hosts []string, n int, every time.Duration) (waits []time.Duration, err error)
	// Hold keeps everybody away from a host that asked for it: for so long as it says, 0 where it does not say. Below nought it serves again.
	Hold(ctx context.Context, host string, after time.Duration) error
}

const (
	// knownHosts are remembered at most, in about 2 MB without robots files: a hostile site has as many names as it likes. Beyond that
	// those are forgotten that nobody asks, then any.
	knownHosts = 10_000
	// longest is what a host can ask of us: a longer Retry-After would hide it from us.
	longest = 15 * time.Minute
	// reserved are requests that are taken at once from a shared pace: a page with its feed and sitemap is about as many. Without a pace
	// they only say how often a ban is asked for, at least each unpaced.
	reserved = 4
	unpaced  = 5 * time.Second
	// unshared is how long a host is left alone when the shared pace cannot be asked.
	unshared = 5 * time.Second
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
	if p.Shared != nil {
		if err := p.reserve(ctx, name); err != nil {
			return err
		}
	}
	now := time.Now()
	p.mu.Lock()
	h := p.at(name, now)
	ready := now
	if p.Shared != nil {
		if ready = h.from; ready.Before(now) {
			ready = now
		}
	} else if p.Every > 0 {
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
	if p.Shared != nil {
		h.granted--
	} else if p.Every > 0 {
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

// reserve sees to it that each host's record has a request that was reserved with the others.
func (p *Politeness) reserve(ctx context.Context, names ...string) error {
	now := time.Now()
	var bare []string
	p.mu.Lock()
	for _, name := range names {
		if h := p.at(name, now); (h.granted <= 0 || !now.Before(h.expires)) && !slices.Contains(bare, name) {
			bare = append(bare, name)
		}
	}
	p.mu.Unlock()
	if len(bare) == 0 {
		return nil
	}
	n := min(reserved, max(p.Burst, 1))
	waits, err := p.Shared.Take(ctx, bare, n, p.Every)
	if err != nil {
		return &Later{Host: bare[0], Until: now.Add(unshared)}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, name := range bare {
		h := p.at(name, now)
		h.granted, h.from = n, now.Add(waits[i])
		h.expires = h.from.Add(max(time.Duration(n)*p.Every, unpaced))
	}
	return nil
}

// note remembers a Retry-After, and tells the others who asked to be left alone and who serves again.
func (p *Politeness) note(ctx context.Context, name string, status int, header http.Header, now time.Time) {
	if p == nil {
		return
	}
	busy := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
	after := retryAfter(header, now)
	p.mu.Lock()
	h := p.at(name, now)
	was := h.struck
	h.struck = busy || was && status >= 400
	if busy && after > 0 {
		h.until = now.Add(min(after, longest))
	}
	again := was && !h.struck
	if busy { // what was reserved before is void: the others know better
		h.granted = 0
	}
	p.mu.Unlock()
	switch {
	case p.Shared == nil:
	case status == http.StatusTooManyRequests || busy && after > 0:
		_ = p.Shared.Hold(ctx, name, after) // who cannot be told asks, and is refused as we were
	case again:
		_ = p.Shared.Hold(ctx, name, -1)
	}
}

// RetryAfter reads the header of that name (RFC 9110, section 10.2.3): seconds or a date. 0 where there is none; at most a quarter of an hour.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	return min(retryAfter(h, now), longest)
}

func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}
