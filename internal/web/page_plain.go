// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"iolaus/internal/web/ui"
)

// PlainPage is a plain page of cards: facts, a table, words, and a form each. Decisions on it are forms that say what happens then.
type PlainPage struct {
	Frame   ui.Frame
	Crumbs  []ui.Crumb
	Title   string
	State   ui.State
	Said    string
	Problem string // why the last try was refused
	Buttons []ui.Button
	Cards   []PlainCard
}

// PlainCard is one card of a sheet; what is empty is left out.
type PlainCard struct {
	ID    string
	Title string
	Pill  string
	Words []string
	Facts ui.Terms
	Table *ui.Table
	Body  templ.Component
	Form  *PlainForm
	Bare  templ.Component // a card of its own, in place of all else
}

// PlainForm is a form with one button.
type PlainForm struct {
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
func (p PlainPage) View() templ.Component { return p.view() }

func (p PlainPage) head() ui.Head {
	return ui.Head{Crumbs: p.Crumbs, Title: p.Title, State: p.State, Handling: p.Frame.Handling, Buttons: p.Buttons}
}

func (p PlainPage) errors(ctx context.Context) ui.Errors { return problem(ctx, p.Problem, nil) }

// Render implements templ.Component.
func (c PlainCard) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }
