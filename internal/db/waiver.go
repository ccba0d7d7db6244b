// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var waivers = shape[iru.Waiver]{"waiver", "id, unit, notice, reason, by_officer, at, state, second, settled, note", func(w *iru.Waiver) []any {
	return []any{&w.ID, &w.Unit, &w.Notice, &w.Reason, &w.By, Micros(&w.At), &w.State, &w.Second, Micros(&w.Settled), &w.Note}
}}

// AddWaiver stores a waiver and sets its id.
func (t *Tx) AddWaiver(ctx context.Context, w *iru.Waiver) error { return waivers.insert(ctx, t, w) }

// Waiver reads one waiver.
func (t *Tx) Waiver(ctx context.Context, s iru.Scope, id int64) (iru.Waiver, error) {
	return waivers.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// Waivers lists the waivers asked for an act, or with 0 all, oldest first.
func (t *Tx) Waivers(ctx context.Context, s iru.Scope, n iru.NoticeID) ([]iru.Waiver, error) {
	return waivers.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND ($2=0 OR notice=$2) ORDER BY id", s.Reach(), n)
}

// UpdateWaiver stores the waiver again if its state is still the old one.
func (t *Tx) UpdateWaiver(ctx context.Context, w iru.Waiver, old iru.WaiverState) error {
	return waivers.update(ctx, t, &w, "state", old)
}
