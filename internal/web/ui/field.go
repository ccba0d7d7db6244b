// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// A Field is one line of a form: label, control, hint, error. Type is that of the input; "textarea" and "select" make those.
type Field struct {
	ID           string // unique on the page; empty: Name
	Name         string
	Label        string
	Type         string // empty: text
	Value        string
	Hint         string
	Error        string // what is wrong and what to write instead
	Placeholder  string
	Autocomplete string
	Required     bool
	Max          int      // longest value in characters; 0: no limit of its own
	Rows         int      // of a textarea
	Options      []Option // of a select
	Lang         string   // language the value is written in, where it is not the page's
	More         templ.Attributes
}

// An Option of a select.
type Option struct {
	Value, Text string
	Disabled    bool
}

// Render implements templ.Component.
func (f Field) Render(ctx context.Context, w io.Writer) error { return f.view().Render(ctx, w) }

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f Field) attributes() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	set := func(k, v string) {
		if v != "" {
			a[k] = v
		}
	}
	described := ""
	if f.Error != "" {
		described, a["aria-invalid"] = f.id()+"-e", "true"
	}
	if f.Hint != "" {
		if described != "" {
			described += " "
		}
		described += f.id() + "-n"
	}
	set("aria-describedby", described)
	set("placeholder", f.Placeholder)
	set("autocomplete", f.Autocomplete)
	if f.Required {
		a["required"] = true
	}
	if f.Max > 0 {
		a["maxlength"] = itoa(f.Max)
	}
	if f.Lang != "" {
		a["lang"], a["dir"] = f.Lang, Dir(f.Lang)
	}
	switch f.Type {
	case "textarea":
		a["rows"] = itoa(max(f.Rows, 2))
	case "select":
	case "":
		a["type"], a["value"] = "text", f.Value
	case "password": // a password is never sent back
		a["type"] = f.Type
	default:
		a["type"], a["value"] = f.Type, f.Value
	}
	for k, v := range f.More {
		a[k] = v
	}
	return a
}

// A Check is a box to tick.
type Check struct {
	ID, Name, Value string
	Label           string
	Hint            string
	Checked         bool
}

// Render implements templ.Component.
func (c Check) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Errors heads a form that was refused: how many fields, each a link to its field. It takes the focus. Without errors it renders
// nothing.
type Errors []Field

// Render implements templ.Component.
func (e Errors) Render(ctx context.Context, w io.Writer) error { return e.view().Render(ctx, w) }

func (e Errors) wrong() []Field {
	var out []Field
	for _, f := range e {
		if f.Error != "" {
			out = append(out, f)
		}
	}
	return out
}
