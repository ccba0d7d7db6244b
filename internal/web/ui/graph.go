// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// NodeMark says what a plan does with a node.
type NodeMark string

// The marks of a node.
const (
	NodePlain NodeMark = ""
	NodeRoot  NodeMark = "root" // the outlet itself
	NodeCut   NodeMark = "cut"  // in the cheapest cut
	NodeAlt   NodeMark = "alt"  // added for N-1
)

// A Node of the estate graph: a name, a registrar, a host.
type Node struct {
	ID    string
	Label string
	Sub   string // a smaller line
	Mono  bool   // Label is a defanged address
	Mark  NodeMark
	Tag   string // "cut 1"
}

// A NodeColumn is one layer of what carries an outlet.
type NodeColumn struct {
	Title string
	Nodes []Node
}

// An Edge leads from a node to one of a later column. Severed edges are dashed.
type Edge struct {
	From, To string // ids
	Severed  bool
}

// A Graph is what keeps an outlet up, in columns from the outlet to the networks. Edges over several columns run between the nodes.
// Give it a Table beside: GraphTable makes one.
type Graph struct {
	ID      string
	Title   string
	Summary string // the figure in a sentence, for people who do not see it
	Columns []NodeColumn
	Edges   []Edge
}

// Render implements templ.Component.
func (g Graph) Render(ctx context.Context, w io.Writer) error { return g.view().Render(ctx, w) }

// Sizes in units of the drawing, which are pixels at its natural width.
const (
	nodeHeight = 38.0
	nodeTop    = 18.0 // below the column titles
	columnGap  = 46.0
	maxNode    = 236.0
	clearance  = 9.0 // between an edge that passes and a node
)

type placed struct {
	Node
	x, w, y float64 // y is the middle
	column  int
}

type drawing struct {
	w, h   float64
	titles []struct {
		x    float64
		text string
	}
	nodes []placed
	edges []struct {
		d       string
		severed bool
	}
}

// draw places nodes and routes edges. The column with the most nodes is spread evenly; the others stand at the middle of what they
// are joined to.
func (g Graph) draw() drawing {
	var d drawing
	most, widest := 0, 0
	for i, c := range g.Columns {
		if len(c.Nodes) > most {
			most, widest = len(c.Nodes), i
		}
	}
	if most == 0 {
		return drawing{w: 1, h: 1}
	}
	pitch := min(88, max(50, 352/float64(most)))
	d.h = nodeTop + float64(most)*pitch
	x := 0.0
	columns := make([][]*placed, len(g.Columns))
	byID := map[string]*placed{}
	for i, c := range g.Columns {
		w := textWidth(c.Title, 6.4)
		for _, n := range c.Nodes {
			w = max(w, nodeWidth(n))
		}
		d.titles = append(d.titles, struct {
			x    float64
			text string
		}{x, c.Title})
		for _, n := range c.Nodes {
			p := &placed{Node: n, x: x, w: w, column: i}
			columns[i] = append(columns[i], p)
			byID[n.ID] = p
		}
		x += w + columnGap
	}
	d.w = max(1, x-columnGap+1)

	for i, p := range columns[widest] {
		p.y = nodeTop + nodeHeight/2 + float64(i)*pitch
	}
	for i := widest + 1; i < len(columns); i++ {
		g.settle(columns[i], byID, i, d.h, pitch)
	}
	for i := widest - 1; i >= 0; i-- {
		g.settle(columns[i], byID, i, d.h, pitch)
	}
	used := map[int][]float64{}
	for _, e := range g.Edges {
		a, b := byID[e.From], byID[e.To]
		if a == nil || b == nil || a.column >= b.column {
			continue
		}
		d.edges = append(d.edges, struct {
			d       string
			severed bool
		}{route(a, b, columns, used, d.h), e.Severed})
	}
	for _, c := range columns {
		for _, p := range c {
			d.nodes = append(d.nodes, *p)
		}
	}
	return d
}

// settle puts the nodes of a column where their neighbours are, apart from one another and inside the drawing.
func (g Graph) settle(col []*placed, byID map[string]*placed, column int, h, pitch float64) {
	for i, p := range col {
		sum, n := 0.0, 0
		for _, e := range g.Edges {
			other := ""
			switch p.ID {
			case e.From:
				other = e.To
			case e.To:
				other = e.From
			}
			if q := byID[other]; q != nil && q.y > 0 && q.column != column {
				sum, n = sum+q.y, n+1
			}
		}
		if n > 0 {
			p.y = sum / float64(n)
		} else {
			p.y = nodeTop + nodeHeight/2 + float64(i)*pitch
		}
	}
	slices.SortStableFunc(col, func(a, b *placed) int { return cmp.Compare(a.y, b.y) })
	apart := min(pitch, nodeHeight+22)
	for i := 1; i < len(col); i++ {
		col[i].y = max(col[i].y, col[i-1].y+apart)
	}
	bottom := h - nodeHeight/2 - 2
	for i := len(col) - 1; i >= 0; i-- {
		col[i].y = min(col[i].y, bottom)
		bottom = col[i].y - apart
	}
}

