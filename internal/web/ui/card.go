// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// A Card is a titled section. Its children stand edge to edge (tables, lists) or inside Body. The foot says the caveat or the rule.
type Card struct {
	ID    string // unique on the page; the heading is ID + "-h"
	Title string
	Pill  string          // a number beside the title: "7 of 23"
	Aside templ.Component // at the other end of the header
	Foot  templ.Component // Text for a plain sentence
	Live  string          // address of the event stream that says when this card changed; empty: not live
	From  string          // page that renders this card anew; empty: the page it stands on
}

// Render implements templ.Component.
func (c Card) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

func (c Card) live() templ.Attributes {
	a := templ.Attributes{}
	if c.Live != "" {
		a["data-live"] = c.Live
	}
	if c.From != "" {
		a["data-fragment"] = c.From
	}
	return a
}

// A Note is one tinted line that says what, why and what next. Its children are the text.
type Note struct {
	Tone Tone // neutral is shown in the accent colour
	Icon Icon // empty: the tone's own
}

// Render implements templ.Component.
func (n Note) Render(ctx context.Context, w io.Writer) error { return n.view().Render(ctx, w) }

func (n Note) class() string {
	if n.Tone == ToneNeutral {
		return "note acc"
	}
	return "note " + string(n.Tone)
}

func (n Note) icon() Icon {
	if n.Icon == "" {
		return n.Tone.icon()
	}
	return n.Icon
}

// A Count is one number of the strip at the top of a page.
type Count struct {
	N    int
	What string // "New items"
	Note string // "31 settled unseen"
	Href string

	AtLeast bool // more may exist than was counted
}

func (c Count) number() string {
	if c.AtLeast {
		return strconv.Itoa(c.N) + "+"
	}
	return strconv.Itoa(c.N)
}

// Counts is the strip.
type Counts struct {
	Label  string
	Counts []Count
}

// Render implements templ.Component.
func (c Counts) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// A Line is one entry of a plain list: text, a smaller line under it, something at the end.
type Line struct {
	Text string
	Href string // makes Text a link
	Sub  string
	End  templ.Component // a State, a clock
}

// Lines is a list inside a card.
type Lines []Line

// Render implements templ.Component.
func (l Lines) Render(ctx context.Context, w io.Writer) error { return l.view().Render(ctx, w) }

// A Term is one row of a list of facts.
type Term struct {
	Name  string
	Value templ.Component
}

// Terms is a list of facts: name and value.
type Terms []Term

// Render implements templ.Component.
func (t Terms) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }

// Empty is what a page says that has nothing to show: why, and what to do first.
type Empty struct {
	ID    string
	Title string
	Why   string
	Todo  []Todo
}

// A Todo is one step out of emptiness. The next one is highlighted; later ones say what they wait for.
type Todo struct {
	Title  string
	Why    string
	Next   bool
	Done   bool
	Button Button // a disabled button that says what it waits for, when it is not its turn
}

// Render implements templ.Component.
func (e Empty) Render(ctx context.Context, w io.Writer) error { return e.view().Render(ctx, w) }

// A Cover stands where a picture would be: its type and what was found, never the picture itself.
type Cover struct {
	What  string // "Screenshot covered"
	Lines []string
	// Show is a button inside a form of the page's own: opening is a decision that is logged.
	Show templ.Component
}

// Render implements templ.Component.
func (c Cover) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Progress is long work: what it is doing, how far, how to stop it.
type Progress struct {
	ID          string
	What        string
	Done, Total int64
	Unit        string // "files", "MB"
	Stop        string // address to post to; empty: cannot be stopped
}

// Render implements templ.Component.
func (p Progress) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// A Tile is one asset of the live grid.
type Tile struct {
	ID    string // on the page; "" for none
	State State
	Text  templ.Component // an Address
	Fresh Fresh
}

// Tiles is the live grid of an operation's board.
type Tiles struct {
	Label string
	Tiles []Tile
}

// Render implements templ.Component.
func (t Tiles) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }

// Wrap puts children into a component from Go code, as @(c) { children } does in a template.
func Wrap(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}
