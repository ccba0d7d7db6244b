// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"slices"
)

// A matrix is a cover, or what is left of one, in compact form.
type matrix struct {
	unit int64   // costs are multiples of it
	id   []int32 // of each column in the cover
	cost []int64
	at   []int32 // of one more than there are rows
	cols []int32 // of all rows
	coef []int32 // beside cols; nil: all 1
	need []int32

	by    lists   // rows of each column
	place []int32 // beside by.to: where in cols
}

func (m *matrix) rows() int { return len(m.need) }

func (m *matrix) row(i int32) []int32 { return m.cols[m.at[i]:m.at[i+1]] }

func (m *matrix) a(k int32) int32 {
	if m.coef == nil {
		return 1
	}
	return m.coef[k]
}

// turn makes the rows of each column.
func (m *matrix) turn() {
	n := len(m.cost)
	m.by = lists{make([]int32, n+1), make([]int32, len(m.cols))}
	m.place = make([]int32, len(m.cols))
	for _, j := range m.cols {
		m.by.at[j+1]++
	}
	for j := range n {
		m.by.at[j+1] += m.by.at[j]
	}
	next := slices.Clone(m.by.at[:n])
	for i := range int32(m.rows()) {
		for k := m.at[i]; k < m.at[i+1]; k++ {
			j := m.cols[k]
			m.by.to[next[j]], m.place[next[j]] = i, k
			next[j]++
		}
	}
}

// A shrink is a matrix whose rows and columns are being fixed: what is left is a smaller one.
type shrink struct {
	*matrix
	state []int8  // by column: 0 free, 1 taken, -1 refused
	gone  []bool  // by row: met, or implied by another
	lack  []int32 // by row
	slack []int64 // by row: what free columns could give
	width []int32 // by row: free columns
	bad   bool    // a row cannot be met
	cost0 int64
	queue []int32 // rows to look at again
	in    []bool
}

func newShrink(m *matrix) *shrink {
	m.turn()
	s := &shrink{matrix: m, state: make([]int8, len(m.cost)), gone: make([]bool, m.rows()), lack: slices.Clone(m.need),
		slack: make([]int64, m.rows()), width: make([]int32, m.rows()), in: make([]bool, m.rows())}
	for i := range int32(m.rows()) {
		s.width[i] = m.at[i+1] - m.at[i]
		for k := m.at[i]; k < m.at[i+1]; k++ {
			s.slack[i] += int64(m.a(k))
		}
		if s.lack[i] <= 0 {
			s.gone[i] = true
			continue
		}
		s.look(i)
	}
	return s
}

func (s *shrink) look(i int32) {
	if !s.in[i] && !s.gone[i] {
		s.in[i] = true
		s.queue = append(s.queue, i)
	}
}

func (s *shrink) fix(j int32, to int8) {
	if s.state[j] != 0 || to == 0 {
		return
	}
	s.state[j] = to
	if to > 0 {
		s.cost0 += s.cost[j]
	}
	for k := s.by.at[j]; k < s.by.at[j+1]; k++ {
		i := s.by.to[k]
		if s.gone[i] {
			continue
		}
		a := s.a(s.place[k])
		s.slack[i] -= int64(a)
		s.width[i]--
		if to > 0 {
			s.lack[i] -= a
			if s.lack[i] <= 0 {
				s.gone[i] = true
				continue
			}
		}
		s.look(i)
	}
}

// settle takes what rows force until nothing is forced.
func (s *shrink) settle() {
	for len(s.queue) > 0 && !s.bad {
		i := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		s.in[i] = false
		if s.gone[i] {
			continue
		}
		if s.slack[i] < int64(s.lack[i]) {
			s.bad = true
			return
		}
		for k := s.at[i]; k < s.at[i+1] && !s.gone[i]; k++ {
			if j := s.cols[k]; s.state[j] == 0 && s.slack[i]-int64(s.a(k)) < int64(s.lack[i]) {
				s.fix(j, 1)
			}
		}
	}
}

// dominate drops rows that others imply and columns that others replace, once each, and reports whether it dropped any.
func (s *shrink) dominate(rows bool) bool {
	any := false
	if rows {
		any = s.dropRows()
	}
	return s.dropColumns() || any
}

