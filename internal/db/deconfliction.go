// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var deconflictions = shape[iru.Deconfliction]{"deconfliction", "id, uid, operation, participant, unit, partner, asset, address, state, asked, due, by_officer, at, word, reference, until, contact, exhibit, " +
	"decided, decided_at, reason, category, threat, first_officer, first_at, second_officer, overrides, review_due", func(q *iru.Deconfliction) []any {
	return []any{&q.ID, &q.UID, &q.Operation, &q.Participant, &q.Unit, &q.Partner, &q.Asset, &q.Address, &q.State, Micros(&q.Asked), Micros(&q.Due), &q.By, Micros(&q.At), &q.Word, &q.Reference,
		Micros(&q.Until), &q.Contact, &q.Exhibit, &q.Decided, Micros(&q.DecidedAt), &q.Reason, &q.Category, &q.Threat, &q.First, Micros(&q.FirstAt), &q.Second, JSON(&q.Overrides), Micros(&q.ReviewDue)}
}}

// questionReach is what a scope ($1) sees of questions: those of the operations that its unit leads, and those that it is asked.
const questionReach = "($1=0 OR unit=$1 OR operation IN (SELECT id FROM operation WHERE unit=$1))"

// AddDeconfliction stores a question and sets its id.
func (t *Tx) AddDeconfliction(ctx context.Context, q *iru.Deconfliction) error {
	return deconflictions.insert(ctx, t, q)
}

// Deconfliction reads one question.
func (t *Tx) Deconfliction(ctx context.Context, s iru.Scope, id iru.DeconflictionID) (iru.Deconfliction, error) {
	return deconflictions.get(ctx, t, questionReach+" AND id=$2", s.Reach(), id)
}

// DeconflictionByUID reads one by the number that it has on every machine.
func (t *Tx) DeconflictionByUID(ctx context.Context, s iru.Scope, uid string) (iru.Deconfliction, error) {
	return deconflictions.get(ctx, t, questionReach+" AND uid=$2", s.Reach(), uid)
}

// Deconflictions lists the questions of an operation by address.
func (t *Tx) Deconflictions(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.Deconfliction, error) {
	return deconflictions.list(ctx, t, "WHERE "+questionReach+" AND operation=$2 ORDER BY address, id", s.Reach(), o)
}

// DeconflictionsAsked lists what the scope's unit is asked, after an id, oldest first, at most n.
func (t *Tx) DeconflictionsAsked(ctx context.Context, s iru.Scope, after iru.DeconflictionID, n int) ([]iru.Deconfliction, error) {
	return deconflictions.list(ctx, t, "WHERE "+ownReach+" AND unit<>0 AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// HeldAt lists the questions about an address in whose answer somebody wants hands kept off it, in operations or in drills. It is for the program alone.
func (t *Tx) HeldAt(ctx context.Context, address string, drill bool) ([]iru.Deconfliction, error) {
	return deconflictions.list(ctx, t, "WHERE address=$1 AND state IN ('hold','evidence_first') AND operation IN (SELECT id FROM operation WHERE drill=$2) ORDER BY id", address, drill)
}

// DeconflictionsAbout lists an operation's questions about one address. It is for the program alone.
func (t *Tx) DeconflictionsAbout(ctx context.Context, o iru.OperationID, address string) ([]iru.Deconfliction, error) {
	return deconflictions.list(ctx, t, "WHERE operation=$1 AND address=$2 ORDER BY id", o, address)
}

// DeconflictionsOwed lists the questions of operations that the scope's unit leads in which an override for a threat to life waits for its review, the first due first, at most n.
func (t *Tx) DeconflictionsOwed(ctx context.Context, s iru.Scope, n int) ([]iru.Deconfliction, error) {
	return deconflictions.list(ctx, t, "WHERE review_due<>0 AND ($1=0 OR operation IN (SELECT id FROM operation WHERE unit=$1)) ORDER BY review_due, id LIMIT $2", s.Reach(), n)
}

// DeconflictionsDue lists questions whose time has come, to be recorded as silence or as the end of a hold, oldest first, at most n.
func (t *Tx) DeconflictionsDue(ctx context.Context, now time.Time, n int) ([]iru.Deconfliction, error) {
	return deconflictions.list(ctx, t, "WHERE state='requested' AND due<=$1 OR state IN ('hold','evidence_first') AND until<=$1 ORDER BY id LIMIT $2", At(now), n)
}

// UpdateDeconfliction stores the question again if its state is still the old one.
func (t *Tx) UpdateDeconfliction(ctx context.Context, q iru.Deconfliction, old iru.DeconflictionState) error {
	return deconflictions.update(ctx, t, &q, "state", old)
}
