// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (v *visit) exhibitsPage() error {
	ctx := v.ctx()
	p := ExhibitsPage{Frame: v.frame("evidence", ui.T(ctx, "Evidence"))}
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("before"), 10, 64)
	err := v.read(func(t *db.Tx) error {
		xs, err := t.ExhibitsBefore(ctx, v.scope, iru.ExhibitID(max(before, 0)), perPage+1)
		if err != nil {
			return err
		}
		p.None = len(xs) == 0 && before == 0
		if len(xs) > perPage {
			xs = xs[:perPage]
			p.Pages.Next = at("/exhibits", "before", id(xs[perPage-1].ID))
		}
		if before > 0 {
			p.Pages.Previous = "/exhibits"
		}
		p.Table = ui.Table{Label: ui.T(ctx, "Exhibits"), List: true, Empty: ui.T(ctx, "No more."), Columns: []ui.Column{{Title: ui.T(ctx, "Exhibit"), NoWrap: true}, {Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Found")},
			{Title: ui.T(ctx, "Captured"), NoWrap: true}, {Title: ui.T(ctx, "Vantage point")}, {Title: ui.T(ctx, "Files"), Num: true}, {Title: ui.T(ctx, "Manifest"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
		for _, x := range xs {
			p.Table.Rows = append(p.Table.Rows, ui.Cells(ui.Link("/exhibits/"+id(x.ID), ui.T(ctx, "Exhibit %s", id(x.ID))), shortAddress(x.Locator), outcomeState(ctx, x.Outcome), ui.Fresh{Seen: x.At, Now: v.now},
				ui.Isolated(x.Vantage), ui.Text(strconv.Itoa(len(x.Files))), ui.Hash{Hex: x.Manifest}, exhibitState(ctx, x.State)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) exhibitPage() error { return v.showExhibit("", nil) }

func (v *visit) showExhibit(why string, refused error) error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := ExhibitPage{Now: v.now, Problem: why}
	var outlet iru.Outlet
	err = v.read(func(t *db.Tx) error {
		var err error
		if p.Exhibit, err = t.Exhibit(ctx, v.scope, iru.ExhibitID(n)); err != nil {
			return err
		}
		if p.Item, err = t.Item(ctx, v.scope, p.Exhibit.Item); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		if a, err := t.Asset(ctx, v.scope, p.Exhibit.Asset); err == nil && a.Outlet != 0 {
			if outlet, err = t.Outlet(ctx, v.scope, a.Outlet); err != nil && !errors.Is(err, iru.NotFound) {
				return err
			}
		}
		if p.Custody, err = v.custody(t, p.Exhibit); err != nil {
			return err
		}
		p.Proof = nil
		if p.Exhibit.Event != 0 {
			p.Proof, err = v.proof(t, p.Exhibit.Event)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Sight = v.sight(p.Exhibit, p.Item, v.r.URL.Query().Get("plain") != "")
	p.Files = ui.Table{Label: ui.T(ctx, "Files"), Compact: true, Empty: ui.T(ctx, "Nothing was kept of this look."), Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Kind")}, {Title: ui.T(ctx, "Digest"), NoWrap: true}, {Title: ui.T(ctx, "Size"), Num: true}}}
	for i, f := range p.Exhibit.Files {
		p.Files.Rows = append(p.Files.Rows, ui.Cells(ui.Isolated(f.Name), ui.Text(f.Kind), ui.Hash{Prefix: "sha256:", Hex: f.SHA256, Copy: true}, ui.Text(sizeWords(f.Size))))
		if p.Exhibit.State != iru.ExhibitErased {
			p.Options = append(p.Options, ui.Option{Value: strconv.Itoa(i), Text: fmt.Sprintf("%s, %s", f.Name, sizeWords(f.Size))})
		}
	}
	p.Frame = v.frame("evidence", ui.T(ctx, "Exhibit %s", id(p.Exhibit.ID)))
	p.Frame.Handling = handling(outlet.Handling)
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// custody is who had the exhibit in hand: its recording, its sealing, and for the auditor and the examiner who took files along.
func (v *visit) custody(t *db.Tx, x iru.Exhibit) (ui.Table, error) {
	ctx, who := v.ctx(), names{}
	es, err := t.EventsBefore(ctx, v.scope, iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, 0, maxThread)
	if err != nil {
		return ui.Table{}, err
	}
	if !v.scope.Has(iru.Examiner) {
		es = v.withoutConsultations(es)
	}
	if x.Event != 0 {
		made, err := t.Event(ctx, v.scope, x.Event)
		if err != nil && !errors.Is(err, iru.NotFound) {
			return ui.Table{}, err
		}
		if err == nil && !slices.ContainsFunc(es, func(e iru.Event) bool { return e.ID == made.ID }) {
			es = append(es, made)
		}
	}
	return v.eventTable(t, es, who, false)
}

// sizeWords writes a number of bytes as people read it, in steps of 1,000.
func sizeWords(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// takeFile answers with one file of an exhibit, to be stored and never shown, after the reason was logged.
func (v *visit) takeFile() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var x iru.Exhibit
	err = v.read(func(t *db.Tx) error {
		var err error
		x, err = t.Exhibit(v.ctx(), v.scope, iru.ExhibitID(n))
		return err
	})
	if err != nil {
		return err
	}
	i, err := strconv.Atoi(v.value("file"))
	if err != nil || i < 0 || i >= len(x.Files) || x.State == iru.ExhibitErased {
		return iru.NotFound
	}
	f := x.Files[i]
	if v.value("why") == "" {
		return v.showExhibit(ui.T(v.ctx(), "Say what you need the file for."), iru.Invalid)
	}
	body, err := v.opts.Evidence.Open(v.ctx(), x, f)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := v.desk.Consult(v.ctx(), v.scope, iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, join(v.value("why"), f.Name)); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", `attachment; filename="`+plainFile(fmt.Sprintf("exhibit-%d-%s", x.ID, f.Name))+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = io.CopyN(v.w, body, f.Size) // the reader is gone; there is nobody to tell
	return nil
}
