// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"bytes"
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Copy is a removal order of another state's authority to a provider of ours, as it came: by hand, by the interface or as the JSON of the form.
type Copy struct {
	Ref           string         `json:"reference"`
	Authority     string         `json:"authority"`
	Country       string         `json:"country"`
	AuthorityMail string         `json:"authority_mail"`
	Addressee     string         `json:"addressee"`
	AddresseeMail string         `json:"addressee_mail"`
	Locator       string         `json:"address"`
	Reasons       string         `json:"reasons"`
	Limbs         []string       `json:"limbs"`
	Issued        string         `json:"issued"`   // as their clock showed it
	Received      string         `json:"received"` // when we had the copy
	Ordered       string         `json:"ordered"`  // when the provider had the order; "" is not known
	Zone          string         `json:"zone"`     // of these times; "" is UTC
	Provider      iru.ProviderID `json:"-"`        // an officer says which of our directory it is
}

// orByHand is what to do with a file that cannot be read.
const orByHand = "ask its issuer for the file as it was sent, or enter the copy by hand"

// ParseCopy reads a copy from a file: the record of a removal order, as package form writes it (schema iolaus-act/1), or an object with the
// names of [Copy], which somebody wrote by hand. The receipt is never in it. Errors are Invalid and say what to do.
func ParseCopy(text []byte) (Copy, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(text) > form.MaxAct {
		return Copy{}, iru.Refuse(iru.Invalid, "the file is too large for a copy of an order", orByHand)
	}
	var head struct {
		Schema *string `json:"schema"`
	}
	switch err := stdjson.Unmarshal(text, &head); {
	case err != nil:
		return Copy{}, iru.Refuse(iru.Invalid, "that is not the JSON of an order", orByHand)
	case head.Schema == nil:
		return handmade(text)
	case *head.Schema != form.Schema:
		return Copy{}, iru.Refuse(iru.Invalid, fmt.Sprintf("its schema is %q, and only %q is read", clip(*head.Schema, 100), form.Schema), orByHand)
	}
	a, err := form.ParseAct(text)
	var f *form.Fault
	if errors.As(err, &f) && slices.Contains([]string{"/template/version", "/template/lang"}, f.Where) {
		// Another version of the program wrote it: with other words, which are in the document, about the facts of this schema.
		a.Template = form.TemplateFor(a.Template.ID, "en")
		err = a.Check()
	}
	if errors.As(err, &f) {
		return Copy{}, iru.Refuse(iru.Invalid, "the record of the order cannot be used: "+visible((&form.Fault{Where: f.Where, What: f.What}).Error()), orByHand)
	}
	if err != nil {
		return Copy{}, fmt.Errorf("read copy of an order: %w: %w", iru.Invalid, err)
	}
	return ordered(a)
}

// visible writes control characters, which a file may have in its names, so that they can be seen.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// ordered takes a copy out of the record of a removal order.
func ordered(a form.Act) (Copy, error) {
	switch {
	case a.Instrument != string(legal.RemovalOrder):
		return Copy{}, iru.Refuse(iru.Invalid, fmt.Sprintf("it is the record of another act (%s): only a removal order is scrutinised under Article 4", a.Template.ID), "take the file of the removal order")
	case a.IssuedAt.IsZero():
		return Copy{}, iru.Refuse(iru.Invalid, "it is the record of a draft: no such order was issued", "take the file of the order as it was issued")
	case len(a.Targets) > 1:
		return Copy{}, iru.Refuse(iru.Invalid, fmt.Sprintf("the order names %d addresses, and a copy here is about one", len(a.Targets)), "enter a copy by hand for each of them")
	}
	c := Copy{Ref: a.Ref, Authority: a.Issuer.Name, AuthorityMail: a.Issuer.Mail, Addressee: a.Addressee.Name, Locator: a.Targets[0].Address, Reasons: a.Reasons, Limbs: a.Limbs,
		Issued: a.IssuedAt.UTC().Format(time.RFC3339)}
	if isState(a.Issuer.Country) { // the form takes a name too, which says nothing here
		c.Country = a.Issuer.Country
	}
	if m := a.Addressee.Contact; strings.Count(m, "@") == 1 && !strings.ContainsFunc(m, unicode.IsSpace) {
		c.AddresseeMail = m
	}
	return c, nil
}

// handmade reads the names of [Copy]. One that is not known is refused: it may be a fact under a wrong name.
func handmade(text []byte) (Copy, error) {
	var c Copy
	if err := json.Unmarshal(text, &c, json.RejectUnknownMembers(true)); err != nil {
		what := "it is none of the names and texts of a copy"
		var wrong *json.SemanticError
		if errors.As(err, &wrong) && errors.Is(wrong.Err, json.ErrUnknownName) {
			what = fmt.Sprintf("a copy has no %q", clip(string(wrong.JSONPointer), 100))
		} else if errors.As(err, &wrong) {
			what = fmt.Sprintf("%q is not of the kind that stands there", clip(string(wrong.JSONPointer), 100))
		}
		return Copy{}, iru.Refuse(iru.Invalid, "that is not the JSON of an order: "+what, orByHand)
	}
	return c, c.check()
}

