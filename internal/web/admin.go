// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

func (v *visit) adminPage() error {
	p := AdminPage{Said: v.said()}
	if err := v.fillAdmin(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillAdmin(p *AdminPage) error {
	ctx := v.ctx()
	if err := v.scope.May(iru.ToAdminister); err != nil {
		return err
	}
	p.Frame = v.frame("", ui.T(ctx, "Administration"))
	if p.Officer.Unit == 0 {
		p.Officer.Unit = v.by.Unit
	}
	return v.read(func(t *db.Tx) error {
		var err error
		if p.Units, err = t.Units(ctx); err != nil {
			return err
		}
		byID := map[iru.UnitID]iru.Unit{}
		p.UnitsTab = ui.Table{Label: ui.T(ctx, "Units"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Country")}, {Title: ui.T(ctx, "Acts as")}, {Title: ui.T(ctx, "Mail")}, {Title: ui.T(ctx, "State")}}}
		for _, u := range p.Units {
			byID[u.ID] = u
			p.UnitsTab.Rows = append(p.UnitsTab.Rows, ui.Cells(ui.Isolated(u.Name), ui.Text(u.Country), ui.Text(issuerName(ctx, u.Kind)), contact(iru.Provider{Channel: iru.ByMail, Address: u.Mail}), unitState(ctx, u.State)))
		}
		os, err := t.Officers(ctx)
		if err != nil {
			return err
		}
		p.Officers = ui.Table{Label: ui.T(ctx, "Officers"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Sign-in name")}, {Title: ui.T(ctx, "Unit")}, {Title: ui.T(ctx, "Roles")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Since"), NoWrap: true}, {Title: ui.T(ctx, "Change"), Hidden: true}}}
		for _, o := range os {
			var roles []string
			for _, r := range o.Roles {
				roles = append(roles, roleName(ctx, r))
			}
			p.Officers.Rows = append(p.Officers.Rows, ui.Cells(ui.Isolated(o.Name), ui.Isolated(o.Login), ui.Isolated(byID[o.Unit].Name), ui.Text(list(roles)), officerState(ctx, o.State), ui.Text(day(o.Created)), v.officerButton(o)))
		}
		return nil
	})
}

// officerButton leads to the page that suspends an officer or lets one in again.
func (v *visit) officerButton(o iru.Officer) templ.Component {
	ctx := v.ctx()
	who := ui.Button{Text: officerVerbName(ctx, "identify"), Small: true, Href: "/admin/officers/" + id(o.ID) + "/identify", More: templ.Attributes{"aria-label": officerVerbName(ctx, "identify") + ": " + o.Name}}
	if o.Unit != v.by.Unit {
		return templ.NopComponent
	}
	for _, verb := range officerVerbs {
		if o.ID != v.by.ID && iru.OfficerTable.Can(o.State, verb) {
			return templ.Join(who, ui.Text(" "), ui.Button{Text: officerVerbName(ctx, verb), Small: true, Href: "/admin/officers/" + id(o.ID) + "/" + verb, More: templ.Attributes{"aria-label": officerVerbName(ctx, verb) + ": " + o.Name}})
		}
	}
	return who
}

var officerVerbs = []string{"suspend", "restore", "identify"}

func officerVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "suspend":
		return ui.T(ctx, "Suspend")
	case "identify":
		return ui.T(ctx, "Whose account it is")
	}
	return ui.T(ctx, "Let in again")
}

func (v *visit) officerStepPage() error { return v.officerStep("", nil) }

func (v *visit) officerStep(why string, refused error) error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	if err := v.scope.May(iru.ToAdminister); err != nil {
		return err
	}
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var o iru.Officer
	err = v.read(func(t *db.Tx) error {
		var err error
		o, err = t.Officer(ctx, iru.OfficerID(n))
		return err
	})
	if err != nil {
		return err
	}
	if !slices.Contains(officerVerbs, verb) {
		return iru.NotFound
	}
	next := []string{ui.T(ctx, "They are signed out, cannot sign in, and no token of theirs is good from now on."), ui.T(ctx, "What they decided stays in the ledger under their name.")}
	kind := ui.Danger
	if verb == "restore" {
		next, kind = []string{ui.T(ctx, "They can sign in again with the password that they had.")}, ui.Primary
	}
	var fields []ui.Field
	if verb == "identify" {
		kind = ui.Primary
		next = []string{ui.T(ctx, "Accounts with the same person's id count as one person wherever two persons are needed: approvals, second opinions, polls, erasure, threats to life."), ui.T(ctx, "The id stands in the ledger. Leave it empty to take it back.")}
		subject := o.Subject
		if v.r.PostForm.Has("subject") {
			subject = v.value("subject")
		}
		fields = []ui.Field{{Name: "subject", Label: ui.T(ctx, "The person's id"), Value: subject, Max: 300, Hint: ui.T(ctx, "Issuer and subject of an identity provider, or an id of your own making.")}}
	}
	title := officerVerbName(ctx, verb) + ": " + o.Name
	p := StepPage{Frame: v.frame("", title), Title: title, State: officerState(ctx, o.State), Problem: why, Next: next, Action: v.r.URL.Path, Verb: officerVerbName(ctx, verb), Kind: kind, Back: "/admin",
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Administration"), Href: "/admin"}},
		Fields: append(fields, ui.Field{Name: "why", Label: ui.T(ctx, "Why"), Type: "textarea", Required: true, Max: 1000, Value: v.value("why"), Hint: ui.T(ctx, "The ledger keeps it.")})}
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

