// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (v *visit) missivesSheet(ms []iru.Missive) Sheet {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Letters"), Compact: true, List: true, Empty: ui.T(ctx, "None here."), Columns: []ui.Column{{Title: ui.T(ctx, "Letter")}, {Title: ui.T(ctx, "To")}, {Title: ui.T(ctx, "Reference"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "When"), NoWrap: true}}}
	for _, m := range ms {
		when := m.Created
		if !m.SentAt.IsZero() {
			when = m.SentAt
		}
		tab.Rows = append(tab.Rows, ui.Cells(ui.Link("/missives/"+id(m.ID), missiveName(ctx, m.Kind)), ui.Isolated(m.Name), ui.Text(m.Ref), lawState(ctx, "missive", string(m.State)), ui.When{At: when, Day: true}))
	}
	return Sheet{ID: "missives", Title: ui.T(ctx, "Letters"), Table: &tab}
}

// missivesPage lists the letters that wait for a person, and all others.
func (v *visit) missivesPage() error {
	ctx, state := v.ctx(), v.r.URL.Query().Get("state")
	f := db.MissiveFilter{State: iru.MissiveDraft}
	switch state {
	case "failed":
		f.State = iru.MissiveFailed
	case "all":
		f.State = ""
	}
	after, _ := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64)
	var ms []iru.Missive
	if err := v.read(func(t *db.Tx) (err error) {
		ms, err = t.MissivesAfter(ctx, v.scope, f, iru.MissiveID(max(after, 0)), perPage+1)
		return err
	}); err != nil {
		return err
	}
	next := ""
	if len(ms) > perPage {
		ms = ms[:perPage]
		next = at("/missives", "state", state, "after", id(ms[perPage-1].ID))
	}
	sheet := v.missivesSheet(ms)
	sheet.Pages.Next = next
	sheet.Aside = filterBar(ui.T(ctx, "State"), []ui.Button{{Text: ui.T(ctx, "Waits to be sent"), Small: true, Href: "/missives", Current: state == ""}, {Text: ui.T(ctx, "Not delivered"), Small: true, Href: "/missives?state=failed", Current: state == "failed"},
		{Text: ui.T(ctx, "All"), Small: true, Href: "/missives?state=all", Current: state == "all"}})
	head := ui.Head{Title: ui.T(ctx, "Letters that wait"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Letters")}}}
	return v.show(SheetPage{Frame: v.frame("notices", ui.T(ctx, "Letters")), Head: head, Said: v.said(), Sheets: []Sheet{sheet}}.View())
}

// missivePage shows one letter whole, with what can be done with it.
func (v *visit) missivePage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var m iru.Missive
	if err := v.read(func(t *db.Tx) (err error) {
		m, err = t.Missive(ctx, v.scope, iru.MissiveID(n))
		return err
	}); err != nil {
		return err
	}
	terms := ui.Terms{{Name: ui.T(ctx, "To"), Value: ui.Isolated(m.Name)}}
	if m.Address != "" {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Address"), Value: ui.Addr(m.Address)})
	}
	if m.Notice != 0 {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Act"), Value: ui.Link("/notices/"+id(m.Notice), m.Ref)})
	}
	if m.Scrutiny != 0 {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Scrutiny"), Value: ui.Link("/scrutiny/"+id(m.Scrutiny), m.Ref)})
	}
	if !m.SentAt.IsZero() {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Sent"), Value: ui.All(ui.When{At: m.SentAt, Day: true}, ui.Quiet(plainDefanged(m.Proof)))})
	}
	if !m.GotAt.IsZero() {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Received"), Value: ui.When{At: m.GotAt, Day: true}})
	}
	if m.Failed != "" {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Not delivered"), Value: ui.Text(plainDefanged(m.Failed))})
	}
	sheet := Sheet{ID: "letter", Title: m.Subject, Body: terms}
	for _, st := range lawSteps {
		if st.noun == "missive" && m.Unit == v.by.Unit && st.can(v, "", string(m.State)) {
			sheet.Buttons = append(sheet.Buttons, ui.Button{Text: st.title(ctx), Href: "/law/missive/" + id(m.ID) + "/" + st.verb, Legal: true})
		}
	}
	head := ui.Head{Title: missiveName(ctx, m.Kind), State: lawState(ctx, "missive", string(m.State)), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Letters"), Href: "/missives"}, {Text: missiveName(ctx, m.Kind)}}}
	return v.show(SheetPage{Frame: v.frame("notices", head.Title), Head: head, Said: v.said(), Sheets: []Sheet{sheet, {ID: "text", Title: ui.T(ctx, "Text"), Body: letterText(m.Text)}}}.View())
}