// isState reports whether a text can be the code of a state (ISO 3166-1 alpha-2).
func isState(s string) bool {
	return len(s) == 2 && strings.Trim(strings.ToUpper(s), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// maxCopyLine is the greatest length of a line of a copy, in characters: that of package form.
const maxCopyLine = 2000

// check refuses what no store keeps and no page shows as it is.
func (c Copy) check() error {
	for _, f := range []struct {
		what, text string
		most       int
		free       bool
	}{{"reference", c.Ref, 200, false}, {"authority", c.Authority, maxCopyLine, false}, {"country code", c.Country, maxCopyLine, false}, {"mail address of the authority", c.AuthorityMail, 320, false},
		{"addressee", c.Addressee, maxCopyLine, false}, {"mail address of the addressee", c.AddresseeMail, 320, false}, {"address", c.Locator, maxCopyLine, false},
		{"time of issue", c.Issued, 40, false}, {"time of receipt", c.Received, 40, false}, {"time of the provider's receipt", c.Ordered, 40, false}, {"time zone", c.Zone, 60, false},
		{"statement of reasons", c.Reasons, form.MaxText, true}} {
		odd := strings.ContainsFunc(f.text, func(r rune) bool {
			if f.free && (r == '\n' || r == '\r' || r == '\t') {
				return false
			}
			turns := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 // what follows runs the other way (UAX #9)
			return unicode.IsControl(r) || turns && !f.free
		})
		switch {
		case !utf8.ValidString(f.text) || odd:
			return iru.Refuse(iru.Invalid, "the "+f.what+" has characters that cannot be shown", "type it in anew")
		case utf8.RuneCountInString(f.text) > f.most:
			return iru.Refuse(iru.Invalid, fmt.Sprintf("the %s is longer than %d characters", f.what, f.most), "shorten it")
		}
	}
	switch {
	case c.Country != "" && !isState(strings.TrimSpace(c.Country)):
		return iru.Refuse(iru.Invalid, "the country is not given by its code", "write two letters, such as DE")
	case len(c.Limbs) > 5 || slices.ContainsFunc(c.Limbs, func(l string) bool { return len(l) != 1 || l < "a" || l > "e" }):
		return iru.Refuse(iru.Invalid, "there are no such points of Article 2(7)", "they are a, b, c, d and e")
	}
	return nil
}

// EnterCopy takes the copy of an order in, and starts the 72 hours of Article 4(3). The scrutiny of an order by its own state is refused.
func (d *Desk) EnterCopy(ctx context.Context, s iru.Scope, c Copy) (iru.Scrutiny, error) {
	var sc iru.Scrutiny
	if err := s.May(iru.ToAnswer); err != nil {
		return sc, err
	}
	if err := c.check(); err != nil {
		return sc, err
	}
	sc = iru.Scrutiny{Unit: s.Unit, Role: iru.AsScrutiniser, State: iru.ScrutinyCopied, Provider: c.Provider, Ref: strings.TrimSpace(c.Ref), Authority: strings.TrimSpace(c.Authority),
		Country: strings.ToUpper(strings.TrimSpace(c.Country)), AuthorityMail: strings.TrimSpace(c.AuthorityMail), Addressee: strings.TrimSpace(c.Addressee), AddresseeMail: strings.TrimSpace(c.AddresseeMail),
		Locator: strings.TrimSpace(c.Locator), Reasons: c.Reasons, Limbs: c.Limbs, EnteredBy: s.Officer}
	var ordered time.Time
	for _, v := range []struct {
		text string
		into *time.Time
	}{{c.Issued, &sc.IssuedAt}, {c.Received, &sc.CopyAt}, {c.Ordered, &ordered}} {
		if v.text == "" {
			continue
		}
		at, err := moment(v.text, c.Zone)
		if err != nil {
			return sc, err
		}
		*v.into = at
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		u, err := t.Unit(ctx, s.Unit)
		if err != nil {
			return err
		}
		if sc.Provider != 0 {
			if _, err := t.Provider(ctx, s, sc.Provider); err != nil {
				return err
			}
		}
		sc.ID, sc.Created = 0, now
		if err := sc.Check(u, now); err != nil {
			return err
		}
		if ordered.After(now) {
			return iru.Refuse(iru.Invalid, "the provider would have received the order in the future", "check the day, the time and the zone")
		}
		if err := t.AddScrutiny(ctx, &sc); err != nil {
			return err
		}
		if err := recordScrutiny(ctx, t, sc, "open", s.Officer, now, "copy from "+sc.Authority); err != nil {
			return err
		}
		clock := d.onScrutiny(sc, u.Country)
		clock.By = s.Officer
		if _, err := d.begin(ctx, t, clock, "tco-72h-own", sc.CopyAt, "receipt of the copy"); err != nil || ordered.IsZero() {
			return err
		}
		_, err = d.begin(ctx, t, clock, "tco-48h", ordered, "the provider's receipt of the order")
		return err
	})
	return sc.Veil(), err
}
