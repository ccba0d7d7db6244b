// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/plan"
	"iolaus/internal/rehearse"
)

// A Service is an act that a unit serves on an asset: at its provider, at the registrar of its name, or, with an empty provider, as the wave
// of a world does, obeyed at once.
type Service struct {
	Asset, Provider string
	Instrument      Instrument
	After           time.Duration // from T0, may be negative
}

// Forecast tells a world to a rehearsal: the root is up while any of the assets is. Desks answer by the world's habits, around the clock, as
// the range has no office hours; what its operators and reactions do is replacement and succession. again is how long after a return
// the unit serves the act on it, nil for never; answer how long it takes to answer a desk that asks.
//
// An operator's next host depends on which hosts have removed something before. Forecast takes the services for removals at their medians
// and follows the operator once; what chance would do to that order is left out.
func (w World) Forecast(assets []string, services []Service, again *time.Duration, answer time.Duration) (plan.Tree, []string, rehearse.Assumptions, error) {
	f := forecast{w: w, has: map[string]bool{}, source: "the habits of world " + w.Scenario}
	f.tree.Root = "root"
	f.tree.Nodes = append(f.tree.Nodes, plan.Node{ID: "root"})
	a := rehearse.Defaults()
	a.Title = w.Title
	a.Compliance = rehearse.Chance{Value: 1, Source: f.source}
	a.Answer = rehearse.Delay{Median: answer, Source: f.source}
	if again != nil {
		a.Again = &rehearse.Delay{Median: *again, Source: f.source}
	}
	never := rehearse.Delay{Never: true, Source: f.source}
	a.Kinds = map[string]rehearse.Kind{"*": {Back: never}}
	a.Addressees, a.Measures, a.Parts = map[string]rehearse.Addressee{}, map[string]rehearse.Measure{}, map[string]rehearse.Part{}
	f.a = a
	for _, id := range assets {
		if _, ok := w.asset(id); !ok {
			return f.tree, nil, f.a, fmt.Errorf("forecast: there is no asset %q", id)
		}
		f.asset(id)
		f.tree.Nodes[0].Any = append(f.tree.Nodes[0].Any, "asset:"+id)
	}
	for _, x := range w.Reactions {
		if x.On == "" || x.Does != Raise || !slices.Contains(assets, x.Asset) {
			continue
		}
		f.asset(x.On)
		f.a.Successions = append(f.a.Successions, rehearse.Succession{On: "asset:" + x.On, Raises: "place:" + x.Asset, After: f.delay(x.After)})
	}
	for _, s := range services {
		if err := f.serve(s); err != nil {
			return f.tree, nil, f.a, err
		}
	}
	f.operators(services)
	return f.tree, f.plan, f.a, nil
}

type forecast struct {
	w      World
	tree   plan.Tree
	plan   []string
	a      rehearse.Assumptions
	has    map[string]bool
	source string
}

func (f *forecast) delay(d Delay) rehearse.Delay {
	return rehearse.Delay{Median: d.Median, Sigma: d.Sigma, Max: d.Max, Source: f.source}
}

func (f *forecast) node(n plan.Node) {
	if !f.has[n.ID] {
		f.has[n.ID] = true
		f.tree.Nodes = append(f.tree.Nodes, n)
	}
}

// asset is up while its place and, where it is its own, its name are.
func (f *forecast) asset(id string) {
	a, _ := f.w.asset(id)
	needs := []string{"place:" + id}
	f.node(plan.Node{ID: "place:" + id})
	if a.Latent {
		f.a.Parts["place:"+id] = rehearse.Part{Latent: true}
	}
	if d, ok := f.w.domain(registered(a.hostname())); ok && !d.Shared {
		needs = append(needs, "name:"+d.Name)
		f.node(plan.Node{ID: "name:" + d.Name})
	}
	f.node(plan.Node{ID: "asset:" + id, Name: a.Name, All: needs})
}

