// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func components[C templ.Component](first C, more ...templ.Component) []templ.Component {
	return append([]templ.Component{first}, more...)
}

func mockState(ctx context.Context, s iru.MockState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.MockAsked:
		return ui.Info(ui.T(ctx, "Waits for a legal reviewer")).With(ui.IconEye)
	case iru.MockTaken:
		return ui.Info(ui.T(ctx, "Looked at, blind")).With(ui.IconLock)
	case iru.MockLooked:
		return ui.Info(ui.T(ctx, "Being scrutinised")).With(ui.IconEye)
	case iru.MockStands:
		return ui.OK(ui.T(ctx, "Would stand"))
	case iru.MockAnnulled:
		return ui.Bad(ui.T(ctx, "Would be annulled"))
	case iru.MockDecided:
		return ui.Warn(ui.T(ctx, "Would be annulled; a person decided to go on"))
	case iru.MockDropped:
		return ui.Neutral(ui.T(ctx, "Dropped")).With(ui.IconBan)
	}
	return ui.Neutral(string(s))
}

// veiled is NotFound-free: it leads a reviewer who must not read an act's reasons yet to the mock scrutiny, and reports that it did.
func (v *visit) veiled(n iru.NoticeID) (bool, error) {
	hidden := false
	err := v.read(func(t *db.Tx) (err error) {
		hidden, err = desk.Veiled(v.ctx(), t, v.scope, n)
		return err
	})
	if err != nil || !hidden {
		return false, err
	}
	return true, v.to("/notices/%d/mock", n)
}

