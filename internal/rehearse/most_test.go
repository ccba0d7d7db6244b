// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"math"
	"math/bits"
	"testing"
	"time"

	"iolaus/internal/plan"
)

// mostAt is what the chance of a day in the dark can be at most, over the runs that Play draws with seed 7, for any plan of a generated estate
// that costs no more than a part of everything. In a run in which everything keeps the outlet dark for a day from an instant on, a plan can do so only if each
// way has a part that it felled and that is not back a day after that instant, since to fell less never makes anything dark sooner or for longer. All choices of
// parts that several ways share are gone through, none passed over that could be better; of what is left of the cost, each run by itself may
// choose which of the others to fell, with hindsight, which no plan can.
func mostAt(t testing.TB, tree plan.Tree, a Assumptions, runs int, part float64) float64 {
	t.Helper()
	all, cost := everything(tree)
	r, err := New(tree, all, a, monday)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Play{Runs: runs, Seed: 7}.complete()
	if err != nil {
		t.Fatal(err)
	}
	h := &hindsight{runs: runs, words: (runs + 63) / 64}
	h.draw(r, p, tree)
	h.pick(0, part*cost+1e-6)
	return float64(h.best) / float64(runs)
}

// hindsight knows what each part of an estate does in each run.
type hindsight struct {
	runs, words int
	able        []uint64 // runs in which everything is dark for a day
	ways        []knownWay
	shared      []knownPart
	taken       []bool // of shared; those behind the place that is chosen at are taken, too
	best        int    // runs, of the best choice so far
}

type knownPart struct {
	cost float64
	long []uint64 // runs in which it is away long enough
}

type knownWay struct {
	shared []int     // of its parts
	own    []float64 // by run: the cost of the cheapest of its own that is away long enough
}

func (h *hindsight) draw(r *Rehearsal, p Play, tree plan.Tree) {
	part := map[string]int{}
	long := make([][]uint64, len(tree.Measures))
	for i, m := range tree.Measures {
		part[m.Fells[0]], long[i] = i, make([]uint64, h.words)
	}
	h.able = make([]uint64, h.words)
	w := r.run()
	for k := range h.runs {
		root := w.play(p, chance(mix(p.Seed)).of(uint64(k)))
		if root.longest(p.Horizon) < p.Dark {
			continue
		}
		h.able[k/64] |= 1 << (k % 64)
		until := time.Duration(0)
		for _, o := range root {
			if from := max(o.from, 0); until == 0 && o.to-from >= p.Dark {
				until = from + p.Dark
			}
		}
		for i, m := range tree.Measures {
			for _, o := range w.down[r.estate.at[m.Fells[0]]] {
				if o.to >= until {
					long[i][k/64] |= 1 << (k % 64)
				}
			}
		}
	}
	uses := make([]int, len(tree.Measures))
	for _, n := range tree.Nodes {
		for _, id := range n.All {
			uses[part[id]]++
		}
	}
	place := map[int]int{}
	for i, n := range uses {
		if n > 1 {
			place[i] = len(h.shared)
			h.shared = append(h.shared, knownPart{tree.Measures[i].Cost, long[i]})
		}
	}
	h.taken = make([]bool, len(h.shared))
	for k := range h.taken {
		h.taken[k] = true
	}
	for _, n := range tree.Nodes {
		if len(n.All) == 0 {
			continue
		}
		w := knownWay{own: make([]float64, h.runs)}
		for k := range w.own {
			w.own[k] = math.Inf(1)
		}
		for _, id := range n.All {
			i := part[id]
			if uses[i] > 1 {
				w.shared = append(w.shared, place[i])
				continue
			}
			for k := range w.own {
				if long[i][k/64]>>(k%64)&1 == 1 {
					w.own[k] = min(w.own[k], tree.Measures[i].Cost)
				}
			}
		}
		h.ways = append(h.ways, w)
	}
}

// pick chooses of the shared parts from a place on, for what is left of the cost.
func (h *hindsight) pick(from int, left float64) {
	if left < 0 {
		return
	}
	n := h.count(left)
	if n <= h.best {
		return
	}
	if from == len(h.shared) {
		h.best = n
		return
	}
	h.pick(from+1, left-h.shared[from].cost)
	h.taken[from] = false
	h.pick(from+1, left)
	h.taken[from] = true
}

// count is the runs in which what is taken, and for what is left others of each run's choice, keeps the outlet dark.
func (h *hindsight) count(left float64) (n int) {
	spent := make([]float64, h.runs)
	for i := range h.ways {
		w := &h.ways[i]
		for x := range h.words {
			open := h.able[x]
			for _, s := range w.shared {
				if h.taken[s] {
					open &^= h.shared[s].long[x]
				}
			}
			for ; open != 0; open &= open - 1 {
				k := x*64 + bits.TrailingZeros64(open)
				spent[k] += w.own[k]
			}
		}
	}
	for k, c := range spent {
		if h.able[k/64]>>(k%64)&1 == 1 && c <= left {
			n++
		}
	}
	return n
}
