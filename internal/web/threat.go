// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

func threatState(ctx context.Context, s iru.ThreatState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.ThreatOpened:
		return ui.Warn(ui.T(ctx, "Waits for a second person"))
	case iru.ThreatDeclared:
		return ui.Bad(ui.T(ctx, "Declared; the review is owed"))
	case iru.ThreatUpheld:
		return ui.OK(ui.T(ctx, "Reviewed: it was right"))
	case iru.ThreatUnfounded:
		return ui.Warn(ui.T(ctx, "Reviewed: it was not right"))
	case iru.ThreatWithdrawn:
		return ui.Neutral(ui.T(ctx, "Withdrawn")).With(ui.IconBan)
	}
	return ui.Neutral(string(s))
}

func threatCategories(ctx context.Context) []ui.ChoiceOption {
	return []ui.ChoiceOption{{Value: "attack", Text: ui.T(ctx, "An attack that is announced or under way")}, {Value: "hostage", Text: ui.T(ctx, "Persons held whose lives are threatened")},
		{Value: "person", Text: ui.T(ctx, "A threat to kill a person who can be identified")}, {Value: "live", Text: ui.T(ctx, "Killing that is streamed as it happens")},
		{Value: "instruct", Text: ui.T(ctx, "Instructions for an attack that is imminent")}}
}

func threatCategory(ctx context.Context, c string) string {
	for _, o := range threatCategories(ctx) {
		if o.Value == c {
			return o.Text
		}
	}
	return c
}

