// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// A Tally is how many fingerprints of a medium a unit's banks have, whatever their content's state, and when the newest content of
// them was entered.
type Tally struct {
	Unit   iru.UnitID
	Medium string
	Count  int
	Newest time.Time
}

// NewestSignal is the highest id of a fingerprint; 0 for none.
func (t *Tx) NewestSignal(ctx context.Context) (int64, error) {
	id, err := One(ctx, t, func(id *int64) []any { return []any{id} }, "SELECT COALESCE(MAX(id), 0) FROM signal")
	if err != nil {
		return 0, fmt.Errorf("read signals: %w", err)
	}
	return id, nil
}

// TallySignals counts the fingerprints of all units with an id beyond after, up to to.
func (t *Tx) TallySignals(ctx context.Context, after, to int64) ([]Tally, error) {
	out, err := All(ctx, t, func(y *Tally) []any { return []any{&y.Unit, &y.Medium, &y.Count, Micros(&y.Newest)} },
		`SELECT b.unit, s.medium, COUNT(*), MAX(k.created) FROM signal s JOIN known k ON k.id=s.known JOIN bank b ON b.id=k.bank
		WHERE s.id>$1 AND s.id<=$2 GROUP BY b.unit, s.medium`, after, to)
	if err != nil {
		return nil, fmt.Errorf("count signals: %w", err)
	}
	return out, nil
}
