// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// How long an answer is kept, and how long a reservation without an answer blocks its key: after a crash nobody will answer it.
const (
	KeepAnswer  = 24 * time.Hour
	KeepReserve = time.Minute
)

// An Answer is what a request with an idempotency key was answered, or that it runs.
type Answer struct {
	Officer iru.OfficerID
	Key     string
	Request string // SHA-256 of the request
	Status  int    // 0 while it runs
	Body    []byte
	Created time.Time
}

// Reserve takes the officer's key for the request at a.Created. It reports true when the request may run; otherwise it gives what
// stands under that key: the same or another request, running or answered.
func (t *Tx) Reserve(ctx context.Context, a Answer) (Answer, bool, error) {
	a.Status, a.Body = 0, []byte{}
	res, err := t.Exec(ctx, "INSERT INTO idempotency (officer, key, request, status, body, created) VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (officer, key) DO NOTHING",
		a.Officer, a.Key, a.Request, a.Body, Micros(&a.Created))
	if err != nil {
		return a, false, fmt.Errorf("reserve key: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return a, err == nil, err
	}
	have := Answer{Officer: a.Officer, Key: a.Key}
	err = t.QueryRow(ctx, "SELECT request, status, body, created FROM idempotency WHERE officer=$1 AND key=$2", a.Officer, a.Key).
		Scan(&have.Request, &have.Status, &have.Body, Micros(&have.Created))
	if err != nil {
		return a, false, fmt.Errorf("read key: %w", err)
	}
	age := a.Created.Sub(have.Created)
	if age < KeepReserve || have.Status != 0 && age < KeepAnswer {
		return have, false, nil
	}
	res, err = t.Exec(ctx, "UPDATE idempotency SET request=$3, status=0, body=$4, created=$5 WHERE officer=$1 AND key=$2 AND created=$6",
		a.Officer, a.Key, a.Request, a.Body, Micros(&a.Created), Micros(&have.Created))
	if err != nil {
		return a, false, fmt.Errorf("reserve key: %w", err)
	}
	return a, true, Guarded(res)
}

// Answered stores the answer under its reservation; Conflict if another request has taken the key in the meantime.
func (t *Tx) Answered(ctx context.Context, a Answer) error {
	res, err := t.Exec(ctx, "UPDATE idempotency SET status=$4, body=$5 WHERE officer=$1 AND key=$2 AND created=$3 AND status=0",
		a.Officer, a.Key, Micros(&a.Created), a.Status, a.Body)
	if err != nil {
		return fmt.Errorf("store answer: %w", err)
	}
	return Guarded(res)
}

// Unreserve gives a reservation back, so that the request can be tried again under the same key.
func (t *Tx) Unreserve(ctx context.Context, a Answer) error {
	_, err := t.Exec(ctx, "DELETE FROM idempotency WHERE officer=$1 AND key=$2 AND created=$3 AND status=0", a.Officer, a.Key, Micros(&a.Created))
	return err
}

// PurgeAnswers forgets the answers that are older than KeepAnswer at now.
func (t *Tx) PurgeAnswers(ctx context.Context, now time.Time) error {
	old := now.Add(-KeepAnswer)
	_, err := t.Exec(ctx, "DELETE FROM idempotency WHERE created<$1", Micros(&old))
	return err
}
