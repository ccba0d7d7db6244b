// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (v *visit) authoritiesPage() error {
	ctx := v.ctx()
	p := RegisterPage{Frame: v.frame("notices", ui.T(ctx, "Authorities")), Said: v.said(), May: v.may(iru.ToConfirm)}
	p.Authorities = ui.Table{Label: ui.T(ctx, "Authorities"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Country"), NoWrap: true}, {Title: ui.T(ctx, "Role")},
		{Title: ui.T(ctx, "Address"), Foreign: true}, {Title: ui.T(ctx, "Languages")}, {Title: ui.T(ctx, "Contact")}, {Title: ui.T(ctx, "Step"), Hidden: true}},
		Empty: ui.T(ctx, "No authority is entered yet: enter those of the states that you work with, or take a file in.")}
	if err := v.read(func(t *db.Tx) error {
		as, err := t.Authorities(ctx, v.scope)
		for _, a := range as {
			step := ui.Quiet("")
			if p.May && (a.State != iru.ContactConfirmed || a.Stale(v.now)) {
				step = ui.Link("/authorities/"+id(a.ID)+"/confirm", ui.T(ctx, "Confirm"))
			}
			known := ui.Both(a.Source, "")
			if a.State == iru.ContactConfirmed {
				known = ui.Both(day(a.ConfirmedAt), staleWords(ctx, a.Stale(v.now)))
			}
			p.Authorities.Rows = append(p.Authorities.Rows, ui.Cells(ui.Isolated(a.Name), ui.Text(a.Country), ui.Text(authorityRole(ctx, a.Role)), reach(a.Mail, a.Phone), ui.Text(strings.Join(a.Languages, " ")),
				stateAnd(contactState(ctx, a.State), known), step))
		}
		return err
	}); err != nil {
		return err
	}
	ps, err := v.desk.Playbooks(ctx, v.scope)
	if err != nil {
		return err
	}
	p.Playbooks = ui.Table{Label: ui.T(ctx, "Registries"), Columns: []ui.Column{{Title: ui.T(ctx, "Top-level domain"), NoWrap: true}, {Title: ui.T(ctx, "Registry")}, {Title: ui.T(ctx, "How a name is held there")},
		{Title: ui.T(ctx, "Known from")}, {Title: ui.T(ctx, "Compared"), NoWrap: true}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	for _, b := range ps {
		compared := ui.Warn(ui.T(ctx, "never compared"))
		if !b.VerifiedAt.IsZero() {
			compared = ui.OK(day(b.VerifiedAt))
			if b.Stale(v.now) {
				compared = ui.Warn(ui.T(ctx, "%s, stale", day(b.VerifiedAt)))
			}
		}
		source := b.Source
		if b.Mark != "" {
			source = join(source, ui.T(ctx, "brought along, mark %s", string(b.Mark)))
		}
		step := ui.Quiet("")
		if p.May {
			step = ui.Link(at("/playbooks", "tld", b.TLD), ui.T(ctx, "Change"))
		}
		p.Playbooks.Rows = append(p.Playbooks.Rows, ui.Cells(code("."+b.TLD), ui.Isolated(b.Registry), law(ctx, b.Hold), ui.Quiet(source), compared, step))
	}
	return v.show(p.View())
}

func staleWords(ctx context.Context, stale bool) string {
	if stale {
		return ui.T(ctx, "confirmed long ago")
	}
	return ""
}

func (v *visit) authorityForm() error {
	ctx := v.ctx()
	var roles []ui.Option
	for _, r := range iru.AuthorityRoles {
		roles = append(roles, ui.Option{Value: string(r), Text: authorityRole(ctx, r)})
	}
	page := StepPage{Title: ui.T(ctx, "Enter an authority"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Authorities"), Href: "/authorities"}}, Back: "/authorities", Action: "/authorities/enter", Verb: ui.T(ctx, "Enter"), Kind: ui.Primary,
		Next: []string{ui.T(ctx, "The same name, state and role changes the entry that is there."), ui.T(ctx, "A person must confirm it afterwards.")},
		Fields: []ui.Field{
			{Name: "name", Label: ui.T(ctx, "Name"), Value: v.value("name"), Required: true, Max: 200},
			{Name: "country", Label: ui.T(ctx, "Country"), Value: v.value("country"), Required: true, Max: 2, Hint: ui.T(ctx, "Code of the state, two letters.")},
			{Name: "role", Label: ui.T(ctx, "Role"), Type: "select", Options: roles, Value: v.value("role"), Required: true},
			{Name: "mail", Label: ui.T(ctx, "Mail address"), Value: v.value("mail"), Max: 320},
			{Name: "phone", Label: ui.T(ctx, "Telephone"), Value: v.value("phone"), Max: 60},
			{Name: "page", Label: ui.T(ctx, "Page"), Value: v.value("page"), Max: 2048},
			{Name: "languages", Label: ui.T(ctx, "Languages"), Value: v.value("languages"), Max: 120},
			{Name: "source", Label: ui.T(ctx, "Where it comes from"), Value: v.value("source"), Required: true, Max: 300}}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		a, err := v.desk.EnterAuthority(ctx, v.scope, iru.Authority{Name: v.value("name"), Country: strings.ToUpper(v.value("country")), Role: iru.AuthorityRole(v.value("role")), Mail: v.value("mail"),
			Phone: v.value("phone"), Page: v.value("page"), Languages: strings.Fields(strings.ToLower(v.value("languages"))), Source: v.value("source")})
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "%s was entered. Confirm it before you rely on it.", a.Name))
		return v.to("/authorities")
	})
}

