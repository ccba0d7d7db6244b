// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"slices"
)

// Effort of a proof: so many edges may be gone through for survival sets that are hunted one by one.
const proofEdges = 1_000_000_000

// proof gives survival sets of the whole tree that force the cost of a plan: no choice that gives all of them what they need costs less. The plan
// was found in a smaller tree, and what forced its cost there is found again in the whole one. Where that is too much work, it gives the
// smallest of those found.
func (p *Planner) proof(q *quest, found catch, stop func() bool) []Survive {
	b := p.whole
	free, paid, err := q.free()
	if err != nil {
		return nil
	}
	if !b.proved {
		b.prove(free, found.cost-paid, stop)
	}
	few := b.active
	if !b.proved {
		few = make([]int, len(b.ways))
		for i := range few {
			few[i] = i
		}
	}
	few = slices.Clone(few)
	slices.SortStableFunc(few, func(x, y int) int { return cmp.Compare(len(b.ways[x].measures), len(b.ways[y].measures)) })
	if !b.proved {
		few = few[:min(len(few), 100)]
	}
	out := make([]Survive, 0, len(few))
	for _, i := range few {
		w := &b.ways[i]
		if w.told == nil { // most are those of the question before
			told := p.survive(*w)
			w.told = &told
		}
		out = append(out, *w.told)
	}
	return out
}

// prove finds ways of the whole form that force a cost.
func (b *problem) prove(q *quest, cost int64, stop func() bool) {
	if cost == 0 { // nothing forces it, and nothing needs to
		return
	}
	c := newCore(b.form, q)
	// What costs as much alone is in no cheaper choice: ways through it ask the least of others.
	w := make([]float64, b.form.size())
	for v, x := range c.cost {
		if w[v] = 1; x >= cost {
			w[v] = 1e-6
			c.cost[v] = never
		}
	}
	b.form.weigh(w)
	h := &hunt{q: q, stop: stop, weight: w}
	most := proofEdges / (len(b.form.in.to) + 1)
	if len(b.ways) == 0 {
		if b.ways, b.small = h.listed(b.form), q.most; !h.complete {
			most -= b.lift(q, c, w, cost, stop, most)
		}
		b.all = h.complete
	}
	h.complete = b.all
	h.most = len(b.ways) + max(0, most)
	x := h.close(c, slices.Clone(b.ways), cost, b.keep)
	if x.taken == nil && x.lower >= cost && h.bad == nil {
		all := &cover{cost: c.cost, side: q.side}
		for _, w := range b.ways {
			all.rows = append(all.rows, h.row(c, w))
		}
		b.active, b.pay, b.proved = all.forcing(cost, stop)
	}
}

// lift finds the ways that forced the cost in the last core again in the whole form, at most so many, and says how many those were.
func (b *problem) lift(q *quest, c *core, weight []float64, cost int64, stop func() bool, most int) int {
	small := b.last.core
	if small == nil || len(b.last.met) == 0 {
		return 0
	}
	all := &cover{cost: small.cost}
	for _, w := range b.last.met {
		all.rows = append(all.rows, b.last.row(small, w))
	}
	active, _, _ := all.forcing(cost, stop)
	active = active[:min(len(active), most)]
	s, other := b.form.borrow(), newState(b.form)
	defer b.form.give(s)
	defer s.settle()
	var dear []int32
	for v, x := range c.cost {
		if x >= never {
			dear = append(dear, int32(v))
		}
	}
	s.rise(dear)
	base := len(s.risen)
	for _, i := range active {
		// Where several measures stand behind one, any of them keeps it up: the dearest.
		var some []int32
		for _, v := range b.last.met[i].measures {
			best := small.first(v)
			for _, o := range small.stand(v) {
				if q.cost[o] > q.cost[best] {
					best = o
				}
			}
			some = append(some, best)
		}
		if s.rise(some) {
			w, met := s.walk(weight, true, s.up, true)
			whole := b.form.minimalOf(other, weight, w, met)
			whole.but = b.last.met[i].but
			b.keep(whole)
		}
		s.settleTo(base)
	}
	return len(active)
}

// forcing picks of all rows some that force the cost by themselves: those that multipliers pay for, then those that a cheaper choice leaves. It gives
// their multipliers too, and false where they do not force it or it was stopped.
func (c *cover) forcing(cost int64, stop func() bool) (active []int, pay []float64, ok bool) {
	m := c.matrix()
	m.turn()
	pays := m.relax((cost+m.unit-1)/m.unit, nil, 300).pay
	some, in := &cover{cost: c.cost, side: c.side}, make([]bool, len(c.rows))
	add := func(i int) {
		in[i] = true
		active = append(active, i)
		some.rows = append(some.rows, c.rows[i])
		some.pay = append(some.pay, pays[i]*float64(m.unit))
	}
	for i, p := range pays {
		if p > 1e-3 {
			add(i)
		}
	}
	taken := make([]bool, len(c.cost))
	for {
		cheaper, _, _ := some.solve(cost, stop)
		if cheaper == nil {
			return active, some.pay, stop == nil || !stop()
		}
		for _, v := range cheaper {
			taken[v] = true
		}
		n := len(some.rows)
		for i := range c.rows {
			r, sum := &c.rows[i], int64(0)
			for k, v := range r.cols {
				if taken[v] {
					sum += int64(r.at(k))
				}
			}
			if !in[i] && sum < int64(r.need) && len(some.rows) < n+100+n/4 {
				add(i)
			}
		}
		for _, v := range cheaper {
			taken[v] = false
		}
		if len(some.rows) == n {
			return active, some.pay, false
		}
	}
}
