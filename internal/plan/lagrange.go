// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"math"
	"slices"
)

// A relaxed is what multipliers on the rows of a matrix say: a bound, what each column costs beyond what its rows pay for it, and a choice.
type relaxed struct {
	bound   float64
	pay     []float64 // by row, of the best bound
	beyond  []float64 // by column
	often   []float64 // by column: how much of the time it was chosen
	best    []int32   // a choice that meets all rows, nil where none was found below the upper bound
	cost    int64
	pays    []float64 // of the step
	beyonds []float64
	lack    []int64
	order   []int32
	chosen  []bool
}

// slop is what rounding may have added to a bound.
func slop(bound float64) float64 { return 1e-6 + 1e-11*math.Abs(bound) }

// lower is the least whole cost that the bound allows.
func (r *relaxed) lower() int64 { return int64(math.Ceil(r.bound - slop(r.bound))) }

// relax raises the bound by subgradients, from given multipliers where there are some.
func (m *matrix) relax(upper int64, from []float64, steps int) *relaxed {
	n, rows := len(m.cost), m.rows()
	r := &relaxed{bound: math.Inf(-1), pay: make([]float64, rows), beyond: make([]float64, n), often: make([]float64, n), cost: upper,
		pays: make([]float64, rows), beyonds: make([]float64, n), lack: make([]int64, rows), chosen: make([]bool, n), order: make([]int32, n)}
	for j := range r.order {
		r.order[j] = int32(j)
	}
	slices.SortFunc(r.order, func(a, b int32) int { return cmp.Or(cmp.Compare(m.cost[b], m.cost[a]), cmp.Compare(b, a)) })
	if from != nil {
		copy(r.pays, from)
	} else {
		m.ascend(r.pays)
	}
	before := make([]float64, rows) // direction of the step before
	step, idle := 1., 0
	if from != nil {
		step = .3
	}
	for k := range steps {
		// What is chosen at these payments, and the bound.
		for j, c := range m.cost {
			r.beyonds[j] = float64(c)
		}
		bound := 0.
		for i, p := range r.pays {
			if p == 0 {
				continue
			}
			bound += p * float64(m.need[i])
			for x := m.at[i]; x < m.at[i+1]; x++ {
				r.beyonds[m.cols[x]] -= p * float64(m.a(x))
			}
		}
		for _, b := range r.beyonds {
			if b < 0 {
				bound += b
			}
		}
		if first := k == 0; first || bound > r.bound+1e-9*math.Abs(r.bound) {
			if first || bound > r.bound+1e-4*(float64(min(r.cost, 1<<52))-r.bound) {
				idle = 0
			} else {
				idle++
			}
			r.bound = bound
			copy(r.pay, r.pays)
			copy(r.beyond, r.beyonds)
		} else {
			idle++
		}
		if k%6 == 0 || idle == 0 && k%2 == 0 {
			m.choose(r)
		}
		if r.lower() >= r.cost {
			break
		}
		if idle >= 10 {
			if idle, step = 0, step/2; step < .004 {
				break
			}
			copy(r.pays, r.pay)
		}
		norm := 0.
		for i := range r.pays {
			s := float64(m.need[i])
			for x := m.at[i]; x < m.at[i+1]; x++ {
				if r.beyonds[m.cols[x]] < 0 {
					s -= float64(m.a(x))
				}
			}
			if s < 0 && r.pays[i] == 0 {
				s = 0
			}
			before[i] = s + .5*before[i]
			norm += before[i] * before[i]
		}
		for j, b := range r.beyonds {
			r.often[j] *= .92
			if b < 0 {
				r.often[j] += .08
			}
		}
		if norm < 1e-12 {
			break
		}
		goal := float64(min(r.cost, 1<<52))
		if goal-bound > .5*math.Abs(bound)+1 && r.best == nil {
			goal = bound + .5*math.Abs(bound) + 1
		}
		t := step * (goal - bound) / norm
		for i := range r.pays {
			r.pays[i] = max(0, r.pays[i]+t*before[i])
		}
	}
	return r
}

// ascend gives first payments: row by row, the shortest first, as much as its columns have left.
func (m *matrix) ascend(pays []float64) {
	left := make([]float64, len(m.cost))
	for j, c := range m.cost {
		left[j] = float64(c)
	}
	order := make([]int32, m.rows())
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int((m.at[a+1] - m.at[a]) - (m.at[b+1] - m.at[b])) })
	for _, i := range order {
		p := math.Inf(1)
		for x := m.at[i]; x < m.at[i+1]; x++ {
			p = min(p, left[m.cols[x]]/float64(m.a(x)))
		}
		pays[i] = p
		for x := m.at[i]; x < m.at[i+1]; x++ {
			left[m.cols[x]] -= p * float64(m.a(x))
		}
	}
}

// choose makes a choice out of what columns cost beyond their rows' payments, and keeps it if it is the cheapest so far.
func (m *matrix) choose(r *relaxed) {
	for i, n := range m.need {
		r.lack[i] = int64(n)
	}
	take := func(j int32) {
		r.chosen[j] = true
		for k := m.by.at[j]; k < m.by.at[j+1]; k++ {
			r.lack[m.by.to[k]] -= int64(m.a(m.place[k]))
		}
	}
	for j := range r.chosen {
		r.chosen[j] = false
	}
	for j, b := range r.beyonds {
		if b < 0 {
			take(int32(j))
		}
	}
	for i := range r.lack {
		for r.lack[i] > 0 {
			best, least := int32(-1), 0.
			for x := m.at[i]; x < m.at[i+1]; x++ {
				j := m.cols[x]
				if r.chosen[j] {
					continue
				}
				// Beyond its payments, a share of its cost breaks ties.
				b := (max(0, r.beyonds[j]) + 1e-3*float64(m.cost[j])) / float64(min(int64(m.a(x)), r.lack[i]))
				if best < 0 || b < least {
					best, least = j, b
				}
			}
			if best < 0 {
				return // it cannot be met
			}
			take(best)
		}
	}
	cost := int64(0)
	for _, j := range r.order {
		if !r.chosen[j] {
			continue
		}
		spare := true
		for k := m.by.at[j]; k < m.by.at[j+1] && spare; k++ {
			spare = r.lack[m.by.to[k]] <= -int64(m.a(m.place[k]))
		}
		if !spare {
			cost += m.cost[j]
			continue
		}
		r.chosen[j] = false
		for k := m.by.at[j]; k < m.by.at[j+1]; k++ {
			r.lack[m.by.to[k]] += int64(m.a(m.place[k]))
		}
	}
	if cost < r.cost {
		r.cost = cost
		r.best = r.best[:0]
		for j, c := range r.chosen {
			if c {
				r.best = append(r.best, int32(j))
			}
		}
	}
}
