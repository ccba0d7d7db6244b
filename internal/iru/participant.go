// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
)

// ParticipantID numbers who takes part in an operation.
type ParticipantID int64

// PartnerID numbers a unit with an installation of its own.
type PartnerID int64

// A ParticipantKind is what a participant is.
type ParticipantKind string

// The kinds of a participant.
const (
	KindUnit       ParticipantKind = "unit"       // a referral unit or another agency that issues acts
	KindProsecutor ParticipantKind = "prosecutor" // a court's or prosecutor's office
	KindSupport    ParticipantKind = "support"    // a body that helps and issues nothing
)

// ParticipantKinds lists the kinds.
var ParticipantKinds = []ParticipantKind{KindUnit, KindProsecutor, KindSupport}

// A TaskRole is what a participant does in an operation.
type TaskRole string

// The roles of an operation.
const (
	RoleLead            TaskRole = "lead"
	RoleSeizeEvidence   TaskRole = "seize_evidence"
	RoleSeizeServers    TaskRole = "seize_servers"
	RoleReferRegistrars TaskRole = "refer_registrars"
	RoleOrderRemoval    TaskRole = "order_removal"
	RoleObserve         TaskRole = "observe"
)

// TaskRoles lists the roles in the order of a table.
var TaskRoles = []TaskRole{RoleLead, RoleSeizeEvidence, RoleSeizeServers, RoleReferRegistrars, RoleOrderRemoval, RoleObserve}

// Acts reports whether the role has tasks, and with them a poll: who leads or observes alone touches nothing.
func (r TaskRole) Acts() bool {
	return r != RoleLead && r != RoleObserve && slices.Contains(TaskRoles, r)
}

// A Participant is who takes part in an operation, and as what.
type Participant struct {
	ID        ParticipantID
	Operation OperationID
	Unit      UnitID    // a unit of this installation, or 0
	Partner   PartnerID // a unit with an installation of its own, or 0; both 0: a body without a machine, whose answers a person enters
	Kind      ParticipantKind
	Name      string
	Country   string
	Roles     []TaskRole
	Heard     time.Time // when something of it was last heard
}

// Check refuses a participant that cannot be. Its error is Invalid.
func (p Participant) Check() error {
	switch {
	case !slices.Contains(ParticipantKinds, p.Kind):
		return Refuse(Invalid, fmt.Sprintf("%.20q is no kind of participant", string(p.Kind)), "it is unit, prosecutor or support")
	case p.Unit != 0 && p.Partner != 0:
		return Refuse(Invalid, "a participant is a unit of this house or a partner, not both", "")
	case strings.TrimSpace(p.Name) == "":
		return Refuse(Invalid, "the participant has no name", "say who takes part")
	case len(p.Roles) == 0:
		return Refuse(Invalid, p.Name+" has no role", "choose at least one; observe sees and does nothing")
	}
	for n, r := range p.Roles {
		if !slices.Contains(TaskRoles, r) || slices.Contains(p.Roles[:n], r) {
			return Refuse(Invalid, fmt.Sprintf("%.20q is no role, or stands there twice", string(r)), "choose each once")
		}
	}
	if p.Kind == KindSupport && slices.ContainsFunc(p.Roles, TaskRole.Acts) {
		return Refuse(Invalid, "a supporting body issues nothing", "let it observe, or name it as a unit")
	}
	return nil
}

// Has reports whether it takes part as one of the roles.
func (p Participant) Has(roles ...TaskRole) bool {
	return slices.ContainsFunc(roles, func(r TaskRole) bool { return slices.Contains(p.Roles, r) })
}

// Acting lists its roles that have tasks, in the order of TaskRoles.
func (p Participant) Acting() []TaskRole {
	var out []TaskRole
	for _, r := range TaskRoles {
		if r.Acts() && p.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// Acts reports whether it has a role with tasks: only then it is polled, and asked before an asset is touched.
func (p Participant) Acts() bool { return len(p.Acting()) > 0 }

// Alone reports whether no machine speaks for it: a person of the unit that leads enters its answers.
func (p Participant) Alone() bool { return p.Unit == 0 && p.Partner == 0 }

// RoleFor is the role under which it does what usually falls under want: that one if it has it, else the first that acts; "" for none.
func (p Participant) RoleFor(want TaskRole) TaskRole {
	acting := p.Acting()
	switch {
	case slices.Contains(acting, want):
		return want
	case slices.Contains(acting, RoleOrderRemoval):
		return RoleOrderRemoval
	case len(acting) > 0:
		return acting[0]
	}
	return ""
}

// UsualRole is the role under which an instrument on a layer falls.
func UsualRole(l legal.Layer, i legal.Instrument) TaskRole {
	switch {
	case i == legal.PreservationOrder || i == legal.ProductionOrder:
		return RoleSeizeEvidence
	case l == legal.Registrar || l == legal.Registry:
		return RoleReferRegistrars
	}
	return RoleOrderRemoval
}
