// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// clocksPage lists what runs, the next to expire first, and who must act.
func (v *visit) clocksPage() error { return v.clocks("") }

func (v *visit) clocks(secret string) error {
	ctx, q := v.ctx(), v.r.URL.Query()
	who := q.Get("who")
	f := db.ClockFilter{Ours: who == "ours", Theirs: who == "theirs"}
	if who == "late" {
		f.Before = v.now
	}
	due, _ := strconv.ParseInt(q.Get("due"), 10, 64)
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	var at0 time.Time
	if due > 0 {
		at0 = time.UnixMicro(due).UTC()
	}
	tab := ui.Table{Label: ui.T(ctx, "Clocks"), List: true, Empty: ui.T(ctx, "None runs here."), Columns: []ui.Column{{Title: ui.T(ctx, "Reference"), NoWrap: true}, {Title: ui.T(ctx, "What for")},
		{Title: ui.T(ctx, "Who must act")}, {Title: ui.T(ctx, "Time left"), Num: true}, {Title: ui.T(ctx, "Due"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Source")}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	sheet := Sheet{ID: "list", Title: ui.T(ctx, "What expires next")}
	var tally map[iru.ClockStatus]int
	var cals []iru.Feed
	total := 0
	err := v.read(func(t *db.Tx) error {
		tab.Rows, total = nil, 0
		var err error
		if tally, err = t.ClockTally(ctx, v.scope, db.ClockFilter{}, v.now); err != nil {
			return err
		}
		for _, n := range tally {
			total += n
		}
		cs, err := t.ClocksNext(ctx, v.scope, f, at0, iru.ClockID(max(after, 0)), perPage+1)
		if err != nil {
			return err
		}
		if len(cs) > perPage {
			cs = cs[:perPage]
			last := cs[perPage-1]
			sheet.Pages.Next = at("/clocks", "who", who, "due", strconv.FormatInt(last.Due.UnixMicro(), 10), "after", id(last.ID))
		}
		names := map[iru.ProviderID]string{}
		for _, c := range cs {
			row, err := v.clockRow(t, c, names)
			if err != nil {
				return err
			}
			tab.Rows = append(tab.Rows, row)
		}
		cals, err = t.Feeds(ctx, v.by.ID)
		return err
	})
	if err != nil {
		return err
	}
	if at0.After(time.Time{}) {
		sheet.Pages.Previous = at("/clocks", "who", who)
	}
	filter := func(text, key string) ui.Button {
		return ui.Button{Text: text, Small: true, Href: at("/clocks", "who", key), Current: who == key}
	}
	sheet.Table, sheet.Aside = &tab, filterBar(ui.T(ctx, "Whose"), []ui.Button{filter(ui.T(ctx, "All"), ""), filter(ui.T(ctx, "Ours to act"), "ours"), filter(ui.T(ctx, "Theirs to act"), "theirs"), filter(ui.T(ctx, "Past"), "late")})
	sheet.Foot = ui.Text(ui.T(ctx, "Times are UTC; each limit is counted in the time zone of whoever must act."))
	if total == 0 {
		sheet.Empty = &ui.Empty{ID: "none", Title: ui.T(ctx, "No clock runs"), Why: ui.T(ctx, "A clock begins with a receipt, a copy, a decision or a request; it is counted from the evidence of that."),
			Todo: []ui.Todo{{Title: ui.T(ctx, "Notices"), Next: true, Why: ui.T(ctx, "An act begins with a finding: assess an item, then choose who can act on its asset."), Button: ui.Button{Text: ui.T(ctx, "Open"), Kind: ui.Primary, Href: "/notices"}}}}
	}
	head := ui.Head{Title: ui.T(ctx, "Clocks"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Clocks")}}, Facts: []templ.Component{ui.Text(ui.Tn(ctx, total, "%d clocks run"))}}
	if n := tally[iru.Overdue]; n > 0 {
		head.State = ui.Bad(ui.Tn(ctx, n, "%d overdue"))
	} else if n := tally[iru.AtRisk]; n > 0 {
		head.State = ui.Warn(ui.Tn(ctx, n, "%d at risk"))
	}
	if v.may(iru.ToAnswer) {
		head.Buttons = append(head.Buttons, ui.Button{Text: ui.T(ctx, "Start a clock"), Href: "/law/unit/" + id(v.by.Unit) + "/start", Key: "n"})
	}
	head.Buttons = append(head.Buttons, ui.Button{Text: ui.T(ctx, "Scrutiny"), Href: "/scrutiny"}, ui.Button{Text: ui.T(ctx, "Letters that wait"), Href: "/missives"})
	return v.show(SheetPage{Frame: v.frame("notices", ui.T(ctx, "Clocks")), Head: head, Said: v.said(), Sheets: []Sheet{sheet, v.calendarSheet(cals, secret)}}.View())
}

func (v *visit) clockRow(t *db.Tx, c iru.Clock, names map[iru.ProviderID]string) (ui.Row, error) {
	ctx := v.ctx()
	if _, ok := names[c.Provider]; !ok && c.Provider != 0 {
		p, err := t.Provider(ctx, iru.Program(), c.Provider) // named in a case within reach
		if err != nil && !errors.Is(err, iru.NotFound) {
			return ui.Row{}, err
		}
		names[c.Provider] = p.Name
	}
	k := clockOf(c, ruleName(ctx, c.Rule)+" "+c.Ref, v.now)
	ref := ui.Text(c.Ref)
	if h := clockHref(c); h != "" {
		ref = ui.Link(h, c.Ref)
	}
	steps := ui.Link("/law/clock/"+id(c.ID)+"/stop", ui.T(ctx, "Record what stopped it"))
	if r, ok := v.desk.Regime.Clock(c.Rule); !v.may(iru.ToAnswer) || c.Unit != v.by.Unit || (c.About.Noun != "provider" && c.About.Noun != "unit" && c.Rule != "tco-6m" && c.Rule != "internal-reinstate") {
		steps = ui.Quiet("")
		if _, long := r.Longest(c.Due); ok && long && c.Rule != "tco-6w" && c.Unit == v.by.Unit && v.may(iru.ToEndorse) {
			steps = ui.Link("/law/clock/"+id(c.ID)+"/extend", ui.T(ctx, "Extend"))
		}
	}
	return ui.Cells(ref, ui.Text(ruleName(ctx, c.Rule)), ui.Isolated(whoActs(ctx, c, names[c.Provider])), k.Small(), ui.When{At: c.Due, Day: true}, clockState(ctx, c, v.now), law(ctx, c.Source), steps), nil
}

// clockHref is the page of what a clock runs about.
func clockHref(c iru.Clock) string {
	switch {
	case c.About.Noun == "scrutiny":
		return "/scrutiny/" + id(c.About.ID)
	case c.Notice != 0:
		return "/notices/" + id(c.Notice)
	case c.Provider != 0:
		return "/providers/" + id(c.Provider)
	}
	return ""
}

// calendarSheet offers private addresses for a calendar program.
func (v *visit) calendarSheet(cals []iru.Feed, secret string) Sheet {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Calendar addresses"), Compact: true, Empty: ui.T(ctx, "None yet."), Columns: []ui.Column{{Title: ui.T(ctx, "Made")}, {Title: ui.T(ctx, "Last read")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	for _, c := range cals {
		state, step := ui.OK(ui.T(ctx, "In force")), calendarForm("/me/calendars/"+id(c.ID)+"/revoke", ui.T(ctx, "Revoke"))
		if !c.Revoked.IsZero() {
			state, step = ui.Neutral(ui.T(ctx, "Ended")), ui.Quiet("")
		}
		read := ui.Quiet("–")
		if !c.Read.IsZero() {
			read = ui.When{At: c.Read, Day: true}
		}
		tab.Rows = append(tab.Rows, ui.Cells(ui.When{At: c.Created, Day: true}, read, state, step))
	}
	s := Sheet{ID: "calendar", Title: ui.T(ctx, "In your own calendar"), Table: &tab, Body: ui.All(ui.Text(ui.T(ctx, "A private address that calendar programs read: references, addressees and times only. Whoever has it reads it; revoke it when in doubt.")), calendarForm("/me/calendars", ui.T(ctx, "Make an address")))}
	if secret != "" {
		s.Body = ui.All(ui.Strong(ui.T(ctx, "Copy it now; it is shown once.")), secretLine(secret))
	}
	return s
}

// openCalendar makes a private address and shows it once.
func (v *visit) openCalendar() error {
	_, secret, err := v.desk.OpenFeed(v.ctx(), v.scope)
	if err != nil {
		return err
	}
	scheme := "http"
	if v.opts.Secure {
		scheme = "https"
	}
	v.w.Header().Set("Cache-Control", "no-store")
	return v.clocks(scheme + "://" + v.r.Host + "/calendar/" + secret + ".ics")
}

func (v *visit) revokeCalendar() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.desk.RevokeFeed(v.ctx(), v.scope, n); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The address gives nothing any more."))
	return v.to("/clocks#calendar")
}

// calendarFile answers a calendar program, which signs in by the secret in the address alone.
func (v *visit) calendarFile() error {
	secret := v.r.PathValue("secret")
	if n := len(secret) - len(".ics"); n > 0 && secret[n:] == ".ics" {
		secret = secret[:n]
	}
	text, err := v.desk.Feed(v.ctx(), secret)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="clocks.ics"`)
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Referrer-Policy", "no-referrer")
	v.w.WriteHeader(http.StatusOK)
	if _, err := v.w.Write(text); err != nil {
		return nil // the reader is gone
	}
	return nil
}
