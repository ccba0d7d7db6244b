// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"slices"
	"sync"
	"time"
)

// The audience of an outlet, follower by follower. It looks once an hour of story time.

const look = time.Hour

type follower struct {
	follows  []string      // assets it knows
	dark     time.Duration // since when it has found nothing
	patience time.Duration
	alert    bool // takes note of announcements
	lost     bool
}

type crowdOf struct {
	mu        sync.Mutex
	a         *Audience
	followers []follower
	gained    float64
	reached   int
	kept      int
	samples   []AudienceSample
}

// newAudiences draws who follows what.
func (r *Range) newAudiences() {
	for i := range r.world.Audiences {
		a := &r.world.Audiences[i]
		g := random(r.opt.Seed, "audience", a.Outlet)
		var ids []string
		var weights []int
		total := 0
		for _, x := range r.world.Assets {
			if x.Outlet == a.Outlet && !x.Latent {
				ids, weights, total = append(ids, x.ID), append(weights, max(x.Reach, 1)), total+max(x.Reach, 1)
			}
		}
		c := &crowdOf{a: a, reached: a.Size, kept: a.Size}
		for n := range a.Size {
			f := follower{alert: a.Notices == 0 || g.Float64() < a.Notices, patience: a.Patience.drawn(g.NormFloat64())}
			for range max(a.Follows, 1) {
				at, pick := g.IntN(max(total, 1)), 0
				for pick < len(ids)-1 && at >= weights[pick] {
					at -= weights[pick]
					pick++
				}
				if len(ids) > 0 && !slices.Contains(f.follows, ids[pick]) {
					f.follows = append(f.follows, ids[pick])
				}
			}
			c.followers = append(c.followers, f)
			_ = n
		}
		r.audiences = append(r.audiences, c)
	}
}

func (r *Range) beginAudiences() {
	for _, c := range r.audiences {
		c.note(r, 0)
	}
	if len(r.audiences) > 0 {
		r.agenda.after(look, r.lookAround)
	}
}

// lookAround lets all followers look.
func (r *Range) lookAround() {
	up := map[string]bool{}
	for _, a := range r.world.Assets {
		up[a.ID] = r.estate.live(a.ID) && !r.estate.down(a.ID)
	}
	for _, c := range r.audiences {
		c.look(r, up)
	}
	r.agenda.after(look, r.lookAround)
}

func (c *crowdOf) look(r *Range, up map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	reached, kept := 0, 0
	for i := range c.followers {
		f := &c.followers[i]
		if f.lost {
			continue
		}
		if slices.ContainsFunc(f.follows, func(id string) bool { return up[id] }) {
			f.dark = 0
			reached++
			kept++
			continue
		}
		if f.dark += look; f.dark > f.patience {
			f.lost = true
			continue
		}
		kept++
	}
	if reached > 0 && c.a.Grows > 0 { // word of mouth brings some of the lost back
		c.gained += c.a.Grows * float64(len(c.followers)-kept) * look.Hours() / 24
		for i := range c.followers {
			f := &c.followers[i]
			if c.gained < 1 {
				break
			}
			if n := slices.IndexFunc(c.followers, func(o follower) bool { return !o.lost && o.dark == 0 }); f.lost && n >= 0 {
				f.lost, f.dark, f.follows = false, 0, slices.Clone(c.followers[n].follows)
				c.gained--
				reached++
				kept++
			}
		}
	}
	if reached != c.reached || kept != c.kept {
		c.reached, c.kept = reached, kept
		c.noted(r, r.agenda.story())
	}
}

// heard lets those who follow a place that is up learn of an asset that is announced there.
func (r *Range) heard(id, where string) {
	a, _ := r.world.asset(id)
	for _, c := range r.audiences {
		if c.a.Outlet != a.Outlet {
			continue
		}
		c.mu.Lock()
		for i := range c.followers {
			f := &c.followers[i]
			if !f.lost && f.alert && slices.Contains(f.follows, where) && !slices.Contains(f.follows, id) {
				f.follows = append(f.follows, id)
			}
		}
		c.mu.Unlock()
	}
}

func (c *crowdOf) note(r *Range, at time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noted(r, at)
}

// noted enters how many there are; with mu held.
func (c *crowdOf) noted(r *Range, at time.Duration) {
	if len(c.samples) < maxLedger {
		c.samples = append(c.samples, AudienceSample{Story: at, At: r.now(), Reached: c.reached, Kept: c.kept})
	}
}

func (c *crowdOf) truth() AudienceTruth {
	c.mu.Lock()
	defer c.mu.Unlock()
	return AudienceTruth{Outlet: c.a.Outlet, Size: c.a.Size, Samples: slices.Clone(c.samples)}
}
