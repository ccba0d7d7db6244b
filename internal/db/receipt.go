// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var receipts = shape[iru.Receipt]{"receipt", "id, unit, notice, at, zone, channel, proof, recorded, by_officer, corrects, reason", func(r *iru.Receipt) []any {
	return []any{&r.ID, &r.Unit, &r.Notice, Micros(&r.At), &r.Zone, &r.Channel, &r.Proof, Micros(&r.Recorded), &r.By, &r.Of, &r.Reason}
}}

// AddReceipt stores a receipt and sets its id. There is no way to change one.
func (t *Tx) AddReceipt(ctx context.Context, r *iru.Receipt) error { return receipts.insert(ctx, t, r) }

// Receipts lists an act's receipts, oldest first: the last one counts.
func (t *Tx) Receipts(ctx context.Context, s iru.Scope, n iru.NoticeID) ([]iru.Receipt, error) {
	return receipts.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE "+noticeReach+") AND notice=$2 ORDER BY id", s.Reach(), n)
}
