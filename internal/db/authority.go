// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var authorities = shape[iru.Authority]{"home_authority", "id, unit, name, country, role, mail, languages", func(a *iru.Authority) []any {
	return []any{&a.ID, &a.Unit, &a.Name, &a.Country, &a.Role, &a.Mail, JSON(&a.Languages)}
}}

// AddAuthority stores an authority and sets its id.
func (t *Tx) AddAuthority(ctx context.Context, a *iru.Authority) error {
	return authorities.insert(ctx, t, a)
}

// AuthoritiesOf lists the authorities of a state in a role.
func (t *Tx) AuthoritiesOf(ctx context.Context, s iru.Scope, country string, r iru.AuthorityRole) ([]iru.Authority, error) {
	return authorities.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND country=$2 AND role=$3 ORDER BY name", s.Reach(), country, r)
}
