// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/web/ui"
)

// TodayPage is where a day goes on: what needs this officer now, and how things stand.
type TodayPage struct {
	Frame     ui.Frame
	Now       time.Time
	Said      string // what was done on the page before
	MayTriage bool
	First     WelcomePage // shown instead while nothing is watched

	Counts       ui.Counts
	Needs        ui.Table
	Waiting      int
	More         int  // needs that are not shown
	AtLeast      bool // more may exist than was counted
	Chart        ui.StepChart
	Availability ui.Table
	Unknown      string // how many addresses nobody knows about
	Operations   ui.Table
	First5       *TodayClock // the clock that expires next; nil: none runs
	Clocks       ui.Lines    // the ones after it
	Latest       ui.Lines    // what just happened
	Flooding     int         // known content that matches too much and waits for a decision
	Floods       ui.Lines    // the first of it
}

// A TodayClock is the clock that expires next.
type TodayClock struct {
	ui.Clock
	Ref, Href, Who string
	Proof          string // what started it
}

func (p TodayPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Title: ui.T(ctx, "Today"), Handling: p.Frame.Handling}
	date := p.Now.Format("Monday 2 January 2006")
	if ui.LanguageOf(ctx).Tag != "en" {
		date = p.Now.Format(time.DateOnly)
	}
	h.Facts = append(h.Facts, ui.Text(date), ui.Connection())
	h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Watch an address"), Href: "/watch"})
	if p.MayTriage {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Start triage"), Kind: ui.Primary, Href: "/triage", Key: "t"})
	}
	return h
}

// atLeast writes a number of needs, with a plus where not all were counted.
func (p TodayPage) atLeast(n int) string {
	if p.AtLeast {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

func (p TodayPage) more(ctx context.Context) templ.Component {
	if p.More == 0 {
		return nil
	}
	return ui.Text(ui.T(ctx, "%s more are in their rooms.", p.atLeast(p.More)))
}
