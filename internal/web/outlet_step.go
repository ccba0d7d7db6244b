// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// outletVerbs are the steps of an outlet that have a page of their own.
var outletVerbs = []string{"close", "watch", "classify"}

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
	if verb == "classify" {
		return v.classifyOutlet(p, o)
	}
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

// classifyOutlet is the page on which an outlet's handling codes are changed, and the change.
func (v *visit) classifyOutlet(p StepPage, o iru.Outlet) error {
	ctx, h := v.ctx(), o.Handling
	if v.r.Method == http.MethodPost {
		h = v.typedHandling()
	}
	p.Next = []string{ui.T(ctx, "The codes hold for all evidence of this outlet, from now on."), ui.T(ctx, "Codes are opened with leave of whom the information came from: say in the reason who gave it.")}
	p.Fields = append(handlingFields(ctx, h), v.why(true))
	return v.takeStep(p, func() (string, error) {
		_, err := v.desk.Classify(ctx, v.scope, o.ID, h, v.value("why"))
		return ui.T(ctx, "%s has new handling codes.", o.Name), err
	})
}

// handlingFields ask for handling codes.
func handlingFields(ctx context.Context, h iru.Handling) []ui.Field {
	choice := func(name, label, hint, is string, codes []string, prefix string) ui.Field {
		f := ui.Field{Name: name, Label: label, Hint: hint, Type: "select", Value: is, Required: true}
		for _, c := range codes {
			f.Options = append(f.Options, ui.Option{Value: c, Text: prefix + c})
		}
		return f
	}
	return []ui.Field{
		choice("tlp", ui.T(ctx, "Who may see it"), ui.T(ctx, "RED and AMBER+STRICT stay within the unit."), h.TLP, iru.TLPs, "TLP:"),
		choice("pap", ui.T(ctx, "What may be done about it"), "", h.PAP, iru.PAPs, "PAP:"),
		choice("h", ui.T(ctx, "Under which condition it travels"), ui.T(ctx, "H1 not in court without leave, H2 not onward without leave, H3 the condition below."), h.H,
			[]string{"H0", "H1", "H2", "H3", "H1 H2", "H1 H3", "H2 H3", "H1 H2 H3"}, ""),
		{Name: "note", Label: ui.T(ctx, "The condition of H3"), Value: h.Note, Max: 500},
	}
}

// typedHandling is what a form of handlingFields says.
func (v *visit) typedHandling() iru.Handling {
	return iru.Handling{TLP: v.value("tlp"), PAP: v.value("pap"), H: v.value("h"), Note: v.value("note")}
}
