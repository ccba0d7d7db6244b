// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Tie is an edge as a map shows it: what several sources said of the same two nodes, as one.
type Tie struct {
	From, To   Node
	Rel        string
	Sources    []string // sorted
	Assets     []AssetID
	First      time.Time
	Last       time.Time
	Ended      time.Time // zero: nothing says that it ended
	Confidence float64   // of the source that is surest
	Presumed   bool      // nobody has seen it for longer than EdgeFresh before the time of the map: it is taken to hold
}

// MapAt gives what held at a time on an outlet's map, of all edges that were ever on it: what leads from the outlet, through other nodes but
// not through assets that it does not publish. Ties come in the order of the kinds and names of their nodes.
func MapAt(all []Edge, o OutletID, t time.Time) []Tie {
	held := make([]Edge, 0, len(all))
	for _, e := range all {
		if e.HeldAt(t) {
			held = append(held, e)
		}
	}
	on := reach(held, OutletNode(o))
	return merged(held, t, func(e Edge) bool { return on[e.From] })
}

// Spans gives every stretch of time in which something on a map held, oldest first: two sources that overlap are one.
func Spans(all []Edge) []Tie {
	byStart := slices.Clone(all)
	slices.SortStableFunc(byStart, func(a, b Edge) int { return a.First.Compare(b.First) })
	type key struct {
		from, to Node
		rel      string
	}
	open := map[key]int{}
	var out []Tie
	for _, e := range byStart {
		k := key{e.From, e.To, e.Rel}
		if n, ok := open[k]; ok && (out[n].Ended.IsZero() && !(e.Lapses() && e.First.Sub(out[n].Last) > EdgeLapse) || e.First.Before(out[n].Ended)) {
			out[n].add(e)
			continue
		}
		open[k] = len(out)
		out = append(out, tie(e))
	}
	return out
}

// reach gives the nodes from which a map leads on.
func reach(edges []Edge, root Node) map[Node]bool {
	from := map[Node][]Edge{}
	for _, e := range edges {
		from[e.From] = append(from[e.From], e)
	}
	on, next := map[Node]bool{root: true}, []Node{root}
	for len(next) > 0 {
		n := next[0]
		next = next[1:]
		for _, e := range from[n] {
			if !on[e.To] && (e.Rel == RelPublishes || e.To.Kind != NodeAsset && e.To.Kind != NodeOutlet) {
				on[e.To] = true
				next = append(next, e.To)
			}
		}
	}
	return on
}

func tie(e Edge) Tie {
	t := Tie{From: e.From, To: e.To, Rel: e.Rel, First: e.First, Ended: e.Ended, Last: e.Last}
	t.add(e)
	return t
}

func (t *Tie) add(e Edge) {
	if !slices.Contains(t.Sources, e.Source) {
		t.Sources = append(t.Sources, e.Source)
		slices.Sort(t.Sources)
	}
	if e.Asset != 0 && !slices.Contains(t.Assets, e.Asset) {
		t.Assets = append(t.Assets, e.Asset)
		slices.Sort(t.Assets)
	}
	if e.First.Before(t.First) {
		t.First = e.First
	}
	if e.Last.After(t.Last) {
		t.Last = e.Last
	}
	switch { // it holds as long as one says so
	case e.Ended.IsZero() || t.Ended.IsZero():
		t.Ended = time.Time{}
	case e.Ended.After(t.Ended):
		t.Ended = e.Ended
	}
	t.Confidence = max(t.Confidence, e.Confidence)
}

func merged(edges []Edge, at time.Time, on func(Edge) bool) []Tie {
	type key struct {
		from, to Node
		rel      string
	}
	n := map[key]int{}
	var out []Tie
	for _, e := range edges {
		if !on(e) {
			continue
		}
		k := key{e.From, e.To, e.Rel}
		i, ok := n[k]
		if !ok {
			i = len(out)
			n[k] = i
			out = append(out, tie(e))
			out[i].Presumed = e.Presumed(at)
			continue
		}
		out[i].add(e)
		out[i].Presumed = out[i].Presumed && e.Presumed(at)
	}
	slices.SortStableFunc(out, func(a, b Tie) int {
		return cmp.Or(CompareNodes(a.From, b.From), cmp.Compare(slices.Index(Rels, a.Rel), slices.Index(Rels, b.Rel)), CompareNodes(a.To, b.To))
	})
	return out
}

// CompareNodes orders nodes from the outlet outwards, and by name: rows by their number.
func CompareNodes(a, b Node) int {
	return cmp.Or(cmp.Compare(slices.Index(NodeKinds, a.Kind), slices.Index(NodeKinds, b.Kind)), cmp.Compare(a.Row(), b.Row()), cmp.Compare(a.Name, b.Name))
}

// NodesOf gives every node of a map once, in their order.
func NodesOf(ts []Tie) []Node {
	seen := map[Node]bool{}
	var out []Node
	for _, t := range ts {
		for _, n := range []Node{t.From, t.To} {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	slices.SortFunc(out, CompareNodes)
	return out
}

// A MapNode is a node as a map shows it.
type MapNode struct {
	Node
	ID           string        // within one map: "n7"
	Label        string        // the outlet's name, an asset's address defanged, else the node's name
	Address      string        // an asset's canonical address; "" for others
	AssetKind    AssetKind     // of an asset
	AssetState   AssetState    // as it is today
	Presence     PresenceState // of an asset at the time of the map
	Jurisdiction string        // of a company, ISO 3166 or a state that is invented; "" where it is not known
}

// A Map is an outlet as a graph at a time.
type Map struct {
	Outlet        Outlet
	At            time.Time
	Nodes         []MapNode
	Ties          []Tie // that held
	Suggested     []Tie // candidates that resemble an asset of the outlet: nobody has decided
	Spans         []Tie // everything that ever was on the map, each stretch of time by itself, oldest first
	Concentration []Concentration
}

// Of gives a node of the map; one that is not on it by its name alone.
func (m Map) Of(n Node) MapNode {
	for _, x := range m.Nodes {
		if x.Node == n {
			return x
		}
	}
	return MapNode{Node: n, Label: n.Name}
}

// MapTime reads the day of a map, 2026-03-12, or an instant in RFC 3339; a day means its end, UTC. None is the zero time: now. Its error is
// Invalid.
func MapTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, Refuse(Invalid, fmt.Sprintf("%.30q is no day", s), "write it as 2026-03-12, or an instant as 2026-03-12T08:00:00Z")
	}
	return t.AddDate(0, 0, 1).Add(-time.Microsecond), nil
}
