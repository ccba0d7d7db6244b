// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A Tick is a place on an axis and its label.
type Tick struct {
	At   float64
	Text string
}

// A Point begins a step: from X on the value is Y. Where it is not known the line breaks: unknown is not zero.
type Point struct {
	X, Y    float64
	Unknown bool
}

// A Series is one line. Lines differ by dash as well as by colour; a chart shows at most four.
type Series struct {
	Name   string // at the end of the line, and in the table
	Points []Point
}

// A StepChart is a figure of step lines: availability over time, share of removals by time taken, share of returns.
type StepChart struct {
	ID       string
	Title    string
	Summary  string // the figure in a sentence
	From, To float64
	Max      float64 // top of the y axis, which starts at 0
	Unit     string  // "%"
	X        []Tick
	Y        []Tick // empty: 0, half, Max
	Marks    []Tick // waves and the like
	Series   []Series
}

// Render implements templ.Component.
func (c StepChart) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

const (
	chartLeft, chartTop, chartBottom = 34.0, 20.0, 140.0
	chartWidth, chartHeight          = 640.0, 166.0
)

func (c StepChart) right() float64 {
	longest := 0.0
	for i := range c.Series {
		name, value := c.endLabel(i)
		longest = max(longest, textWidth(name+" "+value, 7.0))
	}
	return chartWidth - min(240, longest+10)
}

func (c StepChart) x(v float64) float64 {
	if c.To <= c.From {
		return chartLeft
	}
	return chartLeft + (c.right()-chartLeft)*min(1, max(0, (v-c.From)/(c.To-c.From)))
}

func (c StepChart) y(v float64) float64 {
	if c.Max <= 0 {
		return chartBottom
	}
	return chartBottom - (chartBottom-chartTop)*min(1, max(0, v/c.Max))
}

func (c StepChart) yTicks() []Tick {
	if len(c.Y) > 0 {
		return c.Y
	}
	return []Tick{{0, "0"}, {c.Max / 2, number(c.Max / 2)}, {c.Max, number(c.Max)}}
}

func number(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }

// path is the line of one series up to the right edge.
func (c StepChart) path(s Series) string {
	var b strings.Builder
	drawing := false
	for i, p := range s.Points {
		to := c.To
		if i+1 < len(s.Points) {
			to = s.Points[i+1].X
		}
		if p.Unknown {
			drawing = false
			continue
		}
		if drawing {
			fmt.Fprintf(&b, "V%.1f", c.y(p.Y))
		} else {
			fmt.Fprintf(&b, "M%.1f %.1f", c.x(p.X), c.y(p.Y))
			drawing = true
		}
		fmt.Fprintf(&b, "H%.1f", c.x(to))
	}
	return b.String()
}

func (c StepChart) last(i int) (float64, bool) {
	p := c.Series[i].Points
	if len(p) == 0 || p[len(p)-1].Unknown {
		return 0, false
	}
	return p[len(p)-1].Y, true
}

func (c StepChart) value(v float64) string {
	if c.Unit == "" {
		return number(v)
	}
	return number(v) + " " + c.Unit
}

func (c StepChart) endLabel(i int) (name, value string) {
	name, value = cut(c.Series[i].Name, 22), "?"
	if v, ok := c.last(i); ok {
		value = c.value(v)
	}
	return name, value
}

// endLabels are the names at the right edge, at least a line apart.
func (c StepChart) endLabels() []Tick {
	out := make([]Tick, len(c.Series))
	for i := range c.Series {
		v, _ := c.last(i)
		name, value := c.endLabel(i)
		out[i] = Tick{c.y(v) + 4, "\u2068" + name + " \u2068" + value + "\u2069\u2069"} // the drawing is left to right, its words are not always
	}
	slices.SortStableFunc(out, func(a, b Tick) int { return cmp.Compare(a.At, b.At) })
	for i := 1; i < len(out); i++ {
		out[i].At = max(out[i].At, out[i-1].At+14)
	}
	bottom := chartBottom + 8
	for i := len(out) - 1; i >= 0; i-- {
		out[i].At = min(out[i].At, bottom)
		bottom = out[i].At - 14
	}
	return out
}

// lineClass tells series apart by colour and dash.
func lineClass(i int) string { return "l" + itoa(i%4+1) }

func (c StepChart) anchor(i int) string {
	switch {
	case i == 0 && c.X[i].At <= c.From:
		return "start"
	case c.X[i].At >= c.To:
		return "end"
	}
	return "middle"
}

// ChartTable is the chart as a table: per line its first and last value, its lowest, and its mean over the known stretch of the
// x axis.
func ChartTable(ctx context.Context, c StepChart) Table {
	t := Table{Label: c.Title, Compact: true, Columns: []Column{{Title: T(ctx, "Line")}, {Title: T(ctx, "First"), Num: true},
		{Title: T(ctx, "Lowest"), Num: true}, {Title: T(ctx, "Mean"), Num: true}, {Title: T(ctx, "Now"), Num: true}}}
	for i, s := range c.Series {
		first, low, mean := "?", "?", "?"
		sum, known, least := 0.0, 0.0, 0.0
		for j, p := range s.Points {
			to := c.To
			if j+1 < len(s.Points) {
				to = s.Points[j+1].X
			}
			if p.Unknown {
				continue
			}
			if first == "?" {
				first, least = c.value(p.Y), p.Y
			}
			least = min(least, p.Y)
			sum, known = sum+p.Y*(to-p.X), known+to-p.X
		}
		if first != "?" {
			low = c.value(least)
		}
		if known > 0 {
			mean = c.value(sum / known)
		}
		now := "?"
		if v, ok := c.last(i); ok {
			now = c.value(v)
		}
		t.Rows = append(t.Rows, Cells(SeriesName(i, s.Name), Text(first), Text(low), Text(mean), Text(now)))
	}
	return t
}

// OnAxis is a moment as a place on an axis of time.
func OnAxis(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

var timeSteps = []struct {
	every  time.Duration
	layout string
}{
	{time.Minute, "15:04"}, {5 * time.Minute, "15:04"}, {15 * time.Minute, "15:04"}, {time.Hour, "15:04"}, {3 * time.Hour, "15:04"},
	{6 * time.Hour, "15:04"}, {12 * time.Hour, "2 Jan 15:04"}, {24 * time.Hour, "2 Jan"}, {48 * time.Hour, "2 Jan"},
	{7 * 24 * time.Hour, "2 Jan"}, {14 * 24 * time.Hour, "2 Jan"},
}

// TimeTicks labels an axis of time in UTC with at most n round moments: minutes, hours, days, then months and years.
func TimeTicks(from, to time.Time, n int) []Tick {
	from, to = from.UTC(), to.UTC()
	if n < 1 || !to.After(from) {
		return nil
	}
	for _, s := range timeSteps {
		if int(to.Sub(from)/s.every) < n {
			var out []Tick
			for t := from.Truncate(s.every); !t.After(to); t = t.Add(s.every) {
				if !t.Before(from) {
					out = append(out, Tick{OnAxis(t), t.Format(s.layout)})
				}
			}
			return out
		}
	}
	months := 1
	for int(to.Sub(from)/(30*24*time.Hour))/months >= n {
		months *= 2
		if months == 8 {
			months = 12
		}
	}
	var out []Tick
	for t := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC); !t.After(to); t = t.AddDate(0, months, 0) {
		if t.Before(from) {
			continue
		}
		layout := "Jan"
		if t.Month() == time.January {
			layout = "Jan 2006"
		}
		out = append(out, Tick{OnAxis(t), t.Format(layout)})
	}
	return out
}
