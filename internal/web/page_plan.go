// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/plan"
	"iolaus/internal/web/ui"
)

// PlansPage lists plans against outlets, and begins one.
type PlansPage struct {
	Frame   ui.Frame
	Said    string
	Problem string
	MayPlan bool
	Outlet  iru.OutletID // whose plans; 0: all
	Outlets []iru.Outlet
	Units   []iru.Unit
	Plans   []iru.Plan
	Who     names
}

// PlanBoard is a plan with everything that people play with.
type PlanBoard struct {
	Frame     ui.Frame
	Now       time.Time
	Said      string
	Problem   string
	Plan      iru.Plan
	Outlet    iru.Outlet
	Units     map[iru.UnitID]iru.Unit
	Who       names
	Others    []iru.Plan
	Operation iru.Operation
	Acts      map[string]iru.Notice // tasks, by actKey
	Gaps      map[string]string     // why an act could not be drafted
	MayChange bool
	MayDraft  bool
	Steps     []string
	Up        map[string]bool // nodes under the plan
	Failures  []iru.Failure
	Without   []string // measures that are tried to be left out
	Open      []iru.Way
	Tried     iru.PlanAsk // the question as the form shows it
	History   ui.Table
}

// MeasurePage is one measure with the source of each figure.
type MeasurePage struct {
	Board                              PlanBoard
	Measure                            iru.PlanMeasure
	Problem                            string
	Do, Figure, Value, Why, Instrument string
}

// PlanAddressPage is one address of a plan.
type PlanAddressPage struct {
	Board      PlanBoard
	Node       plan.Node
	Problem    string
	Value, Why string
}

// RatesPage is what measures are priced by.
type RatesPage struct {
	Frame           ui.Frame
	Said, Problem   string
	MaySet          bool
	Rates           iru.Rates
	Desks           []RateDesk // addressees that have a rate of their own, or are to get one
	Key, Value, Why string
	Who             names
}

// A RateDesk is an addressee with the key of its rate.
type RateDesk struct{ Key, Name string }

// PlanComparePage puts two plans side by side.
type PlanComparePage struct {
	Frame  ui.Frame
	Outlet iru.Outlet
	A, B   iru.Plan
}

func planPath(p iru.Plan) string { return "/plans/" + id(p.ID) }

func (p PlansPage) name(o iru.OutletID) string {
	for _, x := range p.Outlets {
		if x.ID == o {
			return x.Name
		}
	}
	return "#" + id(o)
}

func (p PlansPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}}, Title: ui.T(ctx, "Plans")}
	if p.Outlet != 0 {
		h.Crumbs = append(h.Crumbs, ui.Crumb{Text: p.name(p.Outlet), Href: "/outlets/" + id(p.Outlet)})
	}
	h.Buttons = []ui.Button{{Text: ui.T(ctx, "What measures are priced by"), Href: "/plans/rates"}}
	return h
}

func (p PlansPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Plans"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Plan")}, {Title: ui.T(ctx, "Against")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Asked for")},
		{Title: ui.T(ctx, "Measures"), Num: true}, {Title: ui.T(ctx, "Cost"), Num: true}, {Title: ui.T(ctx, "Bystanders"), Num: true}, {Title: ui.T(ctx, "By")}, {Title: ui.T(ctx, "Computed"), NoWrap: true}}}
	for _, x := range p.Plans {
		cost, people := amount(x.Answer.Cost), ui.Thousands(x.Answer.Bystanders)
		if !x.Answer.Found() {
			cost, people = "–", "–"
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Link(planPath(x), x.Name), ui.Isolated(p.name(x.Outlet)), planState(ctx, x.State), ui.Text(modeWords(ctx, x.Ask)), ui.Text(ui.Thousands(len(x.Answer.Measures))),
			ui.Text(cost), ui.Text(people), ui.Isolated(p.Who[x.By]), ui.When{At: x.Solved, Day: true}))
	}
	return t
}

func (p PlansPage) fields(ctx context.Context) []ui.Field {
	var os []ui.Option
	for _, o := range p.Outlets {
		os = append(os, ui.Option{Value: id(o.ID), Text: o.Name})
	}
	value := ""
	if p.Outlet != 0 {
		value = id(p.Outlet)
	}
	return []ui.Field{
		{Name: "outlet", Label: ui.T(ctx, "Against"), Type: "select", Options: os, Value: value, Required: true},
		{Name: "name", Label: ui.T(ctx, "Name of the plan"), Max: 100, Autocomplete: "off", Hint: ui.T(ctx, "Empty: that of the outlet.")},
	}
}

