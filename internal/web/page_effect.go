// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/effect"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// Effect is what the page is about.
type Effect = iru.OperationEffect

// EffectPage says what an operation did, by the window that was sealed before it.
type EffectPage struct {
	Frame ui.Frame
	Now   time.Time
	Said  string
	Effect
	Sealer   string
	Seal     bool // this officer may seal a window now
	Withdraw bool
}

func (p EffectPage) base() string { return "/operations/" + id(p.Operation.ID) }

func (p EffectPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: p.Operation.Name, Href: p.base()}}, Title: ui.T(ctx, "What it did"), State: operationState(ctx, p.Operation.State), Handling: p.Frame.Handling}
	if !p.From.IsZero() {
		h.Facts = append(h.Facts, ui.All(ui.Text("T0 "), ui.When{At: p.Operation.T0, Day: true}))
	}
	for _, o := range p.Outlets {
		h.Facts = append(h.Facts, ui.Link("/outlets/"+id(o.ID), o.Name))
	}
	if p.Seal {
		h.Buttons = append(h.Buttons, ui.Button{Text: windowVerbName(ctx, sealWindow), Kind: ui.Primary, Href: p.base() + "/window/" + sealWindow})
	}
	if p.Withdraw {
		h.Buttons = append(h.Buttons, ui.Button{Text: windowVerbName(ctx, withdrawWindow), Kind: ui.Danger, Href: p.base() + "/window/" + withdrawWindow})
	}
	return h
}

// window is what was fixed, as facts.
func (p EffectPage) window(ctx context.Context) ui.Terms {
	w := p.Window
	counted := ui.Text(countedName(ctx, w.Counts))
	if w.Words != "" {
		counted = ui.All(counted, ui.Text("·"), ui.Isolated(w.Words))
	}
	out := ui.Terms{{Name: ui.T(ctx, "Counted"), Value: counted},
		{Name: ui.T(ctx, "Looked at"), Value: ui.Text(ui.T(ctx, "%s days before T0, %s from then on", strconv.Itoa(w.Window.Before), strconv.Itoa(w.Window.After)))},
		{Name: ui.T(ctx, "What may change"), Value: ui.Text(p.model(ctx))}}
	switch {
	case w.Compare != 0:
		out = append(out, ui.Term{Name: ui.T(ctx, "Compared"), Value: ui.Link("/outlets/"+id(w.Compare), p.Compare.Name)})
	case w.Beside != "":
		out = append(out, ui.Term{Name: ui.T(ctx, "Compared"), Value: ui.Isolated(w.Beside)})
	}
	out = append(out, ui.Term{Name: ui.T(ctx, "Sealed"), Value: ui.All(ui.When{At: w.At, Day: true}, ui.Text(" "), ui.Isolated(p.Sealer))})
	entry := templ.Component(ui.Info(ui.T(ctx, "waits for its checkpoint")))
	if p.Entry >= 0 {
		entry = ui.Text(strconv.FormatInt(p.Entry, 10))
	}
	return append(out, ui.Term{Name: ui.T(ctx, "Entry of the ledger"), Value: entry})
}

func (p EffectPage) model(ctx context.Context) string {
	changes := ui.T(ctx, "the level alone")
	if p.Window.Window.Slope {
		changes = ui.T(ctx, "level and trend")
	}
	if p.Window.Window.Week {
		return join(changes, ui.T(ctx, "days of the week apart"))
	}
	return changes
}

// verdict is what can be said of the count, in words.
func (p EffectPage) verdict(ctx context.Context) ui.State {
	c := p.Change
	if c == nil {
		return ui.Info(ui.T(ctx, "It cannot be told"))
	}
	switch c.Verdict {
	case effect.Fewer:
		return ui.OK(ui.T(ctx, "Fewer: between %s and %s less than would be expected", percents(1-c.Whole.High), percents(1-c.Whole.Low)))
	case effect.More:
		return ui.Bad(ui.T(ctx, "More: between %s and %s more than would be expected", percents(c.Whole.Low-1), percents(c.Whole.High-1)))
	case effect.NoChange:
		return ui.Neutral(ui.T(ctx, "No detectable change"))
	}
	return ui.Info(ui.T(ctx, "It cannot be told"))
}

