// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"math/rand/v2"
	"testing"
	"time"

	"iolaus/internal/plan"
)

// kept is what plans of one estate come to.
type kept struct {
	cost   map[string]float64
	chance map[string]float64
}

// everything are all measures of a tree, and what they cost.
func everything(t plan.Tree) (all []string, cost float64) {
	for _, m := range t.Measures {
		all = append(all, m.ID)
		cost += m.Cost
	}
	return all, cost
}

// asks are the ways of asking that are compared, beside everything.
var asks = []struct {
	name string
	ask  plan.Ask
}{
	{"min", plan.Ask{Mode: plan.Min}},
	{"n-1", plan.Ask{Mode: plan.N1}},
	{"hold_.05", plan.Ask{Mode: plan.Hold, Horizon: 24 * time.Hour, Open: .05, Most: true}},
	{"hold_.02", plan.Ask{Mode: plan.Hold, Horizon: 24 * time.Hour, Open: .02, Most: true}},
	{"hold_.005", plan.Ask{Mode: plan.Hold, Horizon: 24 * time.Hour, Open: .005, Most: true}},
}

func weigh(t testing.TB, tree plan.Tree, a Assumptions, runs int) kept {
	t.Helper()
	all, cost := everything(tree)
	k := kept{map[string]float64{"all": cost}, map[string]float64{}}
	plans := map[string][]string{"all": all}
	for _, x := range asks {
		p, err := plan.New(tree)
		if err != nil {
			t.Fatal(err)
		}
		x.ask.Bystanders = -1
		s, err := p.Solve(x.ask, nil, nil)
		if err != nil || !s.Proved {
			t.Fatalf("%s: %v, proved %t", x.name, err, s.Proved)
		}
		plans[x.name], k.cost[x.name] = s.Measures, s.Cost
	}
	for name, measures := range plans {
		r, err := New(tree, measures, a, monday)
		if err != nil {
			t.Fatal(err)
		}
		for spread, suffix := range map[time.Duration]string{0: "", 72 * time.Hour: " spread"} {
			if spread > 0 && name != "n-1" && name != "all" {
				continue
			}
			out, err := r.Play(Play{Runs: runs, Seed: 7, Spread: spread}, nil)
			if err != nil {
				t.Fatal(err)
			}
			k.chance[name+suffix] = out.Chance
		}
	}
	return k
}

// BenchmarkPlans is what plans come to on generated estates, 1,000 runs each: the chance of a day in the dark, and the cost, both as parts of what everything
// has. Which of them reaches nine tenths of the chance hangs on how many companies a layer is spread over: N-1 does on one or two; on three or four three
// things that last have to go on each way, as hold at .02 asks. What that costs hangs on how many sites there are, for everything costs what they do. bound is
// what no plan of a quarter of the cost exceeds (see mostAt), and beyond the part of estates where that is less than nine tenths: there nothing meets the
// measure. The formulation's own simulation had 91 per cent of the chance at 20 per cent of the cost, and the chance fell from .26 to .04 when
// the acts were spread over 72 h.
func BenchmarkPlans(b *testing.B) {
	for _, c := range []struct {
		name                 string
		low, high, few, many int
		estates              int
	}{
		{"one_or_two_companies_a_layer,_20_to_60_sites", 1, 2, 20, 60, 60},
		{"three,_20_to_60", 3, 3, 20, 60, 60},
		{"four,_20_to_60", 4, 4, 20, 60, 60},
		{"three,_100_to_200", 3, 3, 100, 200, 20},
		{"four,_100_to_200", 4, 4, 100, 200, 20},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				cost, chance := map[string]float64{}, map[string]float64{}
				bound, beyond := 0., 0.
				const runs = 1000
				for n := range c.estates {
					tree := grown(rand.New(rand.NewPCG(1, uint64(n))), c.low, c.high, c.few, c.many)
					k := weigh(b, tree, asGenerated(), runs)
					for name, c := range k.chance {
						chance[name] += c
					}
					for name, c := range k.cost {
						cost[name] += c / k.cost["all"]
					}
					most := mostAt(b, tree, asGenerated(), runs, .25)
					if bound += most; most < .9*k.chance["all"] {
						beyond++
					}
				}
				of := float64(c.estates)
				b.ReportMetric(chance["all"]/of, "chance_all")
				for _, x := range asks {
					b.ReportMetric(chance[x.name]/chance["all"], x.name+"_of_all's_chance")
					b.ReportMetric(cost[x.name]/of, x.name+"_of_all's_cost")
				}
				b.ReportMetric(bound/chance["all"], "bound_at_.25_of_all's_chance")
				b.ReportMetric(beyond/of, "estates_beyond_.9_at_.25")
				b.ReportMetric(chance["n-1 spread"]/of, "chance_n-1_over_72_h")
				b.ReportMetric(chance["all spread"]/of, "chance_all_over_72_h")
			}
		})
	}
}

// At once keeps the outlet dark longer than the same acts spread over three days; asking for more keeps it dark no less.
func TestAtOnceBeatsSpread(t *testing.T) {
	k := weigh(t, generated(rand.New(rand.NewPCG(1, 3)), 2, 2), asGenerated(), 500)
	c := k.chance
	if c["n-1"] < 2*c["n-1 spread"] || c["min"] > c["n-1"] || c["n-1"] > c["all"]+.03 || c["hold_.02"] < c["hold_.05"] || k.cost["hold_.02"] < k.cost["hold_.05"] {
		t.Errorf("chances of a day in the dark: %v, costs %v", c, k.cost)
	}
}

// No plan at its own cost has a greater chance than the bound says, and everything has what the bound of everything says.
func TestMostAt(t *testing.T) {
	for n := range uint64(3) {
		tree, a := generated(rand.New(rand.NewPCG(n, 9)), 2, 3), asGenerated()
		k := weigh(t, tree, a, 300)
		for name, cost := range k.cost {
			if most := mostAt(t, tree, a, 300, cost/k.cost["all"]); most < k.chance[name]-1e-9 || name == "all" && most > k.chance["all"]+1e-9 {
				t.Errorf("estate %d, %s: chance %.3f, bound %.3f", n, name, k.chance[name], most)
			}
		}
	}
}
