// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// reportYears is how many years the page offers, the present one included.
const reportYears = 5

// asked is the report that the address names: of this year and internal where it does not say.
func (v *visit) asked(kind string) desk.ReportRequest {
	q := v.r.URL.Query()
	out := desk.ReportRequest{Kind: iru.ReportKind(kind), Year: v.now.Year(), Edition: iru.InternalEdition}
	if y, err := strconv.Atoi(q.Get("year")); err == nil {
		out.Year = y
	}
	if q.Get("edition") == string(iru.PublicEdition) {
		out.Edition = iru.PublicEdition
	}
	if n, err := strconv.ParseInt(q.Get("size"), 10, 64); err == nil && n > 0 {
		out.Size = n
	}
	return out
}

// reportPath leads to a page of a report; of the ledger as it was where a size is given.
func reportPath(path string, q desk.ReportRequest) string {
	size := ""
	if q.Size > 0 {
		size = strconv.FormatInt(q.Size, 10)
	}
	return at(path, "year", strconv.Itoa(q.Year), "edition", string(q.Edition), "size", size)
}

func (v *visit) reportsPage() error {
	ctx := v.ctx()
	q := v.asked("")
	p := ReportsPage{Frame: v.frame("ledger", ui.T(ctx, "Reports")), Ask: q, Now: v.now}
	err := v.read(func(t *db.Tx) error {
		size, at, _, err := t.Checkpoint(ctx)
		p.Size, p.At = size, at
		return notYetThere(err)
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) reportPage() error {
	ctx := v.ctx()
	p := ReportPage{Ask: v.asked(v.r.PathValue("kind")), Now: v.now}
	if !slices.Contains(iru.ReportKinds, p.Ask.Kind) {
		return iru.NotFound
	}
	err := v.read(func(t *db.Tx) error {
		var err error
		p.Report, err = v.desk.Report(ctx, t, v.scope, p.Ask)
		return err
	})
	if err != nil {
		return err
	}
	p.Ask.Size = p.Report.Ledger.Size
	p.Frame = v.frame("ledger", reportTitle(ctx, p.Ask.Kind))
	return v.show(p.View())
}

// reportFile gives a report as JSON, CSV or PDF.
func (v *visit) reportFile() error {
	ctx, q := v.ctx(), v.asked(v.r.PathValue("kind"))
	make := map[string]func(iru.Report) ([]byte, error){"json": iru.Report.JSON, "csv": desk.ReportCSV, "pdf": desk.ReportPDF}
	types := map[string]string{"json": "application/json", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
	ending := v.r.PathValue("ending")
	if make[ending] == nil || !slices.Contains(iru.ReportKinds, q.Kind) {
		return iru.NotFound
	}
	var err error
	if q.Seed, err = desk.NewReportSeed(); err != nil {
		return err
	}
	var r iru.Report
	if err := v.read(func(t *db.Tx) error { r, err = v.desk.Report(ctx, t, v.scope, q); return err }); err != nil {
		return err
	}
	b, err := make[ending](r)
	if err != nil {
		return err
	}
	return v.file(desk.ReportName(r)+"."+ending, types[ending], b)
}

// figure reads a report with one of its figures and the list behind it.
func (v *visit) figure() (p FigurePage, err error) {
	ctx := v.ctx()
	p.Ask, p.Now = v.asked(v.r.PathValue("kind")), v.now
	if !slices.Contains(iru.ReportKinds, p.Ask.Kind) {
		return p, iru.NotFound
	}
	err = v.read(func(t *db.Tx) error {
		var err error
		if p.Report, err = v.desk.Report(ctx, t, v.scope, p.Ask); err != nil {
			return err
		}
		p.Ask.Size = p.Report.Ledger.Size
		if _, _, p.List, err = v.desk.ListFigure(ctx, t, v.scope, p.Ask, v.r.PathValue("figure")); err != nil {
			return err
		}
		p.Figure, _ = p.Report.Figure(v.r.PathValue("figure"))
		return nil
	})
	return p, err
}

func (v *visit) figurePage() error {
	p, err := v.figure()
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(v.r.URL.Query().Get("from"))
	from = min(max(from, 0), len(p.List))
	path := reportPath("/reports/"+string(p.Ask.Kind)+"/figures/"+p.Figure.ID, p.Ask)
	if from+perPage < len(p.List) {
		p.Pages.Next = path + "&from=" + strconv.Itoa(from+perPage)
	}
	if from > 0 {
		p.Pages.Previous = path + "&from=" + strconv.Itoa(max(0, from-perPage))
	}
	p.From = from
	p.Frame = v.frame("ledger", figureTitle(v.ctx(), p.Figure))
	return v.show(p.View())
}

func (v *visit) figureFile() error {
	p, err := v.figure()
	if err != nil {
		return err
	}
	b, err := desk.ListCSV(p.Report, p.Figure, p.List)
	if err != nil {
		return err
	}
	return v.file(desk.ReportName(p.Report)+"-"+p.Figure.ID+".csv", "text/csv; charset=utf-8", b)
}
