// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
)

// bigNet is an outlet of so many nodes: a third of them addresses, the others in three columns around.
func bigNet(nodes int) Net {
	n := Net{ID: "n", Title: "Map", Summary: "s", Columns: []string{"a", "b", "c", "d"}}
	n.Nodes = append(n.Nodes, NetNode{ID: "o", Column: 1, Kind: "Outlet", Label: "Halcyon Weather Wire", Root: true})
	for i := 1; i < nodes; i++ {
		x := NetNode{ID: fmt.Sprint(i), Column: []int{1, 0, 2, 3, 1, 2}[i%6], Kind: "Website", Label: fmt.Sprintf("mirror-%d[.]halcyon-weather[.]test", i), Mono: true, Shape: NetShape(i % 11), Faint: i%5 == 0}
		n.Nodes = append(n.Nodes, x)
		n.Edges = append(n.Edges, NetEdge{From: "o", To: x.ID, Words: "publishes"}, NetEdge{From: fmt.Sprint((i*7)%nodes + 1), To: x.ID, Words: "served by", Lit: i == 3}, NetEdge{From: x.ID, To: x.ID})
	}
	return n
}

// TestNetKeepsApart: from a few nodes to two hundred, none lies on another, all lie inside, and the same net is the same drawing.
func TestNetKeepsApart(t *testing.T) {
	for _, size := range []int{1, 2, 20, 60, 200} {
		n := bigNet(size)
		d := n.draw()
		if len(d.nodes) != size {
			t.Errorf("%d nodes of %d are drawn", len(d.nodes), size)
		}
		for i, a := range d.nodes {
			if a.y-netHeight/2 < netTop-1 || a.y+netHeight/2 > d.h || a.x < 0 || a.x+netWidth > d.w {
				t.Errorf("%d: %s lies outside, at %.0f, %.0f of %.0f, %.0f", size, a.ID, a.x, a.y, d.w, d.h)
			}
			for _, b := range d.nodes[i+1:] {
				if a.Column == b.Column && max(a.y-b.y, b.y-a.y) < netHeight+2 {
					t.Errorf("%d: %s and %s lie on one another", size, a.ID, b.ID)
				}
			}
			if a.Root && a.y != netTop+netHeight/2 {
				t.Errorf("%d: what the net is of lies at %.0f", size, a.y)
			}
			if room := netWidth - a.kindWidth() - 11; textWidth(a.label(), 6.7) > room {
				t.Errorf("%d: %q does not fit", size, a.label())
			}
		}
		first, second := drawn(t, n), drawn(t, n)
		if first != second {
			t.Errorf("%d: drawn twice, it differs", size)
		}
	}
}

func drawn(t *testing.T, c interface {
	Render(context.Context, io.Writer) error
}) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(b.String()))
	for {
		if _, err := d.Token(); err == io.EOF {
			return b.String()
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
}

// TestNetSurvivesNonsense: what nobody should give draws something all the same.
func TestNetSurvivesNonsense(t *testing.T) {
	n := Net{Columns: []string{"a"}, Nodes: []NetNode{{ID: "x", Column: 7}, {ID: "y", Column: -1}, {ID: "z"}, {ID: "z", Label: "again"}}, Edges: []NetEdge{{From: "z", To: "gone"}, {From: "x", To: "y"}}}
	if d := n.draw(); len(d.nodes) != 1 || len(d.edges) != 0 {
		t.Errorf("%d nodes, %d edges", len(d.nodes), len(d.edges))
	}
	drawn(t, n)
	drawn(t, Net{})
}

// TestWorld: states of this world lie in it, small ones as a point, invented ones and all others as tiles; with invented ones alone there is no
// map, only tiles. Nothing comes from elsewhere.
func TestWorld(t *testing.T) {
	w := World{ID: "w", Title: "t", Summary: "s", States: []WorldState{{"DE", "Germany", 3}, {"MT", "Malta", 1}, {"XA", "invented", 9}, {"RU", "Russia", 2}}}
	on := map[string]bool{}
	for _, p := range w.places() {
		if p.on {
			on[p.code] = true
		}
	}
	if len(on) != 3 || !on["DE"] || !on["MT"] || !on["RU"] {
		t.Errorf("on the map: %v", on)
	}
	out := drawn(t, w)
	for _, want := range []string{">XA</text>", ">9</text>", "<circle", "Malta: 1"} {
		if !strings.Contains(out, want) {
			t.Errorf("the figure lacks %s", want)
		}
	}
	if strings.Contains(out, "http") || strings.Contains(out, "<image") {
		t.Error("something comes from elsewhere")
	}
	if tiles := w.tiles(); tiles[0].Code != "XA" || tiles[len(tiles)-1].Code != "MT" {
		t.Errorf("tiles: %v", tiles)
	}
	invented := World{States: []WorldState{{"XA", "invented", 1}, {"XB", "invented", 0}}}
	if invented.places() != nil || len(invented.tiles()) != 2 {
		t.Error("a map without a state of this world")
	}
	seen := map[string]bool{}
	for line := range strings.Lines(outlines) {
		if code, _, _ := strings.Cut(line, " "); code != "#" && code != "-" {
			if seen[code] || len(code) != 2 {
				t.Errorf("%q stands twice, or is no state", code)
			}
			seen[code] = true
		}
	}
	if len(seen) < 230 {
		t.Errorf("%d states", len(seen))
	}
}
