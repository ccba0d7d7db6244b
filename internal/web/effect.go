// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/effect"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// The steps of an operation's window.
const (
	sealWindow     = "seal"
	withdrawWindow = "withdraw"
)

func windowVerbName(ctx context.Context, verb string) string {
	if verb == sealWindow {
		return ui.T(ctx, "Seal a window")
	}
	return ui.T(ctx, "Withdraw the window")
}

// effectPage says what an operation did.
func (v *visit) effectPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := EffectPage{Now: v.now, Said: v.said()}
	err = v.read(func(t *db.Tx) (err error) {
		if p.Effect, err = v.desk.EffectIn(v.ctx(), t, v.scope, iru.OperationID(n)); err != nil || p.Window == nil {
			return err
		}
		p.Sealer = names{}.of(v.ctx(), t, p.Window.By)
		return nil
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("operations", ui.T(v.ctx(), "What it did")+" · "+p.Operation.Name)
	if len(p.Outlets) > 0 {
		p.Frame.Handling = handling(p.Outlets[0].Handling)
	}
	p.Seal, p.Withdraw = v.maySeal(p.Effect) == nil, v.mayWithdraw(p.Effect) == nil
	return v.show(p.View())
}

// maySeal says why the officer cannot seal a window now, or nil.
func (v *visit) maySeal(x iru.OperationEffect) error {
	if x.Window != nil {
		return iru.Refuse(iru.Conflict, "a window is sealed already", "withdraw it first")
	}
	w := iru.EffectWindow{Counts: iru.CountElsewhere, Words: "-", Window: usualWindow}
	_, err := w.Seal(x.Operation, v.by, v.now)
	return err
}

func (v *visit) mayWithdraw(x iru.OperationEffect) error {
	if x.Window == nil {
		return iru.Refuse(iru.Conflict, "no window is sealed", "")
	}
	_, _, err := x.Window.Withdraw(v.by, "-", v.now)
	return err
}

// usualWindow is what the form offers: three months before, four weeks after.
var usualWindow = effect.Window{Before: 90, After: 28, Model: effect.Model{Family: effect.NegativeBinomial, Slope: true}}

// windowStep is the page before a window is sealed or withdrawn, and the step.
func (v *visit) windowStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var x iru.OperationEffect
	var outlets []iru.Outlet
	err = v.read(func(t *db.Tx) (err error) {
		if x, err = desk.WindowIn(ctx, t, v.scope, iru.OperationID(n)); err != nil {
			return err
		}
		outlets, err = t.Outlets(ctx, v.scope)
		return err
	})
	if err != nil {
		return err
	}
	o, title := x.Operation, windowVerbName(ctx, verb)
	base := "/operations/" + id(o.ID)
	s := StepPage{Frame: v.frame("operations", title+" · "+o.Name), Title: title, State: operationState(ctx, o.State), Action: base + "/window/" + verb, Verb: title, Kind: ui.Primary, Back: base + "/effect",
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: base}, {Text: ui.T(ctx, "What it did"), Href: base + "/effect"}}}
	switch verb {
	case sealWindow:
		if err := v.maySeal(x); err != nil {
			return err
		}
		s.Next = []string{ui.T(ctx, "What is looked at is fixed before anybody knows what comes. It goes into the ledger."),
			ui.T(ctx, "It is never changed. Until T0 it can be withdrawn, with a reason, and another one sealed; after T0 none can be.")}
		s.Fields = v.windowFields(x, outlets)
		return v.takeStep(s, func() (string, error) {
			_, err := v.desk.SealWindow(ctx, v.scope, o.ID, v.windowOf())
			return ui.T(ctx, "The window is sealed."), err
		})
	case withdrawWindow:
		if err := v.mayWithdraw(x); err != nil {
			return err
		}
		s.Kind, s.Fields = ui.Danger, []ui.Field{v.why(true)}
		s.Next = []string{ui.T(ctx, "The window, who withdrew it and why stay to be read."), ui.T(ctx, "Without a window nothing is said about a change of a count.")}
		s.Facts = EffectPage{Effect: x}.window(ctx)
		return v.takeStep(s, func() (string, error) {
			_, err := v.desk.WithdrawWindow(ctx, v.scope, o.ID, v.value("why"))
			return ui.T(ctx, "The window is withdrawn."), err
		})
	}
	return iru.NotFound
}

