// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

var providers = shape[iru.Provider]{"provider", "id, unit, name, site, layer, jurisdiction, serves_others, channel, address, token, source, guess, seen_at, contact, confirmed_by, confirmed_at, note, created, languages, establishment, representative, seal, seal_key, defang",
	func(p *iru.Provider) []any {
		return []any{&p.ID, &p.Unit, &p.Name, &p.Site, &p.Layer, &p.Jurisdiction, &p.ServesOthers, &p.Channel, &p.Address, &p.Token, &p.Source,
			&p.Guess, Micros(&p.SeenAt), &p.Contact, &p.ConfirmedBy, Micros(&p.ConfirmedAt), &p.Note, Micros(&p.Created), JSON(&p.Languages),
			&p.Establishment, &p.Representative, &p.Seal, &p.SealKey, &p.Defang}
	}}

// AddProvider stores a provider and sets its id.
func (t *Tx) AddProvider(ctx context.Context, p *iru.Provider) error {
	return providers.insert(ctx, t, p)
}

// Provider reads one provider.
func (t *Tx) Provider(ctx context.Context, s iru.Scope, id iru.ProviderID) (iru.Provider, error) {
	return providers.get(ctx, t, provReach+" AND id=$2", s.Reach(), id)
}

// ProviderByName reads a unit's provider by name and layer.
func (t *Tx) ProviderByName(ctx context.Context, u iru.UnitID, name string, layer legal.Layer) (iru.Provider, error) {
	return providers.get(ctx, t, "unit=$1 AND name=$2 AND layer=$3", u, name, layer)
}

// Providers lists the providers by name.
func (t *Tx) Providers(ctx context.Context, s iru.Scope) ([]iru.Provider, error) {
	return providers.list(ctx, t, "WHERE "+provReach+" ORDER BY name, layer", s.Reach())
}

// UpdateProvider stores the provider again if its contact is still in the old state.
func (t *Tx) UpdateProvider(ctx context.Context, p iru.Provider, old iru.ContactState) error {
	return providers.update(ctx, t, &p, "contact", old)
}

// SetCarrier stores that a provider carries an asset, or that it was seen again. An officer's word stays one.
func (t *Tx) SetCarrier(ctx context.Context, c iru.Carrier) error {
	_, err := t.Exec(ctx, `INSERT INTO carrier (asset, provider, layer, source, at, by_officer) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (asset, provider, layer) DO UPDATE SET source=$4, at=$5, by_officer=CASE WHEN $6=0 THEN carrier.by_officer ELSE $6 END`,
		c.Asset, c.Provider, c.Layer, c.Source, Micros(&c.At), c.By)
	if err != nil {
		return fmt.Errorf("add carrier: %w", err)
	}
	return nil
}

// RemoveCarrier drops what was said of a provider that no longer carries an asset.
func (t *Tx) RemoveCarrier(ctx context.Context, c iru.Carrier) error {
	_, err := t.Exec(ctx, "DELETE FROM carrier WHERE asset=$1 AND provider=$2 AND layer=$3", c.Asset, c.Provider, c.Layer)
	if err != nil {
		return fmt.Errorf("remove carrier: %w", err)
	}
	return nil
}

// Carriers lists who carries an asset.
func (t *Tx) Carriers(ctx context.Context, a iru.AssetID) ([]iru.Carrier, error) {
	return shape[iru.Carrier]{"carrier", "asset, provider, layer, source, at, by_officer", func(c *iru.Carrier) []any {
		return []any{&c.Asset, &c.Provider, &c.Layer, &c.Source, Micros(&c.At), &c.By}
	}}.list(ctx, t, "WHERE asset=$1 ORDER BY layer, provider", a)
}

// ProvidersAfter lists the providers after an id, oldest first, at most n.
func (t *Tx) ProvidersAfter(ctx context.Context, s iru.Scope, after iru.ProviderID, n int) ([]iru.Provider, error) {
	return providers.list(ctx, t, "WHERE "+provReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}
