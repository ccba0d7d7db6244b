// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// NetShape is the outline of a node: kinds differ by it and by their word, not only by colour.
type NetShape int

// The shapes.
const (
	NetBox     NetShape = iota
	NetRound            // rounded corners
	NetPill             // half circles at the ends
	NetTag              // a point to the right
	NetHex              // points on both sides
	NetOctagon          // cut corners
	NetFold             // a folded corner
	NetSlant            // leaning to the right
	NetBarrel           // a second line at the top
	NetHouse            // a second line at the start
	NetBracket          // open at the top
)

// A NetNode is a point of a net.
type NetNode struct {
	ID     string
	Column int
	Kind   string // in a word
	Label  string
	Mono   bool // Label is an address or a digest
	Shape  NetShape
	Root   bool // what the net is of: it stands at the head of its column
	Faint  bool // dashed: down, or not decided
	Lit    bool // what the reader asked for
}

// A NetEdge leads from a node to another.
type NetEdge struct {
	From, To string
	Words    string // "served by"
	Faint    bool   // dashed: taken to hold, or suggested
	Lit      bool
}

// A Net is a graph of up to a few hundred nodes in columns. The same nodes and edges always give the same drawing. Give it a table beside.
type Net struct {
	ID      string
	Title   string
	Summary string   // the figure in a sentence
	Columns []string // titles
	Nodes   []NetNode
	Edges   []NetEdge
}

// Render implements templ.Component.
func (n Net) Render(ctx context.Context, w io.Writer) error { return n.view().Render(ctx, w) }

// Sizes in units of the drawing, which are pixels at its natural width.
const (
	netHeight = 24.0
	netPitch  = 31.0
	netWidth  = 242.0
	netGap    = 62.0
	netTop    = 26.0
	netMargin = 24.0 // for what runs along the first column and arcs at the last
)

type netPlaced struct {
	NetNode
	x, y float64 // left, middle
}

type netDrawing struct {
	w, h  float64
	nodes []*netPlaced
	edges []netLine
}

type netLine struct {
	NetEdge
	d string
}

func (n Net) columnX(c int) float64 { return netMargin + float64(c)*(netWidth+netGap) }

