// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/rehearse"
	"iolaus/internal/web/ui"
)

// RehearsalPage is an operation, or a plan that is none yet, played before its day.
type RehearsalPage struct {
	Frame     ui.Frame
	Head      ui.Head
	Back      string // the page of what is played
	Plan      bool
	Bad       string      // what is wrong with T0
	Bare      []iru.Asset // addresses that no act names
	Beside    int         // acts that fell nothing
	Rehearsal Rehearsal
}

// A Rehearsal is what any rehearsal shows, of an operation or of a plan.
type Rehearsal struct {
	Report *rehearse.Report       // nil: there is nothing to play
	Names  map[string]string      // of nodes
	Links  map[string]string      // of measures; nil: none
	Words  map[string]string      // of measures; nil: their IDs
	Bare   int                    // addresses that stay up whatever the acts do
	Layers map[string]legal.Layer // of measures, where the officer may change rates; nil: no
}

// Render implements templ.Component.
func (r Rehearsal) Render(ctx context.Context, w io.Writer) error { return r.view().Render(ctx, w) }

func (p RehearsalPage) path() string { return p.Back + "/rehearsal" }

func (p RehearsalPage) head(ctx context.Context) ui.Head {
	h := p.Head
	h.Handling = p.Frame.Handling
	if r := p.Rehearsal.Report; r != nil {
		h.Facts = []templ.Component{templ.Join(ui.Text(ui.T(ctx, "T0 is")+" "), ui.When{At: r.Picture.T0, Day: true}, ui.Text(" UTC")), ui.Text(ui.Tn(ctx, len(r.Picture.Steps), "%d acts")), ui.Text(ui.Tn(ctx, r.Once.Runs, "%d runs"))}
	}
	return h
}

// todo is what there has to be before anything can be played.
func (p RehearsalPage) todo(ctx context.Context) ui.Empty {
	e := ui.Empty{ID: "empty", Title: ui.T(ctx, "There is nothing to rehearse yet"), Why: ui.T(ctx, "A rehearsal plays the acts of the operation before they leave. It begins with the first task that would take something down."),
		Todo: []ui.Todo{{Title: ui.T(ctx, "Draft a task"), Why: ui.T(ctx, "From an address, under “Who can act”."), Next: true, Button: ui.Button{Text: ui.T(ctx, "Back to the operation"), Href: p.Back}}}}
	if p.Plan {
		e.Why = ui.T(ctx, "A rehearsal plays the measures of a plan. This one has none.")
		e.Todo = []ui.Todo{{Title: ui.T(ctx, "Have it computed"), Why: ui.T(ctx, "Its page says what stays up, and why there is no plan."), Next: true, Button: ui.Button{Text: ui.T(ctx, "Back to the plan"), Href: p.Back}}}
	}
	return e
}

func (p RehearsalPage) fields(ctx context.Context) []ui.Field {
	r := p.Rehearsal.Report
	choice := func(name, label string, d time.Duration, of ...int) ui.Field {
		f := ui.Field{Name: name, Label: label, Type: "select", Value: strconv.Itoa(int(d.Hours()))}
		for _, h := range of {
			text := ui.Tn(ctx, h, "%d hours")
			if h == 0 {
				text = ui.T(ctx, "all at once")
			}
			f.Options = append(f.Options, ui.Option{Value: strconv.Itoa(h), Text: text})
		}
		return f
	}
	spread := time.Duration(0)
	if r.Spread != nil {
		spread = r.Spread.Play.Spread
	}
	return []ui.Field{
		{Name: "t0", Label: ui.T(ctx, "T0, UTC"), Type: "datetime-local", Value: r.Picture.T0.UTC().Format("2006-01-02T15:04"), Error: p.Bad},
		choice("after", ui.T(ctx, "Shown after"), r.Picture.After, 1, 3, 6, 24, 72),
		choice("dark", ui.T(ctx, "In the dark for"), r.Once.Play.Dark, 6, 12, 24, 48, 72, 168),
		choice("spread", ui.T(ctx, "Beside it, spread over"), spread, 0, 24, 72, 168),
	}
}

// minutesAfter is the instant that is shown, as people say it: T+60.
func (r Rehearsal) minutesAfter() string {
	return "T+" + strconv.Itoa(int(r.Report.Picture.After.Minutes()))
}

