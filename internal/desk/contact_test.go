// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

func (u *unit) contacts(p iru.ProviderID) []iru.Contact {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Contact, error) { return x.Contacts(u.t.Context(), iru.Program(), p) })
}

// secondOf enters and confirms a second contact.
func (u *unit) secondOf(p iru.Provider) iru.Contact {
	u.t.Helper()
	ctx := u.t.Context()
	c, err := u.EnterContact(ctx, u.scope("ada"), iru.Contact{Provider: p.ID, Kind: iru.ContactSecond, Channel: iru.ByMail, Address: "night@birchrack.test", Source: "their page for authorities"})
	must(u.t, err)
	c, err = u.Desk.ConfirmContact(ctx, u.scope("ben"), c.ID, c.Way(), "called")
	must(u.t, err)
	return c
}

func TestFurtherContact(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	_, _, host := u.referred()
	ctx := t.Context()
	enter := func(c iru.Contact) (iru.Contact, error) { return u.EnterContact(ctx, u.scope("ada"), c) }
	good := iru.Contact{Provider: host.ID, Kind: iru.ContactSecond, Channel: iru.ByMail, Address: "night@birchrack.test"}
	for name, change := range map[string]func(*iru.Contact){
		"a name with the address": func(c *iru.Contact) { c.Address = "Night <night@birchrack.test>" },
		"two lines":               func(c *iru.Contact) { c.Address = "night@birchrack.test\r\nBcc: x@y.test" },
		"no kind":                 func(c *iru.Contact) { c.Kind = "friend" },
		"no channel":              func(c *iru.Contact) { c.Channel = "fax" },
		"no language":             func(c *iru.Contact) { c.Languages = []string{"German"} },
		"a key of nothing":        func(c *iru.Contact) { c.SealKey = "abc" },
		"no key":                  func(c *iru.Contact) { c.Seal = iru.SealSMIME },
		"the first one":           func(c *iru.Contact) { c.Address = host.Address },
	} {
		c := good
		change(&c)
		if _, err := enter(c); err == nil {
			t.Errorf("%s was taken in", name)
		}
	}
	if got := u.contacts(host.ID); len(got) != 0 {
		t.Fatalf("something was kept: %+v", got)
	}
	c, err := enter(good)
	must(t, err)
	if c.State != iru.ContactProposed || c.Usable() {
		t.Errorf("a new contact is %s", c.State)
	}
	_, err = u.Desk.ConfirmContact(ctx, u.scope("ben"), c.ID, "smtp other@birchrack.test", "called")
	refused(t, "another one was looked at", err, iru.Conflict, "changed while you looked")
	c, err = u.Desk.ConfirmContact(ctx, u.scope("ben"), c.ID, c.Way(), "called")
	must(t, err)
	words := c
	words.Note = "by night"
	if words, err = enter(words); err != nil || words.State != iru.ContactConfirmed {
		t.Errorf("words about the same address: %s, %v", words.State, err)
	}
	words.Address = "late@birchrack.test"
	if words, err = enter(words); err != nil || words.State != iru.ContactChanged {
		t.Errorf("another address: %s, %v", words.State, err)
	}
	if _, has, err := u.Seconds(ctx, u.scope("ada"), host.ID); has || err != nil {
		t.Errorf("a changed contact is used: %v", err)
	}
	_, err = u.DropContact(ctx, u.scope("ada"), c.ID, "wrong people")
	must(t, err)
	_, err = u.Desk.ConfirmContact(ctx, u.scope("ben"), c.ID, words.Way(), "called")
	refused(t, "a contact that was set aside", err, iru.Conflict, "set aside")
	_, err = u.EnterContact(ctx, u.scope("sig"), good)
	refused(t, "a signer", err, iru.Forbidden, "")
}

