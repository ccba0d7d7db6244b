// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

type bankExport struct {
	Bank        string `help:"Bank to hand out." required:"" placeholder:"NAME"`
	Format      string `help:"signals, csv or json; only json has everything." enum:"signals,csv,json" default:"json"`
	For         string `help:"What it is for: court, partner or analysis; handling codes decide." enum:"court,partner,analysis" default:"partner" placeholder:"USE"`
	To          string `help:"Who receives it; the log keeps it." placeholder:"NAME"`
	Reason      string `help:"What it is needed for." placeholder:"TEXT"`
	Acknowledge bool   `help:"The condition of H3 will be kept."`
	As          string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
	Out         string `help:"File to write; without it standard output." short:"o" type:"path" placeholder:"FILE"`
}

// Run writes a bank in an officer's name.
func (k *bankExport) Run(ctx context.Context, c *cli, e env) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	if k.Out != "" {
		if err := free(k.Out); err != nil {
			return err
		}
	}
	sc, err := s.as(ctx, k.As, e.stderr)
	if err != nil {
		return err
	}
	b, err := s.bank(ctx, sc, k.Bank)
	if err != nil {
		return err
	}
	h := desk.Handover{Bank: b.ID, Use: iru.Use(k.For), To: k.To, Why: k.Reason, Acknowledged: k.Acknowledge}
	fill := func(w io.Writer) error {
		b, ks, err := s.desk.ExportBank(ctx, sc, h)
		if err != nil {
			return err
		}
		out, err := bankfile.NewWriter(w, bankfile.Format(k.Format), bankfile.Header{Bank: b.Name, Source: b.Source, Handling: b.Handling, Note: b.Note, Unit: s.cfg.Unit.Name})
		if err != nil {
			return err
		}
		for known, err := range ks {
			if err != nil {
				return err
			}
			if err := out.Write(known); err != nil {
				return err
			}
		}
		return out.Close()
	}
	if k.Out == "" {
		return fill(e.stdout)
	}
	if err := write(k.Out, filepath.Dir(k.Out), fill); err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "“%s” is in %s, under %s\n", b.Name, k.Out, b.Handling)
	return nil
}