func (r Rehearsal) outcome(ctx context.Context) ui.State {
	return r.darkness(ctx, r.Report.Picture.Dark)
}

// darkness says whether it is dark, and of what: where no act names some addresses, the outlet is not.
func (r Rehearsal) darkness(ctx context.Context, dark bool) ui.State {
	switch {
	case !dark:
		return ui.Warn(ui.T(ctx, "Still up"))
	case r.Bare > 0:
		return ui.Warn(ui.Tn(ctx, r.Bare, "What the acts name is dark; %d addresses stay up"))
	}
	return ui.OK(ui.T(ctx, "Dark"))
}

// question is what the runs answer.
func (r Rehearsal) question(ctx context.Context) string {
	if r.Bare > 0 {
		return ui.Tn(ctx, r.Bare, "Does what the acts name stay dark? %d addresses stay up")
	}
	return ui.T(ctx, "Does it stay dark?")
}

func (r Rehearsal) measure(name string) templ.Component {
	if to := r.Links[name]; to != "" {
		return ui.Link(to, r.called(name))
	}
	return ui.Isolated(r.called(name))
}

// called is what people call a measure.
func (r Rehearsal) called(name string) string { return cmp.Or(r.Words[name], name) }

func (r Rehearsal) steps(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Acts at %s", r.minutesAfter()), Compact: true, List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "Addressee")}, {Title: ui.T(ctx, "Stands")}, {Title: ui.T(ctx, "Served"), NoWrap: true},
		{Title: ui.T(ctx, "Done"), NoWrap: true}, {Title: ui.T(ctx, "Felt everywhere"), NoWrap: true}, {Title: ui.T(ctx, "Its clock"), Quiet: true}}}
	for n, s := range r.Report.Picture.Steps {
		if n == 500 {
			break
		}
		name := templ.Join(r.measure(s.Measure), ui.Quiet(" "+instrumentText(ctx, s.Instrument)))
		zone := s.Zone
		if zone == "" {
			zone = "UTC"
		}
		t.Rows = append(t.Rows, ui.Cells(name, ui.Isolated(s.Who), standState(ctx, s.Stand), momentOr(s.Served), momentOr(s.Acted), momentOr(s.Felt), ui.Isolated(zone)))
	}
	return t
}

func instrumentText(ctx context.Context, i string) string {
	if i == "" {
		return ""
	}
	return instrumentName(ctx, legal.Instrument(i))
}

func momentOr(t time.Time) templ.Component {
	if t.IsZero() {
		return ui.Quiet("–")
	}
	return ui.When{At: t, Day: true}
}

func standState(ctx context.Context, s rehearse.Stand) ui.State {
	switch s {
	case rehearse.Felt:
		return ui.OK(ui.T(ctx, "Felt"))
	case rehearse.Cached:
		return ui.Info(ui.T(ctx, "Done, still in caches"))
	case rehearse.Working:
		return ui.Warn(ui.T(ctx, "The desk works on it"))
	case rehearse.Asking:
		return ui.Warn(ui.T(ctx, "The desk asks first"))
	case rehearse.Closed:
		return ui.Warn(ui.T(ctx, "The desk is not at work"))
	case rehearse.Translating:
		return ui.Warn(ui.T(ctx, "Being translated"))
	case rehearse.Early:
		return ui.Warn(ui.T(ctx, "Not valid yet"))
	case rehearse.Lapsed:
		return ui.Bad(ui.T(ctx, "Not valid any more"))
	case rehearse.Unserved:
		return ui.Neutral(ui.T(ctx, "Leaves later"))
	case rehearse.Refused:
		return ui.Neutral(ui.T(ctx, "Refused"))
	case rehearse.NeedsOrder:
		return ui.Neutral(ui.T(ctx, "Needs an order"))
	case rehearse.Unanswered:
		return ui.Neutral(ui.T(ctx, "Never answered"))
	case rehearse.Undelivered:
		return ui.Warn(ui.T(ctx, "Not delivered"))
	case rehearse.Unlikely:
		return ui.Warn(ui.T(ctx, "Rather not, by its record"))
	}
	return ui.Neutral(ui.T(ctx, "No end in sight"))
}

