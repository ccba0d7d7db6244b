// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var nondisclosures = shape[iru.Nondisclosure]{"nondisclosure", "id, unit, notice, by_officer, at, reason, state, again, again_by, ended, end_why", func(d *iru.Nondisclosure) []any {
	return []any{&d.ID, &d.Unit, &d.Notice, &d.By, Micros(&d.At), &d.Reason, &d.State, &d.Again, &d.AgainBy, Micros(&d.Ended), &d.EndWhy}
}}

// AddNondisclosure stores a decision not to disclose and sets its id.
func (t *Tx) AddNondisclosure(ctx context.Context, d *iru.Nondisclosure) error {
	return nondisclosures.insert(ctx, t, d)
}

// Nondisclosure reads one decision not to disclose.
func (t *Tx) Nondisclosure(ctx context.Context, s iru.Scope, id int64) (iru.Nondisclosure, error) {
	return nondisclosures.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// NondisclosuresOf lists the decisions not to disclose an act, oldest first.
func (t *Tx) NondisclosuresOf(ctx context.Context, s iru.Scope, n iru.NoticeID) ([]iru.Nondisclosure, error) {
	return nondisclosures.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND notice=$2 ORDER BY id", s.Reach(), n)
}

// UpdateNondisclosure stores the decision again if its state is still the old one.
func (t *Tx) UpdateNondisclosure(ctx context.Context, d iru.Nondisclosure, old iru.NondisclosureState) error {
	return nondisclosures.update(ctx, t, &d, "state", old)
}
