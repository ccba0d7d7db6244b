// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// DrillID numbers a practice order.
type DrillID int64

// A DrillState is where a practice order stands.
type DrillState string

// The states of a practice order.
const (
	DrillOrdered  DrillState = "ordered"
	DrillSent     DrillState = "sent"
	DrillReceived DrillState = "received"
	DrillAnswered DrillState = "answered"
	DrillFailed   DrillState = "failed"
)

// DrillTable is the state table of a practice order. An answer can be quicker than the proof of sending.
var DrillTable = Table[DrillState]{
	{DrillOrdered, "send", DrillSent},
	{DrillOrdered, "fail", DrillFailed},
	{DrillOrdered, "receive", DrillReceived},
	{DrillOrdered, "answer", DrillAnswered},
	{DrillSent, "receive", DrillReceived},
	{DrillSent, "answer", DrillAnswered},
	{DrillReceived, "answer", DrillAnswered},
}

// DrillTime is how long a provider has in a practice order, from the press of "received": that of Article 3(3), for practice. No clock of law.
const DrillTime = time.Hour

// A Drill is a harmless order that a provider practises with. It is no act: it names no address of anybody, asks for nothing, starts no
// clock, and no report counts it.
type Drill struct {
	ID         DrillID
	Unit       UnitID
	Ref        string // "PRACTICE-2026-0001"
	Provider   ProviderID
	By         OfficerID
	Lang       string
	Key        string
	Created    time.Time
	State      DrillState
	SentAt     time.Time
	Proof      string
	OpenedAt   time.Time
	ReceivedAt time.Time
	AnsweredAt time.Time
	Answer     string // kind of the answer
	Text       string // their words
	Digest     string // of the answer, as it is kept
	Once       string // the form that gave it
}

// Step moves a practice order by a verb of its table.
func (d Drill) Step(verb string, by OfficerID, at time.Time, note string) (Drill, Event, error) {
	to, err := DrillTable.Next(d.State, verb)
	if err != nil {
		return d, Event{}, err
	}
	e := change("drill", int64(d.ID), verb, d.State, to, by, d.Unit, at, note)
	d.State = to
	return d, e, nil
}
