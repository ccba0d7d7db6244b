// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// all gives cost and audience left of every choice that may be made.
func all(tree Tree, p *Planner, a Ask, f func(cost, left float64, down bool)) {
	n := len(tree.Measures)
	for m := range 1 << n {
		var taken []int32
		cost, beside, ok := 0., 0, true
		for i, x := range tree.Measures {
			if m>>i&1 == 1 {
				taken = append(taken, int32(i))
				cost += x.Cost
				beside += x.Collateral
				ok = ok && !x.Vetoed && !slices.Contains(a.Veto, x.ID)
			} else {
				ok = ok && !slices.Contains(a.Include, x.ID)
			}
		}
		if ok && (a.Bystanders < 0 || beside <= a.Bystanders) {
			up := plainUp(tree, func(id string) bool { return m>>(id[1]-'0')&1 == 1 })
			f(cost, p.left(taken), !up[tree.Root])
		}
	}
}

func TestBudgetAndCurveEqualBruteForce(t *testing.T) {
	partial, bent := 0, 0
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 8))
		tree := random(r)
		p, err := New(tree)
		if err != nil {
			t.Fatal(err)
		}
		a := draw(r, tree, Min)
		a.Price = 0
		a.Budget = 1 + float64(r.IntN(6))
		got, err := p.Solve(a, nil, nil)
		if err != nil {
			continue
		}
		least, fells := math.Inf(1), false
		all(tree, p, a, func(cost, left float64, down bool) {
			if cost <= a.Budget {
				least = min(least, left)
				fells = fells || down
			}
		})
		if fells != (len(got.Open) == 0) || got.Audience != least || got.Cost > a.Budget {
			t.Fatalf("seed %d, %+v: %+v; least %v, %v", seed, a, got, least, fells)
		}
		if !fells {
			partial++
		}
		curve, err := p.Curve(a, 20, nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(curve) > 2 {
			bent++
		}
		for i := range curve[1:] {
			x, y := curve[i], curve[i+1]
			if x.Cost > y.Cost || x.Audience < y.Audience {
				t.Errorf("seed %d: %+v", seed, curve)
			}
			all(tree, p, a, func(cost, left float64, _ bool) {
				if left < x.Audience && left > y.Audience && cost < x.Cost+(y.Cost-x.Cost)*(x.Audience-left)/(x.Audience-y.Audience)-1e-4 {
					t.Errorf("seed %d: %v for %v lies below %+v", seed, cost, left, curve)
				}
			})
		}
	}
	if partial < 20 || bent < 5 {
		t.Errorf("%d under a budget, %d curves with a bend", partial, bent)
	}
}
