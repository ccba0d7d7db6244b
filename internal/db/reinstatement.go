// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var reinstatements = shape[iru.Reinstatement]{"reinstatement", "id, unit, notice, asset, cause, why, state, created, verified, detail", func(r *iru.Reinstatement) []any {
	return []any{&r.ID, &r.Unit, &r.Notice, &r.Asset, &r.Cause, &r.Why, &r.State, Micros(&r.Created), Micros(&r.Verified), &r.Detail}
}}

// AddReinstatement stores a reinstatement and sets its id.
func (t *Tx) AddReinstatement(ctx context.Context, r *iru.Reinstatement) error {
	return reinstatements.insert(ctx, t, r)
}

// Reinstatement reads one reinstatement.
func (t *Tx) Reinstatement(ctx context.Context, s iru.Scope, id int64) (iru.Reinstatement, error) {
	return reinstatements.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// ReinstatementsOf lists the reinstatements that acts about an asset left behind, oldest first.
func (t *Tx) ReinstatementsOf(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Reinstatement, error) {
	return reinstatements.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND asset=$2 ORDER BY id", s.Reach(), a)
}

// ReinstatementsAfter lists reinstatements in a state ("" is any) after an id, oldest first, at most n.
func (t *Tx) ReinstatementsAfter(ctx context.Context, s iru.Scope, state iru.ReinstatementState, after int64, n int) ([]iru.Reinstatement, error) {
	return reinstatements.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND ($2='' OR state=$2) AND id>$3 ORDER BY id LIMIT $4", s.Reach(), string(state), after, n)
}

// UpdateReinstatement stores the reinstatement again if its state is still the old one.
func (t *Tx) UpdateReinstatement(ctx context.Context, r iru.Reinstatement, old iru.ReinstatementState) error {
	return reinstatements.update(ctx, t, &r, "state", old)
}
