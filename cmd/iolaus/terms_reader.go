// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// termsReader says whose watch lists are read: a unit's lists are shown to nobody else.
type termsReader struct {
	As   string `help:"Sign-in name of an officer of the unit; without it that of the account." xor:"whose" placeholder:"LOGIN"`
	Unit string `help:"Name of the unit whose lists are read, instead of an officer's." xor:"whose" placeholder:"NAME"`
}

// scope reaches the lists of one unit: the one that is named, else that of the officer, else the only one that there is.
func (r termsReader) scope(ctx context.Context, s *termStore) (iru.Scope, error) {
	var units []iru.Unit
	if err := s.db.View(ctx, func(t *db.Tx) (err error) {
		units, err = t.Units(ctx)
		return err
	}); err != nil {
		return iru.Scope{}, err
	}
	if r.Unit != "" {
		for _, u := range units {
			if strings.EqualFold(u.Name, strings.TrimSpace(r.Unit)) {
				return iru.ProgramFor(u.ID), nil
			}
		}
		return iru.Scope{}, iru.Refuse(iru.NotFound, fmt.Sprintf("there is no unit %q", r.Unit), "")
	}
	login := r.As
	if login == "" {
		if u, err := user.Current(); err == nil {
			login = u.Username
		}
	}
	o, err := officerOf(ctx, s.db, login)
	switch {
	case err == nil:
		return iru.ProgramFor(o.Unit), nil
	case r.As != "" || !errors.Is(err, iru.NotFound):
		return iru.Scope{}, err
	case len(units) == 1:
		return iru.ProgramFor(units[0].ID), nil
	case len(units) == 0:
		return iru.Scope{}, nil // a store that nobody uses yet has no lists
	}
	return iru.Scope{}, iru.Refuse(iru.Invalid, "it is not said whose lists are read", "give --as LOGIN or --unit NAME")
}
