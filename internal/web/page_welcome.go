// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// WelcomePage is the first page while nothing is watched yet: what to do first, and what was found at installation.
type WelcomePage struct {
	Frame  ui.Frame
	Done   int      // how many of the four steps are done
	Steps  []string // addresses of the four steps
	Checks ui.Lines // what was checked at installation
}

func (p WelcomePage) todo(ctx context.Context) []ui.Todo {
	steps := []ui.Todo{
		{Title: ui.T(ctx, "Name your unit and its powers"),
			Why: ui.T(ctx, "What you may issue decides what the program offers: a unit that is no competent authority never sees a removal order.")},
		{Title: ui.T(ctx, "Invite two people besides you"),
			Why: ui.T(ctx, "A binding act needs two people, and a third who can read the log.")},
		{Title: ui.T(ctx, "Add one outlet to watch"),
			Why: ui.T(ctx, "Paste addresses or import a list. Nothing is fetched before you confirm the vantage point and what it reveals.")},
		{Title: ui.T(ctx, "Rehearse with the training range"),
			Why: ui.T(ctx, "Send one order to a provider that does not exist, see its clock run and stop, and read its proof.")},
	}
	for i := range steps {
		switch {
		case i < p.Done:
			steps[i].Done = true
		case i == p.Done && i < len(p.Steps):
			steps[i].Next = true
			steps[i].Button = ui.Button{Text: ui.T(ctx, "Begin"), Kind: ui.Primary, Href: p.Steps[i], Key: "Enter"}
		default:
			steps[i].Button = ui.Button{Text: ui.T(ctx, "After step %d", i), Disabled: true}
		}
	}
	return steps
}
