// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// LinePage is how the line is held after T0: what was swept, what is up, what fell, and what waits for a person.
type LinePage struct {
	Frame ui.Frame
	Now   time.Time
	Said  string
	desk.Line
	Sweep   bool // this officer may call a sweep
	MayWave bool // this officer may make the next wave
}

// linePage shows it.
func (v *visit) linePage() error {
	p, err := v.held()
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) held() (LinePage, error) {
	p := LinePage{Now: v.now, Said: v.said()}
	n, err := v.number("id")
	if err != nil {
		return p, err
	}
	err = v.read(func(t *db.Tx) (err error) {
		p.Line, err = v.desk.LineIn(v.ctx(), t, v.scope, iru.OperationID(n))
		return err
	})
	o := p.Operation
	p.Frame = v.frame("operations", ui.T(v.ctx(), "Hold the line")+" · "+o.Name)
	begun := !o.Drill && o.Leaves() && !o.T0.IsZero() && !v.now.Before(o.T0)
	p.Sweep = begun && v.may(iru.ToWatch) && !slices.ContainsFunc(p.Musters, func(m iru.Muster) bool { return m.State == iru.MusterOpen && m.Mark == iru.MarkHand })
	p.MayWave = begun && v.may(iru.ToPlan) && v.may(iru.ToDraft) && o.Unit == v.by.Unit
	return p, err
}

// lineStep is the page before a sweep is called or the next wave made, and the step.
func (v *visit) lineStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	p, err := v.held()
	if err != nil {
		return err
	}
	o := p.Operation
	base := "/operations/" + id(o.ID)
	s := StepPage{State: operationState(ctx, o.State), Action: base + "/line/" + verb, Kind: ui.Primary, Back: base + "/line",
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: base}, {Text: ui.T(ctx, "Hold the line"), Href: base + "/line"}}}
	switch verb {
	case "sweep":
		s.Title = ui.T(ctx, "Sweep now")
		s.Next = []string{ui.T(ctx, "Every address is looked at now, once from every vantage point; two minutes later it is recorded what was seen.")}
	case "wave":
		s.Title = ui.T(ctx, "Next wave")
		s.Next = []string{ui.T(ctx, "A new operation is planned against the same outlets, with the same participants and roles. %s prepared acts become drafts of it where the law and the address allow it.", strconv.Itoa(len(p.Prepared))),
			ui.T(ctx, "Nothing leaves: each draft takes the way of every draft, and the new operation has its own poll and its own release.")}
		s.Fields = []ui.Field{{Name: "name", Label: ui.T(ctx, "Name"), Value: v.value("name"), Max: 100, Autocomplete: "off", Hint: ui.T(ctx, "One that tells outsiders nothing.")}}
	default:
		return iru.NotFound
	}
	s.Verb, s.Frame = s.Title, v.frame("operations", s.Title+" · "+o.Name)
	return v.takeStep(s, func() (string, error) {
		if verb == "sweep" {
			_, err := v.desk.CallMuster(ctx, v.scope, o.ID)
			return ui.T(ctx, "The sweep has begun."), err
		}
		w, err := v.desk.NextWave(ctx, v.scope, o.ID, v.value("name"), 0)
		return ui.T(ctx, "The next wave is planned; %s drafts were made, %s stay prepared.", strconv.Itoa(len(w.Drafted)), strconv.Itoa(len(w.Left))), err
	})
}

func (p LinePage) base() string { return "/operations/" + id(p.Operation.ID) }

func (p LinePage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: p.Operation.Name, Href: p.base()}}, Title: ui.T(ctx, "Hold the line"), State: operationState(ctx, p.Operation.State)}
	if !p.Operation.T0.IsZero() {
		h.Facts = append(h.Facts, ui.All(ui.Text("T0 "), ui.When{At: p.Operation.T0, Day: true}))
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "After-action report"), Href: p.base() + "/report"})
	}
	if p.Wave.Number > 1 {
		h.Facts = append(h.Facts, ui.All(ui.Text(ui.T(ctx, "Wave %s", strconv.Itoa(p.Wave.Number))+" "+ui.T(ctx, "after")+" "), ui.Link("/operations/"+id(p.Wave.After), id(p.Wave.After))))
	}
	if p.Sweep {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Sweep now"), Href: p.base() + "/line/sweep"})
	}
	if p.MayWave {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Next wave"), Kind: ui.Primary, Href: p.base() + "/line/wave"})
	}
	return h
}

