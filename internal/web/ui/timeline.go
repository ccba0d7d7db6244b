// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"time"
)

// A Stretch is a time during which a lane was up, or during which nobody knows.
type Stretch struct {
	From, To time.Time
	Unknown  bool
}

// A Lane is one asset, or one kind of asset, over time.
type Lane struct {
	Name    string
	Up      []Stretch
	Returns []time.Time
}

// A Moment is something that happened: a wave.
type Moment struct {
	At   time.Time
	Text string
}

// A Timeline shows waves and the returns after each. Give it a table beside: TimelineTable makes one.
type Timeline struct {
	ID       string
	Title    string
	Summary  string // the figure in a sentence
	From, To time.Time
	Now      time.Time // drawn when it lies in between
	Lanes    []Lane
	Waves    []Moment
}

// Render implements templ.Component.
func (t Timeline) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }

const (
	lineWidth, lineTop, lanePitch = 900.0, 38.0, 24.0
	lineRight                     = 863.0
)

func (t Timeline) left() float64 {
	w := 60.0
	for _, l := range t.Lanes {
		w = max(w, textWidth(cut(l.Name, 28), 7.0))
	}
	return w + 20
}

func (t Timeline) x(at time.Time) float64 {
	whole := t.To.Sub(t.From)
	if whole <= 0 {
		return t.left()
	}
	return t.left() + (lineRight-t.left())*min(1, max(0, float64(at.Sub(t.From))/float64(whole)))
}

func (t Timeline) lane(i int) float64 { return lineTop + float64(i)*lanePitch }

func (t Timeline) bottom() float64 { return t.lane(len(t.Lanes)) - 6 }

func (t Timeline) height() float64 { return t.bottom() + 28 }

func (t Timeline) width(s Stretch) float64 { return max(1.5, t.x(s.To)-t.x(s.From)) }

type waveLabel struct {
	x, textX, y float64
	anchor      string
	text        string
}

// waves puts the labels to the left of their lines; one that would meet its neighbour goes a line higher, or is left to the table.
func (t Timeline) waves() []waveLabel {
	var out []waveLabel
	var ends [2]float64
	for _, w := range t.Waves {
		x, width := t.x(w.At), textWidth(w.Text, 7.0)
		l := waveLabel{x: x, textX: x - 5, anchor: "end", text: w.Text, y: 24}
		if x-5-width < 0 {
			l.textX, l.anchor = x+5, "start"
		}
		row := 0
		if l.anchor == "end" && x-5-width < ends[0] {
			row = 1
			l.y = 10
			if x-5-width < ends[1] {
				l.text = ""
			}
		}
		ends[row] = max(ends[row], x+4)
		out = append(out, l)
	}
	return out
}

func (t Timeline) ticks() []Tick {
	ticks := TimeTicks(t.From, t.To, 9)
	for i := range ticks {
		ticks[i].At = t.x(time.UnixMilli(int64(ticks[i].At * 1000)))
	}
	if n := len(ticks); n > 0 && t.showNow() && t.x(t.Now)-ticks[n-1].At < 60 {
		ticks = ticks[:n-1]
	}
	return ticks
}

func (t Timeline) showNow() bool {
	return !t.Now.Before(t.From) && !t.Now.After(t.To) && !t.Now.IsZero()
}

// TimelineTable is the timeline as a table: per lane how long it was up, how often it came back, when last.
func TimelineTable(ctx context.Context, t Timeline) Table {
	out := Table{Label: t.Title, Compact: true, Columns: []Column{{Title: T(ctx, "Lane")}, {Title: T(ctx, "Up"), Num: true},
		{Title: T(ctx, "Unknown"), Num: true}, {Title: T(ctx, "Returns"), Num: true}, {Title: T(ctx, "Last return")}}}
	whole := t.To.Sub(t.From)
	for _, l := range t.Lanes {
		var up, unknown time.Duration
		for _, s := range l.Up {
			if s.Unknown {
				unknown += s.To.Sub(s.From)
			} else {
				up += s.To.Sub(s.From)
			}
		}
		last := "–"
		if n := len(l.Returns); n > 0 {
			last = l.Returns[n-1].UTC().Format("2 Jan 2006 15:04")
		}
		out.Rows = append(out.Rows, Cells(Text(l.Name), Isolated(share(up, whole)), Isolated(share(unknown, whole)), Text(itoa(len(l.Returns))), Isolated(last)))
	}
	return out
}

func share(part, whole time.Duration) string {
	if whole <= 0 {
		return "?"
	}
	return number(100*float64(part)/float64(whole)) + " %"
}
