// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var appeals = shape[iru.Appeal]{"appeal", "id, unit, notice, by_whom, body, ref, lodged, state, decided, reason, entered", func(a *iru.Appeal) []any {
	return []any{&a.ID, &a.Unit, &a.Notice, &a.By, &a.Body, &a.Ref, Micros(&a.Lodged), &a.State, Micros(&a.Decided), &a.Reason, &a.Entered}
}}

// AddAppeal stores an appeal and sets its id.
func (t *Tx) AddAppeal(ctx context.Context, a *iru.Appeal) error { return appeals.insert(ctx, t, a) }

// Appeal reads one appeal.
func (t *Tx) Appeal(ctx context.Context, s iru.Scope, id int64) (iru.Appeal, error) {
	return appeals.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// AppealsOf lists the appeals against an act, oldest first.
func (t *Tx) AppealsOf(ctx context.Context, s iru.Scope, n iru.NoticeID) ([]iru.Appeal, error) {
	return appeals.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND notice=$2 ORDER BY id", s.Reach(), n)
}

// UpdateAppeal stores the appeal again if its state is still the old one.
func (t *Tx) UpdateAppeal(ctx context.Context, a iru.Appeal, old iru.AppealState) error {
	return appeals.update(ctx, t, &a, "state", old)
}
