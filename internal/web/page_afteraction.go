// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// AfterPage is an after-action report.
type AfterPage struct {
	Frame  ui.Frame
	Now    time.Time
	After  iru.AfterAction
	Others []iru.Operation // with which it can be compared
}

func (p AfterPage) base() string { return "/operations/" + id(p.After.Operation.ID) }

func afterEditionName(ctx context.Context, e iru.AfterEdition) string {
	switch e {
	case iru.AfterTeam:
		return ui.T(ctx, "For the team")
	case iru.AfterCourt:
		return ui.T(ctx, "For courts and partners")
	}
	return ui.T(ctx, "For the press")
}

func (p AfterPage) head(ctx context.Context) ui.Head {
	o := p.After.Operation
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: p.base()}}, Title: ui.T(ctx, "After-action report"), State: operationState(ctx, o.State), Handling: p.Frame.Handling}
	if o.T0 != nil {
		h.Facts = append(h.Facts, ui.All(ui.Text("T0 "), ui.When{At: *o.T0, Day: true}))
	}
	if o.Wave > 1 {
		h.Facts = append(h.Facts, ui.All(ui.Text(ui.T(ctx, "Wave %s", strconv.Itoa(o.Wave))+" "+ui.T(ctx, "after")+" "), ui.Link("/operations/"+id(o.After)+"/report", id(o.After))))
	}
	for _, f := range []string{"pdf", "html", "csv", "json"} {
		h.Buttons = append(h.Buttons, ui.Button{Text: strings.ToUpper(f), Href: at(p.base()+"/report/file/"+f, "edition", string(p.After.Edition))})
	}
	return h
}

func (p AfterPage) editions(ctx context.Context) []ui.Button {
	var out []ui.Button
	for _, e := range iru.AfterEditions {
		out = append(out, ui.Button{Text: afterEditionName(ctx, e), Small: true, Href: at(p.base()+"/report", "edition", string(e)), Current: e == p.After.Edition})
	}
	return out
}

// beside leads to reports side by side.
func (p AfterPage) beside(ctx context.Context) ui.Lines {
	var out ui.Lines
	for _, o := range p.Others {
		if o.ID != p.After.Operation.ID && !o.T0.IsZero() && o.T0.Before(p.Now) && len(out) < 12 {
			out = append(out, ui.Line{Text: o.Name, Href: at(p.base()+"/report/beside/"+id(o.ID), "edition", string(p.After.Edition)), End: ui.When{At: o.T0, Day: true}})
		}
	}
	return out
}

// parts are those of the report in which something stands.
func (p AfterPage) parts() (out []string) {
	for _, part := range iru.AfterParts {
		if len(p.figuresOf(part)) > 0 || len(p.tablesOf(part)) > 0 {
			out = append(out, part)
		}
	}
	return out
}

func (p AfterPage) figuresOf(part string) (out []iru.Figure) {
	for _, f := range p.After.Figures {
		if f.Law == part {
			out = append(out, f)
		}
	}
	return out
}

func (p AfterPage) tablesOf(part string) (out []iru.AfterTable) {
	for _, t := range p.After.Tables {
		if iru.AfterWords(t.ID).Part == part {
			out = append(out, t)
		}
	}
	return out
}

// partID is how a part is reached on the page.
func partID(part string) string { return strings.ReplaceAll(strings.ToLower(part), " ", "-") }

// figures are the figures of a part, each with what it counts and the entries of the ledger that prove it.
func (p AfterPage) figures(ctx context.Context, part string) ui.Table {
	t := ui.Table{Label: afterWord(ctx, part), Compact: true, Stack: true, Columns: []ui.Column{{Title: ui.T(ctx, "Figure")}, {Title: ui.T(ctx, "Value"), Num: true, NoWrap: true}, {Title: ui.T(ctx, "Proved by"), Num: true, NoWrap: true}}}
	for _, f := range p.figuresOf(part) {
		value := ui.Strong(alone(ctx, desk.AfterValue(f, func(s string) string { return afterWord(ctx, s) })))
		if f.State != iru.FigureGiven {
			value = ui.Quiet(figureState(ctx, f.State))
		}
		t.Rows = append(t.Rows, ui.Cells(afterFigure(afterWord(ctx, f.Title), f.Words), value, p.proof(ctx, f)))
		for _, g := range f.Groups {
			cell := ui.Text(g.Value)
			if g.State != iru.FigureGiven {
				cell = ui.Quiet(figureState(ctx, g.State))
			}
			t.Rows = append(t.Rows, ui.Cells(ui.Both("", "– "+afterGroup(ctx, g)), cell, ui.Quiet("")))
		}
	}
	return t
}

// proof names the entries, or says how many they are.
func (p AfterPage) proof(ctx context.Context, f iru.Figure) templ.Component {
	switch n := len(f.Indices); {
	case n == 0:
		return ui.Quiet("–")
	case n <= 3:
		var s []string
		for _, i := range f.Indices {
			s = append(s, strconv.FormatInt(i, 10))
		}
		return ui.Quiet(strings.Join(s, ", "))
	default:
		return ui.Quiet(ui.T(ctx, "%s entries", ui.Thousands(n)))
	}
}

func afterGroup(ctx context.Context, g iru.Cell) string {
	switch g.By {
	case "instrument":
		return instrumentName(ctx, legal.Instrument(g.Key))
	case "stage", "presence":
		return afterWord(ctx, g.Key)
	}
	return g.Key
}

// afterRows is how many rows of a table the page shows.
const afterRows = 200

