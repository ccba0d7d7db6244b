// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"fmt"
	"hash/maphash"
	"io"
	"math"
)

// MaxBound is how many nodes, and measures, Bound takes. In memory a node or measure takes about 100 bytes, an edge 12.
const MaxBound = 20_000_000

// Bounds are what the cheapest plan of a tree costs at least and at most, where it is too large to be planned exactly.
type Bounds struct {
	Nodes, Measures int
	Lower, Upper    float64  // Upper is +Inf where nothing fells the root
	Plan            []string // measures that fell the root at the cost of Upper, in the order of the file
}

// Bound reads a tree as Read does, and larger ones, without keeping its names, and gives bounds of the cheapest plan (mode Min). The lower one is paid by
// survival sets that share no more of a measure than it costs, the upper one by measures that were paid for in full, less those that are not needed. stop ends it
// early, with what it has by then; it may be nil.
func Bound(r io.Reader, stop func() bool) (Bounds, error) {
	b := &broad{seed: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, number: map[[2]uint64]int32{}, at: []int32{0}, felt: []int32{0}, named: []int64{0}}
	root, err := scan(r, MaxBound, b.node, b.measure)
	if err != nil {
		return Bounds{}, fmt.Errorf("read tree: %w", err)
	}
	n := b.of(root)
	switch {
	case root == "":
		err = fmt.Errorf("the tree has no root: name the node that is to be felled as \"root\"")
	case b.defined != len(b.kind):
		err = fmt.Errorf("%d names in the lists of nodes and measures are not among the nodes", len(b.kind)-b.defined)
	case b.total >= maxTotal:
		err = fmt.Errorf("the costs are too large together: use a larger unit")
	}
	if err != nil {
		return Bounds{}, fmt.Errorf("read tree: %w", err)
	}
	return b.bounds(b.form(n), stop), nil
}

// A broad tree is one in as little memory as can be: names are numbers from their first mention on, told apart by 128 bits of hash.
type broad struct {
	seed    [2]maphash.Seed
	number  map[[2]uint64]int32
	kind    []uint8 // by number: 0 not defined yet, otherwise below
	lim     []int32 // by number: how many inputs have to be down
	defined int
	order   []int32 // numbers of nodes as they were defined
	at, to  []int32 // their inputs
	cost    []int64 // of measures; never: vetoed
	felt    []int32
	fells   []int32
	total   int64
	names   []byte // of measures
	named   []int64
	nodes   int
}

const (
	broadGate = iota + 1
	broadLeaf
	broadDown
)

func (b *broad) of(name string) int32 {
	k := [2]uint64{maphash.String(b.seed[0], name), maphash.String(b.seed[1], name)}
	n, ok := b.number[k]
	if !ok {
		n = int32(len(b.kind))
		b.number[k], b.kind, b.lim = n, append(b.kind, 0), append(b.lim, 0)
	}
	return n
}

func (b *broad) node(n Node) error {
	if err := name("node", b.defined, n.ID, nil); err != nil {
		return err
	}
	if err := n.shape(); err != nil {
		return err
	}
	k := b.of(n.ID)
	if b.kind[k] != 0 {
		return fmt.Errorf("node %q is there twice: rename one", n.ID)
	}
	b.defined++
	list, lim := n.All, 1
	switch {
	case len(n.Any) > 0:
		list, lim = n.Any, len(n.Any)
	case len(n.Of) > 0:
		list, lim = n.Of, len(n.Of)-n.K+1
	}
	b.kind[k], b.lim[k] = broadGate, int32(lim)
	if len(list) == 0 {
		b.kind[k] = broadLeaf
	}
	if n.Down {
		b.kind[k], list = broadDown, nil
	}
	for _, id := range list {
		b.to = append(b.to, b.of(id))
	}
	b.order, b.at = append(b.order, k), append(b.at, int32(len(b.to)))
	return nil
}

func (b *broad) measure(m Measure) error {
	if err := name("measure", len(b.cost), m.ID, nil); err != nil {
		return err
	}
	if err := m.shape(); err != nil {
		return err
	}
	c := int64(math.Round(m.Cost * micro))
	if m.Vetoed {
		c = never
	} else if b.total < maxTotal {
		b.total += c
	}
	last := int32(-1)
	for _, id := range m.Fells {
		if n := b.of(id); n != last {
			b.fells = append(b.fells, n)
			last = n
		}
	}
	b.cost, b.felt = append(b.cost, c), append(b.felt, int32(len(b.fells)))
	b.names = append(b.names, m.ID...)
	b.named = append(b.named, int64(len(b.names)))
	return nil
}

// form makes the tree a function of its measures, as Tree.form does, and lets go of what it is made from.
func (b *broad) form(root int32) *form {
	b.number = nil
	vars, nodes := int32(len(b.cost)), int32(len(b.kind))
	by := lists{make([]int32, nodes+1), make([]int32, len(b.fells))}
	for _, n := range b.fells {
		by.at[n+1]++
	}
	extra := int32(0) // gates below those of a choice that a measure fells
	for n := range nodes {
		if by.at[n+1] > 0 && b.lim[n] > 1 && b.kind[n] == broadGate {
			extra++
		}
		by.at[n+1] += by.at[n]
	}
	next := append([]int32(nil), by.at[:nodes]...)
	for m := range vars {
		for _, n := range b.fells[b.felt[m]:b.felt[m+1]] {
			by.to[next[n]] = m
			next[n]++
		}
	}
	b.fells, b.felt = nil, nil
	place := next // of a node in order
	for k, n := range b.order {
		place[n] = int32(k)
	}
	m := newMaker(int(vars), int(nodes+extra), len(b.to)+len(by.to)+int(extra))
	var in, later []int32
	for n := range nodes {
		if in = in[:0]; b.kind[n] == broadDown {
			m.gate(0)
			continue
		}
		fellers := by.of(n)
		in = append(in, fellers...)
		if len(fellers) > 0 && b.lim[n] > 1 {
			later = append(later, n)
			m.gate(1, append(in, vars+nodes+int32(len(later)-1))...)
			continue
		}
		for _, i := range b.to[b.at[place[n]]:b.at[place[n]+1]] {
			in = append(in, vars+i)
		}
		m.gate(b.lim[n], in...)
	}
	for _, n := range later {
		in = in[:0]
		for _, i := range b.to[b.at[place[n]]:b.at[place[n]+1]] {
			in = append(in, vars+i)
		}
		m.gate(b.lim[n], in...)
	}
	b.order, b.at, b.to, b.kind, b.lim = nil, nil, nil, nil, nil
	b.nodes = int(nodes)
	return m.done(vars + root)
}
