// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A PartnerStanding is what a partner says of its own operation: of the one that we lead, or of the one that it leads and we take part in. T0 is the
// instant that it proposes, where it leads, and the one that its own director set, where it does not.
type PartnerStanding struct {
	ID        int64
	Operation OperationID
	Partner   PartnerID
	State     OperationState
	T0        time.Time
	First     time.Time // when its first act left
	Last      time.Time
	Director  string // the name of who releases there
	Note      string
	Said      time.Time // by its clock
	Heard     time.Time // by ours
}

// Agrees reports whether the partner's own director released for exactly that instant.
func (s PartnerStanding) Agrees(t0 time.Time) bool {
	return (s.State == OperationReleased || s.State == OperationClosed) && !t0.IsZero() && s.T0.Equal(t0)
}

// InvitationID numbers an invitation.
type InvitationID int64

// InvitationState is where an invitation stands.
type InvitationState string

// The states of an invitation.
const (
	InvitationOpen      InvitationState = "open"
	InvitationAccepted  InvitationState = "accepted"  // an operation of our own was made of it
	InvitationDeclined  InvitationState = "declined"  // with a reason
	InvitationWithdrawn InvitationState = "withdrawn" // the lead aborted before anybody decided
)

// InvitationTable is the state table of an invitation.
var InvitationTable = Table[InvitationState]{
	{InvitationOpen, "accept", InvitationAccepted},
	{InvitationOpen, "decline", InvitationDeclined},
	{InvitationOpen, "withdraw", InvitationWithdrawn},
}

// An Invitation asks us to take part in the operation of a partner.
type Invitation struct {
	ID        InvitationID
	Unit      UnitID
	Partner   PartnerID
	Operation string // UID
	Name      string
	Roles     []TaskRole
	Note      string
	Handling  Handling
	State     InvitationState
	At        time.Time
	By        OfficerID // who decided
	Decided   time.Time
	Reason    string
	Own       OperationID // what was made of it
}

// Step moves the invitation by a verb of its table. Only a withdrawal, which is the lead's word, needs no person.
func (i Invitation) Step(verb string, by OfficerID, at time.Time, why string) (Invitation, Event, error) {
	if err := byPerson(by, verb, "accept", "decline"); err != nil {
		return i, Event{}, err
	}
	if verb == "decline" && why == "" {
		return i, Event{}, Refuse(Invalid, "the reason is missing", "say to the lead why you do not take part")
	}
	to, err := InvitationTable.Next(i.State, verb)
	if err != nil {
		return i, Event{}, err
	}
	e := change("invitation", int64(i.ID), verb, i.State, to, by, i.Unit, at, why)
	i.State, i.By, i.Decided, i.Reason = to, by, at, why
	return i, e, nil
}
