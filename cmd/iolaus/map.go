// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type mapCmd struct {
	Outlet      int64  `help:"Number of the outlet." required:"" placeholder:"N"`
	On          string `help:"As it was at the end of a day, UTC, or at an instant (RFC 3339); without it as it is now." placeholder:"DATE"`
	Out         string `help:"File to write; its ending says how: .graphml or .json." short:"o" required:"" type:"path" placeholder:"FILE"`
	As          string `help:"Sign-in name of the officer in whose name it is done; without it the log names the operator of the machine." placeholder:"LOGIN"`
	Acknowledge bool   `help:"The condition of H3 will be kept."`
}

// Run writes the map of an outlet. The log says who took it out.
func (m *mapCmd) Run(ctx context.Context, c *cli, e env) error {
	format := strings.TrimPrefix(filepath.Ext(m.Out), ".")
	if format != desk.GraphML && format != desk.MapJSON {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%s does not say in which format", m.Out), "let it end in .graphml or .json")
	}
	at, err := iru.MapTime(m.On)
	if err != nil {
		return err
	}
	if err := free(m.Out); err != nil {
		return err
	}
	d, err := reportDesk(ctx, c, e, "")
	if err != nil {
		return err
	}
	defer d.DB.Close()
	s := iru.Program()
	if m.As != "" {
		o, err := officerOf(ctx, d.DB, m.As)
		if err != nil {
			return err
		}
		s = o.Scope()
	}
	file, drawn, err := d.ExportMap(ctx, s, iru.OutletID(m.Outlet), at, format, m.Acknowledge)
	if err != nil {
		return err
	}
	if err := write(m.Out, filepath.Dir(m.Out), func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %d nodes, %d edges, as it was at %s, %s\n", m.Out, len(drawn.Nodes), len(drawn.Ties)+len(drawn.Suggested), drawn.At.Format("2006-01-02T15:04:05Z"), drawn.Outlet.Handling)
	return nil
}
