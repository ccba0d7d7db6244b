// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/legal"
)

// FollowUpID numbers a follow-up.
type FollowUpID int64

// FollowUpState is where a follow-up stands.
type FollowUpState string

// The states of a follow-up.
const (
	FollowupPrepared  FollowUpState = "prepared"  // waits for a person
	FollowupReleased  FollowUpState = "released"  // a person made a draft of it, which takes the way of every draft
	FollowupDismissed FollowUpState = "dismissed" // a person said that nothing follows
	FollowupLapsed    FollowUpState = "lapsed"    // the address fell again, or is somebody else's, before anybody decided
)

// FollowUpTable is the state table of a follow-up.
var FollowUpTable = Table[FollowUpState]{
	{FollowupPrepared, "release", FollowupReleased},
	{FollowupPrepared, "dismiss", FollowupDismissed},
	{FollowupPrepared, "lapse", FollowupLapsed},
}

// A FollowUp is an act prepared after a return: the one that felled the address before, about what is up now. It is never sent by itself: a person
// makes a draft of it, and the draft needs the approvals that every act of its kind needs.
type FollowUp struct {
	ID         FollowUpID
	Unit       UnitID
	Asset      AssetID  // what is up now
	Fell       AssetID  // what had fallen: the same address, or the one whose place the new one takes
	Model      NoticeID // the act that had felled it
	Instrument legal.Instrument
	Layer      legal.Layer
	Why        string
	State      FollowUpState
	Made       time.Time
	By         OfficerID
	Decided    time.Time
	Reason     string   // of a dismissal
	Drafted    NoticeID // the draft that was made of it
}

// Step moves the follow-up by a verb of its table. Only a lapse needs no person.
func (f FollowUp) Step(verb string, by OfficerID, at time.Time, note string) (FollowUp, Event, error) {
	if err := byPerson(by, verb, "release", "dismiss"); err != nil {
		return f, Event{}, err
	}
	to, err := FollowUpTable.Next(f.State, verb)
	if err != nil {
		return f, Event{}, err
	}
	e := change("followup", int64(f.ID), verb, f.State, to, by, f.Unit, at, note)
	f.State, f.By, f.Decided, f.Reason = to, by, at, note
	return f, e.With("asset", int64(f.Asset)), nil
}
