// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// FirstStartPage is what a one-time link opens: a person sets a name and a password. It posts name, password and again to Action,
// which carries the link's secret.
type FirstStartPage struct {
	Frame   ui.Frame
	Action  string
	Unit    string // that invites; empty at the very first start
	Login   string // the name to sign in with
	Role    string // what the person will be, translated
	Expires string // until when the link works, as shown
	Name    string // as typed
	Errors  map[string]string
}

// MinPassword is the shortest password accepted, in characters (NIST SP 800-63B-4, 3.1.1.2: 15 where it stands alone).
const MinPassword = 15

func (p FirstStartPage) fields(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "name", Label: ui.T(ctx, "Your name, as colleagues and the ledger will see it"), Value: p.Name, Required: true, Max: 200,
			Autocomplete: "username", Error: p.Errors["name"], Hint: ui.T(ctx, "A role such as “Analyst 4” is enough.")},
		{Name: "password", Label: ui.T(ctx, "Password"), Type: "password", Required: true, Max: 1024, Autocomplete: "new-password",
			Error: p.Errors["password"], Hint: ui.T(ctx, "At least %d characters. A sentence is easier than signs and digits.", MinPassword)},
		{Name: "again", Label: ui.T(ctx, "The same password again"), Type: "password", Required: true, Max: 1024, Autocomplete: "new-password",
			Error: p.Errors["again"]},
	}
}

func (p FirstStartPage) unit(ctx context.Context) string {
	if p.Unit == "" {
		return ui.T(ctx, "not yet named")
	}
	return p.Unit
}
