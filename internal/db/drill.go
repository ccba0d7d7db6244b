// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var drills = shape[iru.Drill]{"drill", "id, unit, ref, provider, by_officer, lang, key, created, state, sent_at, proof, opened_at, received_at, answered_at, answer, text, digest, once", func(d *iru.Drill) []any {
	return []any{&d.ID, &d.Unit, &d.Ref, &d.Provider, &d.By, &d.Lang, &d.Key, Micros(&d.Created), &d.State, Micros(&d.SentAt), &d.Proof, Micros(&d.OpenedAt), Micros(&d.ReceivedAt),
		Micros(&d.AnsweredAt), &d.Answer, &d.Text, &d.Digest, &d.Once}
}}

// AddDrill stores a practice order and sets its id.
func (t *Tx) AddDrill(ctx context.Context, d *iru.Drill) error { return drills.insert(ctx, t, d) }

// Drill reads one.
func (t *Tx) Drill(ctx context.Context, s iru.Scope, id iru.DrillID) (iru.Drill, error) {
	return drills.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// DrillsOf lists a provider's practice orders, newest first, at most n.
func (t *Tx) DrillsOf(ctx context.Context, s iru.Scope, p iru.ProviderID, n int) ([]iru.Drill, error) {
	return drills.list(ctx, t, "WHERE "+ownReach+" AND provider=$2 ORDER BY id DESC LIMIT $3", s.Reach(), p, n)
}

// DrillsAfter lists practice orders of a provider (0: of any) after an id, oldest first, at most n.
func (t *Tx) DrillsAfter(ctx context.Context, s iru.Scope, p iru.ProviderID, after iru.DrillID, n int) ([]iru.Drill, error) {
	return drills.list(ctx, t, "WHERE "+ownReach+" AND (provider=$2 OR $2=0) AND id>$3 ORDER BY id LIMIT $4", s.Reach(), p, after, n)
}

// UpdateDrill stores it again if its state is still the old one.
func (t *Tx) UpdateDrill(ctx context.Context, d iru.Drill, old iru.DrillState) error {
	return drills.update(ctx, t, &d, "state", old)
}
