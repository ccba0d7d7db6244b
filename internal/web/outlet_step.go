// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// outletVerbs are the steps of an outlet that have a page of their own.
var outletVerbs = []string{"close", "watch"}

// outletStep is the page before a step of an outlet, and the step.
func (v *visit) outletStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if !slices.Contains(outletVerbs, verb) {
		return iru.NotFound
	}
	var o iru.Outlet
	err = v.read(func(t *db.Tx) error {
		o, err = t.Outlet(ctx, v.scope, iru.OutletID(n))
		return err
	})
	if err != nil {
		return err
	}
	if err := v.mayStepOutlet(verb, o); err != nil {
		return err
	}
	title, base := outletVerbName(ctx, verb), "/outlets/"+id(o.ID)
	p := StepPage{Frame: v.frame("outlets", title+" · "+o.Name), Title: title, State: outletState(ctx, o.State), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}, {Text: o.Name, Href: base}}, Fields: []ui.Field{v.why(verb == "close")}}
	p.Frame.Handling = handling(o.Handling)
	if verb == "close" {
		p.Next = []string{ui.T(ctx, "Its addresses are not visited any more: what comes back is not seen."), ui.T(ctx, "Acts, clocks and operations that are under way go on."), ui.T(ctx, "It can be watched again at any time.")}
	} else {
		p.Next = []string{ui.T(ctx, "Its addresses are visited again; those that are down are looked at for a return.")}
	}
	return v.takeStep(p, func() (string, error) {
		if verb == "close" {
			_, err := v.desk.CloseOutlet(ctx, v.scope, o.ID, v.value("why"))
			return ui.T(ctx, "%s is no longer watched.", o.Name), err
		}
		_, err := v.desk.WatchOutlet(ctx, v.scope, o.ID, v.value("why"))
		return ui.T(ctx, "%s is watched again.", o.Name), err
	})
}
