// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// drills lists what a provider practised.
func drills(ctx context.Context, list []iru.Drill) ui.Table {
	tab := ui.Table{Label: ui.T(ctx, "Practice orders"), Compact: true, Empty: ui.T(ctx, "It has not practised yet."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Reference"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Ordered"), NoWrap: true}, {Title: ui.T(ctx, "Received"), NoWrap: true}, {Title: ui.T(ctx, "Answered"), NoWrap: true}}}
	for _, k := range list {
		answered := ui.Quiet("–")
		if !k.AnsweredAt.IsZero() {
			answered = ui.All(ui.When{At: k.AnsweredAt, Day: true}, ui.Text(" "+letterKind(ctx, k.Answer)))
		}
		received := ui.Quiet("–")
		if !k.ReceivedAt.IsZero() {
			received = ui.All(ui.When{At: k.ReceivedAt, Day: true})
		}
		tab.Rows = append(tab.Rows, ui.Cells(ui.Text(k.Ref), drillState(ctx, k.State), ui.When{At: k.Created, Day: true}, received, answered))
	}
	return tab
}

func drillState(ctx context.Context, s iru.DrillState) ui.State {
	switch s {
	case iru.DrillOrdered:
		return ui.Info(ui.T(ctx, "on its way"))
	case iru.DrillSent:
		return ui.Info(ui.T(ctx, "sent"))
	case iru.DrillReceived:
		return ui.Info(ui.T(ctx, "received"))
	case iru.DrillAnswered:
		return ui.OK(ui.T(ctx, "answered"))
	}
	return ui.Warn(ui.T(ctx, "not delivered"))
}

// drill sends a practice order.
func (v *visit) drill() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	k, err := v.desk.Drill(v.ctx(), v.scope, iru.ProviderID(n))
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The practice order %s is on its way.", k.Ref))
	return v.to("/providers/%d", n)
}