// route draws an edge; where it passes columns in between it takes the nearest free lane.
func route(a, b *placed, columns [][]*placed, used map[int][]float64, h float64) string {
	var s strings.Builder
	x, y := a.x+a.w, a.y
	fmt.Fprintf(&s, "M%.1f %.1f", x, y)
	curve := func(tx, ty float64) {
		m := (x + tx) / 2
		fmt.Fprintf(&s, "C%.1f %.1f %.1f %.1f %.1f %.1f", m, y, m, ty, tx, ty)
		x, y = tx, ty
	}
	for c := a.column + 1; c < b.column; c++ {
		if len(columns[c]) == 0 {
			continue
		}
		left, right := columns[c][0].x-6, columns[c][0].x+columns[c][0].w+6
		straight := a.y + (b.y-a.y)*(left-a.x-a.w)/max(1, b.x-a.x-a.w)
		lane := freeLane(straight, columns[c], used[c], h)
		used[c] = append(used[c], lane)
		curve(left, lane)
		fmt.Fprintf(&s, "H%.1f", right)
		x = right
	}
	curve(b.x, b.y)
	return s.String()
}

func freeLane(want float64, col []*placed, used []float64, h float64) float64 {
	free := func(y float64) bool {
		if y < nodeTop-4 || y > h-1 {
			return false
		}
		for _, p := range col {
			if math.Abs(y-p.y) < nodeHeight/2+clearance {
				return false
			}
		}
		for _, u := range used {
			if math.Abs(y-u) < 5 {
				return false
			}
		}
		return true
	}
	for off := 0.0; off < h; off += 3 {
		if free(want - off) {
			return want - off
		}
		if free(want + off) {
			return want + off
		}
	}
	return want
}

// textWidth estimates a line of text, given the mean width of its characters: figures are rendered without a browser.
func textWidth(s string, per float64) float64 { return float64(len([]rune(s))) * per }

func nodeWidth(n Node) float64 {
	per := 7.0
	if n.Mono {
		per = 6.7
	}
	return min(maxNode, max(96, 20+max(textWidth(n.Label, per), textWidth(n.Sub, 6.4))))
}

// label cuts a label to the width of its box.
func (p placed) label() string {
	per := 7.0
	if p.Mono {
		per = 6.7
	}
	return cut(p.Label, int((p.w-20)/per))
}

func (p placed) sub() string { return cut(p.Sub, int((p.w-20)/6.4)) }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n && n > 1 {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (p placed) top() float64 { return p.y - nodeHeight/2 }

func (p placed) labelClass() string {
	if p.Mono {
		return "m"
	}
	return "k"
}

func (p placed) labelY() string {
	if p.Sub == "" {
		return px(p.y + 4)
	}
	return px(p.y - 3)
}

func (p placed) tagWidth() float64 { return textWidth(p.Tag, 6.4) + 10 }

func px(f float64) string { return fmt.Sprintf("%.1f", f) }

// name is the label as a cell of a table: an address stays an address.
func (n Node) name() templ.Component {
	if n.Mono {
		return Addr(n.Label)
	}
	return Text(n.Label)
}

// GraphTable is the graph as a table: every node, its layer, what it leads to, what the plan does with it.
func GraphTable(ctx context.Context, g Graph) Table {
	name := map[string]templ.Component{}
	for _, c := range g.Columns {
		for _, n := range c.Nodes {
			name[n.ID] = n.name()
		}
	}
	t := Table{Label: g.Title, Compact: true, Columns: []Column{{Title: T(ctx, "Layer")}, {Title: T(ctx, "Node"), Head: true},
		{Title: T(ctx, "Leads to")}, {Title: T(ctx, "In the plan")}}}
	for _, c := range g.Columns {
		for _, n := range c.Nodes {
			var to []templ.Component
			for _, e := range g.Edges {
				if e.From == n.ID && name[e.To] != nil {
					if len(to) > 0 {
						to = append(to, Text(", "))
					}
					to = append(to, name[e.To])
				}
			}
			mark := n.Tag
			if mark == "" && n.Mark == NodeAlt {
				mark = T(ctx, "added for N-1")
			}
			t.Rows = append(t.Rows, Cells(Text(c.Title), templ.Join(n.name(), Both("", n.Sub)), templ.Join(to...), Text(mark)))
		}
	}
	return t
}
