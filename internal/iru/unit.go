// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/legal"
)

// UnitID numbers a unit.
type UnitID int64

// UnitState is whether a unit takes part.
type UnitState string

// The states of a unit.
const (
	UnitActive    UnitState = "active"
	UnitSuspended UnitState = "suspended"
)

// UnitTable is the state table of a unit.
var UnitTable = Table[UnitState]{
	{UnitActive, "suspend", UnitSuspended},
	{UnitSuspended, "restore", UnitActive},
}

// A Unit is a referral unit or another agency that acts under its own law.
type Unit struct {
	ID      UnitID
	Name    string
	Country string           // the state whose law it acts under
	Kind    legal.IssuerKind // what it may issue
	Mail    string           // address that addressees may write to
	State   UnitState
	Created time.Time

	Letterhead Letterhead
}

// A Letterhead is what a unit's documents say of it, and of how they can be challenged.
type Letterhead struct {
	Type           string `json:"type,omitempty"` // of authority: "judicial", "police" or "other"
	Address        string `json:"address,omitempty"`
	Phone          string `json:"phone,omitempty"`
	Fax            string `json:"fax,omitempty"`
	Representative string `json:"representative,omitempty"` // who certifies: name and post held
	Body           string `json:"body,omitempty"`           // before which an act can be challenged
	Deadline       string `json:"deadline,omitempty"`       // for that, in words
	Link           string `json:"link,omitempty"`           // to the provisions
	ForProvider    string `json:"for_provider,omitempty"`   // redress of the addressee of an order to act (DSA Art 9(2)(a)(v))
	ForRecipient   string `json:"for_recipient,omitempty"`  // and of the recipient of the service
	Provision      string `json:"provision,omitempty"`      // of national law on which orders to act rest
	Effect         string `json:"effect,omitempty"`         // authority that is told the effect given to them
	FlaggerBy      string `json:"flagger_by,omitempty"`     // who awarded the status of trusted flagger; "": nobody
	FlaggerSince   string `json:"flagger_since,omitempty"`
}
