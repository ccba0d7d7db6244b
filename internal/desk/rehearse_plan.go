// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
	"iolaus/internal/rehearse"
)

// A RehearsedAct says to whom a measure of a tree goes, as what, and with which figures of the plan. What a figure's zero value leaves open
// is as the rates have it.
type RehearsedAct struct {
	Measure    string
	Provider   iru.ProviderID
	Layer      legal.Layer
	Instrument legal.Instrument
	Chosen     bool // it is in the plan; otherwise it could be taken instead
	Chance     iru.PlanFigure
	Delay      iru.PlanFigure
	Back       iru.PlanFigure
}

// RehearsedPlan reads a stored plan with its tree, its measures, and their figures. Errors: NotFound; Conflict when it has no measure.
func (d *Desk) RehearsedPlan(ctx context.Context, t *db.Tx, s iru.Scope, id iru.PlanID) (iru.Plan, Rehearsed, error) {
	p, err := t.Plan(ctx, s, id)
	if err != nil {
		return p, Rehearsed{}, err
	}
	var chosen []string
	if p.Answer.Found() {
		chosen = p.Answer.Measures
	}
	x, err := d.RehearsedTree(ctx, t, s, p.Name, p.Tree(), rehearsedActs(p, chosen))
	return p, x, err
}

func rehearsedActs(p iru.Plan, chosen []string) (acts []RehearsedAct) {
	for _, m := range p.Measures {
		acts = append(acts, RehearsedAct{Measure: m.ID, Provider: m.Provider, Layer: m.Layer, Instrument: m.Instrument, Chosen: slices.Contains(chosen, m.ID), Chance: m.Chance, Delay: m.Delay, Back: m.Back})
	}
	return acts
}

// RehearsedTree reads a plan that is no operation yet: its tree with to whom each measure goes. Errors: NotFound; Conflict when nothing is chosen.
func (d *Desk) RehearsedTree(ctx context.Context, t *db.Tx, s iru.Scope, title string, tree plan.Tree, acts []RehearsedAct) (Rehearsed, error) {
	scores, err := d.Scorecard(ctx, t, s, 0, time.Time{}, time.Time{})
	if err != nil && !errors.Is(err, iru.Forbidden) {
		return Rehearsed{}, err
	}
	rates, err := t.Rates(ctx, s)
	if err != nil {
		return Rehearsed{}, err
	}
	hours, err := deskHours(ctx, t, s)
	if err != nil {
		return Rehearsed{}, err
	}
	fells := map[string]plan.Measure{}
	for _, m := range tree.Measures {
		fells[m.ID] = m
	}
	out := Rehearsed{Tree: bareTree(tree), Assume: bareAssumptions(title, rates), Layers: map[string]legal.Layer{}}
	for _, x := range acts {
		p, err := t.Provider(ctx, iru.Program(), x.Provider) // named in a plan that the officer reads
		if err != nil {
			return Rehearsed{}, err
		}
		address(&out.Assume, fells[x.Measure], x.Instrument, "", p, scores, rates, hours)
		x.figures(&out.Assume, rates)
		out.Layers[x.Measure] = x.Layer
		if x.Chosen {
			out.Measures = append(out.Measures, x.Measure)
		}
	}
	if len(out.Measures) == 0 {
		return Rehearsed{}, iru.Refuse(iru.Conflict, "the plan has no measure", "let it be computed, or include one")
	}
	return out, nil
}

// bareTree leaves out of a tree what the assumptions say with its source.
func bareTree(t plan.Tree) plan.Tree {
	ms := make([]plan.Measure, len(t.Measures))
	for n, m := range t.Measures {
		ms[n] = plan.Measure{ID: m.ID, Fells: m.Fells, Cost: m.Cost, Collateral: m.Collateral, Vetoed: m.Vetoed}
	}
	t.Measures = ms
	return t
}

// figures takes in what the plan has by a record or a person's word. What it has by a rate is as the rate is now; but the hours that the program assumes
// of an instrument know nothing of a desk's clock, so there the habit assumed of any desk is played.
func (x RehearsedAct) figures(a *rehearse.Assumptions, rates iru.Rates) {
	m := a.Measures[x.Measure]
	if f := x.Chance; f.Source != "" && !f.FromRate() {
		m.Chance = rehearse.Chance{Value: f.Value, Source: f.Source}
	}
	if f := x.Delay; f.By != 0 && !f.FromRate() {
		m.Delay = rehearse.Delay{Median: hoursOf(f.Value), Sigma: .5, Source: f.Source}
	}
	switch f := x.Back; {
	case f.Source == "" || f.FromRate():
		m.Back = backRate(x.Layer, rates)
	case f.Value == 0:
		m.Back = rehearse.Delay{Never: true, Source: f.Source}
	default:
		m.Back = rehearse.Delay{Median: hoursOf(f.Value), Law: rehearse.Exponential, Source: f.Source}
	}
	a.Measures[x.Measure] = m
}

func bareAssumptions(title string, rates iru.Rates) rehearse.Assumptions {
	a := rehearse.Defaults()
	a.Title = title
	a.Addressees, a.Measures, a.Parts = map[string]rehearse.Addressee{}, map[string]rehearse.Measure{}, map[string]rehearse.Part{}
	f := rates.Of(iru.RateChance)
	a.Compliance = rehearse.Chance{Value: f.Value, Source: assumedOr(f)}
	for key, to := range map[string]*rehearse.Delay{iru.RateTranslation: &a.Translation, iru.RateAnswer: &a.Answer} {
		f := rates.Of(key)
		to.Median, to.Source = hoursOf(f.Value), assumedOr(f)
	}
	for _, i := range iru.FellingInstruments() {
		if f := rates.Of(iru.DelayRate(i)); !f.Assumed {
			a.Habits[string(i)] = aroundTheClock(f)
		}
	}
	return a
}

// backRate is when what a provider of a layer carried is up elsewhere, as the rates have it.
func backRate(l legal.Layer, rates iru.Rates) rehearse.Delay {
	f := rates.Of(iru.BackRate(l))
	if f.Value == 0 && f.Assumed { // no layer that carries
		return rehearse.Delay{}
	}
	return rehearse.Delay{Median: hoursOf(f.Value), Law: rehearse.Exponential, Source: assumedOr(f)}
}

// aroundTheClock is a habit of which a person said after how many hours it acts, by the clock. How that spreads is as assumed of any desk.
func aroundTheClock(f iru.PlanFigure) rehearse.Habit {
	return rehearse.Habit{Manner: rehearse.Acts, Always: true, Act: rehearse.Delay{Median: hoursOf(f.Value), Sigma: .8, Source: f.Source}, Source: f.Source}
}

// assumedOr is a figure's source; of what nobody has measured it is one word.
func assumedOr(f iru.PlanFigure) string {
	if f.Assumed {
		return rehearse.Assumed
	}
	return f.Source
}

func hoursOf(h float64) time.Duration {
	return min(time.Duration(min(h, 1e6)*float64(time.Hour)), rehearse.MaxDelay)
}
