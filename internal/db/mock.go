// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var mocks = shape[iru.Mock]{"mock", "id, unit, notice, asked, asked_at, why, by_officer, taken_at, declared, blind, blind_why, blind_at, answers, outcome, at, digest, decided, decision, state", func(m *iru.Mock) []any {
	return []any{&m.ID, &m.Unit, &m.Notice, &m.Asked, Micros(&m.AskedAt), &m.Why, &m.By, Micros(&m.TakenAt), &m.Declared, &m.Blind, &m.BlindWhy, Micros(&m.BlindAt),
		JSON(&m.Answers), &m.Outcome, Micros(&m.At), &m.Digest, &m.Decided, &m.Decision, &m.State}
}}

// AddMock stores a mock scrutiny and sets its id.
func (t *Tx) AddMock(ctx context.Context, m *iru.Mock) error { return mocks.insert(ctx, t, m) }

// Mock reads one mock scrutiny.
func (t *Tx) Mock(ctx context.Context, s iru.Scope, id iru.MockID) (iru.Mock, error) {
	return mocks.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// MocksOf lists the mock scrutinies of a notice, newest first.
func (t *Tx) MocksOf(ctx context.Context, n iru.NoticeID) ([]iru.Mock, error) {
	return mocks.list(ctx, t, "WHERE notice=$1 ORDER BY id DESC", n)
}

// Mocks lists the mock scrutinies, newest first, at most n.
func (t *Tx) Mocks(ctx context.Context, s iru.Scope, n int) ([]iru.Mock, error) {
	return mocks.list(ctx, t, "WHERE ($1=0 OR unit=$1) ORDER BY id DESC LIMIT $2", s.Reach(), n)
}

// MocksOpen lists the mock scrutinies that an order waits for, oldest first, at most n.
func (t *Tx) MocksOpen(ctx context.Context, s iru.Scope, n int) ([]iru.Mock, error) {
	return mocks.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND state IN ('asked','taken','looked','annulled') ORDER BY id LIMIT $2", s.Reach(), n)
}

// UpdateMock stores the mock scrutiny again if its state is still the old one.
func (t *Tx) UpdateMock(ctx context.Context, m iru.Mock, old iru.MockState) error {
	return mocks.update(ctx, t, &m, "state", old)
}

var spots = shape[iru.Spot]{"spot", "id, unit, item, assessment, at, by_officer, read_at, finding, limbs, purpose, reason, state", func(s *iru.Spot) []any {
	return []any{&s.ID, &s.Unit, &s.Item, &s.Assessment, Micros(&s.At), &s.By, Micros(&s.ReadAt), &s.Finding, JSON(&s.Limbs), &s.Purpose, &s.Reason, &s.State}
}}

// AddSpot stores a spot check and sets its id.
func (t *Tx) AddSpot(ctx context.Context, s *iru.Spot) error { return spots.insert(ctx, t, s) }

// Spot reads one spot check.
func (t *Tx) Spot(ctx context.Context, s iru.Scope, id iru.SpotID) (iru.Spot, error) {
	return spots.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// SpotsOf lists the spot checks of an item, newest first.
func (t *Tx) SpotsOf(ctx context.Context, i iru.ItemID) ([]iru.Spot, error) {
	return spots.list(ctx, t, "WHERE item=$1 ORDER BY id DESC", i)
}

// Spots lists the spot checks drawn since a time, newest first, at most n.
func (t *Tx) Spots(ctx context.Context, s iru.Scope, since time.Time, n int) ([]iru.Spot, error) {
	return spots.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND at>=$2 ORDER BY id DESC LIMIT $3", s.Reach(), At(since), n)
}

// UpdateSpot stores the spot check again if its state is still the old one.
func (t *Tx) UpdateSpot(ctx context.Context, s iru.Spot, old iru.SpotState) error {
	return spots.update(ctx, t, &s, "state", old)
}

var threats = shape[iru.Threat]{"threat", "id, unit, notice, item, category, reason, first, first_at, second, second_at, overrides, inform, due, review, review_at, review_why, state", func(h *iru.Threat) []any {
	return []any{&h.ID, &h.Unit, &h.Notice, &h.Item, &h.Category, &h.Reason, &h.First, Micros(&h.FirstAt), &h.Second, Micros(&h.SecondAt), JSON(&h.Overrides),
		JSON(&h.Inform), Micros(&h.Due), &h.Review, Micros(&h.ReviewAt), &h.ReviewWhy, &h.State}
}}

// AddThreat stores a threat to life and sets its id.
func (t *Tx) AddThreat(ctx context.Context, h *iru.Threat) error { return threats.insert(ctx, t, h) }

// Threat reads one threat to life.
func (t *Tx) Threat(ctx context.Context, s iru.Scope, id iru.ThreatID) (iru.Threat, error) {
	return threats.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// Threats lists the threats to life, newest first, at most n.
func (t *Tx) Threats(ctx context.Context, s iru.Scope, n int) ([]iru.Threat, error) {
	return threats.list(ctx, t, "WHERE ($1=0 OR unit=$1) ORDER BY id DESC LIMIT $2", s.Reach(), n)
}

// ThreatsOf lists the threats to life in an item, newest first.
func (t *Tx) ThreatsOf(ctx context.Context, i iru.ItemID) ([]iru.Threat, error) {
	return threats.list(ctx, t, "WHERE item=$1 ORDER BY id DESC", i)
}

// UpdateThreat stores the threat again if its state is still the old one.
func (t *Tx) UpdateThreat(ctx context.Context, h iru.Threat, old iru.ThreatState) error {
	return threats.update(ctx, t, &h, "state", old)
}

// SpotsAfter lists the spot checks after an id, oldest first, at most n.
func (t *Tx) SpotsAfter(ctx context.Context, s iru.Scope, after iru.SpotID, n int) ([]iru.Spot, error) {
	return spots.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// MocksAfter lists the mock scrutinies after an id, oldest first, at most n.
func (t *Tx) MocksAfter(ctx context.Context, s iru.Scope, after iru.MockID, n int) ([]iru.Mock, error) {
	return mocks.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// ThreatsAfter lists the threats to life after an id, oldest first, at most n.
func (t *Tx) ThreatsAfter(ctx context.Context, s iru.Scope, after iru.ThreatID, n int) ([]iru.Threat, error) {
	return threats.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}
