// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
)

// A Tone is the colour of a state or a note.
type Tone string

// The tones. Bad (red) is for a breach or a no-go only; "refused", "unknown" and "no match" are neutral.
const (
	ToneNeutral Tone = ""
	ToneOK      Tone = "ok"
	ToneWarn    Tone = "warn"
	ToneBad     Tone = "bad"
	ToneInfo    Tone = "info"
)

func (t Tone) icon() Icon {
	switch t {
	case ToneOK:
		return IconOK
	case ToneWarn:
		return IconWarn
	case ToneBad:
		return IconBad
	}
	return IconRing
}

// A State is an icon, a word and a colour. Word is already translated.
type State struct {
	Tone Tone
	Icon Icon // empty: the tone's own
	Word string
	Bare bool // without background
}

// Render implements templ.Component. A state without a word renders nothing.
func (s State) Render(ctx context.Context, w io.Writer) error { return s.view().Render(ctx, w) }

// With gives the state another icon.
func (s State) With(i Icon) State { s.Icon = i; return s }

// Plain takes the background away.
func (s State) Plain() State { s.Bare = true; return s }

// OK is a state that is as it should be.
func OK(word string) State { return State{Tone: ToneOK, Word: word} }

// Warn is a state that wants attention.
func Warn(word string) State { return State{Tone: ToneWarn, Word: word} }

// Bad is a breach or a no-go.
func Bad(word string) State { return State{Tone: ToneBad, Word: word} }

// Info is something to know or to judge.
func Info(word string) State { return State{Tone: ToneInfo, Word: word} }

// Neutral is a state without judgement: unknown, refused, draft.
func Neutral(word string) State { return State{Word: word} }
