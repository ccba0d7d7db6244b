// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ReportsPage offers the reports of a year.
type ReportsPage struct {
	Frame ui.Frame
	Ask   desk.ReportRequest
	Now   time.Time
	Size  int64 // of the newest checkpoint; 0: none yet
	At    time.Time
}

func (p ReportsPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Ledger"), Href: "/ledger"}, {Text: ui.T(ctx, "Reports")}}, Title: ui.T(ctx, "Reports"),
		Facts: []templ.Component{ui.Text(ui.T(ctx, "Year %s", strconv.Itoa(p.Ask.Year)))}, Buttons: []ui.Button{{Text: ui.T(ctx, "Scorecard of addressees"), Href: "/scorecard"}}}
}

func (p ReportsPage) years(ctx context.Context) []ui.Button {
	var out []ui.Button
	for n := range reportYears {
		y := strconv.Itoa(p.Now.Year() - n)
		out = append(out, ui.Button{Text: y, Small: true, Href: at("/reports", "year", y), Current: strconv.Itoa(p.Ask.Year) == y})
	}
	return out
}

func (p ReportsPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Reports"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Report")}, {Title: ui.T(ctx, "Law")}, {Title: ui.T(ctx, "When")}, {Title: ui.T(ctx, "For publication")}}}
	for _, k := range iru.ReportKinds {
		q := p.Ask
		q.Kind = k
		public := q
		public.Edition = iru.PublicEdition
		t.Rows = append(t.Rows, ui.Cells(ui.Link(reportPath("/reports/"+string(k), q), reportTitle(ctx, k)), ui.Text(reportLaw(ctx, k)), ui.Text(reportWhen(ctx, k)),
			ui.Link(reportPath("/reports/"+string(k), public), ui.T(ctx, "Public edition"))))
	}
	return t
}

// ReportPage is one report.
type ReportPage struct {
	Frame  ui.Frame
	Ask    desk.ReportRequest
	Now    time.Time
	Report iru.Report
}

func (p ReportPage) public() bool { return p.Ask.Edition == iru.PublicEdition }

func (p ReportPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Ledger"), Href: "/ledger"}, {Text: ui.T(ctx, "Reports"), Href: at("/reports", "year", strconv.Itoa(p.Ask.Year))}, {Text: reportTitle(ctx, p.Ask.Kind)}},
		Title: reportTitle(ctx, p.Ask.Kind), State: editionState(ctx, p.Ask.Edition), Facts: []templ.Component{ui.Text(ui.T(ctx, "Year %s", strconv.Itoa(p.Ask.Year))), ui.Text(reportLaw(ctx, p.Ask.Kind))}}
	for _, f := range []string{"pdf", "csv", "json"} {
		h.Buttons = append(h.Buttons, ui.Button{Text: map[string]string{"pdf": "PDF", "csv": "CSV", "json": "JSON"}[f], Href: reportPath("/reports/"+string(p.Ask.Kind)+"/file/"+f, p.Ask)})
	}
	return h
}

func editionState(ctx context.Context, e iru.Edition) ui.State {
	if e == iru.PublicEdition {
		return ui.OK(ui.T(ctx, "For publication")).With(ui.IconEye)
	}
	return ui.Warn(ui.T(ctx, "For the unit only")).With(ui.IconLock)
}

func (p ReportPage) editions(ctx context.Context) []ui.Button {
	other := func(e iru.Edition) string {
		q := p.Ask
		q.Edition = e
		return reportPath("/reports/"+string(q.Kind), q)
	}
	return []ui.Button{{Text: ui.T(ctx, "For the unit"), Small: true, Href: other(iru.InternalEdition), Current: !p.public()},
		{Text: ui.T(ctx, "Public edition"), Small: true, Href: other(iru.PublicEdition), Current: p.public()}}
}

// A lawPart is the figures of one provision.
type lawPart struct {
	Law     string
	Figures []iru.Figure
}

func (p ReportPage) parts() []lawPart {
	var out []lawPart
	for _, f := range p.Report.Figures {
		if len(out) == 0 || out[len(out)-1].Law != f.Law {
			out = append(out, lawPart{Law: f.Law})
		}
		out[len(out)-1].Figures = append(out[len(out)-1].Figures, f)
	}
	return out
}

func (p ReportPage) table(ctx context.Context, part lawPart) ui.Table {
	t := ui.Table{Label: provisionName(ctx, part.Law), Columns: []ui.Column{{Title: ui.T(ctx, "Figure")}, {Title: ui.T(ctx, "Value"), Num: true}}}
	for _, f := range part.Figures {
		title := ui.Text(figureTitle(ctx, f))
		if f.State != iru.FigureUnknown {
			title = ui.Link(reportPath("/reports/"+string(p.Ask.Kind)+"/figures/"+f.ID, p.Ask), figureTitle(ctx, f))
		}
		t.Rows = append(t.Rows, ui.Cells(figureCell(title, figureWords(ctx, f)), valueCell(ctx, f)))
		for _, g := range f.Groups {
			value := ui.Text(g.Value)
			if g.State != iru.FigureGiven {
				value = ui.Quiet(figureState(ctx, g.State))
			}
			t.Rows = append(t.Rows, ui.Cells(ui.Both("", "– "+dimensionName(ctx, g.By)+": "+cellName(ctx, g)), value))
		}
	}
	return t
}

