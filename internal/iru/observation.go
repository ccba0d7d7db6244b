// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"time"
)

// An Observation is one look at one address: what was seen, when and from where. It is never changed afterwards.
type Observation struct {
	ID      int64
	Asset   AssetID
	Item    ItemID
	At      time.Time
	Vantage string
	Outcome Outcome
	Status  int    // HTTP status; 0 where there was none
	Detail  string // in words: "410 from 127.64.1.9", "no such name"
	Took    time.Duration
	Content Content // how what was met compares with what was judged
	Alike   int     // of its text, in hundredths: 100 is the same; 0 where no text was compared
}

// Content says how what a look met compares with the content as it was captured.
type Content string

// The kinds of likeness.
const (
	ContentUnknown Content = ""        // nothing is known to compare with, or nothing was met that could be
	ContentSame    Content = "same"    // the same bytes, or nearly the same words
	ContentSimilar Content = "similar" // much of its words, its title, or its pictures
	ContentOther   Content = "other"   // something else
)

// Contents lists the kinds of likeness.
var Contents = []Content{ContentUnknown, ContentSame, ContentSimilar, ContentOther}

// PresenceState is what all looks together say of an address.
type PresenceState string

// The states of presence. Unknown is not down, and doubtful is not gone.
const (
	PresenceUnknown  PresenceState = "unknown"  // never seen, or no look told anything yet
	PresenceUp       PresenceState = "up"       // last look that told something saw it
	PresenceDoubtful PresenceState = "doubtful" // absent, but not yet from enough points or often enough
	PresenceGone     PresenceState = "gone"     // absent by repeated agreement between vantage points
	PresenceBack     PresenceState = "back"     // seen again after it was gone
)

// PresenceTable is the state table of presence.
var PresenceTable = Table[PresenceState]{
	{PresenceUnknown, "seen", PresenceUp},
	{PresenceUnknown, "missed", PresenceDoubtful},
	{PresenceUnknown, "agreed", PresenceGone},
	{PresenceUp, "missed", PresenceDoubtful},
	{PresenceUp, "agreed", PresenceGone},
	{PresenceDoubtful, "seen", PresenceUp},
	{PresenceDoubtful, "agreed", PresenceGone},
	{PresenceGone, "seen", PresenceBack},
	{PresenceBack, "missed", PresenceDoubtful},
	{PresenceBack, "agreed", PresenceGone},
}

// Agreement says when absence is believed: so many looks in a row, from so many vantage points, so far apart.
type Agreement struct {
	Points int           // vantage points, at least
	Rounds int           // looks in a row from each of them
	Gap    time.Duration // least time between two looks of one vantage point that both count
}

// DefaultAgreement is gone three times in a row from two points, ten minutes apart.
var DefaultAgreement = Agreement{Points: 2, Rounds: 3, Gap: 10 * time.Minute}

// A Run is a vantage point's unbroken series of absences.
type Run struct {
	Length  int         `json:"n"`
	Last    time.Time   `json:"last"`
	Looks   []time.Time `json:"looks,omitempty"` // the latest that counted, as many as an agreement asks for
	Up      bool        `json:"up,omitempty"`    // its last telling look saw the content, or something else in its place
	Found   Outcome     `json:"found,omitempty"`
	Content Content     `json:"content,omitempty"`
}

// Only forgets the series of vantage points from which nobody looks any more: what they saw last must not speak for ever.
func (p Presence) Only(points []string) Presence {
	runs := make(map[string]Run, len(p.Runs))
	for k, v := range p.Runs {
		if slices.Contains(points, k) {
			runs[k] = v
		}
	}
	p.Runs = runs
	return p
}

// Presence is what is believed of an address, and why.
type Presence struct {
	State PresenceState  `json:"state"`
	Since time.Time      `json:"since"`
	Runs  map[string]Run `json:"runs,omitempty"` // by vantage point
}

