// SPDX-License-Identifier: EUPL-1.2

package legal

import "time"

// A Sense says what the end of a clock means.
type Sense string

// The senses. Only a Deadline can be overdue.
const (
	Deadline Sense = "deadline" // to be done before the end
	Window   Sense = "window"   // a right that lapses at the end
	Keep     Sense = "keep"     // data or a state to be kept until the end
	Earliest Sense = "earliest" // not before the end
	Rolling  Sense = "rolling"  // counted back from any day
)

// A ClockRule is one time limit of the law, or a target this program sets itself. Length or the calendar length says how long
// it is; where neither can, the Term says what decides.
type ClockRule struct {
	ID      string
	Trigger string        // the event that starts it
	Length  time.Duration // zero where months, a date or national law decide
	Days    int           // calendar days of a period that is given in days or weeks; they count before Length
	Months  int           // calendar months
	Then    int           // months after which it is due again, once it was met
	EndsOn  string        // a fixed day of the year (01-02), of the year after the trigger's
	Term    string        // the length in words
	Extend  time.Duration // one possible extension
	Longer  bool          // may be prolonged on request, more than once
	Tell    []Tell        // who is told how long before the end, the longest first
	Sense   Sense
	Obliged string
	Restart string // what pauses or restarts it
	Source  string
	Mark    Mark
	// Internal clocks bind nobody: they only remind.
	Internal bool
}

// A Tell is a step of escalation: whose roles (as package iru names them) are told when so much time is left.
type Tell struct {
	Left time.Duration
	Who  []string
}

// End returns when a clock started at the given instant ends, in the instant's own time zone, which the caller chooses; ok is
// false where the law gives no length or no single date. Hours are hours, whatever the clocks on the wall do; a day ends at the same time
// of day, so that one with a change of clocks has 23 hours or 25. Months follow Regulation (EEC, Euratom) No 1182/71, Article 3(2)(c): the
// same day of the last month, or that month's last day.
func (c ClockRule) End(start time.Time) (end time.Time, ok bool) {
	switch {
	case c.Days > 0:
		return start.AddDate(0, 0, c.Days), true
	case c.Length > 0:
		return start.Add(c.Length), true
	case c.Months > 0:
		return addMonths(start, c.Months), true
	case c.EndsOn != "":
		day, err := time.ParseInLocation("2006-01-02", start.AddDate(1, 0, 1-start.YearDay()).Format("2006")+"-"+c.EndsOn, start.Location())
		if err != nil {
			return time.Time{}, false
		}
		return day.AddDate(0, 0, 1), true // the day ends with its last hour
	}
	return time.Time{}, false
}

func (c ClockRule) end(start time.Time) time.Time { at, _ := c.End(start); return at }

// Longest returns until when a clock that ends at due can be prolonged; false where the law knows no extension, zero where it sets no bound.
func (c ClockRule) Longest(due time.Time) (time.Time, bool) {
	switch {
	case c.Longer:
		return time.Time{}, true
	case c.Extend == 0:
		return time.Time{}, false
	case c.Days > 0:
		return due.AddDate(0, 0, int(c.Extend/(24*time.Hour))), true
	}
	return due.Add(c.Extend), true
}

func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// Clock returns the rule with the given identifier.
func (r Regime) Clock(id string) (ClockRule, bool) {
	for _, c := range r.Clocks {
		if c.ID == id {
			return c, true
		}
	}
	return ClockRule{}, false
}

// ClocksFor returns the clocks that the addressee's receipt of an act starts for the addressee, the one to watch first. An
// emergency production order runs on "epoc-8h" instead of "epoc" (Regulation (EU) 2023/1543, Article 10(4)).
func (r Regime) ClocksFor(i Instrument, emergency bool) []ClockRule {
	var list []ClockRule
	for _, id := range r.Started[i] {
		if emergency && id == "epoc" {
			id = "epoc-8h"
		}
		if c, ok := r.Clock(id); ok {
			list = append(list, c)
		}
	}
	return list
}
