// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/effect"
)

// EffectWindowID numbers a window.
type EffectWindowID int64

// EffectWindowState is where a window stands.
type EffectWindowState string

// The states of a window.
const (
	EffectWindowSealed    EffectWindowState = "sealed"
	EffectWindowWithdrawn EffectWindowState = "withdrawn"
)

// EffectWindowTable is the state table of a window: it is never changed, only withdrawn.
var EffectWindowTable = Table[EffectWindowState]{
	{EffectWindowSealed, "withdraw", EffectWindowWithdrawn},
}

// CountedKind is what is counted, day by day, to say whether an operation changed it.
type CountedKind string

// What is counted. A day is the 24 hours from one T0 o'clock to the next, so that none is half before and half after.
const (
	CountItems     CountedKind = "items"     // pieces of content of the outlets that were found on that day
	CountHeads     CountedKind = "heads"     // addresses of the outlets that were found on that day
	CountElsewhere CountedKind = "elsewhere" // counted outside of the program; the words say what
)

// CountedKinds lists what can be counted.
var CountedKinds = []CountedKind{CountItems, CountHeads, CountElsewhere}

// An EffectWindow is what will be looked at to say what an operation did, fixed before its T0.
type EffectWindow struct {
	ID        EffectWindowID
	Unit      UnitID
	Operation OperationID
	Counts    CountedKind
	Words     string   // what is counted, in words
	Compare   OutletID // counted the same way, and nothing is done to it; 0: nothing is compared
	Beside    string   // of what is counted elsewhere: what it is compared with; "": nothing
	Window    effect.Window
	State     EffectWindowState
	By        OfficerID
	At        time.Time
	EndedBy   OfficerID
	Ended     time.Time
	Reason    string // of its being withdrawn
}

// mostWindow is the longest window on either side, in days: ten years.
const mostWindow = 3653

// Seal fixes a window of an operation. After T0 it is too late: whoever chooses then knows what came.
func (w EffectWindow) Seal(o Operation, by Officer, now time.Time) (EffectWindow, error) {
	if err := by.Scope().May(ToPlan); err != nil {
		return w, err
	}
	if by.Unit != o.Unit {
		return w, Refuse(Forbidden, "the unit that leads the operation fixes what is looked at", "ask it")
	}
	switch {
	case o.State == OperationClosed || o.State == OperationAborted:
		return w, Refuse(Conflict, "the operation is "+string(o.State), "a window is sealed before T0")
	case !o.T0.IsZero() && !now.Before(o.T0):
		return w, Refuse(Conflict, "T0 has passed: a window that is chosen now is chosen by somebody who knows what came", "say what is seen, and that no window was fixed before")
	case !slices.Contains(CountedKinds, w.Counts):
		return w, Refuse(Invalid, fmt.Sprintf("nothing is counted as %.40q", w.Counts), "it is items, heads or elsewhere")
	case w.Counts == CountElsewhere && strings.TrimSpace(w.Words) == "":
		return w, Refuse(Invalid, "what is counted elsewhere is not said", "say what is counted, by whom and where")
	case w.Counts == CountElsewhere && w.Compare != 0, w.Counts != CountElsewhere && w.Beside != "":
		return w, Refuse(Invalid, "the comparison is counted otherwise than what it is compared with", "compare what the program counts with an outlet, what is counted elsewhere with words")
	case slices.Contains(o.Outlets, w.Compare):
		return w, Refuse(Invalid, "the operation is against that outlet", "compare with one to which nothing is done")
	case len(o.Outlets) == 0 && w.Counts != CountElsewhere:
		return w, Refuse(Invalid, "the operation names no outlet of which the program could count", "count elsewhere")
	case w.Window.Before < effect.LeastPoints || w.Window.After < effect.LeastPoints || w.Window.Before > mostWindow || w.Window.After > mostWindow:
		return w, Refuse(Invalid, fmt.Sprintf("%d days before and %d after are no window", w.Window.Before, w.Window.After), fmt.Sprintf("choose %d to %d on either side", effect.LeastPoints, mostWindow))
	case w.Window.Before+w.Window.After < 2*w.Window.Terms():
		return w, Refuse(Invalid, fmt.Sprintf("%d days are too few for a model of %d terms", w.Window.Before+w.Window.After, w.Window.Terms()), "choose a longer window, or a simpler model")
	}
	if err := w.Window.Check(); err != nil {
		return w, Refuse(Invalid, err.Error(), "")
	}
	w.Words, w.Beside = strings.TrimSpace(w.Words), strings.TrimSpace(w.Beside)
	w.Unit, w.Operation, w.State, w.By, w.At = o.Unit, o.ID, EffectWindowSealed, by.ID, now
	return w, nil
}

// Sealing is the event that puts a new window, with its number, into the ledger: all of it.
func (w EffectWindow) Sealing() Event {
	e := change("operation", int64(w.Operation), "seal_window", "", w.State, w.By, w.Unit, w.At, w.Words)
	m := w.Window
	e = e.With("window", int64(w.ID)).With("counts", string(w.Counts)).With("before", m.Before).With("after", m.After).With("family", string(m.Family)).With("slope", m.Slope).With("week", m.Week)
	if w.Compare != 0 {
		e = e.With("compare", int64(w.Compare))
	}
	if w.Beside != "" {
		e = e.With("beside", w.Beside)
	}
	if m.Period != 0 {
		e = e.With("period", m.Period).With("pairs", m.Pairs)
	}
	return e
}

// Withdraw takes the window back, with a reason; it and the reason stay to be read.
func (w EffectWindow) Withdraw(by Officer, reason string, now time.Time) (EffectWindow, Event, error) {
	if err := by.Scope().May(ToPlan); err != nil {
		return w, Event{}, err
	}
	switch reason = strings.TrimSpace(reason); {
	case by.Unit != w.Unit:
		return w, Event{}, Refuse(Forbidden, "the unit that sealed the window withdraws it", "ask it")
	case reason == "":
		return w, Event{}, Refuse(Invalid, "the reason is missing", "say why the window is withdrawn")
	}
	to, err := EffectWindowTable.Next(w.State, "withdraw")
	if err != nil {
		return w, Event{}, err
	}
	e := change("operation", int64(w.Operation), "withdraw_window", w.State, to, by.ID, w.Unit, now, reason).With("window", int64(w.ID))
	w.State, w.EndedBy, w.Ended, w.Reason = to, by.ID, now, reason
	return w, e, nil
}

// Sealed is the window as a file, with its place in the ledger: docs/format/effect.md.
func (w EffectWindow) Sealed(o Operation, entry int64) effect.Sealed {
	s := effect.Sealed{Format: effect.SealedFormat, Counted: string(w.Counts), Compare: w.Beside, Window: w.Window, Sealed: w.At, Entry: entry}
	if w.Words != "" {
		s.Counted = w.Words
	}
	if !o.T0.IsZero() {
		s.Day = o.T0.UTC().Format(time.DateOnly)
	}
	return s
}
