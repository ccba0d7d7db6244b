// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var authorities = shape[iru.Authority]{"authority", "id, unit, name, country, role, mail, phone, page, languages, seal, seal_key, source, state, confirmed_by, confirmed_at, note, created",
	func(a *iru.Authority) []any {
		return []any{&a.ID, &a.Unit, &a.Name, &a.Country, &a.Role, &a.Mail, &a.Phone, &a.Page, JSON(&a.Languages), &a.Seal, &a.SealKey, &a.Source, &a.State,
			&a.ConfirmedBy, Micros(&a.ConfirmedAt), &a.Note, Micros(&a.Created)}
	}}

// AddAuthority stores an authority and sets its id; Conflict if the unit's register has that body in that role.
func (t *Tx) AddAuthority(ctx context.Context, a *iru.Authority) error {
	return authorities.insert(ctx, t, a)
}

// Authority reads one authority of the unit's register.
func (t *Tx) Authority(ctx context.Context, s iru.Scope, id iru.AuthorityID) (iru.Authority, error) {
	return authorities.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// AuthorityNamed reads one by state, role and name.
func (t *Tx) AuthorityNamed(ctx context.Context, u iru.UnitID, country string, r iru.AuthorityRole, name string) (iru.Authority, error) {
	return authorities.get(ctx, t, "unit=$1 AND country=$2 AND role=$3 AND name=$4", u, country, r, name)
}

// Authorities lists the unit's register by state, role and name.
func (t *Tx) Authorities(ctx context.Context, s iru.Scope) ([]iru.Authority, error) {
	return authorities.list(ctx, t, "WHERE ($1=0 OR unit=$1) ORDER BY country, role, name", s.Reach())
}

// AuthoritiesOf lists the authorities of a state in a role, confirmed ones first.
func (t *Tx) AuthoritiesOf(ctx context.Context, s iru.Scope, country string, r iru.AuthorityRole) ([]iru.Authority, error) {
	return authorities.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND country=$2 AND role=$3 ORDER BY CASE WHEN state='confirmed' THEN 0 ELSE 1 END, name", s.Reach(), country, r)
}

// AuthoritiesAfter lists authorities after an id, oldest first, at most n.
func (t *Tx) AuthoritiesAfter(ctx context.Context, s iru.Scope, after iru.AuthorityID, n int) ([]iru.Authority, error) {
	return authorities.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// UpdateAuthority stores the authority again if it is still in the old state.
func (t *Tx) UpdateAuthority(ctx context.Context, a iru.Authority, old iru.ContactState) error {
	return authorities.update(ctx, t, &a, "state", old)
}
