// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var followups = shape[iru.FollowUp]{"followup", "id, unit, asset, fell, model, instrument, layer, why, state, made, by_officer, decided, reason, drafted", func(f *iru.FollowUp) []any {
	return []any{&f.ID, &f.Unit, &f.Asset, &f.Fell, &f.Model, &f.Instrument, &f.Layer, &f.Why, &f.State, Micros(&f.Made), &f.By, Micros(&f.Decided), &f.Reason, &f.Drafted}
}}

// AddFollowUp stores a follow-up and sets its id; Conflict if the same is prepared already.
func (t *Tx) AddFollowUp(ctx context.Context, f *iru.FollowUp) error {
	return followups.insert(ctx, t, f)
}

// FollowUp reads one follow-up.
func (t *Tx) FollowUp(ctx context.Context, s iru.Scope, id iru.FollowUpID) (iru.FollowUp, error) {
	return followups.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// FollowUpsOf lists what was prepared about an asset, oldest first.
func (t *Tx) FollowUpsOf(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.FollowUp, error) {
	return followups.list(ctx, t, "WHERE "+ownReach+" AND asset=$2 ORDER BY id", s.Reach(), a)
}

// FollowUpsOpen lists what waits for a person, oldest first, at most n.
func (t *Tx) FollowUpsOpen(ctx context.Context, s iru.Scope, n int) ([]iru.FollowUp, error) {
	return followups.list(ctx, t, "WHERE "+ownReach+" AND state='prepared' ORDER BY id LIMIT $2", s.Reach(), n)
}

// FollowUpsAfter pages through what was prepared, of one state or of all.
func (t *Tx) FollowUpsAfter(ctx context.Context, s iru.Scope, state iru.FollowUpState, after iru.FollowUpID, n int) ([]iru.FollowUp, error) {
	return followups.list(ctx, t, "WHERE "+ownReach+" AND id>$2 AND ($3='' OR state=$3) ORDER BY id LIMIT $4", s.Reach(), after, state, n)
}

// UpdateFollowUp stores the follow-up again if its state is still the old one.
func (t *Tx) UpdateFollowUp(ctx context.Context, f iru.FollowUp, old iru.FollowUpState) error {
	return followups.update(ctx, t, &f, "state", old)
}
