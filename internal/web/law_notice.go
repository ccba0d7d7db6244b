// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// lawSheets is what the law adds to an act: all its clocks and receipts on one timeline, what was decided about it, its letters.
func (v *visit) lawSheets(t *db.Tx, n iru.Notice, cs []iru.Clock, ms []iru.Missive) ([]Sheet, error) {
	ctx, who := v.ctx(), names{}
	line := v.clocksSheet(cs)
	rs, err := t.Receipts(ctx, v.scope, n.ID)
	if err != nil {
		return nil, err
	}
	for i, r := range rs {
		state := ui.OK(ui.T(ctx, "In force"))
		if i < len(rs)-1 {
			state = ui.Neutral(ui.T(ctx, "Corrected"))
		}
		why := join(r.Channel, r.Proof, r.Reason, who.of(ctx, t, r.By))
		line.Table.Rows = append(line.Table.Rows, ui.Cells(ui.Text(ui.T(ctx, "Receipt")), ui.When{At: r.At, Day: true}, ui.Quiet("–"), state, ui.Isolated(plainDefanged(cutText(why, 160))), ui.Quiet(r.Zone)))
	}
	tab := ui.Table{Label: ui.T(ctx, "Decisions about it"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "What")}, {Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Why")}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	add := func(noun string, about int64, state, what string, when templ.Component, why string) {
		steps := []templ.Component{}
		for _, s := range lawSteps {
			if s.noun == noun && n.Unit == v.by.Unit && s.can(v, "", state) {
				steps = append(steps, ui.Link("/law/"+noun+"/"+id(about)+"/"+s.verb, s.title(ctx)), ui.Text(" "))
			}
		}
		tab.Rows = append(tab.Rows, ui.Cells(ui.Text(what), when, lawState(ctx, noun, state), ui.Isolated(plainDefanged(cutText(why, 200))), ui.All(steps...)))
	}
	ws, err := t.Waivers(ctx, v.scope, n.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range ws {
		add("waiver", w.ID, string(w.State), ui.T(ctx, "Waive the twelve hours"), ui.When{At: w.At, Day: true}, join(w.Reason, who.of(ctx, t, w.By)))
	}
	as, err := t.AppealsOf(ctx, v.scope, n.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range as {
		add("appeal", a.ID, string(a.State), ui.T(ctx, "Appeal"), ui.When{At: a.Lodged, Day: true}, join(a.By, a.Body, a.Ref, a.Reason))
	}
	ds, err := t.NondisclosuresOf(ctx, v.scope, n.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		add("nondisclosure", d.ID, string(d.State), ui.T(ctx, "Non-disclosure"), ui.When{At: d.At, Day: true}, join(d.Reason, d.Again))
	}
	ps, err := t.ReinstatementsOf(ctx, v.scope, n.Asset)
	if err != nil {
		return nil, err
	}
	for _, r := range ps {
		if r.Notice == n.ID {
			add("reinstatement", r.ID, string(r.State), ui.T(ctx, "Reinstatement"), ui.When{At: r.Created, Day: true}, join(r.Why, r.Detail))
		}
	}
	law := Sheet{ID: "decisions", Title: ui.T(ctx, "Decisions about it")}
	if len(tab.Rows) > 0 {
		law.Table = &tab
	}
	for _, s := range lawSteps {
		if s.noun == "notice" && n.Unit == v.by.Unit && s.about(n) && s.can(v, "", string(n.State)) {
			law.Buttons = append(law.Buttons, ui.Button{Text: s.title(ctx), Small: true, Href: "/law/notice/" + id(n.ID) + "/" + s.verb, Legal: true})
		}
	}
	var out []Sheet
	if len(line.Table.Rows) > 0 {
		out = append(out, line)
	}
	if law.Table != nil || len(law.Buttons) > 0 {
		out = append(out, law)
	}
	if len(ms) > 0 {
		out = append(out, v.missivesSheet(ms))
	}
	return out, nil
}

// informSheet is the ledger of the twelve hours on a provider's page, and the factor of exposure, on which people decide.
func (v *visit) informSheet(id0 iru.ProviderID) (Sheet, error) {
	ctx := v.ctx()
	f, err := v.desk.FirstOrderTo(ctx, v.scope, id0)
	if err != nil {
		return Sheet{}, err
	}
	x, err := v.desk.ExposureOf(ctx, v.scope, id0)
	if err != nil {
		return Sheet{}, err
	}
	s := v.missivesSheet(f.Letters)
	s.ID, s.Title = "inform", ui.T(ctx, "Before the first removal order")
	switch {
	case f.Ordered:
		s.Aside = ui.OK(ui.T(ctx, "Had an order before")).Plain()
	case f.From.IsZero():
		s.Aside = ui.Warn(ui.T(ctx, "Not informed")).Plain()
	case f.From.After(v.now):
		s.Aside = ui.Info(ui.T(ctx, "A first order may leave at %s", moment(f.From))).Plain()
	default:
		s.Aside = ui.OK(ui.T(ctx, "A first order may leave")).Plain()
	}
	if x.Factor {
		s.Foot = ui.Text(ui.Tn(ctx, len(x.Final), "%d final removal orders within twelve months: a factor for a decision that it is exposed (Article 5(4)); people decide."))
	}
	if v.may(iru.ToAnswer) {
		for _, st := range lawSteps {
			if st.noun == "provider" {
				s.Buttons = append(s.Buttons, ui.Button{Text: st.title(ctx), Small: true, Href: "/law/provider/" + id(id0) + "/" + st.verb, Legal: true})
			}
		}
	}
	return s, nil
}
