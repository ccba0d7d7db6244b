// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// noticeStory is what happened to an act and to all that hangs on it, newest first: its clocks, its letters, how it was challenged, what was
// put back, and what it left in the banks.
func (v *visit) noticeStory(t *db.Tx, n iru.Notice, cs []iru.Clock, ms []iru.Missive, who names) (ui.Table, error) {
	ctx, what := v.ctx(), map[iru.Subject]string{}
	about := []iru.Subject{{Noun: "notice", ID: int64(n.ID)}}
	add := func(noun string, id int64, name string) {
		s := iru.Subject{Noun: noun, ID: id}
		about, what[s] = append(about, s), name
	}
	for _, c := range cs {
		add("clock", int64(c.ID), ruleName(ctx, c.Rule))
	}
	for _, m := range ms {
		add("missive", int64(m.ID), missiveName(ctx, m.Kind)+" · "+m.Name)
	}
	ws, err := t.Waivers(ctx, v.scope, n.ID)
	if err != nil {
		return ui.Table{}, err
	}
	for _, w := range ws {
		add("waiver", w.ID, "")
	}
	as, err := t.AppealsOf(ctx, v.scope, n.ID)
	if err != nil {
		return ui.Table{}, err
	}
	for _, a := range as {
		add("appeal", a.ID, "")
	}
	ds, err := t.NondisclosuresOf(ctx, v.scope, n.ID)
	if err != nil {
		return ui.Table{}, err
	}
	for _, d := range ds {
		add("nondisclosure", d.ID, "")
	}
	rs, err := t.ReinstatementsOf(ctx, v.scope, n.Asset)
	if err != nil {
		return ui.Table{}, err
	}
	for _, r := range rs {
		if r.Notice == n.ID {
			add("reinstatement", r.ID, "")
		}
	}
	if n.State == iru.NoticeWithdrawn && !n.SentAt.IsZero() {
		ks, err := t.KnownsOfItem(ctx, n.Unit, n.Item, n.Asset)
		if err != nil {
			return ui.Table{}, err
		}
		for _, k := range ks {
			add("known", k.ID, k.Label)
		}
	}
	es, err := t.EventsOfThese(ctx, v.scope, about, maxThread)
	if err != nil {
		return ui.Table{}, err
	}
	es = slices.DeleteFunc(es, func(e iru.Event) bool { // of known content only what this act's end did to it
		return e.Subject.Noun == "known" && (e.Verb != "withdraw" || e.At.Before(n.OutcomeAt))
	})
	return v.historyOf(ctx, t, who, es, func(e iru.Event) string {
		if name := what[e.Subject]; name != "" {
			return eventWords(ctx, e) + ": " + plainDefanged(name)
		}
		return eventWords(ctx, e)
	})
}

// lostWords say how an act lost its effect after it was served, by the verb that ended it; "" while it stands, or was called off before.
func lostWords(ctx context.Context, verb string) string {
	switch verb {
	case "annul":
		return ui.T(ctx, "Annulled")
	case "revoke":
		return ui.T(ctx, "Revoked")
	}
	return ""
}
