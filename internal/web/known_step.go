// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// knownVerbs are the steps of known content, in the order of its buttons.
var knownVerbs = []string{"spare", "quarantine", "release", "withdraw", "restore"}

func knownVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "spare":
		return ui.T(ctx, "It may match as much")
	case "quarantine":
		return ui.T(ctx, "Quarantine")
	case "release":
		return ui.T(ctx, "Release from quarantine")
	case "withdraw":
		return ui.T(ctx, "Withdraw from the bank")
	}
	return ui.T(ctx, "Restore")
}

// mayStepKnown says why the officer cannot take a step of known content now, or nil.
func (v *visit) mayStepKnown(verb string, k iru.Known, b iru.Bank) error {
	if err := v.ours(b.Unit); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToCurateBanks); err != nil {
		return err
	}
	if verb == "spare" {
		if k.Flood != iru.FloodMarked || k.State != iru.KnownActive {
			return iru.Refuse(iru.Conflict, "it is not marked as flooding", "quarantine it if it matches too much")
		}
		return nil
	}
	_, err := iru.KnownTable.Next(k.State, verb)
	return err
}

// knownStep is the page before a step of known content, and the step. Each can be undone by another.
func (v *visit) knownStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	if !slices.Contains(knownVerbs, verb) {
		return iru.NotFound
	}
	k, b, err := v.known()
	if err != nil {
		return err
	}
	if err := v.mayStepKnown(verb, k, b); err != nil {
		return err
	}
	title, base, name := knownVerbName(ctx, verb), knownPath(k), plainDefanged(k.Name())
	p := StepPage{Frame: v.frame("evidence", title+" · "+name), Title: title, State: knownState(ctx, k), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base, Fields: []ui.Field{v.why(true)},
		Crumbs: append(bankCrumbs(ctx), ui.Crumb{Text: b.Name, Href: "/banks/" + id(b.ID)}, ui.Crumb{Text: name, Href: base})}
	p.Frame.Handling = handling(b.Handling)
	act, done := v.desk.Spare, ui.T(ctx, "It may match as much as it does.")
	switch verb {
	case "spare":
		p.Next = []string{ui.T(ctx, "It is suggested again wherever it is met, and what was captured meanwhile is compared with it."), ui.T(ctx, "It is not marked again for matching too much. You can quarantine it at any time.")}
	case "quarantine":
		act, done = v.desk.Quarantine, ui.T(ctx, "It is in quarantine.")
		p.Next = []string{ui.T(ctx, "Nothing is suggested by it any more. Its matches are kept, and shown to nobody."), ui.T(ctx, "It can be released at any time; its matches are suggestions again then.")}
	case "release":
		act, done = v.desk.ReleaseKnown, ui.T(ctx, "It is in use again.")
		p.Next = []string{ui.T(ctx, "It is suggested again wherever it is met, and what was captured meanwhile is compared with it."), ui.T(ctx, "It is not marked again for matching too much. You can quarantine it at any time.")}
	case "withdraw":
		act, done = v.desk.WithdrawKnown, ui.T(ctx, "It is withdrawn.")
		p.Next = []string{ui.T(ctx, "It stays in the bank and says nothing; an import does not bring it back."), ui.T(ctx, "It can be restored at any time.")}
	case "restore":
		act, done = v.desk.RestoreKnown, ui.T(ctx, "It is in use again.")
		p.Next = []string{ui.T(ctx, "It is suggested again wherever it is met, and what was captured meanwhile is compared with it.")}
	}
	return v.takeStep(p, func() (string, error) {
		if err := v.reason(); err != nil {
			return "", err
		}
		_, err := act(ctx, v.scope, k.ID, v.value("why"))
		return done, err
	})
}
