// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/effect"
)

// A HeadEffect is how one address fared before and after.
type HeadEffect struct {
	Asset         Asset
	Before, After effect.Share
}

// A ConcentrationEffect is on how few an outlet hung just before T0, and at the end of what is looked at.
type ConcentrationEffect struct {
	Outlet        OutletID
	Before, After Concentration
}

// An OperationEffect is what an operation did, as far as it can be told.
type OperationEffect struct {
	Operation Operation
	Window    *EffectWindow // sealed; nil: none was
	Entry     int64         // of the sealing in the ledger; -1: it waits for its checkpoint
	Withdrawn []EffectWindow
	Outlets   []Outlet
	Compare   Outlet // with which is compared; zero: none
	// From and To bound what is looked at, T0 lies between. Both are zero before T0: then nothing below is there.
	From, To      time.Time
	Before, After effect.Presence // all addresses together
	Heads         []HeadEffect
	Falls         []Comeback // from T0 on
	First         effect.Spell
	Returns       []effect.Spell // from a fall to the first return
	Between       []effect.Spell // from return to return
	Lives         []effect.Spell // of addresses that took another's place after T0
	Spread        []ConcentrationEffect
	Actions       []effect.Spell // from the receipt of a task to verified removal
	Series        *effect.Series // what was counted; nil: nothing is, and Why says why
	Change        *effect.Change
	Why           effect.Why
}

// LookedAt is how long before and after T0 is looked at where no window was sealed: thirty days.
const LookedAt = 30 * 24 * time.Hour

// ActionSpells are the times from receipt to verified removal of an operation's tasks; what is still open counts as long as it was watched. Of one that was
// breached and complied with anew, the last verification counts.
func ActionSpells(tasks []Notice, now time.Time) []effect.Spell {
	var out []effect.Spell
	for _, n := range tasks {
		switch {
		case n.ReceivedAt.IsZero():
		case n.State == NoticeComplied || n.State == NoticeBreached:
			out = append(out, effect.Spell{Took: max(n.OutcomeAt.Sub(n.ReceivedAt), 0)})
		case n.State == NoticeWithdrawn || n.State == NoticeEscalated || n.State == NoticeRefused: // nobody waits for this one any more
			out = append(out, effect.Spell{Took: max(n.OutcomeAt.Sub(n.ReceivedAt), 0), Open: true})
		default:
			out = append(out, effect.Spell{Took: max(now.Sub(n.ReceivedAt), 0), Open: true})
		}
	}
	return out
}
