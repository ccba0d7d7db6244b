// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/plan"
	"iolaus/internal/rehearse"
)

// offerRuns are few, as they only compare: all plans of an estate draw the same numbers.
const offerRuns = 500

// Estate is what a plan against an outlet is made from, as it is now.
func (d *Desk) Estate(ctx context.Context, s iru.Scope, o iru.OutletID, ask iru.PlanAsk) (e iru.Estate, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		e, err = d.estate(ctx, t, s, o, ask, d.now())
		return err
	})
	return e, err
}

// Offers rehearses the plan of each way of asking, and everything that may be done, at the hour of the coming week that is best for everything. None, where time
// ran out or there is nothing to compare.
func (d *Desk) Offers(ctx context.Context, s iru.Scope, p iru.Plan) ([]iru.PlanOffer, error) {
	var out []iru.PlanOffer
	var chosen [][]string
	add := func(o iru.PlanOffer, measures []string) {
		o.Measures = len(measures)
		o.Cost, o.Bystanders = 0, 0
		for _, m := range p.Measures {
			if slices.Contains(measures, m.ID) {
				o.Cost += m.Cost()
				o.Bystanders += int(m.Bystanders.Value)
			}
		}
		out, chosen = append(out, o), append(chosen, measures)
	}
	stop := func() bool { return ctx.Err() != nil }
	for _, a := range p.Ask.Asks() {
		x := p
		x.Ask = a
		got := x.Only(stop)
		if ctx.Err() != nil {
			return nil, nil
		}
		if got.Found() && len(got.Measures) > 0 {
			add(iru.PlanOffer{Mode: a.Mode, Horizon: a.Horizon, Open: a.Open}, got.Measures)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	add(iru.PlanOffer{}, p.Able())
	var x Rehearsed
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		x, err = d.RehearsedTree(ctx, t, s, p.Name, p.Tree(), rehearsedActs(p, p.Able()))
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil
		}
		return nil, err
	}
	x.Tree.Nodes = rest(p, x.Tree.Nodes)
	t0, err := best(x, d.now().UTC().Truncate(time.Hour).Add(time.Hour))
	for n := range out {
		if err != nil {
			break
		}
		var r *rehearse.Rehearsal
		if r, err = rehearse.New(x.Tree, chosen[n], x.Assume, t0); err != nil {
			break
		}
		var got rehearse.Result
		if got, err = r.Play(rehearse.Play{Runs: offerRuns, Seed: 1}, stop); err != nil {
			break
		}
		out[n].Chance = got.Chance
	}
	if ctx.Err() != nil {
		return nil, nil
	}
	if err != nil {
		return nil, iru.Refuse(iru.Invalid, err.Error(), "choose otherwise")
	}
	iru.OfferFirst(out)
	return out, nil
}

// rest takes what stays up whatever is done as down: where a plan is for the rest, that is what it is compared by.
func rest(p iru.Plan, nodes []plan.Node) []plan.Node {
	out := slices.Clone(nodes)
	for _, w := range p.Told(p.Answer.Missing) {
		for n := range out {
			out[n].Down = out[n].Down || slices.Contains(w.Assets, out[n].ID)
		}
	}
	return out
}

// best is the hour of the week from an instant on that suits everything.
func best(x Rehearsed, from time.Time) (time.Time, error) {
	r, err := rehearse.New(x.Tree, x.Measures, x.Assume, from)
	if err != nil {
		return from, err
	}
	hours := r.Hours(time.Hour)
	return hours[rehearse.Best(hours)].T0, nil
}