// mockPage is the mock scrutiny of a draft order: asked for, looked at without the reasons, scrutinised, decided.
func (v *visit) mockPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var x iru.Notice
	var ms []iru.Mock
	var i iru.Item
	var provider, asked, by, decided string
	if err := v.read(func(t *db.Tx) error {
		var err error
		if x, err = t.Notice(ctx, v.scope, iru.NoticeID(n)); err != nil {
			return err
		}
		if ms, err = t.MocksOf(ctx, x.ID); err != nil {
			return err
		}
		if x.Item != 0 {
			if i, err = t.Item(ctx, v.scope, x.Item); err != nil {
				return err
			}
		}
		pr, err := t.Provider(ctx, iru.Program(), x.Provider)
		if err != nil {
			return err
		}
		provider = pr.Name
		if len(ms) > 0 {
			who := names{}
			asked, by, decided = who.of(ctx, t, ms[0].Asked), second(ctx, t, who, ms[0].By), second(ctx, t, who, ms[0].Decided)
		}
		return nil
	}); err != nil {
		return err
	}
	self := "/notices/" + id(x.ID) + "/mock"
	title := ui.T(ctx, "Mock scrutiny: %s", x.Ref)
	p := PlainPage{Frame: v.frame("notices", title), Title: title, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: x.Ref, Href: "/notices/" + id(x.ID)}}}
	var m iru.Mock
	if len(ms) > 0 {
		m = ms[0]
		p.State = mockState(ctx, m.State)
	}
	form := func(verb, title string, f PlainForm, words ...string) {
		f.Action, f.Hidden = self, map[string]string{"verb": verb}
		if verb == "conclude" {
			f.Hidden["digest"], _ = desk.ActDigest(x)
		}
		p.Cards = append(p.Cards, PlainCard{ID: verb, Title: title, Form: &f, Words: words})
	}
	facts := ui.Terms{{Name: ui.T(ctx, "Instrument"), Value: ui.Text(instrumentName(ctx, x.Instrument))}, {Name: ui.T(ctx, "Addressee"), Value: ui.Isolated(provider)}, {Name: ui.T(ctx, "Address"), Value: address(x.Locator)}}
	content := PlainCard{ID: "captured", Title: ui.T(ctx, "What was captured"), Facts: facts}
	if i.Text != "" {
		content.Body = marked(i.Lang, i.Text, nil)
	}
	ours, reviews := x.Unit == v.by.Unit, v.may(iru.ToScrutinise) && x.Drafted != v.by.ID
	if ours && x.State == iru.NoticeDraft && x.Instrument.Binding() && !m.Open() {
		form("ask", ui.T(ctx, "Ask for a mock scrutiny"), PlainForm{Verb: ui.T(ctx, "Ask for it"), Kind: ui.Primary, Fields: components(v.area("why", ui.T(ctx, "What to look at"), "", false)),
			Next: []string{ui.T(ctx, "A legal reviewer who did not draft looks with the eyes of the home authority, first without the reasons."), ui.T(ctx, "The draft cannot be handed in until there is an outcome.")}})
	}
	if m.ID != 0 {
		f := ui.Terms{{Name: ui.T(ctx, "Asked for by"), Value: ui.Isolated(join(asked, moment(m.AskedAt), m.Why))}}
		add := func(name, text string) {
			if text != "" {
				f = append(f, ui.Term{Name: name, Value: ui.Isolated(text)})
			}
		}
		add(ui.T(ctx, "Legal reviewer"), by)
		if m.Blind != "" {
			add(ui.T(ctx, "Opinion before the reasons were read"), join(opinionWord(ctx, m.Blind), m.BlindWhy))
		}
		add(ui.T(ctx, "Outcome and reasons"), m.Outcome)
		if m.Decision != "" {
			add(ui.T(ctx, "Decided to go on"), join(decided, m.Decision))
		}
		card := PlainCard{ID: "so-far", Title: ui.T(ctx, "So far"), Facts: f}
		if len(m.Answers) > 0 {
			card.Table = mockTable(ctx, m)
		}
		p.Cards = append(p.Cards, card)
	}
	switch {
	case m.State == iru.MockAsked && ours && reviews:
		form("take", ui.T(ctx, "Scrutinise it"), PlainForm{Verb: ui.T(ctx, "Take it"), Kind: ui.Primary, Check: &ui.Check{ID: "unread", Name: "unread", Value: "1", Label: ui.T(ctx, "I have not read the drafter's reasons")},
			Next: []string{ui.T(ctx, "Until your blind opinion is given, the reasons are not shown to you.")}})
	case m.State == iru.MockTaken && m.By == v.by.ID:
		p.Cards = append(p.Cards, content)
		form("look", ui.T(ctx, "Your opinion, before you read the reasons"), PlainForm{Verb: ui.T(ctx, "Record it"), Kind: ui.Primary, Fields: components(
			ui.Choice{Name: "opinion", Question: ui.T(ctx, "Would an order on this content stand?"), Required: true, Chosen: v.values("opinion"), Options: []ui.ChoiceOption{
				{Value: "stands", Text: opinionWord(ctx, "stands")}, {Value: "annulled", Text: opinionWord(ctx, "annulled")}, {Value: "unclear", Text: opinionWord(ctx, "unclear")}}}, v.area("why", ui.T(ctx, "Why"), "", true))})
	case m.State == iru.MockLooked && m.By == v.by.ID:
		p.Cards = append(p.Cards, content, PlainCard{ID: "reasons", Title: ui.T(ctx, "The drafter's reasons"), Words: []string{plainDefanged(x.Reasons)}})
		form("conclude", ui.T(ctx, "Seriously or manifestly infringes the Regulation or the Charter?"), PlainForm{Verb: ui.T(ctx, "Record the outcome"), Kind: ui.Primary, Fields: v.checklist()})
	case m.State == iru.MockAnnulled && ours && x.Drafted != v.by.ID && v.may(iru.ToEndorse):
		form("decide", ui.T(ctx, "Decide"), PlainForm{Verb: ui.T(ctx, "Let it be handed in all the same"), Kind: ui.Danger, Legal: true, Fields: components(v.why(true)),
			Next: []string{ui.T(ctx, "The order can be handed in although the scrutiny says that it would be annulled. You answer for that with your name and reason.")}})
	}
	if (m.State == iru.MockAsked || m.State == iru.MockTaken) && (m.Asked == v.by.ID || m.By == v.by.ID) {
		form("drop", ui.T(ctx, "Not wanted any more"), PlainForm{Verb: ui.T(ctx, "Drop it"), Fields: components(v.why(true))})
	}
	if len(p.Cards) == 0 {
		p.Cards = []PlainCard{{ID: "none", Title: ui.T(ctx, "No mock scrutiny"), Words: []string{ui.T(ctx, "Nobody asked for one. It can be asked for while an order is a draft.")}}}
	}
	return v.sheet(p, self, func(verb string) (string, error) {
		var err error
		switch verb {
		case "ask":
			_, err = v.desk.AskMock(ctx, v.scope, x.ID, v.value("why"))
			return ui.T(ctx, "A mock scrutiny was asked for. The draft waits for it."), err
		case "take":
			_, err = v.desk.TakeMock(ctx, v.scope, m.ID, v.value("unread") != "")
			return ui.T(ctx, "It is yours to scrutinise."), err
		case "look":
			_, err = v.desk.LookMock(ctx, v.scope, m.ID, v.value("opinion"), v.value("why"))
			return ui.T(ctx, "Your blind opinion was recorded. Here are the reasons."), err
		case "conclude":
			var as []iru.MockAnswer
			for _, c := range iru.MockChecks {
				as = append(as, iru.MockAnswer{Check: c.ID, Answer: v.value("check_" + c.ID), Words: v.value("words_" + c.ID)})
			}
			outcome := v.value("outcome")
			if outcome != "stands" && outcome != "annulled" {
				return "", iru.Refuse(iru.Invalid, "the outcome is missing", "say whether the order would stand")
			}
			_, err = v.desk.ConcludeMock(ctx, v.scope, m.ID, v.value("digest"), as, outcome == "annulled", v.value("why"))
			return ui.T(ctx, "The outcome was recorded."), err
		case "decide":
			_, err = v.desk.DecideMock(ctx, v.scope, m.ID, v.value("why"))
			return ui.T(ctx, "The order can be handed in."), err
		case "drop":
			_, err = v.desk.DropMock(ctx, v.scope, m.ID, v.value("why"))
			return ui.T(ctx, "The mock scrutiny was dropped."), err
		}
		return "", iru.NotFound
	})
}

