// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"
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

// A Clock is a time limit that an event started.
type Clock struct {
	ID      ClockID
	Notice  NoticeID
	Rule    string // id in package legal, e.g. "tco-1h"
	Obliged string // who must act in time
	Source  string // the article
	Binding bool   // false: an internal target only
	Started time.Time
	Proof   string // what started it: "receipt 250 2.0.0 Ok by smtp"
	Length  time.Duration
	Due     time.Time
	State   ClockState
	Ended   time.Time
	Why     string // what stopped or replaced it
}

// Start begins a clock at the receipt.
func Start(notice NoticeID, rule, obliged, source string, binding bool, length time.Duration, at time.Time, proof string) Clock {
	return Clock{Notice: notice, Rule: rule, Obliged: obliged, Source: source, Binding: binding, Started: at, Proof: proof,
		Length: length, Due: at.Add(length), State: ClockRunning}
}

// Stop ends the clock with its proof.
func (c Clock) Stop(at time.Time, why string) (Clock, error) { return c.end("stop", at, why) }

// Restart ends this clock and begins the next one, as after an answer to a request for clarification (TCO Art 3(8)).
func (c Clock) Restart(at time.Time, why string) (old, next Clock, err error) {
	old, err = c.end("restart", at, why)
	if err != nil {
		return c, Clock{}, err
	}
	return old, Start(c.Notice, c.Rule, c.Obliged, c.Source, c.Binding, c.Length, at, why), nil
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
	case left < 0:
		return Overdue
	case left < min(AtRiskUnder, c.Length/4):
		return AtRisk
	}
	return OnTime
}

// Late reports whether the limit had passed when the clock ended, or has passed at now.
func (c Clock) Late(now time.Time) bool {
	if c.State != ClockRunning {
		return c.Ended.After(c.Due)
	}
	return now.After(c.Due)
}
