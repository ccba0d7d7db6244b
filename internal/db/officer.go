// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

var officers = shape[iru.Officer]{"officer", "id, unit, login, name, roles, state, created, subject, languages", func(o *iru.Officer) []any {
	return []any{&o.ID, &o.Unit, &o.Login, &o.Name, JSON(&o.Roles), &o.State, Micros(&o.Created), &o.Subject, JSON(&o.Languages)}
}}

// AddOfficer stores an officer without a password and sets the id.
func (t *Tx) AddOfficer(ctx context.Context, o *iru.Officer) error { return officers.insert(ctx, t, o) }

// Officer reads one officer. Names of officers stand in the log, so no scope narrows this.
func (t *Tx) Officer(ctx context.Context, id iru.OfficerID) (iru.Officer, error) {
	return officers.get(ctx, t, "id=$1", id)
}

// OfficerByLogin reads the officer who signs in so.
func (t *Tx) OfficerByLogin(ctx context.Context, login string) (iru.Officer, error) {
	return officers.get(ctx, t, "login=$1", login)
}

// Officers lists all officers by unit and name.
func (t *Tx) Officers(ctx context.Context) ([]iru.Officer, error) {
	return officers.list(ctx, t, "ORDER BY unit, name")
}

// UpdateOfficer stores the officer again if its state is still the old one.
func (t *Tx) UpdateOfficer(ctx context.Context, o iru.Officer, old iru.OfficerState) error {
	return officers.update(ctx, t, &o, "state", old)
}

// Secret is what an officer proves to be who they are with: an argon2id hash and, until used, the digest of a one-time link.
type Secret struct {
	Password    string // PHC string; "" until set
	Invite      string // SHA-256 hex of the one-time secret; "" when used
	InviteUntil time.Time
}

// Secret reads the officer's secret.
func (t *Tx) Secret(ctx context.Context, id iru.OfficerID) (Secret, error) {
	var s Secret
	err := t.QueryRow(ctx, "SELECT password, invite, invite_until FROM officer WHERE id=$1", id).Scan(&s.Password, &s.Invite, Micros(&s.InviteUntil))
	if err != nil {
		return s, fmt.Errorf("read officer: %w", err)
	}
	return s, nil
}

// SetSecret stores the officer's secret.
func (t *Tx) SetSecret(ctx context.Context, id iru.OfficerID, s Secret) error {
	res, err := t.Exec(ctx, "UPDATE officer SET password=$2, invite=$3, invite_until=$4 WHERE id=$1", id, s.Password, s.Invite, Micros(&s.InviteUntil))
	if err != nil {
		return fmt.Errorf("change officer: %w", err)
	}
	return Guarded(res)
}

// OfficerByInvite reads the officer to whom an unused one-time link was given.
func (t *Tx) OfficerByInvite(ctx context.Context, digest string) (iru.Officer, error) {
	return officers.get(ctx, t, "invite=$1 AND invite<>''", digest)
}

// OfficersAfter lists the officers after an id, oldest first, at most n.
func (t *Tx) OfficersAfter(ctx context.Context, after iru.OfficerID, n int) ([]iru.Officer, error) {
	return officers.list(ctx, t, "WHERE id>$1 ORDER BY id LIMIT $2", after, n)
}
