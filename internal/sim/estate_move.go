// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A place is where an asset is stored.
type place struct {
	host, origin string
	addr         netip.Addr
}

// A taken name is one that somebody else registered after it had died.
type taken struct {
	by string // provider that parks or sinkholes it
	at time.Time
}

func (e *estate) place(id string) place {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.byID[id].place
}

// rehost moves an asset to another provider, where it is up again.
func (e *estate) rehost(id string, to place) {
	e.change(func() {
		c := e.byID[id]
		c.place, c.effect, c.first = to, None, netip.Prefix{}
		clear(c.items)
		c.places = append(c.places, PlaceTruth{Host: to.host, Addr: to.addr.String(), From: e.now()})
	})
}

// dns is the provider whose name servers carry a domain now.
func (e *estate) dns(d *Domain) string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if t, ok := e.taken[d.Name]; ok {
		return t.by
	}
	if p, ok := e.delegated[d.Name]; ok {
		return p
	}
	return d.DNS
}

func (e *estate) delegate(domain, to string) { e.change(func() { e.delegated[domain] = to }) }

// release puts a held name back into the zone.
func (e *estate) release(domain string) { e.change(func() { delete(e.holds, domain) }) }

func (e *estate) expire(domain string) { e.change(func() { e.expired[domain] = true }) }

// take lets somebody else register a name: holds end with the registration before.
func (e *estate) take(domain, by string) {
	e.change(func() {
		e.taken[domain] = taken{by, e.now()}
		delete(e.holds, domain)
	})
}

// takenBy tells who registered the domain after its outlet had lost it.
func (e *estate) takenBy(domain string) (taken, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	t, ok := e.taken[domain]
	return t, ok
}

// raisedSince is when a name that was first registered during the story was, and zero for the others.
func (e *estate) raisedSince(domain string) time.Time {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, c := range e.byDomain[domain] {
		if c.asset.Latent && len(c.spans) > 0 {
			return c.spans[0].From
		}
	}
	return time.Time{}
}

// publishedBelow reports whether a name of the program lies under the given one.
func (e *estate) publishedBelow(name string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for n := range e.published {
		if strings.HasSuffix(n, "."+name) {
			return true
		}
	}
	return false
}

// nameGone reports whether the asset's name leads to it no more.
func (e *estate) nameGone(id string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.gone(registered(e.byID[id].name))
}

// tell lets an asset say something once.
func (e *estate) tell(id string, a announcement) {
	if !slices.Contains(e.announcements(id), a) {
		e.announce(id, a)
	}
}