// way names the parts through which it is up.
func (r Rehearsal) ways(ctx context.Context) ui.Lines {
	var out ui.Lines
	for _, w := range r.Report.Picture.Ways {
		var parts []string
		for _, n := range w.Nodes {
			parts = append(parts, r.part(ctx, n))
		}
		line := ui.Line{Text: strings.Join(parts, " + ")}
		if len(w.Measures) == 0 {
			line.Sub = ui.T(ctx, "no act touches it")
		} else {
			names := make([]string, len(w.Measures))
			for n, m := range w.Measures {
				names[n] = r.called(m)
			}
			line.Sub = ui.T(ctx, "closed by %s", strings.Join(names, ", "))
		}
		out = append(out, line)
	}
	return out
}

// part says what a node is in words: its kind, then its name, defanged.
func (r Rehearsal) part(ctx context.Context, node string) string {
	kind, rest, ok := strings.Cut(node, ":")
	name := r.Names[node]
	if name == "" {
		name = rest
	}
	if !ok { // a plan's tree names its parts itself
		return cmp.Or(r.Names[node], node)
	}
	if strings.Contains(name, "://") {
		name = strings.TrimSuffix(hostAddress(name).Defanged, "/")
	} else if strings.Contains(name, ".") {
		name = strings.TrimSuffix(hostAddress("https://"+name+"/").Defanged, "/")
	}
	if word := nodeKindWord(ctx, iru.NodeKind(kind)); word != "" {
		return word + " " + name
	}
	return kind + " " + name
}

func (r Rehearsal) advice(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "What to change"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "What would help")}, {Title: ui.T(ctx, "At"), NoWrap: true}, {Title: ui.T(ctx, "Note"), Quiet: true}}}
	for n, a := range r.Report.Picture.Advice {
		if n == 200 {
			break
		}
		a.Instead = r.called(a.Instead)
		what, note := adviceText(ctx, a), ""
		if a.Before {
			note = ui.T(ctx, "It is felt before T0 then: the operator is warned.")
		}
		name := ui.Text(ui.T(ctx, "all"))
		if a.Measure != "" {
			name = r.measure(a.Measure)
		}
		t.Rows = append(t.Rows, ui.Cells(name, ui.Text(what), momentOr(a.At), ui.Text(note)))
	}
	return t
}

func adviceText(ctx context.Context, a rehearse.Advice) string {
	switch a.Do {
	case rehearse.Earlier:
		return ui.T(ctx, "Serve it earlier")
	case rehearse.OtherTime:
		return ui.T(ctx, "Choose another T0")
	case rehearse.OtherWay:
		return ui.T(ctx, "Take %s instead", a.Instead)
	case rehearse.Translate:
		return ui.T(ctx, "Have it translated before, which takes %s h", strconv.Itoa(int(a.By.Hours()+.5)))
	case rehearse.Extend:
		return ui.T(ctx, "Have the time changed in which it is valid")
	}
	return ui.T(ctx, "Nothing that is planned: find another way")
}

// days is the best hour of each day of the week that begins with T0.
func (r Rehearsal) days(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "The best hour of each day"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "T0, UTC"), NoWrap: true}, {Title: ui.T(ctx, "Felt at %s", r.minutesAfter()), Num: true}, {Title: ui.T(ctx, "Outcome")}, {Title: ui.T(ctx, "Dark after"), Num: true}}}
	hours := r.Report.Hours
	for from := 0; from < len(hours); from += 24 {
		day := hours[from:min(from+24, len(hours))]
		h := day[rehearse.Best(day)]
		s := r.darkness(ctx, h.Dark)
		till := "–"
		if h.Till < rehearse.Never {
			till = ui.T(ctx, "%s h", hoursText(h.Till))
		}
		row := ui.Cells(ui.When{At: h.T0, Day: true}, ui.Text(ui.T(ctx, "%s of %s", strconv.Itoa(h.Felt), strconv.Itoa(len(r.Report.Picture.Steps)))), s, ui.Text(till))
		row.Current = h.T0.Equal(hours[r.Report.Best].T0)
		t.Rows = append(t.Rows, row)
	}
	return t
}

func hoursText(d time.Duration) string { return strconv.FormatFloat(d.Hours(), 'f', 1, 64) }

