// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
)

// Act is the record of an act's facts: as it was handed in for approval or, of a draft, as the store has them now. Errors: Conflict, if
// what was handed in cannot be printed by this version of the program; Invalid or Forbidden, if the facts must not be said so.
func (d *Desk) Act(ctx context.Context, t *db.Tx, n iru.Notice) (form.Act, error) {
	if n.Facts == "" {
		return d.compose(ctx, t, n)
	}
	a, err := form.ParseAct([]byte(n.Facts))
	if err != nil {
		return a, iru.Refuse(iru.Conflict, n.Ref+" cannot be printed as it was approved: "+err.Error(), "return or withdraw it, and hand it in anew")
	}
	return a, nil
}

// compose builds the record from the store.
func (d *Desk) compose(ctx context.Context, t *db.Tx, n iru.Notice) (form.Act, error) {
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return form.Act{}, err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return form.Act{}, err
	}
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil {
		return form.Act{}, err
	}
	l := u.Letterhead
	act := form.Act{Schema: form.Schema, Template: form.TemplateFor(form.TemplateOf(n.Instrument, l.FlaggerBy != ""), n.Lang), Lang: n.Lang, Ref: n.Ref,
		Instrument: string(n.Instrument), Request: string(n.Request), Basis: plain(n.Basis), Reasons: plain(n.Reasons), SeenAt: a.Seen,
		Issuer: form.Issuer{Name: plain(u.Name), Country: u.Country, Kind: string(u.Kind), Type: l.Type, Mail: u.Mail, Phone: l.Phone, Fax: l.Fax, Address: l.Address,
			Representative: l.Representative},
		Addressee: form.Addressee{Name: plain(p.Name), Contact: p.Address, Establishment: p.Establishment, Representative: plain(p.Representative), Languages: p.Languages},
		Targets:   []form.Target{{Address: n.Locator}}}
	if r := (form.Redress{Body: l.Body, Deadline: l.Deadline, Link: l.Link}); n.Instrument.Binding() && r != (form.Redress{}) {
		act.Redress = &r
	}
	for _, c := range d.Regime.ClocksFor(n.Instrument) {
		if !c.Internal {
			act.Limit = &form.Limit{Rule: c.ID, Term: c.Term, Source: c.Source}
		}
	}
	if d.Links != nil {
		act.Verify, act.Portal = d.Links(n.ID)
	}
	if err := d.content(ctx, t, n, a, &act); err != nil {
		return form.Act{}, err
	}
	if err := d.abroad(ctx, t, n, u, p, &act); err != nil {
		return form.Act{}, err
	}
	if act.NonDisclosure, err = undisclosed(ctx, t, n.ID); err != nil {
		return form.Act{}, err
	}
	particular(n, u, p, &act)
	return act, printable(act)
}

// content tells what was found: grounds and passage, evidence, whose it is, and the act before this one.
func (d *Desk) content(ctx context.Context, t *db.Tx, n iru.Notice, a iru.Asset, act *form.Act) error {
	if a.Outlet != 0 {
		o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
		if err != nil {
			return err
		}
		act.Handling = o.Handling.String()
	}
	f, err := d.carrying(ctx, t, a, n.Item, n.Threat != 0)
	switch {
	case errors.Is(err, iru.Conflict): // it was taken back meanwhile; an approval asks again
	case err != nil:
		return err
	case !slices.Contains([]string{"epoc", "epoc_pr", "registration_data"}, act.Template.ID):
		act.Limbs = f.Limbs
		for _, q := range f.Quotes() {
			act.Passages = append(act.Passages, form.Passage{Text: plain(q.Text), Lang: tongue(q.Lang), Range: q.Range(), Translation: plain(q.Translation), Translator: plain(q.Translator), Unverified: q.Engine})
		}
	}
	if n.Item != 0 {
		i, err := t.Item(ctx, iru.Program(), n.Item)
		if err != nil {
			return err
		}
		if i.Exhibit != 0 {
			x, err := t.Exhibit(ctx, iru.Program(), i.Exhibit)
			if err != nil {
				return err
			}
			act.Exhibit = x.Manifest
		}
	}
	if n.Parent != 0 {
		parent, err := t.Notice(ctx, iru.Program(), n.Parent)
		if err != nil {
			return err
		}
		act.Parent = parent.Ref
	}
	return nil
}

// abroad tells which other state is concerned. The copy to its authority leaves with a removal order, or neither leaves (copyHome).
func (d *Desk) abroad(ctx context.Context, t *db.Tx, n iru.Notice, u iru.Unit, p iru.Provider, act *form.Act) error {
	if n.Instrument == legal.OrderToAct && p.Establishment != "" && !strings.EqualFold(p.Establishment, u.Country) {
		act.CrossBorder = &form.CrossBorder{State: p.Establishment}
	}
	if !crossBorder(n, p, u) {
		return nil
	}
	act.CrossBorder = &form.CrossBorder{State: p.Establishment}
	a, err := d.home(ctx, t, u, p.Establishment, iru.RoleScrutinise)
	switch {
	case errors.Is(err, iru.Conflict): // the preview tells what is missing
		return nil
	case err != nil:
		return err
	}
	act.CrossBorder.Authority, act.CrossBorder.CopySent = plain(a.Name)+", "+a.Mail, true
	return nil
}

