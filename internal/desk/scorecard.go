// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// Scorecard says how addressees answered the acts of the scope's unit that left from one instant up to another; zero times are no bounds. to is one
// addressee, 0 for all.
// It is computed from events and clocks as the newest checkpoint covers them. Errors: Forbidden.
func (d *Desk) Scorecard(ctx context.Context, t *db.Tx, s iru.Scope, to iru.ProviderID, from, until time.Time) ([]iru.Score, error) {
	if err := mayReport(s); err != nil {
		return nil, err
	}
	size, _, _, err := t.Checkpoint(ctx)
	if errors.Is(err, iru.NotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	now := d.now()
	if until.IsZero() {
		until = now.AddDate(100, 0, 0)
	}
	list, err := t.ServedIn(ctx, db.Window{Unit: iru.UnitID(s.Reach()), From: from, Until: until, Size: size, AsOf: now, Ongoing: true, Provider: to}, d.binds)
	if err != nil {
		return nil, err
	}
	return iru.Scores(list, now), nil
}

// binds reports whether a clock's rule is a deadline of the addressee, by law.
func (d *Desk) binds(rule string) bool {
	r, ok := d.Regime.Clock(rule)
	return ok && !r.Internal && r.Sense == legal.Deadline && !strings.Contains(r.Obliged, "authority") && r.Obliged != "issuer"
}
