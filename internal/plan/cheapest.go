// SPDX-License-Identifier: EUPL-1.2

package plan

import "slices"

const never = int64(1) << 62

// A heap gives nodes in the order of their cost, then of their number.
type heap struct {
	cost []int64
	node []int32
}

func (h *heap) push(c int64, n int32) {
	h.cost, h.node = append(h.cost, c), append(h.node, n)
	i := len(h.node) - 1
	for i > 0 {
		p := (i - 1) / 2
		if h.cost[p] < c || h.cost[p] == c && h.node[p] <= n {
			break
		}
		h.cost[i], h.node[i] = h.cost[p], h.node[p]
		i = p
	}
	h.cost[i], h.node[i] = c, n
}

func (h *heap) pop() (int64, int32) {
	c, n := h.cost[0], h.node[0]
	last := len(h.node) - 1
	x, y := h.cost[last], h.node[last]
	h.cost, h.node = h.cost[:last], h.node[:last]
	i := 0
	for last > 0 {
		k := 2*i + 1
		if k >= last {
			break
		}
		if k+1 < last && (h.cost[k+1] < h.cost[k] || h.cost[k+1] == h.cost[k] && h.node[k+1] < h.node[k]) {
			k++
		}
		if x < h.cost[k] || x == h.cost[k] && y <= h.node[k] {
			break
		}
		h.cost[i], h.node[i] = h.cost[k], h.node[k]
		i = k
	}
	if last > 0 {
		h.cost[i], h.node[i] = x, y
	}
	return c, n
}

// fall gives of each node what it costs to fell it, never where it cannot be: by sums, as if nothing were shared, which is no less than it costs; or by
// the dearest of what has to fall, which is no more. Nodes that are down are free. What falls for less does so first, cycles or not. The order in which
// they fall comes back too. With sums it ends as soon as the root falls: what would fall later counts as never.
func (s *state) fall(cost []int64, sum bool, upper int64) (value []int64, order []int32) {
	f := s.f
	value = make([]int64, f.size())
	hit := slices.Clone(s.hit)
	part := make([]int64, f.size()) // of a gate: what its fallen inputs cost together
	done := slices.Clone(s.down)
	var h heap
	for n := range value {
		if !done[n] {
			value[n] = never
			if int32(n) < f.vars && cost[n] < upper {
				h.push(cost[n], int32(n))
			}
		}
	}
	for len(h.node) > 0 {
		c, n := h.pop()
		if done[n] {
			continue
		}
		done[n] = true
		value[n] = c
		order = append(order, n)
		if sum && n == f.root {
			break
		}
		for _, o := range f.out.of(n) {
			if done[o] {
				continue
			}
			if sum {
				part[o] += c
			} else {
				part[o] = c
			}
			if hit[o]++; hit[o] == f.lim[o] && part[o] < upper {
				h.push(part[o], o)
			}
		}
	}
	return value, order
}

// cheap gives measures that fell the root, by the values of fall: those behind the inputs that fell first. The root must be among what fell.
func (s *state) cheap(value []int64, order []int32) []int32 {
	f := s.f
	rank := make([]int32, f.size())
	for k, n := range order {
		rank[n] = int32(k + 1)
	}
	s.turn++
	s.seen[f.root] = s.turn
	s.stack = append(s.stack[:0], f.root)
	var out, in []int32
	for len(s.stack) > 0 {
		n := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		if n < f.vars {
			out = append(out, n)
			continue
		}
		need := int(f.lim[n] - s.hit[n])
		in = in[:0]
		for _, i := range f.in.of(n) {
			if !s.down[i] && rank[i] > 0 && rank[i] < rank[n] {
				in = append(in, i)
			}
		}
		slices.SortFunc(in, func(a, b int32) int { return int(rank[a] - rank[b]) })
		for _, i := range in[:min(need, len(in))] {
			if s.seen[i] != s.turn {
				s.seen[i] = s.turn
				s.stack = append(s.stack, i)
			}
		}
	}
	slices.Sort(out)
	return out
}
