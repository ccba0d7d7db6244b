// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// lawState is where a thing of the law's own stands, in words beside the colour.
func lawState(ctx context.Context, noun, state string) ui.State {
	switch noun + "." + state {
	case "missive.draft":
		return ui.Warn(ui.T(ctx, "Waits to be sent"))
	case "missive.queued":
		return ui.Info(ui.T(ctx, "On its way"))
	case "missive.sent":
		return ui.OK(ui.T(ctx, "Sent"))
	case "missive.received":
		return ui.OK(ui.T(ctx, "Received"))
	case "missive.failed":
		return ui.Bad(ui.T(ctx, "Not delivered"))
	case "missive.dropped":
		return ui.Neutral(ui.T(ctx, "Not to be sent"))
	case "waiver.asked":
		return ui.Warn(ui.T(ctx, "Waits for a second person"))
	case "waiver.granted":
		return ui.OK(ui.T(ctx, "Granted"))
	case "waiver.refused", "reinstatement.declined":
		return ui.Neutral(ui.T(ctx, "Refused"))
	case "appeal.lodged":
		return ui.Info(ui.T(ctx, "Pending"))
	case "appeal.dismissed":
		return ui.OK(ui.T(ctx, "The act stands"))
	case "appeal.annulled":
		return ui.Bad(ui.T(ctx, "Annulled"))
	case "appeal.dropped", "scrutiny.withdrawn":
		return ui.Neutral(ui.T(ctx, "Withdrawn"))
	case "reinstatement.owed":
		return ui.Warn(ui.T(ctx, "To be put back"))
	case "reinstatement.asked":
		return ui.Info(ui.T(ctx, "Asked; we look"))
	case "reinstatement.verified":
		return ui.OK(ui.T(ctx, "Up again, seen by us"))
	case "nondisclosure.in_force":
		return ui.Info(ui.T(ctx, "In force"))
	case "nondisclosure.extended":
		return ui.Warn(ui.T(ctx, "Extended, for the last time"))
	case "nondisclosure.ended":
		return ui.Neutral(ui.T(ctx, "Ended"))
	case "scrutiny.copied":
		return ui.Info(ui.T(ctx, "Copy received or sent"))
	case "scrutiny.examining":
		return ui.Warn(ui.T(ctx, "Being examined, blind"))
	case "scrutiny.concluded":
		return ui.Info(ui.T(ctx, "Own conclusion recorded"))
	case "scrutiny.compared":
		return ui.Info(ui.T(ctx, "Compared"))
	case "scrutiny.announced":
		return ui.Warn(ui.T(ctx, "Intention told"))
	case "scrutiny.infringed":
		return ui.Bad(ui.T(ctx, "Infringement found"))
	case "scrutiny.cleared":
		return ui.OK(ui.T(ctx, "No infringement found"))
	case "scrutiny.lapsed":
		return ui.Neutral(ui.T(ctx, "Time passed"))
	}
	return ui.Neutral(state)
}

func missiveName(ctx context.Context, k iru.MissiveKind) string {
	switch k {
	case iru.Information:
		return ui.T(ctx, "Information before the first order")
	case iru.OrderCopy:
		return ui.T(ctx, "Copy of the order to the home authority")
	case iru.Intention:
		return ui.T(ctx, "Intention to find an infringement")
	case iru.Decision:
		return ui.T(ctx, "Decision on a scrutiny")
	case iru.Restore:
		return ui.T(ctx, "Request to put it back")
	case iru.Finality:
		return ui.T(ctx, "The order is final")
	case iru.Correction:
		return ui.T(ctx, "Correction to a recipient")
	case iru.Secrecy:
		return ui.T(ctx, "Non-disclosure, told to the provider")
	}
	return ui.T(ctx, "Non-disclosure has ended")
}

// ruleName says what a clock is for.
func ruleName(ctx context.Context, rule string) string {
	switch rule {
	case "tco-1h":
		return ui.T(ctx, "One hour to remove")
	case "tco-72h-own":
		return ui.T(ctx, "72 hours to scrutinise on own initiative")
	case "tco-72h-req":
		return ui.T(ctx, "72 hours to decide on a request")
	case "tco-48h":
		return ui.T(ctx, "48 hours to ask for scrutiny")
	case "tco-6w":
		return ui.T(ctx, "Non-disclosure")
	case "tco-6m", "epoc-pr":
		return ui.T(ctx, "Preservation")
	case "tco-final":
		return ui.T(ctx, "Time to appeal")
	case "tco-measures":
		return ui.T(ctx, "Report on measures")
	case "tco-review":
		return ui.T(ctx, "Review of an exposure decision")
	case "tco-complaint":
		return ui.T(ctx, "Answer to a complaint")
	case "tco-art8", "tco-art21":
		return ui.T(ctx, "Yearly report")
	case "led-3y":
		return ui.T(ctx, "Review of personal data")
	case "internal-reinstate":
		return ui.T(ctx, "Reinstatement")
	case "epoc", "epoc-8h":
		return ui.T(ctx, "Production of data")
	case "epoc-48h":
		return ui.T(ctx, "Validation of an emergency order")
	}
	return ui.T(ctx, "Answer expected")
}

// whoActs names the obliged: ours to act, or theirs.
func whoActs(ctx context.Context, c iru.Clock, addressee string) string {
	if c.Theirs() {
		if addressee != "" {
			return addressee
		}
		return ui.T(ctx, "the addressee")
	}
	switch {
	case c.Obliged == "home authority" && c.Notice != 0:
		return ui.T(ctx, "the home authority")
	case !c.Binding:
		return ui.T(ctx, "we, to ask again")
	}
	return ui.T(ctx, "we")
}
