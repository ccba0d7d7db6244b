// SPDX-License-Identifier: EUPL-1.2

package iru

// AuthorityID numbers an authority.
type AuthorityID int64

// An AuthorityRole is what an authority is there for.
type AuthorityRole string

// The roles of Article 12(1) of Regulation (EU) 2021/784 that a letter of ours goes to.
const (
	RoleScrutinise AuthorityRole = "scrutinise" // (b) scrutinises removal orders of other states
	RoleOversee    AuthorityRole = "oversee"    // (c) oversees specific measures
)

// An Authority is a public body of a state in one of its roles.
type Authority struct {
	ID        AuthorityID
	Unit      UnitID // whose register it stands in
	Name      string
	Country   string // ISO 3166
	Role      AuthorityRole
	Mail      string
	Languages []string // ISO 639
}
