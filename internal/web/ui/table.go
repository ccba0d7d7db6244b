// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// A Table is a table in a region that scrolls and can take the focus. Where Stack is set, its rows become blocks on a narrow
// screen; their roles are written out, since a grid would lose them.
type Table struct {
	Label   string // names the region and the table
	Columns []Column
	Rows    []Row
	Compact bool   // rows of 28 px instead of 36
	Stack   bool   // rows become blocks under 600 px: first cell left, second right, the row header below
	List    bool   // j and k move through its rows
	Empty   string // shown instead of rows when there are none
}

// A Column of a table.
type Column struct {
	Title   string
	Head    bool   // holds the row's header; without one it is the first column
	Num     bool   // numbers: to the end, tabular figures
	NoWrap  bool   // never broken
	Quiet   bool   // muted
	Hidden  bool   // its title is for screen readers only
	Sort    string // address that sorts by it; empty: cannot be sorted
	Sorted  string // "ascending" or "descending" when it is
	Foreign bool   // its cells carry their own direction
}

// A Row of a table: one cell per column.
type Row struct {
	ID      string
	Current bool // the one being looked at
	Cells   []templ.Component
}

// Render implements templ.Component.
func (t Table) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }

func (t Table) class() string {
	c := "t"
	if t.Compact {
		c += " c"
	}
	if t.Stack {
		c += " rows"
	}
	return c
}

func (t Table) head() int {
	for i, c := range t.Columns {
		if c.Head {
			return i
		}
	}
	return 0
}

// cells cuts or fills a row to the number of columns: a page that miscounts shows an empty cell, not a shifted one.
func (t Table) cells(r Row) []templ.Component {
	out := make([]templ.Component, len(t.Columns))
	copy(out, r.Cells)
	for i := range out {
		if out[i] == nil {
			out[i] = templ.NopComponent
		}
	}
	return out
}

func (c Column) class() string {
	s := ""
	if c.Num {
		s += " num"
	}
	if c.NoWrap {
		s += " nw"
	}
	if c.Quiet {
		s += " q"
	}
	return s
}

// role writes a role out where the table stacks.
func (t Table) role(r string) templ.Attributes {
	if !t.Stack {
		return nil
	}
	return templ.Attributes{"role": r}
}

// Cells is a row of components.
func Cells(c ...templ.Component) Row { return Row{Cells: c} }

// Pages leads to the pages before and after; an empty address is left out.
type Pages struct{ Previous, Next string }

// Render implements templ.Component.
func (p Pages) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }
