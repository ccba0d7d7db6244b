// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// Sessions keeps the sessions of people who are signed in, under tokens that the session manager hands out. Its methods are those
// that github.com/alexedwards/scs/v2 asks of a store; a session past its end is not found.
type Sessions struct{ DB *DB }

type sessionRow struct {
	data   []byte
	expiry time.Time
}

// FindCtx reads a session.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.DB.View(ctx, func(t *Tx) error {
		r, err := One(ctx, t, func(r *sessionRow) []any { return []any{&r.data, Micros(&r.expiry)} }, "SELECT data, expiry FROM session WHERE token=$1", token)
		if errors.Is(err, iru.NotFound) {
			data, found = nil, false
			return nil
		}
		data, found = r.data, time.Now().Before(r.expiry)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	return data, found, nil
}

// CommitCtx stores a session, and drops those that have ended.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	now := time.Now()
	err := s.DB.Tx(ctx, func(t *Tx) error {
		if _, err := t.Exec(ctx, "DELETE FROM session WHERE expiry<$1", At(now)); err != nil {
			return err
		}
		_, err := t.Exec(ctx, `INSERT INTO session (token, data, expiry) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data=$2, expiry=$3`, token, data, At(expiry))
		return err
	})
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session; one that is not there is no error.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	err := s.DB.Tx(ctx, func(t *Tx) error {
		_, err := t.Exec(ctx, "DELETE FROM session WHERE token=$1", token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find is FindCtx without a context.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
