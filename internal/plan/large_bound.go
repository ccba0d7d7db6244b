// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"math"
	"slices"
)

// bounds raises what survival sets pay: each pays as much as the measure of it that has the least left of its cost, which is then paid for and felled. When
// the root falls, what was paid is a lower bound (weak duality of linear programmes), and what was felled is a plan.
func (b *broad) bounds(f *form, stop func() bool) Bounds {
	out := Bounds{Nodes: b.nodes, Measures: len(b.cost), Upper: math.Inf(1)}
	s, left := newState(f), slices.Clone(b.cost)
	var felled []int32
	for v, c := range left {
		if c == 0 {
			felled = append(felled, int32(v))
			s.mark(int32(v))
		}
	}
	s.spread()
	paid, root, weight := int64(0), f.root, f.weights()
	tops := []int32{root}
	if in := f.in.of(root); int(f.lim[root]) == len(in) && len(in) > 1 { // all of them have to fall
		tops = append(slices.Clone(in), root)
	}
	whole := true
	for k, top := range tops {
		if k%1024 == 0 && stop != nil && stop() {
			whole = false
			break
		}
		for f.root = top; !s.down[top]; {
			way, _ := s.way(weight, false)
			least := never
			for _, v := range way {
				least = min(least, left[v])
			}
			if least >= never { // nothing that may be taken closes it
				f.root = root
				out.Lower = math.Inf(1)
				return out
			}
			paid += least
			for _, v := range way {
				if left[v] < never {
					if left[v] -= least; left[v] == 0 {
						felled = append(felled, v)
						s.mark(v)
					}
				}
			}
			s.spread()
		}
	}
	f.root = root
	if out.Lower = units(paid); !whole {
		return out
	}
	s.undo(s.base)
	slices.SortStableFunc(felled, func(x, y int32) int { return cmp.Compare(b.cost[y], b.cost[x]) })
	plan := s.needed(felled)
	slices.Sort(plan)
	sum := int64(0)
	for _, v := range plan {
		sum += b.cost[v]
		out.Plan = append(out.Plan, string(b.names[b.named[v]:b.named[v+1]]))
	}
	out.Upper = units(sum)
	return out
}
