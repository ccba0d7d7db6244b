// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// RecordCircumstance takes an officer's word on a fact that the gate needs. The gate is asked again for every act that has not left.
func (d *Desk) RecordCircumstance(ctx context.Context, s iru.Scope, c iru.Circumstance) (iru.Circumstance, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return c, err
	}
	if c.Source = clip(c.Source, 300); !c.OfProvider() {
		c.Provider = 0
	}
	if err := c.Check(); err != nil {
		return c, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := ownAsset(ctx, t, s, c.Asset)
		if err != nil {
			return err
		}
		if c.Provider != 0 {
			cs, err := t.Carriers(ctx, a.ID)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(cs, func(x iru.Carrier) bool { return x.Provider == c.Provider }) {
				return iru.Refuse(iru.Invalid, "that provider does not carry this asset", "choose one of those that do")
			}
		}
		c.Unit, c.At, c.By = a.Unit, now, s.Officer
		if err := t.AddCircumstance(ctx, &c); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("asset", int64(a.ID), "fact", s.Officer, a.Unit, now, c.Source).With("kind", c.Kind).With("value", c.Value).With("provider", int64(c.Provider)))
		return err
	})
	return c, err
}

// SetPlaybook takes the unit's own playbook of a top-level domain in; it counts instead of the one that the program brings along.
// VerifiedAt is now when the officer says that it was compared with its source today.
func (d *Desk) SetPlaybook(ctx context.Context, s iru.Scope, p iru.Playbook, verified bool) (iru.Playbook, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return p, err
	}
	p.TLD = strings.ToLower(strings.Trim(strings.TrimSpace(p.TLD), "."))
	p.Registry, p.Hold, p.Source, p.Contact, p.ContactKind = clip(p.Registry, 200), clip(p.Hold, 2000), clip(p.Source, 300), clip(p.Contact, 300), clip(p.ContactKind, 40)
	if err := p.Check(); err != nil {
		return p, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p.Unit, p.By, p.Mark, p.VerifiedAt = s.Unit, s.Officer, "", time.Time{}
		if verified {
			p.VerifiedAt = now
		}
		if err := t.SetPlaybook(ctx, &p); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("playbook", p.ID, "enter", s.Officer, s.Unit, now, p.Source).With("tld", p.TLD).With("registry", p.Registry).With("verified", verified))
		return err
	})
	return p, err
}

// Playbooks lists the unit's own playbooks and, of other top-level domains, those that the program brings along.
func (d *Desk) Playbooks(ctx context.Context, s iru.Scope) ([]iru.Playbook, error) {
	if err := s.May(iru.ToRead); err != nil {
		return nil, err
	}
	var out []iru.Playbook
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		out, err = t.Playbooks(ctx, s)
		return err
	})
	own := len(out)
	for _, b := range legal.Playbooks() {
		if !slices.ContainsFunc(out[:own], func(p iru.Playbook) bool { return p.TLD == b.TLD }) {
			out = append(out, iru.FromLegal(b))
		}
	}
	return out, err
}