func (f *forecast) serve(s Service) error {
	a, ok := f.w.asset(s.Asset)
	if !ok {
		return fmt.Errorf("forecast: there is no asset %q", s.Asset)
	}
	if !f.has["asset:"+s.Asset] {
		f.asset(s.Asset)
	}
	id, m, fells := s.Asset, rehearse.Measure{Stage: s.After, Instrument: string(s.Instrument)}, "place:"+s.Asset
	if s.Provider == "" {
		m.Delay = rehearse.Delay{Source: f.source}
	} else {
		p, ok := f.w.provider(s.Provider)
		if !ok {
			return fmt.Errorf("forecast: there is no provider %q", s.Provider)
		}
		h, err := f.habit(p.Desk.Habit, s.Instrument)
		if err != nil {
			return fmt.Errorf("forecast: %s: %w", p.ID, err)
		}
		d, ok := f.a.Addressees[p.ID]
		if !ok {
			d = rehearse.Addressee{Name: p.Name, Always: true, Habits: map[string]rehearse.Habit{}, Source: f.source}
		}
		d.Habits[string(s.Instrument)] = h
		f.a.Addressees[p.ID] = d
		id, m.Addressee = p.ID+"/"+s.Asset, p.ID
		if p.Kind == Registrar || p.Kind == Registry {
			fells = "name:" + registered(a.hostname())
		}
	}
	f.tree.Measures = append(f.tree.Measures, plan.Measure{ID: id, Fells: []string{fells}, Cost: 1})
	f.a.Measures[id] = m
	f.plan = append(f.plan, id)
	return nil
}

func (f *forecast) habit(h Habit, i Instrument) (rehearse.Habit, error) {
	out := rehearse.Habit{Manner: rehearse.Acts, Always: true, Ack: f.delay(h.Ack), Act: f.delay(h.Act), Source: f.source}
	if h.First.IsValid() {
		out.Rest = f.delay(h.Rest)
	}
	switch {
	case h.Manner == Silent:
		out.Manner = rehearse.Silent
	case h.Manner == Bounces:
		out.Manner = rehearse.Bounces
	case h.Manner == Refuses || !slices.Contains(h.Takes, i):
		out.Manner = rehearse.Refuses
	case h.Manner == Clarifies:
		out.Manner = rehearse.Clarifies
	case h.Manner != Acts:
		return out, fmt.Errorf("a desk that %s is not rehearsed", h.Manner)
	}
	return out, nil
}

// operators follow each operator once through the falls of its sites.
func (f *forecast) operators(services []Service) {
	for _, o := range f.w.Operators {
		type fall struct {
			asset *Asset
			at    time.Duration
			host  bool // its host removed it; otherwise its name fell
		}
		var falls []fall
		for _, s := range services {
			a, _ := f.w.asset(s.Asset)
			out, _ := f.w.outlet(a.Outlet)
			scripted := slices.ContainsFunc(f.w.Reactions, func(x Reaction) bool { return x.On == a.ID && x.Does == Raise })
			if out.Group != o.Group || a.Kind != Site || scripted || a.Latent {
				continue
			}
			x := fall{a, s.After, true}
			if p, ok := f.w.provider(s.Provider); ok {
				x.at, x.host = x.at+p.Desk.Habit.Ack.Median+p.Desk.Habit.Act.Median, p.Kind != Registrar && p.Kind != Registry
			}
			falls = append(falls, x)
		}
		slices.SortStableFunc(falls, func(a, b fall) int { return cmp.Compare(a.at, b.at) })
		for _, x := range falls {
			refused := func(id string) bool {
				return slices.ContainsFunc(falls, func(y fall) bool { return y.host && y.asset.Host == id && y.at <= x.at+o.After.Median })
			}
			next := slices.ContainsFunc(o.Hosts, func(id string) bool { return id != x.asset.Host && !refused(id) })
			head, spare := f.w.head(x.asset.ID)
			switch {
			case x.host && next:
				f.a.Parts["place:"+x.asset.ID] = rehearse.Part{Back: f.delay(o.After)}
			case spare && f.has["asset:"+head.ID]:
				f.a.Successions = append(f.a.Successions, rehearse.Succession{On: "asset:" + x.asset.ID, Raises: "place:" + head.ID, After: f.delay(o.After)})
			}
		}
	}
}
