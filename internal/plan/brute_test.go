// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// plainUp is the greatest fixpoint as it is defined: all up, then down what cannot be, until nothing changes.
func plainUp(t Tree, taken func(string) bool) map[string]bool {
	up := map[string]bool{}
	for _, n := range t.Nodes {
		up[n.ID] = !n.Down
	}
	for _, m := range t.Measures {
		if taken(m.ID) {
			for _, f := range m.Fells {
				up[f] = false
			}
		}
	}
	count := func(ids []string) (n int) {
		for _, id := range ids {
			if up[id] {
				n++
			}
		}
		return n
	}
	for again := true; again; {
		again = false
		for _, n := range t.Nodes {
			is := up[n.ID] && count(n.All) == len(n.All) && (len(n.Any) == 0 || count(n.Any) > 0) && count(n.Of) >= n.K
			if is != up[n.ID] {
				up[n.ID], again = is, true
			}
		}
	}
	return up
}

// plain tries every choice of measures.
func plain(t Tree, a Ask) (best float64, possible bool) {
	n := len(t.Measures)
	up := make([]bool, 1<<n)
	for m := range up {
		up[m] = plainUp(t, func(id string) bool { i := int(id[1] - '0'); return m>>i&1 == 1 })[t.Root]
	}
	open := a.Open
	if open == 0 {
		open = .05
	}
	fells := func(m int) bool {
		switch a.Mode {
		case N1:
			for i := range n {
				rest := m &^ (1 << i)
				for k, x := range t.Measures {
					if x.With != "" && x.With == t.Measures[i].With {
						rest &^= 1 << k
					}
				}
				if m>>i&1 == 1 && up[rest] {
					return false
				}
			}
			return !up[m]
		case Hold:
			// A way is what is left when others are down: all ways lie in what some choice leaves.
			for others := range up {
				if !up[others] {
					continue
				}
				sum := 0.
				for i := range n {
					if m>>i&1 == 1 && others>>i&1 == 0 {
						sum += math.Floor(min(t.Measures[i].Weight(a.Horizon), mostWeight) * micro)
					}
				}
				if sum < math.Ceil(-math.Log(open)*micro) && (!a.Most || !saturated(t, a, up, others, m)) {
					return false
				}
			}
			return true
		}
		return !up[m]
	}
	best = math.Inf(1)
	for m := range up {
		cost, beside, ok := 0., 0, true
		for i, x := range t.Measures {
			if m>>i&1 == 1 {
				cost += x.Cost + a.Price*float64(x.Collateral)
				beside += x.Collateral
				ok = ok && !x.Vetoed && !slices.Contains(a.Veto, x.ID)
			} else {
				ok = ok && !slices.Contains(a.Include, x.ID)
			}
		}
		if ok && cost < best && (a.Bystanders < 0 || beside <= a.Bystanders) && fells(m) {
			best, possible = cost, true
		}
	}
	return best, possible
}

// saturated reports whether what is not in others is no minimal way, or one of which all that may be taken is, and something.
func saturated(t Tree, a Ask, up []bool, others, taken int) bool {
	some := false
	for i, x := range t.Measures {
		if others>>i&1 == 1 {
			continue
		}
		if up[others|1<<i] {
			return true
		}
		may := !x.Vetoed && !slices.Contains(a.Veto, x.ID) && math.Floor(min(x.Weight(a.Horizon), mostWeight)*micro) > 0
		if some = some || may; may && taken>>i&1 == 0 {
			return false
		}
	}
	return some
}

func draw(r *rand.Rand, t Tree, mode Mode) Ask {
	a := Ask{Mode: mode, Horizon: 24 * time.Hour, Open: []float64{0, .2, .5}[r.IntN(3)], Most: mode == Hold && r.IntN(2) == 0, Bystanders: -1}
	any := func() string { return t.Measures[r.IntN(len(t.Measures))].ID }
	if r.IntN(4) == 0 {
		a.Veto = []string{any()}
	}
	if i := any(); r.IntN(4) == 0 && !slices.Contains(a.Veto, i) && !t.Measures[i[1]-'0'].Vetoed {
		a.Include = []string{i}
	}
	if r.IntN(4) == 0 {
		a.Bystanders = r.IntN(5)
	}
	if r.IntN(4) == 0 {
		a.Price = float64(r.IntN(4)) / 2
	}
	return a
}

