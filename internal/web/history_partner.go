// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// partnerVerbWords are the verbs of what goes on between installations.
func partnerVerbWords(ctx context.Context, what string) string {
	switch what {
	case "partner.add":
		return ui.T(ctx, "Card entered")
	case "partner.confirm":
		return ui.T(ctx, "Confirmed after a call")
	case "partner.suspend":
		return ui.T(ctx, "Traffic suspended")
	case "partner.resume":
		return ui.T(ctx, "Traffic resumed")
	case "partner.end":
		return ui.T(ctx, "Relation ended")
	case "partner.speak_under":
		return ui.T(ctx, "Own new keys taken by the partner")
	case "partner.offer_card":
		return ui.T(ctx, "New card offered")
	case "partner.adopt_card":
		return ui.T(ctx, "New card adopted")
	case "partner.begin_epoch":
		return ui.T(ctx, "New epoch begun")
	case "partner.admit_epoch":
		return ui.T(ctx, "New epoch admitted")
	case "partner.accept_skew":
		return ui.T(ctx, "Difference of the clocks accepted")
	case "partner.clear_alarm":
		return ui.T(ctx, "Alarm looked into")
	case "partner.tell":
		return ui.T(ctx, "Message written")
	case "partner.hear":
		return ui.T(ctx, "Message brought about")
	case "partner.set_aside":
		return ui.T(ctx, "Message waits for the invitation")
	case "partner.park":
		return ui.T(ctx, "Message parked")
	case "partner.take_up":
		return ui.T(ctx, "Message taken up again")
	case "partner.dismiss":
		return ui.T(ctx, "Message left aside")
	case "partner.skew":
		return ui.T(ctx, "The clocks differ")
	case "partner.sent_again":
		return ui.T(ctx, "Sent again what the partner had lost")
	case "partner.trouble":
		return ui.T(ctx, "Sending stopped")
	case "partner.alarm":
		return ui.T(ctx, "Alarm")
	case "partner.inconsistent":
		return ui.T(ctx, "Ledgers do not agree")
	case "partner.enumeration":
		return ui.T(ctx, "Too many questions")
	case "partner.witness":
		return ui.T(ctx, "Checkpoint seen")
	case "partner.cosigned":
		return ui.T(ctx, "Our checkpoint was signed")
	case "partner.objected":
		return ui.T(ctx, "Our checkpoint was not signed")
	case "partner.duty", "operation.duty":
		return ui.T(ctx, "Duty message came")
	case "outgoing.seal":
		return ui.T(ctx, "Sealed")
	case "outgoing.deliver":
		return ui.T(ctx, "At the partner")
	case "outgoing.unseal":
		return ui.T(ctx, "To be sealed anew")
	case "incoming.apply":
		return ui.T(ctx, "Message brought about")
	case "incoming.wait":
		return ui.T(ctx, "Message waits for the invitation")
	case "incoming.park":
		return ui.T(ctx, "Message parked")
	case "incoming.take_up":
		return ui.T(ctx, "Message taken up again")
	case "incoming.dismiss":
		return ui.T(ctx, "Message left aside")
	case "invitation.come":
		return ui.T(ctx, "Invitation came")
	case "invitation.accept":
		return ui.T(ctx, "Invitation accepted")
	case "invitation.decline":
		return ui.T(ctx, "Invitation declined")
	case "invitation.withdraw":
		return ui.T(ctx, "Invitation withdrawn")
	case "inquiry.ask":
		return ui.T(ctx, "Asked a partner: hit or no hit")
	case "inquiry.asked":
		return ui.T(ctx, "A partner asked: hit or no hit")
	case "inquiry.answer":
		return ui.T(ctx, "Answered")
	case "inquiry.refuse":
		return ui.T(ctx, "Refused")
	case "operation.invite_partner":
		return ui.T(ctx, "Partner invited")
	case "operation.send_package":
		return ui.T(ctx, "Tasks sent to a partner")
	case "operation.propose_t0":
		return ui.T(ctx, "T0 proposed to partners")
	case "operation.duty_sent":
		return ui.T(ctx, "Duty message sent")
	case "operation.partner_accepts":
		return ui.T(ctx, "A partner takes part")
	case "operation.partner_declines":
		return ui.T(ctx, "A partner does not take part")
	case "operation.package":
		return ui.T(ctx, "The lead proposed tasks")
	case "operation.poll_stale":
		return ui.T(ctx, "An answer on other tasks does not count")
	case "operation.t0_proposed":
		return ui.T(ctx, "The lead proposed T0")
	case "operation.lead_holds":
		return ui.T(ctx, "The lead holds")
	case "operation.lead_aborts":
		return ui.T(ctx, "The lead aborted")
	case "operation.stop":
		return ui.T(ctx, "Held by itself")
	case "operation.stop_late":
		return ui.T(ctx, "Too late to hold")
	case "operation.partner_stands":
		return ui.T(ctx, "A partner's operation moved")
	case "task.come":
		return ui.T(ctx, "Proposed by the lead")
	case "task.recast":
		return ui.T(ctx, "Changed by the lead")
	case "task.told":
		return ui.T(ctx, "Told by the partner")
	case "deconfliction.kept_back":
		return ui.T(ctx, "Not asked: its codes keep it in the unit")
	case "deconfliction.asked":
		return ui.T(ctx, "Asked by the lead")
	}
	return ""
}
