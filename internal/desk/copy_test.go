// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// written is the JSON of a template's example in a language, as package form writes it; bend may change it before.
func written(t testing.TB, id, lang string, bend func(*form.Act)) []byte {
	t.Helper()
	a, err := form.Example(id)
	if err != nil {
		t.Fatal(err)
	}
	a.Template = form.TemplateFor(id, lang)
	if bend != nil {
		bend(&a)
	}
	b, err := form.JSON(a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCopyFromRecord: the record of another Iolaus's removal order, in each language of its words, is a copy.
func TestCopyFromRecord(t *testing.T) {
	a, err := form.Example("removal_order")
	must(t, err)
	want := desk.Copy{Ref: "RO-2026-0001", Authority: "Unit A", Country: "XA", AuthorityMail: "referrals@unit-a.test", Addressee: "Birchrack Hosting", AddresseeMail: "abuse@birchrack.test",
		Locator: "https://halcyon-weather.test/posts/2.html", Reasons: a.Reasons, Limbs: []string{"a"}, Issued: "2026-03-02T10:00:00Z"}
	same := func(what string, text []byte) {
		t.Helper()
		if c, err := desk.ParseCopy(text); err != nil || fmt.Sprintf("%+v", c) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: %+v, %v", what, c, err)
		}
	}
	for _, lang := range form.Languages() {
		same(lang, written(t, "removal_order", lang, nil))
	}
	one := written(t, "removal_order", "en", nil)
	same("with a mark before it, as some editors write", append([]byte("\ufeff"), one...))
	same("with the line ends of a web form", []byte(strings.ReplaceAll(string(one), "\n", "\r\n")))
	same("of another version of the words", written(t, "removal_order", "en", func(a *form.Act) { a.Template.Version = "9/2031-01-01" }))
	same("in words that are not there", written(t, "removal_order", "en", func(a *form.Act) { a.Template.Lang = "mt" }))
	want.AddresseeMail = ""
	same("whose contact is no mail address", written(t, "removal_order", "en", func(a *form.Act) { a.Addressee.Contact = "https://birchrack.test/contact" }))
	want.Country = ""
	same("whose state has a name", written(t, "removal_order", "en", func(a *form.Act) {
		a.Addressee.Contact, a.Issuer.Country = "", "State A"
	}))
	for _, id := range form.Templates() {
		for _, lang := range form.Languages() {
			if id == "removal_order" {
				continue
			}
			_, err := desk.ParseCopy(written(t, id, lang, nil))
			refused(t, id+" "+lang, err, iru.Invalid, "only a removal order")
		}
	}
}

// TestCopyByHand: an object with the names of a copy is one; it cannot say which of our providers is meant.
func TestCopyByHand(t *testing.T) {
	c, err := desk.ParseCopy([]byte(`{"reference":"X-1","authority":"A","country":"XC","authority_mail":"a@c.test","addressee":"Birchrack","address":"https://x.test/","reasons":"their\nown","limbs":["c"],"issued":"2026-03-12T08:00","zone":"Europe/Vienna"}`))
	if err != nil || c.Ref != "X-1" || c.Locator != "https://x.test/" || c.Reasons != "their\nown" || c.Issued != "2026-03-12T08:00" || len(c.Limbs) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestCopyHostile: whatever else comes is refused in words that say what is wrong and what to do.
func TestCopyHostile(t *testing.T) {
	order := func(bend func(*form.Act)) string { return string(written(t, "removal_order", "en", bend)) }
	for name, k := range map[string]struct{ text, says string }{
		"nothing":                 {"", "not the JSON"},
		"a document":              {"%PDF-1.7", "not the JSON"},
		"a list":                  {"[]", "not the JSON"},
		"two records":             {order(nil) + order(nil), "not the JSON"},
		"a deep one":              {strings.Repeat(`{"schema":`, 20_000), "not the JSON"},
		"a bomb":                  {strings.Repeat(" ", 2<<20), "too large"},
		"another schema":          {`{"schema":"iolaus-annex/1"}`, `its schema is "iolaus-annex/1"`},
		"a schema that is a list": {`{"schema":["iolaus-act/1"]}`, "not the JSON"},
		"a draft":                 {order(func(a *form.Act) { a.IssuedAt = time.Time{} }), "no such order was issued"},
		"two addresses":           {order(func(a *form.Act) { a.Targets = append(a.Targets, form.Target{Address: "https://rail.test/"}) }), "names 2 addresses"},
		"no address":              {order(func(a *form.Act) { a.Targets = nil }), "/targets"},
		"a fact nobody knows":     {strings.Replace(order(nil), `"ref":`, `"effect": "none", "ref":`, 1), "/effect: there is no such member"},
		"a fact twice":            {strings.Replace(order(nil), `"ref":`, `"ref": "X", "ref":`, 1), "/ref"},
		"targets as once":         {`{"schema":"iolaus-act/1","ref":"RO-9","targets":["https://rail.test/"]}`, "/targets/0"},
		"a time without a zone":   {strings.Replace(order(nil), "2026-03-02T10:00:00Z", "2026-03-02 10:00", 1), "/issued_at: it is not a time"},
		"a zero byte":             {order(func(a *form.Act) { a.Ref = "RO\x00" }), "/ref: it has the control character U+0000"},
		"text that turns":         {order(func(a *form.Act) { a.Issuer.Name = "Unit \u202eA" }), "U+202E"},
		"another template":        {order(func(a *form.Act) { a.Template.ID = "letter" }), "/template/id"},
		"another version, broken": {order(func(a *form.Act) { a.Template.Version, a.Ref = "9", " " }), "/ref"},
		"by hand: a wrong name":   {`{"refrence":"X"}`, `a copy has no "/refrence"`},
		"by hand: our provider":   {`{"reference":"X","Provider":7}`, `a copy has no "/Provider"`},
		"by hand: a wrong kind":   {`{"reference":7}`, `"/reference" is not of the kind`},
		"by hand: twice":          {`{"reference":"X","reference":"Y"}`, "not the JSON of an order"},
		"by hand: a zero byte":    {`{"reference":"X\u0000"}`, "the reference has characters"},
		"by hand: two lines":      {`{"authority":"A\nB"}`, "the authority has characters"},
		"by hand: a state's name": {`{"country":"Germany"}`, "two letters"},
		"by hand: a sixth point":  {`{"limbs":["f"]}`, "Article 2(7)"},
		"by hand: too long":       {`{"reasons":"` + strings.Repeat("é", form.MaxText+1) + `"}`, "longer than 20000"},
	} {
		c, err := desk.ParseCopy([]byte(k.text))
		refused(t, name, err, iru.Invalid, k.says)
		var r *iru.Refusal
		if !errors.As(err, &r) || r.Instead == "" || len(err.Error()) > 600 || c.Ref != "" && !strings.HasPrefix(name, "by hand") {
			t.Errorf("%s: %v, %+v", name, err, c)
		}
	}
}

// TestCopyOfOurOwnMaking: what one Iolaus issued the other enters, on both engines; the reasons stay veiled until the own conclusion.
func TestCopyOfOurOwnMaking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		n := u.approved(order(u.referred()))
		l, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		a, there, err := u.Issued(ctx, l)
		if err != nil || !there {
			t.Fatal("no record", err)
		}
		b, err := form.JSON(a)
		must(t, err)
		c, err := desk.ParseCopy(b)
		if err != nil || c.Ref != n.Ref || c.Locator != n.Locator || c.Country != "XA" || c.Authority != "Unit A" || c.Reasons == "" || !strings.HasPrefix(c.Issued, "2026-03-12T08:00:00") {
			t.Fatalf("%+v, %v", c, err)
		}
		c.Received = u.stamp(0)
		_, err = u.EnterCopy(ctx, u.scope("ben"), c)
		refused(t, "by its own issuer", err, iru.Forbidden, "own authorities")
		b2 := u.second()
		bea := u.people["brit"]
		c.Provider = 0
		u.later(time.Hour)
		c.Received, c.Zone = "2026-03-12T10:00", "Europe/Vienna" // the record's own time is UTC and says so
		sc, err := u.EnterCopy(ctx, bea.Scope(), c)
		must(t, err)
		if sc.Unit != b2.ID || !sc.IssuedAt.Equal(a.IssuedAt) || !sc.CopyAt.Equal(u.now) || sc.Reasons != "" || sc.Limbs != nil || !sc.Blind() {
			t.Errorf("%+v", sc)
		}
		for _, e := range u.events("scrutiny", int64(sc.ID)) {
			if text := fmt.Sprint(e.Note, e.Facts); strings.Contains(text, c.Reasons) {
				t.Errorf("the log shows the issuer's reasons: %s", text)
			}
		}
		_, err = u.Examine(ctx, u.scope("bea"), sc.ID)
		must(t, err)
		if sc, err = u.Conclude(ctx, u.scope("bea"), sc.ID, iru.NoInfringes, "a timetable"); err != nil || sc.Reasons != c.Reasons || len(sc.Limbs) == 0 {
			t.Errorf("after the own conclusion: %+v, %v", sc, err)
		}
		c.Ref = "X\x00"
		_, err = u.EnterCopy(ctx, bea.Scope(), c)
		refused(t, "a zero byte by hand", err, iru.Invalid, "the reference has characters")
		u.whole()
	})
}

