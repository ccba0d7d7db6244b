// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

// A Token lets a program act for an officer, within scopes, until it expires. Only the digest of its secret is kept.
type Token struct {
	ID      int64
	Officer iru.OfficerID
	Name    string
	Digest  string // SHA-256 hex of the secret
	Scopes  []string
	Created time.Time
	Expires time.Time
	Revoked time.Time
}

var tokens = shape[Token]{"token", "id, officer, name, digest, scopes, created, expires, revoked", func(k *Token) []any {
	return []any{&k.ID, &k.Officer, &k.Name, &k.Digest, JSON(&k.Scopes), Micros(&k.Created), Micros(&k.Expires), Micros(&k.Revoked)}
}}

// AddToken stores a token and sets its id.
func (t *Tx) AddToken(ctx context.Context, k *Token) error { return tokens.insert(ctx, t, k) }

// TokenByDigest reads the token with that secret's digest.
func (t *Tx) TokenByDigest(ctx context.Context, digest string) (Token, error) {
	return tokens.get(ctx, t, "digest=$1", digest)
}

// Tokens lists an officer's tokens, newest first.
func (t *Tx) Tokens(ctx context.Context, o iru.OfficerID) ([]Token, error) {
	return tokens.list(ctx, t, "WHERE officer=$1 ORDER BY id DESC", o)
}

// RevokeToken ends a token of the officer.
func (t *Tx) RevokeToken(ctx context.Context, o iru.OfficerID, id int64, at time.Time) error {
	res, err := t.Exec(ctx, "UPDATE token SET revoked=$3 WHERE id=$1 AND officer=$2 AND revoked=0", id, o, Micros(&at))
	if err != nil {
		return err
	}
	return Guarded(res)
}
