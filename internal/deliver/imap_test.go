// SPDX-License-Identifier: EUPL-1.2

package deliver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/deliver"
	"iolaus/internal/deliver/mailtest"
	"iolaus/internal/iru"
)

// A shelf is a store of letters that can be told to fail, and forgets nothing.
type shelf struct {
	mu      sync.Mutex
	mark    deliver.Mark
	replies map[int64][]string // message ids by notice
	strays  []string           // why
	refuse  func(r deliver.Reply) error
	lost    bool // marks are not kept: killed between storing and marking
}

func (s *shelf) Mark(context.Context) (deliver.Mark, error) { return s.mark, nil }

func (s *shelf) SetMark(_ context.Context, m deliver.Mark) error {
	if s.lost {
		return errors.New("killed")
	}
	s.mark = m
	return nil
}

func (s *shelf) Accept(_ context.Context, r deliver.Reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		if err := s.refuse(r); err != nil {
			return err
		}
	}
	if s.replies == nil {
		s.replies = map[int64][]string{}
	}
	if !slices.Contains(s.replies[r.Notice], r.MessageID) {
		s.replies[r.Notice] = append(s.replies[r.Notice], r.MessageID)
	}
	return nil
}

func (s *shelf) Stray(_ context.Context, r deliver.Reply, why string) error {
	s.strays = append(s.strays, r.MessageID+": "+why)
	return nil
}

var imapSecret = []byte("a secret of a weather unit, 0001")