// particular tells what one instrument needs and the store knows.
func particular(n iru.Notice, u iru.Unit, p iru.Provider, act *form.Act) {
	l := u.Letterhead
	//exhaustive:enforce
	switch n.Instrument {
	case legal.Notice:
		act.Notice = &form.Notice{BonaFide: true}
		if l.FlaggerBy != "" {
			act.Notice.Flagger = &form.Flagger{Name: act.Issuer.Name, AwardedBy: l.FlaggerBy, Since: l.FlaggerSince}
		}
	case legal.OrderToAct:
		act.Order = &form.Order{Provision: l.Provision, Territory: u.Country, Effect: l.Effect}
		if act.Redress != nil || l.ForProvider != "" || l.ForRecipient != "" {
			act.Redress = &form.Redress{Body: l.Body, Deadline: l.Deadline, Link: l.Link, Provider: l.ForProvider, Recipient: l.ForRecipient}
		}
		if n.Request == legal.HoldName {
			act.Names = names(n.Locator, true)
		}
	case legal.RegistrarReport:
		act.Names = names(n.Locator, n.Request == legal.HoldName)
	case legal.RegistrationDataRequest:
		act.Names = names(n.Locator, false)
	case legal.StoreReport:
		act.Store = &form.Store{Listing: n.Locator}
	case legal.ProductionOrder, legal.PreservationOrder:
		c := form.Prepared(*act)
		act.Certificate = &c
	case legal.Referral, legal.RemovalOrder, legal.CourtOrder: // nothing more
	}
}

// names are those that a registrar knows: the registered one of an address.
func names(address string, hold bool) *form.Names {
	name := address
	if l, err := locator.Parse(address); err == nil && l.Registered() != "" {
		name = l.Registered()
	}
	return &form.Names{Domains: []string{name}, Hold: hold}
}

// plain leaves out what no document prints: control characters but the end of a line.
func plain(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r == 0x2028 || r == 0x2029 || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s))
}

// tongue is a language as a person or a page wrote it, "" where that is none.
func tongue(lang string) string {
	if _, err := language.Parse(lang); err != nil {
		return ""
	}
	return lang
}

// printable refuses a record that no document can be made of: evidence under H1 in judicial documents as Forbidden, the rest as Invalid.
func printable(a form.Act) error {
	var f *form.Fault
	err := a.Check()
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f) && f.Where == "/handling":
		return iru.Refuse(iru.Forbidden, f.What, f.Do)
	case errors.As(err, &f):
		return iru.Refuse(iru.Invalid, strings.TrimPrefix(strings.ReplaceAll(f.Where, "/", " "), " ")+": "+f.What, f.Do)
	}
	return err
}

// paper is what goes out: subject and text, and the record that it is made from.
func (d *Desk) paper(ctx context.Context, t *db.Tx, n iru.Notice) (subject, text, facts string, err error) {
	a, err := d.Act(ctx, t, n)
	if err != nil {
		return "", "", "", err
	}
	if subject, text, err = form.Mail(a); err != nil {
		return "", "", "", err
	}
	record, err := form.JSON(a)
	return subject, text, string(record), err
}

// issued is the act as it leaves: dated with its last approval, to the contact that is confirmed now.
func issued(a form.Act, n iru.Notice, p iru.Provider, signature string) form.Act {
	at := time.Time{}
	for _, x := range n.Approvals {
		if x.At.After(at) {
			at = x.At
		}
	}
	a.Addressee.Contact = p.Address
	return form.Issue(a, at, signature)
}

// unchanged refuses an act if what it says of issuer, addressee and handling is no longer so. What was seen since may differ.
func (d *Desk) unchanged(ctx context.Context, t *db.Tx, n iru.Notice) (form.Act, error) {
	was, err := d.Act(ctx, t, n)
	if err != nil {
		return was, err
	}
	now, err := d.compose(ctx, t, n)
	if err != nil {
		return was, err
	}
	now.Addressee.Contact = was.Addressee.Contact // a changed one must be confirmed, which is asked for elsewhere
	var changed []string
	for _, c := range []struct {
		what     string
		was, now any
	}{
		{"the issuer", was.Issuer, now.Issuer}, {"the addressee", was.Addressee, now.Addressee}, {"the handling codes", was.Handling, now.Handling},
		{"how it can be challenged", was.Redress, now.Redress}, {"the other Member State", was.CrossBorder, now.CrossBorder}, {"non-disclosure", was.NonDisclosure, now.NonDisclosure}, {"its template", was.Template, now.Template},
	} {
		a, err := json.Marshal(c.was)
		if err != nil {
			return was, err
		}
		b, err := json.Marshal(c.now)
		if err != nil {
			return was, err
		}
		if string(a) != string(b) {
			changed = append(changed, c.what)
		}
	}
	if len(changed) > 0 {
		return was, iru.Refuse(iru.Conflict, n.Ref+" says something that was changed after it was approved: "+strings.Join(changed, ", "), "withdraw it and draft it anew")
	}
	return was, nil
}
