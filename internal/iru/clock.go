// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"

	"iolaus/internal/legal"
)

// ClockID numbers a clock.
type ClockID int64

// ClockState is whether a clock runs.
type ClockState string

// The states of a clock. "Overdue" is none of them: it is computed from facts and the time.
const (
	ClockRunning  ClockState = "running"
	ClockStopped  ClockState = "stopped"
	ClockReplaced ClockState = "replaced" // a restart began a new one
)

// ClockTable is the state table of a clock.
var ClockTable = Table[ClockState]{
	{ClockRunning, "stop", ClockStopped},
	{ClockRunning, "restart", ClockReplaced},
	{ClockStopped, "restart", ClockReplaced},
}

// A Clock is a time limit that an event started: on an act, a scrutiny, a provider, a decision not to disclose, a person's data.
type Clock struct {
	ID       ClockID
	Unit     UnitID // whose clock it is
	About    Subject
	Notice   NoticeID   // the act in whose case it runs; 0: none
	Provider ProviderID // whom it concerns; 0: none
	Ref      string     // what people call the thing: "RO-2026-0412"
	Rule     string     // id in package legal, e.g. "tco-1h"
	Sense    legal.Sense
	Zone     string // in which it was counted: "Europe/Vienna"; "" is UTC
	Obliged  string // who must act in time
	Source   string // the article
	Binding  bool   // false: an internal target only
	Started  time.Time
	Proof    string // what started it: "receipt 250 2.0.0 Ok by smtp"
	Length   time.Duration
	Due      time.Time
	State    ClockState
	Ended    time.Time
	Why      string    // what stopped or replaced it
	Extended time.Time // when it was prolonged; zero: never
	By       OfficerID // who entered the event that started it; 0: the program saw it
}

// Begin starts a clock by its rule at an event. c says what it is about, and in which zone it is counted; false where the law gives no
// length, so that a person must enter the end.
func (c Clock) Begin(r legal.ClockRule, at time.Time, proof string) (Clock, bool) {
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		c.Zone, loc = "", time.UTC
	}
	due, ok := r.End(at.In(loc))
	if !ok {
		due = at
	}
	return c.Until(r, at, due, proof), ok
}

// Until is Begin with an end that somebody named.
func (c Clock) Until(r legal.ClockRule, at, due time.Time, proof string) Clock {
	c.ID, c.Rule, c.Obliged, c.Source, c.Binding, c.Sense = 0, r.ID, r.Obliged, r.Source, !r.Internal, r.Sense
	c.Started, c.Proof, c.Due, c.Length, c.State = at, proof, due.UTC(), due.Sub(at), ClockRunning
	c.Ended, c.Why, c.Extended = time.Time{}, "", time.Time{}
	return c
}

// Extend prolongs a clock that runs, once unless the law lets it be prolonged again; until is the new end, zero the longest that the law
// allows. The event is the record of it.
func (c Clock) Extend(r legal.ClockRule, until time.Time, by OfficerID, now time.Time, why string) (Clock, Event, error) {
	if by == 0 {
		return c, Event{}, Refuse(Forbidden, "only a person prolongs a time limit", "")
	}
	last, ok := r.Longest(c.Due.In(c.zone()))
	switch {
	case !ok:
		return c, Event{}, Refuse(Conflict, "the law knows no extension of this time limit ("+r.Source+")", "")
	case c.State != ClockRunning:
		return c, Event{}, Refuse(Conflict, "the clock does not run", "")
	case !c.Extended.IsZero() && !r.Longer:
		return c, Event{}, Refuse(Conflict, "it was extended before, and the law allows that once ("+r.Source+")", "let it end, or decide anew on new grounds")
	case !now.Before(c.Due):
		return c, Event{}, Refuse(Conflict, "its time has ended: what has ended is not extended", "decide anew on new grounds")
	case until.IsZero() && last.IsZero():
		return c, Event{}, Refuse(Invalid, "it is not said until when", "name the new end")
	}
	if until.IsZero() {
		until = last
	}
	if !until.After(c.Due) || !last.IsZero() && until.After(last) {
		return c, Event{}, Refuse(Invalid, "the new end is not after the present one, or later than the law allows", "the law allows "+r.Term)
	}
	was := c.Due
	c.Extended, c.Due, c.Length = now, until.UTC(), until.Sub(c.Started)
	e := Event{At: now, By: by, Unit: c.Unit, Subject: Subject{"clock", int64(c.ID)}, Verb: "extend", Note: why, Index: -1}
	return c, e.With("was", was.Format(time.RFC3339)).With("due", c.Due.Format(time.RFC3339)), nil
}

func (c Clock) zone() *time.Location {
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Start begins a clock at the receipt.
func Start(notice NoticeID, rule, obliged, source string, binding bool, length time.Duration, at time.Time, proof string) Clock {
	return Clock{Notice: notice, About: Subject{"notice", int64(notice)}, Sense: legal.Deadline, Rule: rule, Obliged: obliged, Source: source, Binding: binding, Started: at, Proof: proof,
		Length: length, Due: at.Add(length), State: ClockRunning}
}

// Stop ends the clock with its proof.
func (c Clock) Stop(at time.Time, why string) (Clock, error) { return c.end("stop", at, why) }

// Restart ends this clock and begins the next one, as after an answer to a request for clarification (TCO Art 3(8)).
func (c Clock) Restart(at time.Time, why string) (old, next Clock, err error) {
	return c.RestartBy(legal.ClockRule{ID: c.Rule, Length: c.Length, Obliged: c.Obliged, Source: c.Source, Sense: c.Sense, Internal: !c.Binding}, at, at, why)
}

// RestartBy is Restart by the clock's rule: the old one ended at end, the next one begins at begin, which a correction may put before that.
func (c Clock) RestartBy(r legal.ClockRule, end, begin time.Time, why string) (old, next Clock, err error) {
	old, err = c.end("restart", end, why)
	if err != nil {
		return c, Clock{}, err
	}
	next, _ = c.Begin(r, begin, why)
	return old, next, nil
}

func (c Clock) end(verb string, at time.Time, why string) (Clock, error) {
	to, err := ClockTable.Next(c.State, verb)
	if err != nil {
		return c, err
	}
	c.State, c.Ended, c.Why = to, at, why
	return c, nil
}

// A ClockStatus is what a clock shows at a moment.
type ClockStatus string

// What a clock can show.
const (
	OnTime  ClockStatus = "on time"
	AtRisk  ClockStatus = "at risk"
	Overdue ClockStatus = "overdue"
	Halted  ClockStatus = "stopped"
	Over    ClockStatus = "over" // a window, a time to keep or to wait has ended; nobody is late
)

// AtRiskUnder is the time left from which a clock of an hour or more is at risk; of a shorter one it is the last quarter.
const AtRiskUnder = 15 * time.Minute

// Status computes what the clock shows at now.
func (c Clock) Status(now time.Time) ClockStatus {
	if c.State != ClockRunning {
		return Halted
	}
	left := c.Due.Sub(now)
	switch {
	case left < 0 && c.Sense != legal.Deadline && c.Sense != "":
		return Over
	case left < 0:
		return Overdue
	case left < min(AtRiskUnder, c.Length/4):
		return AtRisk
	}
	return OnTime
}

// Late reports whether the limit had passed when the clock ended, or has passed at now. Only a deadline can be missed.
func (c Clock) Late(now time.Time) bool {
	if c.Sense != legal.Deadline && c.Sense != "" {
		return false
	}
	if c.State != ClockRunning {
		return c.Ended.After(c.Due)
	}
	return now.After(c.Due)
}

// Theirs reports whether the obliged is an addressee of ours and not the unit or an authority.
func (c Clock) Theirs() bool {
	return strings.HasPrefix(c.Obliged, "provider") || c.Obliged == "addressee" || strings.HasPrefix(c.Obliged, "registr")
}
