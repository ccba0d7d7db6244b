// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

// SetLetterFailed stores why a letter of ours could not be delivered.
func (t *Tx) SetLetterFailed(ctx context.Context, id int64, why string) error {
	_, err := t.Exec(ctx, "UPDATE letter SET failed=$2 WHERE id=$1", id, why)
	return err
}

// RetryLetter makes a letter that failed one that was not sent yet.
func (t *Tx) RetryLetter(ctx context.Context, id int64) error {
	res, err := t.Exec(ctx, "UPDATE letter SET failed='', proof='' WHERE id=$1 AND failed<>''", id)
	if err != nil {
		return err
	}
	return Guarded(res)
}

// LettersFailed lists letters that could not be delivered, oldest first, at most n.
func (t *Tx) LettersFailed(ctx context.Context, s iru.Scope, n int) ([]iru.Letter, error) {
	return letters.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE "+noticeReach+") AND failed<>'' ORDER BY at, id LIMIT $2", s.Reach(), n)
}