func (p LinePage) sweeps(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Sweeps"), Compact: true, Empty: ui.T(ctx, "No sweep has begun."), Columns: []ui.Column{{Title: afterWord(ctx, "Mark")}, {Title: afterWord(ctx, "Begun"), NoWrap: true}, {Title: ui.T(ctx, "Ended"), NoWrap: true}, {Title: ui.T(ctx, "Addresses"), Num: true},
		{Title: afterWord(ctx, "Up"), Num: true}, {Title: afterWord(ctx, "Down"), Num: true}, {Title: afterWord(ctx, "Doubtful"), Num: true}, {Title: afterWord(ctx, "Unknown"), Num: true}, {Title: afterWord(ctx, "Unseen"), Num: true}}}
	for _, m := range p.Musters {
		ended := templ.Component(ui.When{At: m.Ended, Day: true})
		n := func(i int) templ.Component { return ui.Text(ui.Thousands(i)) }
		if m.State == iru.MusterOpen {
			ended, n = ui.Info(ui.T(ctx, "until %s", m.Due.UTC().Format("15:04:05"))), func(int) templ.Component { return ui.Quiet("–") }
		}
		if m.State == iru.MusterDropped {
			ended, n = ui.Quiet(ui.T(ctx, "Sweep dropped")), func(int) templ.Component { return ui.Quiet("–") }
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(afterWord(ctx, string(m.Mark))), ui.When{At: m.Begun, Day: true}, ended, n(m.Assets), n(m.Up), n(m.Down), n(m.Doubtful), n(m.Unknown), n(m.Unseen)))
	}
	return t
}

func (p LinePage) standing(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Not known to be down"), Compact: true, Empty: ui.T(ctx, "Every address is down."), Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Seen from")}, {Title: ui.T(ctx, "Acts about it"), NoWrap: true}, {Title: ui.T(ctx, "Who can act next"), NoWrap: true}}}
	for _, s := range p.Standing {
		t.Rows = append(t.Rows, ui.Cells(ui.All(shortAddress(s.Asset.Locator), ui.Text(" "), ui.Link("/assets/"+id(s.Asset.ID), ui.T(ctx, "all about it"))), presenceState(ctx, s.Asset.Presence.State), p.seenFrom(ctx, s.Asset.ID), actsAbout(ctx, s.Acts), p.rungs(ctx, s)))
	}
	return t
}

// seenFrom is what each vantage point saw last, by the last sweep.
func (p LinePage) seenFrom(ctx context.Context, a iru.AssetID) templ.Component {
	var parts []templ.Component
	for _, l := range p.Looks[a] {
		parts = append(parts, ui.Both(l.Vantage, join(outcomeName(ctx, l.Outcome), l.At.UTC().Format("15:04:05"))))
	}
	if len(parts) == 0 {
		return ui.Quiet("–")
	}
	return below(parts)
}

func actsAbout(ctx context.Context, ns []iru.Notice) templ.Component {
	var parts []templ.Component
	for _, n := range ns {
		parts = append(parts, ui.All(ui.Link("/notices/"+id(n.ID), n.Ref), ui.Text(" "), noticeState(ctx, n.State)))
	}
	if len(parts) == 0 {
		return ui.Quiet("–")
	}
	return below(parts)
}

// mostRungs is how many next steps a line names.
const mostRungs = 4

// rungs are the next steps that the law allows, as links to the form of the draft; what can be escalated is.
func (p LinePage) rungs(ctx context.Context, s desk.Standing) templ.Component {
	var parts []templ.Component
	for _, n := range s.Acts {
		if iru.NoticeTable.Can(n.State, "escalate") {
			parts = append(parts, ui.Link("/notices/"+id(n.ID)+"/escalate", ui.T(ctx, "Escalate %s", n.Ref)))
		}
	}
	for _, r := range s.Rungs[:min(len(s.Rungs), mostRungs)] {
		parts = append(parts, ui.Link(at("/assets/"+id(s.Asset.ID)+"/act", "option", optionKey(r.Option, r.Instrument)), join(r.Option.Provider.Name, instrumentName(ctx, r.Instrument))))
	}
	if len(parts) == 0 {
		return ui.Quiet(ui.T(ctx, "Everything that the law allows was tried."))
	}
	return below(parts)
}

func (p LinePage) fallen(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Watched for a return"), Compact: true, Empty: ui.T(ctx, "Nothing has fallen yet."), Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Since"), NoWrap: true}, {Title: ui.T(ctx, "Last seen"), NoWrap: true}}}
	for _, f := range p.Fallen {
		s := ui.OK(ui.T(ctx, "down and watched"))
		if f.Back {
			s = ui.Bad(presenceState(ctx, iru.PresenceBack).Word).With(ui.IconReturn)
		}
		t.Rows = append(t.Rows, ui.Cells(ui.All(shortAddress(f.Asset.Locator), ui.Text(" "), ui.Link("/assets/"+id(f.Asset.ID), ui.T(ctx, "all about it"))), s, ui.When{At: f.Asset.Presence.Since, Day: true}, ui.Fresh{Seen: f.Asset.Seen, Now: p.Now}))
	}
	return t
}

func (p LinePage) next(ctx context.Context) ui.Lines {
	var out ui.Lines
	for _, o := range p.Next {
		out = append(out, ui.Line{Text: o.Name, Href: "/operations/" + id(o.ID), End: operationState(ctx, o.State)})
	}
	return out
}

// lineWord is how many of an operation's addresses are watched until when.
func (p LinePage) lineWord(ctx context.Context) string {
	if p.Until.IsZero() {
		return ""
	}
	return strings.TrimSpace(ui.T(ctx, "until %s", p.Until.UTC().Format("2 Jan 2006")))
}
