// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"slices"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// bankVerbs are the steps of a bank, in the order of its buttons.
var bankVerbs = []string{"import", "export", "describe", "classify", "mute", "unmute"}

func bankVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "import":
		return ui.T(ctx, "Import a file")
	case "export":
		return ui.T(ctx, "Hand out")
	case "describe":
		return ui.T(ctx, "Change what it is")
	case "classify":
		return ui.T(ctx, "Change handling codes")
	case "mute":
		return ui.T(ctx, "Mute")
	}
	return ui.T(ctx, "Unmute")
}

// mayStepBank says why the officer cannot take a step of a bank now, or nil.
func (v *visit) mayStepBank(verb string, b iru.Bank) error {
	if err := v.ours(b.Unit); err != nil {
		return err
	}
	switch verb {
	case "export":
		return v.scope.May(iru.ToDisclose)
	case "classify":
		return v.scope.May(iru.ToClassify)
	case "mute", "unmute":
		if b.Muted == (verb == "mute") {
			return iru.Refuse(iru.Conflict, "it is so already", "")
		}
	}
	return v.scope.May(iru.ToCurateBanks)
}

// bankStepPage is the page before a step of the bank that the path names, without what only that step says.
func (v *visit) bankStepPage(verb string) (StepPage, iru.Bank, error) {
	ctx := v.ctx()
	if !slices.Contains(bankVerbs, verb) {
		return StepPage{}, iru.Bank{}, iru.NotFound
	}
	b, err := v.bank("id")
	if err != nil {
		return StepPage{}, b, err
	}
	if err := v.mayStepBank(verb, b); err != nil {
		return StepPage{}, b, err
	}
	title, base := bankVerbName(ctx, verb), "/banks/"+id(b.ID)
	p := StepPage{Frame: v.frame("evidence", title+" · "+b.Name), Title: title, State: bankState(ctx, b), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base, Crumbs: append(bankCrumbs(ctx), ui.Crumb{Text: b.Name, Href: base})}
	p.Frame.Handling = handling(b.Handling)
	return p, b, nil
}

func bankCrumbs(ctx context.Context) []ui.Crumb {
	return []ui.Crumb{{Text: ui.T(ctx, "Evidence"), Href: "/exhibits"}, {Text: ui.T(ctx, "Banks"), Href: "/banks"}}
}

// bankStep is the page before a step of a bank, and the step.
func (v *visit) bankStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	p, b, err := v.bankStepPage(verb)
	if err != nil {
		return err
	}
	switch verb {
	case "mute":
		p.Fields = []ui.Field{v.why(true)}
		p.Next = []string{ui.T(ctx, "Nothing in this bank is suggested any more. Its matches are kept, and shown to nobody."), ui.T(ctx, "It can be unmuted at any time: its matches are suggestions again, and what was captured meanwhile is compared with it.")}
	case "unmute":
		p.Fields = []ui.Field{v.why(true)}
		p.Next = []string{ui.T(ctx, "Its matches are suggestions again, and what was captured meanwhile is compared with it.")}
	case "classify":
		return v.classifyBank(p, b)
	case "describe":
		return v.describeBank(p, b)
	}
	return v.takeStep(p, func() (string, error) {
		if err := v.reason(); err != nil {
			return "", err
		}
		if verb == "mute" {
			_, err := v.desk.Mute(ctx, v.scope, b.ID, v.value("why"))
			return ui.T(ctx, "“%s” is muted.", b.Name), err
		}
		_, err := v.desk.Unmute(ctx, v.scope, b.ID, v.value("why"))
		return ui.T(ctx, "“%s” is in use again.", b.Name), err
	})
}

// reason refuses a step without one.
func (v *visit) reason() error {
	if v.value("why") == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why; the ledger keeps it")
	}
	return nil
}

func (v *visit) classifyBank(p StepPage, b iru.Bank) error {
	ctx, h := v.ctx(), b.Handling
	if v.r.Method == http.MethodPost {
		h = v.typedHandling()
	}
	p.Next = []string{ui.T(ctx, "The codes hold for all that is in the bank, from now on: what may be handed out, and to whom."), ui.T(ctx, "Codes are opened with leave of whom the information came from: say in the reason who gave it.")}
	p.Fields = append(handlingFields(ctx, h), v.why(true))
	return v.takeStep(p, func() (string, error) {
		if err := v.reason(); err != nil {
			return "", err
		}
		_, err := v.desk.ChangeBank(ctx, v.scope, b.ID, desk.BankChange{Handling: &h, Why: v.value("why")})
		return ui.T(ctx, "%s has new handling codes.", b.Name), err
	})
}

func (v *visit) describeBank(p StepPage, b iru.Bank) error {
	ctx, now := v.ctx(), b
	if v.r.Method == http.MethodPost {
		now.Note, now.Feed, now.Source = v.value("what"), v.value("feed"), iru.Source(v.value("source"))
	}
	p.Next = []string{ui.T(ctx, "Nothing in the bank changes. The ledger keeps what was said before.")}
	p.Fields = append(bankFields(ctx, now), v.why(true))
	return v.takeStep(p, func() (string, error) {
		if err := v.reason(); err != nil {
			return "", err
		}
		_, err := v.desk.ChangeBank(ctx, v.scope, b.ID, desk.BankChange{Note: &now.Note, Feed: &now.Feed, Source: &now.Source, Why: v.value("why")})
		return ui.T(ctx, "“%s” was changed.", b.Name), err
	})
}
