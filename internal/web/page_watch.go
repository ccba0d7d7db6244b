// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// WatchPage puts an address on watch. It posts to /watch.
type WatchPage struct {
	Frame   ui.Frame
	Address string
	Kind    string
	Outlet  string
	Name    string
	Reason  string
	Outlets []iru.Outlet
	Known   iru.AssetID // the asset that is at the address already
	Errors  map[string]string
}

func (p WatchPage) fields(ctx context.Context) []ui.Field {
	kinds := []ui.Option{{Value: "", Text: ui.T(ctx, "find out from the address and the first capture")}}
	for _, k := range iru.AssetKinds {
		kinds = append(kinds, ui.Option{Value: string(k), Text: kindName(ctx, k)})
	}
	outlets := []ui.Option{{Value: "", Text: ui.T(ctx, "none: leave it as a candidate")}}
	for _, o := range p.Outlets {
		outlets = append(outlets, ui.Option{Value: id(o.ID), Text: o.Name})
	}
	return []ui.Field{
		{Name: "address", Label: ui.T(ctx, "Address"), Value: p.Address, Required: true, Max: 2048, Error: p.Errors["address"], Hint: ui.T(ctx, "As it is or defanged: hxxps://news[.]example[.]test"), Lang: "en",
			Autocomplete: "off", More: map[string]any{"spellcheck": "false", "autocapitalize": "none"}},
		{Name: "kind", Type: "select", Label: ui.T(ctx, "Kind"), Value: p.Kind, Options: kinds, Error: p.Errors["kind"]},
		{Name: "outlet", Type: "select", Label: ui.T(ctx, "Outlet that it carries"), Value: p.Outlet, Options: outlets, Error: p.Errors["outlet"]},
		{Name: "name", Label: ui.T(ctx, "Or a new outlet, by name"), Value: p.Name, Max: 200, Error: p.Errors["name"]},
		{Name: "reason", Type: "textarea", Rows: 3, Label: ui.T(ctx, "Reason, in your words"), Value: p.Reason, Required: true, Max: 2000, Error: p.Errors["reason"], Hint: ui.T(ctx, "It is kept with the decision, and read by auditors.")},
	}
}
