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
}
