// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type exhibitCmd struct {
	Export exhibitExport `cmd:"" help:"Write a bundle for a court, a partner or analysis, as far as handling codes allow."`
	Erase  exhibitErase  `cmd:"" help:"Destroy an exhibit for good: one officer asks, a second one who signs confirms."`
}

type exhibitErase struct {
	Exhibit int64  `arg:"" help:"Number of the exhibit."`
	As      string `help:"Sign-in name of the officer in whose name it is done." required:"" placeholder:"LOGIN"`
	Why     string `help:"Rule or order under which it is erased; the log keeps it." required:"" placeholder:"REASON"`
}

// Run asks for the end of an exhibit, or confirms it.
func (x *exhibitErase) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	o, err := h.officer(ctx, x.As)
	if err != nil {
		return err
	}
	now, err := h.desk.Erase(ctx, o.Scope(), iru.ExhibitID(x.Exhibit), x.Why)
	if err != nil {
		return err
	}
	if now.State != iru.ExhibitErased {
		fmt.Fprintf(e.stdout, "Asked for. Exhibit %d is erased when another officer, who signs, gives the same command within %d days.\n", now.ID, int(desk.EraseWithin.Hours()/24))
		return nil
	}
	fmt.Fprintf(e.stdout, "Exhibit %d is erased: its key is destroyed, and the workers remove its %d files. Backups made before still hold both.\n", now.ID, len(now.Files))
	return nil
}

// officer finds an active officer by sign-in name.
func (h *house) officer(ctx context.Context, login string) (iru.Officer, error) {
	return officerOf(ctx, h.db, login)
}

func officerOf(ctx context.Context, d *db.DB, login string) (iru.Officer, error) {
	var o iru.Officer
	err := d.View(ctx, func(t *db.Tx) error {
		var err error
		o, err = t.OfficerByLogin(ctx, login)
		return err
	})
	if errors.Is(err, iru.NotFound) {
		return o, iru.Refuse(iru.NotFound, fmt.Sprintf("no officer signs in as %q in this store", login), "is --data, or --db, the right one?")
	}
	if err != nil {
		return o, fmt.Errorf("find officer %q: %w", login, err)
	}
	if o.State != iru.OfficerActive {
		return o, iru.Refuse(iru.Forbidden, o.Name+" is "+string(o.State), "accept the invitation first")
	}
	return o, nil
}
