// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/netip"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/riverqueue/river"
	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
)

// A quickDesk is a provider's mail server whose desk says by mail at once that it has the act.
type quickDesk struct{ inbox string }

func (q *quickDesk) NewSession(*smtp.Conn) (smtp.Session, error) { return q, nil }
func (q *quickDesk) Reset()                                      {}
func (q *quickDesk) Logout() error                               { return nil }
func (q *quickDesk) Mail(string, *smtp.MailOptions) error        { return nil }
func (q *quickDesk) Rcpt(string, *smtp.RcptOptions) error        { return nil }

func (q *quickDesk) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	to, err := mail.ParseAddress(m.Header.Get("Reply-To"))
	if err != nil {
		return err
	}
	id := m.Header.Get("Message-Id")
	answer := fmt.Sprintf("From: abuse@birchrack.test\r\nTo: %s\r\nSubject: Re\r\nMessage-ID: <re-%s\r\nIn-Reply-To: %s\r\nX-Desk-Event: received\r\n\r\nWe have it.\r\n", to.Address, id[1:], id)
	go q.answer(to.Address, answer)
	return nil
}

func (q *quickDesk) answer(to, text string) {
	c, err := smtp.Dial(q.inbox)
	if err != nil {
		return // the count of receipts tells
	}
	defer c.Close()
	_ = c.SendMail("abuse@birchrack.test", []string{to}, bytes.NewBufferString(text))
}

// BenchmarkDesks delivers a thousand acts by the queue to a desk by SMTP, which acknowledges each by a mail of its own: from the first job
// to the last receipt, with its clock, in the store.
func BenchmarkDesks(b *testing.B) {
	const acts = 1000
	for range b.N {
		o := newOffice(b, iru.ByMail, "abuse@birchrack.test")
		secret, public, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
		must(b, err)
		signer, err := note.NewSigner(secret)
		must(b, err)
		verifier, err := note.NewVerifier(public)
		must(b, err)
		o.Desk.Log = desk.LogKey{Origin: "unit-a.test/iolaus", Signer: signer, Verifier: verifier}
		ctx, stop := context.WithCancel(b.Context())
		in, err := deliver.NewInbox(deliver.InboxConfig{Addr: "127.0.0.1:0", Domain: o.Post.Domain, Secrets: [][]byte{o.Post.Secret}, Accept: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			Limits: deliver.InboxLimits{MaxConns: 2000, PerHost: 2000}}, o.Accept)
		must(b, err)
		must(b, in.Listen())
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(b, err)
		srv := smtp.NewServer(&quickDesk{in.Addr().String()})
		srv.Domain, srv.AllowInsecureAuth = "birchrack.test", true
		go func() { _ = srv.Serve(l) }()
		go func() { _ = in.Serve(ctx) }()
		o.Mail = deliver.NewSMTP(deliver.SMTPConfig{Addr: l.Addr().String(), MaxConns: 16})
		must(b, o.Desk.DB.Tx(ctx, func(x *db.Tx) error {
			base, err := x.Notice(ctx, iru.Program(), o.notice.ID)
			if err != nil {
				return err
			}
			for n := range acts {
				k := base
				k.ID, k.Ref, k.Key, k.State, k.Instrument = 0, fmt.Sprintf("RO-%d", n+10), fmt.Sprintf("act-%d", n), iru.NoticeDispatched, legal.RemovalOrder
				k.SentAt, k.ReceivedAt, k.RemoteID = time.Time{}, time.Time{}, ""
				if err := x.AddNotice(ctx, &k); err != nil {
					return err
				}
				if _, err := x.AddLetter(ctx, &iru.Letter{Notice: k.ID, At: o.Desk.Now(), Kind: "notice", Channel: iru.ByMail, Subject: "[" + k.Ref + "] Removal order", Text: "Please remove the timetable.", MessageID: k.Key}); err != nil {
					return err
				}
				if _, err := x.Enqueue(ctx, desk.Deliver{Notice: k.ID}, &river.InsertOpts{Queue: desk.QueueActs, MaxAttempts: 25}); err != nil {
					return err
				}
			}
			return nil
		}))
		begun := time.Now()
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		for received := 0; received < acts; time.Sleep(100 * time.Millisecond) {
			if time.Since(begun) > 4*time.Minute {
				b.Fatalf("%d of %d after 4 min", received, acts)
			}
			must(b, o.Desk.DB.View(ctx, func(x *db.Tx) error {
				return x.QueryRow(ctx, "SELECT COUNT(*) FROM notice WHERE state='received' AND sent_at>0 AND ref<>'RO-1'").Scan(&received)
			}))
		}
		b.ReportMetric(acts/time.Since(begun).Minutes(), "acts/min")
		stop()
		<-done
		_ = srv.Close()
	}
}
