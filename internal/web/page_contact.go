// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// RegisterPage is the register of authorities and registries.
type RegisterPage struct {
	Frame       ui.Frame
	Said        string
	May         bool
	Authorities ui.Table
	Playbooks   ui.Table
}

func (p RegisterPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Providers"), Href: "/providers"}}, Title: ui.T(ctx, "Authorities and registries")}
	if p.May {
		h.Buttons = []ui.Button{{Text: ui.T(ctx, "Enter an authority"), Kind: ui.Primary, Href: "/authorities/enter", Key: "n"}}
	}
	return h
}

// shownTests is how many test messages a provider's page lists.
const shownTests = 10

// contactTables lists a provider's further contacts, and the tests of all its contacts.
func (v *visit) contactTables(t *db.Tx, p iru.Provider, may bool) (contacts, tests ui.Table, second bool, err error) {
	ctx := v.ctx()
	cs, err := t.Contacts(ctx, v.scope, p.ID)
	if err != nil {
		return contacts, tests, false, err
	}
	xs, err := t.Trials(ctx, v.scope, p.ID, 100)
	if err != nil {
		return contacts, tests, false, err
	}
	last := map[iru.ContactID]iru.Trial{}
	for _, x := range xs {
		if _, ok := last[x.Contact]; !ok {
			last[x.Contact] = x
		}
	}
	contacts = ui.Table{Label: ui.T(ctx, "Contacts"), Columns: []ui.Column{{Title: ui.T(ctx, "What it is for")}, {Title: ui.T(ctx, "Address"), Foreign: true}, {Title: ui.T(ctx, "How well it is known")},
		{Title: ui.T(ctx, "Last tested")}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	for _, c := range append([]iru.Contact{p.Main()}, cs...) {
		if !c.DroppedAt.IsZero() {
			continue
		}
		kind := contactKind(ctx, c.Kind)
		if c.ID == 0 {
			kind = ui.T(ctx, "first contact")
		}
		second = second || c.ID != 0 && c.Usable() && c.Kind.TakesOrders()
		x := last[c.ID]
		tested := trialWords(ctx, x)
		if x.Address != c.Address { // it was another address then
			tested = ui.Quiet(ui.T(ctx, "never"))
		}
		var steps contactSteps
		if may {
			steps = stepsOf(ctx, p, c)
		}
		contacts.Rows = append(contacts.Rows, ui.Cells(ui.Both(kind, join(c.Name, wayName(ctx, c.Channel), strings.Join(c.Languages, " "))), contactAddress(c),
			stateAnd(contactState(ctx, c.State), law(ctx, c.Confidence(v.now).Why)), tested, steps.view()))
	}
	tests = ui.Table{Label: ui.T(ctx, "Tests"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "Address"), Foreign: true}, {Title: ui.T(ctx, "What became of it")}, {Title: ui.T(ctx, "Step"), Hidden: true}},
		Empty: ui.T(ctx, "No contact was tested yet.")}
	for _, x := range xs[:min(len(xs), shownTests)] {
		step := ui.Quiet("")
		if may && x.Receipt == "" && !x.SentAt.IsZero() {
			step = ui.Link("/tests/"+id(x.ID)+"/acknowledge", ui.T(ctx, "It arrived"))
		}
		tests.Rows = append(tests.Rows, ui.Cells(ui.Isolated(moment(x.At)), contactAddress(iru.Contact{Channel: x.Channel, Address: x.Address}), trialWords(ctx, x), step))
	}
	return contacts, tests, second, nil
}

func trialWords(ctx context.Context, x iru.Trial) templ.Component {
	switch {
	case x.ID == 0:
		return ui.Quiet(ui.T(ctx, "never"))
	case x.Receipt != "":
		return stateAnd(ui.OK(ui.T(ctx, "Arrived %s", moment(x.ReceivedAt))), ui.Quiet(x.Receipt))
	case x.Failed != "":
		return stateAnd(ui.Bad(ui.T(ctx, "Failed")), ui.Quiet(x.Failed))
	case !x.SentAt.IsZero():
		return ui.Info(ui.T(ctx, "Sent %s, no receipt yet", moment(x.SentAt)))
	}
	return ui.Info(ui.T(ctx, "on its way"))
}

// contactSteps are what can be done with a contact.
type contactSteps struct {
	Links []ui.Button
	Test  string // address that a test is asked of; "" for none
	ID    string
}

func stepsOf(ctx context.Context, p iru.Provider, c iru.Contact) contactSteps {
	s := contactSteps{ID: id(c.ID)}
	add := func(text, href string) {
		s.Links = append(s.Links, ui.Button{Text: text, Small: true, Href: href, More: templ.Attributes{"aria-label": text + ": " + c.Address}})
	}
	if c.Usable() && c.Channel == iru.ByMail {
		s.Test = "/providers/" + id(p.ID) + "/test"
	}
	if c.ID == 0 {
		return s
	}
	base := "/contacts/" + id(c.ID)
	if c.State != iru.ContactConfirmed {
		add(ui.T(ctx, "Confirm"), base+"/confirm")
	} else {
		add(ui.T(ctx, "Make it the first"), base+"/prefer")
	}
	add(ui.T(ctx, "Change"), "/providers/"+id(p.ID)+"/contact?contact="+id(c.ID))
	add(ui.T(ctx, "Set aside"), base+"/drop")
	return s
}