// TestOrderNeedsTwoContacts: an hour is short. With one contact, an order is handed in with a reason only; with two, both get it.
func TestOrderNeedsTwoContacts(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	u.Rules.TwoContacts = true
	a, i, host := u.referred()
	ctx := t.Context()
	n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), n.ID)
	refused(t, "one contact", err, iru.Invalid, "one contact only")
	n, err = u.SubmitAlone(ctx, u.scope("ada"), n.ID, "they have no other, asked on 11 March")
	must(t, err)
	found := false
	for _, e := range u.events("notice", int64(n.ID)) {
		found = found || e.Verb == "submit" && strings.Contains(e.Note, "one contact only: they have no other")
	}
	if !found {
		t.Error("the reason is not in the log")
	}
	plain, err := u.Draft(ctx, u.scope("ada"), desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: host.ID, Layer: legal.Host, Instrument: legal.Referral})
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), plain.ID)
	must(t, err) // nothing but an order of one hour needs two

	phone, err := u.EnterContact(ctx, u.scope("ada"), iru.Contact{Provider: host.ID, Kind: iru.ContactSecond, Channel: iru.ByHand, Address: "+43 1 555 01", Source: "their page for authorities"})
	must(t, err)
	_, err = u.Desk.ConfirmContact(ctx, u.scope("ben"), phone.ID, phone.Way(), "called")
	must(t, err)
	c := u.secondOf(host) // by mail: the copy goes there, though the telephone was entered first
	n = u.approved(order(a, i, host))
	_, err = u.Dispatch(ctx, n.ID)
	must(t, err)
	_, err = u.Dispatch(ctx, n.ID) // again, as after a kill
	must(t, err)
	var copies []iru.Letter
	for _, l := range u.letters(n.ID) {
		if l.Kind == "copy" {
			copies = append(copies, l)
		}
	}
	if len(copies) != 1 || copies[0].Contact != c.ID || !strings.Contains(copies[0].Text, n.Text) || !strings.HasPrefix(copies[0].Subject, "Copy: ") {
		t.Fatalf("copies: %+v", copies)
	}
	out, err := u.Posting(ctx, copies[0].ID)
	must(t, err)
	if out.Provider.Address != "night@birchrack.test" || out.Provider.Contact != iru.ContactConfirmed {
		t.Errorf("the copy goes to %s", out.Provider.Way())
	}
	must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
	must(t, u.RecordPosted(ctx, copies[0].ID, desk.Sending{At: u.now, Proof: "250 ok", Receipt: true}))
	if got := u.notice(n.ID); got.State != iru.NoticeSent {
		t.Errorf("the copy's receipt made the act %s: only the first contact's starts the hour", got.State)
	}
	// A reply of the second contact is the provider's word.
	must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "receipt", Text: "we have it", From: c.Address, Authentic: "dkim", At: u.now, MessageID: "from the night desk"}))
	if got := u.notice(n.ID); got.State != iru.NoticeReceived {
		t.Errorf("after the second contact's receipt it is %s", got.State)
	}
	// Escalation uses it.
	l, err := u.Remind(ctx, u.scope("ben"), n.ID, "half of the hour is over")
	must(t, err)
	if l.Contact != c.ID || l.Kind != "reminder" {
		t.Errorf("reminder: %+v", l)
	}
	second, err := u.Remind(ctx, u.scope("ben"), n.ID, "twenty minutes are left")
	must(t, err)
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error { return x.RemoveLetter(ctx, l.ID) })) // as one that was called back
	third, err := u.Remind(ctx, u.scope("ben"), n.ID, "ten minutes are left")
	must(t, err)
	if third.ID == 0 || third.MessageID == second.MessageID {
		t.Errorf("the third reminder was taken for the second: %+v", third)
	}
	l = third
	changed := c
	changed.Address = "other@birchrack.test"
	_, err = u.EnterContact(ctx, u.scope("ada"), changed)
	must(t, err)
	_, err = u.Posting(ctx, l.ID)
	refused(t, "a reminder to a contact that changed", err, iru.Conflict, "confirm")
	_, err = u.Remind(ctx, u.scope("ben"), n.ID, "again")
	refused(t, "a reminder to a contact that changed", err, iru.Conflict, "no second contact")
}

