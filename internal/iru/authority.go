// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"net/mail"
	"slices"
	"strings"
	"time"
)

// AuthorityID numbers an authority.
type AuthorityID int64

// An AuthorityRole is what an authority is there for.
type AuthorityRole string

// The roles. The first four are those of Article 12(1) of Regulation (EU) 2021/784.
const (
	RoleIssue      AuthorityRole = "issue"      // (a) issues removal orders
	RoleScrutinise AuthorityRole = "scrutinise" // (b) scrutinises removal orders of other states
	RoleOversee    AuthorityRole = "oversee"    // (c) oversees specific measures
	RolePenalise   AuthorityRole = "penalise"   // (d) imposes penalties
	RoleThreat     AuthorityRole = "threat"     // takes reports of a threat to life (Article 14(5))
	RoleEnforce    AuthorityRole = "enforce"    // enforces European production and preservation orders (Regulation (EU) 2023/1543)
	RoleDSC        AuthorityRole = "dsc"        // digital services coordinator (Regulation (EU) 2022/2065, Article 49)
)

// AuthorityRoles lists the roles.
var AuthorityRoles = []AuthorityRole{RoleIssue, RoleScrutinise, RoleOversee, RolePenalise, RoleThreat, RoleEnforce, RoleDSC}

// An Authority is a public body of a state in one of its roles; a body with several roles stands once for each.
type Authority struct {
	ID          AuthorityID
	Unit        UnitID // whose register it stands in
	Name        string
	Country     string // ISO 3166, or the code that the range uses
	Role        AuthorityRole
	Mail        string
	Phone       string
	Page        string
	Languages   []string // ISO 639
	Seal        Seal
	SealKey     string
	Source      string
	State       ContactState
	ConfirmedBy OfficerID
	ConfirmedAt time.Time
	Note        string
	Created     time.Time
}

// Way is how it is reached, in words that a confirmation names.
func (a Authority) Way() string {
	return strings.TrimSpace(way(strings.TrimSpace(a.Mail+" "+a.Phone), a.Page, a.SealKey))
}

// Check refuses an authority that could not be written to.
func (a Authority) Check() error {
	if strings.TrimSpace(a.Name) == "" || a.Country == "" {
		return Refuse(Invalid, "an authority needs a name and a state", "")
	}
	if err := CheckState(a.Country); err != nil {
		return err
	}
	if !slices.Contains(AuthorityRoles, a.Role) {
		return Refuse(Invalid, "the role "+clip(string(a.Role), 20)+" is not known", "choose issue, scrutinise, oversee, penalise, threat, enforce or dsc")
	}
	if m, err := mail.ParseAddress(a.Mail); a.Mail != "" && (err != nil || m.Address != a.Mail) {
		return Refuse(Invalid, "that is no mail address: "+clip(a.Mail, 80), "write it alone, without a name")
	}
	if a.Mail == "" && a.Phone == "" && a.Page == "" {
		return Refuse(Invalid, "it is not said how the authority is reached", "write a mail address, a telephone number or a page")
	}
	if err := CheckLanguages(a.Languages); err != nil {
		return err
	}
	return CheckSeal(a.Seal, a.SealKey)
}

// Change takes in what an officer or a file says; another way to reach it must be confirmed again.
func (a Authority) Change(to Authority, by OfficerID, at time.Time, why string) (Authority, Event) {
	from := a.State
	to.ID, to.Unit, to.Name, to.Country, to.Role, to.Created = a.ID, a.Unit, a.Name, a.Country, a.Role, a.Created
	to.State, to.ConfirmedBy, to.ConfirmedAt = a.State, a.ConfirmedBy, a.ConfirmedAt
	if to.Way() != a.Way() {
		if next, err := ContactTable.Next(a.State, "change"); err == nil {
			to.State = next
		}
	}
	return to, change("authority", int64(a.ID), "change", from, to.State, by, a.Unit, at, why)
}

// Confirm is a person's word that it is reached so.
func (a Authority) Confirm(by OfficerID, at time.Time, note string) (Authority, Event, error) {
	if by == 0 {
		return a, Event{}, Refuse(Forbidden, "only a person confirms a contact", "")
	}
	to, err := ContactTable.Next(a.State, "confirm")
	if err != nil {
		return a, Event{}, err
	}
	e := change("authority", int64(a.ID), "confirm", a.State, to, by, a.Unit, at, note)
	a.State, a.ConfirmedBy, a.ConfirmedAt = to, by, at
	return a, e, nil
}

// Stale reports whether its confirmation is older than ContactStale.
func (a Authority) Stale(now time.Time) bool {
	return a.State == ContactConfirmed && now.Sub(a.ConfirmedAt) > ContactStale
}
