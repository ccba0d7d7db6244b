// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/plan"
	"iolaus/internal/web/ui"
)

// mostDrawn is how many addresses a figure shows; beyond, the list alone is readable.
const mostDrawn = 24

// drawn reports whether the tree is small enough for a figure.
func (p PlanBoard) drawn() bool {
	n := len(p.by(iru.PlanRoot).Any)
	return n > 0 && n <= mostDrawn
}

// by finds a node.
func (p PlanBoard) by(id string) plan.Node {
	if n := slices.IndexFunc(p.Plan.Nodes, func(n plan.Node) bool { return n.ID == id }); n >= 0 {
		return p.Plan.Nodes[n]
	}
	return plan.Node{ID: id}
}

// graph draws the tree in columns, the outlet to those who are asked, with the plan's cuts in it.
func (p PlanBoard) graph(ctx context.Context) ui.Graph {
	g := ui.Graph{ID: "tree-f", Title: ui.T(ctx, "What keeps it up, and what the plan cuts"), Columns: []ui.NodeColumn{{Title: ui.T(ctx, "Outlet")}, {Title: ui.T(ctx, "Addresses")}, {Title: ui.T(ctx, "Names")}, {Title: ui.T(ctx, "Who is asked")}}}
	have := map[string]bool{}
	put := func(column int, n ui.Node) {
		if !have[n.ID] {
			have[n.ID] = true
			g.Columns[column].Nodes = append(g.Columns[column].Nodes, n)
		}
	}
	joined := map[[2]string]bool{}
	edge := func(from, to string, severed bool) {
		if k := [2]string{from, to}; !joined[k] {
			joined[k] = true
			g.Edges = append(g.Edges, ui.Edge{From: from, To: to, Severed: severed})
		}
	}
	root := p.by(iru.PlanRoot)
	put(0, ui.Node{ID: root.ID, Label: root.Name, Mark: ui.NodeRoot})
	for _, id := range root.Any {
		a := p.by(id)
		put(1, ui.Node{ID: id, Label: cutText(a.Name, 34), Mono: true, Sub: p.stands(ctx, a).Word})
		edge(root.ID, id, false)
		for _, leaf := range p.below(id, false) {
			to, severed := p.asked(ctx, leaf, put)
			edge(id, to, severed)
		}
		for _, kid := range p.below(id, true) {
			put(2, ui.Node{ID: kid, Label: planNode(ctx, p.Plan, p.by(kid))})
			edge(id, kid, false)
			for _, leaf := range p.leaves(kid) {
				to, severed := p.asked(ctx, leaf, put)
				edge(kid, to, severed)
			}
		}
	}
	g.Summary = ui.T(ctx, "%s addresses; %s of %s measures are in the plan. The list below says the same in words.", strconv.Itoa(len(root.Any)), strconv.Itoa(len(p.Plan.Answer.Measures)), strconv.Itoa(len(p.Plan.Measures)))
	g.Columns = slices.DeleteFunc(g.Columns, func(c ui.NodeColumn) bool { return len(c.Nodes) == 0 })
	return g
}

// shared reports whether several addresses can need a node.
func shared(id string) bool {
	return strings.HasPrefix(id, "name/") || strings.HasPrefix(id, "servers/") || strings.HasPrefix(id, "ns/")
}

// below gives what an address needs: what can be shared, or the leaves of its own.
func (p PlanBoard) below(asset string, names bool) []string {
	var out []string
	next, seen := []string{asset}, map[string]bool{}
	for len(next) > 0 {
		n := p.by(next[0])
		next = next[1:]
		if seen[n.ID] {
			continue
		}
		seen[n.ID] = true
		in := slices.Concat(n.All, n.Any, n.Of)
		switch {
		case shared(n.ID):
			if names {
				out = append(out, n.ID)
			}
		case len(in) == 0 && !names:
			out = append(out, n.ID)
		default:
			next = append(next, in...)
		}
	}
	return out
}

// leaves gives the leaves below something shared, not through other shared things.
func (p PlanBoard) leaves(id string) []string {
	var out []string
	for _, x := range slices.Concat(p.by(id).All, p.by(id).Any) {
		n := p.by(x)
		switch {
		case len(n.All)+len(n.Any)+len(n.Of) == 0:
			out = append(out, x)
		case !shared(x):
			out = append(out, p.leaves(x)...)
		}
	}
	return out
}

// asked puts who can fell a leaf into the last column, and says whether the plan does.
func (p PlanBoard) asked(ctx context.Context, leaf string, put func(int, ui.Node)) (node string, severed bool) {
	m, ok := measureOf(p.Plan, leaf)
	if !ok {
		put(3, ui.Node{ID: leaf, Label: planNode(ctx, p.Plan, p.by(leaf)), Sub: ui.T(ctx, "no measure")})
		return leaf, false
	}
	n := ui.Node{ID: "m " + m.ID, Label: cutText(m.Name, 34), Sub: layerName(ctx, m.Layer)}
	in := p.chosen(m.ID)
	switch {
	case in && slices.Contains(p.Plan.Answer.Cheap, m.ID):
		n.Mark, n.Tag = ui.NodeCut, ui.T(ctx, "cut")
	case in:
		n.Mark = ui.NodeAlt
	}
	put(3, n)
	return n.ID, in
}

// branch is a line of the tree as a list.
type branch struct {
	Words string
	State ui.State
	Gate  string // what of the lines below is needed
	Below []branch
}

// branches gives the tree as nested lines; what stands above already is named and not opened again.
func (p PlanBoard) branches(ctx context.Context) branch {
	return p.branch(ctx, iru.PlanRoot, map[string]bool{})
}

func (p PlanBoard) branch(ctx context.Context, id string, open map[string]bool) branch {
	n := p.by(id)
	b := branch{Words: planNode(ctx, p.Plan, n), State: p.stands(ctx, n)}
	if open[id] {
		b.Words = ui.T(ctx, "%s, see above", b.Words)
		return b
	}
	in := slices.Concat(n.All, n.Any, n.Of)
	switch {
	case len(n.All) > 1:
		b.Gate = ui.T(ctx, "needs all of these")
	case len(n.Any) > 1:
		b.Gate = ui.T(ctx, "any of these is enough")
	}
	if shared(id) { // told once
		open[id] = true
	}
	for _, x := range in {
		b.Below = append(b.Below, p.branch(ctx, x, open))
	}
	return b
}