func valueCell(ctx context.Context, f iru.Figure) templ.Component {
	if f.State != iru.FigureGiven {
		return ui.Quiet(figureState(ctx, f.State))
	}
	switch f.Kind {
	case iru.FigureShare:
		return ui.Strong(f.Value + " %")
	case iru.FigureTime:
		n, err := strconv.ParseInt(f.Value, 10, 64)
		if err == nil {
			return ui.Strong(tookWords(ctx, time.Duration(n)*time.Second))
		}
	case iru.FigureCount:
		if n, err := strconv.Atoi(f.Value); err == nil {
			return ui.Strong(ui.Thousands(n))
		}
	}
	return ui.Strong(f.Value)
}

// proofTerms say at which state of the ledger a report was computed.
func proofTerms(ctx context.Context, r iru.Report) ui.Terms {
	root := r.Ledger.Root
	if b, err := base64.StdEncoding.DecodeString(root); err == nil {
		root = hex.EncodeToString(b)
	}
	t := ui.Terms{
		{Name: ui.T(ctx, "Log"), Value: ui.Isolated(r.Ledger.Origin)},
		{Name: ui.T(ctx, "Size"), Value: ui.Text(ui.Thousands(int(r.Ledger.Size)))},
		{Name: ui.T(ctx, "Root"), Value: ui.Hash{Hex: root, Copy: true}},
		{Name: ui.T(ctx, "As of"), Value: ui.When{At: r.AsOf, Day: true}},
	}
	if !r.From.IsZero() { // the press is not told for how long was looked
		t = append(t, ui.Term{Name: ui.T(ctx, "Counted from"), Value: ui.When{At: r.From, Day: true}}, ui.Term{Name: ui.T(ctx, "and before"), Value: ui.When{At: r.Until, Day: true}})
	}
	t = append(t, ui.Term{Name: ui.T(ctx, "Version of the definitions"), Value: ui.Isolated(r.Query)})
	if r.Edition == iru.PublicEdition {
		t = append(t, ui.Term{Name: ui.T(ctx, "Suppressed below"), Value: ui.Text(strconv.Itoa(r.Threshold))})
	}
	return t
}

// FigurePage is one figure and the list behind it.
type FigurePage struct {
	Frame  ui.Frame
	Ask    desk.ReportRequest
	Now    time.Time
	Report iru.Report
	Figure iru.Figure
	List   []iru.Counted
	From   int
	Pages  ui.Pages
}

func (p FigurePage) head(ctx context.Context) ui.Head {
	q := p.Ask
	return ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Reports"), Href: at("/reports", "year", strconv.Itoa(q.Year))}, {Text: reportTitle(ctx, q.Kind), Href: reportPath("/reports/"+string(q.Kind), q)}, {Text: figureTitle(ctx, p.Figure)}},
		Title: figureTitle(ctx, p.Figure), State: editionState(ctx, iru.InternalEdition), Facts: []templ.Component{ui.Text(provisionName(ctx, p.Figure.Law)), ui.Text(ui.T(ctx, "Year %s", strconv.Itoa(q.Year)))},
		Buttons: []ui.Button{{Text: ui.T(ctx, "The list as CSV"), Href: reportPath("/reports/"+string(q.Kind)+"/figures/"+p.Figure.ID+"/list.csv", q)}}}
}

func (p FigurePage) terms(ctx context.Context) ui.Terms {
	t := ui.Terms{{Name: ui.T(ctx, "Value"), Value: valueCell(ctx, p.Figure)}, {Name: ui.T(ctx, "What is counted"), Value: ui.Text(figureWords(ctx, p.Figure))},
		{Name: ui.T(ctx, "Entries in the list"), Value: ui.Text(ui.Thousands(len(p.List)))}}
	if p.Figure.State == iru.FigureHidden {
		t = append(t, ui.Term{Name: ui.T(ctx, "Why it is suppressed"), Value: ui.Text(ui.T(ctx, "it rests on fewer than %s, or a number that does could be computed from it", strconv.Itoa(p.Report.Threshold)))})
	}
	return t
}

func (p FigurePage) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "The list behind the figure"), List: true, Empty: ui.T(ctx, "Nothing was counted: the figure is zero, and that is a finding."), Columns: []ui.Column{
		{Title: ui.T(ctx, "Ledger"), Num: true, NoWrap: true}, {Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "What"), Head: true}, {Title: ui.T(ctx, "Act"), NoWrap: true}, {Title: ui.T(ctx, "Addressee")}, {Title: ui.T(ctx, "Took"), Num: true}, {Title: ui.T(ctx, "Handling")}}}
	for _, c := range p.List[p.From:min(p.From+perPage, len(p.List))] {
		act, took, handling := ui.Quiet(""), ui.Quiet(""), ui.Quiet("")
		if c.Notice != 0 {
			act = ui.Link("/notices/"+id(c.Notice), c.Ref)
		}
		switch {
		case c.Begun.IsZero():
		case c.Ended.IsZero():
			took = ui.Quiet(ui.T(ctx, "open"))
		default:
			took = ui.Text(tookWords(ctx, max(0, c.Ended.Sub(c.Begun))))
		}
		if c.Handling != (iru.Handling{}) {
			handling = ui.Isolated(c.Handling.String())
		}
		if c.Ongoing {
			handling = ui.All(handling, ui.Quiet(" "+ui.T(ctx, "operation not over")))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Link("/ledger/events/"+id(c.Event), ui.Thousands(int(c.Index))), ui.When{At: c.At, Day: true},
			ui.Text(eventWords(ctx, iru.Event{Subject: c.Subject, Verb: c.Verb, To: "x"})), act, ui.Isolated(c.Group["provider"]), took, handling))
	}
	return t
}
