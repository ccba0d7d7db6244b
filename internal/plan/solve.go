// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrStopped is what a run that was stopped ends with if it has found no plan yet.
var ErrStopped = errors.New("stopped before a plan was found")

// errBounds: the hard bounds leave nothing. openErr: no choice closes a way.
var errBounds = errors.New("nothing keeps within the bounds")

type openErr struct{ way way }

func (s *openErr) Error() string { return "a way that no choice closes" }

// A problem is a form with the survival sets that were found in it.
type problem struct {
	form   *form
	weight []float64
	ways   []way
	proved bool      // ways were enough for the last question
	all    bool      // ways are all that there are
	small  bool      // none of ways holds another one
	active []int     // of ways: those that forced the cost of the last question
	pay    []float64 // of each of them: its multiplier
	last   *hunt     // of the last question
}

func (b *problem) weights() []float64 {
	if b.weight == nil {
		b.weight = b.form.weights()
	}
	return b.weight
}

// solve gives the cheapest choice of columns that meets the quest; what is included is among them. It is the cheapest if its cost is its bound.
func (b *problem) solve(q *quest, stop func() bool, tell func(Progress)) (catch, error) {
	free, paid, err := q.free()
	if err != nil {
		return catch{}, err
	}
	h := &hunt{q: free, stop: stop, tell: func(p Progress) {
		if tell != nil {
			p.Best, p.Bound = p.Best+units(paid), p.Bound+units(paid)
			tell(p)
		}
	}}
	c := newCore(b.form, free)
	if q.most && !b.small {
		b.ways, b.active, b.pay, b.small = smallest(b.ways), nil, nil, true
	}
	var found catch
	if !b.proved {
		if len(free.side) == 0 {
			found = h.least(c, never)
		} else {
			found = h.close(c, h.listed(c.form), never, nil)
		}
	} else {
		h.complete = b.all
		found = b.again(h, c)
	}
	if found.taken == nil {
		if w := b.open(q); w != nil {
			return catch{}, &openErr{*w}
		}
		switch {
		case h.bad != nil:
			return catch{}, &openErr{b.around(q, h.bad)}
		case found.lower < found.cost:
			return catch{}, ErrStopped
		}
		return catch{}, errBounds
	}
	b.last = h
	taken := append(slices.Clone(q.include), found.taken...)
	slices.Sort(taken)
	return catch{slices.Compact(taken), found.cost + paid, found.lower + paid, found.unsure}, nil
}

// free is the quest in which what is included costs nothing, for it is there anyway, and what it costs.
func (q *quest) free() (*quest, int64, error) {
	free, paid := *q, int64(0)
	free.cost = slices.Clone(q.cost)
	for _, v := range q.include {
		paid += q.cost[v]
		free.cost[v] = 0
	}
	free.side = nil
	for _, s := range q.side {
		t := side{slices.Clone(s.weight), s.most}
		for _, v := range q.include {
			t.most -= s.weight[v]
			t.weight[v] = 0
		}
		if t.most < 0 {
			return nil, 0, errBounds
		}
		free.side = append(free.side, t)
	}
	return &free, paid, nil
}

// again goes on from the survival sets of questions before: those that forced the cost of the last are met first, others as a choice leaves them, and
// new ones if it leaves none that is known. What was met by then forces the cost.
func (b *problem) again(h *hunt, c *core) catch {
	s, m := b.form.borrow(), &cover{cost: c.cost, side: h.q.side, pay: b.pay}
	defer b.form.give(s)
	in, active := append([]bool(nil), make([]bool, len(b.ways))...), b.active
	b.active = nil
	add := func(i int) bool {
		in[i] = true
		b.active = append(b.active, i)
		return h.ask(c, m, b.ways[i])
	}
	for _, i := range active {
		if !add(i) {
			return catch{cost: never, lower: never}
		}
	}
	taken := make([]bool, len(c.cost))
	for {
		found, cost, lower := m.solve(never, h.stop)
		b.pay = m.pay
		if found == nil || lower < cost {
			return catch{cost: cost, lower: lower}
		}
		h.ways = len(m.rows)
		h.told(catch{cost: never, lower: lower})
		for _, v := range found {
			taken[v] = true
		}
		fresh := len(m.rows)
		for i, w := range b.ways {
			if !in[i] && h.q.lacks(w, taken) && len(m.rows) < fresh+100+fresh/4 && !add(i) {
				return catch{cost: never, lower: never}
			}
		}
		for _, v := range found {
			taken[v] = false
		}
		if len(m.rows) > fresh {
			continue
		}
		more := h.left(c, s, found, b.weights())
		if len(more) == 0 {
			return catch{found, cost, lower, h.unsure}
		}
		for _, w := range more {
			b.keep(w)
			in = append(in, false)
			if !add(len(b.ways) - 1) {
				return catch{cost: never, lower: never}
			}
		}
	}
}

