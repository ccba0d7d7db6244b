// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// A ButtonKind is how a button looks.
type ButtonKind string

// The kinds. Danger is for what cannot be taken back.
const (
	Ordinary ButtonKind = ""
	Primary  ButtonKind = "p"
	Danger   ButtonKind = "d"
)

// A Button is a button, or a link that looks like one when Href is set.
type Button struct {
	Text     string
	Kind     ButtonKind
	Small    bool
	Icon     Icon
	Href     string
	Submit   bool // submits the form it stands in (or the one whose id is Form)
	Form     string
	Name     string // sent with the form
	Value    string
	Key      string // single key, lower case ("t", "Enter"); never set for a legal act
	Help     string // what the key does, for the list of keys; empty: Text
	Legal    bool   // a legal act: its key is dropped
	Disabled bool
	Current  bool             // the chosen one of several
	Opens    string           // id of a dialog it opens
	More     templ.Attributes // data attributes of a page
}

// Render implements templ.Component.
func (b Button) Render(ctx context.Context, w io.Writer) error { return b.view().Render(ctx, w) }

func (b Button) class() string {
	var c []string
	if b.Href != "" {
		c = append(c, "btn")
	}
	if b.Small {
		c = append(c, "sm")
	}
	if b.Kind != Ordinary {
		c = append(c, string(b.Kind))
	}
	return strings.Join(c, " ")
}

func (b Button) attributes() templ.Attributes {
	a := templ.Attributes{}
	set := func(k, v string) {
		if v != "" {
			a[k] = v
		}
	}
	set("class", b.class())
	set("aria-keyshortcuts", keyName(b.key()))
	set("data-key", b.key())
	set("data-help", b.Help)
	set("data-opens", b.Opens)
	if b.Help == "" && b.key() != "" {
		a["data-help"] = b.Text // the button's own text would name the key again
	}
	if b.Legal {
		a["data-legal"] = true
	}
	if b.Href != "" {
		if b.Current {
			a["aria-current"] = "true"
		}
	} else {
		a["type"] = "button"
		if b.Submit {
			a["type"] = "submit"
		}
		set("form", b.Form)
		set("name", b.Name)
		set("value", b.Value)
		if b.Disabled {
			a["disabled"] = true
		}
		if b.Current {
			a["aria-pressed"] = "true"
		}
		if b.Opens != "" {
			a["aria-haspopup"] = "dialog"
		}
	}
	for k, v := range b.More {
		a[k] = v
	}
	return a
}

func (b Button) key() string {
	if b.Legal {
		return ""
	}
	return b.Key
}

// keyName writes a key as people read it.
func keyName(key string) string {
	if len(key) == 1 {
		return strings.ToUpper(key)
	}
	return key
}

// Acts is the panel of decisions on one item: key, verb, what happens next. No choice is primary. It stands in a form of the page's
// own.
type Acts struct {
	Label string
	Name  string // of the form value
	Acts  []Act
}

// An Act is one decision.
type Act struct {
	Key   string // empty: none; a legal act has none
	Verb  string
	Next  string // what happens then: "opens a draft"
	Value string
}

// Render implements templ.Component.
func (a Acts) Render(ctx context.Context, w io.Writer) error { return a.view().Render(ctx, w) }

// Undo offers to take the last decision back for a few seconds. It posts to Action and vanishes at Until.
type Undo struct {
	ID     string
	Did    string // "Item 70 402 referred"
	Action string
	Until  time.Time
	Now    time.Time
	Swap   string // ids of the elements that the answer replaces; empty: the whole page
}

// Render implements templ.Component.
func (u Undo) Render(ctx context.Context, w io.Writer) error { return u.view().Render(ctx, w) }

func (u Undo) left() int { return max(0, int(u.Until.Sub(u.Now).Seconds()+0.5)) }
