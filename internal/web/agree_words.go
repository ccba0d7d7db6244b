// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func taskRoleName(ctx context.Context, r iru.TaskRole) string {
	switch r {
	case iru.RoleLead:
		return ui.T(ctx, "leads")
	case iru.RoleSeizeEvidence:
		return ui.T(ctx, "seizes evidence")
	case iru.RoleSeizeServers:
		return ui.T(ctx, "seizes servers")
	case iru.RoleReferRegistrars:
		return ui.T(ctx, "refers to registrars")
	case iru.RoleOrderRemoval:
		return ui.T(ctx, "orders removal")
	}
	return ui.T(ctx, "observes")
}

func stageName(ctx context.Context, s iru.Stage) string {
	switch s {
	case iru.StagePreservation:
		return ui.T(ctx, "preservation, T−60 min")
	case iru.StageRegistrar:
		return ui.T(ctx, "names, T+2 min")
	}
	return ui.T(ctx, "acts, T0")
}

func lackName(ctx context.Context, l iru.Lack) string {
	switch l {
	case iru.LackAnswer:
		return ui.T(ctx, "its executor's answer")
	case iru.LackApproval:
		return ui.T(ctx, "approval of its act")
	case iru.LackContact:
		return ui.T(ctx, "a confirmed contact")
	case iru.LackReady:
		return ui.T(ctx, "somebody's word that it is ready")
	case iru.LackTitle:
		return ui.T(ctx, "a title in force at T0")
	case iru.LackTranslation:
		return ui.T(ctx, "a translation")
	case iru.LackQuestion:
		return ui.T(ctx, "an answer whether it may be touched")
	}
	return ui.T(ctx, "preserved evidence")
}

func agreedState(ctx context.Context, s iru.TaskState) ui.State {
	switch s {
	case iru.TaskProposed:
		return ui.Neutral(ui.T(ctx, "Proposed"))
	case iru.TaskAccepted:
		return ui.Info(ui.T(ctx, "Accepted"))
	case iru.TaskReady:
		return ui.OK(ui.T(ctx, "Ready"))
	case iru.TaskStarted:
		return ui.Info(ui.T(ctx, "Begun"))
	case iru.TaskDone:
		return ui.OK(ui.T(ctx, "Done"))
	case iru.TaskFailed:
		return ui.Bad(ui.T(ctx, "Failed"))
	case iru.TaskDeclined:
		return ui.Warn(ui.T(ctx, "Declined"))
	}
	return ui.Neutral(ui.T(ctx, "Withdrawn"))
}
