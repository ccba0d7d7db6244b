// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// hoursPage is when an addressee's desk works, as the unit knows it; rehearsals play with it.
func (v *visit) hoursPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var pr iru.Provider
	h := iru.DeskHours{Ended: true}
	who := names{}
	if err := v.read(func(t *db.Tx) (err error) {
		if pr, err = t.Provider(ctx, v.scope, iru.ProviderID(n)); err != nil {
			return err
		}
		all, err := t.DeskHours(ctx, v.scope)
		for _, x := range all {
			if x.Provider == pr.ID {
				h = x
				who.of(ctx, t, x.By)
			}
		}
		return err
	}); err != nil {
		return err
	}
	self, title := "/providers/"+id(pr.ID)+"/hours", ui.T(ctx, "Hours of its desk: %s", pr.Name)
	p := PlainPage{Frame: v.frame("notices", title), Title: title, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Providers"), Href: "/providers"}, {Text: pr.Name, Href: "/providers/" + id(pr.ID)}},
		State: ui.Neutral(ui.T(ctx, "as assumed of any desk"))}
	if !h.Ended {
		p.State = ui.Info(ui.T(ctx, "as the unit knows it"))
		p.Cards = append(p.Cards, PlainCard{ID: "now", Title: ui.T(ctx, "What rehearsals play with"), Words: []string{v.hoursWords(h), join(h.Reason, who[h.By], day(h.At))}})
	}
	if v.may(iru.ToPlan) {
		p.Cards = append(p.Cards, PlainCard{ID: "set", Title: ui.T(ctx, "What the unit knows"), Form: v.hoursForm(h, self)})
		if !h.Ended {
			p.Cards = append(p.Cards, PlainCard{ID: "end", Title: ui.T(ctx, "Take it back"), Form: &PlainForm{Action: self, Hidden: map[string]string{"verb": "end"}, Verb: ui.T(ctx, "Take it back"), Fields: components(v.why(true)),
				Next: []string{ui.T(ctx, "From then on it is as assumed of any desk.")}}})
		}
	}
	return v.sheet(p, self, func(verb string) (string, error) {
		if verb == "end" {
			_, err := v.desk.SetDeskHours(ctx, v.scope, iru.DeskHours{Provider: pr.ID, Ended: true, Reason: v.value("why")})
			return ui.T(ctx, "It was taken back."), err
		}
		next, err := v.readHours(pr.ID)
		if err == nil {
			_, err = v.desk.SetDeskHours(ctx, v.scope, next)
		}
		return ui.T(ctx, "Stored. Rehearsals play with it from now on."), err
	})
}

func (v *visit) hoursWords(h iru.DeskHours) string {
	ctx := v.ctx()
	works := windowWords(ctx, iru.Calendar{Windows: h.Windows, Zone: h.Zone})
	if h.Always {
		works = ui.T(ctx, "around the clock")
	}
	free, on, cache := "", "", ""
	if len(h.Holidays) > 0 {
		free = ui.T(ctx, "not on %s", list(h.Holidays))
	}
	if len(h.Works) > 0 {
		on = ui.T(ctx, "works on %s", list(h.Works))
	}
	if h.Cache > 0 {
		cache = ui.T(ctx, "caches keep what it took down for %s hours", amount(h.Cache.Hours()))
	}
	return join(works, free, on, cache)
}

