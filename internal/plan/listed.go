// SPDX-License-Identifier: EUPL-1.2

package plan

import "slices"

// What is listed at once: survival sets of a way at the root that has no more of them, in all, and gates below one another.
const (
	fewWays  = 64
	manyWays = 4_000_000
	deep     = 100
)

// listed gives the survival sets of those ways at the root that have few, so that they need not be hunted one by one. Some may not be minimal. complete: these are
// all there are.
func (f *form) listed() (out []way, complete bool) {
	count := make([]int32, f.size()) // by node, at most one more than fewWays
	depth := make([]int32, f.size())
	for v := range f.vars {
		count[v] = 1
	}
	for n := f.vars; n < f.size(); n++ {
		count[n] = fewWays + 1 // of what hangs on itself
	}
	s := f.borrow()
	down := s.down
	defer f.give(s)
	for _, g := range f.order() {
		if down[g] {
			count[g] = 0
			continue
		}
		in := f.in.of(g)
		n, d := int32(0), int32(0)
		if f.lim[g] == 1 {
			n = 1
			for _, i := range in {
				n = min(n*count[i], fewWays+1)
				d = max(d, depth[i])
			}
		} else if int(f.lim[g]) == len(in) {
			for _, i := range in {
				n = min(n+count[i], fewWays+1)
				d = max(d, depth[i])
			}
		} else {
			n = fewWays + 1
		}
		if depth[g] = d + 1; depth[g] > deep {
			n = fewWays + 1
		}
		count[g] = n
	}
	ways := []int32{f.root}
	if n := f.root; int(f.lim[n]) == len(f.in.of(n)) {
		ways = f.in.of(n)
	}
	complete = true
	for _, g := range ways {
		if count[g] > fewWays || len(out) > manyWays {
			complete = false
			continue
		}
		for _, w := range f.all(g, count) {
			slices.Sort(w)
			w = slices.Compact(w)
			k, _ := slices.BinarySearch(w, f.vars)
			out = append(out, way{measures: w[:k:k], leaves: w[k:]})
		}
	}
	return out, complete
}

// all lists the ways in which a node can stay up: measures, and behind them leaves. They must be few, and the node no part of a cycle.
func (f *form) all(n int32, count []int32) [][]int32 {
	if count[n] == 0 { // it is down from the start
		return nil
	}
	if n < f.vars {
		return [][]int32{{n}}
	}
	if f.lim[n] > 1 {
		var out [][]int32
		for _, i := range f.in.of(n) {
			out = append(out, f.all(i, count)...)
		}
		return out
	}
	out := [][]int32{nil}
	if f.leaf != nil && f.leaf[n-f.vars] {
		out[0] = []int32{n}
	}
	for _, i := range f.in.of(n) {
		var next [][]int32
		for _, b := range f.all(i, count) {
			for _, a := range out {
				next = append(next, append(a[:len(a):len(a)], b...))
			}
		}
		out = next
	}
	return out
}

// listed gives the survival sets of a form that need not be hunted; where most is asked of each, those alone that are minimal.
func (h *hunt) listed(f *form) []way {
	known, complete := f.listed()
	h.complete = complete
	if h.q.most {
		known = smallest(known)
	}
	return known
}

// smallest leaves out ways that hold all of another one.
func smallest(ways []way) []way {
	slices.SortStableFunc(ways, func(a, b way) int { return len(a.measures) - len(b.measures) })
	by := map[int32][]way{} // by their first measure
	return slices.DeleteFunc(ways, func(w way) bool {
		for _, v := range w.measures {
			for _, o := range by[v] {
				if within(o.measures, w.measures) {
					return true
				}
			}
		}
		if len(w.measures) > 0 {
			by[w.measures[0]] = append(by[w.measures[0]], w)
		}
		return false
	})
}

// within reports whether all of one ascending list are in another.
func within(part, whole []int32) bool {
	for _, v := range part {
		k, is := slices.BinarySearch(whole, v)
		if !is {
			return false
		}
		whole = whole[k+1:]
	}
	return true
}
