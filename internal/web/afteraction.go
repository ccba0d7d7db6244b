// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// afterAsked is the report that the address names: the team's edition where it does not say.
func (v *visit) afterAsked() (desk.AfterRequest, error) {
	n, err := v.number("id")
	q := desk.AfterRequest{Operation: iru.OperationID(n), Edition: iru.AfterTeam}
	if e := iru.AfterEdition(v.r.URL.Query().Get("edition")); slices.Contains(iru.AfterEditions, e) {
		q.Edition = e
	}
	return q, err
}

// afterPage is the after-action report of an operation.
func (v *visit) afterPage() error {
	ctx := v.ctx()
	q, err := v.afterAsked()
	if err != nil {
		return err
	}
	p, codes := AfterPage{Now: v.now}, iru.Handling{}
	err = v.read(func(t *db.Tx) (err error) {
		if p.After, err = v.desk.AfterAction(ctx, t, v.scope, q); err != nil {
			return err
		}
		if p.Others, err = t.Operations(ctx, v.scope); err == nil {
			codes, err = v.codesOf(t, q.Operation)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("operations", ui.T(ctx, "After-action report")+" · "+p.After.Operation.Name)
	p.Frame.Handling = handling(codes)
	return v.show(p.View())
}

// codesOf are the handling codes of an operation's first outlet, which its pages carry; none where that is another unit's.
func (v *visit) codesOf(t *db.Tx, id iru.OperationID) (iru.Handling, error) {
	o, err := t.Operation(v.ctx(), v.scope, id)
	if err != nil || len(o.Outlets) == 0 {
		return iru.Handling{}, err
	}
	out, err := t.Outlet(v.ctx(), v.scope, o.Outlets[0])
	return out.Handling, notYetThere(err)
}

// besidePage lays two reports side by side.
func (v *visit) besidePage() error {
	ctx := v.ctx()
	q, err := v.afterAsked()
	if err != nil {
		return err
	}
	other, err := v.number("other")
	if err != nil {
		return err
	}
	p, codes := BesidePage{}, iru.Handling{}
	err = v.read(func(t *db.Tx) error {
		p.All = nil
		for _, id := range []iru.OperationID{q.Operation, iru.OperationID(other)} {
			q.Operation = id
			a, err := v.desk.AfterAction(ctx, t, v.scope, q)
			if err != nil {
				return err
			}
			p.All = append(p.All, a)
			if len(p.All) == 1 {
				if codes, err = v.codesOf(t, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("operations", ui.T(ctx, "Side by side"))
	p.Frame.Handling = handling(codes)
	return v.show(p.View())
}

// afterFile gives a report as PDF, HTML, CSV or JSON; PDF and HTML in the officer's language.
func (v *visit) afterFile() error {
	ctx := v.ctx()
	q, err := v.afterAsked()
	if err != nil {
		return err
	}
	if q.Seed, err = desk.NewReportSeed(); err != nil {
		return err
	}
	types := map[string]string{"json": "application/json", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf", "html": "text/html; charset=utf-8"}
	ending := v.r.PathValue("ending")
	if types[ending] == "" {
		return iru.NotFound
	}
	var a iru.AfterAction
	if err := v.read(func(t *db.Tx) error { a, err = v.desk.AfterAction(ctx, t, v.scope, q); return err }); err != nil {
		return err
	}
	say := func(s string) string { return afterWord(ctx, s) }
	lang := ui.LanguageOf(ctx)
	var b []byte
	switch ending {
	case "json":
		b, err = a.JSON()
	case "csv":
		b, err = desk.AfterFiguresCSV(a)
	case "pdf":
		b, err = desk.AfterPDF(a, lang.Tag, say)
	default:
		b = desk.AfterHTML(lang.Tag, lang.Dir, say, a)
	}
	if err != nil {
		return err
	}
	return v.file(strings.Join([]string{desk.AfterName(a), ending}, "."), types[ending], b)
}
