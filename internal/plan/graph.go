// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
)

type published struct {
	Graph struct {
		Target string `json:"target"`
		Nodes  []struct {
			ID       string `json:"id"`
			Type     string `json:"type"`
			Label    string `json:"label"`
			Value    any    `json:"value"`
			Measures []struct {
				ID   string `json:"id"`
				Type string `json:"type"`
			} `json:"measures"`
		} `json:"nodes"`
		Edges []struct {
			Source string `json:"source"`
			Target string `json:"target"`
		} `json:"edges"`
		Measures []struct {
			ID   string `json:"id"`
			Cost any    `json:"cost"`
		} `json:"measures"`
	} `json:"graph"`
	Cut struct {
		Cost float64 `json:"cost"`
	} `json:"cut"`
}

// mostBytes is the longest published graph that is read: it is held as a whole.
const mostBytes = 1 << 30

// ReadGraph takes a tree from the JSON of published AND/OR graphs and fault trees: nodes with a type and a value, and edges that lead to the target.
// In an AND/OR graph the value is the cost of felling a node, beside the measures that protect it, all of which it takes; in a fault tree
// (types goal and failure) it is a probability, the cost is -ln of it, and "and" and "or" change places, for there they speak of failure.
func ReadGraph(r io.Reader) (Tree, Stated, error) {
	var p published
	d := json.NewDecoder(io.LimitReader(r, mostBytes))
	if err := d.Decode(&p); err != nil {
		return Tree{}, Stated{}, fmt.Errorf("read graph: %w", said(d, err))
	}
	t, err := p.tree()
	if err != nil {
		return Tree{}, Stated{}, fmt.Errorf("read graph: %w", err)
	}
	return t, Stated{Cost: p.Cut.Cost, Unit: 1}, nil
}

func amount(v any) (float64, error) {
	switch v := v.(type) {
	case nil:
		return math.Inf(1), nil
	case float64:
		return v, nil
	case string:
		if v == "inf" || v == "none" {
			return math.Inf(1), nil
		}
		return strconv.ParseFloat(v, 64)
	}
	return 0, fmt.Errorf("%v is no number", v)
}

func (p *published) tree() (Tree, error) {
	g := &p.Graph
	if len(g.Nodes) > MaxNodes || len(g.Edges) > MaxEdges {
		return Tree{}, fmt.Errorf("more than %d nodes or %d edges: plan a part of it", MaxNodes, MaxEdges)
	}
	faults := false
	for i := range g.Nodes {
		faults = faults || g.Nodes[i].Type == "failure"
	}
	in := make(map[string][]string, len(g.Nodes))
	for _, e := range g.Edges {
		in[e.Target] = append(in[e.Target], e.Source)
	}
	t := Tree{Root: g.Target}
	price, instance := map[string]float64{}, map[string]bool{}
	for _, m := range g.Measures {
		c, err := amount(m.Cost)
		if err != nil {
			return Tree{}, fmt.Errorf("cost of measure %q: %w", m.ID, err)
		}
		price[m.ID] = c
	}
	for i := range g.Nodes {
		x := &g.Nodes[i]
		n := Node{ID: x.ID, Name: x.Label}
		cost, err := amount(x.Value)
		if err != nil {
			return Tree{}, fmt.Errorf("value of node %q: %w", x.ID, err)
		}
		gate := x.Type == "and" || x.Type == "or" || x.Type == "goal"
		if any := map[bool]string{true: "and", false: "or"}[faults]; x.Type == any {
			n.Any = in[x.ID]
		} else {
			n.All = in[x.ID]
		}
		if faults && !gate {
			cost = -math.Log(cost)
		}
		if len(x.Measures) > 0 {
			guard := Node{ID: x.ID + " guarded"}
			for _, m := range x.Measures {
				leaf := "measure " + m.ID
				guard.Any = append(guard.Any, leaf)
				if c := price[m.Type]; !instance[m.ID] {
					instance[m.ID] = true
					t.Nodes = append(t.Nodes, Node{ID: leaf})
					if !math.IsInf(c, 1) {
						t.Measures = append(t.Measures, Measure{ID: m.ID, Fells: []string{leaf}, Cost: c})
					}
				}
			}
			n.All = append(n.All[:len(n.All):len(n.All)], guard.ID)
			t.Nodes = append(t.Nodes, guard)
		} else if !gate && !math.IsInf(cost, 1) {
			t.Measures = append(t.Measures, Measure{ID: x.ID, Fells: []string{x.ID}, Cost: cost})
		}
		t.Nodes = append(t.Nodes, n)
	}
	return t, nil
}