func (r Rehearsal) plays(ctx context.Context) (names []string, out []rehearse.Result) {
	names, out = []string{ui.T(ctx, "All at once")}, []rehearse.Result{r.Report.Once}
	if s := r.Report.Spread; s != nil {
		names, out = append(names, ui.T(ctx, "Over %s h", strconv.Itoa(int(s.Play.Spread.Hours())))), append(out, *s)
	}
	return names, out
}

// runs are the figures of the runs; chances are shown with the interval of the draw.
func (r Rehearsal) runs(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Runs"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Served")}, {Title: ui.T(ctx, "Chance of %s h in the dark", strconv.Itoa(int(r.Report.Once.Play.Dark.Hours()))), Num: true}, {Title: ui.T(ctx, "95% of draws"), Num: true},
		{Title: ui.T(ctx, "Hours in the dark, median"), Num: true}, {Title: ui.T(ctx, "5 to 95%"), Num: true}, {Title: ui.T(ctx, "Back after, median"), Num: true}, {Title: ui.T(ctx, "5 to 95%"), Num: true}, {Title: ui.T(ctx, "Never dark"), Num: true}}}
	names, plays := r.plays(ctx)
	for n, p := range plays {
		t.Rows = append(t.Rows, ui.Cells(ui.SeriesName(n, names[n]), ui.Text(percents(p.Chance)), ui.Text(percents(p.Low)+"–"+percents(p.High)), ui.Text(hoursText(p.InDark.Q50)), ui.Text(hoursText(p.InDark.Q05)+"–"+hoursText(p.InDark.Q95)),
			ui.Text(ui.T(ctx, "%s h", hoursText(p.Return.Q50))), ui.Text(hoursText(p.Return.Q05)+"–"+hoursText(p.Return.Q95)), ui.Text(percents(p.Never))))
	}
	return t
}

func (r Rehearsal) shareTitle(ctx context.Context) string {
	if r.Bare > 0 {
		return ui.T(ctx, "Share of runs in which something that the acts name is up")
	}
	return ui.T(ctx, "Share of runs in which it is up")
}

// chart is the share of runs in which it is up, hour by hour.
func (r Rehearsal) chart(ctx context.Context) ui.StepChart {
	names, plays := r.plays(ctx)
	c := ui.StepChart{ID: "up", Title: r.shareTitle(ctx), To: r.Report.Once.Horizon.Hours() / 24, Max: 100, Unit: "%"}
	c.Summary = ui.T(ctx, "%s: dark for %s h without a break in %s of %s runs.", names[0], strconv.Itoa(int(r.Report.Once.Play.Dark.Hours())), percents(r.Report.Once.Chance), ui.Thousands(r.Report.Once.Runs))
	step := max(c.To/7, 1)
	for d := 0.; d <= c.To; d += step {
		c.X = append(c.X, ui.Tick{At: d, Text: ui.T(ctx, "day %s", strconv.Itoa(int(d)))})
	}
	for n, p := range plays {
		s := ui.Series{Name: names[n]}
		for _, x := range p.Curve {
			s.Points = append(s.Points, ui.Point{X: x.After.Hours() / 24, Y: 100 * x.Share})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// times is the chart in figures, and beside it the chance that the longest time in the dark is at least so long.
func (r Rehearsal) times(ctx context.Context) ui.Table {
	names, plays := r.plays(ctx)
	t := ui.Table{Label: ui.T(ctx, "The runs in figures"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Hours"), Num: true}}}
	for _, n := range names {
		t.Columns = append(t.Columns, ui.Column{Title: ui.T(ctx, "Up after so long: %s", n), Num: true}, ui.Column{Title: ui.T(ctx, "Dark for so long: %s", n), Num: true})
	}
	for i := 0; i < len(plays[0].Curve); i += 4 {
		cells := []templ.Component{ui.Text(strconv.Itoa(int(plays[0].Curve[i].After.Hours())))}
		for _, p := range plays {
			cells = append(cells, ui.Text(percents(p.Curve[i].Share)), ui.Text(percents(p.Lengths[i].Share)))
		}
		t.Rows = append(t.Rows, ui.Cells(cells...))
	}
	return t
}
