// SPDX-License-Identifier: EUPL-1.2

package deliver_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"iolaus/internal/deliver"
	"iolaus/internal/iru"
)

var inboxSecret = []byte("a secret of a weather unit, 0001")

// box is a running inbox that keeps what it stored.
type box struct {
	*deliver.Inbox
	mu      sync.Mutex
	replies []deliver.Reply
	calls   atomic.Int32
	fail    atomic.Pointer[error]
	stop    func() error
}

func newBox(t *testing.T, change func(*deliver.InboxConfig)) *box {
	t.Helper()
	b := &box{}
	cfg := deliver.InboxConfig{Addr: "127.0.0.1:0", Domain: "unit.test", Secrets: [][]byte{inboxSecret}}
	if change != nil {
		change(&cfg)
	}
	var err error
	b.Inbox, err = deliver.NewInbox(cfg, func(ctx context.Context, r deliver.Reply) error {
		b.calls.Add(1)
		if e := b.fail.Load(); e != nil && *e != nil {
			return *e
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.replies = append(b.replies, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Serve(ctx) }()
	b.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := b.stop(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *box) got() []deliver.Reply {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]deliver.Reply(nil), b.replies...)
}

func (b *box) send(to, mail string) error {
	c, err := smtp.Dial(b.Addr().String())
	if err != nil {
		return err
	}
	defer c.Close()
	return c.SendMail("abuse@provider.test", []string{to}, strings.NewReader(mail))
}

func code(err error) int {
	var e *smtp.SMTPError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

const answerMail = "From: abuse@provider.test\r\nSubject: Re: Rain\r\nMessage-ID: <m1@provider.test>\r\nX-Desk-Event: done\r\n\r\nIt is gone.\r\n"

func TestInboxTakesOnlyReplies(t *testing.T) {
	old := []byte("the secret of the year before....")
	b := newBox(t, func(c *deliver.InboxConfig) { c.Secrets = append(c.Secrets, old) })
	for _, to := range []string{deliver.ReplyAddress(inboxSecret, 7, "unit.test"), strings.ToUpper(deliver.ReplyAddress(old, 8, "unit.test"))} {
		if err := b.send(to, answerMail); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
	for _, to := range []string{"unit@unit.test", "postmaster@unit.test", "reply@unit.test", deliver.ReplyAddress(inboxSecret, 7, "other.test"),
		deliver.ReplyAddress([]byte("a secret of somebody else, 12345"), 7, "unit.test"), "reply+aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@unit.test"} {
		if err := b.send(to, answerMail); code(err) != 550 {
			t.Errorf("%s: %v", to, err)
		}
	}
	got := b.got()
	if len(got) != 2 || got[0].Notice != 7 || got[1].Notice != 8 || got[0].Kind != deliver.Done || got[0].Tag != deliver.Tag(inboxSecret, 7) {
		t.Fatalf("%+v", got)
	}
}

// 250 only after it is stored; a passing trouble makes the sender try again; the second copy is not stored twice.
func TestInboxAnswersAfterStoring(t *testing.T) {
	b := newBox(t, nil)
	to := deliver.ReplyAddress(inboxSecret, 7, "unit.test")
	for want, cause := range map[int]error{451: fmt.Errorf("store reply: %w", iru.Unavailable), 554: fmt.Errorf("store reply: %w", iru.NotFound)} {
		b.fail.Store(&cause)
		if err := b.send(to, answerMail); code(err) != want {
			t.Errorf("%v: %v", cause, err)
		}
	}
	for _, cause := range []error{iru.Internal, iru.Conflict, errors.New("anything else")} {
		b.fail.Store(&cause)
		if err := b.send(to, answerMail); code(err) != 451 {
			t.Errorf("%v: %v", cause, err)
		}
	}
	b.fail.Store(nil)
	before := b.calls.Load()
	for range 3 {
		if err := b.send(to, "Received: by relay.test\r\n"+answerMail); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.calls.Load() - before; n != 1 || len(b.got()) != 1 {
		t.Errorf("the same mail was stored %d times", n)
	}
	// The same identity for another notice, or with other text, is another reply.
	if err := b.send(deliver.ReplyAddress(inboxSecret, 8, "unit.test"), answerMail); err != nil {
		t.Error(err)
	}
	if err := b.send(to, answerMail+"And so is the other.\r\n"); err != nil {
		t.Error(err)
	}
	if len(b.got()) != 3 {
		t.Errorf("%d replies", len(b.got()))
	}
}

func TestInboxSameMailAtOnce(t *testing.T) {
	hold := make(chan struct{})
	var calls atomic.Int32
	in, err := deliver.NewInbox(deliver.InboxConfig{Addr: "127.0.0.1:0", Domain: "unit.test", Secrets: [][]byte{inboxSecret}},
		func(context.Context, deliver.Reply) error { calls.Add(1); <-hold; return nil })
	if err != nil || in.Listen() != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- in.Serve(ctx) }()
	b := &box{Inbox: in}
	to := deliver.ReplyAddress(inboxSecret, 7, "unit.test")
	first := make(chan error, 1)
	go func() { first <- b.send(to, answerMail) }()
	for end := time.Now().Add(5 * time.Second); calls.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never stored")
		}
	}
	if err := b.send(to, answerMail); code(err) != 451 {
		t.Errorf("while the first is being stored: %v", err)
	}
	cancel() // a stop lets what is being stored finish
	close(hold)
	if err := <-first; err != nil && !strings.Contains(err.Error(), "EOF") && code(err) != 421 {
		t.Errorf("first: %v", err)
	}
	if err := <-done; err != nil || calls.Load() != 1 {
		t.Errorf("%v, %d calls", err, calls.Load())
	}
}

func TestInboxLimits(t *testing.T) {
	t.Parallel()
	b := newBox(t, func(c *deliver.InboxConfig) {
		c.Limits = deliver.InboxLimits{MaxBytes: 10_000, MaxConns: 3, PerHost: 2, Idle: 500 * time.Millisecond, Session: 1500 * time.Millisecond}
	})
	addr, to := b.Addr().String(), deliver.ReplyAddress(inboxSecret, 7, "unit.test")
	if err := b.send(to, answerMail+strings.Repeat("rain\r\n", 5000)); code(err) != 552 {
		t.Errorf("too big: %v", err)
	}
	open := func(from string) (net.Conn, string) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(2 * time.Second))
		line, _ := bufio.NewReader(c).ReadString('\n')
		return c, line
	}
	time.Sleep(20 * time.Millisecond)
	one, l1 := open("127.0.0.1")
	_, l2 := open("127.0.0.1")
	_, l3 := open("127.0.0.1")
	_, l4 := open("127.0.0.2")
	_, l5 := open("127.0.0.3")
	if !strings.HasPrefix(l1, "220") || !strings.HasPrefix(l2, "220") || !strings.HasPrefix(l3, "421") || !strings.HasPrefix(l4, "220") || !strings.HasPrefix(l5, "421") {
		t.Errorf("%q %q %q %q %q", l1, l2, l3, l4, l5)
	}
	begin := time.Now()
	if rest, _ := io.ReadAll(one); !bytes.Contains(rest, []byte("421")) || time.Since(begin) > 1400*time.Millisecond {
		t.Errorf("idle: %q after %v", rest, time.Since(begin))
	}
	time.Sleep(400 * time.Millisecond) // the others rest too long as well
	// A drip that never rests long enough ends with the session.
	c, l := open("127.0.0.1")
	if !strings.HasPrefix(l, "220") {
		t.Fatalf("%q", l)
	}
	begin = time.Now()
	for time.Since(begin) < 6*time.Second {
		if _, err := io.WriteString(c, "NOOP\r\n"); err != nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("a drip stayed %v", took)
	}
	// After all of that it still takes mail.
	if err := b.send(to, answerMail); err != nil {
		t.Error(err)
	}
}

