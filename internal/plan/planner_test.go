// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func must(t *testing.T, tree Tree) *Planner {
	t.Helper()
	p, err := New(tree)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Asked again after a veto, and after another mode, the answers cost what they cost from nothing; and the same questions give the same answers.
func TestAgainEqualsAnew(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 12))
		tree := outlet(r, 400)
		if seed%2 == 1 {
			tree = andOr(r, 600, 38, 60)
		}
		for i := range tree.Measures {
			if seed > 2 && i%4 == 0 { // some fail together
				tree.Measures[i].With = fmt.Sprint(i / 4 % 20)
			}
		}
		var runs [2][]Plan
		for k := range runs {
			p := must(t, tree)
			a := Ask{Mode: Min, Bystanders: -1, Horizon: 24 * time.Hour, Open: .5}
			first, err := p.Solve(a, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(first.Proof) == 0 || !p.whole.proved {
				t.Errorf("seed %d: no proof", seed)
			}
			for n := range 8 {
				a.Veto = []string{first.Measures[n*len(first.Measures)/8]}
				a.Mode = []Mode{Min, Min, Min, N1, N1, Hold, Hold, Min}[n]
				x, err := p.Solve(a, nil, nil)
				y, err2 := must(t, tree).Solve(a, nil, nil)
				if (err == nil) != (err2 == nil) || math.Abs(x.Cost-y.Cost) > 1e-6 || err == nil && !x.Proved {
					t.Errorf("seed %d, %+v: again %v, %v; anew %v, %v", seed, a, x.Cost, err, y.Cost, err2)
				}
				runs[k] = append(runs[k], x)
			}
		}
		if !reflect.DeepEqual(runs[0], runs[1]) {
			t.Errorf("seed %d: two runs differ", seed)
		}
	}
}