func (p PlansPage) units(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "unit", Question: ui.T(ctx, "Units that can serve beside yours"), Many: true, Hint: ui.T(ctx, "A measure is given to a unit of the addressee's own state where the law lets it act.")}
	for _, u := range p.Units {
		c.Options = append(c.Options, ui.ChoiceOption{Value: id(u.ID), Text: join(u.Name, u.Country), Hint: issuerName(ctx, u.Kind)})
		c.Chosen = append(c.Chosen, id(u.ID))
	}
	return c
}

func (p PlanBoard) crumbs(ctx context.Context) []ui.Crumb {
	return []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}, {Text: p.Outlet.Name, Href: "/outlets/" + id(p.Outlet.ID)}, {Text: ui.T(ctx, "Plans"), Href: at("/plans", "outlet", id(p.Outlet.ID))},
		{Text: p.Plan.Name, Href: planPath(p.Plan)}}
}

func (p PlanBoard) head(ctx context.Context) ui.Head {
	c := p.crumbs(ctx)
	h := ui.Head{Crumbs: c[:len(c)-1], Title: ui.T(ctx, "Plan %s", p.Plan.Name), State: planState(ctx, p.Plan.State), Handling: p.Frame.Handling,
		Facts: []templ.Component{ui.Text(modeWords(ctx, p.Plan.Ask)), ui.Text(ui.T(ctx, "map of %s UTC", moment(p.Plan.Drawn)))}}
	for n, verb := range p.Steps {
		b := stepButton(planVerbName(ctx, verb), planPath(p.Plan), verb, ui.Ordinary)
		b.Legal = true
		if n == 0 && (verb == "propose" || verb == "approve") {
			b.Kind = ui.Primary
		}
		h.Buttons = append(h.Buttons, b)
	}
	h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Rehearse"), Href: planPath(p.Plan) + "/rehearsal", Key: "r"}, ui.Button{Text: ui.T(ctx, "Its tree as a file"), Href: planPath(p.Plan) + "/tree.json"})
	return h
}

// sum is what the plan comes to.
func (p PlanBoard) sum(ctx context.Context) ui.Terms {
	a := p.Plan.Answer
	if !a.Found() {
		return nil
	}
	bystanders := ui.Thousands(a.Bystanders)
	if len(a.Unknown) > 0 {
		bystanders = ui.T(ctx, "at least %s; nobody has counted those of %s", bystanders, ui.Tn(ctx, len(a.Unknown), "%d measures"))
	}
	cost := ui.T(ctx, "%s officer hours", amount(a.Cost))
	if p.Plan.Ask.Mode != plan.Min && a.Least > 0 {
		cost = ui.T(ctx, "%s officer hours; the cheapest cut, which one failure undoes, %s", amount(a.Cost), amount(a.Least))
	}
	proof := ui.T(ctx, "proved: nothing that was asked for costs less")
	if !a.Proved {
		proof = ui.T(ctx, "not proved: no plan costs less than %s", amount(a.Bound))
	}
	t := ui.Terms{{Name: ui.T(ctx, "Measures"), Value: ui.Text(ui.T(ctx, "%s of %s", strconv.Itoa(len(a.Measures)), strconv.Itoa(len(p.Plan.Measures))))}, {Name: ui.T(ctx, "Cost"), Value: ui.Text(cost)},
		{Name: ui.T(ctx, "Bystanders"), Value: ui.Text(bystanders)}, {Name: ui.T(ctx, "Bound"), Value: ui.Text(proof)}}
	if p.Plan.Proposed != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Chosen by"), Value: ui.Isolated(p.Who[p.Plan.Proposed])})
	}
	if p.Plan.Approved != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Approved by"), Value: ui.Isolated(p.Who[p.Plan.Approved])})
	}
	return t
}

func (p PlanBoard) chosen(m string) bool { return slices.Contains(p.Plan.Answer.Measures, m) }

