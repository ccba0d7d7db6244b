// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var missives = shape[iru.Missive]{"missive", "id, unit, kind, ref, notice, scrutiny, provider, name, address, lang, subject, text, state, key, created, by_officer, sent_at, proof, got_at, failed", func(m *iru.Missive) []any {
	return []any{&m.ID, &m.Unit, &m.Kind, &m.Ref, &m.Notice, &m.Scrutiny, &m.Provider, &m.Name, &m.Address, &m.Lang, &m.Subject, &m.Text, &m.State, &m.Key, Micros(&m.Created),
		&m.By, Micros(&m.SentAt), &m.Proof, Micros(&m.GotAt), &m.Failed}
}}

// AddMissive stores a missive and sets its id.
func (t *Tx) AddMissive(ctx context.Context, m *iru.Missive) error { return missives.insert(ctx, t, m) }

// Missive reads one missive. A unit's letters to authorities are its own.
func (t *Tx) Missive(ctx context.Context, s iru.Scope, id iru.MissiveID) (iru.Missive, error) {
	return missives.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// A MissiveFilter narrows a list of missives; zero fields do not.
type MissiveFilter struct {
	Notice   iru.NoticeID
	Scrutiny iru.ScrutinyID
	Provider iru.ProviderID
	Kind     iru.MissiveKind
	State    iru.MissiveState
}

// MissivesAfter lists missives after an id, oldest first, at most n.
func (t *Tx) MissivesAfter(ctx context.Context, s iru.Scope, f MissiveFilter, after iru.MissiveID, n int) ([]iru.Missive, error) {
	return missives.list(ctx, t, `WHERE ($1=0 OR unit=$1) AND ($2=0 OR notice=$2) AND ($3=0 OR scrutiny=$3) AND ($4=0 OR provider=$4) AND ($5='' OR kind=$5) AND ($6='' OR state=$6)
		AND id>$7 ORDER BY id LIMIT $8`, s.Reach(), f.Notice, f.Scrutiny, f.Provider, string(f.Kind), string(f.State), after, n)
}

// InformedOn lists what a unit sent to a provider, or to others of the same site, to inform it before its first removal order.
func (t *Tx) InformedOn(ctx context.Context, u iru.UnitID, p iru.Provider) ([]iru.Missive, error) {
	return missives.list(ctx, t, `WHERE unit=$1 AND kind='information' AND provider IN (SELECT id FROM provider WHERE id=$2 OR ($3<>'' AND unit=$1 AND site=$3)) ORDER BY id`, u, p.ID, p.Site)
}

// OrderedBefore reports whether a unit has served a removal order on a provider before, or on another one of the same site.
func (t *Tx) OrderedBefore(ctx context.Context, u iru.UnitID, p iru.Provider, but iru.NoticeID) (bool, error) {
	var n int
	err := t.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT id FROM notice WHERE unit=$1 AND instrument='removal_order' AND sent_at<>0 AND id<>$4
		AND provider IN (SELECT id FROM provider WHERE id=$2 OR ($3<>'' AND unit=$1 AND site=$3)) LIMIT 1) AS one`, u, p.ID, p.Site, but).Scan(&n) // one is enough: each order asks
	return n > 0, err
}

// UpdateMissive stores the missive again if its state is still the old one.
func (t *Tx) UpdateMissive(ctx context.Context, m iru.Missive, old iru.MissiveState) error {
	return missives.update(ctx, t, &m, "state", old)
}
