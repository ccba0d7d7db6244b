// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"fmt"
	"math/rand/v2"
)

// andOr draws a random AND/OR graph of n nodes, two in five of them gates of two or three inputs that lie ahead, by and large nearby, every leaf
// used and each with a measure of its own. With anded gates in a hundred that need all.
func andOr(r *rand.Rand, n, anded, near int) Tree {
	gates := n * 2 / 5
	t := Tree{Root: "0"}
	used := make([]bool, n)
	for g := range gates {
		node := Node{ID: fmt.Sprint(g)}
		var in []string
		add := func(k int) {
			used[k] = true
			in = append(in, fmt.Sprint(k))
		}
		for range 2 + r.IntN(2) {
			k := g + 1 + r.IntN(near)
			if r.IntN(3) == 0 || k >= gates {
				k = gates + r.IntN(n-gates)
			}
			add(k)
		}
		if g+1 < gates && !used[g+1] {
			add(g + 1)
		}
		if r.IntN(100) < anded {
			node.All = in
		} else {
			node.Any = in
		}
		t.Nodes = append(t.Nodes, node)
	}
	for l := gates; l < n; l++ {
		id := fmt.Sprint(l)
		if !used[l] {
			g := &t.Nodes[r.IntN(gates)]
			if g.All != nil {
				g.All = append(g.All, id)
			} else {
				g.Any = append(g.Any, id)
			}
		}
		t.Nodes = append(t.Nodes, Node{ID: id})
		t.Measures = append(t.Measures, Measure{ID: id, Fells: []string{id}, Cost: float64(1 + r.IntN(100))})
	}
	return t
}
