// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// WaiverState is where a waiver of the 12 hours stands.
type WaiverState string

// The states of a waiver.
const (
	WaiverAsked   WaiverState = "asked"
	WaiverGranted WaiverState = "granted"
	WaiverRefused WaiverState = "refused"
)

// WaiverTable is the state table of a waiver.
var WaiverTable = Table[WaiverState]{
	{WaiverAsked, "grant", WaiverGranted},
	{WaiverAsked, "refuse", WaiverRefused},
}

// A Waiver lets a provider's first removal order leave before the 12 hours are over, in a duly justified emergency (TCO Art 3(2)): one
// named person asks with a reason, another one grants. It is for one act.
type Waiver struct {
	ID      int64
	Unit    UnitID
	Notice  NoticeID
	Reason  string
	By      OfficerID
	At      time.Time
	State   WaiverState
	Second  OfficerID
	Settled time.Time
	Note    string
}

// Ask opens a waiver.
func (w Waiver) Ask() (Waiver, Event, error) {
	if err := byPerson(w.By, "waive", "waive"); err != nil {
		return w, Event{}, err
	}
	if strings.TrimSpace(w.Reason) == "" {
		return w, Event{}, Refuse(Invalid, "an emergency that nobody explains is none", "say what makes it urgent (Article 3(2): duly justified)")
	}
	w.State = WaiverAsked
	e := Event{At: w.At, By: w.By, Unit: w.Unit, Subject: Subject{"waiver", w.ID}, Verb: "ask", To: string(w.State), Note: w.Reason, Index: -1}
	return w, e.With("notice", int64(w.Notice)), nil
}

// Settle is the second person's word.
func (w Waiver) Settle(verb string, by OfficerID, at time.Time, note string) (Waiver, Event, error) {
	if err := byPerson(by, verb, verb); err != nil {
		return w, Event{}, err
	}
	if by == w.By {
		return w, Event{}, Refuse(Forbidden, "who asks for the waiver cannot grant it", "a second, different officer must decide")
	}
	to, err := WaiverTable.Next(w.State, verb)
	if err != nil {
		return w, Event{}, err
	}
	e := change("waiver", w.ID, verb, w.State, to, by, w.Unit, at, note)
	w.State, w.Second, w.Settled, w.Note = to, by, at, note
	return w, e.With("notice", int64(w.Notice)).With("asked_by", int64(w.By)).With("reason", w.Reason), nil
}
