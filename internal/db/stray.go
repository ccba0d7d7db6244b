// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var strays = shape[iru.Stray]{"stray", "id, unit, at, sender, authentic, subject, text, message_id, answers, proof, why, state, notice, by_officer, decided", func(s *iru.Stray) []any {
	return []any{&s.ID, &s.Unit, Micros(&s.At), &s.From, &s.Authentic, &s.Subject, &s.Text, &s.MessageID, &s.Answers, &s.Proof, &s.Why, &s.State, &s.Notice, &s.By, Micros(&s.Decided)}
}}

// AddStray stores a stray once by the digest of its mail; false if it was there already.
func (t *Tx) AddStray(ctx context.Context, s *iru.Stray) (bool, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM stray WHERE proof=$1", s.Proof).Scan(&n)
	if err != nil || n > 0 {
		return false, err
	}
	return true, strays.insert(ctx, t, s)
}

// Stray reads one.
func (t *Tx) Stray(ctx context.Context, s iru.Scope, id int64) (iru.Stray, error) {
	return strays.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// Strays lists those in a state ("": in any), oldest first, at most n.
func (t *Tx) Strays(ctx context.Context, s iru.Scope, state iru.StrayState, n int) ([]iru.Stray, error) {
	return strays.list(ctx, t, "WHERE "+ownReach+" AND (state=$2 OR $2='') ORDER BY at, id LIMIT $3", s.Reach(), state, n)
}

// StraysAfter lists those in a state ("": in any) after an id, by id, at most n.
func (t *Tx) StraysAfter(ctx context.Context, s iru.Scope, state iru.StrayState, after int64, n int) ([]iru.Stray, error) {
	return strays.list(ctx, t, "WHERE "+ownReach+" AND (state=$2 OR $2='') AND id>$3 ORDER BY id LIMIT $4", s.Reach(), state, after, n)
}

// UpdateStray stores it again if its state is still the old one.
func (t *Tx) UpdateStray(ctx context.Context, s iru.Stray, old iru.StrayState) error {
	return strays.update(ctx, t, &s, "state", old)
}
