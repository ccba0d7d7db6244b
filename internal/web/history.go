// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// historyTable is what happened to a thing, newest first, with the time and who did it.
func (v *visit) historyTable(ctx context.Context, t *db.Tx, who names, es []iru.Event) (ui.Table, error) {
	return v.historyOf(ctx, t, who, es, func(e iru.Event) string { return eventWords(ctx, e) })
}

// historyOf is historyTable with words of its own for what happened.
func (v *visit) historyOf(ctx context.Context, t *db.Tx, who names, es []iru.Event, what func(iru.Event) string) (ui.Table, error) {
	es, err := desk.Withhold(ctx, t, v.scope, es)
	if err != nil {
		return ui.Table{}, err
	}
	table := ui.Table{Label: ui.T(ctx, "What happened"), Compact: true, Empty: ui.T(ctx, "Nothing yet."),
		Columns: []ui.Column{{Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "What"), Head: true}, {Title: ui.T(ctx, "Who"), NoWrap: true}, {Title: ui.T(ctx, "Why, or what was seen")}, {Title: ui.T(ctx, "Ledger"), Num: true}}}
	for n := len(es) - 1; n >= 0; n-- {
		e := es[n]
		place := ui.Quiet(ui.T(ctx, "waits"))
		if e.Index >= 0 {
			place = ui.Link("/ledger/events/"+id(e.ID), ui.Thousands(int(e.Index)))
		}
		why := ui.Isolated(cutText(plainDefanged(e.Note), 200))
		if desk.Withheld(e) {
			why = ui.Quiet(notYet(ctx))
		}
		table.Rows = append(table.Rows, ui.Cells(ui.When{At: e.At, Day: true}, ui.Isolated(what(e)), ui.Isolated(who.of(ctx, t, e.By)), why, place))
	}
	return table, nil
}

// notYet stands where a first opinion is withheld.
func notYet(ctx context.Context) string {
	return ui.T(ctx, "not shown before the second opinion is given")
}

// eventWords says what happened, in a word or two.
func eventWords(ctx context.Context, e iru.Event) string {
	if e.Subject.Noun == "item" && e.Verb == "capture" && e.To == "" {
		return ui.T(ctx, "Exhibit recorded")
	}
	if w := verbWords(ctx, e.Subject.Noun+"."+e.Verb); w != "" {
		return w
	}
	return e.Verb
}

// nounWords names the thing that an event is about.
func nounWords(ctx context.Context, s iru.Subject) string {
	n := id(s.ID)
	switch s.Noun {
	case "asset":
		return ui.T(ctx, "Asset %s", n)
	case "item":
		return ui.T(ctx, "Item %s", n)
	case "outlet":
		return ui.T(ctx, "Outlet %s", n)
	case "notice":
		return ui.T(ctx, "Notice %s", n)
	case "operation":
		return ui.T(ctx, "Operation %s", n)
	case "task":
		return ui.T(ctx, "Task %s", n)
	case "deconfliction":
		return ui.T(ctx, "Question %s", n)
	case "plan":
		return ui.T(ctx, "Plan %s", n)
	case "provider":
		return ui.T(ctx, "Provider %s", n)
	case "match":
		return ui.T(ctx, "Match %s", n)
	case "term_list":
		return ui.T(ctx, "Watch list %s", n)
	case "term":
		return ui.T(ctx, "Term %s", n)
	case "missive":
		return ui.T(ctx, "Letter %s", n)
	case "scrutiny":
		return ui.T(ctx, "Scrutiny %s", n)
	case "waiver":
		return ui.T(ctx, "Waiver %s", n)
	case "appeal":
		return ui.T(ctx, "Appeal %s", n)
	case "reinstatement":
		return ui.T(ctx, "Reinstatement %s", n)
	case "nondisclosure":
		return ui.T(ctx, "Non-disclosure %s", n)
	case "clock":
		return ui.T(ctx, "Clock %s", n)
	case "officer":
		return ui.T(ctx, "Officer %s", n)
	case "exhibit":
		return ui.T(ctx, "Exhibit %s", n)
	case "bank":
		return ui.T(ctx, "Bank %s", n)
	case "known":
		return ui.T(ctx, "Known content %s", n)
	case "spot":
		return ui.T(ctx, "Spot check %s", n)
	case "mock":
		return ui.T(ctx, "Mock scrutiny %s", n)
	case "threat":
		return ui.T(ctx, "Threat to life %s", n)
	case "batch":
		return ui.T(ctx, "Grouped letter %s", n)
	case "search":
		return ui.T(ctx, "Search")
	}
	return s.Noun + " " + n
}
