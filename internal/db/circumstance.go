// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var circumstances = shape[iru.Circumstance]{"circumstance", "id, unit, asset, provider, kind, value, source, at, by_officer", func(c *iru.Circumstance) []any {
	return []any{&c.ID, &c.Unit, &c.Asset, &c.Provider, &c.Kind, &c.Value, &c.Source, Micros(&c.At), &c.By}
}}

// AddCircumstance stores what an officer says of an asset or of a provider's part in it.
func (t *Tx) AddCircumstance(ctx context.Context, c *iru.Circumstance) error {
	return circumstances.insert(ctx, t, c)
}

// Circumstances lists what was said of an asset, oldest first. The asset itself is read with a scope before.
func (t *Tx) Circumstances(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Circumstance, error) {
	return circumstances.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND asset=$2 ORDER BY id", s.Reach(), a)
}

var playbooks = shape[iru.Playbook]{"playbook", "id, unit, tld, registry, hold, contact_kind, contact, source, verified_at, by_officer", func(p *iru.Playbook) []any {
	return []any{&p.ID, &p.Unit, &p.TLD, &p.Registry, &p.Hold, &p.ContactKind, &p.Contact, &p.Source, Micros(&p.VerifiedAt), &p.By}
}}

// SetPlaybook stores a unit's own playbook of a top-level domain in place of the one before.
func (t *Tx) SetPlaybook(ctx context.Context, p *iru.Playbook) error {
	if _, err := t.Exec(ctx, "DELETE FROM playbook WHERE unit=$1 AND tld=$2", p.Unit, p.TLD); err != nil {
		return err
	}
	return playbooks.insert(ctx, t, p)
}

// Playbooks lists the unit's own playbooks by top-level domain.
func (t *Tx) Playbooks(ctx context.Context, s iru.Scope) ([]iru.Playbook, error) {
	return playbooks.list(ctx, t, "WHERE ($1=0 OR unit=$1) ORDER BY tld", s.Reach())
}
