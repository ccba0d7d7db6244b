// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
)

// A block is one part of a document in reading order. Mail and PDF are both made from the blocks of one act, so they say the same.
type block struct {
	kind  blockKind
	label string
	text  string
	lang  string // of text, where it is not the document's
	on    bool   // of a box
}

type blockKind int

const (
	title blockKind = iota
	lead
	head
	field
	para
	quote
	box
)

// A sheet is a document that grows.
type sheet struct {
	words
	act    Act
	blocks []block
}

func (s *sheet) add(b block) { s.blocks = append(s.blocks, b) }

// said adds a fact under a label of the template; one that was not given is left out.
func (s *sheet) said(label, text string) {
	if text != "" {
		s.add(block{kind: field, label: of(s.Labels, label), text: text})
	}
}

// own adds a fact in the act's own language.
func (s *sheet) own(label, text string) {
	if text != "" {
		s.add(block{kind: field, label: of(s.Labels, label), text: text, lang: s.act.Lang})
	}
}

func (s *sheet) head(name string) { s.add(block{kind: head, text: of(s.Heads, name)}) }

func (s *sheet) tells(text string) { s.add(block{kind: para, text: text}) }

// instant writes a time as people and programs read it alike.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// compose makes the document of an act. digest is that of its facts, "" for what was not issued yet.
func compose(a Act, digest string) *sheet {
	k, _ := kindOf(a.Template.ID)
	s := &sheet{words: languages()[a.Template.Lang], act: a}
	f, official := statutory(k.form)
	if official {
		s.statutory(f)
	} else {
		s.add(block{kind: title, text: of(s.Titles, k.id)})
		s.add(block{kind: lead, text: of(s.Leads, k.id)})
		s.facts()
		s.places()
	}
	if k.id != "removal_order" {
		s.head("asked")
		s.tells(of(s.Asks, a.Request))
		s.parts()
		s.why()
	}
	s.passages()
	s.basis()
	s.evidence()
	s.special()
	s.answer(digest)
	return s
}

func (s *sheet) facts() {
	a := s.act
	s.head("facts")
	s.said("ref", a.Ref)
	s.issued()
	s.said("issuer", a.Issuer.Name+", "+a.Issuer.Country)
	s.said("capacity", s.capacity())
	s.said("file", a.Issuer.File)
	s.said("certified", a.Issuer.Representative)
	s.said("address", a.Issuer.Address)
	s.said("phone", a.Issuer.Phone)
	s.said("fax", a.Issuer.Fax)
	s.said("mail", a.Issuer.Mail)
	s.said("addressee", a.Addressee.Name)
	s.said("contact", a.Addressee.Contact)
	s.said("legal_representative", a.Addressee.Representative)
	s.said("establishment", a.Addressee.Establishment)
	s.said("languages", strings.Join(a.Addressee.Languages, ", "))
	s.said("parent", a.Parent)
}

func (s *sheet) capacity() string {
	words := of(s.Kinds, s.act.Issuer.Kind)
	if t := s.act.Issuer.Type; t != "" {
		words += " (" + of(s.Kinds, t) + ")"
	}
	return words
}

func (s *sheet) issued() {
	at := instant(s.act.IssuedAt)
	if at == "" {
		at = of(s.Say, "draft")
	}
	s.said("issued", at)
}

func (s *sheet) places() {
	s.head("where")
	for _, t := range s.act.Targets {
		s.said("target", t.Address)
		s.own("detail", t.Detail)
	}
}

func (s *sheet) why() {
	s.head("why")
	for _, l := range s.act.Limbs {
		s.said("limb", of(s.Limbs, l))
	}
	s.own("reasons", s.act.Reasons)
}

func (s *sheet) passages() {
	if len(s.act.Passages) == 0 {
		return
	}
	s.head("passages")
	for _, p := range s.act.Passages {
		if p.Text != "" {
			s.add(block{kind: quote, label: of(s.Labels, "passage"), text: p.Text, lang: p.Lang})
		}
		s.said("passage_lang", p.Lang)
		s.said("range", p.Range)
		if p.Translation != "" {
			s.add(block{kind: quote, label: of(s.Labels, "translation"), text: p.Translation, lang: s.act.Lang})
		}
		s.said("translator", p.Translator)
		if p.Unverified {
			s.tells(of(s.Say, "unverified"))
		}
	}
}

func (s *sheet) basis() {
	s.head("basis")
	s.said("basis", s.act.Basis)
	s.limit()
}

func (s *sheet) limit() {
	l := s.act.Limit
	if l == nil {
		return
	}
	term, ok := s.Limits[l.Rule]
	if !ok {
		term = l.Term
	}
	s.said("limit", fmt.Sprintf("%s (%s)", term, l.Source))
}

func (s *sheet) evidence() {
	a := s.act
	if a.SeenAt.IsZero() && a.Exhibit == "" && a.Handling == "" {
		return
	}
	s.head("evidence")
	s.said("seen", instant(a.SeenAt))
	s.said("exhibit", a.Exhibit)
	s.said("handling", a.Handling)
}

