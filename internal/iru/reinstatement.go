// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// ReinstatementState is where it stands that content is put back.
type ReinstatementState string

// The states of a reinstatement.
const (
	ReinstatementOwed     ReinstatementState = "owed"     // the order lost its effect; the provider is yet to be told
	ReinstatementAsked    ReinstatementState = "asked"    // it was told; we look
	ReinstatementSeen     ReinstatementState = "verified" // up again, by our own looks
	ReinstatementDeclined ReinstatementState = "declined" // the provider keeps it down by its own terms (TCO Art 4(7))
)

// ReinstatementTable is the state table of a reinstatement.
var ReinstatementTable = Table[ReinstatementState]{
	{ReinstatementOwed, "ask", ReinstatementAsked},
	{ReinstatementOwed, "verify", ReinstatementSeen},
	{ReinstatementAsked, "verify", ReinstatementSeen},
	{ReinstatementOwed, "decline", ReinstatementDeclined},
	{ReinstatementAsked, "decline", ReinstatementDeclined},
}

// A Reinstatement is owed when an act that had content removed loses its effect: annulled, found to infringe, or withdrawn.
type Reinstatement struct {
	ID       int64
	Unit     UnitID
	Notice   NoticeID
	Asset    AssetID
	Cause    string // "withdrawn", "infringement", "annulled"
	Why      string
	State    ReinstatementState
	Created  time.Time
	Verified time.Time
	Detail   string // what was seen, or the provider's reason
}

// Open reports whether we still look.
func (r Reinstatement) Open() bool {
	return r.State == ReinstatementOwed || r.State == ReinstatementAsked
}

// Step moves it by a verb of its table. That a provider keeps it down is a person's record.
func (r Reinstatement) Step(verb string, by OfficerID, at time.Time, note string) (Reinstatement, Event, error) {
	if err := byPerson(by, verb, "decline"); err != nil {
		return r, Event{}, err
	}
	to, err := ReinstatementTable.Next(r.State, verb)
	if err != nil {
		return r, Event{}, err
	}
	e := change("reinstatement", r.ID, verb, r.State, to, by, r.Unit, at, note)
	r.State = to
	if verb != "ask" {
		r.Detail = note
	}
	if verb == "verify" {
		r.Verified = at
	}
	return r, e.With("notice", int64(r.Notice)), nil
}
