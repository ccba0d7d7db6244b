// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// A PresenceChange is a moment at which what was believed of an asset changed.
type PresenceChange struct {
	Asset    iru.AssetID
	At       time.Time
	From, To iru.PresenceState
}

// PresenceChanges lists the changes of presence of a scope's assets since a time, oldest first, at most n of the newest.
func (t *Tx) PresenceChanges(ctx context.Context, s iru.Scope, since time.Time, n int) ([]PresenceChange, error) {
	all, err := All(ctx, t, func(c *PresenceChange) []any { return []any{&c.Asset, Micros(&c.At), &c.From, &c.To} },
		`SELECT subject, at, from_state, to_state FROM (SELECT id, subject, at, from_state, to_state FROM event
			WHERE noun='asset' AND verb IN ('seen','missed','agreed') AND at>=$2
			AND subject IN (SELECT id FROM asset WHERE `+assetReach+`) ORDER BY id DESC LIMIT $3) AS newest ORDER BY at, id`,
		s.Reach(), At(since), n)
	if err != nil {
		return nil, fmt.Errorf("list changes of presence: %w", err)
	}
	return all, nil
}
