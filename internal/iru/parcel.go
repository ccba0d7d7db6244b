// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// OutgoingID numbers messages to partners.
type OutgoingID int64

// IncomingID numbers messages from partners.
type IncomingID int64

// OutgoingState is where a message to a partner stands.
type OutgoingState string

// The states of a message to a partner.
const (
	OutgoingQueued    OutgoingState = "queued"    // written with the decision that it tells
	OutgoingSealed    OutgoingState = "sealed"    // it has its number, and is sent until the partner has it
	OutgoingDelivered OutgoingState = "delivered" // durable at the partner
)

// OutgoingTable is the state table of a message to a partner. A new epoch, or another card, has what is not delivered sealed anew.
var OutgoingTable = Table[OutgoingState]{
	{OutgoingQueued, "seal", OutgoingSealed},
	{OutgoingSealed, "deliver", OutgoingDelivered},
	{OutgoingSealed, "unseal", OutgoingQueued},
}

// An Outgoing is a message to a partner. Its sealed bytes are kept: a partner that comes back with an old store is sent them again.
type Outgoing struct {
	ID        OutgoingID
	Partner   PartnerID
	Kind      MessageKind
	Handling  Handling
	Operation string // UID; "": of none
	Body      string // JSON
	Digest    string // SHA-256 of the sealed bytes, hex; "" until sealed
	Epoch     int64
	Seq       int64
	Sealed    []byte
	State     OutgoingState
	By        OfficerID // whose decision it tells; 0: the program's
	At        time.Time // when it was written
	Delivered time.Time
}

// IncomingState is where a message of a partner stands.
type IncomingState string

// The states of a message of a partner.
const (
	IncomingReceived  IncomingState = "received"  // durable, acknowledged; its effect is yet to come
	IncomingWaiting   IncomingState = "waiting"   // of an operation whose invitation nobody accepted yet
	IncomingApplied   IncomingState = "applied"   // its effect was stored with this state, once
	IncomingParked    IncomingState = "parked"    // it could not be applied, for the reason that stands with it: a person looks
	IncomingDismissed IncomingState = "dismissed" // a person said that it is left aside
)

// IncomingTable is the state table of a message of a partner.
var IncomingTable = Table[IncomingState]{
	{IncomingReceived, "apply", IncomingApplied},
	{IncomingReceived, "wait", IncomingWaiting},
	{IncomingReceived, "park", IncomingParked},
	{IncomingWaiting, "take_up", IncomingReceived},
	{IncomingWaiting, "dismiss", IncomingDismissed},
	{IncomingParked, "take_up", IncomingReceived},
	{IncomingParked, "dismiss", IncomingDismissed},
}

// An Incoming is a message of a partner, opened and its signature checked.
type Incoming struct {
	ID        IncomingID
	Partner   PartnerID
	Kind      MessageKind
	Handling  string // as the partner wrote it
	Operation string
	Body      string
	Digest    string // SHA-256 of the sealed bytes, hex
	Epoch     int64
	Seq       int64
	Said      time.Time // by the partner's clock
	At        time.Time // when it was taken here
	State     IncomingState
	Why       string // it was parked
	By        OfficerID
	Decided   time.Time
}
