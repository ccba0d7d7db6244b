// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// The scopes of an API token. A token never allows more than its officer's roles do.
const (
	ScopeRead    = "read"
	ScopeDecide  = "decide"  // watch, attribute, assess, draft, answer
	ScopeApprove = "approve" // approve, poll, release
)

// TokenScopes lists the scopes.
var TokenScopes = []string{ScopeRead, ScopeDecide, ScopeApprove}

// IssueToken gives the officer a token for a program that acts in the officer's name, and its secret, which is shown once.
func (d *Desk) IssueToken(ctx context.Context, s iru.Scope, name string, scopes []string, good time.Duration) (db.Token, string, error) {
	if s.Officer == 0 || s.Token != 0 {
		return db.Token{}, "", iru.Refuse(iru.Forbidden, "a token is issued by a person who is signed in", "")
	}
	for _, sc := range scopes {
		if !slices.Contains(TokenScopes, sc) {
			return db.Token{}, "", iru.Refuse(iru.Invalid, "there is no scope "+sc, fmt.Sprintf("choose from %v", TokenScopes))
		}
	}
	if name == "" || len(scopes) == 0 || good <= 0 || good > 366*24*time.Hour {
		return db.Token{}, "", iru.Refuse(iru.Invalid, "a token needs a name, at least one scope and an end within a year", "")
	}
	text, stored, err := secret()
	if err != nil {
		return db.Token{}, "", err
	}
	k := db.Token{Officer: s.Officer, Name: name, Digest: stored, Scopes: scopes}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		k.Created, k.Expires = now, now.Add(good)
		if err := t.AddToken(ctx, &k); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("officer", int64(s.Officer), "issue_token", s.Officer, s.Unit, now, name).With("scopes", scopes))
		return err
	})
	return k, text, err
}

// RevokeToken ends one of the officer's own tokens.
func (d *Desk) RevokeToken(ctx context.Context, s iru.Scope, id int64) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := t.RevokeToken(ctx, s.Officer, id, now); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("officer", int64(s.Officer), "revoke_token", s.Officer, s.Unit, now, ""))
		return err
	})
}

// ByToken gives the officer and the token that a secret belongs to, or one refusal for every reason.
func (d *Desk) ByToken(ctx context.Context, text string) (iru.Officer, db.Token, error) {
	var o iru.Officer
	var k db.Token
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if k, err = t.TokenByDigest(ctx, Digest(text)); err != nil {
			return err
		}
		o, err = t.Officer(ctx, k.Officer)
		return err
	})
	if err == nil && k.Revoked.IsZero() && d.now().Before(k.Expires) && o.State == iru.OfficerActive {
		return o, k, nil
	}
	if err != nil && !errors.Is(err, iru.NotFound) {
		return o, k, err
	}
	return iru.Officer{}, db.Token{}, iru.Refuse(iru.Forbidden, "the token is unknown, expired or revoked", "issue a new one")
}
