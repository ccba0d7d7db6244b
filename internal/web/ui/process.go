// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"
)

// StepState says where a step stands.
type StepState string

// The states of a step.
const (
	StepTodo StepState = "todo"
	StepDone StepState = "done"
	StepNow  StepState = "now"
)

// A Step of a process: what, who, when.
type Step struct {
	Title string
	Icon  Icon // empty: a tick when done, a clock when it is now
	By    string
	At    string // a time or "due 09:11:12"
	State StepState
}

// Steps is a process, left to right.
type Steps struct {
	Label string
	Steps []Step
}

// Render implements templ.Component.
func (s Steps) Render(ctx context.Context, w io.Writer) error { return s.view().Render(ctx, w) }

func (s Step) icon() Icon {
	switch {
	case s.Icon != "":
		return s.Icon
	case s.State == StepDone:
		return IconOK
	case s.State == StepNow:
		return IconClock
	}
	return IconRing
}

// A Message of a thread: ours or theirs.
type Message struct {
	In    bool // received
	At    time.Time
	From  string
	State State
	Body  templ.Component // Text, or Paragraphs of foreign text
	Lang  string          // of the body, where it is foreign
}

// Thread is everything sent and received, oldest first.
type Thread struct {
	Label    string
	Messages []Message
}

// Render implements templ.Component.
func (t Thread) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }

// A Reason is one line of why something is here: kind, what, how strong, and the caveat.
type Reason struct {
	Kind   string          // "Near image"
	What   templ.Component // what was found
	Detail string          // "distance 6 of 64, limit 10"
	State  State
	Note   string
}

// Why is the list of reasons.
type Why []Reason

// Render implements templ.Component.
func (y Why) Render(ctx context.Context, w io.Writer) error { return y.view().Render(ctx, w) }
