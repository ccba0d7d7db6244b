// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// AdminPage is who works here: units, officers, and how they come in.
type AdminPage struct {
	Frame    ui.Frame
	Said     string
	Link     string // a one-time link, shown once
	LinkFor  string
	Units    []iru.Unit
	UnitsTab ui.Table
	Officers ui.Table
	Problem  string // with the invitation
	Unit     iru.Unit
	Officer  iru.Officer // as typed
	UnitBad  string      // with the unit
}

func (p AdminPage) officerFields(ctx context.Context) []ui.Field {
	units := []ui.Option{}
	for _, u := range p.Units {
		units = append(units, ui.Option{Value: id(u.ID), Text: join(u.Name, u.Country)})
	}
	return []ui.Field{
		{Name: "login", Label: ui.T(ctx, "Sign-in name"), Value: p.Officer.Login, Required: true, Max: 60, Autocomplete: "off", Hint: ui.T(ctx, "Small letters; it cannot be changed later.")},
		{Name: "name", Label: ui.T(ctx, "Name in the ledger"), Value: p.Officer.Name, Required: true, Max: 200, Autocomplete: "off", Hint: ui.T(ctx, "A role such as “Analyst 4” is enough.")},
		{Name: "unit", ID: "officer-unit", Label: ui.T(ctx, "Unit"), Type: "select", Options: units, Value: id(p.Officer.Unit), Required: true},
	}
}

func (p AdminPage) roles(ctx context.Context) ui.Choice {
	c := ui.Choice{Name: "role", Question: ui.T(ctx, "Roles"), Many: true, Required: true}
	for _, r := range iru.Roles {
		c.Options = append(c.Options, ui.ChoiceOption{Value: string(r), Text: roleName(ctx, r), Hint: roleHint(ctx, r)})
	}
	for _, r := range p.Officer.Roles {
		c.Chosen = append(c.Chosen, string(r))
	}
	return c
}

func (p AdminPage) unitFields(ctx context.Context) []ui.Field {
	kinds := []ui.Option{}
	for _, k := range legal.Issuers() {
		kinds = append(kinds, ui.Option{Value: string(k), Text: issuerName(ctx, k)})
	}
	return []ui.Field{
		{Name: "name", ID: "unit-name", Label: ui.T(ctx, "Name of the unit"), Value: p.Unit.Name, Required: true, Max: 200, Autocomplete: "off"},
		{Name: "country", Label: ui.T(ctx, "Country"), Value: p.Unit.Country, Required: true, Max: 40, Hint: ui.T(ctx, "The state whose law it acts under.")},
		{Name: "kind", Label: ui.T(ctx, "Acts as"), Type: "select", Options: kinds, Value: string(p.Unit.Kind), Required: true, Hint: ui.T(ctx, "This decides which instruments it may issue.")},
		{Name: "mail", Label: ui.T(ctx, "Mail address for addressees"), Value: p.Unit.Mail, Max: 300, Autocomplete: "off"},
	}
}

// roleHint says what a role may do.
func roleHint(ctx context.Context, r iru.Role) string {
	//exhaustive:enforce
	switch r {
	case iru.Analyst:
		return ui.T(ctx, "watches, assesses, drafts, approves first")
	case iru.Reviewer:
		return ui.T(ctx, "assesses, drafts, approves first, gives the lawyer's look")
	case iru.Signer:
		return ui.T(ctx, "approves first and signs binding acts")
	case iru.Director:
		return ui.T(ctx, "plans, releases and aborts an operation")
	case iru.Liaison:
		return ui.T(ctx, "answers addressees and polls, confirms contacts")
	case iru.Examiner:
		return ui.T(ctx, "watches, attributes, keeps evidence")
	case iru.Auditor:
		return ui.T(ctx, "reads the log of every unit, consultations too")
	case iru.Administrator:
		return ui.T(ctx, "invites officers and enters units, decides nothing")
	}
	return ""
}

// MePage is what an officer has: roles and tokens.
type MePage struct {
	Frame    ui.Frame
	Said     string
	Officer  iru.Officer
	Unit     iru.Unit
	Secret   string // of a token, shown once
	Problem  string
	Name     string
	Scopes   []string
	Days     string
	Tokens   ui.Table
	MayAdmin bool

	Languages    string // as they were written
	LanguagesBad string
}

func (p MePage) terms(ctx context.Context) ui.Terms {
	var roles []string
	for _, r := range p.Officer.Roles {
		roles = append(roles, roleName(ctx, r))
	}
	return ui.Terms{
		{Name: ui.T(ctx, "Name"), Value: ui.Isolated(p.Officer.Name)},
		{Name: ui.T(ctx, "Sign-in name"), Value: ui.Isolated(p.Officer.Login)},
		{Name: ui.T(ctx, "Unit"), Value: ui.All(ui.Isolated(p.Unit.Name), ui.Text(issuerName(ctx, p.Unit.Kind)))},
		{Name: ui.T(ctx, "Roles"), Value: ui.Text(list(roles))},
	}
}

func (p MePage) fields(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "name", Label: ui.T(ctx, "Which program it is for"), Value: p.Name, Required: true, Max: 100, Autocomplete: "off"},
		{Name: "days", Label: ui.T(ctx, "Good for, in days"), Type: "number", Value: p.Days, Required: true, More: map[string]any{"min": "1", "max": "366", "inputmode": "numeric"}},
	}
}

func (p MePage) scopes(ctx context.Context) ui.Choice {
	return ui.Choice{Name: "scope", Question: ui.T(ctx, "What it may do in your name"), Many: true, Required: true, Chosen: p.Scopes, Options: []ui.ChoiceOption{
		{Value: "read", Text: ui.T(ctx, "read")},
		{Value: "decide", Text: ui.T(ctx, "decide"), Hint: ui.T(ctx, "watch, attribute, assess, draft, answer")},
		{Value: "approve", Text: ui.T(ctx, "approve"), Hint: ui.T(ctx, "approve, poll, release: give this to nobody lightly")},
	}, Hint: ui.T(ctx, "Never more than your own roles allow.")}
}

func (p MePage) buttons(ctx context.Context) []ui.Button {
	if !p.MayAdmin {
		return nil
	}
	return []ui.Button{{Text: ui.T(ctx, "Administration"), Href: "/admin"}}
}
