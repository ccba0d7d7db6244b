// SPDX-License-Identifier: EUPL-1.2

package plan

import "slices"

// A way is a survival set: the measures that touch it, and, in the form of a whole tree, the leaves that it stands on.
// For N-1, but numbers a group that may fail as a whole, so that one of the others has to close it; 0: none.
type way struct {
	measures, leaves []int32
	but              int32
	told             *Survive // in words, once they were asked for
}

// close finds the cheapest choice in a core for less than upper by survival sets: a cheapest choice that meets all that are known is a plan, or it
// leaves more of them. keep, where there is one, hears of each that is found.
func (h *hunt) close(c *core, known []way, upper int64, keep func(way)) catch {
	f := c.form
	s, weight := f.borrow(), h.weight
	defer f.give(s)
	if weight == nil {
		weight = f.weights()
	}
	m := &cover{cost: c.cost, side: h.q.side}
	best := catch{cost: upper}
	h.ways += len(known)
	for _, w := range known {
		if !h.ask(c, m, w) {
			return catch{cost: upper, lower: upper}
		}
	}
	for round := 0; ; round++ {
		taken, cost, lower := m.solve(best.cost, h.stop)
		best.lower = max(best.lower, min(lower, best.cost))
		if taken == nil || lower < cost {
			return best
		}
		found := h.left(c, s, taken, weight)
		if len(found) == 0 {
			return catch{taken, cost, lower, h.unsure}
		}
		h.ways += len(found)
		for _, w := range found {
			if keep != nil {
				keep(w)
			}
			if !h.ask(c, m, w) {
				return catch{cost: upper, lower: upper}
			}
		}
		if h.q.mode == Min && len(h.q.side) == 0 && h.most == 0 && (round < 4 || round%4 == 0) {
			if more := c.complete(s, taken, best.cost-cost); more != nil {
				if cost := c.price(more); cost < best.cost {
					best.taken, best.cost = more, cost
				}
			}
		}
		h.told(best)
		if h.most > 0 && h.ways > h.most {
			return best
		}
		if h.stop != nil && h.stop() {
			return best
		}
	}
}

// ask adds what a way asks. It is false, and the way kept, where all its measures together do not give it.
func (h *hunt) ask(c *core, m *cover, w way) bool {
	r, sum := h.row(c, w), int64(0)
	for k := range r.cols {
		sum += int64(r.at(k))
	}
	if sum < int64(r.need) {
		h.bad = append([]int32{}, c.behind(slices.DeleteFunc(slices.Clone(w.measures), func(v int32) bool { return c.cost[v] >= never }))...)
		return false
	}
	m.rows = append(m.rows, r)
	return true
}

// row is what a way of a core asks.
func (h *hunt) row(c *core, w way) row {
	plain, all := true, true
	for _, v := range w.measures {
		all = all && c.cost[v] < never && h.q.counts(w, c.first(v))
		plain = plain && h.q.weight[c.first(v)] == 1
	}
	r := row{cols: w.measures}
	if !all {
		r.cols = slices.DeleteFunc(slices.Clone(w.measures), func(v int32) bool { return c.cost[v] >= never || !h.q.counts(w, c.first(v)) })
	}
	if !plain {
		r.coef = make([]int32, len(r.cols))
		for k, v := range r.cols {
			r.coef[k] = h.q.weight[c.first(v)]
		}
	}
	has := int64(0)
	for k := range r.cols {
		has += int64(r.at(k))
	}
	r.need = h.q.needs(w, has)
	return r
}

// complete adds to measures the cheapest that fell the root, for less than upper, nil where there are none.
func (c *core) complete(s *state, taken []int32, upper int64) []int32 {
	at := s.at()
	defer s.undo(at)
	s.fellAll(taken)
	value, order := s.fall(c.cost, true, upper)
	if value[c.form.root] >= never {
		return nil
	}
	more := append(s.cheap(value, order), taken...)
	s.undo(at)
	return c.trim(s, more)
}

// left gives survival sets whose need these measures do not meet, several where that is little work, none if there are none.
func (h *hunt) left(c *core, s *state, taken []int32, weight []float64) (out []way) {
	const most = 200
	f, at := c.form, s.at()
	defer s.undo(at)
	// One after the other, without a measure in common.
	series := func(most int) {
		here := s.at()
		for !s.down[f.root] && most > 0 {
			w := f.minimal(s, weight)
			out = append(out, w)
			most--
			if len(w.measures) == 0 {
				break
			}
			s.fellAll(w.measures)
		}
		s.undo(here)
	}
	if s.fellAll(taken) {
		if h.most > 0 {
			series(8)
		} else {
			series(unlimited)
		}
		return out
	}
	s.undo(at)
	switch h.q.mode {
	case N1:
		s.critical(c.together(h.q, slices.DeleteFunc(slices.Clone(taken), func(v int32) bool {
			firm := h.q.weight[c.first(v)] >= h.q.need
			if firm {
				s.fell(v)
			}
			return firm
		})), func(failed []int32) bool {
			n := len(out)
			series(4)
			c.but(h.q, out[n:], failed)
			return len(out) < most
		})
	case Hold:
		if h.q.most && h.complete {
			return nil
		}
		// The way on which the taken measures weigh least: the lightest choice of them that meets every cut among them.
		inner := &cover{cost: make([]int64, f.vars)}
		for _, v := range taken {
			inner.cost[v] = int64(h.q.weight[c.first(v)])
		}
		for {
			open, _, _ := inner.solve(int64(h.q.need), h.stop)
			if open == nil {
				return nil
			}
			s.undo(at)
			rest := slices.DeleteFunc(slices.Clone(taken), func(v int32) bool { _, is := slices.BinarySearch(open, v); return is })
			if s.fellAll(rest) {
				if series(4); h.q.most {
					h.unsure = h.unsure || !h.complete
					out = slices.DeleteFunc(out, func(w way) bool { return c.full(h.q, w, taken) })
				}
				return out
			}
			s.undo(at)
			cut := s.needed(rest)
			slices.Sort(cut)
			inner.rows = append(inner.rows, row{cols: cut, need: 1})
		}
	}
	return out
}

const unlimited = 1 << 40

// full reports whether all that could close a way is taken.
func (c *core) full(q *quest, w way, taken []int32) bool {
	return !slices.ContainsFunc(w.measures, func(v int32) bool {
		_, is := slices.BinarySearch(taken, v)
		return !is && c.cost[v] < never && q.weight[c.first(v)] > 0
	})
}

// leaves are those of the gates that are leaves of the tree, ascending.
func (f *form) leaves(gates []int32) []int32 {
	var out []int32
	for _, g := range gates {
		if f.leaf != nil && g >= f.vars && f.leaf[g-f.vars] {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out
}
