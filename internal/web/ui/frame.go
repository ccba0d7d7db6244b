// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// A Frame is what stands around every page. Its zero value is a page for somebody who is not signed in.
type Frame struct {
	Title    string // in the window's title bar; the h1 is Head's
	Here     string // Key of the navigation item that is open
	Nav      []NavItem
	Training string // networks the guard is opened for, as "127.0.0.0/8"; empty: not training
	Drill    bool   // the page is about a drill, of which nothing ever leaves
	Now      time.Time
	Officer  string
	Unit     string
	Handling Handling // printed on every page
	After    int64    // the newest event when the page was made: its streams tell what came since; 0: not known
	Theme    string   // "dark" for a wallboard; empty: as the system says

	LedgerHead   string    // hex of the root in the newest checkpoint; empty: none yet
	LedgerSigned time.Time // when that was signed

	Asset   func(name string) string // address of a static file; nil: "/static/" + name
	Search  string                   // address of the search page; empty: no search field
	Query   string                   // what is searched for
	Me      string                   // address of the officer's own page; empty: no link
	SignOut string                   // address to post to; empty: no button
	Path    string                   // of this page, for the choice of language
}

// A NavItem is one room of the workbench.
type NavItem struct {
	Key, Text, Href string // Text is an English key, translated where it is shown
	Count           int    // waiting there; 0 shows none
}

// Rooms is the main navigation with what waits in each room, by key: today, triage, notices, outlets, operations, evidence, ledger.
func Rooms(waiting map[string]int) []NavItem {
	items := []NavItem{
		{"today", N("Today"), "/", 0},
		{"triage", N("Triage"), "/triage", 0},
		{"notices", N("Notices"), "/notices", 0},
		{"outlets", N("Outlets"), "/outlets", 0},
		{"operations", N("Operations"), "/operations", 0},
		{"evidence", N("Evidence"), "/exhibits", 0},
		{"ledger", N("Ledger"), "/ledger", 0},
	}
	for i := range items {
		items[i].Count = waiting[items[i].Key]
	}
	return items
}

func (f Frame) asset(name string) string {
	if f.Asset == nil {
		return "/static/" + name
	}
	return f.Asset(name)
}

func (f Frame) attributes() templ.Attributes {
	a := templ.Attributes{}
	if f.Theme != "" {
		a["data-theme"] = f.Theme
	}
	if f.After > 0 {
		a["data-after"] = strconv.FormatInt(f.After, 10)
	}
	return a
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func utc(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }
