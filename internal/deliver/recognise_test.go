// SPDX-License-Identifier: EUPL-1.2

package deliver_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-smtp"

	"iolaus/internal/deliver"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func (b *box) sendAs(t *testing.T, from, mail string) deliver.Reply {
	t.Helper()
	c, err := smtp.Dial(b.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	before := len(b.got())
	if err := c.SendMail(from, []string{deliver.ReplyAddress(inboxSecret, 7, "unit.test")}, strings.NewReader(mail)); err != nil {
		t.Fatal(err)
	}
	got := b.got()
	if len(got) != before+1 {
		t.Fatalf("%d replies, then %d", before, len(got))
	}
	return got[before]
}

// What a mail says of itself proves nothing: only our relay's word, a signature over what moves the act, or a named network.
func TestWhoSentIt(t *testing.T) {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	keyed := func(c *deliver.InboxConfig) {
		c.LookupTXT = func(name string) ([]string, error) {
			if name == "s1._domainkey.provider.test" {
				return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}, nil
			}
			return nil, errors.New("no such name")
		}
	}
	sign := func(mail, domain string, fields ...string) string {
		var out bytes.Buffer
		if err := dkim.Sign(&out, strings.NewReader(mail), &dkim.SignOptions{Domain: domain, Selector: "s1", Signer: key, HeaderKeys: fields}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	n := 0
	mail := func(from, extra string) string {
		n++
		return "From: " + from + "\r\nSubject: Re: Rain\r\nMessage-ID: <r" + strings.Repeat("x", n) + "@provider.test>\r\n" + extra + "\r\nIt is gone.\r\n"
	}
	const event, spf = "X-Desk-Event: done\r\n", "Authentication-Results: relay.unit.test; spf=pass smtp.mailfrom=bounces.provider.test\r\n"
	whole := []string{"From", "Subject", "Message-ID", "X-Desk-Event"}
	relay := func(c *deliver.InboxConfig) { c.AuthServ, c.Relays = "relay.unit.test", loopback }
	for name, c := range map[string]struct {
		change func(*deliver.InboxConfig)
		mail   string
		want   string
	}{
		"nothing known":              {nil, mail("abuse@provider.test", event), ""},
		"the relay's own word":       {relay, spf + mail("abuse@provider.test", event), deliver.BySPF},
		"another domain than From":   {relay, spf + mail("abuse@other.test", event), ""},
		"written by a stranger":      {func(c *deliver.InboxConfig) { c.AuthServ = "relay.unit.test" }, spf + mail("abuse@provider.test", event), ""},
		"signed":                     {keyed, sign(mail("abuse@desk.provider.test", event), "provider.test", whole...), deliver.ByDKIM},
		"signed by somebody else":    {keyed, sign(mail("abuse@other.test", event), "provider.test", whole...), ""},
		"an event above a signature": {keyed, event + sign(mail("abuse@provider.test", ""), "provider.test", "From", "Subject"), ""},
		"a second From":              {keyed, "From: abuse@provider.test\r\n" + sign(mail("abuse@provider.test", event), "provider.test", whole...), ""},
		"a training network":         {func(c *deliver.InboxConfig) { c.Accept = loopback }, mail("abuse@provider.test", event), deliver.ByNetwork},
		"another training network":   {func(c *deliver.InboxConfig) { c.Accept = []netip.Prefix{netip.MustParsePrefix("127.9.0.0/16")} }, mail("abuse@provider.test", event), ""},
	} {
		r := newBox(t, c.change).sendAs(t, "someone@provider.test", c.mail)
		if r.Authentic != c.want || r.Kind != deliver.Done {
			t.Errorf("%s: proved by %q, not %q; found %q, kind %s", name, r.Authentic, c.want, r.Authenticated, r.Kind)
		}
	}
}

// A delivery report is our own mail server's if it comes from it, without a sender, and not through it.
func TestReportOfOurRelay(t *testing.T) {
	raw, err := os.ReadFile("testdata/mail/dsn-failed.eml")
	if err != nil {
		t.Fatal(err)
	}
	report := strings.TrimPrefix(string(raw), "Return-Path: <>\r\n")
	relay := func(c *deliver.InboxConfig) { c.Relays = loopback }
	for name, c := range map[string]struct {
		change      func(*deliver.InboxConfig)
		from, above string
		want        string
	}{
		"its own":            {relay, "", "Received: from mail by relay.unit.test with local (Exim)\r\n", deliver.ByRelay},
		"passed on by it":    {relay, "", "Received: from evil (evil [192.0.2.1])\r\n\tby relay.unit.test (Postfix) with ESMTPS id 1\r\n", ""},
		"with a sender":      {relay, "abuse@provider.test", "", ""},
		"of a stranger":      {nil, "", "", ""},
		"a training network": {func(c *deliver.InboxConfig) { c.Accept = loopback }, "", "Received: from a by b with esmtp\r\n", deliver.ByRelay},
	} {
		r := newBox(t, c.change).sendAs(t, c.from, c.above+report)
		if r.Authentic != c.want || r.Kind != deliver.Bounce || r.InReplyTo != "<act-1@unit.test>" {
			t.Errorf("%s: proved by %q, not %q; kind %s, answers %s", name, r.Authentic, c.want, r.Kind, r.InReplyTo)
		}
	}
	r := newBox(t, relay).sendAs(t, "", strings.Replace(report, "Reporting-MTA:", "Original-Envelope-Id: act-2+2Bx@unit.test\r\nReporting-MTA:", 1))
	if r.InReplyTo != "<act-2+x@unit.test>" {
		t.Errorf("the envelope's own number is not taken: %s", r.InReplyTo)
	}
}
