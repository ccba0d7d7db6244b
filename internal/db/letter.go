// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

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

// stuck is a letter of ours that failed, or that has been on its way since before a time ($2).
const stuck = `NOT inbound AND (failed<>'' OR proof='' AND at<$2)`

// overdue is how long a letter may be on its way before people are told that it has not left.
const overdue = 10 * time.Minute

// LettersStuck lists letters of open acts that could not be delivered, or have not left for long, oldest first, at most n.
func (t *Tx) LettersStuck(ctx context.Context, s iru.Scope, now time.Time, n int) ([]iru.Letter, error) {
	return letters.list(ctx, t, "WHERE notice IN (SELECT id FROM notice WHERE "+noticeReach+" AND state NOT IN ('withdrawn','bounced')) AND "+stuck+" ORDER BY at, id LIMIT $3",
		s.Reach(), At(now.Add(-overdue)), n)
}

// LetterSent reads the letter of ours that has a message id.
func (t *Tx) LetterSent(ctx context.Context, id string) (iru.Letter, error) {
	return letters.get(ctx, t, "message_id=$1 AND NOT inbound", id)
}

// NoticesAnswered lists the acts that a provider ever wrote about.
func (t *Tx) NoticesAnswered(ctx context.Context, s iru.Scope, p iru.ProviderID) ([]iru.NoticeID, error) {
	return All(ctx, t, func(n *iru.NoticeID) []any { return []any{n} },
		"SELECT DISTINCT notice FROM letter WHERE inbound AND notice IN (SELECT id FROM notice WHERE "+noticeReach+" AND provider=$2)", s.Reach(), p)
}

// SetLetterFiles stores which documents a letter carries, unless that is known already; it reports whether it stored them.
func (t *Tx) SetLetterFiles(ctx context.Context, id int64, files []iru.File) (bool, error) {
	res, err := t.Exec(ctx, "UPDATE letter SET files=$2 WHERE id=$1 AND CAST(files AS TEXT) IN ('[]', 'null')", id, JSON(&files))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
