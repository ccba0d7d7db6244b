// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// OperationsPage lists what was planned to happen at one instant.
type OperationsPage struct {
	Frame   ui.Frame
	Said    string
	MayPlan bool
	None    bool
	Table   ui.Table
}

func (p OperationsPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Title: ui.T(ctx, "Operations"), Facts: []templ.Component{ui.Link("/partners", ui.T(ctx, "Partners")), ui.Connection()}}
	if p.MayPlan && !p.None {
		h.Buttons = []ui.Button{{Text: ui.T(ctx, "Plan an operation"), Kind: ui.Primary, Href: "/operations/new", Key: "n"}}
	}
	return h
}

// PlanPage is the form for a new operation.
type PlanPage struct {
	Frame     ui.Frame
	Problem   string
	Name      string
	Note      string
	Kind      string // "drill" for one of which nothing leaves
	Director  iru.OfficerID
	Directors []iru.Officer
	Outlets   []iru.Outlet
	Units     []iru.Unit // besides the officer's own
	Own       iru.Unit
	Chosen    map[string]bool // "outlet 5", "unit 2"
}

func (p PlanPage) fields(ctx context.Context) []ui.Field {
	who := []ui.Option{{Value: "0", Text: ui.T(ctx, "Choose"), Disabled: true}}
	for _, o := range p.Directors {
		who = append(who, ui.Option{Value: id(o.ID), Text: o.Name})
	}
	return []ui.Field{
		{Name: "name", Label: ui.T(ctx, "Name"), Value: p.Name, Required: true, Max: 100, Autocomplete: "off", Hint: ui.T(ctx, "One that tells outsiders nothing.")},
		{Name: "director", Label: ui.T(ctx, "Director"), Type: "select", Options: who, Value: id(p.Director), Required: true, Hint: ui.T(ctx, "Polls, holds, releases and aborts; nobody else can.")},
		{Name: "note", Label: ui.T(ctx, "Aim"), Type: "textarea", Value: p.Note, Max: 2000},
		{Name: "kind", Label: ui.T(ctx, "This is"), Type: "select", Value: or(p.Kind, "day"), Options: []ui.Option{{Value: "day", Text: ui.T(ctx, "the day itself")}, {Value: "drill", Text: ui.T(ctx, "a drill: it is played, and nothing of it ever leaves")}}},
	}
}

func (p PlanPage) outlets(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "outlet", Question: ui.T(ctx, "Against"), Many: true}
	for _, o := range p.Outlets {
		c.Options = append(c.Options, ui.ChoiceOption{Value: id(o.ID), Text: o.Name, Hint: outletState(ctx, o.State).Word})
		if p.Chosen["outlet "+id(o.ID)] {
			c.Chosen = append(c.Chosen, id(o.ID))
		}
	}
	return c
}

func (p PlanPage) units(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "unit", Question: ui.T(ctx, "Taking part besides %s", p.Own.Name), Many: true, Hint: ui.T(ctx, "They see every task of the operation and answer the poll for their own.")}
	for _, u := range p.Units {
		c.Options = append(c.Options, ui.ChoiceOption{Value: id(u.ID), Text: join(u.Name, u.Country), Hint: issuerName(ctx, u.Kind)})
		if p.Chosen["unit "+id(u.ID)] {
			c.Chosen = append(c.Chosen, id(u.ID))
		}
	}
	return c
}

// BoardPage is one operation: one truth for all who take part, fresh to the second.
type BoardPage struct {
	Frame      ui.Frame
	Now        time.Time
	Said       string
	Wall       bool
	Ends       time.Time // of the session, whatever happens
	Idle       time.Time // of the session, if nobody moves
	Op         iru.Operation
	Lead       iru.Unit
	Director   string
	Outlets    []iru.Outlet
	Rows       []AgencyRow
	Go         int
	Unreleased []string  // partners that should have released for this T0 and did not
	Holds      []ui.Line // what keeps it from being released
	Buttons    []ui.Button
	Tiles      ui.Tiles
	Up         int
	Down       int
	Unknown    int
	Tasks      ui.Table
	Effect     iru.OperationEffect // its window
	Sent       int                 // tasks that left
	Active     int                 // tasks that were not withdrawn
	Parked     int                 // tasks that should have left and did not
	MayDraft   bool

	StandDown bool // this officer may stand a unit down

	Count  iru.Count
	Pauses []string // built-in holds with what became of them
	Stages []ui.Line
	Duty   []ui.Line
	MaySay bool
	parted *boardParts
	rows   []string     // what each row of Tasks shows that may change
	acts   []iru.Notice // what stand down and the buttons are decided by
}

// An AgencyRow is one participant of an operation in one of its roles.
type AgencyRow struct {
	Unit    iru.Unit // its name and country alone where no unit of this house takes part
	Poll    int64
	Role    string // where it acts in several
	Part    iru.ParticipantID
	As      iru.TaskRole
	Body    bool   // no machine speaks for it
	Word    bool   // a body without a machine, whose answer this officer's unit enters
	Officer string // who answered, else who may
	Acts    string // instruments, each once
	Ready   int
	Tasks   int
	Said    ui.State
	Answer  iru.PollState
	When    time.Time // of the answer
	Reason  string
	Expired bool // it had answered, then its tasks changed
	Fresh   time.Time
	Own     bool
	Digest  string // of its tasks as they stand

	StandDown bool // this officer may take its tasks out

	Late ui.State // not heard since, or not ready though T0 is near; "" for neither
}

