// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var witnesses = shape[iru.Witness]{"witness", "id, unit, partner, ours, size, key, signed, objection, at", func(w *iru.Witness) []any {
	return []any{&w.ID, &w.Unit, &w.Partner, &w.Ours, &w.Size, &w.Key, &w.Signed, &w.Objection, Micros(&w.At)}
}}

// AddWitness stores a checkpoint that two installations know of.
func (t *Tx) AddWitness(ctx context.Context, w *iru.Witness) error {
	return witnesses.insert(ctx, t, w)
}

// WitnessLast reads the newest checkpoint of a partner's ledger that was seen and not objected to, or what it said last of ours. It is for the program.
func (t *Tx) WitnessLast(ctx context.Context, p iru.PartnerID, ours bool) (iru.Witness, error) {
	return witnesses.get(ctx, t, "partner=$1 AND ours=$2 AND (ours OR objection='') ORDER BY id DESC LIMIT 1", p, ours)
}

// Witnesses lists the checkpoints that were exchanged with a scope's partners, newest first, at most n.
func (t *Tx) Witnesses(ctx context.Context, s iru.Scope, n int) ([]iru.Witness, error) {
	return witnesses.list(ctx, t, "WHERE "+ownReach+" ORDER BY id DESC LIMIT $2", s.Reach(), n)
}