func (p AfterPage) table(ctx context.Context, a iru.AfterTable) ui.Table {
	t := ui.Table{Label: afterWord(ctx, iru.AfterWords(a.ID).Title), Compact: true, Empty: ui.T(ctx, "Nothing")}
	for _, c := range a.Columns {
		num := c.Kind == iru.CellCount || c.Kind == iru.CellShare || c.Kind == iru.CellTook || c.Kind == iru.CellReal
		t.Columns = append(t.Columns, ui.Column{Title: afterWord(ctx, desk.ColumnTitle(c.ID)), Num: num, NoWrap: c.Kind == iru.CellTime || c.ID == "ref"})
	}
	for _, r := range a.Rows[:min(len(a.Rows), afterRows)] {
		var cells []templ.Component
		for i, c := range a.Columns {
			cells = append(cells, afterCell(ctx, c, r.Cells[i]))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// afterCell writes a cell of a report in the language of whoever reads.
func afterCell(ctx context.Context, c iru.AfterColumn, s string) templ.Component {
	if s == "" {
		return ui.Quiet("–")
	}
	switch c.Kind {
	case iru.CellTime:
		if day, clock, ok := strings.Cut(desk.AfterCell(c.Kind, s, nil), " "); ok { // a row has up to four
			return ui.Both(alone(ctx, clock), alone(ctx, day))
		}
	case iru.CellPlace:
		return shortAddress(s)
	case iru.CellWord:
		return ui.Text(afterKey(ctx, c.ID, s))
	case iru.CellText:
		return ui.Isolated(s)
	}
	return ui.Text(alone(ctx, desk.AfterCell(c.Kind, s, func(w string) string { return afterWord(ctx, w) })))
}

// alone keeps a number with its unit in its own direction.
func alone(ctx context.Context, s string) string {
	if ui.LanguageOf(ctx).Dir == "rtl" {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// afterKey says a key of the program in words.
func afterKey(ctx context.Context, column, s string) string {
	switch column {
	case "instrument":
		return instrumentName(ctx, legal.Instrument(s))
	case "layer":
		return layerName(ctx, legal.Layer(s))
	case "presence":
		return presenceState(ctx, iru.PresenceState(s)).Word
	case "outcome":
		return outcomeName(ctx, iru.Outcome(s))
	case "over":
		return nodeKindWord(ctx, iru.NodeKind(s))
	case "danger":
		return threatCategory(ctx, s)
	case "role":
		return taskRoleName(ctx, iru.TaskRole(s))
	case "what":
		if noun, verb, ok := strings.Cut(s, "."); ok && noun != "first" && noun != "last" {
			return eventWords(ctx, iru.Event{Subject: iru.Subject{Noun: noun}, Verb: verb})
		}
	case "state":
		for _, x := range iru.NoticeTable.States() {
			if string(x) == s {
				return noticeState(ctx, x).Word
			}
		}
	}
	return afterWord(ctx, s)
}

// curve draws the curves of a table.
func (p AfterPage) curve(ctx context.Context, id string) ui.StepChart {
	title, end, from := afterWord(ctx, iru.AfterWords(id).Title), 1.0, 0.0
	curves := desk.Curves(p.After, id)
	for _, c := range curves {
		for _, x := range c.After {
			end = max(end, x)
		}
	}
	if id == "return.curve" {
		from = 100
	}
	ch := ui.StepChart{ID: strings.ReplaceAll(id, ".", "-"), Title: title, To: end, Max: 100, Unit: "%", Summary: fmt.Sprint(title)}
	for k := range 5 {
		at := end * float64(k) / 4
		ch.X = append(ch.X, ui.Tick{At: at, Text: lengthWords(ctx, time.Duration(at*float64(time.Second)).Round(time.Minute))})
	}
	for _, c := range curves[:min(len(curves), 4)] {
		s := ui.Series{Name: c.Name, Points: []ui.Point{{X: 0, Y: from}}}
		if s.Name == "" {
			s.Name = title
		}
		for i, x := range c.After {
			s.Points = append(s.Points, ui.Point{X: x, Y: math.Round(1000*c.Share[i]) / 10})
		}
		ch.Series = append(ch.Series, s)
	}
	return ch
}

func (p AfterPage) verdict(ctx context.Context) ui.Terms {
	var t ui.Terms
	for _, l := range desk.AfterVerdictLines(p.After, func(s string) string { return afterWord(ctx, s) }) {
		t = append(t, ui.Term{Name: l[0], Value: ui.Isolated(l[1])})
	}
	return t
}

// BesidePage lays reports side by side.
type BesidePage struct {
	Frame ui.Frame
	All   []iru.AfterAction
}

func (p BesidePage) table(ctx context.Context) ui.Table {
	a := desk.AfterComparison(p.All)
	t := ui.Table{Label: ui.T(ctx, "Side by side"), Columns: []ui.Column{{Title: ui.T(ctx, "Figure")}}}
	for _, x := range p.All {
		t.Columns = append(t.Columns, ui.Column{Title: x.Operation.Name, Num: true})
	}
	for _, r := range a.Rows {
		title, part, ok := strings.Cut(r.Cells[0], ", ")
		name := afterWord(ctx, title)
		if ok && afterWord(ctx, r.Cells[0]) == r.Cells[0] {
			name = join(name, afterWord(ctx, part))
		} else if ok {
			name = afterWord(ctx, r.Cells[0])
		}
		cells := []templ.Component{ui.Text(name)}
		for _, c := range r.Cells[1:] {
			cells = append(cells, ui.Text(alone(ctx, afterWord(ctx, c))))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}