// status is what the plan does with a measure, and what people said of it.
func (p PlanBoard) status(ctx context.Context, m iru.PlanMeasure) ui.State {
	switch {
	case m.Veto != "":
		return ui.Neutral(ui.T(ctx, "must not be taken"))
	case slices.Contains(p.Plan.Ask.Veto, m.ID):
		return ui.Neutral(ui.T(ctx, "vetoed"))
	case p.chosen(m.ID) && slices.Contains(p.Plan.Ask.Include, m.ID):
		return ui.OK(ui.T(ctx, "in the plan, included"))
	case p.chosen(m.ID):
		return ui.OK(ui.T(ctx, "in the plan"))
	}
	return ui.Neutral(ui.T(ctx, "not in the plan"))
}

// reason is what stands beside the status.
func (p PlanBoard) reason(ctx context.Context, m iru.PlanMeasure) string {
	if m.Veto != "" {
		return vetoWords(ctx, m.Veto)
	}
	return p.Plan.Ask.Why[m.ID]
}

// worth is the price of a veto.
func (p PlanBoard) worth(ctx context.Context, m string) string {
	a := p.Plan.Answer
	if slices.Contains(a.Only, m) {
		return ui.T(ctx, "no plan without it")
	}
	if slices.Contains(a.Weak, m) {
		if p.Plan.Ask.Mode == plan.Hold {
			return ui.T(ctx, "a way is held less surely")
		}
		return ui.T(ctx, "a way hangs on one provider")
	}
	if d, ok := a.Veto[m]; ok {
		return ui.T(ctx, "%s more", amount(d))
	}
	if p.chosen(m) {
		return ui.T(ctx, "not computed")
	}
	return ""
}

// measures is the table of measures; few: those of the plan alone.
func (p PlanBoard) measures(ctx context.Context, few bool) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Measures"), Compact: true, List: !few, Empty: ui.T(ctx, "Nobody is known who could be asked."), Columns: []ui.Column{{Title: ui.T(ctx, "Who is asked"), Head: true}, {Title: ui.T(ctx, "In the plan")}, {Title: ui.T(ctx, "By")},
		{Title: ui.T(ctx, "Addresses"), Num: true}, {Title: ui.T(ctx, "Cost"), Num: true}, {Title: ui.T(ctx, "Hours until effect"), Num: true}, {Title: ui.T(ctx, "Bystanders"), Num: true}, {Title: ui.T(ctx, "Chance"), Num: true}, {Title: ui.T(ctx, "A veto costs"), Num: true}}}
	for _, m := range p.Plan.Measures {
		if few && !p.chosen(m.ID) {
			continue
		}
		by := ui.Quiet("–")
		if m.Instrument != "" {
			by = ui.Both(instrumentName(ctx, m.Instrument), p.unit(m))
		}
		who := ui.All(ui.Link(p.measurePath(m.ID), measureWords(ctx, p.Plan, m)), beneath(p.of(ctx, m)))
		t.Rows = append(t.Rows, ui.Cells(who, ui.All(p.status(ctx, m), ui.Isolated(cutText(p.reason(ctx, m), 120))), by, ui.Text(ui.Thousands(len(m.Acts))), ui.Text(amount(m.Cost())),
			ui.Text(figureValue(ctx, m.Delay)), ui.Text(figureValue(ctx, m.Bystanders)), ui.Text(percents(m.Chance.Value)), ui.Text(p.worth(ctx, m.ID))))
	}
	return t
}

func (p PlanBoard) of(ctx context.Context, m iru.PlanMeasure) string {
	return measureAbout(ctx, p.Plan, m)
}

func (p PlanBoard) unit(m iru.PlanMeasure) string {
	if m.Unit == p.Plan.Unit {
		return ""
	}
	return p.Units[m.Unit].Name
}

func (p PlanBoard) measurePath(m string) string { return at(planPath(p.Plan)+"/measure", "m", m) }

// failures says of each measure what stays up if it alone fails, and of each provider that is asked more than once, if it does nothing.
func (p PlanBoard) failures(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "If one fails"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "If this fails"), Head: true}, {Title: ui.T(ctx, "What stays up, and why")}}}
	for _, f := range p.Failures {
		who := ui.Text(ui.T(ctx, "If %s does nothing", f.Name))
		below := ui.Tn(ctx, len(f.Measures), "%d measures")
		if f.Provider == 0 {
			m, _ := p.Plan.Measure(f.Measures[0])
			who, below = ui.Text(measureWords(ctx, p.Plan, m)), p.of(ctx, m)
		}
		var what templ.Component = ui.OK(ui.T(ctx, "nothing: the others suffice")).Plain()
		if len(f.Ways) > 0 {
			what = templ.Join(p.ways(ctx, f.Ways)...)
		}
		t.Rows = append(t.Rows, ui.Cells(ui.All(who, beneath(below)), what))
	}
	return t
}