func equalBrute(t *testing.T, graphs int) {
	for _, mode := range []Mode{Min, N1, Hold} {
		found := 0
		for seed := range graphs {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			tree := random(r)
			p, err := New(tree)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for range 3 {
				a := draw(r, tree, mode)
				want, possible := plain(tree, a)
				got, err := p.Solve(a, nil, nil)
				var short *Short
				switch {
				case err == nil && !possible, err != nil && possible:
					t.Fatalf("%s, seed %d, %+v: %v, %v; possible: %v at %v", mode, seed, a, got, err, possible, want)
				case err != nil:
					if !errors.As(err, &short) && !strings.Contains(err.Error(), "bystanders") {
						t.Fatalf("%s, seed %d: %v", mode, seed, err)
					}
				default:
					found++
					holds(t, tree, p, a, got, want)
				}
			}
			if t.Failed() {
				t.Fatalf("%s, seed %d", mode, seed)
			}
		}
		if found < graphs/3 {
			t.Errorf("%s: only %d of %d could be felled", mode, found, graphs)
		}
	}
}

// holds looks at an answer: its cost is the least, it is what its measures cost, it fells, and its proof forces it.
func holds(t *testing.T, tree Tree, p *Planner, a Ask, got Plan, want float64) {
	t.Helper()
	sum, beside := 0., 0
	for _, m := range tree.Measures {
		if slices.Contains(got.Measures, m.ID) {
			sum += m.Cost
			beside += m.Collateral
		}
	}
	if math.Abs(sum-got.Cost) > 1e-6 || beside != got.Bystanders {
		t.Errorf("its measures cost %v and %d bystanders: %+v", sum, beside, got)
	}
	if priced := got.Cost + a.Price*float64(beside); a.Most && !got.Proved { // not all ways were listed: no plan costs less than it says
		if got.Bound > want+1e-5 {
			t.Errorf("%+v: %+v, want %v", a, got, want)
		}
		return
	} else if math.Abs(priced-want) > 1e-5 || !got.Proved || math.Abs(got.Bound-want) > 1e-5 {
		t.Errorf("%+v: %+v, want %v", a, got, want)
	}
	// The proof alone: no choice that gives each of its ways what it needs costs less.
	q, err := p.quest(a)
	if err != nil {
		t.Fatal(err)
	}
	least := math.Inf(1)
	for m := range 1 << len(tree.Measures) {
		cost, ok := 0., true
		for i, x := range tree.Measures {
			if m>>i&1 == 1 {
				cost += x.Cost + a.Price*float64(x.Collateral)
				ok = ok && !q.veto[i]
			} else {
				ok = ok && !slices.Contains(a.Include, x.ID)
			}
		}
		for _, s := range q.side {
			sum := int64(0)
			for i, w := range s.weight {
				sum += int64(m>>i&1) * w
			}
			ok = ok && sum <= s.most
		}
		for _, w := range got.Proof {
			sum, who := int64(0), map[string]bool{}
			for _, id := range w.Measures {
				if i := p.index.measure[id]; m>>i&1 == 1 {
					sum += int64(q.weight[i])
					who[cmp.Or(tree.Measures[i].With, " "+id)] = true
				}
			}
			ok = ok && sum >= min(int64(q.need), most(p, q, w)) && (a.Mode != N1 || len(who) > 1)
		}
		if ok {
			least = min(least, cost)
		}
	}
	if math.Abs(least-want) > 1e-5 {
		t.Errorf("%+v: the proof forces %v of %v: %+v", a, least, want, got.Proof)
	}
	for _, w := range got.Proof {
		if up := plainUp(tree, func(id string) bool { return !slices.Contains(w.Measures, id) }); !up[tree.Root] {
			t.Errorf("no survival set: %+v", w)
		}
	}
	if up := p.Up(got.Measures); up[tree.Root] || len(p.Standing(got.Measures)) > 0 {
		t.Errorf("it does not fell the root: %+v", got)
	}
	plain := plainUp(tree, func(id string) bool { return slices.Contains(got.Measures, id) })
	for id, up := range p.Up(got.Measures) {
		if plain[id] != up {
			t.Errorf("%s is up: %v", id, up)
		}
	}
}

// most is what a way can be given, where that suffices.
func most(p *Planner, q *quest, w Survive) int64 {
	if !q.most {
		return unlimited
	}
	sum := int64(0)
	for _, id := range w.Measures {
		if i := p.index.measure[id]; !q.veto[i] {
			sum += int64(q.weight[i])
		}
	}
	return sum
}

func TestEqualsBruteForce(t *testing.T) { equalBrute(t, 400) }
