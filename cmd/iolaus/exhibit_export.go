// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type exhibitExport struct {
	Exhibit     int64  `arg:"" help:"Number of the exhibit."`
	For         string `help:"What it is for: court, partner or analysis; handling codes decide." enum:"court,partner,analysis" required:"" placeholder:"USE"`
	To          string `help:"Who receives it." required:"" placeholder:"NAME"`
	As          string `help:"Sign-in name of the officer in whose name it is done." required:"" placeholder:"LOGIN"`
	Reason      string `help:"What it is needed for." required:"" placeholder:"TEXT"`
	Authority   string `help:"Order or request that it rests on." placeholder:"TEXT"`
	Acknowledge bool   `help:"The condition of H3 will be kept."`
	Out         string `help:"Bundle to write; without it exhibit-N-USE.wacz." short:"o" type:"path" placeholder:"FILE"`
}

// Run writes a bundle in an officer's name; whoever can read the data folder may, and the log says so.
func (x *exhibitExport) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	out := first(x.Out, fmt.Sprintf("exhibit-%d-%s.wacz", x.Exhibit, x.For))
	if err := free(out); err != nil {
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
	r := desk.Export{Exhibit: iru.ExhibitID(x.Exhibit), Use: iru.Use(x.For), To: x.To, Why: x.Reason, Authority: x.Authority, Acknowledged: x.Acknowledge}
	if err := write(out, filepath.Dir(out), func(w io.Writer) error { return h.crew.Export(ctx, o.Scope(), r, w) }); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "bundle %s\ncheck it with: iolaus verify %s --key %s\n", out, out, filepath.Join(keyFolder(cfg.data), publicKey))
	return nil
}
