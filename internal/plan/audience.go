// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A reach is an audience that is left as long as a node and the root are up.
type reach struct {
	gate   int32
	people float64
}

// reaches are the audiences of the nodes that lead to the root. Where there is no figure at all, each way at the root counts 1.
func (p *Planner) reaches() []reach {
	if p.reach != nil {
		return p.reach
	}
	f := p.form
	for _, g := range f.order() {
		if i := int(g - f.vars); i < len(p.tree.Nodes) && p.tree.Nodes[i].Audience > 0 {
			p.reach = append(p.reach, reach{g, p.tree.Nodes[i].Audience})
		}
	}
	slices.SortFunc(p.reach, func(a, b reach) int { return int(a.gate - b.gate) })
	if p.reach == nil {
		root := &p.tree.Nodes[f.root-f.vars]
		for _, id := range root.Any {
			p.reach = append(p.reach, reach{f.vars + p.index.node[id], 1})
		}
	}
	if p.reach == nil {
		p.reach = []reach{{f.root, 1}}
	}
	return p.reach
}

// left is the audience that these measures leave.
func (p *Planner) left(taken []int32) (sum float64) {
	s := p.form.borrow()
	defer p.form.give(s)
	if !s.fellAll(taken) {
		return 0
	}
	for _, r := range p.reaches() {
		if !s.down[r.gate] {
			sum += r.people
		}
	}
	return sum
}

// parted is the form in which each audience may be given up: behind the measures come columns, one an audience, that stand for leaving it. Its
// root is down where every audience is dark or left.
func (p *Planner) parted() *problem {
	if p.part != nil {
		return p.part
	}
	f, rs := p.form, p.reaches()
	more := int32(len(rs))
	m := newMaker(int(f.vars+more), int(f.size()-f.vars)+len(rs)+1, len(f.in.to)+4*len(rs))
	at := func(n int32) int32 {
		if n < f.vars {
			return n
		}
		return n + more
	}
	var in []int32
	for g := f.vars; g < f.size(); g++ {
		in = in[:0]
		for _, i := range f.in.of(g) {
			in = append(in, at(i))
		}
		m.gate(f.lim[g], in...)
	}
	in = in[:0]
	for k, r := range rs {
		in = append(in, m.gate(1, at(r.gate), at(f.root), f.vars+int32(k)))
	}
	p.part = &problem{form: m.done(m.gate(more, in...))}
	return p.part
}

// wider is the quest with the columns of the audiences behind those of the measures; one with a negative cost may not be left.
func (q *quest) wider(cost []int64) *quest {
	w := *q
	n := len(cost)
	w.cost = append(slices.Clone(q.cost), cost...)
	w.veto = slices.Clone(q.veto)
	for _, c := range cost {
		w.veto = append(w.veto, c < 0)
	}
	w.weight = slices.Clone(q.weight)
	for range n {
		w.weight = append(w.weight, q.need)
	}
	w.side = nil
	for _, s := range q.side {
		w.side = append(w.side, side{append(slices.Clone(s.weight), make([]int64, n)...), s.most})
	}
	return &w
}

// measuresOf takes the measures out of a choice in the parted form.
func (p *Planner) measuresOf(taken []int32) []int32 {
	k, _ := slices.BinarySearch(taken, p.form.vars)
	return taken[:k]
}

// useful takes out of measures, the dearest first, those that leave the audience as it is; what is included stays.
func (p *Planner) useful(q *quest, taken []int32) []int32 {
	order, left := slices.Clone(taken), p.left(taken)
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(q.cost[b], q.cost[a]) })
	for _, v := range order {
		if _, must := slices.BinarySearch(q.include, v); must {
			continue
		}
		if less := slices.DeleteFunc(slices.Clone(taken), func(t int32) bool { return t == v }); p.left(less) <= left {
			taken = less
		}
	}
	return taken
}

// within is the plan that leaves the least audience at no more than the budget; among such, not always the cheapest.
func (p *Planner) within(q *quest, a Ask, budget int64, stop func() bool, tell func(Progress)) (Plan, error) {
	rs := p.reaches()
	people, spend, most := make([]int64, len(rs)), make([]int64, p.form.vars), 0.
	for _, r := range rs {
		most += r.people
	}
	for k, r := range rs {
		people[k] = int64(math.Round(r.people / most * 1e15))
	}
	for v := range spend {
		spend[v] = int64(math.Round(p.tree.Measures[v].Cost * micro))
	}
	bounded := *q
	bounded.cost = make([]int64, len(q.cost))
	bounded.side = append(slices.Clone(q.side), side{spend, budget})
	found, err := p.parted().solve(bounded.wider(people), stop, tell)
	if errors.Is(err, errBounds) {
		return Plan{}, fmt.Errorf("what is included costs more than the budget of %v, or harms more bystanders than are allowed", a.Budget)
	}
	if err != nil {
		return Plan{}, p.said(q, a, err)
	}
	out := p.plan(p.useful(q, p.measuresOf(found.taken)))
	out.Open, out.Proved = p.Standing(out.Measures), found.lower >= found.cost && !found.unsure
	return out, nil
}

// Curve gives the plans on the lower hull of cost against audience left, at most so many points, from nothing done to the cheapest plan that leaves
// none. Between two of them there may be plans of their own, none below the line that joins them. Budget does not count.
func (p *Planner) Curve(a Ask, points int, stop func() bool) ([]Point, error) {
	a.Budget = 0
	q, err := p.quest(a)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	point := func(taken []int32) Point {
		x := p.plan(taken)
		return Point{x.Cost, x.Bystanders, x.Audience, x.Measures}
	}
	part, costs := p.parted(), make([]int64, len(p.reaches()))
	for k := range costs {
		costs[k] = -1
	}
	full, err := part.solve(q.wider(costs), stop, nil)
	if err != nil {
		return nil, p.said(q, a, err)
	}
	out := []Point{point(q.include), point(p.measuresOf(full.taken))}
	worth := func(x Point) float64 { return x.Cost + a.Price*float64(x.Bystanders) }
	done := map[[2]float64]bool{}
	for len(out) < points {
		// The widest gap that is not known to be straight.
		wide, size := -1, 0.
		for i := range out[1:] {
			w := (worth(out[i+1]) - worth(out[i])) * (out[i].Audience - out[i+1].Audience)
			if !done[[2]float64{out[i].Audience, out[i+1].Audience}] && w > size {
				wide, size = i, w
			}
		}
		if wide < 0 {
			break
		}
		x, y := out[wide], out[wide+1]
		done[[2]float64{x.Audience, y.Audience}] = true
		slope := (worth(y) - worth(x)) / (x.Audience - y.Audience)
		total := 0.
		for k, r := range p.reaches() {
			c := math.Round(slope * r.people * micro)
			if total += c; total >= maxTotal {
				return out, nil
			}
			costs[k] = int64(c)
		}
		found, err := part.solve(q.wider(costs), stop, nil)
		if err != nil {
			return nil, p.said(q, a, err)
		}
		z := point(p.measuresOf(found.taken))
		if below := worth(x) + slope*x.Audience - worth(z) - slope*z.Audience; below > 1e-6*max(1, worth(y)) &&
			z.Audience < x.Audience && z.Audience > y.Audience {
			out = slices.Insert(out, wide+1, z)
		}
	}
	return out, nil
}
