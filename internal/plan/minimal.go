// SPDX-License-Identifier: EUPL-1.2

package plan

import "slices"

// minimal gives a minimal survival set that the state leaves; the state is as before afterwards.
func (f *form) minimal(s *state, weight []float64) way {
	w, met := s.way(weight, f.leaf != nil)
	return f.minimalOf(s, weight, w, met)
}

// minimalOf takes out of a survival set what it does not need.
func (f *form) minimalOf(s *state, weight []float64, w, met []int32) way {
	slices.Sort(w)
	out := make([]int32, 0, len(w))
	if s.rise(w) {
		for _, v := range w {
			if !s.sink(v) {
				out = append(out, v)
			}
		}
		if f.leaf != nil && len(out) < len(w) { // what it stands on now
			_, met = s.walk(weight, true, s.up, true)
		}
		s.settle()
		return way{measures: out, leaves: f.leaves(met)}
	}
	// It hangs on itself: only all else being down tells what is needed.
	s.settle()
	at := s.at()
	keep := make([]bool, f.vars)
	for _, v := range w {
		keep[v] = true
	}
	for v := range f.vars {
		if !keep[v] {
			s.mark(v)
		}
	}
	s.spread()
	for _, v := range w {
		here := s.at()
		if !s.fell(v) {
			s.undo(here)
			out = append(out, v)
		}
	}
	if f.leaf != nil && len(out) < len(w) {
		_, met = s.way(weight, true)
	}
	s.undo(at)
	return way{measures: out, leaves: f.leaves(met)}
}

// rise marks what is up if only these measures are, as far as it follows from them step by step, and reports whether the root is.
func (s *state) rise(measures []int32) bool {
	f := s.f
	if s.count == nil {
		s.count, s.up = make([]int32, f.size()), make([]bool, f.size())
		for n := f.vars; n < f.size(); n++ { // what is up without any stays so
			if f.in.at[n+1]-f.in.at[n] < f.lim[n] {
				s.lift(n)
			}
		}
		s.climb(0)
		s.risen = s.risen[:0]
	}
	from := len(s.risen)
	for _, v := range measures {
		s.lift(v)
	}
	s.climb(from)
	return s.up[f.root]
}

func (s *state) lift(n int32) {
	if !s.up[n] {
		s.up[n] = true
		s.risen = append(s.risen, n)
	}
}

// climb goes on from a place in what rose.
func (s *state) climb(from int) {
	f := s.f
	for k := from; k < len(s.risen); k++ {
		for _, o := range f.out.of(s.risen[k]) {
			if s.count[o]++; s.count[o] > f.in.at[o+1]-f.in.at[o]-f.lim[o] {
				s.lift(o)
			}
		}
	}
}

// sink takes a measure out of what rose if the root stays up without it.
func (s *state) sink(v int32) bool {
	f := s.f
	s.up[v] = false
	s.stack = append(s.stack[:0], v)
	for k := 0; k < len(s.stack); k++ {
		for _, o := range f.out.of(s.stack[k]) {
			if s.count[o]--; s.up[o] && s.count[o] <= f.in.at[o+1]-f.in.at[o]-f.lim[o] {
				s.up[o] = false
				s.stack = append(s.stack, o)
			}
		}
	}
	if s.up[f.root] {
		return true
	}
	for _, n := range s.stack {
		s.up[n] = true
		for _, o := range f.out.of(n) {
			s.count[o]++
		}
	}
	return false
}

// settle takes back what rose.
func (s *state) settle() { s.settleTo(0) }

func (s *state) settleTo(at int) {
	for _, n := range s.risen[at:] {
		if s.up[n] {
			s.up[n] = false
			for _, o := range s.f.out.of(n) {
				s.count[o]--
			}
		}
	}
	s.risen = s.risen[:at]
}
