// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var outlets = shape[iru.Outlet]{"outlet", "id, unit, name, note, languages, handling, grade, state, created", func(o *iru.Outlet) []any {
	return []any{&o.ID, &o.Unit, &o.Name, &o.Note, JSON(&o.Languages), JSON(&o.Handling), &o.Grade, &o.State, Micros(&o.Created)}
}}

// What a scope ($1) reaches: its own unit's cases, and what an operation shares with it.
const (
	outletReach = "($1=0 OR unit=$1 OR id IN (SELECT outlet FROM asset WHERE id IN (SELECT asset FROM notice WHERE unit=$1)))"
	assetReach  = "($1=0 OR unit=$1 OR id IN (SELECT asset FROM notice WHERE unit=$1))"
	partReach   = "($1=0 OR unit=$1 OR asset IN (SELECT asset FROM notice WHERE unit=$1))"
	noticeReach = "($1=0 OR unit=$1 OR operation IN (SELECT operation FROM participant WHERE unit=$1))"
	opReach     = "($1=0 OR unit=$1 OR id IN (SELECT operation FROM participant WHERE unit=$1))"
	provReach   = "($1=0 OR unit=$1 OR id IN (SELECT provider FROM notice WHERE unit=$1))"
	ownReach    = "($1=0 OR unit=$1)"
)

// ownOnly is ownReach where SQLite is to find an index: it uses none for either this or that.
func ownOnly(s iru.Scope) string {
	if s.Reach() == 0 {
		return "$1=0"
	}
	return "unit=$1"
}

// AddOutlet stores an outlet and sets its id.
func (t *Tx) AddOutlet(ctx context.Context, o *iru.Outlet) error { return outlets.insert(ctx, t, o) }

// Outlet reads one outlet.
func (t *Tx) Outlet(ctx context.Context, s iru.Scope, id iru.OutletID) (iru.Outlet, error) {
	return outlets.get(ctx, t, outletReach+" AND id=$2", s.Reach(), id)
}

// Outlets lists the outlets by name.
func (t *Tx) Outlets(ctx context.Context, s iru.Scope) ([]iru.Outlet, error) {
	return outlets.list(ctx, t, "WHERE "+outletReach+" ORDER BY name", s.Reach())
}

// UpdateOutlet stores the outlet again if its state is still the old one.
func (t *Tx) UpdateOutlet(ctx context.Context, o iru.Outlet, old iru.OutletState) error {
	return outlets.update(ctx, t, &o, "state", old)
}

// OutletsAfter lists the outlets after an id, oldest first, at most n.
func (t *Tx) OutletsAfter(ctx context.Context, s iru.Scope, after iru.OutletID, n int) ([]iru.Outlet, error) {
	return outlets.list(ctx, t, "WHERE "+outletReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}
