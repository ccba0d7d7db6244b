// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var assessments = shape[iru.Assessment]{"assessment", "id, unit, item, by_officer, at, finding, limbs, passage, passage_lang, purpose, purpose_reason, is_public, reason, of_item, exhibit, content, state, second, grounds",
	func(a *iru.Assessment) []any {
		return []any{&a.ID, &a.Unit, &a.Item, &a.By, Micros(&a.At), &a.Finding, JSON(&a.Limbs), &a.Passage, &a.PassageLang, &a.Purpose,
			&a.PurposeReason, &a.Public, &a.Reason, &a.Of, &a.Exhibit, &a.Content, &a.State, &a.Second, JSON(&a.Grounds)}
	}}

// AddAssessment stores an assessment and sets its id.
func (t *Tx) AddAssessment(ctx context.Context, a *iru.Assessment) error {
	return assessments.insert(ctx, t, a)
}

// AssessmentsOf lists an item's assessments, newest first.
func (t *Tx) AssessmentsOf(ctx context.Context, s iru.Scope, i iru.ItemID) ([]iru.Assessment, error) {
	return assessments.list(ctx, t, "WHERE item IN (SELECT id FROM item WHERE "+partReach+") AND item=$2 ORDER BY id DESC", s.Reach(), i)
}

// Assessment reads one assessment.
func (t *Tx) Assessment(ctx context.Context, s iru.Scope, id iru.AssessmentID) (iru.Assessment, error) {
	return assessments.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// UpdateAssessment stores the assessment again if its state is still the old one.
func (t *Tx) UpdateAssessment(ctx context.Context, a iru.Assessment, old iru.AssessmentState) error {
	return assessments.update(ctx, t, &a, "state", old)
}

// SecondOpinions lists a unit's assessments that settled a first opinion, oldest first, at most n.
func (t *Tx) SecondOpinions(ctx context.Context, s iru.Scope, since time.Time, n int) ([]iru.Assessment, error) {
	return assessments.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND second<>0 AND at>=$2 ORDER BY id LIMIT $3", s.Reach(), At(since), n)
}

// SetGrounds stores the parts of a finding that were open.
func (t *Tx) SetGrounds(ctx context.Context, a iru.Assessment) error {
	return assessments.update(ctx, t, &a, "state", a.State)
}
