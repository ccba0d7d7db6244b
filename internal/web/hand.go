// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// handWay names a way in words.
func handWay(ctx context.Context, how string) string {
	switch how {
	case "phone":
		return ui.T(ctx, "phone")
	case "letter":
		return ui.T(ctx, "letter")
	case "in person":
		return ui.T(ctx, "in person")
	case "their own form":
		return ui.T(ctx, "their own form")
	case "fax":
		return ui.T(ctx, "fax")
	}
	return ui.T(ctx, "another way")
}

// handFields ask how an act was handed over, or how it is known that it arrived.
func (v *visit) handFields() []ui.Field {
	ctx := v.ctx()
	ways := []ui.Option{}
	for _, w := range desk.HandWays {
		ways = append(ways, ui.Option{Value: w, Text: handWay(ctx, w)})
	}
	at := v.value("at")
	if at == "" {
		at = v.now.Format("2006-01-02T15:04:05")
	}
	return []ui.Field{
		{Name: "how", Label: ui.T(ctx, "How"), Type: "select", Options: ways, Value: v.value("how"), Required: true},
		{Name: "person", Label: ui.T(ctx, "Whom you spoke to, or who signed"), Required: true, Max: 200, Value: v.value("person")},
		{Name: "at", Label: ui.T(ctx, "When it happened"), Type: "datetime-local", Required: true, Value: at, More: map[string]any{"step": "1"}},
		v.zoneField(),
		{Name: "note", Label: ui.T(ctx, "Note"), Type: "textarea", Max: 2000, Value: v.value("note"), Hint: ui.T(ctx, "Number called, number of the registered letter, their ticket.")},
	}
}

// handing reads that form.
func (v *visit) handing() desk.Handing {
	return desk.Handing{At: v.value("at"), Zone: v.value("zone"), Person: v.value("person"), How: v.value("how"), Note: v.value("note")}
}

// mayHand says why an act cannot be handed over by hand now, or nil.
func (v *visit) mayHand(verb string, n iru.Notice) error {
	switch {
	case verb == "hand" && n.State != iru.NoticeDispatched:
		return iru.Refuse(iru.Conflict, n.Ref+" is not on its way", "")
	case verb == "arrived" && (n.SentAt.IsZero() || !iru.NoticeTable.Can(n.State, "receive")):
		return iru.Refuse(iru.Conflict, "the receipt of "+n.Ref+" is not open", "")
	}
	return nil
}
