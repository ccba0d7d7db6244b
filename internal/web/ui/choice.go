// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"slices"
)

// A Choice is a group of radio buttons, or of boxes to tick when Many is set, under one question.
type Choice struct {
	Name     string // of the form value; the group's id too
	Question string
	Many     bool
	Options  []ChoiceOption
	Chosen   []string // values that are chosen
	Hint     string
	Error    string
	Required bool
	Focus    bool // the first answer takes the focus when the form opens
}

// A ChoiceOption is one answer.
type ChoiceOption struct {
	Value string
	Text  string
	Hint  string
}

// Render implements templ.Component.
func (c Choice) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

func (c Choice) chosen(value string) bool { return slices.Contains(c.Chosen, value) }

func (c Choice) kind() string {
	if c.Many {
		return "checkbox"
	}
	return "radio"
}

func (c Choice) described() string {
	s := ""
	if c.Error != "" {
		s = c.Name + "-e"
	}
	if c.Hint != "" {
		if s != "" {
			s += " "
		}
		s += c.Name + "-n"
	}
	return s
}

// Field is the group as a line for Errors.
func (c Choice) Field() Field { return Field{Name: c.Name, Label: c.Question, Error: c.Error} }
