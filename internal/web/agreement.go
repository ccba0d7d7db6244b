// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// agreementPage shows how far two persons who judge the same agree, and the spot checks that wait.
func (v *visit) agreementPage() error {
	ctx := v.ctx()
	title := ui.T(ctx, "Agreement")
	p := PlainPage{Frame: v.frame("triage", title), Title: title, Said: v.said(), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Triage"), Href: "/triage"}}}
	since := v.now.AddDate(-1, 0, 0)
	cs, err := v.desk.Concord(ctx, v.scope, since)
	if err != nil {
		return err
	}
	var spots []iru.Spot
	who := names{}
	table := ui.Table{Label: ui.T(ctx, "Spot checks"), Compact: true, List: true, Empty: ui.T(ctx, "None was drawn. The share is set in the configuration."), Columns: []ui.Column{
		{Title: ui.T(ctx, "Item")}, {Title: ui.T(ctx, "Drawn"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Second reader")}}}
	err = v.read(func(t *db.Tx) error {
		var err error
		if spots, err = t.Spots(ctx, v.scope, since, perPage); err != nil {
			return err
		}
		for _, s := range spots {
			table.Rows = append(table.Rows, ui.Cells(ui.Link("/spots/"+id(s.ID), ui.T(ctx, "Item %s", id(s.Item))), ui.When{At: s.At, Day: true}, spotState(ctx, s.State), ui.Isolated(second(ctx, t, who, s.By))))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Cards = append(p.Cards, PlainCard{ID: "how", Title: ui.T(ctx, "How it is counted"), Words: []string{
		ui.T(ctx, "Two persons judge the same content, the second without the first answer. Counted since %s, by limb and by outlet, never by officer.", day(since)),
		ui.T(ctx, "Below %s pairs no rate is shown: it would say more about single persons than about the work.", strconv.Itoa(iru.MinPairs)),
		ui.T(ctx, "The interval is Wilson's at 95 %; kappa is Cohen's: 1 is full agreement, 0 what chance would give. Second opinions follow a doubt, so their first answer is always the same and kappa says nothing there.")}})
	for n, c := range cs {
		p.Cards = append(p.Cards, PlainCard{ID: "source" + strconv.Itoa(n), Title: readersName(ctx, c.Source), Pill: strconv.Itoa(c.All.Pairs), Table: concordTable(ctx, c)})
	}
	p.Cards = append(p.Cards, PlainCard{ID: "spots", Title: ui.T(ctx, "Spot checks"), Pill: strconv.Itoa(len(spots)), Table: &table})
	return v.show(p.View())
}

func readersName(ctx context.Context, s string) string {
	if s == "spot checks" {
		return ui.T(ctx, "Spot checks: findings drawn by chance")
	}
	return ui.T(ctx, "Second opinions: findings in doubt")
}

func concordTable(ctx context.Context, c desk.Concordance) *ui.Table {
	t := &ui.Table{Label: readersName(ctx, c.Source), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "What"), Head: true}, {Title: ui.T(ctx, "Pairs"), Num: true}, {Title: ui.T(ctx, "Disagree"), Num: true},
		{Title: ui.T(ctx, "Rate"), Num: true}, {Title: ui.T(ctx, "Interval, 95 %"), NoWrap: true}, {Title: ui.T(ctx, "Kappa"), Num: true}}}
	row := func(name string, a iru.Concord) {
		rate, interval, kappa, differ := ui.T(ctx, "too few to say"), "", "", ""
		if !a.Few {
			differ = strconv.Itoa(a.Pairs - a.Agreed)
			rate = percent(a.Disagreement())
			interval = percent(a.Low) + " – " + percent(a.High)
			if kappa = ui.T(ctx, "none"); !math.IsNaN(a.Kappa) {
				kappa = fmt.Sprintf("%.2f", a.Kappa)
			}
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(name), ui.Text(strconv.Itoa(a.Pairs)), ui.Text(differ), ui.Text(rate), ui.Text(interval), ui.Text(kappa)))
	}
	row(ui.T(ctx, "All"), c.All)
	for _, l := range limbs(ctx) {
		if a, ok := c.Limbs[l.Value]; ok {
			row(l.Text, a)
		}
	}
	for _, o := range c.Outlets {
		name := o.Name
		if o.ID == 0 {
			name = ui.T(ctx, "Not attributed")
		}
		row(name, o.Concord)
	}
	return t
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

// reading is the spot check that the officer reads of an item, blind; 0: none.
func (v *visit) reading(i iru.ItemID) (iru.SpotID, error) {
	var out iru.SpotID
	err := v.read(func(t *db.Tx) error {
		ss, err := t.SpotsOf(v.ctx(), i)
		for _, s := range ss {
			if s.Hides(v.by.ID) {
				out = s.ID
			}
		}
		return err
	})
	return out, err
}

func spotState(ctx context.Context, s iru.SpotState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.SpotAsked:
		return ui.Info(ui.T(ctx, "Waits for a second reader")).With(ui.IconEye)
	case iru.SpotTaken:
		return ui.Info(ui.T(ctx, "Being read")).With(ui.IconLock)
	case iru.SpotAgreed:
		return ui.OK(ui.T(ctx, "The readers agree"))
	case iru.SpotDiffers:
		return ui.Warn(ui.T(ctx, "The readers differ"))
	case iru.SpotSettled:
		return ui.Neutral(ui.T(ctx, "Settled")).With(ui.IconOK)
	case iru.SpotLapsed:
		return ui.Neutral(ui.T(ctx, "Lapsed")).With(ui.IconBan)
	}
	return ui.Neutral(string(s))
}

// spotPage shows a spot check: to its blind reader the content and nothing else, afterwards both readings.
func (v *visit) spotPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var s iru.Spot
	var a iru.Assessment
	var i iru.Item
	var first, reader string
	if err := v.read(func(t *db.Tx) error {
		var err error
		if s, err = t.Spot(ctx, v.scope, iru.SpotID(n)); err != nil {
			return err
		}
		if i, err = t.Item(ctx, v.scope, s.Item); err != nil {
			return err
		}
		a, err = t.Assessment(ctx, v.scope, s.Assessment)
		who := names{}
		first, reader = who.of(ctx, t, a.By), second(ctx, t, who, s.By)
		return err
	}); err != nil {
		return err
	}
	title, self := ui.T(ctx, "Spot check of item %s", id(s.Item)), "/spots/"+id(s.ID)
	p := PlainPage{Frame: v.frame("triage", title), Title: title, State: spotState(ctx, s.State), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Triage"), Href: "/triage"}, {Text: ui.T(ctx, "Agreement"), Href: "/agreement"}}}
	content := PlainCard{ID: "captured", Title: ui.T(ctx, "What was captured"), Facts: ui.Terms{{Name: ui.T(ctx, "Address"), Value: address(i.Locator)}}, Body: marked(i.Lang, i.Text, nil)}
	form := func(verb, title string, f PlainForm) {
		f.Action, f.Hidden = self, map[string]string{"verb": verb}
		p.Cards = append(p.Cards, PlainCard{ID: verb, Title: title, Form: &f})
	}
	may := v.may(iru.ToAssess) && s.Unit == v.by.Unit
	switch {
	case s.State == iru.SpotAsked && may && a.By != v.by.ID:
		form("take", ui.T(ctx, "Read it blind"), PlainForm{Verb: ui.T(ctx, "Take it"), Kind: ui.Primary, Check: &ui.Check{ID: "unseen", Name: "unseen", Value: "1", Label: ui.T(ctx, "I do not know what was found on it")},
			Next: []string{ui.T(ctx, "You see the content and nothing that was found on it, until you have given your own finding."), ui.T(ctx, "Your finding changes nothing by itself. If it differs, people look at it.")}})
	case s.State == iru.SpotTaken && s.By == v.by.ID:
		p.Cards = append(p.Cards, content)
		form("read", ui.T(ctx, "Your finding"), PlainForm{Verb: ui.T(ctx, "Record it"), Kind: ui.Primary, Fields: components(
			ui.Choice{Name: "finding", Question: ui.T(ctx, "Finding"), Required: true, Chosen: v.values("finding"), Options: []ui.ChoiceOption{{Value: string(iru.FindRefer), Text: ui.T(ctx, "Refer")}, {Value: string(iru.FindNoAction), Text: ui.T(ctx, "No action")}}},
			ui.Choice{Name: "limbs", Question: ui.T(ctx, "Ground, Article 2(7)"), Many: true, Options: limbs(ctx), Chosen: v.values("limbs")},
			ui.Choice{Name: "purpose", Question: ui.T(ctx, "True purpose: education, journalism, art, research, counter-speech, public debate?"), Options: purposes(ctx), Chosen: v.values("purpose")},
			v.area("reason", ui.T(ctx, "Reason, in your words"), "", true))})
		form("return", ui.T(ctx, "Give it back"), PlainForm{Verb: ui.T(ctx, "Give it back unread")})
	case s.ReadAt.IsZero():
		p.Cards = append(p.Cards, PlainCard{ID: "waits", Title: ui.T(ctx, "It is not read yet"), Words: []string{ui.T(ctx, "Both readings stand here when the second is given.")}})
	default:
		p.Cards = append(p.Cards, content, PlainCard{ID: "both", Title: ui.T(ctx, "Both readings"), Table: &ui.Table{Label: ui.T(ctx, "Both readings"), Compact: true,
			Columns: []ui.Column{{Title: ui.T(ctx, "Who"), Head: true}, {Title: ui.T(ctx, "Finding")}, {Title: ui.T(ctx, "Grounds")}, {Title: ui.T(ctx, "Reason")}},
			Rows:    []ui.Row{ui.Cells(ui.Isolated(first), findingWord(ctx, a.Finding), ui.Text(list(a.Limbs)), ui.Isolated(a.Reason)), ui.Cells(ui.Isolated(reader), findingWord(ctx, s.Finding), ui.Text(list(s.Limbs)), ui.Isolated(s.Reason))}}})
		if s.State == iru.SpotDiffers && may {
			form("settle", ui.T(ctx, "What follows"), PlainForm{Verb: ui.T(ctx, "Settle it"), Kind: ui.Primary, Fields: components(v.why(true)), Next: []string{ui.T(ctx, "The finding stays as it is. To change it, reopen the item.")}})
		}
		p.Buttons = append(p.Buttons, ui.Button{Text: ui.T(ctx, "The item"), Href: "/items/" + id(s.Item)})
	}
	return v.sheet(p, self, func(verb string) (string, error) {
		switch verb {
		case "take":
			_, err := v.desk.TakeSpot(ctx, v.scope, s.ID, v.value("unseen") != "")
			return ui.T(ctx, "It is yours to read."), err
		case "read":
			_, err := v.desk.ReadSpot(ctx, v.scope, s.ID, iru.Finding(v.value("finding")), v.values("limbs"), iru.Purpose(v.value("purpose")), v.value("reason"))
			return ui.T(ctx, "Your reading was recorded."), err
		case "return":
			_, err := v.desk.ReturnSpot(ctx, v.scope, s.ID)
			return ui.T(ctx, "It waits for another reader."), err
		case "settle":
			_, err := v.desk.SettleSpot(ctx, v.scope, s.ID, v.value("why"))
			return ui.T(ctx, "The difference was settled."), err
		}
		return "", iru.NotFound
	})
}

func findingWord(ctx context.Context, f iru.Finding) ui.State {
	return findingState(ctx, iru.Assessment{State: iru.AssessmentGiven, Finding: f})
}

// dayOf is a time as a form field takes it.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04")
}