func (b *problem) keep(w way) { b.ways = append(b.ways, w) }

// open is a way that no measure closes that may be taken, nil if there is none.
func (b *problem) open(q *quest) *way {
	s := b.form.borrow()
	defer b.form.give(s)
	for v := range b.form.vars {
		if !q.veto[v] && q.weight[v] > 0 {
			s.mark(v)
		}
	}
	if s.spread(); s.down[b.form.root] {
		return nil
	}
	w := b.form.minimal(s, b.weights())
	return &w
}

// around is the way in the whole form that stays up though all that may be taken is, except these measures.
func (b *problem) around(q *quest, spare []int32) way {
	s := b.form.borrow()
	defer b.form.give(s)
	for v := range b.form.vars {
		if _, is := slices.BinarySearch(spare, v); !is && !q.veto[v] && q.weight[v] > 0 {
			s.mark(v)
		}
	}
	s.spread()
	return b.form.minimal(s, b.weights())
}

func units(cost int64) float64 {
	if cost >= never {
		return math.Inf(1)
	}
	return float64(cost) / micro
}

// Solve answers one question. The error is a *Short where no plan does what was asked. stop, where there is one, is asked now and then whether to
// end: the best plan so far comes back with Proved false, or ErrStopped where there is none yet. tell hears of progress. Both may be nil.
func (p *Planner) Solve(a Ask, stop func() bool, tell func(Progress)) (Plan, error) {
	q, err := p.quest(a)
	if err != nil {
		return Plan{}, fmt.Errorf("ask: %w", err)
	}
	found, err := p.whole.solve(q, stop, tell)
	if err != nil {
		return Plan{}, p.said(q, a, err)
	}
	if budget := int64(math.Round(a.Budget * micro)); a.Budget > 0 && p.cost(found.taken) > budget {
		return p.within(q, a, budget, stop, tell)
	}
	out := p.plan(found.taken)
	out.Bound, out.Proved = units(found.lower), found.lower >= found.cost && !found.unsure
	out.Proof = p.proof(q, found, stop)
	return out, nil
}

// said puts what the solver found into words.
func (p *Planner) said(q *quest, a Ask, err error) error {
	var open *openErr
	switch {
	case errors.As(err, &open):
		return p.short(q, open.way)
	case errors.Is(err, errBounds):
		return fmt.Errorf("no plan keeps to at most %d bystanders: allow more, or add a measure that spares them", a.Bystanders)
	}
	return err
}

func (p *Planner) short(q *quest, w way) error {
	s := &Short{Mode: q.mode, Best: 1}
	sum := 0.
	var may []int32
	for _, v := range w.measures {
		if v < p.form.vars && !q.veto[v] && q.weight[v] > 0 { // behind the measures stands what is left to audiences
			may = append(may, v)
			sum += float64(q.weight[v])
		}
	}
	s.Way = p.survive(way{measures: may, leaves: w.leaves})
	if q.mode == Hold {
		s.Best = math.Exp(-sum / micro)
	}
	return s
}

// cost is that of measures without bystanders, in micro-units.
func (p *Planner) cost(taken []int32) (sum int64) {
	for _, v := range taken {
		sum += int64(math.Round(p.tree.Measures[v].Cost * micro))
	}
	return sum
}

func (p *Planner) plan(taken []int32) Plan {
	out := Plan{Measures: p.names(taken), Cost: float64(p.cost(taken)) / micro, Audience: p.left(taken)}
	for _, v := range taken {
		out.Bystanders += p.tree.Measures[v].Collateral
	}
	return out
}
