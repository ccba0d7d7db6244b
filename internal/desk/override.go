// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// EndangerDeconflictions is the first person's word that lives are in danger while hands are kept off.
func (d *Desk) EndangerDeconflictions(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID, category, why string) ([]iru.Deconfliction, error) {
	if err := s.May(iru.ToEndorse); err != nil {
		return nil, err
	}
	return d.eachQuestion(ctx, s, ids, func(_ *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if o.Unit != s.Unit {
			return q, iru.Event{}, iru.Refuse(iru.Forbidden, "two persons of the unit that leads override", "")
		}
		next, e, err := q.Endanger(category, why, s.Officer, now)
		e.Unit = o.Unit
		return next, e, err
	})
}

// OverrideDeconflictions is the second, different person's word: the assets are free.
func (d *Desk) OverrideDeconflictions(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID) ([]iru.Deconfliction, error) {
	if err := s.May(iru.ToEndorse); err != nil {
		return nil, err
	}
	r, ok := d.Regime.Clock(iru.ThreatReview)
	if !ok {
		return nil, fmt.Errorf("override question: the regime has no clock %s: %w", iru.ThreatReview, iru.Internal)
	}
	return d.eachQuestion(ctx, s, ids, func(t *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if o.Unit != s.Unit {
			return q, iru.Event{}, iru.Refuse(iru.Forbidden, "two persons of the unit that leads override", "")
		}
		if s.Officer != q.First {
			if err := twoPeople(ctx, t, s.Officer, q.First); err != nil {
				return q, iru.Event{}, err
			}
		}
		next, e, err := q.Override(s.Officer, now, now.Add(r.Length))
		e.Unit = o.Unit
		return next, e, err
	})
}

// ReviewDeconflictions is the review of overrides afterwards, by a third person of the unit that leads, all alike: of each question the oldest one that is owed and that this person
// took no part in. It stays owed when the operation is over, and in a drill it is practised.
func (d *Desk) ReviewDeconflictions(ctx context.Context, s iru.Scope, ids []iru.DeconflictionID, right bool, why string) ([]iru.Deconfliction, error) {
	if err := s.May(iru.ToEndorse); err != nil {
		return nil, err
	}
	return d.eachQuestion(ctx, s, ids, func(t *db.Tx, o iru.Operation, q iru.Deconfliction, now time.Time) (iru.Deconfliction, iru.Event, error) {
		if o.Unit != s.Unit {
			return q, iru.Event{}, iru.Refuse(iru.Forbidden, "a person of the unit that leads reviews it", "")
		}
		n := q.Reviewable(s.Officer)
		if n < 0 {
			n = slices.IndexFunc(q.Overrides, iru.Override.Owed) // so that the refusal says why
		}
		next, e, err := q.Review(n, right, s.Officer, now, clip(why, 1000))
		if err != nil {
			return q, e, err
		}
		e.Unit = o.Unit
		return next, e, twoPeople(ctx, t, s.Officer, q.Overrides[n].First, q.Overrides[n].Second)
	})
}
