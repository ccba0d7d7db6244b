// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var deskHours = shape[iru.DeskHours]{"deskhours", "id, unit, provider, always, zone, windows, holidays, works, cache, ended, reason, by_officer, at", func(h *iru.DeskHours) []any {
	return []any{&h.ID, &h.Unit, &h.Provider, &h.Always, &h.Zone, JSON(&h.Windows), JSON(&h.Holidays), JSON(&h.Works), Length(&h.Cache), &h.Ended, &h.Reason, &h.By, Micros(&h.At)}
}}

// AddDeskHours stores the hours of an addressee's desk and sets their id: they count from now on.
func (t *Tx) AddDeskHours(ctx context.Context, h *iru.DeskHours) error {
	return deskHours.insert(ctx, t, h)
}

// DeskHours lists what counts of what a scope's unit said of desks: the newest of each addressee, one that was taken back too.
func (t *Tx) DeskHours(ctx context.Context, s iru.Scope) ([]iru.DeskHours, error) {
	return deskHours.list(ctx, t, "WHERE "+ownReach+" AND id IN (SELECT MAX(id) FROM deskhours GROUP BY unit, provider) ORDER BY unit, provider", s.Reach())
}