// why says what the verdict leaves open.
func (p EffectPage) why(ctx context.Context) templ.Component {
	switch {
	case p.Change == nil:
		return ui.Text(whyWords(ctx, p.Why))
	case p.Change.Verdict == effect.Untold:
		return ui.Text(whyWords(ctx, p.Change.Why))
	case p.Change.Verdict == effect.NoChange:
		return ui.Text(ui.T(ctx, "A fall by less than %s would not have been seen.", percents(p.Change.Unseen)))
	}
	return ui.Text(ui.T(ctx, "It is not shown that the operation was the cause."))
}

func (p EffectPage) figures(ctx context.Context) ui.Table {
	c := p.Change
	t := ui.Table{Label: ui.T(ctx, "The change"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "What")}, {Title: ui.T(ctx, "Value"), Num: true}, {Title: ui.T(ctx, "95 % interval"), Num: true}}}
	row := func(name, value, within string) {
		t.Rows = append(t.Rows, ui.Cells(ui.Text(name), ui.Text(value), ui.Text(within)))
	}
	row(ui.T(ctx, "Counted from T0 on"), ui.Thousands(int(c.Counted)), "")
	row(ui.T(ctx, "Expected without a change"), ui.Thousands(int(c.Expected+.5)), "")
	ratio := func(name string, r effect.Ratio) {
		row(name, fmt.Sprintf("× %.2f", r.Value), ui.T(ctx, "%s to %s", fmt.Sprintf("%.2f", r.Low), fmt.Sprintf("%.2f", r.High)))
	}
	ratio(ui.T(ctx, "Change over all days together"), c.Whole)
	ratio(ui.T(ctx, "Change of level at T0"), c.Level)
	if c.Slope != (effect.Ratio{}) {
		ratio(ui.T(ctx, "Change of trend, a day"), c.Slope)
	}
	row(ui.T(ctx, "Placebos"), strconv.Itoa(c.Placebos), "")
	return t
}

// counts draws what was counted, day by day.
func (p EffectPage) counts(ctx context.Context) ui.StepChart {
	s := p.Series
	end := s.At(len(s.Counts))
	c := ui.StepChart{ID: "counts", Title: ui.T(ctx, "Counted each day"), From: ui.OnAxis(s.Start), To: ui.OnAxis(end), X: ui.TimeTicks(s.Start, end, 5), Max: 1, Marks: []ui.Tick{{At: ui.OnAxis(p.Operation.T0), Text: "T0"}}}
	add := func(name string, counts []float64) {
		line := ui.Series{Name: name}
		for i, n := range counts {
			line.Points = append(line.Points, ui.Point{X: ui.OnAxis(s.At(i)), Y: n})
			c.Max = max(c.Max, n)
		}
		c.Series = append(c.Series, line)
	}
	add(ui.T(ctx, "counted"), s.Counts)
	if s.Other != nil {
		add(s.Beside, s.Other)
	}
	c.Summary = ui.T(ctx, "%s days; T0 is marked.", strconv.Itoa(len(s.Counts)))
	return c
}

func availableWords(ctx context.Context, s effect.Share) string {
	if a, ok := s.Available(); ok {
		return percents(a)
	}
	return ui.T(ctx, "not known")
}

func hours(d time.Duration) string { return strconv.FormatFloat(d.Hours(), 'f', 1, 64) }