func (p PlanBoard) ways(ctx context.Context, ws []iru.Way) []templ.Component {
	var out []templ.Component
	for _, w := range ws {
		out = append(out, sentence(wayWords(ctx, p.Plan, w)))
	}
	return out
}

// without asks which measures to leave out for a try.
func (p PlanBoard) without(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "without", Question: ui.T(ctx, "Try without"), Many: true, Chosen: p.Without, Hint: ui.T(ctx, "Nothing is stored: it is told what would stay up.")}
	for _, m := range p.Plan.Chosen() {
		c.Options = append(c.Options, ui.ChoiceOption{Value: m.ID, Text: measureWords(ctx, p.Plan, m), Hint: p.of(ctx, m)})
	}
	return c
}

func (p PlanBoard) question(ctx context.Context) []ui.Field {
	a := p.Tried
	bound := func(f float64) string {
		if f <= 0 {
			return ""
		}
		return amount(f)
	}
	people := ""
	if a.Bystanders >= 0 {
		people = strconv.Itoa(a.Bystanders)
	}
	return []ui.Field{
		{Name: "mode", Label: ui.T(ctx, "The plan shall"), Type: "select", Required: true, Value: string(a.Mode), Options: []ui.Option{{Value: string(plan.N1), Text: ui.T(ctx, "survive the failure of any one measure (N-1)")},
			{Value: string(plan.Hold), Text: ui.T(ctx, "hold the outlet dark for a time")}, {Value: string(plan.Min), Text: ui.T(ctx, "be the cheapest cut")}}},
		{Name: "horizon", Label: ui.T(ctx, "Hours to hold"), Value: amount(a.Horizon.Hours()), Hint: ui.T(ctx, "Counts where the plan shall hold.")},
		{Name: "open", Label: ui.T(ctx, "Chance that a way may be open"), Value: amount(a.Open), Hint: ui.T(ctx, "Between 0 and 1; counts where the plan shall hold.")},
		{Name: "price", Label: ui.T(ctx, "Price of a bystander"), Value: amount(a.Ask.Price), Hint: ui.T(ctx, "Officer hours that sparing one is worth.")},
		{Name: "bystanders", Label: ui.T(ctx, "Bystanders at most"), Value: people, Hint: ui.T(ctx, "Empty: no bound.")},
		{Name: "budget", Label: ui.T(ctx, "Budget, officer hours"), Value: bound(a.Budget), Hint: ui.T(ctx, "Empty: no bound.")},
	}
}

// rest asks what to do where there is no whole plan.
func (p PlanBoard) rest(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "rest", Question: ui.T(ctx, "Where something cannot be felled"), Many: true,
		Options: []ui.ChoiceOption{{Value: "1", Text: ui.T(ctx, "plan for the rest"), Hint: ui.T(ctx, "Otherwise the answer is that there is no plan, and what is missing.")}}}
	if p.Plan.Ask.Rest {
		c.Chosen = []string{"1"}
	}
	return c
}

func (p PlanBoard) addresses(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Addresses"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Address"), Head: true}, {Title: ui.T(ctx, "Under the plan")}, {Title: ui.T(ctx, "Audience"), Num: true}, {Title: ui.T(ctx, "Spared, since")}}}
	for _, n := range p.Plan.Nodes {
		if !strings.HasPrefix(n.ID, "asset/") {
			continue
		}
		people := ui.T(ctx, "no figure")
		if n.Audience > 0 {
			people = ui.Thousands(int(n.Audience))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Link(at(planPath(p.Plan)+"/address", "n", n.ID), n.Name), p.stands(ctx, n), ui.Text(people), ui.Isolated(p.Plan.Ask.Spare[n.ID])))
	}
	return t
}

func (p PlanBoard) stands(ctx context.Context, n plan.Node) ui.State {
	switch {
	case n.Down:
		return ui.Neutral(ui.T(ctx, "down already")).Plain()
	case p.Up[n.ID]:
		return ui.Warn(ui.T(ctx, "stays up")).Plain()
	}
	return ui.OK(ui.T(ctx, "down")).Plain()
}

