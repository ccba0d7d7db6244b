// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
)

// An Option is one provider that carries an asset, with what the law allows against it and why not the rest.
type Option struct {
	Provider   iru.Provider
	Carrier    iru.Carrier
	Rulings    []legal.Ruling // allowed ones first
	Target     legal.Target   // what the gate was asked about
	Unrecorded []string       // facts that nobody recorded and that would decide about a removal order
	Confidence iru.Confidence // of the first contact
	Second     iru.Contact    // the confirmed second contact; without an id there is none
	Others     []iru.Contact  // further contacts in use, proposed ones too
	Playbook   iru.Playbook   // of the top-level domain, for a registrar or a registry; without a registry there is none
}

// Options lists who can act on an asset and by which instrument, in the view of the officer's unit.
func (d *Desk) Options(ctx context.Context, s iru.Scope, id iru.AssetID) ([]Option, error) {
	var u iru.Unit
	if err := d.DB.View(ctx, func(t *db.Tx) (err error) { u, err = t.Unit(ctx, s.Unit); return err }); err != nil {
		return nil, err
	}
	return d.OptionsFor(ctx, s, id, u.Kind)
}

// OptionsFor is Options in the view of another kind of issuer.
func (d *Desk) OptionsFor(ctx context.Context, s iru.Scope, id iru.AssetID, issuer legal.IssuerKind) ([]Option, error) {
	var out []Option
	now := d.now()
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		out, err = d.optionsIn(ctx, t, s, id, issuer, now)
		return err
	})
	return out, err
}

// optionsIn is OptionsFor in a transaction that a page reads in.
func (d *Desk) optionsIn(ctx context.Context, t *db.Tx, s iru.Scope, id iru.AssetID, issuer legal.IssuerKind, now time.Time) (out []Option, err error) {
	a, err := t.Asset(ctx, s, id)
	if err != nil {
		return nil, err
	}
	cs, err := t.Carriers(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := d.finding(ctx, t, a, 0)
	if err != nil && !errors.Is(err, iru.Conflict) {
		return nil, err
	}
	facts, err := t.Circumstances(ctx, iru.Program(), id)
	if err != nil {
		return nil, err
	}
	for _, c := range cs {
		p, err := t.Provider(ctx, iru.Program(), c.Provider)
		if err != nil {
			return nil, err
		}
		p.Token = ""
		o := Option{Provider: p, Carrier: c, Target: iru.Target(a, f, p, c.Layer, facts, ""), Confidence: p.Main().Confidence(now)}
		o.Rulings, o.Unrecorded = d.Regime.Options(issuer, o.Target), iru.Unrecorded(o.Target, facts, p)
		if o.Second, _, err = second(ctx, t, p); err != nil {
			return nil, err
		}
		if o.Others, err = t.Contacts(ctx, iru.Program(), p.ID); err != nil {
			return nil, err
		}
		o.Others = slices.DeleteFunc(o.Others, func(c iru.Contact) bool { return !c.DroppedAt.IsZero() })
		if c.Layer == legal.Registrar || c.Layer == legal.Registry {
			if o.Playbook, err = playbook(ctx, t, a.Unit, a.Locator); err != nil {
				return nil, err
			}
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b Option) int { return rank(a) - rank(b) })
	return out, nil
}

// rank puts who is nearest to the content first.
func rank(o Option) int { return slices.Index(legal.Layers(), o.Carrier.Layer) }

// playbook is the unit's own one of an address's top-level domain, or the program's, or none.
func playbook(ctx context.Context, t *db.Tx, u iru.UnitID, address string) (iru.Playbook, error) {
	tld := TLD(address)
	ps, err := t.Playbooks(ctx, iru.Program())
	if err != nil {
		return iru.Playbook{}, err
	}
	for _, p := range ps {
		if p.Unit == u && p.TLD == tld {
			return p, nil
		}
	}
	b, _ := iru.Brought(tld)
	return b, nil
}

// TLD is the top-level domain of an address in ASCII, "" where it has none.
func TLD(address string) string {
	l, err := locator.Parse(address)
	if err != nil || l.IsIP() {
		return ""
	}
	host := strings.TrimSuffix(l.Host(), ".")
	return host[strings.LastIndexByte(host, '.')+1:]
}

// AssetAt finds the asset of an address: its own, or that of an item on it. NotFound where the store has neither.
func (d *Desk) AssetAt(ctx context.Context, s iru.Scope, address string) (id iru.AssetID, err error) {
	l, err := locator.Parse(address)
	if err != nil {
		return 0, iru.Refuse(iru.Invalid, "that is no address: "+clip(address, 80), "write it whole, real or defanged")
	}
	err = d.DB.View(ctx, func(t *db.Tx) error {
		as, err := t.Assets(ctx, s)
		if err != nil {
			return err
		}
		for _, a := range as {
			if a.Locator == l.String() {
				id = a.ID
				return nil
			}
		}
		i, err := t.ItemByLocator(ctx, s.Unit, l.String())
		if errors.Is(err, iru.NotFound) {
			return iru.Refuse(iru.NotFound, l.Defanged()+" is not in the store", "put it on watch, or ask iolaus who-can-act at the command line")
		}
		if err == nil {
			_, err = t.Asset(ctx, s, i.Asset)
		}
		id = i.Asset
		return err
	})
	return id, err
}
