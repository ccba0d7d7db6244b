// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// dayVerbWords are those of plans, operations and what belongs to their day.
func dayVerbWords(ctx context.Context, what string) string {
	switch what {
	case "plan.draft":
		return ui.T(ctx, "Plan computed")
	case "plan.replan":
		return ui.T(ctx, "Planned again")
	case "plan.propose":
		return ui.T(ctx, "Plan chosen")
	case "plan.return":
		return ui.T(ctx, "Given back")
	case "plan.approve":
		return ui.T(ctx, "Plan approved")
	case "plan.drop":
		return ui.T(ctx, "Laid aside")
	case "plan.task":
		return ui.T(ctx, "Tasks drafted")
	case "operation.plan_t0":
		return ui.T(ctx, "T0 planned")
	case "operation.go_on":
		return ui.T(ctx, "The count goes on")
	case "operation.drill":
		return ui.T(ctx, "Made a drill")
	case "operation.preserve":
		return ui.T(ctx, "Captures ordered before T0")
	case "operation.plan":
		return ui.T(ctx, "Planned")
	case "operation.open_poll":
		return ui.T(ctx, "Poll opened")
	case "operation.poll_go":
		return ui.T(ctx, "Poll: go")
	case "operation.poll_no_go":
		return ui.T(ctx, "Poll: no-go")
	case "operation.poll_expire":
		return ui.T(ctx, "Poll expired")
	case "operation.hold":
		return ui.T(ctx, "Hold")
	case "operation.resume":
		return ui.T(ctx, "Resumed")
	case "operation.release":
		return ui.T(ctx, "Released")
	case "operation.abort":
		return ui.T(ctx, "Aborted")
	case "operation.follow":
		return ui.T(ctx, "Made the next wave")
	case "operation.close":
		return ui.T(ctx, "Closed")
	case "operation.fire":
		return ui.T(ctx, "Tasks leave")
	case "operation.sent":
		return ui.T(ctx, "All sent")
	case "operation.seal_window":
		return ui.T(ctx, "A window sealed")
	case "operation.withdraw_window":
		return ui.T(ctx, "A window withdrawn")
	case "operation.join":
		return ui.T(ctx, "Somebody takes part")
	case "operation.cast":
		return ui.T(ctx, "Roles changed")
	case "operation.hand_over":
		return ui.T(ctx, "Another director")
	case "operation.agree_time":
		return ui.T(ctx, "Time for answers agreed")
	case "operation.hand_package":
		return ui.T(ctx, "Package handed out")
	case "operation.question_lapse":
		return ui.T(ctx, "A question was not answered")
	case "operation.question_expire":
		return ui.T(ctx, "A hold expired")
	case "operation.stand_down":
		return ui.T(ctx, "A unit stood down")
	case "task.propose":
		return ui.T(ctx, "Proposed")
	case "task.serve":
		return ui.T(ctx, "An act carries it out")
	case "task.accept":
		return ui.T(ctx, "Accepted")
	case "task.decline":
		return ui.T(ctx, "Declined")
	case "task.withdraw":
		return ui.T(ctx, "Withdrawn")
	case "task.ready":
		return ui.T(ctx, "Ready")
	case "task.entitle":
		return ui.T(ctx, "Judicial title")
	case "task.unready":
		return ui.T(ctx, "Not ready any more")
	case "task.start":
		return ui.T(ctx, "Begun")
	case "task.finish":
		return ui.T(ctx, "Done")
	case "task.fail":
		return ui.T(ctx, "Failed")
	case "task.unkept":
		return ui.T(ctx, "To be touched without evidence")
	case "deconfliction.ask":
		return ui.T(ctx, "Asked")
	case "deconfliction.clear":
		return ui.T(ctx, "No interest")
	case "deconfliction.duplicate":
		return ui.T(ctx, "Acts already")
	case "deconfliction.hold":
		return ui.T(ctx, "Hands off for now")
	case "deconfliction.evidence":
		return ui.T(ctx, "Evidence first")
	case "deconfliction.join":
		return ui.T(ctx, "Together")
	case "deconfliction.renew":
		return ui.T(ctx, "Renewed")
	case "deconfliction.lapse":
		return ui.T(ctx, "Silent past the agreed time")
	case "deconfliction.expire":
		return ui.T(ctx, "Hold expired")
	case "deconfliction.decide":
		return ui.T(ctx, "Decided to go on")
	case "deconfliction.free":
		return ui.T(ctx, "Let go")
	case "deconfliction.fulfil":
		return ui.T(ctx, "Evidence preserved")
	case "deconfliction.endanger":
		return ui.T(ctx, "Lives are in danger")
	case "deconfliction.override":
		return ui.T(ctx, "Overridden for a threat to life")
	case "deconfliction.uphold":
		return ui.T(ctx, "Reviewed: it was right")
	case "deconfliction.fault":
		return ui.T(ctx, "Reviewed: it was not right")
	case "duty.write":
		return ui.T(ctx, "Written into the duty log")
	case "muster.begin":
		return ui.T(ctx, "Sweep called")
	case "muster.close":
		return ui.T(ctx, "Sweep ended")
	case "muster.drop":
		return ui.T(ctx, "Sweep dropped")
	}
	return partnerVerbWords(ctx, what)
}
