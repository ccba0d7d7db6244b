// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"math"
	"slices"
)

// solve gives the cheapest choice below upper, as columns of the matrix; nil where there is none. lower is proved, and at most upper.
func (s *shrink) solve(upper int64, pay []float64, w *watch) (best []int32, cost, lower int64) {
	for round := range 20 {
		if s.settle(); s.bad {
			return nil, upper, upper
		}
		if s.cost0 >= upper {
			return nil, upper, upper
		}
		if !s.dominate(round%3 == 0) {
			break
		}
	}
	if s.settle(); s.bad {
		return nil, upper, upper
	}
	best = []int32{}
	for j, t := range s.state {
		if t > 0 {
			best = append(best, int32(j))
		}
	}
	parts := s.parts()
	if cost = s.cost0; len(parts) == 0 {
		if cost >= upper {
			return nil, upper, upper
		}
		return best, cost, cost
	}
	sum, relaxations := s.cost0, make([]*relaxed, len(parts))
	for k, p := range parts {
		var from []float64
		steps := 400
		if pay != nil {
			from, steps = make([]float64, len(p.from)), 60
			for i, r := range p.from {
				from[i] = pay[r]
			}
		}
		relaxations[k] = p.relax(room(upper, sum, 0), from, steps)
		if sum += min(relaxations[k].lower(), 1<<61); sum >= upper {
			return nil, upper, upper
		}
	}
	cost, lower = s.cost0, sum
	for k, p := range parts {
		low := relaxations[k].lower()
		lower -= low
		found, c, l := p.search(room(upper, lower, 0), relaxations[k], w)
		if lower += l; found == nil {
			return nil, upper, min(lower, upper)
		}
		for _, j := range found {
			best = append(best, p.column[j])
		}
		cost += c
	}
	return best, cost, min(lower, cost)
}

// room is what is left below an upper bound.
func room(upper int64, used ...int64) int64 {
	if upper == unbounded {
		return upper
	}
	for _, u := range used {
		upper -= u
	}
	return upper
}

// search closes the gap of a part: it fixes what cannot be otherwise, or branches.
func (p *part) search(upper int64, r *relaxed, w *watch) (best []int32, cost, lower int64) {
	if r.best != nil && r.cost < upper {
		best, upper = r.best, r.cost
	}
	lower = r.lower()
	if lower >= upper || w.over() {
		return best, upper, min(lower, upper)
	}
	s, fixed := p.fixed(upper, r)
	if 20*fixed > len(p.cost) {
		found, c, l := s.solve(upper, r.pay, w)
		if found != nil {
			best, upper = found, c
		}
		return best, upper, min(max(lower, l), upper)
	}
	j := p.pick(r)
	first := int8(1)
	if r.often[j] < .3 {
		first = -1
	}
	low := int64(unbounded)
	for _, to := range []int8{first, -first} {
		t := s
		if to == first {
			t = newShrink(p.matrix)
			for k, x := range s.state {
				t.fix(int32(k), x)
			}
		}
		t.fix(j, to)
		found, c, l := t.solve(upper, r.pay, w)
		if found != nil {
			best, upper = found, c
		}
		low = min(low, l)
	}
	return best, upper, min(max(lower, low), upper)
}

// resume is solve from multipliers that a question before left: what they and a first choice cannot fix is all that has to be looked at.
func (m *matrix) resume(upper int64, r *relaxed, w *watch) (best []int32, cost, lower int64) {
	if r.best != nil && r.cost < upper {
		best, upper = r.best, r.cost
	}
	if lower = r.lower(); lower >= upper {
		return best, upper, upper
	}
	s, _ := m.fixed(upper, r)
	found, c, l := s.solve(upper, nil, w)
	if found != nil {
		best, upper = found, c
	}
	return best, upper, min(max(lower, l), upper)
}

// fixed is the matrix with what cannot be otherwise below upper: what a column costs beyond its payments is paid on top if it is taken, or saved if it
// is not.
func (m *matrix) fixed(upper int64, r *relaxed) (s *shrink, n int) {
	s = newShrink(m)
	for j, b := range r.beyond {
		switch {
		case b > 0 && r.bound+b-slop(r.bound) > float64(upper-1):
			s.fix(int32(j), -1)
			n++
		case b < 0 && r.bound-b-slop(r.bound) > float64(upper-1):
			s.fix(int32(j), 1)
			n++
		}
	}
	return s, n
}

// pick is the column to branch on: the one of which the payments were least certain, by how much it matters.
func (p *part) pick(r *relaxed) int32 {
	best, score := int32(0), -1.
	for j, o := range r.often {
		doubt := math.Min(o, 1-o) + .02
		x := doubt * float64(p.by.at[j+1]-p.by.at[j]) / (1 + math.Abs(r.beyond[j])/float64(max(1, p.cost[j])))
		if x > score {
			best, score = int32(j), x
		}
	}
	return best
}

// A part is a component of what a shrink left: rows and columns that hang together.
type part struct {
	*matrix
	column []int32 // in the matrix that was shrunk
	from   []int32 // of each row, its number there
}

// parts takes what is left apart, in the order of its first rows.
func (s *shrink) parts() []*part {
	group := make([]int32, s.rows()) // one more than the part of each row
	local := make([]int32, len(s.cost))
	var out []*part
	var stack []int32
	for i := range int32(s.rows()) {
		if s.gone[i] || group[i] > 0 {
			continue
		}
		p := &part{matrix: &matrix{at: []int32{0}}}
		out = append(out, p)
		group[i] = int32(len(out))
		stack = append(stack[:0], i)
		for len(stack) > 0 {
			r := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			p.from = append(p.from, r)
			for _, j := range s.row(r) {
				if s.state[j] != 0 || local[j] > 0 {
					continue
				}
				local[j] = 1
				p.column = append(p.column, j)
				for _, o := range s.by.of(j) {
					if !s.gone[o] && group[o] == 0 {
						group[o] = int32(len(out))
						stack = append(stack, o)
					}
				}
			}
		}
		slices.Sort(p.from)
		slices.Sort(p.column)
		for k, j := range p.column {
			local[j] = int32(k + 1)
			p.cost = append(p.cost, s.cost[j])
		}
		plain := true
		for _, r := range p.from {
			for k := s.at[r]; k < s.at[r+1]; k++ {
				if j := s.cols[k]; s.state[j] == 0 {
					a := min(s.a(k), s.lack[r])
					p.cols = append(p.cols, local[j]-1)
					p.coef = append(p.coef, a)
					plain = plain && a == 1
				}
			}
			p.at = append(p.at, int32(len(p.cols)))
			p.need = append(p.need, s.lack[r])
		}
		if plain {
			p.coef = nil
		}
		p.turn()
	}
	return out
}