// draw places the nodes: the fullest column evenly, the others at the middle of what they are joined to, in the order that this gives.
func (n Net) draw() netDrawing {
	columns := make([][]*netPlaced, len(n.Columns))
	byID := map[string]*netPlaced{}
	var d netDrawing
	for _, x := range n.Nodes {
		if x.Column < 0 || x.Column >= len(columns) || byID[x.ID] != nil {
			continue
		}
		p := &netPlaced{NetNode: x, x: n.columnX(x.Column)}
		byID[x.ID] = p
		columns[x.Column] = append(columns[x.Column], p)
		d.nodes = append(d.nodes, p)
	}
	near := map[string][]*netPlaced{}
	for _, e := range n.Edges {
		a, b := byID[e.From], byID[e.To]
		if a == nil || b == nil || a == b || a.Root || b.Root {
			continue
		}
		near[a.ID], near[b.ID] = append(near[a.ID], b), append(near[b.ID], a)
	}
	most := 1
	for _, c := range columns {
		slices.SortStableFunc(c, func(a, b *netPlaced) int { return cmp.Compare(b2i(b.Root), b2i(a.Root)) })
		for i, p := range c {
			p.y = netTop + netPitch*float64(i) + netHeight/2
		}
		most = max(most, len(c))
	}
	d.h = netTop + netPitch*float64(most) + 4
	d.w = n.columnX(len(columns)-1) + netWidth + netMargin
	for range 6 {
		for _, c := range columns {
			settleNet(c, near, d.h)
		}
	}
	for _, e := range n.Edges {
		if a, b := byID[e.From], byID[e.To]; a != nil && b != nil && a != b {
			d.edges = append(d.edges, netLine{e, netRoute(a, b)})
		}
	}
	slices.SortStableFunc(d.edges, func(a, b netLine) int { return cmp.Compare(b2i(a.Lit), b2i(b.Lit)) }) // what was asked for lies on top
	return d
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// settleNet puts the nodes of a column at the middle of their neighbours, apart from one another and inside the drawing.
func settleNet(c []*netPlaced, near map[string][]*netPlaced, h float64) {
	want := map[*netPlaced]float64{}
	for _, p := range c {
		want[p] = p.y
		if p.Root {
			want[p] = 0
			continue
		}
		sum := 0.0
		for _, q := range near[p.ID] {
			sum += q.y
		}
		if k := len(near[p.ID]); k > 0 {
			want[p] = sum / float64(k)
		}
	}
	slices.SortStableFunc(c, func(a, b *netPlaced) int { return cmp.Compare(want[a], want[b]) })
	at := netTop + netHeight/2
	for _, p := range c {
		p.y = max(at, want[p])
		at = p.y + netPitch
	}
	bottom := h - netHeight/2 - 2
	for _, p := range slices.Backward(c) {
		p.y = min(p.y, bottom)
		bottom = p.y - netPitch
	}
}

// netRoute draws an edge: between columns as a curve, within one as an arc at its side.
func netRoute(a, b *netPlaced) string {
	switch {
	case a.Column == b.Column && a.Root: // along the column
		x := a.x - 14
		return fmt.Sprintf("M%.0f %.1fH%.0fV%.1fH%.0f", a.x, a.y, x, b.y, b.x)
	case a.Column == b.Column:
		x := a.x + netWidth
		bow := min(netGap-14, 18+0.12*max(a.y-b.y, b.y-a.y))
		return fmt.Sprintf("M%.0f %.1fC%.1f %.1f %.1f %.1f %.0f %.1f", x, a.y, x+bow, a.y, x+bow, b.y, x, b.y)
	case a.Column > b.Column:
		a, b = b, a
	}
	x1, x2 := a.x+netWidth, b.x
	m := (x1 + x2) / 2
	if b.Column-a.Column > 1 { // it turns near its ends, so that it runs flat behind what is between
		return fmt.Sprintf("M%.0f %.1fC%.1f %.1f %.1f %.1f %.0f %.1f", x1, a.y, x1+netGap, a.y, x2-netGap, b.y, x2, b.y)
	}
	return fmt.Sprintf("M%.0f %.1fC%.1f %.1f %.1f %.1f %.0f %.1f", x1, a.y, m, a.y, m, b.y, x2, b.y)
}

// outline is the shape of a node around its text.
func outline(s NetShape, x, top, w, h float64) string {
	r, b := x+w, top+h
	poly := func(xy ...float64) string {
		var o strings.Builder
		to := byte('M')
		for p := range slices.Chunk(xy, 2) {
			o.WriteByte(to)
			fmt.Fprintf(&o, "%.1f %.1f", p[0], p[1])
			to = 'L'
		}
		return o.String() + "z"
	}
	arc := func(k float64) string {
		return fmt.Sprintf("M%.1f %.1fH%.1fA%.1f %.1f 0 0 1 %.1f %.1fV%.1fA%.1f %.1f 0 0 1 %.1f %.1fH%.1fA%.1f %.1f 0 0 1 %.1f %.1fV%.1fA%.1f %.1f 0 0 1 %.1f %.1fz",
			x+k, top, r-k, k, k, r, top+k, b-k, k, k, r-k, b, x+k, k, k, x, b-k, top+k, k, k, x+k, top)
	}
	switch s {
	case NetRound:
		return arc(6)
	case NetPill:
		return arc(h / 2)
	case NetTag:
		return poly(x, top, r-9, top, r, top+h/2, r-9, b, x, b)
	case NetHex:
		return poly(x+8, top, r-8, top, r, top+h/2, r-8, b, x+8, b, x, top+h/2)
	case NetOctagon:
		return poly(x+6, top, r-6, top, r, top+6, r, b-6, r-6, b, x+6, b, x, b-6, x, top+6)
	case NetFold:
		return poly(x, top, r-9, top, r, top+9, r, b, x, b) + fmt.Sprintf("M%.1f %.1fV%.1fH%.1f", r-9, top, top+9, r)
	case NetSlant:
		return poly(x+7, top, r, top, r-7, b, x, b)
	case NetBarrel:
		return poly(x, top, r, top, r, b, x, b) + fmt.Sprintf("M%.1f %.1fH%.1f", x, top+3.5, r)
	case NetHouse:
		return poly(x, top, r, top, r, b, x, b) + fmt.Sprintf("M%.1f %.1fV%.1f", x+4, top, b)
	case NetBracket:
		return poly(x, top+7, x, b, r, b, r, top+7, r, b, x, b)
	}
	return poly(x, top, r, top, r, b, x, b)
}

func (p netPlaced) outline() string {
	return outline(p.Shape, p.x+.5, p.y-netHeight/2+.5, netWidth-1, netHeight-1)
}

// class is drawn in the tokens of the other figures.
func (p netPlaced) class() string {
	c := "n"
	if p.Root {
		c += " root"
	}
	if p.Lit {
		c += " cut"
	}
	return c
}

func dashed(faint bool) templ.Attributes {
	if faint {
		return templ.Attributes{"stroke-dasharray": "4 3"}
	}
	return nil
}

// kindWidth is the room of the word for the kind, before the label.
func (p netPlaced) kindWidth() float64 { return textWidth(p.Kind, 7) + 18 }

func (p netPlaced) label() string {
	per := 7.2
	if p.Mono {
		per = 6.7
	}
	return cut(p.Label, max(4, int((netWidth-p.kindWidth()-20)/per)))
}

func (p netPlaced) labelClass() string {
	if p.Mono {
		return "m"
	}
	return "k"
}

// NetKey is one line of a net's legend: a shape and its word.
type NetKey struct {
	Shape NetShape
	Text  string
	Faint bool
}