// TestSecondBecomesFirst: what bounced is sent again to the contact that a person made the first one.
func TestSecondBecomesFirst(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	ctx := t.Context()
	c := u.secondOf(host)
	n := u.approved(order(a, i, host))
	_, err := u.Dispatch(ctx, n.ID)
	must(t, err)
	must(t, u.Undeliverable(ctx, n.ID, "550 no such mailbox"))
	_, err = u.PreferContact(ctx, u.scope("ben"), c.ID, "the first one bounces")
	must(t, err)
	must(t, u.Resend(ctx, u.scope("ben"), n.ID))
	out, err := u.Dispatch(ctx, n.ID)
	must(t, err)
	if out.Provider.Address != "night@birchrack.test" || out.Provider.Contact != iru.ContactConfirmed {
		t.Errorf("sent again to %s", out.Provider.Way())
	}
	if cs := u.contacts(host.ID); len(cs) != 1 || cs[0].Address != host.Address {
		t.Errorf("the first contact is lost: %+v", cs)
	}
}

// TestContactChangedByReply: a reply that names another address never changes the register, it only proposes; a forged one does not
// even that.
func TestContactChangedByReply(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	ctx := t.Context()
	n := u.sent(order(a, i, host))
	said := "Please write to new-desk@birchrack.test from now on.\n> reply+abcdef@unit-a.test\n> old@quoted.test\n"
	must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "note", Text: said, From: "abuse@birchrack.test", At: u.now, MessageID: "forged"}))
	if cs := u.contacts(host.ID); len(cs) != 0 {
		t.Errorf("a letter of nobody known proposes: %+v", cs)
	}
	before := view(u, func(x *db.Tx) (iru.Provider, error) { return x.Provider(ctx, iru.Program(), host.ID) })
	for k := range 3 {
		must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "note", Text: said, From: "abuse@birchrack.test", Authentic: "dkim", At: u.now, MessageID: fmt.Sprint(k)}))
	}
	after := view(u, func(x *db.Tx) (iru.Provider, error) { return x.Provider(ctx, iru.Program(), host.ID) })
	if before.Way() != after.Way() || after.Contact != iru.ContactConfirmed {
		t.Errorf("the reply changed the register: %s is %s", after.Way(), after.Contact)
	}
	cs := u.contacts(host.ID)
	if len(cs) != 1 || cs[0].Address != "new-desk@birchrack.test" || cs[0].State != iru.ContactProposed || !strings.Contains(cs[0].Source, n.Ref) {
		t.Fatalf("proposed: %+v", cs)
	}
	flood := "a1@x.test a2@x.test a3@x.test a4@x.test a5@x.test"
	must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "note", Text: flood, From: "abuse@birchrack.test", Authentic: "dkim", At: u.now, MessageID: "flood"}))
	if cs := u.contacts(host.ID); len(cs) != 4 {
		t.Errorf("one reply proposed %d contacts", len(cs)-1)
	}
}

// TestSuggestedBesideConfirmed: what registers name beside the first contact is proposed, and never takes the place of what a person
// confirmed or set aside.
func TestSuggestedBesideConfirmed(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	a, _, host := u.referred()
	ctx := t.Context()
	found := desk.Carriage{Name: host.Name, Site: host.Site, Layer: legal.Host, Channel: host.Channel, Address: host.Address, Source: "RDAP",
		Others: []iru.Contact{{Kind: iru.ContactSecurity, Channel: iru.ByMail, Address: "security@birchrack.test", Source: "https://birchrack.test/.well-known/security.txt"},
			{Kind: iru.ContactAbuse, Channel: iru.ByMail, Address: "not an address", Source: "RDAP"}}}
	must(t, u.AddCarriers(ctx, a.ID, []desk.Carriage{found}))
	cs := u.contacts(host.ID)
	if len(cs) != 1 || cs[0].State != iru.ContactProposed || cs[0].Kind != iru.ContactSecurity {
		t.Fatalf("proposed: %+v", cs)
	}
	_, err := u.DropContact(ctx, u.scope("ada"), cs[0].ID, "for vulnerabilities only")
	must(t, err)
	must(t, u.AddCarriers(ctx, a.ID, []desk.Carriage{found}))
	if cs := u.contacts(host.ID); len(cs) != 1 || cs[0].DroppedAt.IsZero() {
		t.Errorf("what was set aside came back: %+v", cs)
	}
}

