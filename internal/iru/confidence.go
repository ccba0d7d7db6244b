// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"time"
)

// A Grade is how well a contact is known. It is a stated reason, not a measured number.
type Grade string

// The grades, best first.
const (
	GradeConfirmed Grade = "confirmed" // a person confirmed it within ContactStale
	GradeAged      Grade = "aged"      // a person confirmed it longer ago
	GradePublished Grade = "published" // its own register or page names it; no person has confirmed it
	GradeChanged   Grade = "changed"   // it differs from what a person confirmed: nothing is sent
	GradeGuess     Grade = "guess"     // nobody published it
	GradeNone      Grade = "none"      // no way to reach them is known
)

// A Confidence is a grade with its explanation, in one sentence.
type Confidence struct {
	Grade Grade
	Why   string
}

// Confidence grades a contact at a time.
func (c Contact) Confidence(now time.Time) Confidence {
	day := func(t time.Time) string { return t.UTC().Format("2006-01-02") }
	source := c.Source
	if source == "" {
		source = "a source that was not noted"
	}
	switch {
	case c.Address == "":
		return Confidence{GradeNone, "No register names a contact and nobody entered one."}
	case c.Stale(now):
		return Confidence{GradeAged, fmt.Sprintf("A person confirmed it on %s, more than %d days ago; it is from %s.", day(c.ConfirmedAt), int(ContactStale.Hours()/24), source)}
	case c.State == ContactConfirmed:
		return Confidence{GradeConfirmed, fmt.Sprintf("A person confirmed it on %s; it is from %s.", day(c.ConfirmedAt), source)}
	case c.State == ContactChanged:
		return Confidence{GradeChanged, fmt.Sprintf("It differs from what a person had confirmed; the new one is from %s. Nothing is sent until a person confirms it.", source)}
	case c.Guess:
		return Confidence{GradeGuess, "Nobody published it: it is the customary mailbox of that name (RFC 2142)."}
	case c.Kind == ContactSecurity:
		return Confidence{GradePublished, fmt.Sprintf("It is from %s, which is meant for reports of vulnerabilities: the last resort. No person has confirmed it.", source)}
	}
	return Confidence{GradePublished, fmt.Sprintf("It is from %s; no person has confirmed it.", source)}
}