func (s *shrink) dropRows() (any bool) {
	mark := make([]int32, len(s.cost))
	coef := make([]int32, len(s.cost))
	order := make([]int32, 0, s.rows())
	open := make([]int32, len(s.cost)) // rows of each column that are left
	for i := range int32(s.rows()) {
		if s.gone[i] {
			continue
		}
		order = append(order, i)
		for k := s.at[i]; k < s.at[i+1]; k++ {
			open[s.cols[k]]++
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(s.width[a], s.width[b]), cmp.Compare(a, b)) })
	for turn, k := range order {
		if s.gone[k] {
			continue
		}
		pick := int32(-1)
		for x := s.at[k]; x < s.at[k+1]; x++ {
			j := s.cols[x]
			if s.state[j] != 0 {
				continue
			}
			mark[j], coef[j] = int32(turn+1), min(s.a(x), s.lack[k])
			if pick < 0 || open[j] < open[pick] {
				pick = j
			}
		}
		if pick < 0 || open[pick] > 400 {
			continue
		}
		for x := s.by.at[pick]; x < s.by.at[pick+1]; x++ {
			i := s.by.to[x]
			if i == k || s.gone[i] || s.width[i] < s.width[k] {
				continue
			}
			n := int32(0)
			for y := s.at[i]; y < s.at[i+1]; y++ {
				j := s.cols[y]
				if s.state[j] == 0 && mark[j] == int32(turn+1) {
					if int64(coef[j])*int64(s.lack[i]) > int64(min(s.a(y), s.lack[i]))*int64(s.lack[k]) {
						break
					}
					n++
				}
			}
			if n == s.width[k] {
				s.gone[i] = true
				any = true
				for y := s.at[i]; y < s.at[i+1]; y++ {
					open[s.cols[y]]--
				}
			}
		}
	}
	return any
}

// dropColumns refuses a column where one no dearer, or others together no dearer, meet all that it could help to meet.
func (s *shrink) dropColumns() (any bool) {
	order := make([]int32, 0, len(s.cost))
	for j := range s.state {
		if s.state[j] == 0 {
			order = append(order, int32(j))
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(s.cost[b], s.cost[a]), cmp.Compare(b, a)) })
	taken := make([]int32, len(s.cost))
	for turn, k := range order {
		pick, n, together := int32(-1), 0, int64(0)
		for x := s.by.at[k]; x < s.by.at[k+1]; x++ {
			i := s.by.to[x]
			if s.gone[i] {
				continue
			}
			if n++; pick < 0 || s.width[i] < s.width[pick] {
				pick = i
			}
			if together > s.cost[k] {
				continue
			}
			// The cheapest other column that meets this row alone.
			best := int32(-1)
			for y := s.at[i]; y < s.at[i+1]; y++ {
				j := s.cols[y]
				if j == k || s.state[j] != 0 || s.a(y) < s.lack[i] {
					continue
				}
				if taken[j] == int32(turn+1) {
					best = -2
					break
				}
				if best < 0 || s.cost[j] < s.cost[best] {
					best = j
				}
			}
			switch {
			case best >= 0:
				taken[best] = int32(turn + 1)
				together += s.cost[best]
			case best == -1:
				together = s.cost[k] + 1
			}
		}
		if n == 0 || together <= s.cost[k] {
			s.fix(k, -1)
			any = true
			continue
		}
		if s.replaced(k, pick) {
			s.fix(k, -1)
			any = true
		}
	}
	return any
}

// replaced: columns no dearer than k that give each of its open rows no less, and together all that they lack: one of them that is not taken can be
// in place of k, and if all are taken, k is of no use. All of them stand in the row pick of k.
func (s *shrink) replaced(k, pick int32) bool {
	from, to := s.by.at[k], s.by.at[k+1]
	var sum []int64
	for y := s.at[pick]; y < s.at[pick+1]; y++ {
		j := s.cols[y]
		if j == k || s.state[j] != 0 || s.cost[j] > s.cost[k] || !s.gives(j, k) {
			continue
		}
		if sum == nil {
			sum = make([]int64, to-from)
		}
		all := true
		for x := from; x < to; x++ {
			i := s.by.to[x]
			if s.gone[i] {
				continue
			}
			r, _ := slices.BinarySearch(s.row(i), j)
			sum[x-from] += int64(s.a(s.at[i] + int32(r)))
			all = all && sum[x-from] >= int64(s.lack[i])
		}
		if all {
			return true
		}
	}
	return false
}

// gives: column j gives each open row of k no less than k.
func (s *shrink) gives(j, k int32) bool {
	for x := s.by.at[k]; x < s.by.at[k+1]; x++ {
		i := s.by.to[x]
		if s.gone[i] {
			continue
		}
		y, ok := slices.BinarySearch(s.row(i), j)
		if !ok || s.a(s.at[i]+int32(y)) < min(s.a(s.place[x]), s.lack[i]) {
			return false
		}
	}
	return true
}
