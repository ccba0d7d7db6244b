// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"slices"
)

// A core is what a question leaves of a form: the same function of fewer measures, each of which stands for one or, where only several together are
// of use, for more of them.
type core struct {
	form *form
	cost []int64
	of   [][]int32 // the measures of the whole form behind each; nil: itself
}

// stand gives the measures behind one of the core, first the first of them.
func (c *core) stand(v int32) []int32 {
	if c.of == nil {
		return []int32{v}
	}
	return c.of[v]
}

func (c *core) first(v int32) int32 {
	if c.of == nil {
		return v
	}
	return c.of[v][0]
}

// newCore is the form with the costs of a quest; what must not be taken costs more than anything.
func newCore(f *form, q *quest) *core {
	c := &core{form: f, cost: slices.Clone(q.cost)}
	for v := range c.cost {
		if q.veto[v] || q.weight[v] <= 0 {
			c.cost[v] = never
		}
	}
	return c
}

// without is the core less the nodes that are up whatever is done.
func (c *core) without(canFall []bool) *core {
	f := c.form
	s := f.borrow()
	before := s.down
	defer f.give(s)
	// A gate of one input is that input; what is down from the start and what never falls is no input.
	stands := make([]int32, f.size()) // the node that a gate is the same as, or itself
	lim := make([]int32, f.size())
	for n := range f.size() {
		stands[n] = n
		if n < f.vars || !canFall[n] || before[n] {
			continue
		}
		one, count := int32(-1), int32(0)
		lim[n] = f.lim[n]
		for _, i := range f.in.of(n) {
			switch {
			case before[i]:
				lim[n]--
			case canFall[i]:
				one = i
				count++
			}
		}
		if count == 1 {
			stands[n] = one
		}
	}
	find := func(n int32) int32 {
		r := n
		for stands[r] != r {
			r = stands[r]
		}
		for stands[n] != r {
			stands[n], n = r, stands[n]
		}
		return r
	}
	if before[f.root] {
		m := newMaker(0, 1, 0)
		return &core{form: m.done(m.gate(0))}
	}
	root := find(f.root)
	// What leads to the root, numbered: measures in their order, gates as they are met.
	number := make([]int32, f.size())
	var gates, vars []int32
	number[root] = 1
	if root < f.vars {
		vars = append(vars, root)
	} else {
		gates = append(gates, root)
	}
	in := make([]int32, 0, len(f.in.to))
	at := []int32{0}
	mark := make([]int32, f.size())
	for k := 0; k < len(gates); k++ {
		g := gates[k]
		// What is named twice is one input, unless some of several are counted.
		from, count := len(in), int32(0)
		for _, i := range f.in.of(g) {
			if !before[i] && canFall[i] {
				count++
			}
		}
		distinct := lim[g] == 1 || lim[g] == count
		for _, i := range f.in.of(g) {
			if before[i] || !canFall[i] {
				continue
			}
			i = find(i)
			if distinct && (mark[i] == g || i == g) {
				continue
			}
			mark[i] = g
			in = append(in, i)
			if number[i] == 0 {
				number[i] = 1
				if i < f.vars {
					vars = append(vars, i)
				} else {
					gates = append(gates, i)
				}
			}
		}
		if lim[g] > 1 && distinct {
			lim[g] = int32(len(in) - from)
		}
		at = append(at, int32(len(in)))
	}
	slices.Sort(vars)
	out := &core{}
	for k, v := range vars {
		number[v] = int32(k)
		out.cost = append(out.cost, c.cost[v])
		out.of = append(out.of, c.stand(v))
	}
	for k, g := range gates {
		number[g] = int32(len(vars) + k)
	}
	m := newMaker(len(vars), len(gates)+1, len(in))
	if len(gates) == 0 { // the root is a measure
		m.gate(1, 0)
		out.form = m.done(1)
		return out
	}
	for k, g := range gates {
		for x := at[k]; x < at[k+1]; x++ {
			in[x] = number[in[x]]
		}
		m.gate(lim[g], in[at[k]:at[k+1]]...)
	}
	out.form = m.done(int32(len(vars)))
	return out
}

