// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"strings"

	"iolaus/internal/legal"
)

// filled gives the text of each field of an official form, and the boxes that are ticked.
func (s *sheet) filled(id string) (values map[string]string, ticks []string) {
	a := s.act
	if c := a.Certificate; c != nil {
		return c.Values, c.Ticks
	}
	if id != legal.FormRemovalOrder {
		return nil, nil
	}
	values = map[string]string{
		"issuing_ms": a.Issuer.Country, "addressee": lines(a.Addressee.Name, a.Addressee.Representative), "contact_point": a.Addressee.Contact,
		"main_establishment_ms": a.Addressee.Establishment, "issued_at": instant(a.IssuedAt), "reference": lines(a.Ref, s.follows()),
		"url": s.located(), "additional_reasons": a.Reasons, "type": s.authority(), "name": a.Issuer.Name + " (" + s.capacity() + ")", "rep": a.Issuer.Representative,
		"file_no": a.Issuer.File, "address": a.Issuer.Address, "tel": a.Issuer.Phone, "fax": a.Issuer.Fax, "email": a.Issuer.Mail,
		"signature": s.signature(), "issuer_contact": lines(a.Issuer.Mail, a.Issuer.Phone, a.Portal),
	}
	if !a.IssuedAt.IsZero() {
		values["date"] = a.IssuedAt.UTC().Format("2006-01-02")
	} else {
		values["issued_at"] = of(s.Say, "draft")
	}
	for _, l := range a.Limbs {
		ticks = append(ticks, "tick_"+l)
	}
	if a.NonDisclosure != nil {
		ticks = append(ticks, "non_disclosure")
	}
	if c := a.CrossBorder; c != nil {
		ticks = append(ticks, "is_cross_border")
		if c.CopySent {
			ticks = append(ticks, "copy_sent")
		}
		values["home_authority_contact"] = lines(c.State, c.Authority)
	}
	if r := a.Redress; r != nil {
		values["redress_body"], values["redress_deadline"], values["redress_law_link"] = lines(r.Body, r.Provider, r.Recipient), r.Deadline, r.Link
	}
	return values, ticks
}

func (s *sheet) follows() string {
	if s.act.Parent == "" {
		return ""
	}
	return of(s.Labels, "parent") + " " + s.act.Parent
}

// located is every exact address with what else helps to find it, and what is asked there.
func (s *sheet) located() string {
	var list []string
	for _, t := range s.act.Targets {
		list = append(list, lines(t.Address, t.Detail))
	}
	return strings.Join(list, "\n")
}

// authority is the type of the issuing authority in section E.
func (s *sheet) authority() string {
	switch {
	case s.act.Issuer.Type != "":
		return s.act.Issuer.Type
	case s.act.Issuer.Kind == string(legal.Court):
		return "judicial"
	}
	return "other"
}

func (s *sheet) signature() string {
	if s.act.Signature == "" {
		return ""
	}
	return s.act.Signature
}

// lines puts what was given on lines of its own.
func lines(parts ...string) string {
	var list []string
	for _, p := range parts {
		if p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, "\n")
}