// Observe takes one look in. A look that tells nothing, or is older than what its point told last, leaves everything as it is;
// seeing the content from anywhere ends every belief in its absence; absence is believed only by agreement. Something else at the
// address (altered, moved, shut to one country) is neither: it breaks the point's series, so that absence is not agreed upon, and
// is no return. A point that has told nothing since before the looks that agree does not stand against them. The second result is
// the verb that changed the state, or "".
func (p Presence) Observe(o Observation, need Agreement) (Presence, string) {
	if need.Points < 1 || need.Rounds < 1 { // an agreement of nobody would be one
		need.Points, need.Rounds = max(need.Points, DefaultAgreement.Points), max(need.Rounds, DefaultAgreement.Rounds)
	}
	if p.State == "" {
		p.State = PresenceUnknown
	}
	runs := make(map[string]Run, len(p.Runs)+1)
	for k, v := range p.Runs {
		runs[k] = v
	}
	p.Runs = runs
	run := runs[o.Vantage]
	switch {
	case o.Outcome.Unknown(), o.At.Before(run.Last):
		return p, ""
	case !o.Outcome.Absent():
		runs[o.Vantage] = Run{Last: o.At, Up: true, Found: o.Outcome, Content: o.Content}
		if o.Outcome != Up {
			return p, ""
		}
		return p.move("seen", o.At)
	case run.Length > 0 && o.At.Sub(run.Last) < need.Gap:
		return p, "" // too soon after the last look to count as another one
	}
	looks := append(slices.Clone(run.Looks), o.At)
	runs[o.Vantage] = Run{Length: run.Length + 1, Last: o.At, Looks: looks[max(0, len(looks)-need.Rounds):], Found: o.Outcome, Content: o.Content}
	agree, seen := agreed(runs, need)
	switch {
	case agree >= need.Points && !seen:
		return p.move("agreed", o.At)
	case seen:
		return p, "" // another point still sees it
	}
	return p.move("missed", o.At)
}

// agreed counts the points whose series are long enough, and says whether any point saw something there since these began.
func agreed(runs map[string]Run, need Agreement) (agree int, seen bool) {
	var since time.Time // of the first of the looks on which an agreement would rest
	for _, r := range runs {
		if r.Length < need.Rounds {
			continue
		}
		if agree++; len(r.Looks) > 0 && (since.IsZero() || r.Looks[0].Before(since)) {
			since = r.Looks[0]
		}
	}
	for _, r := range runs {
		seen = seen || r.Up && !r.Last.Before(since)
	}
	return agree, seen
}

func (p Presence) move(verb string, at time.Time) (Presence, string) {
	to, err := PresenceTable.Next(p.State, verb)
	if err != nil { // the same again: nothing changes
		return p, ""
	}
	p.State, p.Since = to, at
	return p, verb
}

// UpBy reports whether as many vantage points as an agreement needs saw the content up when they last looked: that it was put back is believed
// like that it was removed, from more than one place.
func (p Presence) UpBy(need Agreement) bool {
	n := 0
	for _, r := range p.Runs {
		if r.Up && r.Found == Up {
			n++
		}
	}
	return n >= max(need.Points, 1)
}

// Cloaked tells which vantage points see the content and which see something else or nothing, where both looked within so long of each
// other: the address shows the one something else than the other. Neither list is filled where all agree. Points that told nothing, or were
// refused because of where they are, are in none.
func (p Presence) Cloaked(within time.Duration) (shown, hidden []string) {
	var newest time.Time
	for _, r := range p.Runs {
		if r.Last.After(newest) {
			newest = r.Last
		}
	}
	for name, r := range p.Runs {
		switch {
		case newest.Sub(r.Last) > within || r.Found.Unknown() || r.Found == "" || r.Found == GeoBlocked:
		case r.Up && r.Found == Up:
			shown = append(shown, name)
		default:
			hidden = append(hidden, name)
		}
	}
	if len(shown) == 0 || len(hidden) == 0 {
		return nil, nil
	}
	slices.Sort(shown)
	slices.Sort(hidden)
	return shown, hidden
}

// Progress says in words how far agreement has come at one point, as a page shows it: "gone, 2 of 3", "still served".
func (p Presence) Progress(vantage string, need Agreement) string {
	r, ok := p.Runs[vantage]
	switch {
	case !ok:
		return "not looked yet"
	case r.Up && r.Found != Up:
		return string(r.Found)
	case r.Up:
		return "still served"
	}
	return fmt.Sprintf("%s, %d of %d", r.Found, min(r.Length, need.Rounds), need.Rounds)
}
