// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// The demonstration's people. The password is printed and good for nothing else: the demonstration listens on loopback only.
const (
	demoPassword = "harbour weather at six"
	unitA        = "Unit A"
)

// A cast is the demonstration's units and officers, with a token each for the scripted ones.
type cast struct {
	units    []iru.Unit
	officers []iru.Officer
	tokens   map[string]string // by sign-in name
}

func (c cast) unitName(id iru.UnitID) string {
	for _, u := range c.units {
		if u.ID == id {
			return u.Name
		}
	}
	return "?"
}

func roleList(rs []iru.Role) string {
	var out []string
	for _, r := range rs {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// installed are the units of the demonstration. The first one leads.
var installed = []iru.Unit{
	{Name: unitA, Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"},
	{Name: "Unit B", Country: "XB", Kind: legal.CompetentAuthority, Mail: "referrals@unit-b.test"},
	{Name: "Unit C", Country: "XC", Kind: legal.NationalAuthority, Mail: "desk@unit-c.test"},
}

// A part is an officer whom the demonstration needs.
type part struct {
	unit  int // of installed
	login string
	name  string
	roles []iru.Role
}

// staff are the officers of three units in one house.
var staff = []part{
	{0, "ada", "Ada, analyst", []iru.Role{iru.Analyst, iru.Examiner}},
	{0, "ben", "Ben, analyst", []iru.Role{iru.Analyst}},
	{0, "lena", "Lena, legal reviewer", []iru.Role{iru.Reviewer}},
	{0, "sig", "Sigrid, signing officer", []iru.Role{iru.Signer}},
	{0, "dora", "Dora, director", []iru.Role{iru.Director, iru.Analyst}},
	{0, "lio", "Lio, liaison officer", []iru.Role{iru.Liaison}},
	{0, "audrey", "Audrey, auditor", []iru.Role{iru.Auditor}},
	{1, "bea", "Bea, legal reviewer", []iru.Role{iru.Reviewer, iru.Analyst}},
	{1, "bo", "Bo, signing officer", []iru.Role{iru.Signer}},
	{1, "brit", "Brit, liaison officer", []iru.Role{iru.Liaison}},
	{2, "cai", "Cai, legal reviewer", []iru.Role{iru.Reviewer, iru.Analyst}},
	{2, "col", "Col, signing officer", []iru.Role{iru.Signer}},
	{2, "cleo", "Cleo, liaison officer", []iru.Role{iru.Liaison}},
}

// directors are of the other units where each has an installation of its own: nobody else's director releases their acts.
var directors = []part{
	{1, "bram", "Bram, director", []iru.Role{iru.Director}},
	{2, "cora", "Cora, director", []iru.Role{iru.Director}},
}

// hire prepares an empty store: three units, their officers, and the first unit's directory of providers.
func (h *house) hire(ctx context.Context, r *sim.Range) (cast, error) {
	return h.people(ctx, r, installed[1:], staff)
}

// hireOwn prepares an empty store of one unit alone: its own officers, and its own directory of providers.
func (h *house) hireOwn(ctx context.Context, r *sim.Range, unit int) (cast, error) {
	var own []part
	for _, p := range slices.Concat(staff, directors) {
		if p.unit == unit {
			p.unit = 0
			own = append(own, p)
		}
	}
	return h.people(ctx, r, nil, own)
}

// people prepares an empty store: the unit of the house, others beside it, and officers of them all.
func (h *house) people(ctx context.Context, r *sim.Range, others []iru.Unit, parts []part) (cast, error) {
	c := cast{tokens: map[string]string{}}
	link, err := h.begin(ctx)
	if err != nil {
		return c, err
	}
	if link == "" {
		return c, iru.Refuse(iru.Conflict, "the demonstration needs an empty store", "name another folder with IOLAUS_DATA, or another database")
	}
	admin, err := h.desk.Accept(ctx, link, "Administrator", demoPassword)
	if err != nil {
		return c, err
	}
	admins := map[iru.UnitID]iru.Officer{admin.Unit: admin}
	for _, u := range others {
		if u, err = h.desk.AddUnit(ctx, admin.Scope(), u); err != nil {
			return c, err
		}
		login := "admin-" + strings.ToLower(u.Name[len("Unit "):])
		if admins[u.ID], err = h.admit(ctx, admin, iru.Officer{Unit: u.ID, Login: login, Name: "Administrator of " + u.Name, Roles: []iru.Role{iru.Administrator}}); err != nil {
			return c, err
		}
	}
	if err := h.db.View(ctx, func(t *db.Tx) error {
		c.units, err = t.Units(ctx)
		return err
	}); err != nil {
		return c, err
	}
	c.officers = append(c.officers, admin)
	for _, u := range c.units {
		if a := admins[u.ID]; a.ID != admin.ID {
			c.officers = append(c.officers, a)
		}
	}
	for _, p := range parts {
		unit := c.units[p.unit].ID
		o, err := h.admit(ctx, admins[unit], iru.Officer{Unit: unit, Login: p.login, Name: p.name, Roles: p.roles})
		if err != nil {
			return c, err
		}
		_, token, err := h.desk.IssueToken(ctx, o.Scope(), "demonstration", desk.TokenScopes, 24*time.Hour)
		if err != nil {
			return c, err
		}
		c.officers, c.tokens[p.login] = append(c.officers, o), token
	}
	return c, h.directory(ctx, c, r.World())
}

// admit has an administrator invite an officer, who comes in.
func (h *house) admit(ctx context.Context, by, o iru.Officer) (iru.Officer, error) {
	_, link, err := h.desk.Invite(ctx, by.Scope(), o)
	if err != nil {
		return o, err
	}
	return h.desk.Accept(ctx, link, o.Name, demoPassword)
}

// directory enters the providers that the unit knows already: those with an interface, with its credentials, and those whose own
// name carries their customers. Hosts and registrars that take mail are found by probing, and confirmed by a person.
func (h *house) directory(ctx context.Context, c cast, w sim.World) error {
	layers := map[sim.ProviderKind]legal.Layer{sim.Host: legal.Host, sim.CDN: legal.CDN, sim.AppStore: legal.AppStore, sim.AddonStore: legal.AddonStore,
		sim.ListHost: legal.Newsletter, sim.StreamHost: legal.StreamHost, sim.Platform: legal.Platform, sim.FileHost: legal.Host, sim.Archive: legal.Host}
	lio := c.officers[slices.IndexFunc(c.officers, func(o iru.Officer) bool { return o.Unit == c.units[0].ID && slices.Contains(o.Roles, iru.Liaison) })]
	for _, p := range w.Providers {
		layer, ok := layers[p.Kind]
		if !ok || (p.Kind == sim.Host && p.Desk.API == "") {
			continue
		}
		e := iru.Provider{Name: p.Name, Site: p.Domain, Layer: layer, Jurisdiction: p.State, Channel: iru.ByMail, Address: p.Desk.Mail, Source: "the unit's own directory"}
		if p.Desk.API != "" {
			e.Channel, e.Address, e.Token = iru.ByAPI, p.Desk.API, p.Desk.Token
		}
		e, err := h.desk.EnterProvider(ctx, lio.Scope(), e)
		if err != nil {
			return fmt.Errorf("enter %s: %w", p.Name, err)
		}
		if _, err := h.desk.Confirm(ctx, lio.Scope(), e.ID, e.Way(), "known from earlier correspondence"); err != nil {
			return err
		}
	}
	return nil
}