// availability tells how available addresses were before and after.
func (p EffectPage) availability(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Availability"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Available before"), Num: true}, {Title: ui.T(ctx, "Available after"), Num: true},
		{Title: ui.T(ctx, "Dark hours before"), Num: true}, {Title: ui.T(ctx, "Dark hours after"), Num: true}, {Title: ui.T(ctx, "Hours not known"), Num: true}}}
	row := func(name templ.Component, b, a effect.Share) {
		t.Rows = append(t.Rows, ui.Cells(name, ui.Text(availableWords(ctx, b)), ui.Text(availableWords(ctx, a)), ui.Text(hours(b.Down)), ui.Text(hours(a.Down)), ui.Text(hours(b.Unknown+a.Unknown))))
	}
	row(ui.Text(ui.T(ctx, "All together")), p.Before.Share, p.After.Share)
	const most = 200
	for _, h := range p.Heads[:min(len(p.Heads), most)] {
		row(ui.Link("/assets/"+id(h.Asset.ID), host(h.Asset.Locator)), h.Before, h.After)
	}
	return t
}

// curve draws the share of falls after which nothing is back yet.
func (p EffectPage) curve(ctx context.Context) ui.StepChart {
	drops, end := effect.Survival(p.Returns), time.Hour
	for _, s := range p.Returns {
		end = max(end, s.Took)
	}
	c := ui.StepChart{ID: "returns", Title: ui.T(ctx, "Not back yet"), To: end.Hours(), Max: 100, Unit: "%", Summary: p.returned(ctx)}
	for k := range 5 {
		at := end * time.Duration(k) / 4
		c.X = append(c.X, ui.Tick{At: at.Hours(), Text: lengthWords(ctx, at.Round(time.Minute))})
	}
	line := func(name string, of func(effect.Drop) float64) {
		s := ui.Series{Name: name, Points: []ui.Point{{X: 0, Y: 100}}}
		for _, d := range drops {
			s.Points = append(s.Points, ui.Point{X: d.After.Hours(), Y: math.Round(1000*of(d)) / 10})
		}
		c.Series = append(c.Series, s)
	}
	line(ui.T(ctx, "not back"), func(d effect.Drop) float64 { return d.Left })
	if len(drops) > 0 {
		line(ui.T(ctx, "at most"), func(d effect.Drop) float64 { return d.High })
		line(ui.T(ctx, "at least"), func(d effect.Drop) float64 { return d.Low })
	}
	return c
}

func (p EffectPage) drops(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Not back yet"), Compact: true, Empty: ui.T(ctx, "Nothing has come back."),
		Columns: []ui.Column{{Title: ui.T(ctx, "After"), NoWrap: true}, {Title: ui.T(ctx, "Not back"), Num: true}, {Title: ui.T(ctx, "95 % interval"), Num: true}, {Title: ui.T(ctx, "Waited for"), Num: true}, {Title: ui.T(ctx, "Back at that time"), Num: true}}}
	for _, d := range effect.Survival(p.Returns) {
		t.Rows = append(t.Rows, ui.Cells(ui.Text(lengthWords(ctx, d.After)), ui.Text(percents(d.Left)), ui.Text(ui.T(ctx, "%s to %s", percents(d.Low), percents(d.High))), ui.Text(strconv.Itoa(d.Risk)), ui.Text(strconv.Itoa(d.Came))))
	}
	return t
}

// returned is the figure in a sentence.
func (p EffectPage) returned(ctx context.Context) string {
	open := 0
	for _, s := range p.Returns {
		if s.Open {
			open++
		}
	}
	words := join(ui.Tn(ctx, len(p.Returns)-open, "%d returns"), ui.Tn(ctx, open, "%d not back"))
	if len(p.Returns) > 0 && !p.First.Open {
		words = join(ui.T(ctx, "first return after %s", lengthWords(ctx, p.First.Took)), words)
	}
	return words
}

