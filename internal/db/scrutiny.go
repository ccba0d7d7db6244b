// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var scrutinies = shape[iru.Scrutiny]{"scrutiny", "id, unit, role, state, notice, provider, ref, authority, country, authority_mail, addressee, addressee_mail, locator, reasons, limbs, issued_at, copy_at, asker, asker_name, asker_mail, asked_at, own, own_reasons, own_by, own_at, compared, read_by, intention, told_at, outcome, decided_by, decided_at, created, entered_by",
	func(s *iru.Scrutiny) []any {
		return []any{&s.ID, &s.Unit, &s.Role, &s.State, &s.Notice, &s.Provider, &s.Ref, &s.Authority, &s.Country, &s.AuthorityMail, &s.Addressee, &s.AddresseeMail, &s.Locator, &s.Reasons,
			JSON(&s.Limbs), Micros(&s.IssuedAt), Micros(&s.CopyAt), &s.Asker, &s.AskerName, &s.AskerMail, Micros(&s.AskedAt), &s.Own, &s.OwnReasons, &s.OwnBy, Micros(&s.OwnAt), &s.Compared,
			&s.ReadBy, &s.Intention, Micros(&s.ToldAt), &s.Outcome, &s.DecidedBy, Micros(&s.DecidedAt), Micros(&s.Created), &s.EnteredBy}
	}}

// AddScrutiny stores a scrutiny and sets its id.
func (t *Tx) AddScrutiny(ctx context.Context, s *iru.Scrutiny) error {
	return scrutinies.insert(ctx, t, s)
}

// Scrutiny reads one scrutiny, whole: who shows it to people veils it first.
func (t *Tx) Scrutiny(ctx context.Context, sc iru.Scope, id iru.ScrutinyID) (iru.Scrutiny, error) {
	return scrutinies.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", sc.Reach(), id)
}

// ScrutinyOf reads the scrutiny of an act of ours; NotFound where its provider is at home here.
func (t *Tx) ScrutinyOf(ctx context.Context, sc iru.Scope, n iru.NoticeID) (iru.Scrutiny, error) {
	return scrutinies.get(ctx, t, "($1=0 OR unit=$1) AND role='issuer' AND notice=$2", sc.Reach(), n)
}

// ScrutiniesAfter lists scrutinies in a role and a state ("" is any) after an id, oldest first, at most n.
func (t *Tx) ScrutiniesAfter(ctx context.Context, sc iru.Scope, role string, state iru.ScrutinyState, after iru.ScrutinyID, n int) ([]iru.Scrutiny, error) {
	return scrutinies.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND ($2='' OR role=$2) AND ($3='' OR state=$3) AND id>$4 ORDER BY id LIMIT $5", sc.Reach(), role, string(state), after, n)
}

// UpdateScrutiny stores the scrutiny again if its state is still the old one.
func (t *Tx) UpdateScrutiny(ctx context.Context, s iru.Scrutiny, old iru.ScrutinyState) error {
	return scrutinies.update(ctx, t, &s, "state", old)
}
