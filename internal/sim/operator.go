// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"slices"
	"time"
)

// What the operators of outlets do when something falls: what the world's reactions say, and what an Operator decides. Both act on the
// agenda only.

// react looks for what is due after a change.
func (r *Range) react() {
	for i, x := range r.world.Reactions {
		if r.reacted[i] || !r.estate.live(x.On) || !r.estate.down(x.On) {
			continue
		}
		r.reacted[i] = true
		what := []string{"operator", x.On, x.Asset}
		if x.Does != Raise {
			what = append(what, string(x.Does))
		}
		after := x.After.draw(r.opt.Seed, what...)
		r.agenda.after(after, func() { r.carryOut(x, after) })
	}
	for i := range r.world.Operators {
		r.operators[i].look()
	}
}

// An agent is an operator at work.
type agent struct {
	r        *Range
	o        *Operator
	busy     map[string]bool // sites whose fall is being answered, or cannot be answered any more
	refused  []string        // hosts that removed something of the group
	moves    int
	releases int
}

func (r *Range) newAgents() {
	for i := range r.world.Operators {
		r.operators = append(r.operators, &agent{r: r, o: &r.world.Operators[i], busy: map[string]bool{}})
	}
}

// look finds the group's sites that have fallen.
func (g *agent) look() {
	for i := range g.r.world.Assets {
		a := &g.r.world.Assets[i]
		o, _ := g.r.world.outlet(a.Outlet)
		if o.Group != g.o.Group || a.Kind != Site || g.busy[a.ID] || g.scripted(a.ID) || !g.r.estate.live(a.ID) || !g.r.estate.down(a.ID) {
			continue
		}
		g.busy[a.ID] = true
		if host := g.r.estate.place(a.ID).host; !g.r.estate.nameGone(a.ID) && !slices.Contains(g.refused, host) {
			g.refused = append(g.refused, host)
		}
		after := g.o.After.draw(g.r.opt.Seed, "operator", g.o.Group, a.ID, g.r.estate.place(a.ID).host)
		g.r.agenda.after(after, func() { g.answer(a, after) })
	}
}

// scripted reports whether the world's reactions answer for the asset already.
func (g *agent) scripted(id string) bool {
	return slices.ContainsFunc(g.r.world.Reactions, func(x Reaction) bool { return x.On == id && x.Does == Raise })
}

// host is the first of the operator's hosts that has removed nothing and is not where the asset is.
func (g *agent) host(now string) *Provider {
	for _, id := range g.o.Hosts {
		if id != now && !slices.Contains(g.refused, id) {
			p, _ := g.r.world.provider(id)
			return p
		}
	}
	return nil
}

// answer brings a site back: the same name elsewhere where the name is left, otherwise the next spare name.
func (g *agent) answer(a *Asset, after time.Duration) {
	if !g.r.estate.down(a.ID) { // somebody put it back
		g.busy[a.ID] = false
		return
	}
	next, back := g.host(g.r.estate.place(a.ID).host), a
	switch lost := g.r.estate.nameGone(a.ID); {
	case !lost && next != nil:
		g.r.rehost(a, next, after)
		g.busy[a.ID] = false
		g.delegate(a, after)
	default:
		head, ok := g.r.world.head(a.ID)
		if !ok || g.r.estate.live(head.ID) {
			return // nothing is left
		}
		back = head
		if slices.Contains(g.refused, head.Host) {
			if other := g.host(head.Host); other != nil {
				g.r.estate.rehost(head.ID, place{host: other.ID, addr: other.at(atShared)})
			}
		}
		g.r.raise(head, after)
	}
	g.r.announce(back, g.o.Announces, after)
	g.ship(back, after)
	g.r.react()
}

// delegate changes the name servers of a name that has moved, to the next of the operator's.
func (g *agent) delegate(a *Asset, after time.Duration) {
	if len(g.o.DNS) == 0 {
		return
	}
	domain, to := registered(a.hostname()), g.o.DNS[g.moves%len(g.o.DNS)]
	g.moves++
	g.r.estate.delegate(domain, to)
	g.r.record(Act{After: after, Actor: "operator", Did: "delegated", Asset: a.ID, Detail: to})
}

// ship makes new builds of the group's apps and add-ons that are up; they know the new place.
func (g *agent) ship(at *Asset, after time.Duration) {
	for i := range g.r.world.Assets {
		a := &g.r.world.Assets[i]
		o, _ := g.r.world.outlet(a.Outlet)
		if o.Group != g.o.Group || (a.Kind != App && a.Kind != Addon) || !g.r.estate.live(a.ID) || g.r.estate.down(a.ID) {
			continue
		}
		g.releases++
		key := ""
		if g.o.NewKey > 0 && g.releases%g.o.NewKey == 0 {
			key = "publisher " + a.ID + " " + at.ID
		}
		g.r.estate.tell(a.ID, announcement{"We are now at", at.Locator})
		g.r.estate.ship(a.ID, key)
		v := g.r.build(a)
		g.r.record(Act{After: after, Actor: "operator", Did: "shipped", Asset: a.ID, Detail: v.Version + " " + map[bool]string{true: "same key", false: "new key"}[key == ""]})
	}
}