func TestInboxGuessingTags(t *testing.T) {
	t.Parallel()
	b := newBox(t, nil)
	c, err := textproto.Dial("tcp", b.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.ReadResponse(220)
	for _, cmd := range []string{"EHLO a.test", "MAIL FROM:<a@b.test>"} {
		c.PrintfLine("%s", cmd)
		if _, _, err := c.ReadResponse(250); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 50 {
		c.PrintfLine("RCPT TO:<reply+%029d@unit.test>", i)
		got, _, err := c.ReadResponse(0)
		if err != nil || got == 421 {
			if i > 10 {
				t.Errorf("sent away after %d", i)
			}
			return
		}
		if got != 550 {
			t.Fatalf("answer %d", got)
		}
	}
	t.Error("fifty guesses on one connection")
}

func TestInboxSTARTTLSAndSignatures(t *testing.T) {
	cfg, pool := certificate(t)
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	record := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
	b := newBox(t, func(c *deliver.InboxConfig) {
		c.TLS, c.AuthServ, c.Relays = cfg, "relay.unit.test", loopback
		c.LookupTXT = func(name string) ([]string, error) {
			if name == "s1._domainkey.provider.test" {
				return []string{record}, nil
			}
			return nil, errors.New("no such name")
		}
	})
	s := deliver.NewSMTP(deliver.SMTPConfig{Addr: b.Addr().String(), TLS: deliver.TLSStart, Roots: pool, DKIM: &deliver.DKIM{Domain: "provider.test", Selector: "s1", Key: key}})
	defer s.Close()
	m := deliver.Message{Key: "k", Reference: "r", From: "abuse@provider.test", To: deliver.ReplyAddress(inboxSecret, 9, "unit.test"), Date: time.Now(),
		Subject: "تأخر القطار", Text: "It has been removed.", Headers: map[string]string{"X-Desk-Event": "done"}}
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	to := deliver.ReplyAddress(inboxSecret, 9, "unit.test")
	forged := "Authentication-Results: other.test; spf=pass smtp.mailfrom=a@b.test\r\nAuthentication-Results: relay.unit.test; spf=pass smtp.mailfrom=a@b.test\r\n"
	if err := b.send(to, forged+answerMail); err != nil {
		t.Fatal(err)
	}
	if err := b.send(to, "Authentication-Results: relay.unit.test; spf=fail smtp.mailfrom=a@b.test\r\n"+strings.ReplaceAll(answerMail, "m1@", "m2@")); err != nil {
		t.Fatal(err)
	}
	got := b.got()
	for i, want := range []string{"dkim=pass header.d=provider.test", "", "spf=fail smtp.mailfrom=a@b.test"} {
		if got[i].Authenticated != want {
			t.Errorf("%d: %q", i, got[i].Authenticated)
		}
	}
	if got[0].Subject != m.Subject || got[0].Kind != deliver.Done {
		t.Errorf("%+v", got[0])
	}
}

func TestInboxConfiguration(t *testing.T) {
	ok := func(context.Context, deliver.Reply) error { return nil }
	for _, c := range []deliver.InboxConfig{{}, {Domain: "unit.test"}, {Domain: "unit.test", Secrets: [][]byte{[]byte("short")}}} {
		if _, err := deliver.NewInbox(c, ok); !errors.Is(err, iru.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	b := newBox(t, nil)
	in, _ := deliver.NewInbox(deliver.InboxConfig{Addr: b.Addr().String(), Domain: "unit.test", Secrets: [][]byte{inboxSecret}}, ok)
	if err := in.Serve(t.Context()); !errors.Is(err, iru.Unavailable) {
		t.Errorf("a port in use: %v", err)
	}
}