func contactAddress(c iru.Contact) ui.Address {
	a := contact(iru.Provider{Channel: c.Channel, Address: c.Address})
	a.Real, a.Max = "", 40
	return a
}

func reach(mail, phone string) templ.Component {
	if mail == "" {
		return code(phone)
	}
	return contactAddress(iru.Contact{Channel: iru.ByMail, Address: mail})
}

func contactKind(ctx context.Context, k iru.ContactKind) string {
	//exhaustive:enforce
	switch k {
	case iru.ContactAbuse:
		return ui.T(ctx, "reports by anybody")
	case iru.ContactOrders:
		return ui.T(ctx, "contact point for orders")
	case iru.ContactLegal:
		return ui.T(ctx, "legal department")
	case iru.ContactRepresentative:
		return ui.T(ctx, "legal representative")
	case iru.ContactSecond:
		return ui.T(ctx, "second contact")
	case iru.ContactSecurity:
		return ui.T(ctx, "security.txt, the last resort")
	}
	return string(k)
}

func wayName(ctx context.Context, channel string) string {
	switch channel {
	case "portal":
		return ui.T(ctx, "their own page")
	case "manual":
		return ui.T(ctx, "telephone or letter")
	}
	return channelName(ctx, channel)
}

func authorityRole(ctx context.Context, r iru.AuthorityRole) string {
	//exhaustive:enforce
	switch r {
	case iru.RoleIssue:
		return ui.T(ctx, "issues removal orders")
	case iru.RoleScrutinise:
		return ui.T(ctx, "scrutinises removal orders")
	case iru.RoleOversee:
		return ui.T(ctx, "oversees specific measures")
	case iru.RolePenalise:
		return ui.T(ctx, "imposes penalties")
	case iru.RoleThreat:
		return ui.T(ctx, "takes reports of a threat to life")
	case iru.RoleEnforce:
		return ui.T(ctx, "enforces orders for evidence")
	case iru.RoleDSC:
		return ui.T(ctx, "digital services coordinator")
	}
	return string(r)
}

func factName(ctx context.Context, kind string) string {
	switch kind {
	case iru.FactAudience:
		return ui.T(ctx, "who can reach it")
	case iru.FactMail:
		return ui.T(ctx, "mail or archive")
	case iru.FactLive:
		return ui.T(ctx, "live or stored")
	case iru.FactServesOthers:
		return ui.T(ctx, "whether it serves others")
	case iru.FactHosts:
		return ui.T(ctx, "whether it also stores")
	}
	return kind
}

func factWords(ctx context.Context, kind, value string) string {
	switch kind + " " + value {
	case iru.FactAudience + " " + string(legal.Public):
		return ui.T(ctx, "The public can reach it")
	case iru.FactAudience + " " + string(legal.AutoRegistration):
		return ui.T(ctx, "Anyone who registers is let in by a machine: public")
	case iru.FactAudience + " " + string(legal.ClosedGroup):
		return ui.T(ctx, "A person must admit one: a closed group")
	case iru.FactAudience + " " + string(legal.Private):
		return ui.T(ctx, "A message between a few")
	case iru.FactMail + " yes":
		return ui.T(ctx, "It is an e-mail or a private message")
	case iru.FactMail + " no":
		return ui.T(ctx, "It is an archive that anyone can open")
	case iru.FactLive + " yes":
		return ui.T(ctx, "It is live transit")
	case iru.FactLive + " no":
		return ui.T(ctx, "It is a stored programme")
	case iru.FactServesOthers + " yes":
		return ui.T(ctx, "Cloud infrastructure that serves others than the content provider")
	case iru.FactServesOthers + " no":
		return ui.T(ctx, "It serves the content provider itself")
	case iru.FactHosts + " yes":
		return ui.T(ctx, "The delivery network also stores the content")
	case iru.FactHosts + " no":
		return ui.T(ctx, "The delivery network only passes it on")
	}
	return kind + " " + value
}

// unrecordedWords say what nobody recorded of an option.
func unrecordedWords(ctx context.Context, o desk.Option) string {
	var names []string
	for _, k := range o.Unrecorded {
		names = append(names, factName(ctx, k))
	}
	return strings.Join(names, ", ")
}

// wrongContacts lists the lines that cannot be taken in.
func wrongContacts(lines []iru.ContactLine) templ.Component {
	return wrongTable{lines}
}

type wrongTable struct{ lines []iru.ContactLine }

func (w wrongTable) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Lines that cannot be taken in"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Line"), Num: true}, {Title: ui.T(ctx, "What is wrong")}, {Title: ui.T(ctx, "What to do")}}}
	for _, l := range w.lines[:min(len(w.lines), 200)] {
		t.Rows = append(t.Rows, ui.Cells(ui.Text(strconv.Itoa(l.Line)), law(ctx, l.What), law(ctx, l.Do)))
	}
	return t
}