func opinionWord(ctx context.Context, o string) string {
	switch o {
	case "stands":
		return ui.T(ctx, "It would stand")
	case "annulled":
		return ui.T(ctx, "It would be annulled")
	}
	return ui.T(ctx, "It is unclear")
}

// checklist are the fields of the home authority's questions.
func (v *visit) checklist() []templ.Component {
	ctx := v.ctx()
	var out []templ.Component
	for _, c := range iru.MockChecks {
		out = append(out, ui.Choice{Name: "check_" + c.ID, Question: checkWords(ctx, c.ID), Hint: c.Source, Required: true, Chosen: v.values("check_" + c.ID),
			Options: []ui.ChoiceOption{{Value: "yes", Text: ui.T(ctx, "yes")}, {Value: "no", Text: ui.T(ctx, "no")}, {Value: "unclear", Text: ui.T(ctx, "unclear")}}},
			ui.Field{Name: "words_" + c.ID, Label: ui.T(ctx, "What is wrong or unclear"), Value: v.value("words_" + c.ID), Max: 1000})
	}
	return append(out, ui.Choice{Name: "outcome", Question: ui.T(ctx, "Outcome"), Required: true, Chosen: v.values("outcome"), Options: []ui.ChoiceOption{
		{Value: "stands", Text: opinionWord(ctx, "stands")}, {Value: "annulled", Text: opinionWord(ctx, "annulled"), Hint: ui.T(ctx, "It cannot be handed in until a person decides with a reason.")}}}, v.area("why", ui.T(ctx, "Reasons"), "", true))
}

func checkWords(ctx context.Context, id string) string {
	switch id {
	case "competence":
		return ui.T(ctx, "Is the issuer a competent authority that may issue removal orders?")
	case "addressee":
		return ui.T(ctx, "Is the addressee a hosting service provider that stores this content and disseminates it to the public?")
	case "public":
		return ui.T(ctx, "Is the content open to a potentially unlimited number of persons?")
	case "limb":
		return ui.T(ctx, "Does the quoted passage itself meet the limb that is named?")
	case "purpose":
		return ui.T(ctx, "Is an educational, journalistic, artistic, research or preventive purpose, or public debate, excluded with reasons?")
	case "expression":
		return ui.T(ctx, "Is freedom of expression and information weighed, and not only named?")
	case "measure":
		return ui.T(ctx, "Is there no measure that would interfere less and be enough?")
	case "exact":
		return ui.T(ctx, "Is the address exact, so that nothing lawful is struck with it?")
	case "reasons":
		return ui.T(ctx, "Are the reasons detailed enough to be answered?")
	case "redress":
		return ui.T(ctx, "Does the addressee learn where and until when it can complain?")
	}
	return ui.T(ctx, "Was the addressee informed at least 12 hours before a first order, or is the emergency shown?")
}

func mockTable(ctx context.Context, m iru.Mock) *ui.Table {
	t := &ui.Table{Label: ui.T(ctx, "Checklist"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Question"), Head: true}, {Title: ui.T(ctx, "The answer")}, {Title: ui.T(ctx, "Why")}}}
	for _, a := range m.Answers {
		state := ui.Warn(ui.T(ctx, "unclear"))
		switch a.Answer {
		case "yes":
			state = ui.OK(ui.T(ctx, "yes"))
		case "no":
			state = ui.Bad(ui.T(ctx, "no"))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(checkWords(ctx, a.Check)), state, ui.Isolated(a.Words)))
	}
	return t
}