// parts are what one instrument has and others have not.
func (s *sheet) parts() {
	a := s.act
	if n := a.Notice; n != nil {
		s.head("notice")
		if n.Flagger != nil {
			s.said("flagger", n.Flagger.Name)
			s.said("awarded_by", n.Flagger.AwardedBy)
			s.said("since", n.Flagger.Since)
		}
		if n.BonaFide {
			s.tells(of(s.Say, "good_faith"))
		}
	}
	if o := a.Order; o != nil {
		s.head("order")
		s.said("provision", o.Provision)
		s.said("territory", o.Territory)
		s.said("effect", o.Effect)
		s.own("informing", o.Informing)
	}
	if n := a.Names; n != nil {
		s.head("names")
		s.said("domains", strings.Join(n.Domains, "\n"))
		s.said("others", strings.Join(n.Others, "\n"))
		if n.Hold {
			s.tells(of(s.Say, "hold") + " " + of(s.Say, "no_delete"))
		}
		s.said("data", strings.Join(n.Data, "\n"))
		s.own("purpose", n.Purpose)
	}
	if t := a.Store; t != nil {
		s.head("store")
		s.said("listing", t.Listing)
		s.said("developer", t.Developer)
		s.said("package", t.Package)
		s.said("updates", t.Updates)
	}
	if t := a.Threat; t != nil {
		s.head("threat")
		s.own("threat", t.What)
		s.own("threat_where", t.Where)
		s.said("threat_known", instant(t.KnownAt))
		s.said("threat_contact", t.Contact)
	}
}

// special is what a statutory form says in its own places; other documents say it here.
func (s *sheet) special() {
	a := s.act
	if a.Emergency != "" {
		s.head("emergency")
		s.add(block{kind: para, text: a.Emergency, lang: a.Lang})
	}
	if n := a.NonDisclosure; n != nil {
		s.head("disclosure")
		s.tells(of(s.Say, "undisclosed"))
		s.said("until", instant(n.Until))
		s.own("because", n.Reason)
	}
	if a.Template.ID == "removal_order" {
		return
	}
	if c := a.CrossBorder; c != nil {
		s.head("cross_border")
		s.said("state", c.State)
		s.said("home_authority", c.Authority)
		if c.CopySent {
			s.tells(of(s.Say, "copy_sent"))
		} else {
			s.tells(of(s.Say, "copy_not"))
		}
	}
	s.redress()
}

func (s *sheet) redress() {
	r := s.act.Redress
	if r == nil {
		return
	}
	s.head("redress")
	s.own("redress_provider", r.Provider)
	s.own("redress_recipient", r.Recipient)
	s.own("redress_body", r.Body)
	s.own("redress_deadline", r.Deadline)
	s.said("redress_link", r.Link)
}

func (s *sheet) answer(digest string) {
	a := s.act
	s.head("answer")
	s.tells(of(s.Say, "answer"))
	contact := a.Issuer.Mail
	if contact == "" {
		contact = a.Issuer.Name
	}
	s.tells(fmt.Sprintf(of(s.Say, "wrong"), contact))
	s.said("portal", a.Portal)
	s.said("verify", a.Verify)
	s.head("signature")
	if a.Signature != "" {
		s.tells(fmt.Sprintf(of(s.Say, "signed"), a.Signature))
	} else {
		s.tells(of(s.Say, "unsigned"))
	}
	s.said("template", a.Template.ID+" "+a.Template.Version+" ("+a.Template.Lang+")")
	s.said("digest", digest)
}

// statutory fills an official form: its own order and labels, every field, whether it was given or not.
func (s *sheet) statutory(f legal.Form) {
	a := s.act
	w := s.words.Forms[f.ID]
	word := func(m map[string]string, key, english string) string {
		if t := m[key]; t != "" {
			return t
		}
		return english
	}
	name := f.Title
	preamble := f.Preamble
	if w.Title != "" {
		name, preamble = w.Title, w.Preamble
	}
	s.add(block{kind: title, text: name})
	for _, p := range preamble {
		s.add(block{kind: lead, text: p})
	}
	values, ticks := s.filled(f.ID)
	if f.ID == legal.FormEPOC || f.ID == legal.FormEPOCPR {
		s.add(block{kind: lead, text: of(s.Leads, a.Template.ID)})
		s.facts()
		s.places()
	}
	for _, section := range f.Sections {
		heading := section.ID
		if t := word(w.Sections, section.ID, section.Title); t != "" {
			heading += ". " + t
		}
		s.add(block{kind: head, text: heading})
		for _, x := range section.Fields {
			s.official(f, x, word(w.Fields, x.Key, x.Label), values[x.Key], ticks)
		}
	}
}

// official adds one field of an official form.
func (s *sheet) official(f legal.Form, x legal.Field, label, value string, ticks []string) {
	//exhaustive:enforce
	switch x.Type {
	case legal.TypeNote:
		s.tells(label)
	case legal.TypeBool:
		s.add(block{kind: box, text: label, on: slices.Contains(ticks, x.Key)})
	case legal.TypeEnum:
		s.tells(label)
		for n, v := range x.Values {
			key := []string{"judicial", "police", "other"}[min(n, 2)]
			if t := s.words.Forms[f.ID].Values[key]; t != "" {
				v = t
			}
			s.add(block{kind: box, text: v, on: value == key})
		}
	case legal.TypeText, legal.TypeTexts, legal.TypeDate, legal.TypeDateTime, legal.TypeCountry, legal.TypeURL:
		if value == "" {
			value = "-"
		}
		s.add(block{kind: field, label: strings.TrimSuffix(label, ":"), text: value, lang: s.act.Lang})
	}
}