func (v *visit) hoursForm(h iru.DeskHours, self string) *PlainForm {
	ctx := v.ctx()
	kept := func(name, now string) string {
		if v.r.Method == "POST" {
			return v.value(name)
		}
		return now
	}
	w := iru.Window{Days: []int{1, 2, 3, 4, 5}, From: "09:00", To: "17:00"}
	if len(h.Windows) > 0 {
		w = h.Windows[0]
	}
	cache := ""
	if h.Cache > 0 {
		cache = amount(h.Cache.Hours())
	}
	when := ui.Choice{Name: "when", Question: ui.T(ctx, "When it works"), Required: true, Options: []ui.ChoiceOption{{Value: "hours", Text: ui.T(ctx, "in its hours")}, {Value: "always", Text: ui.T(ctx, "around the clock")}, {Value: "unknown", Text: ui.T(ctx, "not known: as assumed of any desk")}}}
	days := ui.Choice{Name: "days", Question: ui.T(ctx, "Days of the week"), Many: true, Chosen: v.values("days")}
	for _, d := range []int{1, 2, 3, 4, 5, 6, 0} {
		days.Options = append(days.Options, ui.ChoiceOption{Value: strconv.Itoa(d), Text: weekday(ctx, d)})
	}
	when.Chosen = []string{v.value("when")}
	if v.r.Method != "POST" {
		when.Chosen = []string{"hours"}
		switch {
		case h.Always:
			when.Chosen = []string{"always"}
		case !h.Ended && len(h.Windows) == 0:
			when.Chosen = []string{"unknown"}
		}
		for _, d := range w.Days {
			days.Chosen = append(days.Chosen, strconv.Itoa(d))
		}
	}
	return &PlainForm{Action: self, Hidden: map[string]string{"verb": "set"}, Verb: ui.T(ctx, "Store it"), Kind: ui.Primary,
		Next: []string{ui.T(ctx, "Rehearsals play with it in place of what is assumed of any desk. The unit's own record of its answers stands before it.")},
		Fields: components(when, days, ui.Field{Name: "from", Type: "time", Label: ui.T(ctx, "From"), Value: kept("from", w.From)}, ui.Field{Name: "until", Label: ui.T(ctx, "Until"), Value: kept("until", w.To), Max: 5, Hint: ui.T(ctx, "24:00 for the end of the day.")},
			ui.Field{Name: "zone", Label: ui.T(ctx, "Time zone"), Value: kept("zone", h.Zone), Max: 60, Hint: ui.T(ctx, "Such as Europe/Vienna. Empty: that of its state.")},
			ui.Field{Name: "holidays", Type: "textarea", Rows: 2, Label: ui.T(ctx, "Days on which it does not work"), Value: kept("holidays", strings.Join(h.Holidays, " ")), Max: 4000, Hint: ui.T(ctx, "Beside the public holidays of its state. Days such as 2026-12-25, with spaces between.")},
			ui.Field{Name: "works", Type: "textarea", Rows: 2, Label: ui.T(ctx, "Public holidays on which it works"), Value: kept("works", strings.Join(h.Works, " ")), Max: 4000},
			ui.Field{Name: "cache", Label: ui.T(ctx, "Hours that caches keep what it took down"), Value: kept("cache", cache), Max: 10, Hint: ui.T(ctx, "Empty: as assumed of its kind.")}, v.why(true))}
}

func (v *visit) readHours(p iru.ProviderID) (iru.DeskHours, error) {
	h := iru.DeskHours{Provider: p, Zone: v.value("zone"), Holidays: strings.Fields(v.value("holidays")), Works: strings.Fields(v.value("works")), Reason: v.value("why")}
	slices.Sort(h.Holidays)
	slices.Sort(h.Works)
	switch v.value("when") {
	case "always":
		h.Always = true
	case "hours":
		w := iru.Window{From: v.value("from"), To: v.value("until")}
		for _, d := range v.values("days") {
			n, err := strconv.Atoi(d)
			if err != nil {
				return h, iru.Refuse(iru.Invalid, "there is no day "+d, "choose days of the week")
			}
			w.Days = append(w.Days, n)
		}
		h.Windows = []iru.Window{w}
	}
	if s := v.value("cache"); s != "" {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || !(f >= 0 && f < 1e5) {
			return h, iru.Refuse(iru.Invalid, "that is no number of hours", "write digits and a full stop, such as 0.5")
		}
		h.Cache = time.Duration(f * float64(time.Hour))
	}
	return h, nil
}
