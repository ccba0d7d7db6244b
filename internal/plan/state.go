// SPDX-License-Identifier: EUPL-1.2

package plan

// A state is what is down in a form under some measures. Felling spreads at once and can be taken back in the order in which it was done.
type state struct {
	f     *form
	hit   []int32 // inputs that are down
	down  []bool
	trail []int32 // what went down, in that order
	head  int     // of the trail, so many have told their outputs
	base  int     // of the trail, so many are down from the start

	seen  []int32 // by way: the turn in which a node was met
	turn  int32
	stack []int32

	count []int32 // by minimal: inputs that are up
	up    []bool  // and what is up, though nothing else is than a few measures
	risen []int32
}

func newState(f *form) *state {
	s := &state{f: f, hit: make([]int32, f.size()), down: make([]bool, f.size()), seen: make([]int32, f.size())}
	for n := f.vars; n < f.size(); n++ {
		if f.lim[n] == 0 {
			s.mark(n)
		}
	}
	s.spread()
	s.base = s.at()
	return s
}

func (s *state) mark(n int32) {
	if !s.down[n] {
		s.down[n] = true
		s.trail = append(s.trail, n)
	}
}

func (s *state) spread() {
	for s.head < len(s.trail) {
		n := s.trail[s.head]
		s.head++
		for _, o := range s.f.out.of(n) {
			if s.hit[o]++; s.hit[o] == s.f.lim[o] {
				s.mark(o)
			}
		}
	}
}

// fell takes down a node and all that hangs on it. It reports whether the root is still up.
func (s *state) fell(n int32) bool {
	s.mark(n)
	s.spread()
	return !s.down[s.f.root]
}

func (s *state) fellAll(nodes []int32) bool {
	for _, n := range nodes {
		s.mark(n)
	}
	s.spread()
	return !s.down[s.f.root]
}

// at is a place to come back to by undo.
func (s *state) at() int { return len(s.trail) }

func (s *state) undo(at int) {
	for i := len(s.trail) - 1; i >= at; i-- {
		n := s.trail[i]
		s.down[n] = false
		for _, o := range s.f.out.of(n) {
			s.hit[o]--
		}
	}
	s.trail = s.trail[:at]
	s.head = at
}

// way gives measures that, as long as none of them is taken, keep the root up: a survival set, not always minimal. The root must be up.
// Of inputs among which there is a choice it takes those that were met already, then those of the least weight. With gates, what it met
// beside measures comes too.
func (s *state) way(weight []float64, gates bool) (measures, met []int32) {
	return s.walk(weight, gates, s.down, false)
}

// walk is way over the nodes of which the flag is as wanted.
func (s *state) walk(weight []float64, gates bool, flag []bool, want bool) (measures, met []int32) {
	s.turn++
	s.seen[s.f.root] = s.turn
	s.stack = append(s.stack[:0], s.f.root)
	for len(s.stack) > 0 {
		n := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		if n < s.f.vars {
			measures = append(measures, n)
			continue
		}
		if gates {
			met = append(met, n)
		}
		in := s.f.in.of(n)
		need := int32(len(in)) - s.f.lim[n] + 1
		for _, i := range in {
			if s.seen[i] == s.turn {
				need--
			}
		}
		for ; need > 0; need-- {
			best := int32(-1)
			for _, i := range in {
				if flag[i] == want && s.seen[i] != s.turn && (best < 0 || weight[i] < weight[best]) {
					best = i
				}
			}
			if best < 0 {
				break
			}
			s.seen[best] = s.turn
			s.stack = append(s.stack, best)
		}
	}
	return measures, met
}
