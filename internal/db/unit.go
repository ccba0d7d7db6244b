// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var units = shape[iru.Unit]{"unit", "id, name, country, kind, mail, state, created, letterhead", func(u *iru.Unit) []any {
	return []any{&u.ID, &u.Name, &u.Country, &u.Kind, &u.Mail, &u.State, Micros(&u.Created), JSON(&u.Letterhead)}
}}

// AddUnit stores a unit and sets its id.
func (t *Tx) AddUnit(ctx context.Context, u *iru.Unit) error { return units.insert(ctx, t, u) }

// Unit reads one unit. Units know of each other, so no scope narrows this.
func (t *Tx) Unit(ctx context.Context, id iru.UnitID) (iru.Unit, error) {
	return units.get(ctx, t, "id=$1", id)
}

// Units lists the units by name.
func (t *Tx) Units(ctx context.Context) ([]iru.Unit, error) {
	return units.list(ctx, t, "ORDER BY name")
}

// UnitsAfter lists the units after an id, oldest first, at most n.
func (t *Tx) UnitsAfter(ctx context.Context, after iru.UnitID, n int) ([]iru.Unit, error) {
	return units.list(ctx, t, "WHERE id>$1 ORDER BY id LIMIT $2", after, n)
}

// SetLetterhead stores what a unit's documents say of it.
func (t *Tx) SetLetterhead(ctx context.Context, id iru.UnitID, l iru.Letterhead) error {
	res, err := t.Exec(ctx, "UPDATE unit SET letterhead=$2 WHERE id=$1", id, JSON(&l))
	if err != nil {
		return err
	}
	return Guarded(res)
}
