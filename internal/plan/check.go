// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// Limits of a tree. What is larger is refused: in memory a node takes about 200 bytes, an edge 20.
const (
	MaxNodes = 5_000_000  // nodes, and as many measures
	MaxEdges = 50_000_000 // all that nodes and measures name
	maxName  = 4096       // bytes of an ID or a name
)

// maxTotal bounds the sum of all costs in micro-units, so that no sum overflows.
const maxTotal = 1 << 62

const micro = 1e6

// An index finds the nodes and measures of a tree by their names.
type index struct {
	node, measure map[string]int32
}

// check refuses what is no tree, with the words what is wrong, where, and what to do.
func (t *Tree) check() (*index, error) {
	if len(t.Nodes) > MaxNodes || len(t.Measures) > MaxNodes {
		return nil, fmt.Errorf("the tree has %d nodes and %d measures, more than %d: plan a part of it", len(t.Nodes), len(t.Measures), MaxNodes)
	}
	x := &index{make(map[string]int32, len(t.Nodes)), make(map[string]int32, len(t.Measures))}
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if err := name("node", i, n.ID, x.node); err != nil {
			return nil, err
		}
		x.node[n.ID] = int32(i)
	}
	if t.Root == "" {
		return nil, fmt.Errorf("the tree has no root: name the node that is to be felled as \"root\"")
	}
	if _, ok := x.node[t.Root]; !ok {
		return nil, fmt.Errorf("the root %q is not among the nodes: add it or name another", t.Root)
	}
	edges := 0
	for i := range t.Nodes {
		n := &t.Nodes[i]
		if err := n.check(x); err != nil {
			return nil, err
		}
		edges += len(n.All) + len(n.Any) + len(n.Of)
	}
	for i := range t.Measures {
		m := &t.Measures[i]
		if err := name("measure", i, m.ID, x.measure); err != nil {
			return nil, err
		}
		x.measure[m.ID] = int32(i)
		if err := m.check(x); err != nil {
			return nil, err
		}
		edges += len(m.Fells)
	}
	if edges > MaxEdges {
		return nil, fmt.Errorf("nodes and measures name %d others, more than %d: plan a part of the tree", edges, MaxEdges)
	}
	return x, nil
}

func name(kind string, i int, id string, known map[string]int32) error {
	switch {
	case id == "":
		return fmt.Errorf("%s %d has no id: give it one", kind, i+1)
	case len(id) > maxName || !utf8.ValidString(id):
		return fmt.Errorf("the id of %s %d is longer than %d bytes or no UTF-8: shorten it", kind, i+1, maxName)
	}
	if first, twice := known[id]; twice {
		return fmt.Errorf("%s %q is there twice, as number %d and as number %d: rename one", kind, id, first+1, i+1)
	}
	return nil
}

func (n *Node) check(x *index) error {
	for _, l := range [][]string{n.All, n.Any, n.Of} {
		for _, id := range l {
			if _, ok := x.node[id]; !ok {
				return fmt.Errorf("node %q needs %q, which is not among the nodes: add it or take it out", n.ID, id)
			}
		}
	}
	return n.shape()
}

// shape refuses what no node is, whatever it names.
func (n *Node) shape() error {
	lists := 0
	for _, l := range [][]string{n.All, n.Any, n.Of} {
		if len(l) > 0 {
			lists++
		}
	}
	switch {
	case lists > 1:
		return fmt.Errorf("node %q has more than one of all, any and of: put a node of its own between", n.ID)
	case len(n.Of) == 0 && n.K != 0:
		return fmt.Errorf("node %q has k without of: list of what", n.ID)
	case len(n.Of) > 0 && (n.K < 1 || n.K > len(n.Of)):
		return fmt.Errorf("node %q needs %d of %d: let k be from 1 to %d", n.ID, n.K, len(n.Of), len(n.Of))
	case !(n.Audience >= 0 && n.Audience <= 1e12):
		return fmt.Errorf("node %q has an audience of %v: let it be from 0 to 1e12", n.ID, n.Audience)
	case len(n.Name) > maxName:
		return fmt.Errorf("the name of node %q is longer than %d bytes: shorten it", n.ID, maxName)
	}
	if len(n.Of) > 1 {
		seen := make(map[string]bool, len(n.Of))
		for _, id := range n.Of {
			if seen[id] {
				return fmt.Errorf("node %q counts %q twice: name it once in of", n.ID, id)
			}
			seen[id] = true
		}
	}
	return nil
}

