// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Unit is a referral unit or another agency.
type Unit struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Country string    `json:"country" doc:"The state whose law it acts under."`
	Kind    issuer    `json:"kind" doc:"What it may issue."`
	State   unitState `json:"state"`
}

func (u Unit) cursor() string { return number(u.ID) }

func unit(u iru.Unit) Unit {
	return Unit{ID: int64(u.ID), Name: u.Name, Country: u.Country, Kind: issuer(u.Kind), State: unitState(u.State)}
}

func (s *server) units() {
	list(s, "/v1/units", "list-units", "List the units", func(ctx context.Context, t *db.Tx, _ iru.Scope, in *Page, n int) ([]Unit, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		us, err := t.UnitsAfter(ctx, iru.UnitID(after), n)
		return paged(us, err, unit)
	})
}
