// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Clock is a time limit. The server computes Due; the page counts down by the server's clock and speaks at 30, 15, 5 and 0
// minutes only. Started and Risk may be zero: then there is no bar and no notch.
type Clock struct {
	What    string // "Removal order RO-2026-0412": spoken with the time left
	Now     time.Time
	Started time.Time
	Due     time.Time
	Risk    time.Duration // at risk from here on; 0: never
	Stopped time.Time     // when it was stopped with proof; it then stands still
	Prefix  string        // "T−" for an operation's clock, which is never late
}

// State says how the clock stands: on time, at risk, overdue, stopped.
func (c Clock) State(ctx context.Context) State {
	switch left := c.Due.Sub(c.Now); {
	case !c.Stopped.IsZero() && c.Stopped.After(c.Due):
		return Bad(T(ctx, "Stopped late")).With(IconLock)
	case !c.Stopped.IsZero():
		return OK(T(ctx, "Stopped with proof")).With(IconLock)
	case left < 0:
		return Bad(T(ctx, "Overdue"))
	case left < c.Risk:
		return Warn(T(ctx, "At risk"))
	}
	return OK(T(ctx, "On time"))
}

// at is the moment the clock shows.
func (c Clock) at() time.Time {
	if !c.Stopped.IsZero() {
		return c.Stopped
	}
	return c.Now
}

func (c Clock) text(ctx context.Context) string {
	left := c.Due.Sub(c.at())
	sign := ""
	if left < 0 {
		sign = "+"
	}
	return c.Prefix + sign + Left(ctx, left)
}

func (c Clock) late() bool { return c.Prefix == "" && c.at().After(c.Due) }

func (c Clock) runs() bool { return c.Stopped.IsZero() }

func (c Clock) risk() string { return fmt.Sprint(int64(c.Risk / time.Second)) }

// used is the share of the limit that is used up, in percent from 0 to 100.
func (c Clock) used() float64 {
	whole := c.Due.Sub(c.Started)
	if c.Started.IsZero() || whole <= 0 {
		return 0
	}
	return min(100, max(0, 100*float64(c.at().Sub(c.Started))/float64(whole)))
}

// notch is where "at risk" begins, in percent; 0: nowhere.
func (c Clock) notch() float64 {
	whole := c.Due.Sub(c.Started)
	if c.Started.IsZero() || c.Risk <= 0 || c.Risk >= whole {
		return 0
	}
	return 100 * float64(whole-c.Risk) / float64(whole)
}

func (c Clock) barClass() string {
	switch {
	case c.late():
		return "bar r"
	case !c.runs():
		return "bar o"
	case c.Due.Sub(c.Now) < c.Risk:
		return "bar w"
	}
	return "bar"
}

// Fresh says how long ago something was seen. It grows older on the page, and after Stale it says so. A zero Seen is "never".
type Fresh struct {
	Seen  time.Time
	Now   time.Time
	Stale time.Duration // 0: never stale
}

// Render implements templ.Component.
func (f Fresh) Render(ctx context.Context, w io.Writer) error { return f.view().Render(ctx, w) }

func (f Fresh) old() bool { return f.Stale > 0 && f.Now.Sub(f.Seen) > f.Stale }

func (f Fresh) text(ctx context.Context) string {
	age := Age(ctx, f.Now.Sub(f.Seen))
	if LanguageOf(ctx).Dir == "rtl" {
		age = "\u2068" + age + "\u2069"
	}
	if f.old() {
		return strings.ReplaceAll(T(ctx, "{n}, stale"), "{n}", age)
	}
	return strings.ReplaceAll(T(ctx, "{n} ago"), "{n}", age)
}

func (f Fresh) stale() string { return fmt.Sprint(int64(f.Stale / time.Second)) }

// When is a moment: to the second in UTC. Day puts the date before it.
type When struct {
	At  time.Time
	Day bool
}

// Render implements templ.Component.
func (t When) Render(ctx context.Context, w io.Writer) error { return t.view().Render(ctx, w) }

func (t When) text() string {
	if t.Day {
		return t.At.UTC().Format("2 Jan 2006 15:04:05")
	}
	return t.At.UTC().Format("15:04:05")
}

func percent(f float64) string { return fmt.Sprintf("%.1f", f) }

// Local is a moment in the reader's own time zone, written by the script beside the UTC that the server wrote; without it, nothing.
type Local struct{ At time.Time }

// Render implements templ.Component.
func (l Local) Render(ctx context.Context, w io.Writer) error { return l.view().Render(ctx, w) }
