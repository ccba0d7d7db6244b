// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// SetDeskHours stores what the unit knows of an addressee's hours, holidays and caches: rehearsals play with it from now on.
func (d *Desk) SetDeskHours(ctx context.Context, s iru.Scope, h iru.DeskHours) (iru.DeskHours, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return h, err
	}
	h.Reason = clip(h.Reason, 500)
	if err := h.Check(); err != nil {
		return h, err
	}
	if h.Zone != "" {
		if _, err := zone(h.Zone); err != nil {
			return h, err
		}
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, h.Provider)
		if err != nil {
			return err
		}
		h.ID, h.Unit, h.By, h.At = 0, s.Unit, s.Officer, now
		if err := t.AddDeskHours(ctx, &h); err != nil {
			return err
		}
		verb := "hours"
		if h.Ended {
			verb = "unhours"
		}
		_, err = t.Record(ctx, happened("provider", int64(p.ID), verb, s.Officer, s.Unit, now, h.Reason))
		return err
	})
	return h, err
}

// deskHours are what the scope's unit said, by addressee.
func deskHours(ctx context.Context, t *db.Tx, s iru.Scope) (map[iru.ProviderID]iru.DeskHours, error) {
	hs, err := t.DeskHours(ctx, s)
	out := map[iru.ProviderID]iru.DeskHours{}
	for _, h := range hs {
		if !h.Ended {
			out[h.Provider] = h
		}
	}
	return out, err
}
