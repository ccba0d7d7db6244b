// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/plan"
)

// Bounds of what an answer keeps.
const (
	mostProof  = 40 // survival sets
	mostCurve  = 12 // points
	mostShadow = 2000
)

// Solve asks the planner the plan's question. stop ends it: what was found so far is kept.
func (p Plan) Solve(stop func() bool) PlanAnswer {
	q := quiz{tree: p.Tree(), rest: p.Ask.Rest, stop: stop}
	a := p.ask()
	got, err := q.solve(a)
	out := PlanAnswer{Plan: got, Missing: q.missing, Single: q.single, Loose: q.loose, LooseChance: q.open, Halted: q.halted()}
	if err != nil {
		out.Plan, out.Failed = plan.Plan{}, planFault(err)
		return out
	}
	if len(out.Proof) > mostProof {
		out.Proof = out.Proof[:mostProof]
	}
	for _, m := range p.Measures {
		if m.Bystanders.Unknown && slices.Contains(out.Measures, m.ID) {
			out.Unknown = append(out.Unknown, m.ID)
		}
	}
	out.Least, out.Cheap = got.Cost, got.Measures
	if a.Mode != plan.Min {
		least := a
		least.Mode, least.Include = plan.Min, nil
		cheap := quiz{tree: p.Tree(), rest: q.rest, stop: stop} // without stand-ins
		if l, err := cheap.solve(least); err == nil {
			out.Least, out.Cheap = l.Cost, l.Measures
		}
	}
	out.Veto = map[string]float64{}
	for _, m := range out.Measures {
		if slices.Contains(a.Include, m) || a.Budget > 0 {
			continue
		}
		if q.halted() {
			out.Halted = true
			return out
		}
		without := a
		without.Veto = append(slices.Clone(a.Veto), m)
		without = q.shaded(without)
		short := new(plan.Short)
		switch x, err := q.last.Solve(without, stop, nil); {
		case err == nil && q.loose != nil && x.Cost+a.Price*float64(x.Bystanders) < got.Cost+a.Price*float64(got.Bystanders):
			out.Weak = append(out.Weak, m)
		case err == nil:
			out.Veto[m] = x.Cost + a.Price*float64(x.Bystanders) - got.Cost - a.Price*float64(got.Bystanders)
		case !errors.As(err, &short):
		case a.Mode == plan.N1 && !q.last.Up(q.able(without))[q.tree.Root]:
			out.Weak = append(out.Weak, m)
		default:
			out.Only = append(out.Only, m)
		}
	}
	if c, err := q.curve(a); err == nil {
		out.Curve = c
	}
	out.Halted = out.Halted || q.halted()
	return out
}

// Only asks the planner for the plan alone, without prices of vetoes, curve or comparison.
func (p Plan) Only(stop func() bool) PlanAnswer {
	q := quiz{tree: p.Tree(), rest: p.Ask.Rest, stop: stop}
	got, err := q.solve(p.ask())
	if err != nil {
		return PlanAnswer{Failed: planFault(err)}
	}
	return PlanAnswer{Plan: got}
}

// Able are the measures that may be taken: neither the law nor a person is against them.
func (p Plan) Able() []string {
	q := quiz{tree: p.Tree()}
	return q.able(p.ask())
}

// ask is the question with what is no longer there left out.
func (p Plan) ask() plan.Ask {
	a := p.Ask.Ask
	a.Include, a.Veto = nil, nil
	for _, m := range p.Measures {
		if slices.Contains(p.Ask.Include, m.ID) && m.Veto == "" {
			a.Include = append(a.Include, m.ID)
		}
		if slices.Contains(p.Ask.Veto, m.ID) {
			a.Veto = append(a.Veto, m.ID)
		}
	}
	return a
}

// planFault is the planner's own words, for a person.
func planFault(err error) string {
	switch s := new(plan.Short); {
	case errors.Is(err, plan.ErrStopped):
		return "the time was over before a plan was found"
	case errors.As(err, &s) && len(s.Way.Measures) == 0:
		return "nothing that may be done closes a way to the audience"
	}
	return err.Error()
}

// A quiz asks one tree, and helps itself where a question has no whole answer.
type quiz struct {
	tree    plan.Tree
	rest    bool
	stop    func() bool
	missing []plan.Survive
	single  []plan.Survive
	loose   []plan.Survive
	open    float64 // of loose
	last    *plan.Planner
}

func (q *quiz) halted() bool { return q.stop != nil && q.stop() }

func (q *quiz) solve(a plan.Ask) (plan.Plan, error) {
	for range mostShadow {
		p, err := plan.New(q.tree)
		if err != nil {
			return plan.Plan{}, err
		}
		first := q.last == nil
		q.last = p
		if first && a.Mode == plan.N1 && q.singles(a) {
			continue
		}
		got, err := p.Solve(q.shaded(a), q.stop, nil)
		var s *plan.Short
		switch {
		case err == nil:
			return unshaded(got), nil
		case !errors.As(err, &s):
			return got, err
		case len(s.Way.Measures) == 0:
			q.missing = append(q.missing, s.Way)
			if !q.rest || !q.fell(s.Way.Nodes) {
				q.more(a)
				return got, err
			}
		case s.Mode == plan.N1 && q.double(s.Way):
			q.single = append(q.single, s.Way)
		case s.Mode == plan.Hold && q.loose == nil: // it is held as surely as can be, and that is said
			q.loose, q.open = []plan.Survive{s.Way}, s.Best
		default:
			q.missing = append(q.missing, s.Way)
			return got, err
		}
	}
	return plan.Plan{}, plan.ErrStopped
}