func TestTrial(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	_, _, host := u.watched(t.Context())
	ctx := t.Context()
	_, err := u.TryContact(ctx, u.scope("ada"), host.ID, 0)
	refused(t, "a contact that nobody confirmed", err, iru.Conflict, "confirm")
	_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
	must(t, err)
	x, err := u.TryContact(ctx, u.scope("ada"), host.ID, 0)
	must(t, err)
	if !strings.HasPrefix(x.Subject, "TEST, no action needed") || !strings.HasPrefix(x.Text, "THIS IS A TEST") || strings.Contains(x.Text, "halcyon") {
		t.Errorf("the test: %s\n%s", x.Subject, x.Text)
	}
	if u.jobs("try") != 1 {
		t.Errorf("%d jobs", u.jobs("try"))
	}
	must(t, u.RecordTried(ctx, x.ID, desk.Sending{At: u.now, Proof: "250 ok"}, ""))
	read := func() iru.Trial {
		return view(u, func(v *db.Tx) (iru.Trial, error) { return v.Trial(ctx, iru.Program(), x.ID) })
	}
	answer := desk.Reply{Notice: x.ID.Tag(), Kind: "note", From: "abuse@birchrack.test", Text: "it works", At: u.now, MessageID: "1"}
	must(t, u.Receive(ctx, answer)) // nothing proves its sender
	if got := read(); got.Receipt != "" {
		t.Errorf("a letter of nobody known is a receipt: %q", got.Receipt)
	}
	answer.Authentic = "dkim"
	must(t, u.Receive(ctx, answer))
	first := read()
	if first.Receipt == "" || !first.ReceivedAt.Equal(u.now) {
		t.Fatalf("receipt: %+v", first)
	}
	answer.MessageID, answer.Text = "2", "again"
	must(t, u.Receive(ctx, answer))
	if got := read(); got.Receipt != first.Receipt || !got.ReceivedAt.Equal(first.ReceivedAt) {
		t.Errorf("a receipt was changed: %+v", got)
	}
	_, err = u.AcknowledgeTrial(ctx, u.scope("ada"), x.ID, "they called")
	refused(t, "a second receipt", err, iru.Conflict, "never changed")

	y, err := u.TryContact(ctx, u.scope("ada"), host.ID, 0)
	must(t, err)
	must(t, u.RecordTried(ctx, y.ID, desk.Sending{At: u.now, Proof: "250 ok"}, ""))
	must(t, u.Receive(ctx, desk.Reply{Notice: y.ID.Tag(), Kind: "bounce", Authentic: iru.ByRelay, Answers: "<" + y.Key + "@unit-a.test>", Text: "550 unknown", At: u.now, MessageID: "b"}))
	if got := view(u, func(v *db.Tx) (iru.Trial, error) { return v.Trial(ctx, iru.Program(), y.ID) }); got.Failed == "" || got.Receipt != "" {
		t.Errorf("after the bounce: %+v", got)
	}
}

func TestAuthorities(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	a := iru.Authority{Name: "Office for Content, State B", Country: "XB", Role: iru.RoleScrutinise, Mail: "orders@office-b.test", Languages: []string{"bg", "en"}, Source: "list of the Commission"}
	for name, change := range map[string]func(*iru.Authority){
		"no role": func(a *iru.Authority) { a.Role = "chief" }, "no state": func(a *iru.Authority) { a.Country = "Bulgaria" },
		"no way": func(a *iru.Authority) { a.Mail = "" }, "no mail address": func(a *iru.Authority) { a.Mail = "office-b" },
	} {
		b := a
		change(&b)
		if _, err := u.EnterAuthority(ctx, u.scope("ada"), b); err == nil {
			t.Errorf("%s was taken in", name)
		}
	}
	a, err := u.EnterAuthority(ctx, u.scope("ada"), a)
	must(t, err)
	a, err = u.ConfirmAuthority(ctx, u.scope("ben"), a.ID, a.Way(), "called")
	must(t, err)
	b := a
	b.Mail = "new@office-b.test"
	b, err = u.EnterAuthority(ctx, u.scope("ada"), b)
	must(t, err)
	if b.ID != a.ID || b.State != iru.ContactChanged {
		t.Errorf("another address: %+v", b)
	}
	got := view(u, func(x *db.Tx) ([]iru.Authority, error) {
		return x.AuthoritiesOf(ctx, u.scope("ada"), "XB", iru.RoleScrutinise)
	})
	if len(got) != 1 || got[0].Mail != "new@office-b.test" {
		t.Errorf("%+v", got)
	}
}
