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

func (v *visit) exhibitPage() error { return v.showExhibit(ExhibitPage{}, nil) }

// exhibit reads the one that the path names.
func (v *visit) exhibit() (x iru.Exhibit, err error) {
	n, err := v.number("id")
	if err != nil {
		return x, err
	}
	err = v.read(func(t *db.Tx) error {
		x, err = t.Exhibit(v.ctx(), v.scope, iru.ExhibitID(n))
		return err
	})
	return x, err
}

// showExhibit shows the page. What a refused form said, and why, is set in p before.
func (v *visit) showExhibit(p ExhibitPage, refused error) error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p.Now, p.Said, p.MayExport = v.now, v.said(), v.opts.Export != nil
	err = v.read(func(t *db.Tx) error {
		var err error
		if p.Exhibit, err = t.Exhibit(ctx, v.scope, iru.ExhibitID(n)); err != nil {
			return err
		}
		if p.Item, err = t.Item(ctx, v.scope, p.Exhibit.Item); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		if p.Handling, err = v.handlingOf(t, p.Exhibit); err != nil {
			return err
		}
		if p.Custody, err = v.custody(t, p.Exhibit); err != nil {
			return err
		}
		if p.Others, err = v.others(t, p.Exhibit); err != nil {
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
	p.Check, p.Checked = v.checks.get(p.Exhibit.ID)
	for i, f := range p.Exhibit.Files {
		if p.Exhibit.State != iru.ExhibitErased {
			p.Options = append(p.Options, ui.Option{Value: strconv.Itoa(i), Text: fmt.Sprintf("%s, %s", f.Name, sizeWords(f.Size))})
		}
	}
	p.Frame = v.frame("evidence", ui.T(ctx, "Exhibit %s", id(p.Exhibit.ID)))
	p.Frame.Handling = handling(p.Handling)
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// handlingOf is the handling codes of an exhibit: those of the outlet that its asset belongs to.
func (v *visit) handlingOf(t *db.Tx, x iru.Exhibit) (iru.Handling, error) {
	a, err := t.Asset(v.ctx(), v.scope, x.Asset)
	if errors.Is(err, iru.NotFound) || err == nil && a.Outlet == 0 {
		return iru.DefaultHandling, nil
	}
	if err != nil {
		return iru.Handling{}, err
	}
	o, err := t.Outlet(v.ctx(), v.scope, a.Outlet)
	if errors.Is(err, iru.NotFound) {
		return iru.DefaultHandling, nil
	}
	return o.Handling, err
}

// others are the other captures of the same item, newest first.
func (v *visit) others(t *db.Tx, x iru.Exhibit) ([]iru.Exhibit, error) {
	if x.Item == 0 {
		return nil, nil
	}
	xs, err := t.ExhibitsOf(v.ctx(), v.scope, x.Item)
	return slices.DeleteFunc(xs, func(o iru.Exhibit) bool { return o.ID == x.ID }), err
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
	x, err := v.exhibit()
	if err != nil {
		return err
	}
	i, err := strconv.Atoi(v.value("file"))
	if err != nil || i < 0 || i >= len(x.Files) || x.State == iru.ExhibitErased {
		return iru.NotFound
	}
	f := x.Files[i]
	if v.value("why") == "" {
		return v.showExhibit(ExhibitPage{Problem: ui.T(v.ctx(), "Say what you need the file for.")}, iru.Invalid)
	}
	body, err := v.opts.Evidence.Open(v.ctx(), x, f)
	if err != nil {
		return err
	}
	defer body.Close()
	what := fmt.Sprintf("took a copy of %s (sha256 %s) along; the original stays in the store", f.Name, f.SHA256)
	if _, err := v.desk.Take(v.ctx(), v.scope, x.ID, what, v.value("why")); err != nil {
		return err
	}
	v.attach(fmt.Sprintf("exhibit-%d-%s", x.ID, f.Name), f.Size, body)
	return nil
}

// attach answers with bytes that a browser stores and never shows; size is their number, below 0 where it is not known.
func (v *visit) attach(name string, size int64, body io.Reader) {
	v.attachHead(name, size)
	if size >= 0 {
		body = io.LimitReader(body, size)
	}
	_, _ = io.Copy(v.w, body) // the reader is gone; there is nobody to tell
}

// attachHead says that what follows is a file, to be stored and never shown.
func (v *visit) attachHead(name string, size int64) {
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	h.Set("Content-Disposition", `attachment; filename="`+plainFile(name)+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
}

// verifyExhibit checks an exhibit again and leads back to its page, which shows the result. The log keeps who asked, and the result.
func (v *visit) verifyExhibit() error {
	x, err := v.exhibit()
	if err != nil {
		return err
	}
	c, err := v.verify(x)
	if err != nil {
		return err
	}
	// A consultation, no link of custody: what may be damaged is not written on.
	if err := v.desk.Consult(v.ctx(), v.scope, iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, join("verification", string(c.Result()))); err != nil {
		return err
	}
	v.checks.put(x.ID, c)
	return v.to("/exhibits/%d#check", x.ID)
}
