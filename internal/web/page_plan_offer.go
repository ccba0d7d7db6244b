// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"

	"iolaus/internal/iru"
	"iolaus/internal/plan"
	"iolaus/internal/web/ui"
)

// offers is what each way of asking comes to, beside everything that may be done.
func (p PlanBoard) offers(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Ways of asking"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "The plan"), Head: true}, {Title: ui.T(ctx, "Measures"), Num: true}, {Title: ui.T(ctx, "Cost"), Num: true},
		{Title: ui.T(ctx, "Of everything's cost"), Num: true}, {Title: ui.T(ctx, "Bystanders"), Num: true}, {Title: ui.T(ctx, "A day in the dark"), Num: true}, {Title: ui.T(ctx, "Of everything's chance"), Num: true}}}
	whole := p.whole()
	for _, o := range p.Plan.Answer.Offers {
		what := ui.All(ui.Text(p.offer(ctx, o)))
		switch {
		case o.Mode == "":
		case o.Asked(p.Plan.Ask):
			what = ui.All(what, ui.Neutral(ui.T(ctx, "this plan")))
		case p.MayChange:
			what = ui.All(ui.Link(at(planPath(p.Plan), "mode", string(o.Mode), "horizon", amount(o.Horizon.Hours()), "open", amount(o.Open))+"#go", p.offer(ctx, o)))
		}
		if o.First {
			what = ui.All(what, ui.OK(ui.T(ctx, "offered first")))
		}
		t.Rows = append(t.Rows, ui.Cells(what, ui.Text(strconv.Itoa(o.Measures)), ui.Text(amount(o.Cost)), ui.Text(percentOf(o.Cost, whole.Cost)), ui.Text(ui.Thousands(o.Bystanders)), ui.Text(percents(o.Chance)), ui.Text(percentOf(o.Chance, whole.Chance))))
	}
	return t
}

// whole is everything that may be done.
func (p PlanBoard) whole() (o iru.PlanOffer) {
	for _, x := range p.Plan.Answer.Offers {
		if x.Mode == "" {
			o = x
		}
	}
	return o
}

func percentOf(part, whole float64) string {
	if whole <= 0 {
		return "–"
	}
	return percents(part / whole)
}

func (p PlanBoard) offer(ctx context.Context, o iru.PlanOffer) string {
	switch o.Mode {
	case "":
		return ui.T(ctx, "everything that may be done")
	case plan.Hold:
		return ui.T(ctx, "holds for %s hours, each way open with a chance of %s at most", amount(o.Horizon.Hours()), amount(o.Open))
	}
	return modeWords(ctx, iru.PlanAsk{Ask: plan.Ask{Mode: o.Mode}})
}

// first says what is offered first, and why.
func (p PlanBoard) first(ctx context.Context) string {
	whole := p.whole()
	for _, o := range p.Plan.Answer.Offers {
		switch {
		case !o.First:
		case o.Chance < iru.OfferPart*whole.Chance || whole.Chance < .02:
			return ui.T(ctx, "Nothing that was tried keeps nine tenths of the chance that everything would have, so the plan is offered first that survives any one failure: %s of that chance, at %s of the cost.", percentOf(o.Chance, whole.Chance), percentOf(o.Cost, whole.Cost))
		case o.Cost > iru.OfferCost*whole.Cost:
			return ui.T(ctx, "Offered first is the cheapest that keeps nine tenths of the chance that everything would have: %s of it, at %s of the cost. For a quarter of the cost, nothing that was tried does.", percentOf(o.Chance, whole.Chance), percentOf(o.Cost, whole.Cost))
		default:
			return ui.T(ctx, "Offered first is the cheapest that keeps nine tenths of the chance that everything would have: %s of it, at %s of the cost.", percentOf(o.Chance, whole.Chance), percentOf(o.Cost, whole.Cost))
		}
	}
	return ""
}