// more looks for the other ways that nothing closes.
func (q *quiz) more(a plan.Ask) { q.missing = q.last.Standing(q.able(a)) }

// able are the measures that may be taken.
func (q *quiz) able(a plan.Ask) []string {
	var out []string
	for _, m := range q.tree.Measures {
		if !m.Vetoed && !slices.Contains(a.Veto, m.ID) {
			out = append(out, m.ID)
		}
	}
	return out
}

// fell takes the addresses of a way as down, so that the rest can be planned; false where there are none.
func (q *quiz) fell(leaves []string) bool {
	q.tree.Nodes = slices.Clone(q.tree.Nodes)
	done := false
	for _, l := range leaves {
		asset, ok := ownLeaf(l)
		if n := slices.IndexFunc(q.tree.Nodes, func(x plan.Node) bool { return x.ID == asset }); ok && n >= 0 && !q.tree.Nodes[n].Down {
			q.tree.Nodes[n].Down, done = true, true
		}
	}
	return done
}

func (q *quiz) curve(a plan.Ask) ([]PlanPoint, error) {
	pts, err := q.last.Curve(q.shaded(a), mostCurve, q.stop)
	if err != nil {
		return nil, err
	}
	var out []PlanPoint
	for _, x := range pts {
		out = append(out, PlanPoint{x.Cost, float64(x.Bystanders), x.Audience, real(x.Measures)})
	}
	return out, nil
}

// A Way is one way that stays open, told from the leaves that it stands on.
type Way struct {
	Assets   []string // their nodes: any one of them is up by it
	Leaves   []string
	Measures []string // any of which closes it, vetoed ones too
}

// Ways gives ways to the audience that stay open under measures, a few, smallest first; none: the outlet is down.
func (p Plan) Ways(measures []string) ([]Way, error) {
	pl, err := plan.New(p.Tree())
	if err != nil {
		return nil, err
	}
	return p.Told(pl.Standing(measures)), nil
}

// A Failure is what stays up if one measure of the answer fails, or all that one provider is asked, and all others take effect; no ways: the plan
// survives it.
type Failure struct {
	Measures []string
	Provider ProviderID // 0: it is that of one measure
	Name     string     // of the provider
	Ways     []Way
}

// Failures tries each measure of the answer, and each provider that it asks more than once.
func (p Plan) Failures() ([]Failure, error) {
	pl, err := plan.New(p.Tree())
	if err != nil {
		return nil, err
	}
	var out []Failure
	try := func(f Failure) {
		rest := slices.DeleteFunc(slices.Clone(p.Answer.Measures), func(x string) bool { return slices.Contains(f.Measures, x) })
		f.Ways = p.Told(pl.Standing(rest))
		out = append(out, f)
	}
	var order []PlanMeasure
	of := map[ProviderID][]string{}
	for _, m := range p.Answer.Measures {
		try(Failure{Measures: []string{m}})
		if x, ok := p.Measure(m); ok && x.Provider != 0 {
			if of[x.Provider] == nil {
				order = append(order, x)
			}
			of[x.Provider] = append(of[x.Provider], m)
		}
	}
	for _, x := range order {
		if ms := of[x.Provider]; len(ms) > 1 {
			try(Failure{Measures: ms, Provider: x.Provider, Name: x.Name})
		}
	}
	return out, nil
}

// Told says of survival sets which addresses they keep up: a minimal one has leaves of one address of its own.
func (p Plan) Told(ws []plan.Survive) []Way {
	out := make([]Way, 0, len(ws))
	for _, w := range ws {
		x := Way{Leaves: w.Nodes, Measures: real(w.Measures)}
		for _, l := range w.Nodes {
			if a, ok := ownLeaf(l); ok && !slices.Contains(x.Assets, a) {
				x.Assets = append(x.Assets, a)
			}
		}
		out = append(out, x)
	}
	return out
}

// ownLeaf gives the node of the address that alone needs a leaf; false for what several can share.
func ownLeaf(leaf string) (asset string, ok bool) {
	tail := leaf[strings.LastIndexByte(leaf, '/')+1:]
	if !strings.HasPrefix(leaf, "unknown/") {
		if tail, ok = strings.CutPrefix(tail, "a"); !ok {
			return "", false
		}
	}
	if _, err := strconv.ParseInt(tail, 10, 64); err != nil { // the name of something shared
		return "", false
	}
	return "asset/" + tail, true
}

// Stands tells of each node whether it is up under measures.
func (p Plan) Stands(measures []string) (map[string]bool, error) {
	pl, err := plan.New(p.Tree())
	if err != nil {
		return nil, err
	}
	return pl.Up(measures), nil
}

// Differs names the measures that one plan takes and the other does not, each in its own order.
func (p Plan) Differs(o Plan) (only, others []string) {
	less := func(a, b []string) []string {
		return slices.DeleteFunc(slices.Clone(a), func(m string) bool { return slices.Contains(b, m) })
	}
	return less(p.Answer.Measures, o.Answer.Measures), less(o.Answer.Measures, p.Answer.Measures)
}

// Touches gives the assets that the chosen measures act on, each once, in order.
func (p Plan) Touches() []AssetID {
	have := map[AssetID]bool{}
	for _, m := range p.Chosen() {
		for _, a := range m.Acts {
			have[a.Asset] = true
		}
	}
	return slices.Sorted(maps.Keys(have))
}
