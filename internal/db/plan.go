// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var plans = shape[iru.Plan]{"plan", "id, unit, outlet, name, state, ask, root, nodes, measures, answer, by_officer, created, drawn, solved, proposed, approved, operation", func(p *iru.Plan) []any {
	return []any{&p.ID, &p.Unit, &p.Outlet, &p.Name, &p.State, JSON(&p.Ask), &p.Root, JSON(&p.Nodes), JSON(&p.Measures), JSON(&p.Answer), &p.By, Micros(&p.Created), Micros(&p.Drawn),
		Micros(&p.Solved), &p.Proposed, &p.Approved, &p.Operation}
}}

// AddPlan stores a plan and sets its id.
func (t *Tx) AddPlan(ctx context.Context, p *iru.Plan) error { return plans.insert(ctx, t, p) }

// Plan reads one plan: the unit's own alone.
func (t *Tx) Plan(ctx context.Context, s iru.Scope, id iru.PlanID) (iru.Plan, error) {
	return plans.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// PlansOf lists the plans against an outlet (0: any), newest first, at most n.
func (t *Tx) PlansOf(ctx context.Context, s iru.Scope, o iru.OutletID, n int) ([]iru.Plan, error) {
	return plans.list(ctx, t, "WHERE "+ownReach+" AND (outlet=$2 OR $2=0) ORDER BY id DESC LIMIT $3", s.Reach(), o, n)
}

// PlansAfter lists plans against an outlet (0: any) after an id, oldest first, at most n.
func (t *Tx) PlansAfter(ctx context.Context, s iru.Scope, o iru.OutletID, after iru.PlanID, n int) ([]iru.Plan, error) {
	return plans.list(ctx, t, "WHERE "+ownReach+" AND (outlet=$2 OR $2=0) AND id>$3 ORDER BY id LIMIT $4", s.Reach(), o, after, n)
}

// UpdatePlan stores the plan again if its state is still the old one.
func (t *Tx) UpdatePlan(ctx context.Context, p iru.Plan, old iru.PlanState) error {
	return plans.update(ctx, t, &p, "state", old)
}

var rates = shape[iru.Rate]{"rate", "id, unit, rate_key, value, reason, by_officer, at", func(r *iru.Rate) []any {
	return []any{&r.ID, &r.Unit, &r.Key, &r.Value, &r.Reason, &r.By, Micros(&r.At)}
}}

// AddRate stores a rate and sets its id: it counts from now on.
func (t *Tx) AddRate(ctx context.Context, r *iru.Rate) error { return rates.insert(ctx, t, r) }

// Rates lists the rates of a scope's unit that count: the newest of each key.
func (t *Tx) Rates(ctx context.Context, s iru.Scope) ([]iru.Rate, error) {
	return rates.list(ctx, t, "WHERE "+ownReach+" AND id IN (SELECT MAX(id) FROM rate GROUP BY unit, rate_key) ORDER BY unit, rate_key", s.Reach())
}
