// SPDX-License-Identifier: EUPL-1.2

package plan

import "slices"

// A confined search is one under hard bounds on sums beside the cost.
type confined struct {
	*matrix
	side  []side  // by column of the matrix
	rate  []int64 // of each side: what a unit of it costs in the penalised problem
	best  []int32
	upper int64
	w     *watch
}

// bounded is solve under the hard bounds, which the cheapest choice breaks.
func (c *cover) bounded(upper int64, w *watch) (best []int32, cost, lower int64) {
	m := c.matrix()
	s := &confined{matrix: m, upper: upper, w: w}
	if upper != unbounded {
		s.upper = (upper + m.unit - 1) / m.unit
	}
	for _, x := range c.side {
		y := side{make([]int64, len(m.id)), x.most}
		for j, g := range m.id {
			y.weight[j] = x.weight[g]
		}
		s.side = append(s.side, y)
	}
	s.penalise()
	low := s.branch(make([]int8, len(m.cost)))
	for _, j := range s.best {
		best = append(best, m.id[j])
	}
	slices.Sort(best)
	if s.best != nil && best == nil {
		best = []int32{}
	}
	if s.upper == unbounded {
		return best, upper, min(low, unbounded)
	}
	return best, s.upper * m.unit, min(low, s.upper) * m.unit
}

// over reports by side whether a choice breaks it.
func (s *confined) over(taken []int32) (broken int) {
	for k, x := range s.side {
		sum := int64(0)
		for _, j := range taken {
			sum += x.weight[j]
		}
		if sum > x.most {
			return k
		}
	}
	return -1
}

func (s *confined) offer(taken []int32) {
	if s.over(taken) >= 0 {
		return
	}
	cost := int64(0)
	for _, j := range taken {
		cost += s.cost[j]
	}
	if cost < s.upper {
		s.upper, s.best = cost, append([]int32{}, taken...)
	}
}

func (s *confined) penalised(rate []int64) *matrix {
	m := *s.matrix
	m.cost = slices.Clone(s.cost)
	for k, x := range s.side {
		for j, w := range x.weight {
			m.cost[j] += min(rate[k]*w, 1<<40)
		}
	}
	return &m
}

// penalise finds rates at which the penalised problem keeps the bounds: each is doubled as long as its side is broken, then halved towards where it
// is not.
func (s *confined) penalise() {
	s.rate = make([]int64, len(s.side))
	low, high := make([]int64, len(s.side)), make([]int64, len(s.side))
	for range 40 {
		taken, _, _ := newShrink(s.penalised(s.rate)).solve(unbounded, nil, s.w)
		if taken == nil || s.w.ended {
			return
		}
		s.offer(taken)
		k := s.over(taken)
		switch {
		case k >= 0 && high[k] == 0:
			if low[k] = s.rate[k]; s.rate[k] > 1<<36 {
				return
			}
			s.rate[k] = max(1, 4*s.rate[k])
		case k >= 0:
			low[k] = s.rate[k]
			s.rate[k] = (low[k] + high[k]) / 2
		default:
			k = 0
			for x := range s.rate {
				if s.rate[x]-low[x] > s.rate[k]-low[k] {
					k = x
				}
			}
			high[k] = s.rate[k]
			s.rate[k] = (low[k] + high[k]) / 2
		}
		if k >= 0 && s.rate[k] == low[k] && high[k] > 0 {
			return
		}
	}
}

// branch gives a bound of what is left under these decisions, at most what is known by then.
func (s *confined) branch(state []int8) int64 {
	if s.w.over() {
		return 0
	}
	t := newShrink(s.matrix)
	for j, to := range state {
		t.fix(int32(j), to)
	}
	if t.settle(); t.bad || t.cost0 >= s.upper {
		return s.upper
	}
	var taken []int32
	used := make([]int64, len(s.side))
	penalty := int64(0)
	for j, to := range t.state {
		if to > 0 {
			taken = append(taken, int32(j))
		}
	}
	for k, x := range s.side {
		for _, j := range taken {
			used[k] += x.weight[j]
		}
		if used[k] > x.most {
			return s.upper
		}
		penalty += s.rate[k] * (x.most - used[k])
	}
	parts := t.parts()
	if len(parts) == 0 {
		s.offer(taken)
		return s.upper
	}
	// The bound without the sides, and that of the penalised problem.
	plain, priced := t.cost0, t.cost0-penalty
	pick, doubt := int32(-1), -1.
	choice := slices.Clone(taken)
	for _, p := range parts {
		r := p.relax(unbounded, nil, 60)
		plain += r.lower()
		cost := p.matrix.cost
		p.matrix.cost = slices.Clone(cost)
		for k, x := range s.side {
			for c, j := range p.column {
				p.matrix.cost[c] += min(s.rate[k]*x.weight[j], 1<<40)
			}
		}
		r = p.relax(unbounded, nil, 60)
		p.matrix.cost = cost
		priced += r.lower()
		for _, j := range r.best {
			choice = append(choice, p.column[j])
		}
		j := p.pick(r)
		if d := min(r.often[j], 1-r.often[j]); d > doubt {
			pick, doubt = p.column[j], d
		}
	}
	s.offer(choice)
	bound := max(plain, priced)
	if bound >= s.upper {
		return s.upper
	}
	low := int64(unbounded)
	for _, to := range []int8{1, -1} {
		next := slices.Clone(t.state)
		next[pick] = to
		low = min(low, s.branch(next))
	}
	return min(max(bound, low), s.upper)
}
