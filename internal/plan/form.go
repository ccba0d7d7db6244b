// SPDX-License-Identifier: EUPL-1.2

package plan

// A form is a tree as a function of its measures. Node n < vars is measure n: up while it is not taken. Every other node is a gate that goes
// down as soon as lim of its inputs are down: one for "all of", each for "any of". A gate with lim 0 is down from the start, and one with
// more than it has inputs never is. What nothing fells is up, though it hangs on itself: that is the greatest fixpoint.
type form struct {
	vars int32
	root int32
	lim  []int32 // by node; of measures it is not read
	in   lists
	out  lists
	leaf []bool // of gates in the form of a whole tree: which are its leaves

	sorted []int32 // what order gave
	idle   *state  // one that is not in use, as newState gave it
}

// borrow gives a state in which nothing is taken; give takes it back.
func (f *form) borrow() *state {
	if s := f.idle; s != nil {
		f.idle = nil
		return s
	}
	return newState(f)
}

func (f *form) give(s *state) {
	s.undo(s.base)
	f.idle = s
}

// lists are many short lists of nodes in two arrays.
type lists struct {
	at []int32 // of one more than there are lists
	to []int32
}

func (l lists) of(n int32) []int32 { return l.to[l.at[n]:l.at[n+1]] }

func (f *form) size() int32 { return int32(len(f.lim)) }

// turned gives for each node the nodes whose list names it, in their order.
func (l lists) turned() lists {
	n := len(l.at) - 1
	o := lists{make([]int32, n+1), make([]int32, len(l.to))}
	for _, t := range l.to {
		o.at[t+1]++
	}
	for i := range n {
		o.at[i+1] += o.at[i]
	}
	next := append([]int32(nil), o.at[:n]...)
	for i := range int32(n) {
		for _, t := range l.of(i) {
			o.to[next[t]] = i
			next[t]++
		}
	}
	return o
}

// A maker adds gates one after the other.
type maker struct{ f *form }

func newMaker(vars, gates, edges int) maker {
	f := &form{vars: int32(vars), lim: make([]int32, vars, vars+gates)}
	f.in = lists{make([]int32, vars+1, vars+gates+1), make([]int32, 0, edges)}
	return maker{f}
}

// gate adds one; inputs may be gates that are added later.
func (m maker) gate(lim int32, inputs ...int32) int32 {
	m.f.in.to = append(m.f.in.to, inputs...)
	m.f.in.at = append(m.f.in.at, int32(len(m.f.in.to)))
	m.f.lim = append(m.f.lim, lim)
	return int32(len(m.f.lim) - 1)
}

func (m maker) done(root int32) *form {
	m.f.root = root
	m.f.out = m.f.in.turned()
	return m.f
}
