// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A shelf is what commands about banks and watch lists need: the store. No server has to run.
type shelf struct {
	cfg  config
	db   *db.DB
	desk *desk.Desk
}

func openShelf(ctx context.Context, c *cli, e env) (*shelf, error) {
	cfg, err := c.load(e)
	if err != nil {
		return nil, err
	}
	s := &shelf{cfg: cfg}
	if s.db, err = db.Open(ctx, cfg.db); err != nil {
		return nil, err
	}
	s.desk = &desk.Desk{DB: s.db, Now: time.Now, Regime: legal.EU(), Rules: cfg.rules(), Software: software()}
	return s, nil
}

func (s *shelf) shut(err *error) { *err = errors.Join(*err, s.db.Close()) }

// as is the officer in whose name it is done: who is named, or whose sign-in name is the account's. On a store that nobody uses yet the
// account's own becomes its officer, so that banks need no workbench; the log says so.
func (s *shelf) as(ctx context.Context, login string, say io.Writer) (iru.Scope, error) {
	named := login != ""
	if !named {
		u, err := user.Current()
		if err != nil {
			return iru.Scope{}, iru.Refuse(iru.Invalid, "it is not said in whose name it is done", "give --as LOGIN")
		}
		login = u.Username
	}
	o, err := officerOf(ctx, s.db, login)
	if !errors.Is(err, iru.NotFound) || named {
		return o.Scope(), err
	}
	var os []iru.Officer
	if err := s.db.View(ctx, func(t *db.Tx) (err error) {
		os, err = t.Officers(ctx)
		return err
	}); err != nil {
		return iru.Scope{}, err
	}
	if len(os) > 0 {
		return iru.Scope{}, iru.Refuse(iru.Invalid, "it is not said in whose name it is done", "give --as LOGIN")
	}
	unit := iru.Unit{Name: s.cfg.Unit.Name, Country: s.cfg.Unit.Country, Kind: legal.IssuerKind(s.cfg.Unit.Kind), Mail: s.cfg.Unit.Mail}
	if o, err = s.desk.BeginLocal(ctx, unit, login, whoami()); err != nil {
		return iru.Scope{}, err
	}
	fmt.Fprintf(say, "The store is new: %s is its officer %q. Before a workbench is used: iolaus invite admin\n", whoami(), login)
	return o.Scope(), nil
}
