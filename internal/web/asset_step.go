// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// assetVerbs are the steps of an asset that have a page of their own.
var assetVerbs = []string{"reconsider", "give_up"}

// assetStep is the page before a step of an asset, and the step.
func (v *visit) assetStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if !slices.Contains(assetVerbs, verb) {
		return iru.NotFound
	}
	var a iru.Asset
	err = v.read(func(t *db.Tx) error {
		a, err = t.Asset(ctx, v.scope, iru.AssetID(n))
		return err
	})
	if err != nil {
		return err
	}
	if err := v.mayStepAsset(verb, a); err != nil {
		return err
	}
	title, name, base := assetVerbName(ctx, verb), kindName(ctx, a.Kind)+" "+id(a.ID), "/assets/"+id(a.ID)
	p := StepPage{Frame: v.frame("outlets", title+" · "+name), Title: title, State: assetState(ctx, a.State), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base, Fields: []ui.Field{v.why(true)},
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}, {Text: name, Href: base}}, Facts: ui.Terms{{Name: ui.T(ctx, "Address"), Value: address(a.Locator)}}}
	if verb == "give_up" {
		p.Next = []string{ui.T(ctx, "No act against it is pursued any more; it counts as attributed, not as down."), ui.T(ctx, "It is watched as before, and an act may be drafted again at any time.")}
	} else {
		p.Next = []string{ui.T(ctx, "It is a candidate again: nobody's until a person says whose it is."), ui.T(ctx, "The earlier word on it stays in the ledger, with yours beside it.")}
	}
	return v.takeStep(p, func() (string, error) {
		if verb == "give_up" {
			_, err := v.desk.GiveUp(ctx, v.scope, a.ID, v.value("why"))
			return ui.T(ctx, "Asset %s was given up. It is watched as before.", id(a.ID)), err
		}
		_, err := v.desk.Reconsider(ctx, v.scope, a.ID, v.value("why"))
		return ui.T(ctx, "Asset %s is a candidate again.", id(a.ID)), err
	})
}
