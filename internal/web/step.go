// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// takeStep shows the page that stands before a step or, when its form was sent, takes the step and leads back with what was done. A
// refusal stands above the form, and what was typed is kept.
func (v *visit) takeStep(p StepPage, do func() (done string, err error)) error {
	if v.r.Method != http.MethodPost {
		return v.show(p.View())
	}
	done, err := do()
	if why, ok := complaint(err); ok {
		p.Problem = why
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(done)
	return v.to("%s", p.Back)
}

// why is the field for the reason of a step.
func (v *visit) why(required bool) ui.Field {
	return ui.Field{Name: "why", Label: ui.T(v.ctx(), "Why"), Type: "textarea", Required: required, Max: 1000, Value: v.value("why"), Hint: ui.T(v.ctx(), "The ledger keeps it.")}
}

// stepButton leads to the page of a step.
func stepButton(text, base, verb string, kind ui.ButtonKind) ui.Button {
	return ui.Button{Text: text, Kind: kind, Href: base + "/step/" + verb}
}

func itemVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "reopen":
		return ui.T(ctx, "Reopen")
	case "capture":
		return ui.T(ctx, "Capture again")
	}
	return ui.T(ctx, "Hand over")
}

func assetVerbName(ctx context.Context, verb string) string {
	if verb == "give_up" {
		return ui.T(ctx, "Give up")
	}
	return ui.T(ctx, "Reconsider")
}

func outletVerbName(ctx context.Context, verb string) string {
	if verb == "close" {
		return ui.T(ctx, "Stop watching")
	}
	if verb == "classify" {
		return ui.T(ctx, "Change handling codes")
	}
	return ui.T(ctx, "Watch again")
}

// mayStepAsset says why the officer cannot take a step of an asset now, or nil.
func (v *visit) mayStepAsset(verb string, a iru.Asset) error {
	if err := v.ours(a.Unit); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToAttribute); err != nil {
		return err
	}
	_, err := iru.AssetTable.Next(a.State, verb)
	return err
}

// mayStepOutlet says why the officer cannot take a step of an outlet now, or nil.
func (v *visit) mayStepOutlet(verb string, o iru.Outlet) error {
	if err := v.ours(o.Unit); err != nil {
		return err
	}
	if verb == "classify" {
		return v.scope.May(iru.ToClassify)
	}
	if err := v.scope.May(iru.ToWatch); err != nil {
		return err
	}
	_, err := iru.OutletTable.Next(o.State, verb)
	return err
}
