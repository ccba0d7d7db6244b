// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// A Head is a page's head: where one is, what it is, its one state, its handling codes, facts, and what one can do.
type Head struct {
	Crumbs   []Crumb
	Title    string
	Lang     string // of the title, where it is foreign
	State    State
	Handling Handling
	Facts    []templ.Component // Text, Address, Foreign...
	Buttons  []Button          // at most one Primary: any further is shown as a plain one
}

// A Crumb is one step of the way here; without Href it is no link.
type Crumb struct{ Text, Href string }

// Render implements templ.Component.
func (h Head) Render(ctx context.Context, w io.Writer) error { return h.view().Render(ctx, w) }

func (h Head) buttons() []Button {
	out, seen := make([]Button, len(h.Buttons)), false
	for i, b := range h.Buttons {
		if b.Kind == Primary {
			if seen {
				b.Kind = Ordinary
			}
			seen = true
		}
		out[i] = b
	}
	return out
}
