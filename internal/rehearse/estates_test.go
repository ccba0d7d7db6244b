// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"math/rand/v2"
	"time"

	"iolaus/internal/plan"
)

// generated draws the estate of an outlet: sites and mirrors, apps, streams and accounts, each an alternative, each in need of several parts, of
// which some are its own and some are shared with others. One measure fells one part: which instrument that is, the gate of law has said.
//
//	20 to 60 sites   a name (24 h, cost 1) and contents at a host (24 h, 2) of its own; and the outlet's account at a registrar (72 h, 4),
//	                 its zones at an operator of name servers (72 h, 3) and its machine at a host (72 h, 6): low to high companies a layer
//	1 to 3 apps      a listing (72 h, 2) and the one account of the developer (72 h, 4)
//	1 to 2 streams   a mount (24 h, 1) and a machine at one of the hosts
//	1 to 4 accounts  a handle (24 h, 1) and the identity behind all those at one of 2 platforms (72 h, 3)
//
// A company is drawn so that the first is twice as likely as the last. In brackets stands the median of the exponential time until the part
// is back: 24 h where its operator renews it alone, 72 h where he has to find a company anew; all assumed, as are the costs.
// Compliance is .98; a desk takes a log-normal time of median 1 h and sigma .5, around the clock, and there are no caches.
func generated(r *rand.Rand, low, high int) plan.Tree { return grown(r, low, high, 20, 60) }

// grown is generated with another number of sites.
func grown(r *rand.Rand, low, high, few, many int) plan.Tree {
	t := plan.Tree{Root: "outlet"}
	top := plan.Node{ID: "outlet"}
	var rest []plan.Node
	has := map[string]bool{}
	registrars, operators, machines := low+r.IntN(high-low+1), low+r.IntN(high-low+1), low+r.IntN(high-low+1)
	part := func(id string, cost float64) string {
		if !has[id] {
			has[id] = true
			rest = append(rest, plan.Node{ID: id})
			t.Measures = append(t.Measures, plan.Measure{ID: "fell " + id, Cost: cost, Fells: []string{id}, Delay: time.Hour, Back: asGenerated().figures(id).back.Median})
		}
		return id
	}
	way := func(id string, parts ...string) {
		rest = append(rest, plan.Node{ID: id, All: parts})
		top.Any = append(top.Any, id)
	}
	one := func(kind string, of int, cost float64) string { // the first twice as often as the last
		for {
			if k := r.IntN(of); r.Float64() < 1-.5*float64(k)/float64(max(of-1, 1)) {
				return part(fmt.Sprintf("%s:%d", kind, k), cost)
			}
		}
	}
	for s := range few + r.IntN(many-few+1) {
		way(fmt.Sprintf("site %d", s), part(fmt.Sprintf("name:%d", s), 1), part(fmt.Sprintf("file:%d", s), 2), one("network:registrar", registrars, 4), one("network:zones", operators, 3), one("host", machines, 6))
	}
	for a := range 1 + r.IntN(3) {
		way(fmt.Sprintf("app %d", a), part(fmt.Sprintf("app:%d", a), 2), part("app:developer", 4))
	}
	for n := range 1 + r.IntN(2) {
		way(fmt.Sprintf("stream %d", n), part(fmt.Sprintf("mirror:%d", n), 1), one("host", machines, 6))
	}
	for n := range 1 + r.IntN(4) {
		way(fmt.Sprintf("channel %d", n), part(fmt.Sprintf("account:%d", n), 1), one("server:platform", 2, 3))
	}
	t.Nodes = append([]plan.Node{top}, rest...)
	return t
}

// asGenerated are the assumptions of the generated estates.
func asGenerated() Assumptions {
	a := Defaults()
	for id, k := range a.Kinds {
		k.Cache = Delay{}
		a.Kinds[id] = k
	}
	a.Hours = nil
	a.Habits = map[string]Habit{"*": {Manner: Acts, Always: true, Act: Delay{Median: time.Hour, Sigma: .5, Source: Assumed}, Source: Assumed}}
	return a
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
