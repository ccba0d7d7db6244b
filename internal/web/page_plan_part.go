// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (p MeasurePage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: p.Board.crumbs(ctx), Title: measureWords(ctx, p.Board.Plan, p.Measure), State: p.Board.status(ctx, p.Measure), Handling: p.Board.Frame.Handling}
}

func (p MeasurePage) path() string { return planPath(p.Board.Plan) + "/measure" }

// facts say what the measure is.
func (p MeasurePage) facts(ctx context.Context) ui.Terms {
	m := p.Measure
	t := ui.Terms{{Name: ui.T(ctx, "Provider"), Value: ui.Link("/providers/"+id(m.Provider), m.Name)}, {Name: ui.T(ctx, "Served by"), Value: ui.Isolated(p.Board.Units[m.Unit].Name)}}
	if m.Instrument != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Instrument"), Value: ui.Text(instrumentName(ctx, m.Instrument) + ", " + requestName(ctx, m.Request()))})
	}
	if why := p.Board.reason(ctx, m); why != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Why"), Value: ui.Isolated(why)})
	}
	if w := p.Board.worth(ctx, m.ID); w != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "A veto costs"), Value: ui.Text(w)})
	}
	return append(t, ui.Term{Name: ui.T(ctx, "Cost"), Value: ui.Text(ui.T(ctx, "%s officer hours: effort %s, friction %s, and %s for each hour of waiting", amount(m.Cost()), amount(m.Effort.Value), amount(m.Friction.Value), amount(m.Waiting)))})
}

// figures have their source each.
func (p MeasurePage) figures(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Figures"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Figure"), Head: true}, {Title: ui.T(ctx, "Value"), Num: true}, {Title: ui.T(ctx, "Kind"), NoWrap: true}, {Title: ui.T(ctx, "Source"), Foreign: true}}}
	m := p.Measure
	for _, name := range iru.Figures {
		f := m.Figure(name)
		kind := ui.T(ctx, "counted")
		switch {
		case f.By != 0:
			kind = ui.T(ctx, "a person's")
		case f.Unknown:
			kind = ui.T(ctx, "not known")
		case f.Assumed:
			kind = ui.T(ctx, "assumed")
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(figureName(ctx, name)), ui.Text(figureValue(ctx, *f)), ui.Text(kind), told(ctx, f.Source)))
	}
	return t
}

// law is what the gate says of every instrument.
func (p MeasurePage) law(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "What the law says"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Instrument"), Head: true}, {Title: ui.T(ctx, "The answer")}}}
	for _, x := range p.Measure.Means {
		answer := ui.OK(ui.T(ctx, "allowed"))
		if x.View {
			answer = ui.Warn(ui.T(ctx, "a lawyer looks first"))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(instrumentName(ctx, x.Instrument)), ui.All(answer, told(ctx, x.Reason))))
	}
	for _, x := range p.Measure.Refused {
		var instead []string
		for _, i := range x.Instead {
			instead = append(instead, instrumentName(ctx, i))
		}
		cell := ui.All(ui.Neutral(ui.T(ctx, "refused")), told(ctx, x.Reason))
		if len(instead) > 0 {
			cell = ui.All(cell, ui.Quiet(ui.T(ctx, "instead: %s", strings.Join(instead, ", "))))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(instrumentName(ctx, x.Instrument)), cell))
	}
	return t
}

// acts are what it is made of.
func (p MeasurePage) acts(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Acts"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Address"), Head: true}, {Title: ui.T(ctx, "What it fells")}, {Title: ui.T(ctx, "Assessment")}}}
	for _, a := range p.Measure.Acts {
		found := ui.OK(ui.T(ctx, "a person found that it should go"))
		if !a.Assessed {
			found = ui.Warn(ui.T(ctx, "none yet"))
		}
		fells := p.Board.by(iru.PlanAsset(a.Asset)).Name
		if i := strings.LastIndexByte(a.Node, '/'); strings.Contains(a.Node[i+1:], ".") {
			fells = ui.T(ctx, "name %s", defangedName(a.Node[i+1:]))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Link("/assets/"+id(a.Asset), p.Board.by(iru.PlanAsset(a.Asset)).Name), ui.Isolated(fells), found))
	}
	return t
}

func (p MeasurePage) why(ctx context.Context, form string) ui.Field {
	f := ui.Field{ID: "why-" + form, Name: "why", Label: ui.T(ctx, "Why"), Required: true, Max: 500, Hint: ui.T(ctx, "The plan and the ledger keep it.")}
	if form == p.form() {
		f.Value = p.Why
	}
	return f
}

// form is the one that was sent.
func (p MeasurePage) form() string {
	switch p.Do {
	case "means", "price":
		return p.Do
	}
	return "take"
}

