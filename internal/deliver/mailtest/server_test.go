// SPDX-License-Identifier: EUPL-1.2

package mailtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"

	"iolaus/internal/deliver"
	"iolaus/internal/deliver/mailtest"
	"iolaus/internal/iru"
)

// A notice goes to a real mail server, is read over IMAP, the delivery notice and the answer come back into the inbox.
func TestThereAndBack(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	secret := []byte("a secret of a weather unit, 0001")
	replies := make(chan deliver.Reply, 10)
	inbox, err := deliver.NewInbox(deliver.InboxConfig{Addr: "127.0.0.1:0", Domain: "unit.test", Secrets: [][]byte{secret}, Relays: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}},
		func(_ context.Context, r deliver.Reply) error { replies <- r; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := inbox.Listen(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ictx, stop := context.WithCancel(ctx)
	go func() { ended <- inbox.Serve(ictx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	next := func() deliver.Reply {
		t.Helper()
		select {
		case r := <-replies:
			return r
		case <-time.After(15 * time.Second):
			t.Fatal("nothing came back")
			return deliver.Reply{}
		}
	}

	srv := mailtest.Start(t, mailtest.Config{Smarthost: inbox.Addr().String()})
	out := deliver.NewSMTP(deliver.SMTPConfig{Addr: srv.Addr(), Timeout: 10 * time.Second})
	defer out.Close()
	m := deliver.Message{Key: "act-7", Reference: "IRU-2026-000007", From: "Weather Unit <unit@unit.test>", To: "abuse@provider.test",
		ReplyTo: deliver.ReplyAddress(secret, 7, "unit.test"), Date: time.Now(), Subject: "تأخر القطار [IRU-2026-000007]",
		Text: "The tram at https://trams.test/7 is late.\n.\n", Attachments: []deliver.Attachment{{Name: "line.json", Type: "application/json", Data: []byte(`{"line":7}`)}}}
	receipt, err := out.Send(ctx, m)
	if err != nil {
		t.Fatalf("%v\n%s", err, srv.Log())
	}
	if receipt.Counts || receipt.RemoteID == "" || !bytes.HasPrefix(receipt.Proof, []byte("250")) {
		t.Errorf("receipt %+v", receipt)
	}

	mails, err := srv.Await(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, err := message.Read(bytes.NewReader(mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := e.Header.Text("Subject"); s != m.Subject || e.Header.Get("Message-Id") != receipt.MessageID || e.Header.Get("Return-Path") != "<"+m.ReplyTo+">" {
		t.Errorf("arrived as %q %q %q", s, e.Header.Get("Message-Id"), e.Header.Get("Return-Path"))
	}
	part, err := e.MultipartReader().NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(part.Body); !strings.Contains(string(text), "is late.\r\n.\r\n") {
		t.Errorf("text %q", text)
	}

	// Exim's own delivery notice (RFC 3464): this one counts.
	r := next()
	if r.Kind != deliver.DeliveryStatus || r.Delivery != "delivered" || !r.Counts || r.Notice != 7 || r.InReplyTo != receipt.MessageID || r.Authentic != deliver.ByRelay {
		t.Errorf("delivery notice: %+v\n%s", r, r.Raw)
	}

	answer := fmt.Sprintf("From: Abuse Desk <abuse@provider.test>\r\nTo: %s\r\nSubject: Re: %s\r\nMessage-ID: <answer@provider.test>\r\nIn-Reply-To: %s\r\nX-Desk-Event: done\r\n\r\nThe page has been removed.\r\n",
		e.Header.Get("Reply-To"), m.Reference, receipt.MessageID)
	if err := srv.Send(ctx, "abuse@provider.test", e.Header.Get("Reply-To"), []byte(answer)); err != nil {
		t.Fatal(err)
	}
	r = next()
	if r.Kind != deliver.Done || r.Guess || r.Notice != 7 || r.InReplyTo != receipt.MessageID || r.From != "abuse@provider.test" || !strings.Contains(r.Text, "removed") || r.Authentic != "" {
		t.Errorf("answer: %+v", r)
	}

	// Somebody else's report through the same server is not its own.
	forged := strings.Replace(answer, "X-Desk-Event: done\r\n\r\nThe page", "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.provider.test\r\n\r\nFinal-Recipient: rfc822; abuse@provider.test\r\nAction: delivered\r\nX: The page", 1)
	if err := srv.Send(ctx, "", e.Header.Get("Reply-To"), []byte(strings.Replace(forged, "<answer@", "<forged@", 1))); err != nil {
		t.Fatal(err)
	}
	if r = next(); r.Delivery != "delivered" || r.Authentic != "" {
		t.Errorf("forged report: %+v\n%s", r, r.Raw)
	}

	// A mailbox that fails after the server took the mail: a real bounce. One that is refused at once: an error.
	m.Key, m.To, m.ReplyTo = "act-8", "gone@provider.test", deliver.ReplyAddress(secret, 8, "unit.test")
	if _, err := out.Send(ctx, m); err != nil {
		t.Fatal(err)
	}
	if r = next(); r.Kind != deliver.Bounce || r.Guess || r.Delivery != "failed" || r.Notice != 8 || r.InReplyTo != "<act-8@unit.test>" || r.Authentic != deliver.ByRelay {
		t.Errorf("bounce: %+v\n%s", r, r.Raw)
	}
	m.Key, m.To = "act-9", "nobody@provider.test"
	var f *deliver.Failure
	if _, err := out.Send(ctx, m); !errors.Is(err, iru.Invalid) || !errors.As(err, &f) || f.Words != "no such user here" || f.Phase != "recipient" {
		t.Errorf("refused at once: %v", err)
	}
}

func TestNoWayOut(t *testing.T) {
	srv := mailtest.Start(t, mailtest.Config{Domain: "trams.test"})
	err := srv.Send(t.Context(), "a@trams.test", "b@elsewhere.test", []byte("Subject: x\r\n\r\ny\r\n"))
	if err == nil || !strings.Contains(err.Error(), "relay not permitted") {
		t.Errorf("got %v", err)
	}
	if all, err := srv.Messages(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d mails, %v", len(all), err)
	}
}
