// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"strings"

	"iolaus/internal/plan"
)

// node is one of the tree, compiled.
type node struct {
	id     string
	kind   gateKind
	kids   []int
	most   int // of a K-of-N: with more of them down it is down
	down   bool
	latent bool
	part   figures
	on     []succession // that raise it
	struck []strike     // measures of the plan that name it
}

// strike is a measure by its place in the plan, and the node's place among what it fells.
type strike struct{ act, part int }

type gateKind uint8

const (
	leaf gateKind = iota
	all
	anyOf
	someOf
)

// figures are what is assumed of a part.
type figures struct {
	back, cache Delay
	kind        string
}

type succession struct {
	on    int
	after Delay
}

// estate is the tree in an order in which children come before their parents, cycles together.
type estate struct {
	nodes  []node
	at     map[string]int
	root   int
	groups [][]int // in the order in which they are worked out; more than one node, or one that is its own child: a cycle
	cycle  []bool
}

// compile orders a tree that the planner has checked, with what the assumptions say of its parts.
func compile(t plan.Tree, a Assumptions) (*estate, error) {
	e := &estate{at: make(map[string]int, len(t.Nodes))}
	for n, x := range t.Nodes {
		e.at[x.ID] = n
	}
	e.nodes = make([]node, len(t.Nodes))
	for n, x := range t.Nodes {
		y := node{id: x.ID, down: x.Down, part: a.figures(x.ID), latent: a.Parts[x.ID].Latent}
		var ids []string
		switch {
		case len(x.All) > 0:
			y.kind, ids = all, x.All
		case len(x.Any) > 0:
			y.kind, ids = anyOf, x.Any
		case len(x.Of) > 0:
			y.kind, ids, y.most = someOf, x.Of, len(x.Of)-x.K
		}
		for _, id := range ids {
			y.kids = append(y.kids, e.at[id])
		}
		if y.latent && y.kind != leaf {
			return nil, fmt.Errorf("part %q is latent and depends on others: only a leaf can be", x.ID)
		}
		e.nodes[n] = y
	}
	for id := range a.Parts {
		if _, ok := e.at[id]; !ok {
			return nil, fmt.Errorf("part %q is no node of the tree", id)
		}
	}
	for n, s := range a.Successions {
		on, ok1 := e.at[s.On]
		up, ok2 := e.at[s.Raises]
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("succession %d leads from %q to %q: both must be nodes of the tree", n+1, s.On, s.Raises)
		}
		if !e.nodes[up].latent {
			return nil, fmt.Errorf("succession %d raises %q, which is there already: call it latent under parts", n+1, s.Raises)
		}
		e.nodes[up].on = append(e.nodes[up].on, succession{on, s.After})
	}
	e.root = e.at[t.Root]
	return e, e.order()
}

// order finds the strongly connected groups (Tarjan, without recursion: trees may be deep).
func (e *estate) order() error {
	const unseen = -1
	index, low := make([]int, len(e.nodes)), make([]int, len(e.nodes))
	onStack := make([]bool, len(e.nodes))
	for n := range index {
		index[n] = unseen
	}
	type frame struct{ n, next int }
	var stack []int
	count := 0
	work := []frame{{e.root, 0}}
	kid := func(n, k int) (int, bool) {
		x := &e.nodes[n]
		if k < len(x.kids) {
			return x.kids[k], true
		}
		if k -= len(x.kids); k < len(x.on) {
			return x.on[k].on, true
		}
		return 0, false
	}
	for len(work) > 0 {
		f := &work[len(work)-1]
		if f.next == 0 && index[f.n] == unseen {
			index[f.n], low[f.n] = count, count
			count++
			stack, onStack[f.n] = append(stack, f.n), true
		}
		if k, ok := kid(f.n, f.next); ok {
			f.next++
			if index[k] == unseen {
				work = append(work, frame{k, 0})
			} else if onStack[k] {
				low[f.n] = min(low[f.n], index[k])
			}
			continue
		}
		n := f.n
		work = work[:len(work)-1]
		if len(work) > 0 {
			up := work[len(work)-1].n
			low[up] = min(low[up], low[n])
		}
		if low[n] != index[n] {
			continue
		}
		var group []int
		for {
			k := stack[len(stack)-1]
			stack, onStack[k] = stack[:len(stack)-1], false
			group = append(group, k)
			if k == n {
				break
			}
		}
		if err := e.add(group); err != nil {
			return err
		}
	}
	return nil
}

func (e *estate) add(group []int) error {
	in := map[int]bool{}
	for _, n := range group {
		in[n] = true
	}
	cycle := false
	for _, n := range group {
		for _, k := range e.nodes[n].kids {
			cycle = cycle || in[k]
		}
		for _, s := range e.nodes[n].on {
			if in[s.on] {
				return fmt.Errorf("the succession that raises %q follows upon %q, which depends on it: nothing would begin", e.nodes[n].id, e.nodes[s.on].id)
			}
		}
	}
	e.groups, e.cycle = append(e.groups, group), append(e.cycle, cycle)
	return nil
}

// run works out when each node is down, children first. own says when a node is down by itself, given when it was raised. In a cycle
// everything is up that nothing fells: the sets only grow until they stand (greatest fixpoint of what is up).
func (e *estate) run(down []spans, own func(n int) spans) {
	for g, group := range e.groups {
		for _, n := range group {
			down[n] = own(n)
		}
		if !e.cycle[g] {
			n := group[0]
			down[n] = down[n].join(e.derived(n, down))
			continue
		}
		for changed := true; changed; {
			changed = false
			for _, n := range group {
				if next := down[n].join(e.derived(n, down)); !next.equal(down[n]) {
					down[n], changed = next, true
				}
			}
		}
	}
}

// derived is when a node is down because of what it depends on.
func (e *estate) derived(n int, down []spans) spans {
	x := &e.nodes[n]
	switch x.kind {
	case all:
		var out spans
		for _, k := range x.kids {
			out = out.join(down[k])
		}
		return out
	case anyOf:
		for i, k := range x.kids {
			if len(down[k]) == 0 {
				return nil
			} else if i == 0 && len(x.kids) == 1 {
				return down[k]
			}
		}
		var out spans
		for i, k := range x.kids {
			if i == 0 {
				out = down[k]
			} else if out = out.meet(down[k]); len(out) == 0 {
				return nil
			}
		}
		return out
	case someOf:
		of := make([]spans, len(x.kids))
		for i, k := range x.kids {
			of[i] = down[k]
		}
		return few(of, x.most)
	}
	return nil
}

// kindOf is what stands before the first colon or slash of a node's ID.
func kindOf(id string) string {
	if n := strings.IndexAny(id, ":/"); n >= 0 {
		return id[:n]
	}
	return id
}

// figures gives what is assumed of a part: its own, else its kind's, else that of any.
func (a Assumptions) figures(id string) figures {
	p := a.Parts[id]
	f := figures{p.Back, p.Cache, p.Kind}
	if f.kind == "" {
		f.kind = kindOf(id)
	}
	k, ok := a.Kinds[f.kind]
	if !ok {
		f.kind = "*"
		k = a.Kinds["*"]
	}
	if f.back == (Delay{}) {
		f.back = k.Back
	}
	if f.cache == (Delay{}) {
		f.cache = k.Cache
	}
	return f
}
