// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// OfficerID numbers an officer; 0 is the program itself.
type OfficerID int64

// OfficerState is whether an officer may sign in.
type OfficerState string

// The states of an officer.
const (
	OfficerInvited   OfficerState = "invited"
	OfficerActive    OfficerState = "active"
	OfficerSuspended OfficerState = "suspended"
)

// OfficerTable is the state table of an officer.
var OfficerTable = Table[OfficerState]{
	{OfficerInvited, "accept", OfficerActive},
	{OfficerInvited, "suspend", OfficerSuspended},
	{OfficerActive, "suspend", OfficerSuspended},
	{OfficerSuspended, "restore", OfficerActive},
}

// A Role is what an officer does in the unit.
type Role string

// The roles of mission.md.
const (
	Analyst       Role = "analyst"
	Reviewer      Role = "reviewer" // legal reviewer
	Signer        Role = "signer"
	Director      Role = "director" // of an operation
	Liaison       Role = "liaison"
	Examiner      Role = "examiner"
	Auditor       Role = "auditor"
	Administrator Role = "administrator"
)

// Roles lists the roles in the order of the documentation.
var Roles = []Role{Analyst, Reviewer, Signer, Director, Liaison, Examiner, Auditor, Administrator}

// A Power is one thing that an officer may do.
type Power string

// The powers. Reading one's own unit's cases needs ToRead; the log of consultations is the auditor's alone.
const (
	ToRead        Power = "read cases"
	ToWatch       Power = "put an address on watch"
	ToAttribute   Power = "attribute an asset to an outlet"
	ToAssess      Power = "assess content"
	ToDraft       Power = "draft a notice"
	ToEndorse     Power = "approve a notice first"
	ToSign        Power = "sign a binding act"
	ToAnswer      Power = "answer an addressee"
	ToConfirm     Power = "confirm a contact"
	ToPlan        Power = "plan an operation"
	ToPoll        Power = "answer a poll"
	ToRelease     Power = "release or abort an operation"
	ToAudit       Power = "read the log of consultations"
	ToAdminister  Power = "manage units, officers and tokens"
	ToCurateBanks Power = "enter known content"
	ToDisclose    Power = "hand evidence out"
	ToClassify    Power = "change handling codes"
	ToErase       Power = "erase an exhibit"
	ToScrutinise  Power = "scrutinise a draft as the home authority would"
	ToSchedule    Power = "change an addressee's calendar"
	ToDeconflict  Power = "say whether an asset may be touched"
)

var powers = map[Power][]Role{
	ToRead:        Roles,
	ToWatch:       {Analyst, Examiner},
	ToAttribute:   {Analyst, Examiner},
	ToAssess:      {Analyst, Reviewer},
	ToDraft:       {Analyst, Reviewer},
	ToEndorse:     {Analyst, Reviewer, Signer},
	ToSign:        {Signer},
	ToAnswer:      {Analyst, Reviewer, Liaison},
	ToConfirm:     {Analyst, Reviewer, Liaison},
	ToPlan:        {Director, Liaison, Analyst},
	ToPoll:        {Liaison},
	ToRelease:     {Director},
	ToAudit:       {Auditor},
	ToAdminister:  {Administrator},
	ToCurateBanks: {Analyst, Examiner},
	ToDisclose:    {Reviewer, Liaison, Examiner},
	ToClassify:    {Reviewer, Liaison},
	ToErase:       {Reviewer, Signer},
	ToScrutinise:  {Reviewer},
	ToSchedule:    {Analyst, Reviewer, Liaison},
	ToDeconflict:  {Liaison, Analyst, Reviewer},
}

// Powers lists every power with the roles that hold it.
func Powers() map[Power][]Role { return powers }

// An Officer is a named person of a unit.
type Officer struct {
	ID        OfficerID
	Unit      UnitID
	Login     string
	Name      string
	Roles     []Role
	State     OfficerState
	Created   time.Time
	Subject   string   // the person behind the account: issuer and subject of an identity provider, or an id that the administrator gave
	Languages []string // in which the officer reads, BCP 47
}

// Same reports whether two accounts are one person's: then they count as one wherever two persons are needed.
func (o Officer) Same(p Officer) bool {
	return o.ID == p.ID || o.Subject != "" && o.Subject == p.Subject
}

// Scope is what a person may see and do: every read by a person takes one, so that a read without one does not compile.
type Scope struct {
	Officer OfficerID
	Unit    UnitID
	Roles   []Role
	Token   int64 // the API token that was used; 0 for a session
	program bool
}

// Program is the scope of the program's own workers, which see every unit's cases and decide nothing.
func Program() Scope { return Scope{program: true} }

// ProgramFor is the scope of the program's own workers when what they do concerns one unit alone.
func ProgramFor(u UnitID) Scope { return Scope{Unit: u, program: true} }

// IsProgram reports whether this is the program itself.
func (s Scope) IsProgram() bool { return s.program }

// Reach is the unit whose cases the scope reaches: 0 for all (the program), -1 for none (a scope that nobody filled in).
func (s Scope) Reach() int64 {
	switch {
	case s.program:
		return int64(s.Unit)
	case s.Officer == 0 || s.Unit == 0:
		return -1
	}
	return int64(s.Unit)
}

// Scope gives the officer's own.
func (o Officer) Scope() Scope { return Scope{Officer: o.ID, Unit: o.Unit, Roles: o.Roles} }

// Has reports whether one of the roles is held.
func (s Scope) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// May refuses, with the reason, what none of the officer's roles allows.
func (s Scope) May(p Power) error {
	if s.Officer == 0 {
		return Refuse(Forbidden, "nobody is signed in", "sign in first")
	}
	if s.Has(powers[p]...) {
		return nil
	}
	var names []string
	for _, r := range powers[p] {
		names = append(names, string(r))
	}
	return Refuse(Forbidden, fmt.Sprintf("your roles do not allow you to %s", p), "ask a colleague with the role "+strings.Join(names, " or "))
}