// curve is cost against the audience that is left.
func (p PlanBoard) curve(ctx context.Context) (ui.StepChart, ui.Table) {
	pts := p.Plan.Answer.Curve
	people := ui.T(ctx, "Audience left")
	if !slices.ContainsFunc(p.Plan.Nodes, func(n plan.Node) bool { return n.Audience > 0 }) {
		people = ui.T(ctx, "Addresses left")
	}
	c := ui.StepChart{ID: "curve-f", Title: ui.T(ctx, "Cost against what is left"), Series: []ui.Series{{Name: people}}}
	t := ui.Table{Label: c.Title, Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Cost, officer hours"), Num: true, Head: true}, {Title: people, Num: true}, {Title: ui.T(ctx, "Bystanders"), Num: true}, {Title: ui.T(ctx, "Measures"), Num: true}}}
	for _, x := range pts {
		c.Series[0].Points = append(c.Series[0].Points, ui.Point{X: x.Cost, Y: x.Audience})
		c.To, c.Max = max(c.To, x.Cost), max(c.Max, x.Audience)
		t.Rows = append(t.Rows, ui.Cells(ui.Text(amount(x.Cost)), ui.Text(amount(x.Audience)), ui.Text(amount(x.Bystanders)), ui.Text(ui.Thousands(len(x.Measures)))))
	}
	for n := range 5 {
		at := c.To * float64(n) / 4
		c.X = append(c.X, ui.Tick{At: at, Text: amount(at)})
	}
	c.Summary = ui.T(ctx, "From nothing done to the cheapest plan that leaves nothing: %s steps. The table has the figures.", strconv.Itoa(len(pts)))
	return c, t
}

// others are the plans that this one can be compared with.
func (p PlanBoard) others(ctx context.Context) ui.Field {
	f := ui.Field{Name: "b", Label: ui.T(ctx, "Compare with"), Type: "select", Required: true}
	for _, o := range p.Others {
		if o.ID != p.Plan.ID {
			f.Options = append(f.Options, ui.Option{Value: id(o.ID), Text: o.Name + ", " + modeWords(ctx, o.Ask) + ", " + moment(o.Solved)})
		}
	}
	return f
}

// tasks are the acts of an approved plan.
func (p PlanBoard) tasks(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Tasks"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Who is asked"), Head: true}, {Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Task")}}}
	label := map[string]string{}
	for _, n := range p.Plan.Nodes {
		label[n.ID] = n.Name
	}
	for _, m := range p.Plan.Chosen() {
		for _, a := range m.Acts {
			what := ui.Quiet(ui.T(ctx, "not drafted yet"))
			if x, ok := p.Acts[actKey(a.Asset, m.Provider, string(m.Layer))]; ok {
				what = ui.All(ui.Link("/notices/"+id(x.ID), x.Ref), noticeState(ctx, x.State))
			} else if why := p.Gaps[m.ID+" "+id(a.Asset)]; why != "" {
				what = ui.All(ui.Warn(ui.T(ctx, "missing")), ui.Isolated(why))
			} else if !a.Assessed {
				what = ui.Both(ui.T(ctx, "not drafted yet"), ui.T(ctx, "no person had assessed it when the plan was computed"))
			}
			t.Rows = append(t.Rows, ui.Cells(ui.Text(measureWords(ctx, p.Plan, m)), ui.Link("/assets/"+id(a.Asset), label[iru.PlanAsset(a.Asset)]), what))
		}
	}
	return t
}

// fault is why there is no plan, or what it leaves open.
func (p PlanBoard) missing() []iru.Way { return p.Plan.Told(p.Plan.Answer.Missing) }

func (p PlanBoard) single() []iru.Way { return p.Plan.Told(p.Plan.Answer.Single) }

func (p PlanBoard) loose() []iru.Way { return p.Plan.Told(p.Plan.Answer.Loose) }

func (p PlanBoard) tried(ctx context.Context) string {
	switch {
	case len(p.Without) == 0 && len(p.Open) == 0:
		return ui.T(ctx, "Under the whole plan nothing stays up.")
	case len(p.Without) == 0:
		return ui.T(ctx, "Under the whole plan this stays up:")
	case len(p.Open) == 0:
		return ui.T(ctx, "Without these nothing stays up either.")
	}
	return ui.T(ctx, "Without these, this stays up:")
}

// compareQuery leads to a comparison.
func compareQuery(a, b iru.PlanID) string {
	return "/plans/compare?" + url.Values{"a": {id(a)}, "b": {id(b)}}.Encode()
}