// FuzzParseCopy: what is read fits the store and names an order; what is refused is refused as Invalid, with what to do.
func FuzzParseCopy(f *testing.F) {
	for _, id := range form.Templates() {
		f.Add(written(f, id, "en", nil))
	}
	for _, lang := range form.Languages() {
		f.Add(written(f, "removal_order", lang, nil))
	}
	b, err := json.Marshal(desk.Copy{Ref: "X-1", Authority: "A", Country: "XC", Locator: "https://x.test/", Limbs: []string{"c"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := desk.ParseCopy(b)
		if err != nil {
			var r *iru.Refusal
			if !errors.Is(err, iru.Invalid) || !errors.As(err, &r) || r.Reason == "" || r.Instead == "" || strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
				t.Fatalf("%q", err)
			}
			return
		}
		for _, s := range append([]string{c.Ref, c.Authority, c.Country, c.AuthorityMail, c.Addressee, c.AddresseeMail, c.Locator, c.Issued, c.Zone}, c.Limbs...) {
			if strings.ContainsFunc(s, unicode.IsControl) || len(s) > 4*2000 {
				t.Fatalf("%q", s)
			}
		}
		if strings.ContainsRune(c.Reasons, 0) || c.Provider != 0 || len(c.Country) != 0 && len(strings.TrimSpace(c.Country)) != 2 {
			t.Fatalf("%+v", c)
		}
		if a, err := form.ParseAct(b); err == nil && (a.Instrument != string(legal.RemovalOrder) || a.Ref != c.Ref || a.Targets[0].Address != c.Locator) {
			t.Fatalf("%+v says something else than %+v", c, a)
		}
	})
}
