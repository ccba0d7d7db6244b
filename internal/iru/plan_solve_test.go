// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"slices"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

// planOf makes a plan of an estate, as the desk does.
func planOf(e iru.Estate, mode plan.Mode) iru.Plan {
	p := iru.Plan{Ask: iru.PlanAsk{Ask: plan.Ask{Mode: mode, Horizon: iru.PlanHorizon, Open: iru.PlanOpen, Bystanders: -1}}}
	p.Root, p.Nodes = e.PlanTree()
	p.Measures = e.PlanMeasures(p.Ask.Means, p.Ask.Prices)
	p.Answer = p.Solve(nil)
	return p
}

// TestPlanSolve: one act to the registrar of both names fells three addresses, the store and the file host each one; with the answer it is told what
// every measure is worth and what stays up without it.
func TestPlanSolve(t *testing.T) {
	p := planOf(northline(), plan.Min)
	if a := p.Answer; !a.Found() || !a.Proved || !slices.Equal(a.Measures, []string{"platform/11", "app_store/10", "registrar/7"}) || a.Least != a.Cost || len(a.Missing) != 0 {
		t.Fatalf("%+v", a)
	}
	if v, ok := p.Answer.Veto["registrar/7"]; !ok || v <= 0 || !slices.Equal(p.Answer.Only, []string{"platform/11", "app_store/10"}) {
		t.Errorf("the prices of vetoes: %v, %v", p.Answer.Veto, p.Answer.Only)
	}
	if c := p.Answer.Curve; len(c) < 3 || c[0].Cost != 0 || c[len(c)-1].Audience != 0 || c[len(c)-1].Cost != p.Answer.Cost {
		t.Errorf("the curve: %+v", c)
	}
	ws, err := p.Ways(slices.DeleteFunc(slices.Clone(p.Answer.Measures), func(m string) bool { return m == "registrar/7" }))
	if err != nil || len(ws) == 0 {
		t.Fatalf("%v, %v", ws, err)
	}
	for _, w := range ws {
		if len(w.Assets) != 1 || !slices.ContainsFunc(w.Leaves, func(l string) bool { return strings.HasPrefix(l, "registrar/7/") }) || !slices.Contains(w.Measures, "registrar/7") {
			t.Errorf("a way without the registrar: %+v", w)
		}
	}
	if ws, err := p.Ways(p.Answer.Measures); err != nil || len(ws) != 0 {
		t.Errorf("under the plan: %v, %v", ws, err)
	}
	if up, err := p.Stands([]string{"host/8"}); err != nil || up["asset/1"] || !up["asset/2"] || !up[iru.PlanRoot] {
		t.Errorf("under one measure: %v, %v", up, err)
	}
	if ids := p.Touches(); !slices.Equal(ids, []iru.AssetID{1, 2, 4, 5}) {
		t.Errorf("it touches %v", ids)
	}
}

// TestPlanSolveTwice: a plan that survives the failure of any one measure takes the hosts beside the registrar; where a way knows one provider alone, that is
// taken and said, and nothing else is weakened by it.
func TestPlanSolveTwice(t *testing.T) {
	p := planOf(northline(), plan.N1)
	a := p.Answer
	if !a.Found() || !slices.Equal(a.Measures, []string{"platform/11", "host/8", "host/9", "app_store/10", "registrar/7"}) || a.Least >= a.Cost {
		t.Fatalf("%+v", a)
	}
	if least := planOf(northline(), plan.Min).Answer; a.Least != least.Cost || !slices.Equal(a.Cheap, least.Measures) {
		t.Errorf("the cheapest cut: %v, %v", a.Least, a.Cheap)
	}
	var single []string
	for _, w := range a.Single {
		single = append(single, strings.Join(w.Measures, " "))
	}
	if slices.Sort(single); !slices.Equal(single, []string{"app_store/10", "platform/11"}) {
		t.Errorf("ways with one measure: %v", single)
	}
	if !slices.Equal(a.Only, []string{"platform/11", "app_store/10"}) || !slices.Equal(a.Weak, []string{"host/8", "host/9", "registrar/7"}) || len(a.Veto) != 0 {
		t.Errorf("without one of them: no plan %v, a weaker one %v, a dearer one %v", a.Only, a.Weak, a.Veto)
	}
	for _, m := range slices.Concat(a.Measures, a.Only) {
		if strings.Contains(m, "again") {
			t.Errorf("a stand-in is among the measures: %q", m)
		}
	}
	e := northline()
	e.Assets[1].Carriers = e.Assets[1].Carriers[:1] // nobody knows its host: the registrar alone closes it
	p = planOf(e, plan.N1)
	if a := p.Answer; !a.Found() || !slices.Contains(a.Measures, "host/9") || !slices.Contains(a.Measures, "host/8") || len(a.Single) != 3 {
		t.Errorf("with an unknown host: %+v", a)
	}
}