// Asked reports whether its answer counts: who has nothing to do holds nothing, unless it said NO-GO.
func (r AgencyRow) Asked() bool { return r.Tasks > 0 || r.Answer == iru.PollNoGo }

// anchor is where its row stands on the page.
func (r AgencyRow) anchor() string {
	if r.Role == "" && r.Unit.ID != 0 {
		return "unit-" + id(r.Unit.ID)
	}
	return "unit-poll-" + id(r.Poll)
}

func (r AgencyRow) kind(ctx context.Context) string {
	if r.Unit.ID == 0 {
		return ""
	}
	return issuerName(ctx, r.Unit.Kind)
}

// goWords says how many of those whose answer counts are GO.
func (p BoardPage) goWords(ctx context.Context) string {
	all := 0
	for _, r := range p.Rows {
		if r.Asked() || r.Answer == iru.PollGo {
			all++
		}
	}
	return ui.T(ctx, "%s of %s go", strconv.Itoa(p.Go), strconv.Itoa(all))
}

// t0 is the operation's clock: it stands until T0 is planned, counts down, stands at holds, then counts up.
func (p BoardPage) t0() (ui.Clock, bool) {
	if p.Count.T0.IsZero() {
		return ui.Clock{}, false
	}
	c := ui.Clock{What: p.Op.Name, Now: p.Now, Due: p.Count.T0, Prefix: "T−"}
	if p.Count.Stands {
		c.Stopped = p.Now
	} else if !p.Now.Before(p.Count.T0) {
		c.Prefix = "T"
	}
	return c, true
}

func (p BoardPage) state(ctx context.Context) ui.State { return operationState(ctx, p.Op.State) }

// spread is how far apart the first and the last task left.
func (p BoardPage) spread() string {
	d := p.Op.LastSent.Sub(p.Op.FirstSent)
	switch {
	case d < time.Millisecond:
		return id(d.Microseconds()) + " µs"
	case d < 10*time.Second:
		return id(d.Milliseconds()) + " ms"
	}
	return id(int64(d/time.Second)) + " s"
}

func (p BoardPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}}, Title: p.Op.Name, State: p.state(ctx), Handling: p.Frame.Handling,
		Facts: []templ.Component{ui.All(ui.Text(ui.T(ctx, "Led by")), ui.Isolated(p.Lead.Name)), ui.All(ui.Text(ui.T(ctx, "Director")), ui.Isolated(p.Director))}}
	for _, o := range p.Outlets {
		h.Facts = append(h.Facts, ui.Link("/outlets/"+id(o.ID), o.Name))
	}
	h.Facts = append(h.Facts, ui.Connection())
	base := "/operations/" + id(p.Op.ID)
	h.Buttons = []ui.Button{{Text: ui.T(ctx, "Who does what"), Href: base + "/agree"}, {Text: ui.T(ctx, "Questions"), Href: base + "/questions"}, {Text: ui.T(ctx, "Partners"), Href: base + "/partners"},
		{Text: ui.T(ctx, "Rehearse"), Href: "/operations/" + id(p.Op.ID) + "/rehearsal", Key: "r"}, {Text: ui.T(ctx, "Wallboard"), Href: "/operations/" + id(p.Op.ID) + "/wall", Key: "w"}}
	return h
}

func (p BoardPage) live() string {
	if p.Wall {
		return "/live/operation-" + id(p.Op.ID) + "?wall=1"
	}
	return "/live/operation-" + id(p.Op.ID)
}

// How long before a session ends the board warns: somebody must come to a wall, whoever sits before the board need only move.
const (
	warnEnd  = 30 * time.Minute
	warnIdle = 5 * time.Minute
)

// session is the clock of the session that shows the board, and whether it ends because nobody moves.
func (p BoardPage) session(ctx context.Context) (c ui.Clock, idle bool) {
	c = ui.Clock{What: ui.T(ctx, "Your session"), Now: p.Now, Due: p.Ends, Risk: warnEnd, Prefix: " "}
	if !p.Wall && p.Idle.Before(p.Ends) {
		c.Due, c.Risk, idle = p.Idle, warnIdle, true
	}
	return c, idle
}

// precise writes an instant to the microsecond: what left when is evidence.
func precise(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05.000000") + " UTC" }

func (p OperationsPage) todo(ctx context.Context) []ui.Todo {
	t := ui.Todo{Title: ui.T(ctx, "Plan an operation"), Why: ui.T(ctx, "Name it, choose who takes part and who directs it. Nothing leaves by that."), Next: true}
	if p.MayPlan {
		t.Button = ui.Button{Text: ui.T(ctx, "Begin"), Kind: ui.Primary, Href: "/operations/new"}
	} else {
		t.Why = ui.T(ctx, "An analyst, liaison officer or director of your unit plans one.")
	}
	return []ui.Todo{t}
}

func (p BoardPage) standDownButton(ctx context.Context, r AgencyRow) ui.Button {
	text := operationVerbName(ctx, standDown)
	return ui.Button{Text: text, Small: true, Legal: true, Href: at("/operations/"+id(p.Op.ID)+"/step/"+standDown, "unit", id(r.Unit.ID)), More: templ.Attributes{"aria-label": text + ": " + r.Unit.Name}}
}
