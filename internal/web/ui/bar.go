// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Thousands writes a whole number in groups of three, joined by a narrow space that neither breaks nor turns round among
// right-to-left words.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202F" + s[i:]
	}
	return s
}

// A Meter is an amount of a limit, in words and as a bar.
type Meter struct {
	What  string // "Items shown"
	N, Of int
	Tone  Tone // ok, warn or bad; else the accent colour
}

// Render implements templ.Component.
func (m Meter) Render(ctx context.Context, w io.Writer) error { return m.view().Render(ctx, w) }

func (m Meter) class() string {
	switch m.Tone {
	case ToneOK:
		return "bar o"
	case ToneWarn:
		return "bar w"
	case ToneBad:
		return "bar r"
	}
	return "bar"
}

func (m Meter) percent() string {
	if m.Of <= 0 {
		return "0"
	}
	return percent(min(100, max(0, 100*float64(m.N)/float64(m.Of))))
}

// Availability is how many of an outlet's known addresses answer, how many are down, and how many are unknown: unknown is not
// down, and is drawn apart.
type Availability struct{ Up, Down, Unknown int }

// Render implements templ.Component.
func (a Availability) Render(ctx context.Context, w io.Writer) error { return a.view().Render(ctx, w) }

func (a Availability) all() int { return a.Up + a.Down + a.Unknown }

func (a Availability) share(n int) float64 {
	if a.all() == 0 {
		return 0
	}
	return 100 * float64(n) / float64(a.all())
}
