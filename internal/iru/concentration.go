// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"slices"

	"iolaus/internal/effect"
)

// Concentrated are the kinds of node over which it is told how concentrated an outlet is.
var Concentrated = []NodeKind{NodeRegistrar, NodeNameServer, NodeNetwork, NodeCDN, NodeHost}

// Levels of concentration by the Herfindahl-Hirschman index, as the Merger Guidelines of the United States Department of Justice and Federal
// Trade Commission of 18 December 2023 (Guideline 1) draw them for markets: above 1,800 of 10,000 points highly, from 1,000 moderately
// concentrated. They are words for a number here and no rule.
const (
	HHIModerate = 0.10
	HHIHigh     = 0.18
)

// A Share is the part of an outlet's assets that hangs on one node.
type Share struct {
	Node   Node
	Assets []AssetID
	Part   float64 // 0 to 1; an asset that hangs on several counts for each in equal parts
}

// A Concentration says on how few an outlet hangs, over one kind of node.
type Concentration struct {
	Kind    NodeKind
	Shares  []Share // greatest first
	HHI     float64 // sum of the squares of the parts: 1 all on one, 1/n evenly on n; 0 where nothing is known
	Known   int     // assets for which such a node is known: the index is over these
	Of      int     // assets that the outlet publishes
	Sources []string
}

// Equal is how many nodes with equal parts would give the same index; 0 where nothing is known.
func (c Concentration) Equal() float64 {
	if c.HHI == 0 {
		return 0
	}
	return 1 / c.HHI
}

// Concentrate measures, over a kind of node, on how few an outlet hangs, by the ties of its map at a time and the assets that count: those
// that are up or not known to be down.
func Concentrate(ts []Tie, kind NodeKind, counts func(AssetID) bool) Concentration {
	c := Concentration{Kind: kind}
	from := map[Node][]Tie{}
	var mine []AssetID
	for _, t := range ts {
		from[t.From] = append(from[t.From], t)
		if t.Rel == RelPublishes && counts(AssetID(t.To.Row())) && !slices.Contains(mine, AssetID(t.To.Row())) {
			mine = append(mine, AssetID(t.To.Row()))
		}
	}
	slices.Sort(mine)
	c.Of = len(mine)
	parts := map[Node]*Share{}
	for _, a := range mine {
		found, sources := leadsTo(from, AssetNode(a), kind)
		if len(found) == 0 {
			continue
		}
		c.Known++
		for _, s := range sources {
			if !slices.Contains(c.Sources, s) {
				c.Sources = append(c.Sources, s)
			}
		}
		for _, n := range found {
			if parts[n] == nil {
				parts[n] = &Share{Node: n}
			}
			parts[n].Assets = append(parts[n].Assets, a)
			parts[n].Part += 1 / float64(len(found))
		}
	}
	slices.Sort(c.Sources)
	for _, s := range parts {
		s.Part /= float64(c.Known)
		c.Shares = append(c.Shares, *s)
	}
	slices.SortFunc(c.Shares, func(a, b Share) int { return cmp.Or(cmp.Compare(b.Part, a.Part), CompareNodes(a.Node, b.Node)) })
	each := make([]float64, len(c.Shares))
	for i, s := range c.Shares {
		each[i] = s.Part
	}
	c.HHI = effect.HHI(each)
	return c
}

// leadsTo gives the nodes of a kind that an asset hangs on, and who said so.
func leadsTo(from map[Node][]Tie, a Node, kind NodeKind) (found []Node, sources []string) {
	seen, next := map[Node]bool{a: true}, []Node{a}
	for len(next) > 0 {
		n := next[0]
		next = next[1:]
		for _, t := range from[n] {
			if t.To.Kind == NodeAsset || t.To.Kind == NodeOutlet {
				continue
			}
			if t.To.Kind == kind {
				sources = append(sources, t.Sources...)
			}
			if seen[t.To] {
				continue
			}
			seen[t.To] = true
			next = append(next, t.To)
			if t.To.Kind == kind {
				found = append(found, t.To)
			}
		}
	}
	slices.SortFunc(found, CompareNodes)
	return found, sources
}