func (v *visit) confirmAuthority() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var a iru.Authority
	if err := v.read(func(t *db.Tx) (err error) { a, err = t.Authority(ctx, v.scope, iru.AuthorityID(n)); return err }); err != nil {
		return err
	}
	page := StepPage{Title: ui.T(ctx, "Confirm how %s is reached", a.Name), State: contactState(ctx, a.State), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Authorities"), Href: "/authorities"}}, Back: "/authorities", Action: v.r.URL.Path,
		Verb: ui.T(ctx, "Confirm this contact"), Kind: ui.Primary, Hidden: map[string]string{"way": a.Way()}, Next: []string{ui.T(ctx, "You answer for this address with your name.")},
		Facts:  ui.Terms{{Name: ui.T(ctx, "Role"), Value: ui.Text(authorityRole(ctx, a.Role))}, {Name: ui.T(ctx, "Address"), Value: reach(a.Mail, a.Phone)}, {Name: ui.T(ctx, "Known from"), Value: ui.Text(a.Source)}},
		Fields: []ui.Field{{Name: "why", Label: ui.T(ctx, "How you made sure"), Type: "textarea", Required: true, Max: 1000, Value: v.value("why")}}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		if v.value("why") == "" {
			return iru.Refuse(iru.Invalid, "it is not said how you made sure", "call them, or read it on their page for authorities")
		}
		if _, err := v.desk.ConfirmAuthority(ctx, v.scope, a.ID, v.value("way"), v.value("why")); err != nil {
			return err
		}
		v.say(ui.T(ctx, "The contact of %s is confirmed.", a.Name))
		return v.to("/authorities")
	})
}

func (v *visit) playbookForm() error {
	ctx := v.ctx()
	tld := strings.ToLower(v.r.FormValue("tld"))
	var b iru.Playbook
	ps, err := v.desk.Playbooks(ctx, v.scope)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.TLD == tld {
			b = p
		}
	}
	page := StepPage{Title: ui.T(ctx, "What is known of a registry"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Authorities"), Href: "/authorities"}}, Back: "/authorities", Action: "/playbooks", Verb: ui.T(ctx, "Keep"), Kind: ui.Primary,
		Next: []string{ui.T(ctx, "Your unit's entry counts instead of the one that the program brings along."), ui.T(ctx, "Never ask for deletion: it frees the name and destroys data.")},
		Fields: []ui.Field{
			{Name: "tld", Label: ui.T(ctx, "Top-level domain"), Value: tld, Required: true, Max: 64},
			{Name: "registry", Label: ui.T(ctx, "Registry"), Value: v.typed("registry", b.Registry), Required: true, Max: 200},
			{Name: "hold", Label: ui.T(ctx, "How a name is held there"), Type: "textarea", Rows: 3, Value: v.typed("hold", b.Hold), Max: 2000},
			{Name: "kind", Label: ui.T(ctx, "Asked by"), Value: v.typed("kind", b.ContactKind), Max: 40},
			{Name: "address", Label: ui.T(ctx, "Address"), Value: v.typed("address", b.Contact), Max: 300},
			{Name: "source", Label: ui.T(ctx, "Where it comes from"), Value: v.typed("source", b.Source), Required: true, Max: 300}},
		Check: &ui.Check{ID: "verified", Name: "verified", Value: "1", Label: ui.T(ctx, "I compared it with its source today"), Checked: v.value("verified") != ""}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		p, err := v.desk.SetPlaybook(ctx, v.scope, iru.Playbook{TLD: v.value("tld"), Registry: v.value("registry"), Hold: v.value("hold"), ContactKind: v.value("kind"), Contact: v.value("address"), Source: v.value("source")}, v.value("verified") != "")
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "The playbook of .%s is kept.", p.TLD))
		return v.to("/authorities#registries")
	})
}