func (m *Measure) check(x *index) error {
	if err := m.shape(); err != nil {
		return err
	}
	for _, id := range m.Fells {
		if _, ok := x.node[id]; !ok {
			return fmt.Errorf("measure %q fells %q, which is not among the nodes: add it or take it out", m.ID, id)
		}
	}
	return nil
}

// shape refuses what no measure is, whatever it names.
func (m *Measure) shape() error {
	switch {
	case math.IsNaN(m.Cost) || math.IsInf(m.Cost, 0) || m.Cost < 0 || m.Cost > MaxCost:
		return fmt.Errorf("measure %q costs %v: let it be from 0 to %.0f; what must not be taken is vetoed instead", m.ID, m.Cost, float64(MaxCost))
	case m.Collateral < 0 || m.Collateral > 1e9:
		return fmt.Errorf("measure %q has %d bystanders: let it be from 0 to 1e9", m.ID, m.Collateral)
	case !(m.Chance >= 0 && m.Chance <= 1):
		return fmt.Errorf("measure %q has a chance of %v: let it be from 0 to 1, 0 for not known", m.ID, m.Chance)
	case m.Delay < 0 || m.Back < 0:
		return fmt.Errorf("measure %q has a negative delay or time until it is back: let it be 0 or more", m.ID)
	case len(m.Fells) == 0:
		return fmt.Errorf("measure %q fells nothing: name the nodes that it fells, or take it out", m.ID)
	case len(m.With) > maxName:
		return fmt.Errorf("the \"with\" of measure %q is longer than %d bytes: shorten it", m.ID, maxName)
	case len(m.Name) > maxName:
		return fmt.Errorf("the name of measure %q is longer than %d bytes: shorten it", m.ID, maxName)
	}
	return nil
}

// form makes the tree a function of its measures; gate vars+i is node i.
func (t *Tree) form(x *index) *form {
	vars, gates, edges, felled := len(t.Measures), len(t.Nodes), 0, make([]int32, len(t.Nodes)+1)
	for i := range t.Nodes {
		n := &t.Nodes[i]
		edges += len(n.All) + len(n.Any) + len(n.Of) + 1
	}
	for i := range t.Measures {
		for _, id := range t.Measures[i].Fells {
			felled[x.node[id]+1]++
		}
		edges += len(t.Measures[i].Fells)
	}
	for i := range t.Nodes {
		if felled[i+1] > 0 {
			gates++
		}
		felled[i+1] += felled[i]
	}
	by := lists{felled, make([]int32, felled[len(t.Nodes)])}
	next := append([]int32(nil), felled...)
	for i := range t.Measures {
		for _, id := range t.Measures[i].Fells {
			n := x.node[id]
			if k := next[n]; k > by.at[n] && by.to[k-1] == int32(i) { // it names the node twice
				continue
			}
			by.to[next[n]] = int32(i)
			next[n]++
		}
	}
	m := newMaker(vars, gates, edges)
	extra := int32(vars + len(t.Nodes)) // the gates below those that measures fell come after all others
	type choice struct {
		lim int32
		in  []string
	}
	var later []choice
	var in []int32
	for i := range t.Nodes {
		n := &t.Nodes[i]
		fellers := by.to[by.at[i]:next[i]]
		in = append(in[:0], fellers...)
		list, lim := n.All, int32(1)
		switch {
		case len(n.Any) > 0:
			list, lim = n.Any, int32(len(n.Any))
		case len(n.Of) > 0:
			list, lim = n.Of, int32(len(n.Of)-n.K+1)
		}
		if n.Down {
			m.gate(0)
			continue
		}
		if lim > 1 && len(fellers) > 0 {
			later = append(later, choice{lim, list})
			m.gate(1, append(in, extra+int32(len(later)-1))...)
			continue
		}
		for _, id := range list {
			in = append(in, int32(vars)+x.node[id])
		}
		m.gate(lim, in...)
	}
	for _, c := range later {
		in = in[:0]
		for _, id := range c.in {
			in = append(in, int32(vars)+x.node[id])
		}
		m.gate(c.lim, in...)
	}
	f := m.done(int32(vars) + x.node[t.Root])
	f.leaf = make([]bool, f.size()-f.vars)
	for i := range t.Nodes {
		n := &t.Nodes[i]
		f.leaf[i] = len(n.All)+len(n.Any)+len(n.Of) == 0
	}
	return f
}
