// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// cutWho reads an addressee's choice: provider, layer, instrument.
func cutWho(s string) (iru.ProviderID, legal.Layer, legal.Instrument) {
	f := strings.Fields(s)
	if len(f) != 3 {
		return 0, "", ""
	}
	return iru.ProviderID(number(f[0])), legal.Layer(f[1]), legal.Instrument(f[2])
}

func batchState(ctx context.Context, s iru.BatchState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.BatchGathering:
		return ui.Info(ui.T(ctx, "Gathers")).With(ui.IconClock)
	case iru.BatchDispatched:
		return ui.Info(ui.T(ctx, "On its way")).With(ui.IconSend)
	case iru.BatchSent:
		return ui.OK(ui.T(ctx, "Sent"))
	case iru.BatchBounced:
		return ui.Bad(ui.T(ctx, "Not delivered"))
	case iru.BatchDissolved:
		return ui.Neutral(ui.T(ctx, "Dissolved: nothing was left")).With(ui.IconBan)
	}
	return ui.Neutral(string(s))
}

// batchesPage lists the grouped letters.
func (v *visit) batchesPage() error {
	ctx := v.ctx()
	title := ui.T(ctx, "Grouped referrals")
	p := PlainPage{Frame: v.frame("notices", title), Title: title, Said: v.said(), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}}}
	table := ui.Table{Label: title, List: true, Empty: ui.T(ctx, "No addressee has a calendar with anything to send. A calendar is set on the provider's page."), Columns: []ui.Column{{Title: ui.T(ctx, "Letter")}, {Title: ui.T(ctx, "To")}, {Title: ui.T(ctx, "Acts"), Num: true},
		{Title: ui.T(ctx, "Leaves"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
	err := v.read(func(t *db.Tx) error {
		bs, err := t.Batches(ctx, v.scope, 200)
		if err != nil {
			return err
		}
		for _, b := range bs {
			pr, err := t.Provider(ctx, iru.Program(), b.Provider)
			if err != nil {
				return err
			}
			in, err := t.Grouped(ctx, v.scope, b.ID)
			if err != nil {
				return err
			}
			table.Rows = append(table.Rows, ui.Cells(ui.Link("/batches/"+id(b.ID), b.Ref), ui.Link("/providers/"+id(pr.ID), pr.Name), ui.Text(strconv.Itoa(len(in))), ui.When{At: b.Due, Day: true}, batchState(ctx, b.State)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Cards = []PlainCard{{ID: "list", Title: title, Pill: strconv.Itoa(len(table.Rows)), Table: &table}}
	return v.show(p.View())
}

// batchPage is one grouped letter with its acts.
func (v *visit) batchPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var b iru.Batch
	var pr iru.Provider
	table := ui.Table{Label: ui.T(ctx, "Acts in this letter"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "State")}}}
	if err := v.read(func(t *db.Tx) error {
		var err error
		if b, err = t.Batch(ctx, v.scope, iru.BatchID(n)); err != nil {
			return err
		}
		if pr, err = t.Provider(ctx, iru.Program(), b.Provider); err != nil {
			return err
		}
		in, err := t.Grouped(ctx, v.scope, b.ID)
		for _, x := range in {
			table.Rows = append(table.Rows, ui.Cells(ui.Link("/notices/"+id(x.ID), x.Ref), shortAddress(x.Locator), noticeState(ctx, x.State)))
		}
		return err
	}); err != nil {
		return err
	}
	p := PlainPage{Frame: v.frame("notices", b.Ref), Title: b.Ref, Said: v.said(), State: batchState(ctx, b.State), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Grouped referrals"), Href: "/batches"}},
		Buttons: []ui.Button{{Text: ui.T(ctx, "Calendar"), Href: "/providers/" + id(pr.ID) + "/calendar"}}}
	f := ui.Terms{{Name: ui.T(ctx, "To"), Value: ui.Isolated(pr.Name)}, {Name: ui.T(ctx, "Leaves"), Value: ui.When{At: b.Due, Day: true}}}
	if !b.SentAt.IsZero() {
		f = append(f, ui.Term{Name: ui.T(ctx, "Sent"), Value: ui.When{At: b.SentAt, Day: true}}, ui.Term{Name: ui.T(ctx, "Their server's word"), Value: ui.Isolated(b.Proof)})
	}
	p.Cards = []PlainCard{{ID: "facts", Title: ui.T(ctx, "The letter"), Facts: f}, {ID: "acts", Title: ui.T(ctx, "Acts in this letter"), Pill: strconv.Itoa(len(table.Rows)), Table: &table}}
	if b.Text != "" {
		p.Cards = append(p.Cards, PlainCard{ID: "text", Title: b.Subject, Body: ui.Paragraphs(b.Lang, plainDefanged(b.Text))})
	}
	return v.show(p.View())
}

// calendarPage sets, pauses and ends an addressee's calendar.
func (v *visit) calendarPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var pr iru.Provider
	if err := v.read(func(t *db.Tx) (err error) {
		pr, err = t.Provider(ctx, v.scope, iru.ProviderID(n))
		return err
	}); err != nil {
		return err
	}
	c, err := v.desk.Calendar(ctx, v.scope, pr.ID)
	have := err == nil
	if errors.Is(err, iru.NotFound) {
		c = iru.Calendar{Zone: "UTC", Windows: []iru.Window{{Days: []int{1, 2, 3, 4, 5}, From: "08:00", To: "17:00"}}, Most: 25, Gather: time.Hour}
	} else if err != nil {
		return err
	}
	self, title := "/providers/"+id(pr.ID)+"/calendar", ui.T(ctx, "Calendar: %s", pr.Name)
	p := PlainPage{Frame: v.frame("notices", title), Title: title, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Providers"), Href: "/providers"}, {Text: pr.Name, Href: "/providers/" + id(pr.ID)}},
		Buttons: []ui.Button{{Text: ui.T(ctx, "Grouped referrals"), Href: "/batches"}}}
	if !have {
		p.State = ui.Neutral(ui.T(ctx, "Acts leave one by one")).With(ui.IconSend)
	} else if c.PauseUntil.After(v.now) {
		p.State = ui.Warn(ui.T(ctx, "Paused until %s", moment(c.PauseUntil)))
	} else {
		p.State = ui.Info(ui.T(ctx, "Referrals leave grouped")).With(ui.IconClock)
	}
	if v.may(iru.ToSchedule) && pr.Unit == v.by.Unit {
		p.Cards = append(p.Cards, PlainCard{ID: "set", Title: ui.T(ctx, "When referrals leave"), Form: v.calendarForm(c, self)})
		if have {
			p.Cards = append(p.Cards, PlainCard{ID: "end", Title: ui.T(ctx, "End the calendar"), Form: &PlainForm{Action: self, Hidden: map[string]string{"verb": "end"}, Verb: ui.T(ctx, "End it"), Fields: components(v.why(true)), Next: []string{ui.T(ctx, "What gathers leaves at once; from then on referrals leave one by one.")}}})
		}
	} else {
		p.Cards = append(p.Cards, PlainCard{ID: "read", Title: ui.T(ctx, "When referrals leave"), Words: []string{windowWords(ctx, c)}})
	}
	return v.sheet(p, self, func(verb string) (string, error) {
		if verb == "end" {
			return ui.T(ctx, "The calendar ended."), v.desk.EndCalendar(ctx, v.scope, pr.ID, v.value("why"))
		}
		next, err := v.readCalendar(pr.ID)
		if err == nil {
			_, err = v.desk.SetCalendar(ctx, v.scope, next)
		}
		return ui.T(ctx, "The calendar was set."), err
	})
}

func windowWords(ctx context.Context, c iru.Calendar) string {
	var all []string
	for _, w := range c.Windows {
		var days []string
		for _, d := range w.Days {
			days = append(days, weekday(ctx, d))
		}
		all = append(all, list(days)+" "+w.From+" – "+w.To)
	}
	return join(strings.Join(all, "; "), c.Zone)
}

func weekday(ctx context.Context, d int) string {
	return []string{ui.T(ctx, "Sunday"), ui.T(ctx, "Monday"), ui.T(ctx, "Tuesday"), ui.T(ctx, "Wednesday"), ui.T(ctx, "Thursday"), ui.T(ctx, "Friday"), ui.T(ctx, "Saturday")}[((d%7)+7)%7]
}

func (v *visit) calendarForm(c iru.Calendar, self string) *PlainForm {
	ctx := v.ctx()
	kept := func(name, now string) string {
		if v.r.Method == "POST" {
			return v.value(name)
		}
		return now
	}
	w := c.Windows[0]
	days := ui.Choice{Name: "days", Question: ui.T(ctx, "Days of the week"), Many: true, Required: true, Chosen: v.values("days")}
	for _, d := range []int{1, 2, 3, 4, 5, 6, 0} {
		days.Options = append(days.Options, ui.ChoiceOption{Value: strconv.Itoa(d), Text: weekday(ctx, d)})
	}
	if v.r.Method != "POST" {
		for _, d := range w.Days {
			days.Chosen = append(days.Chosen, strconv.Itoa(d))
		}
	}
	return &PlainForm{Action: self, Hidden: map[string]string{"verb": "set"}, Verb: ui.T(ctx, "Set the calendar"), Kind: ui.Primary,
		Next: []string{ui.T(ctx, "Referrals to this addressee gather and leave in one letter at these times. Each stays an act of its own."), ui.T(ctx, "Orders, notices and a threat to life never wait for a calendar.")},
		Fields: components(days, ui.Field{Name: "from", Type: "time", Label: ui.T(ctx, "From"), Required: true, Value: kept("from", w.From)}, ui.Field{Name: "until", Label: ui.T(ctx, "Until"), Required: true, Value: kept("until", w.To), Max: 5, Hint: ui.T(ctx, "24:00 for the end of the day.")},
			ui.Field{Name: "zone", Label: ui.T(ctx, "Time zone"), Required: true, Value: kept("zone", c.Zone), Max: 60, Hint: ui.T(ctx, "Such as Europe/Vienna.")},
			ui.Field{Name: "holidays", Type: "textarea", Rows: 2, Label: ui.T(ctx, "Holidays"), Value: kept("holidays", strings.Join(c.Holidays, " ")), Max: 4000, Hint: ui.T(ctx, "Days such as 2026-12-25, with spaces between.")},
			ui.Field{Name: "most", Type: "number", Label: ui.T(ctx, "Items in a letter, at most"), Required: true, Value: kept("most", strconv.Itoa(c.Most))},
			ui.Field{Name: "gather", Type: "number", Label: ui.T(ctx, "Minutes that a letter gathers, at least"), Required: true, Value: kept("gather", strconv.Itoa(int(c.Gather.Minutes())))},
			ui.Field{Name: "pause", Type: "datetime-local", Label: ui.T(ctx, "Paused until, UTC"), Value: kept("pause", dayOf(c.PauseUntil))},
			ui.Field{Name: "pause_why", Label: ui.T(ctx, "Why it is paused"), Value: kept("pause_why", c.PauseWhy), Max: 500})}
}

func (v *visit) readCalendar(p iru.ProviderID) (iru.Calendar, error) {
	c := iru.Calendar{Provider: p, Zone: v.value("zone"), Holidays: strings.Fields(v.value("holidays")), Most: int(v.whole("most")), Gather: time.Duration(v.whole("gather")) * time.Minute, Groups: []legal.Instrument{legal.Referral}, PauseWhy: v.value("pause_why")}
	w := iru.Window{From: v.value("from"), To: v.value("until")}
	for _, d := range v.values("days") {
		n, err := strconv.Atoi(d)
		if err != nil {
			return c, iru.Refuse(iru.Invalid, "there is no day "+d, "choose days of the week")
		}
		w.Days = append(w.Days, n)
	}
	c.Windows = []iru.Window{w}
	if s := v.value("pause"); s != "" {
		at, err := time.Parse("2006-01-02T15:04", s)
		if err != nil {
			return c, iru.Refuse(iru.Invalid, "the end of the pause is no time", "write a date and a time, in UTC")
		}
		c.PauseUntil = at
	}
	return c, nil
}