// times are the other times that are measured.
func (p EffectPage) times(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Times"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "What")}, {Title: ui.T(ctx, "Number"), Num: true}, {Title: ui.T(ctx, "Not over"), Num: true}, {Title: ui.T(ctx, "Median"), Num: true}, {Title: ui.T(ctx, "95 % interval"), Num: true}}}
	for _, r := range []struct {
		name   string
		spells []effect.Spell
	}{{ui.T(ctx, "From a fall to the first return"), p.Returns}, {ui.T(ctx, "From one return to the next"), p.Between}, {ui.T(ctx, "Life of new addresses"), p.Lives}, {ui.T(ctx, "From receipt of a task to verified removal"), p.Actions}} {
		open, c := 0, effect.Survival(r.spells)
		for _, s := range r.spells {
			if s.Open {
				open++
			}
		}
		long := func(d time.Duration, known bool) string {
			if !known {
				return ui.T(ctx, "not reached")
			}
			return lengthWords(ctx, d)
		}
		median, within := "–", "–"
		if len(r.spells) > 0 {
			median = long(c.Quantile(.5))
			low, lk, high, hk := c.Within(.5)
			within = ui.T(ctx, "%s to %s", long(low, lk), long(high, hk))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(r.name), ui.Text(strconv.Itoa(len(r.spells))), ui.Text(strconv.Itoa(open)), ui.Text(median), ui.Text(within)))
	}
	return t
}

// spread tells on how few the outlets hung before and after.
func (p EffectPage) spread(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Concentration"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Outlet")}, {Title: ui.T(ctx, "Over which kind")}, {Title: ui.T(ctx, "Index before"), Num: true}, {Title: ui.T(ctx, "Index after"), Num: true}, {Title: ui.T(ctx, "Known for"), Num: true}}}
	for _, c := range p.Spread {
		if c.Before.Known+c.After.Known == 0 {
			continue
		}
		name := ""
		if i := slices.IndexFunc(p.Outlets, func(o iru.Outlet) bool { return o.ID == c.Outlet }); i >= 0 {
			name = p.Outlets[i].Name
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(name), ui.Text(nodeKindWord(ctx, c.Before.Kind)), ui.Text(index(c.Before)), ui.Text(index(c.After)),
			ui.Text(ui.T(ctx, "%s before, %s after", strconv.Itoa(c.Before.Known), strconv.Itoa(c.After.Known)))))
	}
	t.Empty = ui.T(ctx, "It is not known on whom the addresses hang.")
	return t
}

// withdrawn lists the windows that were taken back.
func (p EffectPage) withdrawn(ctx context.Context) ui.Lines {
	var out ui.Lines
	for _, w := range p.Withdrawn {
		out = append(out, ui.Line{Text: join(countedName(ctx, w.Counts), w.Words), Sub: w.Reason, End: ui.When{At: w.Ended, Day: true}})
	}
	return out
}

func (p EffectPage) span() string {
	return p.From.UTC().Format("2 Jan 2006 15:04") + " – " + p.To.UTC().Format("2 Jan 2006 15:04") + " UTC"
}

func (p EffectPage) todo(ctx context.Context) []ui.Todo {
	t := ui.Todo{Title: windowVerbName(ctx, sealWindow), Why: ui.T(ctx, "What is counted, how long before and after, compared with what. It takes a minute."), Next: true}
	if p.Seal {
		t.Button = ui.Button{Text: ui.T(ctx, "Begin"), Kind: ui.Primary, Href: p.base() + "/window/" + sealWindow}
	} else {
		t.Why = ui.T(ctx, "An analyst, liaison officer or director of the unit that leads does it, before T0.")
	}
	return []ui.Todo{t}
}

// windowLine is the sealed window in a line.
func (p BoardPage) windowLine(ctx context.Context) string {
	w := p.Effect.Window
	line := join(countedName(ctx, w.Counts), ui.T(ctx, "%s days before T0, %s from then on", strconv.Itoa(w.Window.Before), strconv.Itoa(w.Window.After)))
	if p.Effect.Entry >= 0 {
		line = join(line, ui.T(ctx, "entry %s of the ledger", strconv.FormatInt(p.Effect.Entry, 10)))
	}
	return line
}
