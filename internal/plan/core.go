// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"slices"
)

// A catch is what a hunt brings: measures, what they cost, and a proved bound: nothing costs less.
type catch struct {
	taken  []int32
	cost   int64
	lower  int64
	unsure bool // whether it meets the quest was not looked at to the end
}

// A hunt looks for the cheapest choice of measures that meets a quest.
type hunt struct {
	q    *quest
	stop func() bool
	tell func(Progress)
	ways int     // found so far
	bad  []int32 // what may be taken on a way that no choice closes, nil: none was met
	most int     // end when so many were found; 0: never

	complete bool // the ways that were known from the start are all, and minimal; for a quest that asks most
	unsure   bool // it was not looked whether all ways get most

	weight []float64 // of the form's nodes, nil: to be made

	core *core // in which least ended
	met  []way // and what it met there
}

func (h *hunt) told(c catch) {
	if h.tell != nil {
		h.tell(Progress{Best: units(c.cost), Bound: units(c.lower), Ways: h.ways})
	}
}

// least gives the cheapest measures, of the whole form, that meet the quest in a core for less than upper; taken is nil where there are none.
func (h *hunt) least(c *core, upper int64) catch {
	var best []int32
	for first := true; ; first = false {
		f, s := c.form, c.form.borrow()
		if s.down[c.form.root] {
			f.give(s)
			return catch{taken: []int32{}}
		}
		if h.q.mode == Min {
			value, order := s.fall(c.cost, true, never)
			if value[c.form.root] < never {
				taken := s.cheap(value, order)
				if !first || c.form.size() < 5000 {
					taken = c.trim(s, taken)
				}
				if cost := c.price(taken); cost < upper {
					upper, best = cost, c.behind(taken)
				}
			}
		} else if first {
			if taken := c.twice(s, h.q); taken != nil && c.price(taken) < upper {
				upper, best = c.price(taken), c.behind(taken)
			}
		}
		value, _ := s.fall(c.cost, false, upper)
		f.give(s)
		if value[c.form.root] >= upper {
			return catch{taken: best, cost: upper, lower: upper}
		}
		falls, stuck := make([]bool, len(value)), 0
		for n, v := range value {
			if falls[n] = v < upper; !falls[n] {
				stuck++
			}
		}
		if stuck > 0 {
			c = c.without(falls)
		}
		joined := false
		if h.q.mode == Min {
			c, joined = c.once()
		}
		c = c.flat()
		if stuck == 0 && !joined {
			break
		}
	}
	h.told(catch{taken: best, cost: upper})
	known := h.listed(c.form)
	h.core, h.met = c, known
	found := h.close(c, known, upper, func(w way) { h.met = append(h.met, w) })
	if found.taken != nil {
		found.taken = c.behind(found.taken)
	} else if best != nil {
		found.taken, found.cost = best, upper
	}
	return found
}

func (c *core) price(taken []int32) (sum int64) {
	for _, v := range taken {
		sum += c.cost[v]
	}
	return sum
}

// behind gives the measures of the whole form that those of the core stand for.
func (c *core) behind(taken []int32) []int32 {
	out := []int32{}
	for _, v := range taken {
		out = append(out, c.stand(v)...)
	}
	slices.Sort(out)
	return out
}

// trim takes out of measures that fell the root what is not needed for it, the dearest first.
func (c *core) trim(s *state, taken []int32) []int32 {
	order := slices.Clone(taken)
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(c.cost[b], c.cost[a]) })
	keep := s.needed(order)
	slices.Sort(keep)
	return keep
}

// needed gives those of the nodes without which, one after the other, the root would not be down. Beside them the state has what is down anyway.
func (s *state) needed(order []int32) []int32 {
	if s.down[s.f.root] {
		return nil
	}
	if len(order) <= 1 {
		return order
	}
	// Halves in turn, each with the other in place, so that a node is felled and taken back only as often as it is halved.
	at, half := s.at(), len(order)/2
	s.fellAll(order[half:])
	first := s.needed(order[:half])
	s.undo(at)
	s.fellAll(first)
	second := s.needed(order[half:])
	s.undo(at)
	return append(slices.Clone(first), second...)
}

// critical calls f for each of the lists of nodes without which all others would leave the root up, in that state, until f has enough.
func (s *state) critical(order [][]int32, f func(list []int32) bool) bool {
	if s.down[s.f.root] || len(order) == 0 {
		return true
	}
	if len(order) == 1 {
		return f(order[0])
	}
	at, half := s.at(), len(order)/2
	s.fellAll(slices.Concat(order[half:]...))
	more := s.critical(order[:half], f)
	s.undo(at)
	if more {
		s.fellAll(slices.Concat(order[:half]...))
		more = s.critical(order[half:], f)
		s.undo(at)
	}
	return more
}

// twice gives two plans without a measure in common or two that fail together, which together survive the failure of any one, nil where there are none or that is not asked.
func (c *core) twice(s *state, q *quest) []int32 {
	if q.mode != N1 {
		return nil
	}
	cost := slices.Clone(c.cost)
	var out []int32
	for range 2 {
		value, order := s.fall(cost, true, never)
		if value[c.form.root] >= never {
			return nil
		}
		taken := c.trim(s, s.cheap(value, order))
		out = append(out, taken...)
		for _, v := range taken {
			if q.weight[c.first(v)] < q.need {
				cost[v] = never
			}
		}
		c.bar(q, taken, cost)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
