// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// random draws a small tree with everything that there is: shared leaves, gates that measures fell, gates of k, cycles, what is down already.
func random(r *rand.Rand) Tree {
	leaves, gates, measures := 1+r.IntN(7), 1+r.IntN(6), 1+r.IntN(9)
	t := Tree{Root: "g0"}
	id := func(n int) string {
		if n < gates {
			return fmt.Sprint("g", n)
		}
		return fmt.Sprint("l", n-gates)
	}
	cyclic := r.IntN(4) == 0
	for g := range gates {
		n := Node{ID: id(g)}
		var in []string
		for _, k := range r.Perm(gates + leaves) {
			if (k > g || cyclic && r.IntN(3) == 0) && len(in) < 1+r.IntN(4) {
				in = append(in, id(k))
			}
		}
		switch {
		case len(in) == 0:
		case r.IntN(5) == 0:
			n.Of, n.K = in, 1+r.IntN(len(in))
		case r.IntN(2) == 0:
			n.All = in
		default:
			n.Any = in
		}
		n.Down = r.IntN(40) == 0
		n.Audience = float64(r.IntN(3) * 100)
		t.Nodes = append(t.Nodes, n)
	}
	for l := range leaves {
		t.Nodes = append(t.Nodes, Node{ID: id(gates + l), Audience: float64(r.IntN(2) * 10), Down: r.IntN(40) == 0})
	}
	for m := range measures {
		x := Measure{ID: fmt.Sprint("m", m), Cost: float64(r.IntN(9)) + float64(r.IntN(4))/4, Collateral: r.IntN(4), Vetoed: r.IntN(12) == 0}
		for range 1 + r.IntN(3) {
			x.Fells = append(x.Fells, id(r.IntN(gates+leaves)))
		}
		if r.IntN(3) > 0 {
			x.Fells = x.Fells[:1]
		}
		x.Chance = []float64{0, 1, .6, .9}[r.IntN(4)]
		x.Back = time.Duration(r.IntN(4)) * 40 * time.Hour
		x.Delay = time.Duration(r.IntN(3)) * 3 * time.Hour
		t.Measures = append(t.Measures, x)
	}
	// Each leaf has a measure more often than not.
	for l := range leaves {
		if r.IntN(4) > 0 {
			t.Measures[r.IntN(measures)].Fells = append(t.Measures[r.IntN(measures)].Fells, id(gates+l))
		}
	}
	// Some fail together, two and two names among all.
	if r.IntN(3) > 0 {
		for m := range t.Measures {
			t.Measures[m].With = []string{"", "p", "q", "r"}[r.IntN(4)]
		}
	}
	return t
}