func (v *visit) stepOfficer() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var o iru.Officer
	switch v.r.PathValue("verb") {
	case "suspend":
		o, err = v.desk.Suspend(v.ctx(), v.scope, iru.OfficerID(n), v.value("why"))
	case "restore":
		o, err = v.desk.Restore(v.ctx(), v.scope, iru.OfficerID(n), v.value("why"))
	case "identify":
		o, err = v.desk.Identify(v.ctx(), v.scope, iru.OfficerID(n), v.value("subject"), v.value("why"))
	default:
		return iru.NotFound
	}
	if why, ok := complaint(err); ok && v.may(iru.ToAdminister) {
		return v.officerStep(why, err)
	}
	if err != nil {
		return err
	}
	v.say(join(o.Name, officerState(v.ctx(), o.State).Word))
	return v.to("/admin")
}

func (v *visit) invite() error {
	p := AdminPage{Officer: iru.Officer{Unit: iru.UnitID(v.whole("unit")), Login: v.value("login"), Name: v.value("name")}}
	for _, r := range v.values("role") {
		if slices.Contains(iru.Roles, iru.Role(r)) {
			p.Officer.Roles = append(p.Officer.Roles, iru.Role(r))
		}
	}
	o, secret, err := v.desk.Invite(v.ctx(), v.scope, p.Officer)
	if why, ok := complaint(err); ok && v.may(iru.ToAdminister) {
		p.Problem = why
		if err := v.fillAdmin(&p); err != nil {
			return err
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	p = AdminPage{LinkFor: o.Name, Link: v.origin() + "/welcome/" + secret}
	if err := v.fillAdmin(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

// origin is where this workbench is reached, as the browser sees it.
func (v *visit) origin() string {
	if v.opts.Secure {
		return "https://" + v.r.Host
	}
	return "http://" + v.r.Host
}

func (v *visit) addUnit() error {
	p := AdminPage{Unit: iru.Unit{Name: v.value("name"), Country: strings.ToUpper(v.value("country")), Kind: legal.IssuerKind(v.value("kind")), Mail: v.value("mail")}}
	var err error
	if !slices.Contains(legal.Issuers(), p.Unit.Kind) {
		err = iru.Refuse(iru.Invalid, "it is not said as what the unit acts", "choose one; it decides which instruments it may issue")
	} else {
		_, err = v.desk.AddUnit(v.ctx(), v.scope, p.Unit)
	}
	if why, ok := complaint(err); ok && v.may(iru.ToAdminister) {
		p.UnitBad = why
		if err := v.fillAdmin(&p); err != nil {
			return err
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "%s was entered.", p.Unit.Name))
	return v.to("/admin")
}

func (v *visit) mePage() error {
	p := MePage{Said: v.said(), Days: "30", Scopes: []string{"read"}}
	if err := v.fillMe(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillMe(p *MePage) error {
	ctx := v.ctx()
	p.Frame, p.Officer, p.Unit, p.MayAdmin = v.frame("", v.by.Name), v.by, v.unit, v.may(iru.ToAdminister)
	if p.LanguagesBad == "" {
		p.Languages = strings.Join(v.by.Languages, " ")
	}
	return v.read(func(t *db.Tx) error {
		ks, err := t.Tokens(ctx, v.by.ID)
		if err != nil {
			return err
		}
		p.Tokens = ui.Table{Label: ui.T(ctx, "Tokens"), Compact: true, Empty: ui.T(ctx, "None. A program that works in your name needs one."), Columns: []ui.Column{{Title: ui.T(ctx, "For")}, {Title: ui.T(ctx, "May")}, {Title: ui.T(ctx, "Issued"), NoWrap: true}, {Title: ui.T(ctx, "Ends"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Revoke"), Hidden: true}}}
		for _, k := range ks {
			state, act := ui.OK(ui.T(ctx, "Good")), revoke(k.ID, k.Name)
			switch {
			case !k.Revoked.IsZero():
				state, act = ui.Neutral(ui.T(ctx, "Revoked")).With(ui.IconBan), ui.Quiet(day(k.Revoked))
			case !v.now.Before(k.Expires):
				state, act = ui.Neutral(ui.T(ctx, "Ended")).With(ui.IconClock), ui.Quiet("–")
			}
			p.Tokens.Rows = append(p.Tokens.Rows, ui.Cells(ui.Isolated(k.Name), ui.Text(list(k.Scopes)), ui.Text(day(k.Created)), ui.Text(day(k.Expires)), state, act))
		}
		return nil
	})
}

func (v *visit) issueToken() error {
	days := v.whole("days")
	p := MePage{Name: v.value("name"), Scopes: v.values("scope"), Days: v.value("days")}
	_, secret, err := v.desk.IssueToken(v.ctx(), v.scope, p.Name, p.Scopes, time.Duration(min(max(days, 0), 1000))*24*time.Hour)
	if why, ok := complaint(err); ok {
		p.Problem = why
		if err := v.fillMe(&p); err != nil {
			return err
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	p = MePage{Secret: secret, Days: "30", Scopes: []string{"read"}}
	if err := v.fillMe(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) revokeToken() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.desk.RevokeToken(v.ctx(), v.scope, n); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The token is revoked."))
	return v.to("/me")
}