// threatsPage lists the threats to life with their counts: the fast lane is used seldom, and that is to be seen.
func (v *visit) threatsPage() error {
	ctx := v.ctx()
	title := ui.T(ctx, "Threats to life")
	p := PlainPage{Frame: v.frame("notices", title), Title: title, Said: v.said(), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}}}
	table := ui.Table{Label: title, List: true, Empty: ui.T(ctx, "The fast lane was never used."), Columns: []ui.Column{{Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "What")}, {Title: ui.T(ctx, "Act")},
		{Title: ui.T(ctx, "Two persons")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Review until"), NoWrap: true}}}
	count := map[iru.ThreatState]int{}
	late := 0
	err := v.read(func(t *db.Tx) error {
		hs, err := t.Threats(ctx, v.scope, 500)
		if err != nil {
			return err
		}
		who := names{}
		for _, h := range hs {
			count[h.State]++
			if h.Overdue(v.now) {
				late++
			}
			n, err := t.Notice(ctx, v.scope, h.Notice)
			if err != nil {
				return err
			}
			var due ui.Term
			due.Value = ui.Text("")
			if !h.Due.IsZero() {
				due.Value = ui.When{At: h.Due, Day: true}
			}
			table.Rows = append(table.Rows, ui.Cells(ui.When{At: h.FirstAt, Day: true}, ui.Link("/threats/"+id(h.ID), threatCategory(ctx, h.Category)), ui.Link("/notices/"+id(n.ID), n.Ref),
				ui.Isolated(join(who.of(ctx, t, h.First), second(ctx, t, who, h.Second))), threatState(ctx, h.State), due.Value))
		}
		return nil
	})
	if err != nil {
		return err
	}
	n := func(s iru.ThreatState) string { return strconv.Itoa(count[s]) }
	p.Cards = []PlainCard{{ID: "counts", Title: ui.T(ctx, "How often"), Words: []string{ui.T(ctx, "Open: %s. Declared and not reviewed: %s, of these late: %s. Upheld: %s. Unfounded: %s. Withdrawn: %s.",
		n(iru.ThreatOpened), n(iru.ThreatDeclared), strconv.Itoa(late), n(iru.ThreatUpheld), n(iru.ThreatUnfounded), n(iru.ThreatWithdrawn))}}, {ID: "list", Title: title, Table: &table}}
	return v.show(p.View())
}

func second(ctx context.Context, t *db.Tx, who names, o iru.OfficerID) string {
	if o == 0 {
		return ""
	}
	return who.of(ctx, t, o)
}

// threatPage is one threat to life: read and declare, tell who must know, review.
func (v *visit) threatPage() error {
	ctx := v.ctx()
	id64, err := v.number("id")
	if err != nil {
		return err
	}
	var h iru.Threat
	var n iru.Notice
	var first, sec, review string
	told := map[iru.OfficerID]string{}
	if err := v.read(func(t *db.Tx) error {
		var err error
		if h, err = t.Threat(ctx, v.scope, iru.ThreatID(id64)); err != nil {
			return err
		}
		who := names{}
		first, sec, review = who.of(ctx, t, h.First), second(ctx, t, who, h.Second), second(ctx, t, who, h.Review)
		for _, i := range h.Inform {
			told[i.By] = second(ctx, t, who, i.By)
		}
		n, err = t.Notice(ctx, v.scope, h.Notice)
		return err
	}); err != nil {
		return err
	}
	self, title := "/threats/"+id(h.ID), ui.T(ctx, "Threat to life: %s", n.Ref)
	p := PlainPage{Frame: v.frame("notices", title), Title: title, State: threatState(ctx, h.State), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Threats to life"), Href: "/threats"}},
		Buttons: []ui.Button{{Text: ui.T(ctx, "The act"), Href: "/notices/" + id(n.ID)}}}
	f := ui.Terms{{Name: ui.T(ctx, "What"), Value: ui.Text(threatCategory(ctx, h.Category))}, {Name: ui.T(ctx, "What is known"), Value: ui.Isolated(h.Reason)},
		{Name: ui.T(ctx, "First person"), Value: ui.Isolated(join(first, moment(h.FirstAt)))}}
	if h.Second != 0 {
		f = append(f, ui.Term{Name: ui.T(ctx, "Second person"), Value: ui.Isolated(join(sec, moment(h.SecondAt)))}, ui.Term{Name: ui.T(ctx, "Review until"), Value: ui.When{At: h.Due, Day: true}})
	}
	var over []string
	for _, o := range h.Overrides {
		if o == "second opinion" {
			over = append(over, ui.T(ctx, "the second opinion"))
		} else {
			over = append(over, ui.T(ctx, "deconfliction"))
		}
	}
	f = append(f, ui.Term{Name: ui.T(ctx, "Passed over"), Value: ui.Text(list(over))})
	if h.Review != 0 {
		f = append(f, ui.Term{Name: ui.T(ctx, "Review"), Value: ui.Isolated(join(review, moment(h.ReviewAt), h.ReviewWhy))})
	}
	p.Cards = append(p.Cards, PlainCard{ID: "facts", Title: ui.T(ctx, "What is in danger"), Facts: f})
	form := func(verb, title string, f PlainForm) {
		f.Action = self
		if f.Hidden == nil {
			f.Hidden = map[string]string{}
		}
		f.Hidden["verb"] = verb
		p.Cards = append(p.Cards, PlainCard{ID: verb + f.Hidden["to"], Title: title, Form: &f})
	}
	ours := h.Unit == v.by.Unit
	if h.State == iru.ThreatOpened && ours && v.may(iru.ToEndorse) {
		if h.First != v.by.ID {
			act, err := v.act(n)
			if err != nil {
				return err
			}
			p.Cards = append(p.Cards, PlainCard{Bare: act.view()})
			form("declare", ui.T(ctx, "Declare it as the second person"), PlainForm{Verb: ui.T(ctx, "Declare the threat to life"), Kind: ui.Danger, Legal: true, Hidden: map[string]string{"digest": act.Digest},
				Check: &ui.Check{ID: "read", Name: "read", Value: "1", Label: ui.T(ctx, "I have read the whole act and answer for it with my name")},
				Next:  []string{ui.T(ctx, "The act leaves within seconds."), ui.T(ctx, "Letters to the authority, the contact point and Europol are prepared."), ui.T(ctx, "A third person reviews it within 72 hours.")}})
		}
		form("withdraw", ui.T(ctx, "There is no such danger"), PlainForm{Verb: ui.T(ctx, "Withdraw it, and its act"), Fields: components(v.why(true))})
	}
	for _, i := range h.Inform {
		card := PlainCard{ID: "letter-" + i.To, Title: informName(ctx, i.To), Body: ui.Paragraphs("en", plainDefanged(i.Text))}
		if i.By != 0 {
			card.Facts = ui.Terms{{Name: ui.T(ctx, "Told"), Value: ui.Isolated(join(told[i.By], moment(i.At), i.How))}}
		}
		p.Cards = append(p.Cards, card)
		if i.By == 0 && ours && v.may(iru.ToAnswer) {
			form("inform", ui.T(ctx, "Record that they were told: %s", informName(ctx, i.To)), PlainForm{Verb: ui.T(ctx, "Record it"), Hidden: map[string]string{"to": i.To},
				Fields: components(ui.Field{ID: "how-" + i.To, Name: "how", Label: ui.T(ctx, "Whom you told, and by which way"), Required: true, Max: 500})})
		}
	}
	if h.State == iru.ThreatDeclared && ours && v.may(iru.ToEndorse) && !slices.Contains([]iru.OfficerID{h.First, h.Second}, v.by.ID) {
		form("review", ui.T(ctx, "Review"), PlainForm{Verb: ui.T(ctx, "Record the review"), Kind: ui.Primary, Legal: true, Fields: components(
			ui.Choice{Name: "right", Question: ui.T(ctx, "Was the fast lane right?"), Required: true, Chosen: v.values("right"), Options: []ui.ChoiceOption{{Value: "yes", Text: ui.T(ctx, "yes")},
				{Value: "no", Text: ui.T(ctx, "no"), Hint: ui.T(ctx, "Whether the act is withdrawn is decided on the act.")}}}, v.why(true))})
	}
	return v.sheet(p, self, func(verb string) (string, error) {
		var err error
		switch verb {
		case "declare":
			if v.value("read") == "" {
				return "", iru.Refuse(iru.Invalid, "you have not said that you read the act", "read it, and tick the box")
			}
			_, err = v.desk.DeclareThreat(ctx, v.scope, h.ID, v.value("digest"))
			return ui.T(ctx, "Declared. The act is leaving."), err
		case "withdraw":
			_, err = v.desk.WithdrawThreat(ctx, v.scope, h.ID, v.value("why"))
			return ui.T(ctx, "The threat was withdrawn, and its act."), err
		case "inform":
			_, err = v.desk.InformThreat(ctx, v.scope, h.ID, v.value("to"), v.value("how"))
			return ui.T(ctx, "It was recorded that they know."), err
		case "review":
			if r := v.value("right"); r != "yes" && r != "no" {
				return "", iru.Refuse(iru.Invalid, "the outcome of the review is missing", "say whether the fast lane was right")
			}
			_, err = v.desk.ReviewThreat(ctx, v.scope, h.ID, v.value("right") == "yes", v.value("why"))
			return ui.T(ctx, "The review was recorded."), err
		}
		return "", iru.NotFound
	})
}

func informName(ctx context.Context, to string) string {
	switch to {
	case "authority":
		return ui.T(ctx, "The investigating authority")
	case "contact":
		return ui.T(ctx, "The contact point of the Member State")
	}
	return "Europol"
}

// openThreatPage is the first person's word.
func (v *visit) openThreatPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var i iru.Item
	if err := v.read(func(t *db.Tx) (err error) {
		i, err = t.Item(ctx, v.scope, iru.ItemID(n))
		return err
	}); err != nil {
		return err
	}
	if err := v.ours(i.Unit); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToDraft); err != nil {
		return err
	}
	options, err := v.desk.Options(ctx, v.scope, i.Asset)
	if err != nil {
		return err
	}
	who := ui.Field{Name: "who", Type: "select", Label: ui.T(ctx, "Who can act, by which instrument"), Required: true, Value: v.value("who"), Options: []ui.Option{{Value: "", Text: ui.T(ctx, "choose")}}}
	for _, o := range options {
		for _, r := range o.Rulings {
			if (r.Allowed || i.State == iru.ItemSecond) && slices.Contains([]legal.Instrument{legal.RemovalOrder, legal.Referral, legal.Notice, legal.OrderToAct}, r.Instrument) {
				who.Options = append(who.Options, ui.Option{Value: id(o.Provider.ID) + " " + string(o.Carrier.Layer) + " " + string(r.Instrument), Text: join(o.Provider.Name, layerName(ctx, o.Carrier.Layer), instrumentName(ctx, r.Instrument))})
			}
		}
	}
	title, self := ui.T(ctx, "Threat to life"), "/items/"+id(i.ID)+"/threat"
	p := PlainPage{Frame: v.frame("triage", title), Title: title, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Triage"), Href: "/triage"}, {Text: ui.T(ctx, "Item %s", id(i.ID)), Href: "/items/" + id(i.ID)}},
		Cards: []PlainCard{{ID: "open", Title: ui.T(ctx, "Use the fast lane"), Form: &PlainForm{Action: self, Verb: ui.T(ctx, "Say that lives are in danger"), Kind: ui.Danger, Legal: true,
			Next: []string{ui.T(ctx, "Only for an imminent threat to life. Everything else goes the ordinary way."), ui.T(ctx, "The act is written and submitted in your name. It leaves when a second, different person declares the threat, too."),
				ui.T(ctx, "Deconfliction and a second opinion are passed over; both are recorded with your names, and a third person reviews it.")},
			Fields: components(ui.Choice{Name: "category", Question: ui.T(ctx, "Which threat"), Required: true, Options: threatCategories(ctx), Chosen: v.values("category")},
				v.area("reason", ui.T(ctx, "Who is in danger, where, and how it is known"), ui.T(ctx, "At least %s characters.", strconv.Itoa(iru.MinThreatReason)), true), who)}}}}
	back := self
	return v.sheet(p, back, func(string) (string, error) {
		provider, layer, instrument := cutWho(v.value("who"))
		h, _, err := v.desk.OpenThreat(ctx, v.scope, desk.ThreatRequest{Category: v.value("category"), Reason: v.value("reason"),
			Draft: desk.DraftRequest{Item: i.ID, Provider: provider, Layer: layer, Instrument: instrument}})
		if err != nil {
			return "", err
		}
		return ui.T(ctx, "Opened as threat %s. A second person must declare it: they find it under Threats to life.", id(h.ID)), nil
	})
}
