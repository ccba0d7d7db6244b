// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"io"
	"slices"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// An ExportRequest says what a bundle is made for.
type ExportRequest struct {
	Purpose      iru.Use
	Recipient    string // who gets it
	Reason       string
	Acknowledged bool // the officer says that whoever supplied content of handling code H3 agrees
}

// An ExportedBundle is a bundle, ready to be sent. Whoever takes it closes its body.
type ExportedBundle struct {
	Name string // of the file
	Size int64  // bytes; below 0: not known
	Body io.ReadCloser
}

// Export makes the bundle of an exhibit, and records that it was made. Its refusals are shown as they are.
type Export func(ctx context.Context, s iru.Scope, id iru.ExhibitID, r ExportRequest) (ExportedBundle, error)

// exportExhibit answers with the bundle of an exhibit.
func (v *visit) exportExhibit() error {
	x, err := v.exhibit()
	if err != nil {
		return err
	}
	if v.opts.Export == nil {
		return iru.NotFound
	}
	p := ExhibitPage{Export: ExportRequest{Purpose: iru.Use(v.value("purpose")), Recipient: v.value("recipient"), Reason: v.value("reason"), Acknowledged: v.value("acknowledged") != ""}}
	switch ctx := v.ctx(); {
	case !slices.Contains(iru.Uses, p.Export.Purpose):
		p.ExportProblem = ui.T(ctx, "Say what the bundle is for.")
	case p.Export.Recipient == "":
		p.ExportProblem = ui.T(ctx, "Say who gets the bundle.")
	case p.Export.Reason == "":
		p.ExportProblem = ui.T(ctx, "Say why they get it.")
	}
	if p.ExportProblem != "" {
		return v.showExhibit(p, iru.Invalid)
	}
	b, err := v.opts.Export(v.ctx(), v.scope, x.ID, p.Export)
	if why, ok := complaint(err); ok {
		p.ExportProblem = why
		return v.showExhibit(p, err)
	}
	if err != nil {
		return err
	}
	defer b.Body.Close()
	v.attach(b.Name, b.Size, b.Body)
	return nil
}
