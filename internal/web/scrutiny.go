// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strconv"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// scrutiniesPage is the inbox of copies, and the copies that we sent.
func (v *visit) scrutiniesPage() error {
	ctx, role := v.ctx(), v.r.URL.Query().Get("role")
	if role != iru.AsIssuer {
		role = iru.AsScrutiniser
	}
	after, _ := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64)
	tab := ui.Table{Label: ui.T(ctx, "Orders"), List: true, Empty: ui.T(ctx, "None here."), Columns: []ui.Column{{Title: ui.T(ctx, "Reference"), NoWrap: true}, {Title: ui.T(ctx, "Authority")}, {Title: ui.T(ctx, "Addressee")},
		{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Time left"), Num: true}}}
	sheet := Sheet{ID: "list", Title: ui.T(ctx, "Orders of other states to providers here")}
	if role == iru.AsIssuer {
		sheet.Title = ui.T(ctx, "Our orders to providers of other states")
	}
	err := v.read(func(t *db.Tx) error {
		tab.Rows = nil
		ss, err := t.ScrutiniesAfter(ctx, v.scope, role, "", iru.ScrutinyID(max(after, 0)), perPage+1)
		if err != nil {
			return err
		}
		if len(ss) > perPage {
			ss = ss[:perPage]
			sheet.Pages.Next = at("/scrutiny", "role", role, "after", id(ss[perPage-1].ID))
		}
		for _, s := range ss {
			cs, err := t.ClocksAbout(ctx, v.scope, iru.Subject{Noun: "scrutiny", ID: int64(s.ID)})
			if err != nil {
				return err
			}
			left := ui.Quiet("–")
			for _, c := range cs {
				if c.State == iru.ClockRunning {
					left = clockOf(c, s.Ref, v.now).Small()
				}
			}
			tab.Rows = append(tab.Rows, ui.Cells(ui.Link("/scrutiny/"+id(s.ID), s.Ref), ui.Both(s.Authority, s.Country), ui.Isolated(s.Addressee), shortAddress(s.Locator), lawState(ctx, "scrutiny", string(s.State)), left))
		}
		return nil
	})
	if err != nil {
		return err
	}
	sheet.Table, sheet.Aside = &tab, filterBar(ui.T(ctx, "Whose"), []ui.Button{{Text: ui.T(ctx, "Copies to us"), Small: true, Href: "/scrutiny", Current: role == iru.AsScrutiniser},
		{Text: ui.T(ctx, "Our own orders"), Small: true, Href: "/scrutiny?role=issuer", Current: role == iru.AsIssuer}})
	head := ui.Head{Title: ui.T(ctx, "Scrutiny"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Scrutiny")}}}
	if v.may(iru.ToAnswer) {
		head.Buttons = []ui.Button{{Text: ui.T(ctx, "Enter a copy"), Kind: ui.Primary, Href: "/law/unit/" + id(v.by.Unit) + "/copy", Key: "n"}}
	}
	return v.show(SheetPage{Frame: v.frame("notices", ui.T(ctx, "Scrutiny")), Head: head, Said: v.said(), Sheets: []Sheet{sheet}}.View())
}

// scrutinyPage is one order under Article 4: blind until the own conclusion is recorded.
func (v *visit) scrutinyPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	s, cs, ms, err := v.desk.Scrutiny(ctx, v.scope, iru.ScrutinyID(n))
	if err != nil {
		return err
	}
	terms := ui.Terms{{Name: ui.T(ctx, "Authority"), Value: ui.Both(s.Authority, s.Country)}, {Name: ui.T(ctx, "Addressee"), Value: ui.Isolated(s.Addressee)}, {Name: ui.T(ctx, "Address"), Value: shortAddress(s.Locator)}}
	if !s.CopyAt.IsZero() {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Copy received"), Value: ui.When{At: s.CopyAt, Day: true}})
	}
	if s.Asker != "" {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Asked for by"), Value: ui.All(ui.Isolated(s.AskerName), ui.When{At: s.AskedAt, Day: true})})
	}
	if s.Notice != 0 {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Act"), Value: ui.Link("/notices/"+id(s.Notice), s.Ref)})
	}
	words := ui.Terms{}
	say := func(title, text string) {
		if text != "" {
			words = append(words, ui.Term{Name: title, Value: ui.Paragraphs("", plainDefanged(text))})
		}
	}
	finding := map[string]string{iru.Infringes: ui.T(ctx, "Seriously or manifestly infringes"), iru.NoInfringes: ui.T(ctx, "No infringement")}[s.Own]
	say(ui.T(ctx, "Own conclusion"), join(finding, s.OwnReasons))
	say(ui.T(ctx, "The issuer's reasons"), s.Reasons)
	say(ui.T(ctx, "Comparison"), s.Compared)
	say(ui.T(ctx, "Intention"), s.Intention)
	say(ui.T(ctx, "Decision"), s.Outcome)
	var hidden templ.Component
	if s.Blind() {
		hidden = ui.Text(ui.T(ctx, "The issuer's reasons are shown when the own conclusion is recorded."))
	}
	steps := Sheet{ID: "words", Title: ui.T(ctx, "What was found"), Body: words, Foot: hidden}
	if s.Unit == v.by.Unit {
		for _, st := range lawSteps {
			if st.noun == "scrutiny" && st.can(v, s.Role, string(s.State)) {
				steps.Buttons = append(steps.Buttons, ui.Button{Text: st.title(ctx), Href: "/law/scrutiny/" + id(s.ID) + "/" + st.verb, Legal: true})
			}
		}
	}
	head := ui.Head{Title: ui.T(ctx, "Scrutiny of %s", s.Ref), State: lawState(ctx, "scrutiny", string(s.State)), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Scrutiny"), Href: "/scrutiny"}, {Text: s.Ref}}}
	sheets := []Sheet{{ID: "order", Title: ui.T(ctx, "The order"), Body: terms}, steps, v.clocksSheet(cs), v.missivesSheet(ms)}
	return v.show(SheetPage{Frame: v.frame("notices", head.Title), Head: head, Said: v.said(), Sheets: sheets}.View())
}

// clocksSheet is a timeline of clocks, also those that ended.
func (v *visit) clocksSheet(cs []iru.Clock) Sheet {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Clocks"), Compact: true, Empty: ui.T(ctx, "None runs here."), Columns: []ui.Column{{Title: ui.T(ctx, "What for")}, {Title: ui.T(ctx, "Started"), NoWrap: true}, {Title: ui.T(ctx, "Due"), NoWrap: true},
		{Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Why")}, {Title: ui.T(ctx, "Source")}}}
	for _, c := range cs {
		state := clockState(ctx, c, v.now)
		if c.State == iru.ClockReplaced {
			state = ui.Neutral(ui.T(ctx, "Replaced"))
		}
		why := c.Proof
		if c.Why != "" {
			why = c.Why
		}
		tab.Rows = append(tab.Rows, ui.Cells(ui.Text(ruleName(ctx, c.Rule)), ui.When{At: c.Started, Day: true}, ui.When{At: c.Due, Day: true}, state, ui.Isolated(plainDefanged(cutText(why, 160))), law(ctx, c.Source)))
	}
	return Sheet{ID: "timeline", Title: ui.T(ctx, "All clocks of this case"), Table: &tab}
}
