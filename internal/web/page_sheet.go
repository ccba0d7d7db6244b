// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"iolaus/internal/web/ui"
)

// SheetPage is a plain page of cards: facts, a table, words, and a form each. Decisions on it are forms that say what happens then.
type SheetPage struct {
	Frame   ui.Frame
	Crumbs  []ui.Crumb
	Title   string
	State   ui.State
	Said    string
	Problem string // why the last try was refused
	Buttons []ui.Button
	Cards   []SheetCard
}

// SheetCard is one card of a sheet; what is empty is left out.
type SheetCard struct {
	ID    string
	Title string
	Pill  string
	Words []string
	Facts ui.Terms
	Table *ui.Table
	Body  templ.Component
	Form  *SheetForm
	Bare  templ.Component // a card of its own, in place of all else
}

// SheetForm is a form with one button.
type SheetForm struct {
	Action string
	Next   []string // what happens then
	Fields []templ.Component
	Hidden map[string]string
	Check  *ui.Check
	Verb   string
	Kind   ui.ButtonKind
	Legal  bool // no key, no shorter way
}

// View is the whole page.
func (p SheetPage) View() templ.Component { return p.view() }

func (p SheetPage) head() ui.Head {
	return ui.Head{Crumbs: p.Crumbs, Title: p.Title, State: p.State, Handling: p.Frame.Handling, Buttons: p.Buttons}
}

func (p SheetPage) errors(ctx context.Context) ui.Errors { return problem(ctx, p.Problem, nil) }

// Render implements templ.Component.
func (c SheetCard) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }
