// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// A Frontier is what a crawl has asked and has still to ask. It lives in the journal of its tape: what came of an address, its record
// and the links found there become durable at once. It is safe for use by many at once.
type Frontier struct {
	tape   *Tape
	bounds Bounds

	mu      sync.Mutex
	change  *sync.Cond
	seen    map[addressKey]struct{} // asked or to be asked
	scope   map[string]bool         // hosts whose pages are followed, without www
	lanes   map[string]*lane
	ring    []*lane // those where something waits
	turn    int
	queries queryCount
	flying  int   // taken and not finished
	waiting int   // not taken
	room    int64 // bytes of their addresses
	count   crawlCount
}

// crawlCount is what came of it, also in runs before this one.
type crawlCount struct {
	urls, done, failed int
	bytes              int64
	refused            map[string]int
}

// addressKey stands for an address; 100,000 of them are to need little memory, and nobody can make two of one key.
type addressKey [16]byte

func keyOf(address string) addressKey {
	sum := sha256.Sum256([]byte(address))
	return addressKey(sum[:16])
}

// A crawlItem is an address on its way.
type crawlItem struct {
	URL    string `json:"u"`
	Depth  int    `json:"d,omitzero"`
	Nested int    `json:"n,omitzero"`
	Part   bool   `json:"p,omitzero"` // it belongs to a page
}

// A crawlDone is what came of an address.
type crawlDone struct {
	URL    string `json:"u"`
	Status int    `json:"s,omitzero"`
	Bytes  int64  `json:"b,omitzero"`
	Failed string `json:"f,omitempty"` // why it is not whole
}

// A lane is a host and what waits for it.
type lane struct {
	host  string
	parts []crawlItem // what belongs to pages goes first
	pages []crawlItem
	due   time.Time
}

func (l *lane) empty() bool { return len(l.parts)+len(l.pages) == 0 }

// OpenFrontier reads what the journal of a tape holds of a crawl; nothing, for a new one. One frontier has a tape at a time. What was
// in flight when the crawl ended waits again. Errors: Conflict, Unavailable, as of the journal.
func OpenFrontier(t *Tape, b Bounds) (*Frontier, error) {
	f := &Frontier{tape: t, bounds: b.filled(), seen: map[addressKey]struct{}{}, scope: map[string]bool{}, lanes: map[string]*lane{}}
	f.count.refused = map[string]int{}
	f.change = sync.NewCond(&f.mu)
	open := map[addressKey]crawlItem{}
	var order []addressKey
	err := t.log.reread(func(l journalLine) error {
		for _, h := range l.Scope {
			f.scope[h] = true
		}
		for _, h := range l.Seen {
			f.seen[keyOf(h)] = struct{}{}
		}
		for _, i := range l.Queue {
			k := keyOf(i.URL)
			f.seen[k], open[k] = struct{}{}, i
			order = append(order, k)
			f.count.urls++
			if u, err := url.Parse(i.URL); err == nil {
				f.queries.more(u, f.bounds.Queries)
			}
		}
		for why, n := range l.Refused {
			f.count.refused[why] += n
		}
		if l.Done != nil {
			delete(open, keyOf(l.Done.URL))
			f.count.add(*l.Done)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open frontier: %w", err)
	}
	for _, k := range order {
		if i, ok := open[k]; ok {
			delete(open, k)
			f.push(i)
		}
	}
	return f, nil
}

func (c *crawlCount) add(d crawlDone) {
	if c.done++; d.Failed != "" {
		c.failed++
	}
	c.bytes += d.Bytes
}

// Seed queues addresses to begin at and takes their hosts into the crawl's scope. It returns when that is on the disk. An address that
// is known already is passed over. Errors: those of fetch.Normal, Unavailable.
func (f *Frontier) Seed(addresses ...string) error {
	var l journalLine
	f.mu.Lock()
	for _, a := range addresses {
		n, err := fetch.Normal(a)
		if err != nil {
			f.mu.Unlock()
			return fmt.Errorf("seed crawl with %s: %w", a, err)
		}
		u, err := url.Parse(n)
		if err != nil {
			f.mu.Unlock()
			return fmt.Errorf("seed crawl with %s: %w: %w", a, iru.Invalid, err)
		}
		if h := site(u.Host); !f.scope[h] {
			f.scope[h] = true
			l.Scope = append(l.Scope, h)
		}
		f.queue(&l, crawlItem{URL: n}, u)
	}
	b := f.tape.put(l)
	f.change.Broadcast()
	f.mu.Unlock()
	return b.wait()
}

// site is a host without www: the two are one site.
func site(host string) string { return strings.TrimPrefix(host, "www.") }

// queue takes an address up unless it is known, and writes it into the line. The caller holds mu.
func (f *Frontier) queue(l *journalLine, i crawlItem, u *url.URL) {
	k := keyOf(i.URL)
	if _, known := f.seen[k]; known {
		return
	}
	why := f.bounds.refuses(i, u)
	switch {
	case why != "":
	case f.count.urls >= f.bounds.URLs:
		why = beyondURLs
	case f.room+int64(len(i.URL)) > f.bounds.Waiting:
		why = beyondWaiting
	case !f.queries.more(u, f.bounds.Queries):
		why = beyondQueries
	}
	if why != "" {
		if l.Refused == nil {
			l.Refused = map[string]int{}
		}
		l.Refused[why]++
		f.count.refused[why]++
		return
	}
	f.seen[k] = struct{}{}
	f.count.urls++
	f.push(i)
	l.Queue = append(l.Queue, i)
}

// push lets an item wait. The caller holds mu.
func (f *Frontier) push(i crawlItem) {
	host := hostOf(i.URL)
	n := f.lanes[host]
	if n == nil {
		n = &lane{host: host}
		f.lanes[host] = n
	}
	if n.empty() {
		f.ring = append(f.ring, n)
	}
	if i.Part {
		n.parts = append(n.parts, i)
	} else {
		n.pages = append(n.pages, i)
	}
	f.waiting++
	f.room += int64(len(i.URL))
}

// hostOf is the host and port of a normal address.
func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// take waits for an address that may be asked now. It reports false when there will be none: all is done, the bounds are reached, or
// ctx ended.
func (f *Frontier) take(ctx context.Context) (crawlItem, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if ctx.Err() != nil || f.count.bytes >= f.bounds.Bytes || f.waiting+f.flying == 0 {
			f.change.Broadcast()
			return crawlItem{}, false
		}
		now := time.Now()
		i, next, ok := f.pick(now)
		if ok {
			f.flying++
			return i, true
		}
		f.sleep(ctx, next.Sub(now), !next.IsZero())
	}
}

// pick takes from the hosts in turn, or says when one is due. The caller holds mu.
func (f *Frontier) pick(now time.Time) (i crawlItem, next time.Time, ok bool) {
	for range f.ring {
		f.turn = (f.turn + 1) % len(f.ring)
		n := f.ring[f.turn]
		if n.due.After(now) {
			if next.IsZero() || n.due.Before(next) {
				next = n.due
			}
			continue
		}
		from := &n.parts
		if len(n.parts) == 0 {
			from = &n.pages
		}
		i, (*from)[0] = (*from)[0], crawlItem{}
		if *from = (*from)[1:]; len(*from) == 0 {
			*from = nil
		}
		if n.empty() {
			last := len(f.ring) - 1
			f.ring[f.turn], f.ring[last] = f.ring[last], nil
			f.ring = f.ring[:last]
			if !n.due.After(now) {
				delete(f.lanes, n.host)
			}
		}
		f.waiting--
		f.room -= int64(len(i.URL))
		return i, next, true
	}
	return i, next, false
}

// sleep waits for a change, and for d if bounded. The caller holds mu.
func (f *Frontier) sleep(ctx context.Context, d time.Duration, bounded bool) {
	wake := func() { // with mu, so that nobody is between looking and waiting
		f.mu.Lock()
		defer f.mu.Unlock()
		f.change.Broadcast()
	}
	stop := context.AfterFunc(ctx, wake)
	defer stop()
	if bounded {
		t := time.AfterFunc(max(d, 0), wake)
		defer t.Stop()
	}
	f.change.Wait()
}

// claim takes an address for one who was led there, if nobody has it.
func (f *Frontier) claim(address string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := keyOf(address)
	if _, known := f.seen[k]; known {
		return false
	}
	f.seen[k] = struct{}{}
	return true
}

// back returns an address that was not asked, and its host with it until it is due.
func (f *Frontier) back(i crawlItem, due time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flying--
	f.push(i)
	f.lanes[hostOf(i.URL)].due = due
	f.change.Broadcast()
}

// release gives up the claim to one address, and returns the others.
func (f *Frontier) release(claimed []string, address string) []string {
	i := slices.Index(claimed, address)
	if i < 0 {
		return claimed
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.seen, keyOf(address))
	return slices.Delete(claimed, i, i+1)
}

// finish notes what came of an item: its records, the line, and the links found there. The batch is when that is durable.
func (f *Frontier) finish(i crawlItem, l journalLine, hops []fetch.Exchange, links []crawlFound) *tapeBatch {
	l, kept, err := f.tape.record(l, hops)
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.change.Broadcast()
	f.flying--
	if err != nil {
		f.push(i)
		return failedBatch(err)
	}
	for _, n := range links {
		f.queue(&l, n.crawlItem, n.at)
	}
	f.count.add(*l.Done)
	return f.tape.join(l, kept) // with mu: nobody finishes what is queued here before it is told
}

// follows reports whether the pages of a host are followed.
func (f *Frontier) follows(host string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.scope[site(host)]
}

// widen takes a host into the scope, and gives what is to be told of that.
func (f *Frontier) widen(host string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.scope[site(host)] {
		return nil
	}
	f.scope[site(host)] = true
	return []string{site(host)}
}
