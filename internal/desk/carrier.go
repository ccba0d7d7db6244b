// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Carry takes an officer's word that a provider of the directory carries an asset: where no probe can find out, or where it found
// the wrong one. The gate asks the law for that provider's layer afterwards, as for any other.
func (d *Desk) Carry(ctx context.Context, s iru.Scope, asset iru.AssetID, provider iru.ProviderID, source string) (iru.Carrier, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Carrier{}, err
	}
	if source = clip(source, 300); strings.TrimSpace(source) == "" {
		return iru.Carrier{}, iru.Refuse(iru.Invalid, "it is not said how this is known", "name the source, such as the register of the network")
	}
	var c iru.Carrier
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := ownAsset(ctx, t, s, asset)
		if err != nil {
			return err
		}
		p, err := t.Provider(ctx, s, provider)
		if err != nil {
			return err
		}
		c = iru.Carrier{Asset: a.ID, Provider: p.ID, Layer: p.Layer, Source: source, At: now, By: s.Officer}
		if err := t.SetCarrier(ctx, c); err != nil {
			return err
		}
		if err := d.chartCarriers(ctx, t, a); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("asset", int64(a.ID), "carry", s.Officer, a.Unit, now, source).With("provider", int64(p.ID)).With("layer", string(p.Layer)))
		return err
	})
	return c, err
}