// takes are what can be done with the measure as it is.
func (p MeasurePage) takes(ctx context.Context) []ui.Button {
	in, out := slices.Contains(p.Board.Plan.Ask.Include, p.Measure.ID), slices.Contains(p.Board.Plan.Ask.Veto, p.Measure.ID)
	var bs []ui.Button
	add := func(yes bool, do, text string, kind ui.ButtonKind) {
		if yes {
			bs = append(bs, ui.Button{Text: text, Submit: true, Name: "do", Value: do, Kind: kind})
		}
	}
	add(!in && p.Measure.Veto == "", "include", ui.T(ctx, "Include in any case"), ui.Ordinary)
	add(!out, "veto", ui.T(ctx, "Veto"), ui.Ordinary)
	add(in || out, "free", ui.T(ctx, "Leave it to the planner"), ui.Ordinary)
	return bs
}

func (p MeasurePage) instruments(ctx context.Context) ui.Field {
	f := ui.Field{Name: "instrument", Label: ui.T(ctx, "Instrument"), Type: "select", Required: true, Value: string(p.Measure.Instrument)}
	if p.Instrument != "" {
		f.Value = p.Instrument
	}
	for _, x := range p.Measure.Means {
		f.Options = append(f.Options, ui.Option{Value: string(x.Instrument), Text: instrumentName(ctx, x.Instrument)})
	}
	return f
}

func (p MeasurePage) price(ctx context.Context) []ui.Field {
	which := ui.Field{Name: "figure", Label: ui.T(ctx, "Figure"), Type: "select", Required: true, Value: p.Figure}
	for _, f := range iru.Figures {
		which.Options = append(which.Options, ui.Option{Value: f, Text: figureName(ctx, f)})
	}
	return []ui.Field{which, {Name: "value", Label: ui.T(ctx, "New value"), Value: p.Value, Required: true, Max: 20, Autocomplete: "off"}, p.why(ctx, "price")}
}

// fails is what stays up if this one fails, and if its provider does nothing that the plan asks of it.
func (p MeasurePage) fails(ctx context.Context) []templ.Component {
	var out []templ.Component
	for _, f := range p.Board.Failures {
		if len(f.Ways) == 0 || !slices.Contains(f.Measures, p.Measure.ID) {
			continue
		}
		if f.Provider != 0 {
			out = append(out, sentence(ui.T(ctx, "If %s does nothing", f.Name)))
		}
		out = append(out, p.Board.ways(ctx, f.Ways)...)
	}
	return out
}

func (p PlanAddressPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: p.Board.crumbs(ctx), Title: p.Node.Name, State: p.Board.stands(ctx, p.Node), Handling: p.Board.Frame.Handling,
		Buttons: []ui.Button{{Text: ui.T(ctx, "The address itself"), Href: "/assets/" + strings.TrimPrefix(p.Node.ID, "asset/")}}}
}

func (p PlanAddressPage) path() string { return planPath(p.Board.Plan) + "/address" }

func (p PlanAddressPage) spared() string { return p.Board.Plan.Ask.Spare[p.Node.ID] }

func (p PlanAddressPage) audience(ctx context.Context) ui.Field {
	v := p.Value
	if v == "" && p.Node.Audience > 0 {
		v = amount(p.Node.Audience)
	}
	return ui.Field{Name: "value", Label: ui.T(ctx, "People whom it reaches"), Value: v, Max: 20, Autocomplete: "off"}
}

// rates have the program's assumption beside the unit's own number.
func (p RatesPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Rates"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Rate of the unit"), Head: true}, {Title: ui.T(ctx, "Counts"), Num: true}, {Title: ui.T(ctx, "Program's assumption"), Num: true}, {Title: ui.T(ctx, "Source"), Foreign: true}, {Title: ui.T(ctx, "By")}}}
	for _, k := range iru.RateKeys() {
		f := p.Rates.Of(k)
		assumed, _ := iru.AssumedRate(k)
		by := ""
		if f.By != 0 {
			by = p.Who[f.By]
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(rateName(ctx, k)), ui.Text(amount(f.Value)), ui.Text(amount(assumed)), told(ctx, f.Source), ui.Isolated(by)))
	}
	for _, d := range p.Desks {
		if f := p.Rates.Of(d.Key); !f.Assumed {
			t.Rows = append(t.Rows, ui.Cells(ui.Text(ui.T(ctx, "Hours from receipt to the act: %s", d.Name)), ui.Text(amount(f.Value)), ui.Quiet("–"), told(ctx, f.Source), ui.Isolated(p.Who[f.By])))
		}
	}
	return t
}

// desk is the name of the addressee whose rate a key is.
func (p RatesPage) desk(key string) (string, bool) {
	for _, d := range p.Desks {
		if d.Key == key {
			return d.Name, true
		}
	}
	return "", false
}