func mailbox(t *testing.T, s *mailtest.Server, box deliver.Letterbox, change func(*deliver.IMAPConfig)) *deliver.Mailbox {
	t.Helper()
	cfg := deliver.IMAPConfig{Addr: s.IMAP(), Username: mailtest.User, Password: mailtest.Password, Inbox: deliver.InboxConfig{Domain: s.Domain, Secrets: [][]byte{imapSecret}}}
	if change != nil {
		change(&cfg)
	}
	m, err := deliver.NewMailbox(cfg, box)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestIMAP: replies are read from Debian's dovecot, each once, in order, whatever happens between storing one and knowing that it was stored.
func TestIMAP(t *testing.T) {
	ctx := t.Context()
	s := mailtest.Start(t, mailtest.Config{Domain: "unit-a.test"})
	send := func(to, id string, body string) {
		t.Helper()
		m := fmt.Sprintf("From: abuse@birchrack.test\r\nTo: %s\r\nSubject: Re: trams\r\nMessage-ID: <%s@birchrack.test>\r\n\r\n%s\r\n", to, id, body)
		if err := s.Send(ctx, "abuse@birchrack.test", to, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	first, second := deliver.ReplyAddress(imapSecret, 7, "unit-a.test"), deliver.ReplyAddress(imapSecret, 8, "unit-a.test")
	send(first, "a1", "We have removed it.")
	send(second, "a2", "Which tram?")
	send("reply+aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@unit-a.test", "forged", "We have removed it.") // a tag that nobody made
	send("office@unit-a.test", "stray", "Your order of last week.")
	if _, err := s.Await(ctx, 4); err != nil {
		t.Fatal(err)
	}
	box := &shelf{}
	m := mailbox(t, s, box, nil)
	if n, err := m.Poll(ctx); n != 4 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if fmt.Sprint(box.replies) != "map[7:[<a1@birchrack.test>] 8:[<a2@birchrack.test>]]" || len(box.strays) != 2 {
		t.Errorf("%v, strays %q", box.replies, box.strays)
	}
	if n, err := m.Poll(ctx); n != 0 || err != nil {
		t.Errorf("asked again: %d, %v", n, err)
	}

	// What cannot be stored for now is asked for again, and nothing behind it is taken before.
	send(first, "a3", "It is gone.")
	send(first, "a4", "It is gone, as I said.")
	if _, err := s.Await(ctx, 6); err != nil {
		t.Fatal(err)
	}
	box.refuse = func(r deliver.Reply) error {
		if r.MessageID == "<a3@birchrack.test>" {
			return fmt.Errorf("the disk is full: %w", iru.Unavailable)
		}
		return nil
	}
	if n, err := m.Poll(ctx); n != 0 || !errors.Is(err, iru.Unavailable) || len(box.replies[7]) != 1 {
		t.Errorf("%d, %v, %v", n, err, box.replies)
	}
	box.refuse, box.lost = nil, true // killed after storing, before the mark
	if _, err := m.Poll(ctx); err == nil {
		t.Error("a mark that was not kept is no error")
	}
	box.lost = false
	if n, err := m.Poll(ctx); n != 2 || err != nil || fmt.Sprint(box.replies[7]) != "[<a1@birchrack.test> <a3@birchrack.test> <a4@birchrack.test>]" {
		t.Errorf("%d, %v, %v", n, err, box.replies)
	}

	// A mailbox that is numbered anew is read anew; nothing is taken twice.
	box.mark.UIDValidity++
	if n, err := m.Poll(ctx); n != 6 || err != nil || len(box.replies[7]) != 3 {
		t.Errorf("numbered anew: %d, %v, %v", n, err, box.replies)
	}
	// A notice that is no more: its mail goes to people, and the next ones come in.
	box.mark = deliver.Mark{}
	box.strays = nil
	box.refuse = func(r deliver.Reply) error {
		if r.Notice == 8 {
			return iru.NotFound
		}
		return nil
	}
	if n, err := m.Poll(ctx); n != 6 || err != nil || len(box.strays) != 3 || !strings.Contains(strings.Join(box.strays, "\n"), "could not be taken into the thread") {
		t.Errorf("%d, %v, %q", n, err, box.strays)
	}
	if raw, err := s.Messages(ctx); err != nil || len(raw) != 6 {
		t.Errorf("%d messages lie there, %v: reading moved some", len(raw), err)
	}
}

// TestIMAPMoves: only what was configured to be moved is moved, after it was stored.
func TestIMAPMoves(t *testing.T) {
	ctx := t.Context()
	s := mailtest.Start(t, mailtest.Config{Domain: "unit-a.test"})
	to := deliver.ReplyAddress(imapSecret, 7, "unit-a.test")
	if err := s.Send(ctx, "abuse@birchrack.test", to, []byte("From: abuse@birchrack.test\r\nTo: "+to+"\r\nMessage-ID: <a1@b.test>\r\n\r\nGone.\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Await(ctx, 1); err != nil {
		t.Fatal(err)
	}
	box := &shelf{}
	m := mailbox(t, s, box, func(c *deliver.IMAPConfig) { c.Move = "nowhere" })
	if _, err := m.Poll(ctx); err == nil || len(box.replies[7]) != 1 {
		t.Errorf("moved to a mailbox that is not there: %v", err)
	}
	box.mark = deliver.Mark{}
	m = mailbox(t, s, box, func(c *deliver.IMAPConfig) { c.Move = "INBOX" })
	if n, err := m.Poll(ctx); n != 1 || err != nil || len(box.replies[7]) != 1 {
		t.Errorf("%d, %v, %v", n, err, box.replies)
	}
	wrong := mailbox(t, s, box, func(c *deliver.IMAPConfig) { c.Password = "rain" })
	if _, err := wrong.Poll(ctx); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := deliver.NewMailbox(deliver.IMAPConfig{Addr: "mail.unit-a.test:143", TLS: deliver.TLSNone, Username: "u", Inbox: deliver.InboxConfig{Domain: "d.test", Secrets: [][]byte{imapSecret}}}, box); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a password in the clear: %v", err)
	}
}

// TestIMAPBomb: a mail that is too large, one too deep and one of too many parts lie with a person, whole, and those behind them come in.
func TestIMAPBomb(t *testing.T) {
	ctx := t.Context()
	s := mailtest.Start(t, mailtest.Config{Domain: "unit-a.test"})
	to := deliver.ReplyAddress(imapSecret, 7, "unit-a.test")
	deep := "Content-Type: text/plain\r\n\r\nrain\r\n"
	for i := range 40 {
		mark := fmt.Sprintf("b%d", i)
		deep = "Content-Type: multipart/mixed; boundary=" + mark + "\r\n\r\n--" + mark + "\r\n" + deep + "--" + mark + "--\r\n"
	}
	many := "Content-Type: multipart/mixed; boundary=m\r\n\r\n" + strings.Repeat("--m\r\nContent-Type: application/zip\r\n\r\nPK\r\n", 5000) + "--m--\r\n"
	large := "Content-Type: text/plain\r\n\r\n" + strings.Repeat("rain and wind and rain and wind and rain and wind and rain and wind\r\n", deliver.MaxMail/60)
	for id, body := range map[string]string{"deep": deep, "many": many, "large": large, "last": "Content-Type: text/plain\r\n\r\nGone.\r\n"} {
		m := "From: abuse@birchrack.test\r\nTo: " + to + "\r\nMessage-ID: <" + id + "@b.test>\r\n" + body
		if err := s.Send(ctx, "abuse@birchrack.test", to, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Await(ctx, 4); err != nil {
		t.Fatal(err)
	}
	box := &shelf{}
	var got []deliver.Reply
	box.refuse = func(r deliver.Reply) error { got = append(got, r); return nil }
	begun := time.Now()
	if n, err := mailbox(t, s, box, nil).Poll(ctx); n != 4 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	t.Logf("four mails in %s", time.Since(begun))
	for _, r := range got {
		if strings.Contains(r.MessageID, "last") {
			continue
		}
		if !r.Truncated || !r.Guess || len(r.Raw) == 0 || len(r.Raw) > deliver.MaxMail {
			t.Errorf("%s: truncated %t, guess %t, %d bytes", r.MessageID, r.Truncated, r.Guess, len(r.Raw))
		}
		files, cut := deliver.Attached(r.Raw)
		if len(files) > 200 || !cut && strings.Contains(r.MessageID, "many") {
			t.Errorf("%s: %d files, cut %t", r.MessageID, len(files), cut)
		}
	}
}

// TestAttached: files of every kind are kept as they came, archives unopened.
func TestAttached(t *testing.T) {
	bomb := append([]byte("PK\x03\x04"), bytes.Repeat([]byte{0}, 1000)...)
	m := deliver.Message{Key: "k", Reference: "R-1", From: "a@b.test", To: "c@d.test", Date: time.Now(), Subject: "s", Text: "t", Attachments: []deliver.Attachment{
		{Name: "bomb.zip", Type: "application/zip", Data: bomb}, {Name: "Wetter ü.pdf", Type: "application/pdf", Data: []byte("%PDF")},
		{Name: "page.html", Type: "text/html", Data: []byte("<script>1</script>")}, {Name: "a.exe", Type: "application/octet-stream", Data: []byte("MZ")}}}
	l, err := deliver.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	files, cut := deliver.Attached(l.Bytes)
	if cut || len(files) != 4 {
		t.Fatalf("%d files, cut %t", len(files), cut)
	}
	for i, f := range files {
		if want := m.Attachments[i]; f.Name != want.Name || f.Type != want.Type || !bytes.Equal(f.Data, want.Data) {
			t.Errorf("%q %q, %d bytes", f.Name, f.Type, len(f.Data))
		}
	}
}
