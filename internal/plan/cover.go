// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"math"
	"slices"
)

// A row asks of a choice of columns that their coefficients sum to its need.
type row struct {
	cols []int32 // ascending
	coef []int32 // of each column, at most need; nil: all 1
	need int32
}

func (r *row) at(k int) int32 {
	if r.coef == nil {
		return 1
	}
	return r.coef[k]
}

// A cover is the master problem: the cheapest choice of columns that satisfies all rows.
type cover struct {
	cost []int64
	side []side
	rows []row
	pay  []float64 // multipliers of the first rows from a question before, nil where there are none; those found come back
}

// A side is a hard bound: the weights of what is taken sum to at most so much.
type side struct {
	weight []int64 // of each column
	most   int64
}

const unbounded = math.MaxInt64

// A bound watches a search: it counts nodes and asks now and then whether to stop.
type watch struct {
	stop  func() bool
	nodes int
	ended bool
}

func (w *watch) over() bool {
	if w.nodes++; w.stop != nil && !w.ended && w.nodes%16 == 0 {
		w.ended = w.stop()
	}
	return w.ended
}

// solve gives the cheapest choice that costs less than upper, ascending; nil if there is none. lower is proved: no choice costs less, or upper where
// that is less. It is the cost of the choice unless stop ended the search.
func (c *cover) solve(upper int64, stop func() bool) (best []int32, cost, lower int64) {
	m, w := c.matrix(), &watch{stop: stop}
	ceiling := upper
	if upper != unbounded {
		ceiling = (upper + m.unit - 1) / m.unit
	}
	if len(c.pay) > 0 {
		m.turn()
		pay := make([]float64, len(c.rows))
		copy(pay, c.pay)
		for i := range pay {
			pay[i] /= float64(m.unit)
		}
		r := m.relax(ceiling, pay, 1)
		best, cost, lower = m.resume(ceiling, r, w)
		if c.pay = r.pay; m.unit > 1 {
			for i := range c.pay {
				c.pay[i] *= float64(m.unit)
			}
		}
	} else {
		best, cost, lower = newShrink(m).solve(ceiling, nil, w)
	}
	for k, j := range best {
		best[k] = m.id[j]
	}
	slices.Sort(best)
	if best != nil && !c.within(best) {
		return c.bounded(upper, w)
	}
	return best, cost * m.unit, min(lower*m.unit, upper)
}

func (c *cover) within(taken []int32) bool {
	for _, s := range c.side {
		sum := int64(0)
		for _, j := range taken {
			sum += s.weight[j]
		}
		if sum > s.most {
			return false
		}
	}
	return true
}

// matrix takes over the columns that stand in rows. Costs are in multiples of what divides them all.
func (c *cover) matrix() *matrix {
	local := make([]int32, len(c.cost))
	n, coefs := 0, false
	for i := range c.rows {
		n += len(c.rows[i].cols)
		coefs = coefs || c.rows[i].coef != nil
		for _, j := range c.rows[i].cols {
			local[j] = 1
		}
	}
	m := &matrix{unit: 1, cols: make([]int32, 0, n), at: make([]int32, 1, len(c.rows)+1), need: make([]int32, 0, len(c.rows))}
	divisor := int64(0)
	for j, in := range local {
		if in > 0 {
			local[j] = int32(len(m.id))
			m.id = append(m.id, int32(j))
			m.cost = append(m.cost, c.cost[j])
			divisor = gcd(divisor, c.cost[j])
		}
	}
	for i := range c.rows {
		r := &c.rows[i]
		for k, j := range r.cols {
			m.cols = append(m.cols, local[j])
			if coefs {
				m.coef = append(m.coef, min(r.at(k), r.need))
			}
		}
		m.at = append(m.at, int32(len(m.cols)))
		m.need = append(m.need, r.need)
	}
	if divisor > 1 {
		m.unit = divisor
		for j := range m.cost {
			m.cost[j] /= divisor
		}
	}
	return m
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