func (p RatesPage) fields(ctx context.Context) []ui.Field {
	which := ui.Field{Name: "rate", Label: ui.T(ctx, "Rate of the unit"), Type: "select", Required: true, Value: p.Key}
	for _, k := range iru.RateKeys() {
		which.Options = append(which.Options, ui.Option{Value: k, Text: rateName(ctx, k)})
	}
	for _, d := range p.Desks {
		which.Options = append(which.Options, ui.Option{Value: d.Key, Text: ui.T(ctx, "Hours from receipt to the act: %s", d.Name)})
	}
	if _, desk := iru.DeskOf(p.Key); desk {
		which.Hint = ui.T(ctx, "By the clock, in the median. It stands before the addressee's own record; set to 0, the record counts again.")
	}
	return []ui.Field{which, {Name: "value", Label: ui.T(ctx, "New value"), Value: p.Value, Required: true, Max: 20, Autocomplete: "off"},
		{Name: "why", Label: ui.T(ctx, "Why"), Required: true, Max: 500, Value: p.Why, Hint: ui.T(ctx, "How it is known. The ledger keeps it.")}}
}

// sums puts what the two come to side by side.
func (p PlanComparePage) sums(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Two plans"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Compared"), Head: true}, {Title: p.A.Name}, {Title: p.B.Name}}}
	row := func(name string, f func(iru.Plan) string) {
		t.Rows = append(t.Rows, ui.Cells(ui.Text(name), ui.Text(f(p.A)), ui.Text(f(p.B))))
	}
	found := func(f func(iru.Plan) string) func(iru.Plan) string {
		return func(x iru.Plan) string {
			if !x.Answer.Found() {
				return ui.T(ctx, "no plan")
			}
			return f(x)
		}
	}
	t.Rows = append(t.Rows, ui.Cells(ui.Text(ui.T(ctx, "Plan")), ui.All(ui.Link(planPath(p.A), "#"+id(p.A.ID)), planState(ctx, p.A.State)), ui.All(ui.Link(planPath(p.B), "#"+id(p.B.ID)), planState(ctx, p.B.State))))
	row(ui.T(ctx, "Asked for"), func(x iru.Plan) string { return modeWords(ctx, x.Ask) })
	row(ui.T(ctx, "Computed"), func(x iru.Plan) string { return moment(x.Solved) })
	row(ui.T(ctx, "Measures"), found(func(x iru.Plan) string { return ui.Thousands(len(x.Answer.Measures)) }))
	row(ui.T(ctx, "Cost, officer hours"), found(func(x iru.Plan) string { return amount(x.Answer.Cost) }))
	row(ui.T(ctx, "Bystanders"), found(func(x iru.Plan) string { return ui.Thousands(x.Answer.Bystanders) }))
	undone := func(counts func(iru.Failure) bool) func(iru.Plan) string {
		return found(func(x iru.Plan) string {
			fs, err := x.Failures()
			if err != nil {
				return "?"
			}
			n := 0
			for _, f := range fs {
				if len(f.Ways) > 0 && counts(f) {
					n++
				}
			}
			return ui.Thousands(n)
		})
	}
	row(ui.T(ctx, "Measures whose failure it does not survive"), undone(func(f iru.Failure) bool { return f.Provider == 0 }))
	row(ui.T(ctx, "Providers asked more than once whose failure it does not survive"), undone(func(f iru.Failure) bool { return f.Provider != 0 }))
	return t
}

// measures tells which plan takes what.
func (p PlanComparePage) measures(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Measures"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Who is asked"), Head: true}, {Title: p.A.Name}, {Title: p.B.Name}, {Title: ui.T(ctx, "Difference")}}}
	cell := func(x iru.Plan, m string) (templ.Component, bool) {
		v, ok := x.Measure(m)
		if !ok || !slices.Contains(x.Answer.Measures, m) {
			return ui.Quiet(ui.T(ctx, "no")), false
		}
		return ui.Text(instrumentName(ctx, v.Instrument) + ", " + amount(v.Cost())), true
	}
	type of struct {
		iru.PlanMeasure
		plan iru.Plan
	}
	var all []of
	for _, x := range []iru.Plan{p.A, p.B} {
		for _, m := range x.Chosen() {
			if !slices.ContainsFunc(all, func(o of) bool { return o.ID == m.ID }) {
				all = append(all, of{m, x})
			}
		}
	}
	for _, m := range all {
		a, inA := cell(p.A, m.ID)
		b, inB := cell(p.B, m.ID)
		what := ui.Text(ui.T(ctx, "both"))
		switch {
		case inA && !inB:
			what = ui.Strong(ui.T(ctx, "only the first"))
		case inB && !inA:
			what = ui.Strong(ui.T(ctx, "only the second"))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(measureWords(ctx, m.plan, m.PlanMeasure)), a, b, what))
	}
	return t
}

// stays says what the first plan's measures leave in the second's tree, and the other way round.
func (p PlanComparePage) stays(ctx context.Context, of, in iru.Plan) []templ.Component {
	ws, err := in.Ways(of.Answer.Measures)
	if err != nil {
		return nil
	}
	var out []templ.Component
	for _, w := range ws {
		out = append(out, sentence(wayWords(ctx, in, w)))
	}
	return out
}
