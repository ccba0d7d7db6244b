// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// itemVerbs are the steps of an item that have a page of their own.
var itemVerbs = []string{"reopen", "capture", "hand_over"}

// standing is the finding that holds on an item; its ID is 0 where none does.
func standing(as []iru.Assessment) iru.Assessment {
	for _, a := range as {
		if a.State == iru.AssessmentGiven || a.State == iru.AssessmentConfirmed {
			return a
		}
	}
	return iru.Assessment{}
}

// mayStepItem says why the officer cannot take a step of an item now, or nil. a is the finding that stands on it.
func (v *visit) mayStepItem(verb string, i iru.Item, a iru.Assessment) error {
	if err := v.ours(i.Unit); err != nil {
		return err
	}
	switch verb {
	case "capture":
		if i.State == iru.ItemNew {
			return iru.Refuse(iru.Conflict, "it is being captured", "wait until it is there")
		}
		return v.scope.May(iru.ToWatch)
	case "hand_over":
		if i.HeldBy != v.by.ID || !v.now.Before(i.HeldUntil) {
			return iru.Refuse(iru.Conflict, "you do not hold this item", "take it first")
		}
		return v.scope.May(iru.ToAssess)
	}
	if err := v.scope.May(iru.ToAssess); err != nil {
		return err
	}
	switch {
	case i.State != iru.ItemReferred && i.State != iru.ItemDismissed || a.ID == 0:
		return iru.Refuse(iru.Conflict, "no finding stands on this item", "judge it")
	case a.By == v.by.ID:
		return iru.Refuse(iru.Forbidden, "the finding is your own", "ask a colleague to look again")
	}
	return nil
}

// itemStep is the page before a step of an item, and the step.
func (v *visit) itemStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if !slices.Contains(itemVerbs, verb) {
		return iru.NotFound
	}
	var i iru.Item
	var a iru.Assessment
	var by string
	var colleagues []ui.Option
	err = v.read(func(t *db.Tx) error {
		var err error
		if i, err = t.Item(ctx, v.scope, iru.ItemID(n)); err != nil {
			return err
		}
		as, err := t.AssessmentsOf(ctx, v.scope, i.ID)
		if err != nil {
			return err
		}
		a = standing(as)
		by = names{}.of(ctx, t, a.By)
		colleagues, err = v.colleagues(t, i)
		return err
	})
	if err != nil {
		return err
	}
	if err := v.mayStepItem(verb, i, a); err != nil {
		return err
	}
	title, base := itemVerbName(ctx, verb), "/items/"+id(i.ID)
	p := StepPage{Frame: v.frame("triage", title+" · "+ui.T(ctx, "Item %s", id(i.ID))), Title: title, State: itemState(ctx, i.State), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Triage"), Href: "/triage"}, {Text: ui.T(ctx, "Item %s", id(i.ID)), Href: base}}}
	switch verb {
	case "reopen":
		p.Next = []string{ui.T(ctx, "The finding is overturned, under your name and with your reason."), ui.T(ctx, "The item waits in the queue again, and with it the same content that was settled together."),
			ui.T(ctx, "What the finding entered into your unit's bank no longer matches anything.")}
		p.Facts = ui.Terms{{Name: ui.T(ctx, "Finding"), Value: findingState(ctx, a)}, {Name: ui.T(ctx, "By"), Value: ui.Isolated(by)}, {Name: ui.T(ctx, "On"), Value: ui.When{At: a.At, Day: true}},
			{Name: ui.T(ctx, "Reason"), Value: ui.Isolated(plainDefanged(a.Reason))}}
		p.Fields = []ui.Field{v.why(true)}
	case "capture":
		p.Next = []string{ui.T(ctx, "The page is visited soon and recorded as it is then."), ui.T(ctx, "What was captured earlier stays, and so does every finding on it.")}
	case "hand_over":
		if len(colleagues) == 0 {
			return iru.Refuse(iru.Conflict, "no colleague of your unit may judge it", "pass it on")
		}
		p.Next = []string{ui.T(ctx, "They hold it for fifteen minutes; you hold it no longer."), ui.T(ctx, "No finding is given by that, and no reason is asked.")}
		p.Fields = []ui.Field{{Name: "to", Label: ui.T(ctx, "To"), Type: "select", Required: true, Value: v.value("to"), Options: colleagues}}
	}
	return v.takeStep(p, func() (string, error) {
		switch verb {
		case "reopen":
			return ui.T(ctx, "Item %s waits for a finding again.", id(i.ID)), v.desk.Reopen(ctx, v.scope, i.ID, v.value("why"))
		case "capture":
			return ui.T(ctx, "It is captured again. This page shows it when it is there."), v.desk.Recapture(ctx, v.scope, i.ID)
		}
		if v.whole("to") == 0 {
			return "", iru.Refuse(iru.Invalid, "nobody was chosen", "choose a colleague who may judge it")
		}
		_, err := v.desk.HandOver(ctx, v.scope, i.ID, iru.OfficerID(v.whole("to")))
		return ui.T(ctx, "Item %s was handed over.", id(i.ID)), err
	})
}

// colleagues are those to whom the officer may hand an item over: who may judge it, too.
func (v *visit) colleagues(t *db.Tx, i iru.Item) ([]ui.Option, error) {
	os, err := t.Officers(v.ctx())
	if err != nil {
		return nil, err
	}
	asked := iru.OfficerID(0)
	if i.State == iru.ItemSecond {
		if _, asked, err = askedSecond(v.ctx(), t, i.ID); err != nil {
			return nil, err
		}
	}
	var out []ui.Option
	slices.SortFunc(os, func(a, b iru.Officer) int { return cmp.Compare(a.Name, b.Name) })
	for _, o := range os {
		if o.Unit == v.by.Unit && o.State == iru.OfficerActive && o.ID != v.by.ID && o.ID != asked && o.Scope().May(iru.ToAssess) == nil {
			out = append(out, ui.Option{Value: id(o.ID), Text: o.Name})
		}
	}
	return out, nil
}