func (v *visit) windowFields(x iru.OperationEffect, outlets []iru.Outlet) []ui.Field {
	ctx := v.ctx()
	or := func(name, otherwise string) string {
		if s := v.value(name); s != "" {
			return s
		}
		return otherwise
	}
	compare := []ui.Option{{Value: "0", Text: ui.T(ctx, "with nothing")}}
	for _, o := range outlets {
		mine := false
		for _, y := range x.Operation.Outlets {
			mine = mine || y == o.ID
		}
		if !mine {
			compare = append(compare, ui.Option{Value: id(o.ID), Text: o.Name})
		}
	}
	var counts []ui.Option
	for _, c := range iru.CountedKinds {
		counts = append(counts, ui.Option{Value: string(c), Text: countedName(ctx, c)})
	}
	days := map[string]any{"min": strconv.Itoa(effect.LeastPoints), "max": "3653", "inputmode": "numeric"}
	return []ui.Field{
		{Name: "counts", Label: ui.T(ctx, "What is counted each day"), Type: "select", Options: counts, Value: or("counts", string(iru.CountItems)), Required: true},
		{Name: "what", Label: ui.T(ctx, "In words"), Value: v.value("what"), Max: 300, Hint: ui.T(ctx, "What is counted elsewhere needs them: what, by whom, where.")},
		{Name: "before", Label: ui.T(ctx, "Days before T0"), Type: "number", Value: or("before", strconv.Itoa(usualWindow.Before)), Required: true, More: days, Hint: ui.T(ctx, "What lies further back is counted too: it shows how much the count varies by itself.")},
		{Name: "after", Label: ui.T(ctx, "Days from T0 on"), Type: "number", Value: or("after", strconv.Itoa(usualWindow.After)), Required: true, More: days},
		{Name: "changes", Label: ui.T(ctx, "What may change"), Type: "select", Value: or("changes", "slope"), Options: []ui.Option{{Value: "slope", Text: ui.T(ctx, "level and trend")}, {Value: "level", Text: ui.T(ctx, "the level alone")}}},
		{Name: "week", Label: ui.T(ctx, "Days of the week"), Type: "select", Value: or("week", "no"), Options: []ui.Option{{Value: "no", Text: ui.T(ctx, "are alike")}, {Value: "yes", Text: ui.T(ctx, "have a level each")}}},
		{Name: "compare", Label: ui.T(ctx, "Compared"), Type: "select", Value: or("compare", "0"), Options: compare, Hint: ui.T(ctx, "An outlet to which nothing is done: what happens to both is not the operation's doing.")},
		{Name: "beside", Label: ui.T(ctx, "Compared, if counted elsewhere"), Value: v.value("beside"), Max: 300},
	}
}

// windowOf reads the form.
func (v *visit) windowOf() iru.EffectWindow {
	w := iru.EffectWindow{Counts: iru.CountedKind(v.value("counts")), Words: v.value("what"), Compare: iru.OutletID(v.whole("compare")), Beside: v.value("beside"), Window: usualWindow}
	w.Window.Before, w.Window.After = int(v.whole("before")), int(v.whole("after"))
	w.Window.Slope, w.Window.Week = v.value("changes") != "level", v.value("week") == "yes"
	return w
}

func countedName(ctx context.Context, c iru.CountedKind) string {
	switch c {
	case iru.CountItems:
		return ui.T(ctx, "pieces of content that are found")
	case iru.CountHeads:
		return ui.T(ctx, "addresses that are found")
	}
	return ui.T(ctx, "something that is counted elsewhere")
}