// once joins measures that are of use in one gate only: where any suffices to fell it the cheapest is kept, where all are needed they become one. For the
// cheapest plan only. It reports whether it changed anything.
func (c *core) once() (*core, bool) {
	f := c.form
	parents := func(n int32) int32 { return f.out.at[n+1] - f.out.at[n] }
	gone := make([]bool, f.size())
	changed := false
	cost, of := slices.Clone(c.cost), slices.Clone(c.of)
	if of == nil {
		of = make([][]int32, f.vars)
		for v := range of {
			of[v] = []int32{int32(v)}
		}
	}
	lim := slices.Clone(f.lim)
	for g := f.vars; g < f.size(); g++ {
		in := f.in.of(g)
		switch {
		case f.lim[g] == 1:
			best := int32(-1)
			for _, i := range in {
				if i < f.vars && !gone[i] && (best < 0 || cmp.Or(cmp.Compare(cost[i], cost[best]), cmp.Compare(parents(best), parents(i))) < 0) {
					best = i
				}
			}
			for _, i := range in {
				if i < f.vars && i != best && parents(i) == 1 && !gone[i] {
					gone[i], changed = true, true
				}
			}
		case int(f.lim[g]) == len(in):
			first := int32(-1)
			for _, i := range in {
				if i >= f.vars || parents(i) != 1 || gone[i] {
					continue
				}
				if first < 0 {
					first = i
					continue
				}
				cost[first] += cost[i]
				of[first] = append(of[first][:len(of[first]):len(of[first])], of[i]...)
				gone[i], changed = true, true
				lim[g]--
			}
		}
	}
	if !changed {
		return c, false
	}
	// Gates without what is gone; a gate of "all" that loses all others is the one that is left.
	m := newMaker(int(f.vars), int(f.size()-f.vars), len(f.in.to))
	var list []int32
	for g := f.vars; g < f.size(); g++ {
		list = list[:0]
		for _, i := range f.in.of(g) {
			if !gone[i] {
				list = append(list, i)
			}
		}
		m.gate(lim[g], list...)
	}
	next := &core{m.done(f.root), cost, of}
	falls := make([]bool, f.size())
	for n := range falls {
		falls[n] = true
	}
	return next.without(falls), true
}

// flat merges a gate into the only one that it leads to if both are of a kind.
func (c *core) flat() *core {
	f := c.form
	into := make([]int32, f.size())
	merged := false
	kind := func(g int32) int {
		switch f.lim[g] {
		case 1:
			return 1
		case f.in.at[g+1] - f.in.at[g]:
			return 2
		}
		return 0
	}
	for n := range f.size() {
		into[n] = n
		if n < f.vars || n == f.root || f.out.at[n+1]-f.out.at[n] != 1 {
			continue
		}
		if o := f.out.of(n)[0]; o != n && kind(o) != 0 && kind(o) == kind(n) {
			into[n] = o
			merged = true
		}
	}
	if !merged {
		return c
	}
	// Each gate that stays takes the inputs of those merged into it, however deep.
	m := newMaker(int(f.vars), int(f.size()-f.vars), len(f.in.to))
	var list, stack []int32
	for g := f.vars; g < f.size(); g++ {
		if into[g] != g {
			m.gate(1, g) // nobody names it
			continue
		}
		list, stack = list[:0], append(stack[:0], g)
		for len(stack) > 0 {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, i := range f.in.of(n) {
				if i >= f.vars && into[i] == n && i != n {
					stack = append(stack, i)
				} else {
					list = append(list, i)
				}
			}
		}
		lim := f.lim[g]
		if kind(g) == 2 {
			lim = int32(len(list))
		}
		m.gate(lim, list...)
	}
	falls := make([]bool, f.size())
	for n := range falls {
		falls[n] = true
	}
	return (&core{m.done(f.root), c.cost, c.of}).without(falls)
}