// TestPlanSolveTogether: what one provider is asked as registrar and as host fails together, and is no second measure; where another way of the address
// needs more than that, it has it.
func TestPlanSolveTogether(t *testing.T) {
	e := northline()
	e.Assets = e.Assets[:1]
	e.Assets[0].Carriers[1] = carrier(7, "One Registrar", legal.Host, byOrder...)
	a := planOf(e, plan.N1).Answer
	if !a.Found() || len(a.Measures) != 1 || len(a.Single) != 1 || len(a.Single[0].Measures) != 2 {
		t.Errorf("one provider alone: %+v", a)
	}
	third := carrier(8, "Birch Hosting", legal.Registry, byHold...)
	e.Assets[0].Carriers = append(e.Assets[0].Carriers, third)
	if a = planOf(e, plan.N1).Answer; !a.Found() || len(a.Measures) != 2 || !slices.Contains(a.Measures, "registry/8") || len(a.Single) != 0 {
		t.Errorf("and a registry: %+v", a)
	}
	third.Layer = legal.Registrar
	e.Assets[0].Carriers[2] = third
	p := planOf(e, plan.N1)
	p.Measures = e.PlanMeasures(nil, []iru.Price{{Measure: "host/7", Figure: iru.FigureEffort, Value: 100, Reason: "x"}})
	if p.Answer = p.Solve(nil); !p.Answer.Found() || len(p.Answer.Single) != 1 {
		t.Fatalf("and a second registrar: %+v", p.Answer)
	}
	if ws, err := p.Ways(slices.DeleteFunc(slices.Clone(p.Answer.Measures), func(m string) bool { return m == "registrar/8" })); err != nil || len(ws) > 0 {
		t.Errorf("%v: without the second registrar: %+v, %v", p.Answer.Measures, ws, err)
	}
}

// TestPlanSolveMissing: where nothing fells the outlet it is said what is missing; the rest can be planned all the same.
func TestPlanSolveMissing(t *testing.T) {
	e := northline()
	e.Assets[4].Held = "PAP:RED"
	e.Assets[0].Held = "PAP:RED" // the name that the third address shares
	for _, mode := range []plan.Mode{plan.Min, plan.N1, plan.Hold} {
		p := planOf(e, mode)
		if p.Answer.Found() || len(p.Answer.Missing) == 0 {
			t.Errorf("%s: %+v", mode, p.Answer)
		}
		if mode == plan.Hold { // it names the first way that it cannot hold
			continue
		}
		told := p.Told(p.Answer.Missing)
		var assets []string
		for _, w := range told {
			assets = append(assets, w.Assets...)
		}
		if slices.Sort(assets); !slices.Equal(assets, []string{"asset/1", "asset/5"}) {
			t.Errorf("%s: missing %v", mode, assets)
		}
	}
	p := planOf(e, plan.Min)
	p.Ask.Rest = true
	if a := p.Solve(nil); !a.Found() || len(a.Missing) != 2 || !slices.Contains(a.Measures, "app_store/10") || slices.Contains(a.Measures, "platform/11") {
		t.Errorf("the rest: %+v", a)
	}
	p = planOf(northline(), plan.Hold)
	if a := p.Answer; !a.Found() || len(a.Loose) != 1 || !(a.LooseChance > .05 && a.LooseChance < 1) || len(a.Weak) == 0 {
		t.Errorf("referrals that take two days hold nothing dark for one: all that there is is taken, and that is said: %+v", a)
	}
	p.Ask.Ask.Veto, p.Ask.Ask.Include = []string{"gone/99"}, []string{"gone/98"}
	p.Ask.Mode = plan.Min
	if a := p.Solve(nil); !a.Found() {
		t.Errorf("a veto of what is no longer there: %+v", a)
	}
	if a := p.Solve(func() bool { return true }); a.Found() && !a.Halted {
		t.Errorf("stopped at once: %+v", a)
	}
	if p := planOf(iru.Estate{}, plan.N1); !p.Answer.Found() || len(p.Answer.Measures) != 0 {
		t.Errorf("nothing to fell: %+v", p.Answer)
	}
}

// TestPlanSolveHold: orders that take effect within the hour, on a host and a registrar that are not replaced within the horizon, hold.
func TestPlanSolveHold(t *testing.T) {
	e := northline()
	e.Assets = e.Assets[:1]
	p := planOf(e, plan.Hold)
	for id, m := range map[string]legal.Instrument{"host/8": legal.RemovalOrder} {
		p.Ask.Means = map[string]legal.Instrument{id: m}
	}
	for _, id := range []string{"host/8", "registrar/7"} {
		p.Ask.Prices = append(p.Ask.Prices, iru.Price{Measure: id, Figure: iru.FigureBack, Value: 2000, Reason: "x"}, iru.Price{Measure: id, Figure: iru.FigureDelay, Value: 1, Reason: "x"})
	}
	p.Measures = e.PlanMeasures(p.Ask.Means, p.Ask.Prices)
	if a := p.Solve(nil); !a.Found() || len(a.Measures) == 0 {
		t.Errorf("%+v", a)
	}
}
