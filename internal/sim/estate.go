// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// An estate is the changing part of the world: which assets are up, for whom, and which names are held.
type estate struct {
	mu        sync.RWMutex
	world     *World
	now       func() time.Time
	order     []*condition // as in World.Assets
	byID      map[string]*condition
	holds     map[string]string // domain to "client" or "server"
	published map[string]netip.Addr
	serial    uint32 // of every zone
	byDomain  map[string][]*condition
	delegated map[string]string // domain to the provider of its name servers, where that has changed
	expired   map[string]bool
	taken     map[string]taken
}

type condition struct {
	asset  *Asset
	name   string // host name
	place  place
	places []PlaceTruth
	live   bool
	effect Effect
	first  netip.Prefix      // valid: the effect is met only from here
	items  map[string]Effect // by path: single items that were removed
	spans  []Span
	said   []announcement
	builds int            // releases after the first
	cargo  []announcement // what had been said when the present release was made
	signer string         // name of the key that signs its packages; empty: the outlet's
}

type announcement struct {
	Text, URL string
}

func newEstate(w *World, now func() time.Time) *estate {
	e := &estate{world: w, now: now, byID: map[string]*condition{}, holds: map[string]string{}, published: map[string]netip.Addr{}, serial: 2026010101,
		byDomain: map[string][]*condition{}, delegated: map[string]string{}, expired: map[string]bool{}, taken: map[string]taken{}}
	for i := range w.Assets {
		a := &w.Assets[i]
		c := &condition{asset: a, name: a.hostname(), live: !a.Latent, place: place{a.Host, a.Origin, a.Addr}}
		if c.live {
			c.spans = []Span{{From: now()}}
		}
		e.order = append(e.order, c)
		e.byID[a.ID] = c
		e.byDomain[registered(c.name)] = append(e.byDomain[registered(c.name)], c)
	}
	return e
}

// seen is what a visitor from that address meets at the asset, once its name has led there.
func (e *estate) seen(id string, from netip.Addr) Effect {
	e.mu.RLock()
	defer e.mu.RUnlock()
	c := e.byID[id]
	switch {
	case c == nil || !c.live:
		return Missing
	case c.first.IsValid() && !c.first.Contains(from.Unmap()):
		return None
	}
	return c.effect
}

func (e *estate) item(id, path string) Effect {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.byID[id].items[path]
}

func (e *estate) announcements(id string) []announcement {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return slices.Clone(e.byID[id].said)
}

func (e *estate) built(id string) (n int, key string) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.byID[id].builds, e.byID[id].signer
}

func (e *estate) shipped(id string) []announcement {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return slices.Clone(e.byID[id].cargo)
}

// ship makes a new release; an empty key keeps the one before.
func (e *estate) ship(id, key string) {
	e.change(func() {
		c := e.byID[id]
		c.builds++
		c.cargo = slices.Clone(c.said)
		if key != "" {
			c.signer = key
		}
	})
}

func (e *estate) live(id string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.byID[id].live
}

// down reports whether nobody reaches the asset any more.
func (e *estate) down(id string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	effect, partial := e.condition(e.byID[id])
	return effect != None && partial == ""
}

// condition gives what counts now, with mu held: an act for everybody, else a hold of the name, else an act for some.
func (e *estate) condition(c *condition) (effect Effect, partial string) {
	switch {
	case !c.live:
		return Missing, ""
	case c.effect != None && !c.first.IsValid():
		return c.effect, ""
	case e.gone(registered(c.name)):
		return Held, ""
	case c.effect != None:
		return c.effect, c.first.String()
	}
	return None, ""
}

// record closes and opens spans where the condition changed; with mu held.
func (e *estate) record() {
	at := e.now()
	for _, c := range e.order {
		if !c.live {
			continue
		}
		effect, partial := e.condition(c)
		if n := len(c.spans); n > 0 {
			last := &c.spans[n-1]
			if last.Effect == effect && last.Partial == partial {
				continue
			}
			last.Until = at
		}
		c.spans = append(c.spans, Span{Effect: effect, Partial: partial, From: at})
	}
}

func (e *estate) change(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f()
	e.record()
	e.serial++
}

func (e *estate) remove(id string, effect Effect, first netip.Prefix) {
	e.change(func() { e.byID[id].effect, e.byID[id].first = effect, first })
}

func (e *estate) removeItem(id, path string, effect Effect) {
	e.change(func() {
		c := e.byID[id]
		if c.items == nil {
			c.items = map[string]Effect{}
		}
		c.items[path] = effect
	})
}

// hold takes a name out of the zone, on the side of the registrar ("client") or of the registry ("server").
func (e *estate) hold(domain, side string) { e.change(func() { e.holds[domain] = side }) }

func (e *estate) raise(id string) { e.change(func() { e.byID[id].live = true }) }

func (e *estate) announce(id string, a announcement) {
	e.change(func() { e.byID[id].said = append(e.byID[id].said, a) })
}

// status of a registration: registered is false while every asset under the name is latent.
func (e *estate) status(domain string) (registered bool, side string) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.registered(domain), e.holds[domain]
}

// gone reports whether a name leads to its outlet no more; with mu held.
func (e *estate) gone(domain string) bool {
	_, lost := e.taken[domain]
	return lost || e.holds[domain] != "" || e.expired[domain]
}

func (e *estate) registered(domain string) bool {
	if _, ok := e.taken[domain]; ok {
		return true
	}
	if e.expired[domain] {
		return false
	}
	d, ok := e.world.domain(domain)
	if !ok {
		for name := range e.published {
			if registered(name) == domain {
				return true
			}
		}
		return false
	}
	latent := false
	for _, c := range e.byDomain[domain] {
		if c.live {
			return true
		}
		latent = true
	}
	return d.Shared || !latent
}

// on lists the live assets that a host name serves, while the name is the outlet's.
func (e *estate) on(host string) []*Asset {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var out []*Asset
	for _, c := range e.byDomain[registered(host)] {
		if c.live && c.name == host {
			out = append(out, c.asset)
		}
	}
	return out
}

// under reports whether a request path belongs to an asset.
func (a *Asset) under(path string) bool {
	p := a.path()
	return p == "/" || path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/") || strings.HasPrefix(path, p+".") ||
		path+"/" == p
}