// Stopped at once or a little later, a run gives a plan that fells and a bound that holds, or says that it has none.
func TestStopped(t *testing.T) {
	tree := andOr(rand.New(rand.NewPCG(3, 13)), 3000, 38, 100)
	best, err := must(t, tree).Solve(Ask{Mode: Min, Bystanders: -1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	unproved := 0
	for after := range 12 {
		p, asked := must(t, tree), 0
		var told []Progress
		got, err := p.Solve(Ask{Mode: Min, Bystanders: -1}, func() bool { asked++; return asked > after*after }, func(x Progress) { told = append(told, x) })
		if err != nil {
			if !errors.Is(err, ErrStopped) {
				t.Fatal(err)
			}
			continue
		}
		if p.Up(got.Measures)[tree.Root] || got.Cost < best.Cost-1e-6 || got.Bound > best.Cost+1e-6 || got.Proved != (got.Bound >= got.Cost) || len(told) == 0 {
			t.Errorf("after %d: %v, bound %v, proved %v; best %v, told %d", after, got.Cost, got.Bound, got.Proved, best.Cost, len(told))
		}
		if !got.Proved {
			unproved++
		}
	}
	if unproved == 0 {
		t.Error("none was stopped before its proof")
	}
}

// What makes a plan impossible is named.
func TestImpossible(t *testing.T) {
	tree := Tree{Root: "r", Nodes: []Node{{ID: "r", Any: []string{"a", "b"}}, {ID: "a"}, {ID: "b", All: []string{"c", "d"}}, {ID: "c"}, {ID: "d"}},
		Measures: []Measure{{ID: "x", Fells: []string{"a"}, Cost: 1, Back: time.Hour}, {ID: "y", Fells: []string{"a"}, Cost: 1}, {ID: "z", Fells: []string{"c"}, Cost: 1, Collateral: 5}}}
	for _, c := range []struct {
		ask  Ask
		says []string
	}{
		{Ask{Mode: N1, Bystanders: -1}, []string{"only \"z\" closes", `"c", "d"`}},
		{Ask{Mode: Min, Bystanders: -1, Veto: []string{"z"}}, []string{"nothing fells the root", `"c", "d"`, "no measure touches"}},
		{Ask{Mode: Hold, Bystanders: -1, Horizon: 24 * time.Hour, Open: .01}, []string{"no plan holds so long", "0.02", "z"}},
		{Ask{Mode: Min, Bystanders: 2}, []string{"at most 2 bystanders"}},
		{Ask{Mode: "best", Bystanders: -1}, []string{"no mode \"best\""}},
		{Ask{Mode: Hold, Bystanders: -1}, []string{"needs a horizon"}},
		{Ask{Mode: Hold, Bystanders: -1, Horizon: 1, Open: 2}, []string{"between 0 and 1"}},
		{Ask{Mode: Min, Bystanders: -1, Price: math.NaN()}, []string{"price of a bystander is NaN"}},
		{Ask{Mode: Min, Bystanders: -1, Price: 1e12}, []string{"too large together"}},
		{Ask{Mode: Min, Bystanders: -1, Veto: []string{"w"}}, []string{"no measure \"w\""}},
		{Ask{Mode: Min, Bystanders: -1, Veto: []string{"x"}, Include: []string{"x"}}, []string{"vetoed and included"}},
		{Ask{Mode: Min, Bystanders: 2, Include: []string{"z"}}, []string{"bystanders"}},
	} {
		_, err := must(t, tree).Solve(c.ask, nil, nil)
		for _, s := range c.says {
			if err == nil || !strings.Contains(err.Error(), s) {
				t.Errorf("%+v: %v; want %q", c.ask, err, s)
			}
		}
	}
	if got, err := must(t, Tree{Root: "r", Nodes: []Node{{ID: "r"}}}).Solve(Ask{Mode: Min, Bystanders: -1}, nil, nil); err == nil {
		t.Errorf("without measures: %+v", got)
	}
	tree.Measures[2].Fells = []string{"b"}
	tree.Measures = append(tree.Measures, Measure{ID: "w", Fells: []string{"d"}, Cost: 2, With: "one"})
	tree.Measures[2].With = "one"
	if got, err := must(t, tree).Solve(Ask{Mode: N1, Bystanders: -1}, nil, nil); err == nil || !strings.Contains(err.Error(), `"z", "w" fail together, and only they close`) {
		t.Errorf("two that fail together: %+v, %v", got, err)
	}
	tree.Nodes[0].Down = true
	if got, err := must(t, tree).Solve(Ask{Mode: N1, Bystanders: -1}, nil, nil); err != nil || len(got.Measures) > 0 || !got.Proved {
		t.Errorf("down already: %+v, %v", got, err)
	}
}

// Weights against an average over drawn lives.
func TestWeight(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 14))
	for _, m := range []Measure{{}, {Chance: .5}, {Delay: 4 * time.Hour}, {Back: 24 * time.Hour}, {Delay: 4 * time.Hour, Back: 24 * time.Hour}, {Chance: .7, Delay: 9 * time.Hour, Back: 9 * time.Hour}} {
		const draws = 200_000
		dark, h := 0, 24*time.Hour
		chance := m.Chance
		if chance == 0 {
			chance = Compliance
		}
		for range draws {
			on := r.ExpFloat64() * m.Delay.Hours() / math.Ln2
			off := math.Inf(1)
			if m.Back > 0 {
				off = on + r.ExpFloat64()*m.Back.Hours()/math.Ln2
			}
			if r.Float64() < chance && on <= h.Hours() && off > h.Hours() {
				dark++
			}
		}
		if got, want := math.Exp(-m.Weight(h)), 1-float64(dark)/draws; math.Abs(got-want) > .005 {
			t.Errorf("%+v: up with %v, drawn %v", m, got, want)
		}
	}
	if w := (&Measure{Chance: 1}).Weight(time.Hour); !math.IsInf(w, 1) {
		t.Errorf("what cannot be up weighs %v", w)
	}
}

// A chain of many gates, many of them in a cycle, takes no stack.
func TestDeep(t *testing.T) {
	const n = 200_000
	tree := Tree{Root: "0"}
	for i := range n {
		x := Node{ID: fmt.Sprint(i), All: []string{fmt.Sprint(i + 1)}}
		if i%2 == 0 {
			x = Node{ID: x.ID, Any: []string{fmt.Sprint(i + 1), fmt.Sprint(i / 3 * 2)}}
		}
		tree.Nodes = append(tree.Nodes, x)
	}
	tree.Nodes = append(tree.Nodes, Node{ID: fmt.Sprint(n)})
	tree.Measures = []Measure{{ID: "end", Fells: []string{fmt.Sprint(n)}, Cost: 3}, {ID: "top", Fells: []string{"0"}, Cost: 2}}
	got, err := must(t, tree).Solve(Ask{Mode: Min, Bystanders: -1}, nil, nil)
	if err != nil || got.Cost != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
