// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

var leads = shape[iru.Lead]{"lead", "id, unit, asset, address, source, from_asset, document, how, at, last", leadFields}

func leadFields(l *iru.Lead) []any {
	return []any{&l.ID, &l.Unit, &l.Asset, &l.Address, &l.Source, &l.Path.From, &l.Path.Document, &l.Path.How, Micros(&l.At), Micros(&l.Last)}
}

// leadRest is how old the last sighting of a lead must be before another one is written: each page has many, and is visited often.
const leadRest = 24 * time.Hour

// SeeLead stores a lead and sets its id, or moves the time at which the same one was last seen; the first time and the first words stay.
func (t *Tx) SeeLead(ctx context.Context, l *iru.Lead) error {
	f := leadFields(l)
	_, err := t.Exec(ctx, `INSERT INTO lead (unit, asset, address, source, from_asset, document, how, at, last) VALUES (`+binds(1, 9)+`)
		ON CONFLICT (asset, source, from_asset, document) DO UPDATE SET last=excluded.last WHERE lead.last<=$10`, append(f[1:], At(l.Last.Add(-leadRest)))...)
	if err != nil {
		return fmt.Errorf("add lead: %w", err)
	}
	if err := t.QueryRow(ctx, "SELECT id FROM lead WHERE asset=$1 AND source=$2 AND from_asset=$3 AND document=$4", l.Asset, l.Source, l.Path.From, l.Path.Document).Scan(&l.ID); err != nil {
		return fmt.Errorf("add lead: %w", err)
	}
	return nil
}

// LeadsOf lists what led to an asset, the first first. A unit with which the asset is shared does not see how it was found.
func (t *Tx) LeadsOf(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Lead, error) {
	return leads.list(ctx, t, "WHERE "+ownReach+" AND asset=$2 ORDER BY at, id", s.Reach(), a)
}

// LeadsFrom counts the leads that begin at an asset.
func (t *Tx) LeadsFrom(ctx context.Context, a iru.AssetID) (int, error) {
	var n int
	if err := t.QueryRow(ctx, "SELECT COUNT(*) FROM lead WHERE from_asset=$1", a).Scan(&n); err != nil {
		return 0, fmt.Errorf("count leads: %w", err)
	}
	return n, nil
}

// LeadsWaiting lists the leads to a scope's candidates, by asset and then the first first.
func (t *Tx) LeadsWaiting(ctx context.Context, s iru.Scope) ([]iru.Lead, error) {
	return leads.list(ctx, t, "WHERE asset IN (SELECT id FROM asset WHERE "+ownReach+" AND state='candidate') ORDER BY asset, at, id", s.Reach())
}

// Lead reads one lead.
func (t *Tx) Lead(ctx context.Context, s iru.Scope, id iru.LeadID) (iru.Lead, error) {
	return leads.get(ctx, t, ownReach+" AND id=$2", s.Reach(), id)
}

// LeadsAfter pages through the leads to a scope's candidates, or to one of these.
func (t *Tx) LeadsAfter(ctx context.Context, s iru.Scope, a iru.AssetID, after iru.LeadID, n int) ([]iru.Lead, error) {
	return leads.list(ctx, t, "WHERE "+ownReach+" AND id>$2 AND ($3=0 OR asset=$3) AND asset IN (SELECT id FROM asset WHERE state='candidate') ORDER BY id LIMIT $4", s.Reach(), after, a, n)
}

// LeadsJudged lists the leads to a scope's assets of which a person said whose they are, with what was said and when, the newest first, at most n.
func (t *Tx) LeadsJudged(ctx context.Context, s iru.Scope, n int) ([]iru.JudgedLead, error) {
	out, err := All(ctx, t, func(j *iru.JudgedLead) []any {
		return append(leadFields(&j.Lead), &j.Refused, Micros(&j.At))
	}, `SELECT l.id, l.unit, l.asset, l.address, l.source, l.from_asset, l.document, l.how, l.at, l.last, a.state='rejected',
			COALESCE((SELECT MAX(e.at) FROM event e WHERE e.noun='asset' AND e.subject=a.id AND e.verb IN ('attribute','reject')), a.created)
		FROM lead l JOIN asset a ON a.id=l.asset WHERE ($1=0 OR a.unit=$1) AND l.source<>'person' AND (a.state='rejected' OR a.outlet<>0) ORDER BY l.id DESC LIMIT $2`, s.Reach(), n)
	if err != nil {
		return nil, fmt.Errorf("list judged leads: %w", err)
	}
	return out, nil
}

var trusted = shape[iru.Trusted]{"trusted", "id, unit, kind, value, reason, by_officer, at", func(u *iru.Trusted) []any {
	return []any{&u.ID, &u.Unit, &u.Mark.Kind, &u.Mark.Value, &u.Reason, &u.By, Micros(&u.At)}
}}

// AddTrusted stores that a mark of leads is no noise.
func (t *Tx) AddTrusted(ctx context.Context, u *iru.Trusted) error { return trusted.insert(ctx, t, u) }

// TrustedMarks lists what people said is no noise, oldest first.
func (t *Tx) TrustedMarks(ctx context.Context, s iru.Scope) ([]iru.Trusted, error) {
	return trusted.list(ctx, t, "WHERE "+ownReach+" ORDER BY id", s.Reach())
}
