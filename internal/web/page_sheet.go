// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"github.com/a-h/templ"

	"iolaus/internal/web/ui"
)

// SheetPage is a heading and cards below each other: the clocks, a letter, a scrutiny.
type SheetPage struct {
	Frame  ui.Frame
	Head   ui.Head
	Said   string
	Sheets []Sheet
}

// A Sheet is one card of it: a table, words, buttons; or what stands there when there is nothing.
type Sheet struct {
	ID, Title   string
	Aside, Foot templ.Component
	Table       *ui.Table
	Pages       ui.Pages
	Body        templ.Component
	Buttons     []ui.Button
	Empty       *ui.Empty
}
