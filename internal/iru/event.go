// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// EventID numbers an event in the order in which it was written; its place in the ledger is another number.
type EventID int64

// A Subject says what an event is about.
type Subject struct {
	Noun string // "notice", "asset", ...
	ID   int64
}

// An Event is what happened, who did it and when: written in the transaction that made it true, sequenced into the ledger
// afterwards. The ledger holds a salted commitment to it, never the event itself.
type Event struct {
	ID      EventID
	At      time.Time
	By      OfficerID // 0: the program itself
	Unit    UnitID
	Subject Subject
	Verb    string
	From    string // state before; "" where no state changed
	To      string
	Note    string         // why, in words, or what was seen
	Facts   map[string]any // further facts; values are strings, numbers, booleans or lists of them
	Index   int64          // place in the ledger; -1 until sequenced
}

// Change makes the event of a state change.
func change[S ~string](noun string, id int64, verb string, from, to S, by OfficerID, unit UnitID, at time.Time, note string) Event {
	return Event{At: at, By: by, Unit: unit, Subject: Subject{noun, id}, Verb: verb, From: string(from), To: string(to), Note: note, Index: -1}
}

// With adds a fact and returns the event.
func (e Event) With(key string, value any) Event {
	facts := map[string]any{key: value}
	for k, v := range e.Facts {
		facts[k] = v
	}
	e.Facts = facts
	return e
}

// Consultation reports whether the event says who looked into something or took evidence along: that log is the auditor's alone to read
// (Directive (EU) 2016/680, Article 25).
func (e Event) Consultation() bool {
	return e.Verb == "consult" || e.Subject.Noun == "exhibit" && e.Verb == "take"
}
