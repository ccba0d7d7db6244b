// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// StepPage stands before every step that cannot be taken back: what it is about, what happens then, and one button that posts to
// Action. A legal act has no key and no shorter way.
type StepPage struct {
	Frame   ui.Frame
	Crumbs  []ui.Crumb
	Title   string
	State   ui.State
	Problem string   // why the last try was refused
	Next    []string // what happens then, one sentence each
	Facts   ui.Terms
	Act     *ActText        // the act whole, where somebody answers for it
	Beside  templ.Component // stands above the form; nil: nothing
	Upload  bool            // a field of the form is a file
	Fields  []ui.Field
	Check   *ui.Check
	Hidden  map[string]string
	Action  string
	Verb    string // on the button
	Kind    ui.ButtonKind
	Back    string
}

// ActText is a document as it would be sent: read whole before the button.
type ActText struct {
	Subject string
	Lang    string
	Text    ui.Passage
	Digest  string    // SHA-256 of what an approval covers; empty: none is taken
	Sent    time.Time // when it was sent; zero: not yet
}

// problem is a field that carries a refusal to the top of the form.
func problem(ctx context.Context, words string, fields []ui.Field) ui.Errors {
	e := ui.Errors(fields)
	if words == "" {
		return e
	}
	return append(ui.Errors{{ID: "go", Label: ui.T(ctx, "This step"), Error: words}}, e...)
}

// View is the whole page.
func (p StepPage) View() templ.Component { return p.view() }

func (a ActText) when(ctx context.Context) string {
	if a.Sent.IsZero() {
		return ui.T(ctx, "as it would be sent now")
	}
	return ui.T(ctx, "as it was sent on %s", moment(a.Sent))
}

// PaperPage shows an act as its addressee gets it.
type PaperPage struct {
	Frame  ui.Frame
	Notice iru.Notice
	Act    *ActText
	Papers *DocumentsCard
}
