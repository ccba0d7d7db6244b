// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// OutletsPage lists what is watched.
type OutletsPage struct {
	Frame      ui.Frame
	Now        time.Time
	Said       string
	MayWatch   bool
	Rows       []OutletRow
	Candidates int      // addresses that nobody has attributed yet
	Returned   ui.Lines // addresses that are up again after their removal
}

// An OutletRow is one line of the list.
type OutletRow struct {
	Outlet       iru.Outlet
	Availability ui.Availability
	Suggested    int // candidates that resemble its addresses
	Seen         time.Time
}

// OutletPage is one outlet: its estate, what resembles it, what keeps it up, and what became of it over time.
type OutletPage struct {
	Frame        ui.Frame
	Now          time.Time
	Said         string
	Outlet       iru.Outlet
	Assets       []iru.Asset
	Availability ui.Availability
	Estate       ui.Table
	Candidates   []Candidate
	Judge        map[iru.AssetID]judgeForm // what was written about a candidate, and is wrong
	Graph        ui.Graph
	LeftOut      int // addresses that the figure does not show
	Timeline     ui.Timeline
	Waves        []iru.Operation
	WaveFacts    []outletWave
	Comebacks    []iru.Comeback // falls, and what came after each
	Prepared     ui.Lines       // acts that wait to be released
	History      ui.Table
	MayWatch     bool
	MayPlan      bool
	MayAttribute bool
	Steps        []ui.Button
}

// A Candidate is an address that resembles a known one.
type Candidate struct {
	Asset iru.Asset
	To    iru.Asset
}

// judgeForm is what a person writes about a candidate.
type judgeForm struct {
	Outlet string // number of a known outlet
	Name   string // or the name of a new one
	Reason string
	Errors map[string]string
}

func (p OutletsPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Outlets"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Outlet")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Addresses")},
		{Title: ui.T(ctx, "Languages")}, {Title: ui.T(ctx, "Suggested returns"), Num: true}, {Title: ui.T(ctx, "Grade"), NoWrap: true}, {Title: ui.T(ctx, "Last seen"), NoWrap: true}}}
	for _, r := range p.Rows {
		t.Rows = append(t.Rows, ui.Cells(ui.Link("/outlets/"+id(r.Outlet.ID), r.Outlet.Name), outletState(ctx, r.Outlet.State), r.Availability, languages(r.Outlet.Languages),
			ui.Text(strconv.Itoa(r.Suggested)), ui.Text(r.Outlet.Grade), ui.Fresh{Seen: r.Seen, Now: p.Now, Stale: freshFor}))
	}
	return t
}

// languages names languages in themselves, each in its own direction.
func languages(tags []string) templ.Component {
	var parts []templ.Component
	for n, tag := range tags {
		if n > 0 {
			parts = append(parts, ui.Text(", "))
		}
		name := tag
		if t, err := language.Parse(tag); err == nil {
			if s := display.Self.Name(t); s != "" {
				name = s
			}
		}
		parts = append(parts, ui.ForeignWord(tag, name))
	}
	return templ.Join(parts...)
}

func (p OutletPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}}, Title: p.Outlet.Name, State: outletState(ctx, p.Outlet.State), Handling: p.Frame.Handling}
	if p.Outlet.Note != "" {
		h.Facts = append(h.Facts, ui.Text(p.Outlet.Note))
	}
	if len(p.Outlet.Languages) > 0 {
		h.Facts = append(h.Facts, templ.Join(ui.Text(ui.T(ctx, "Languages")+": "), languages(p.Outlet.Languages)))
	}
	h.Facts = append(h.Facts, ui.Text(ui.T(ctx, "Watched since %s", day(p.Outlet.Created))), ui.Text(ui.T(ctx, "Attribution %s", p.Outlet.Grade)), ui.Connection())
	if p.MayWatch {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Add an address"), Href: at("/watch", "outlet", id(p.Outlet.ID)), Key: "a"})
	}
	h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Plans"), Href: at("/plans", "outlet", id(p.Outlet.ID))})
	h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Map"), Href: "/outlets/" + id(p.Outlet.ID) + "/map", Key: "m"})
	h.Buttons = append(h.Buttons, p.Steps...)
	if p.MayPlan {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Plan an operation"), Kind: ui.Primary, Href: at("/operations/new", "outlet", id(p.Outlet.ID))})
	}
	return h
}

func (p OutletPage) live() string { return "/live/outlet-" + id(p.Outlet.ID) }

func (p OutletPage) figures(ctx context.Context) string {
	return ui.T(ctx, "%s up, %s down, %s unknown", strconv.Itoa(p.Availability.Up), strconv.Itoa(p.Availability.Down), strconv.Itoa(p.Availability.Unknown))
}

func (p OutletPage) leftOut(ctx context.Context) templ.Component {
	if p.LeftOut == 0 {
		return nil
	}
	return ui.Text(ui.Tn(ctx, p.LeftOut, "%d addresses are not drawn: they are down, or there are too many."))
}

func (p OutletsPage) buttons(ctx context.Context) []ui.Button {
	out := []ui.Button{{Text: ui.T(ctx, "Candidates: %s", strconv.Itoa(p.Candidates)), Href: "/candidates", Key: "c"}}
	out = append(out, ui.Button{Text: ui.T(ctx, "Languages"), Href: "/coverage"})
	if p.MayWatch {
		out = append(out, ui.Button{Text: ui.T(ctx, "Watch an address"), Href: "/watch", Kind: ui.Primary, Key: "a"})
	}
	return out
}

func (p OutletsPage) todo(ctx context.Context) []ui.Todo {
	if !p.MayWatch {
		return nil
	}
	return []ui.Todo{{Title: ui.T(ctx, "Watch an address"), Why: ui.T(ctx, "Paste an address of the outlet, as it is or defanged."), Next: true,
		Button: ui.Button{Text: ui.T(ctx, "Watch an address"), Href: "/watch", Kind: ui.Primary}}}
}
