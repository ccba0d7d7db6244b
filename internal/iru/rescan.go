// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A Sought is what earlier captures are gone through for.
type Sought string

// What is sought.
const (
	SoughtTerms Sought = "terms" // terms of watch lists that are new, or looked for again
	SoughtKnown Sought = "known" // known content that is new
	SoughtWords Sought = "words" // the words of what was captured before it could be searched
)

// Soughts lists what is sought.
var Soughts = []Sought{SoughtTerms, SoughtKnown, SoughtWords}

// A Rescan goes through what a unit captured earlier, newest first, for what is looked for since. There is one for a unit and what is
// sought: what is asked for while it runs does not begin it anew, but sends it round once from where it is. What is captured meanwhile is
// compared when it is captured.
type Rescan struct {
	ID      int64
	Unit    UnitID
	Sought  Sought
	Running bool
	Reached ExhibitID // of this lap everything from here on was gone through; 0: nothing yet
	Until   ExhibitID // after the oldest it goes on from the newest down to this one; 0: it ends with the oldest
	Wrapped bool      // it is on the lap that Until ends
	Turn    int64     // grows each time it is asked for
	Step    int64     // grows with each change
	Seen    int       // exhibits gone through since it began; those of a second lap count again
	Found   int       // of these, in how many something was found
	Failed  int       // of these, how many could not be read
	Asked   time.Time // when it was asked for last
	Ended   time.Time // when it last came to its end; zero while it never did
}

// Ask has everything that was captured up to now gone through.
func (r Rescan) Ask(now time.Time) Rescan {
	if !r.Running {
		r.Reached, r.Seen, r.Found, r.Failed = 0, 0, 0, 0
	}
	r.Running, r.Until, r.Wrapped, r.Asked = true, r.Reached, false, now
	r.Turn++
	return r
}

// A Part is what a rescan went through at once, newest first.
type Part struct {
	Last                ExhibitID // the oldest of them
	Over                bool      // there is none beyond on this lap
	Seen, Found, Failed int
}

// Went gives what a part leaves to do. It was begun when the rescan was as before says: what was asked for since may be missing in it.
func (r Rescan) Went(before Rescan, p Part, now time.Time) Rescan {
	r.Seen, r.Found, r.Failed = r.Seen+p.Seen, r.Found+p.Found, r.Failed+p.Failed
	switch {
	case !p.Over:
		if r.Reached = p.Last; r.Turn != before.Turn {
			r.Until, r.Wrapped = p.Last, false
		}
	case r.Turn != before.Turn:
		r.Reached, r.Until, r.Wrapped = 0, 0, false
	case r.Wrapped || r.Until == 0:
		r.Running, r.Ended = false, now
	default:
		r.Reached, r.Wrapped = 0, true
	}
	return r
}

// Bounds are those of what is left of this lap: exhibits below a number (0: the newest too), from another one on.
func (r Rescan) Bounds() (below, from ExhibitID) {
	if r.Wrapped {
		return r.Reached, r.Until
	}
	return r.Reached, 0
}
