// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
)

// A mailServer takes mail for the desks: the relay for all of them, each provider's exchange for its own.
type mailServer struct {
	r    *Range
	name string
	desk *desk // nil: the relay
}

// NewSession begins a transaction.
func (s mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: s, conn: c}, nil
}

type mailSession struct {
	server mailServer
	conn   *smtp.Conn
	from   string
	to     []string
	desks  []*desk
}

func (s *mailSession) Reset()        { s.from, s.to, s.desks = "", nil, nil }
func (s *mailSession) Logout() error { return nil }

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.Reset()
	s.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	local, host, ok := strings.Cut(strings.ToLower(to), "@")
	if _, err := guardName(host); !ok || err != nil {
		return s.reply(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Only mail for .test is taken here"}, to, "", 0)
	}
	for _, p := range s.server.r.world.Providers {
		d := s.server.r.desks[p.ID]
		if d.p.Desk.Habit.Manner != Bounces && p.Domain == host && local == "abuse" && (s.server.desk == nil || s.server.desk == d) {
			s.to = append(s.to, to)
			s.desks = append(s.desks, d)
			return nil
		}
	}
	return s.reply(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}, to, "", 0)
}

func (s *mailSession) Data(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	in, err := parseMail(raw)
	if err != nil {
		return s.reply(&smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Not a readable message"}, "", "", len(raw))
	}
	for _, d := range s.desks {
		if _, err := d.receive(in); err != nil {
			return s.reply(&smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "The mailbox is full"}, "", in.key, len(raw))
		}
	}
	s.reply(nil, "", in.key, len(raw))
	return nil
}

// reply enters the transaction into the ledger and gives the error back.
func (s *mailSession) reply(e *smtp.SMTPError, to, id string, size int) error {
	_, secured := s.conn.TLSConnectionState()
	t := Session{At: s.server.r.now(), Server: s.server.name, Peer: s.conn.Conn().RemoteAddr().String(), TLS: secured, From: s.from,
		To: slices.Clone(s.to), MessageID: id, Bytes: size, Reply: "250"}
	if to != "" {
		t.To = append(t.To, to)
	}
	if e != nil {
		t.Reply = fmt.Sprintf("%d %s", e.Code, e.Message)
	}
	s.server.r.ledger.session(t)
	if e != nil {
		return e
	}
	return nil
}

var (
	referenceForm = regexp.MustCompile(`\[([^\[\]\s]{3,60})\]|\b([A-Z]{1,8}-[0-9]{4}-[0-9]{2,8})\b`)
	targetForm    = regexp.MustCompile(`(?:https?|hxxps?)(?:://|\[:\]//)[^\s<>"']{4,1000}`)
	idForm        = regexp.MustCompile(`<[^<>\s]{1,390}>`)
)

// parseMail reads a notice or an answer (RFC 5322). The X-Iolaus fields are taken first; without them the reference is looked for
// in the subject and the targets in the text.
func parseMail(raw []byte) (incoming, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return incoming{}, fmt.Errorf("parse mail: %w", err)
	}
	field := func(name string) string {
		v, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if err != nil {
			v = m.Header.Get(name)
		}
		return strings.TrimSpace(v)
	}
	in := incoming{via: "smtp", key: m.Header.Get("Message-Id"), reference: field("X-Iolaus-Reference"), instrument: field("X-Iolaus-Instrument")}
	if in.key == "" {
		in.key = "<" + hexDigest(raw)[:32] + "@no-message-id.test>"
	}
	in.answers = append(idForm.FindAllString(m.Header.Get("In-Reply-To"), 50), idForm.FindAllString(m.Header.Get("References"), 50)...)
	in.mail = replyTo{subject: field("Subject"), messageID: in.key, references: in.answers}
	for _, f := range []string{"Reply-To", "From"} {
		if a, err := mail.ParseAddress(m.Header.Get(f)); err == nil {
			in.mail.address = a.Address
			break
		}
	}
	for _, v := range m.Header["X-Iolaus-Target"] {
		if w, err := new(mime.WordDecoder).DecodeHeader(v); err == nil {
			v = w
		}
		for _, t := range strings.Fields(v) {
			in.targets = append(in.targets, strings.Trim(t, ",;"))
		}
	}
	if in.reference == "" {
		if found := referenceForm.FindStringSubmatch(in.mail.subject); found != nil {
			in.reference = found[1] + found[2]
		}
	}
	text, document := parts(raw)
	in.document, in.page = document, pageForm.FindString(text)
	if len(in.targets) == 0 && len(in.answers) == 0 {
		for _, t := range targetForm.FindAllString(text, maxTargets) {
			if t = strings.TrimRight(t, ".,;)>"); !slices.Contains(in.targets, t) {
				in.targets = append(in.targets, t)
			}
		}
	}
	return in, nil
}

// parts gives the plain text of a mail and the digest of the first PDF in it.
func parts(raw []byte) (text, document string) {
	r, err := gomail.CreateReader(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return "", ""
	}
	defer r.Close()
	for range 50 {
		p, err := r.NextPart()
		if err != nil && (p == nil || !message.IsUnknownCharset(err)) {
			break
		}
		var contentType string
		switch h := p.Header.(type) {
		case *gomail.InlineHeader:
			contentType, _, _ = h.ContentType()
		case *gomail.AttachmentHeader:
			contentType, _, _ = h.ContentType()
		}
		b, err := io.ReadAll(io.LimitReader(p.Body, maxBody))
		if err != nil {
			break
		}
		switch {
		case contentType == "application/pdf" && document == "":
			document = hexDigest(b)
		case contentType == "text/plain" && text == "":
			text = string(b[:min(len(b), 1<<20)])
		}
	}
	return text, document
}

// mailAnswer writes an answer and hands it to the program's server by SMTP.
func (d *desk) mailAnswer(ctx context.Context, m outgoing) error {
	return d.r.hand(ctx, d.p.at(atMail), "mail."+d.p.Domain, d.p.Desk.Mail, m.to.address, d.compose(m))
}

// hand gives a message to the server where the program takes mail.
func (r *Range) hand(ctx context.Context, from netip.Addr, hello, sender, to string, message []byte) error {
	_, host, ok := strings.Cut(to, "@")
	if _, err := guardName(host); !ok || err != nil {
		return fmt.Errorf("mail to %q: an address under .test is needed: %w", to, errForGood)
	}
	server := r.replyTo(host)
	if server == "" {
		return errors.New("no address for answers is set: give Options.ReplyTo or call SetReplyTo")
	}
	if _, err := guardAddr(server); err != nil {
		return fmt.Errorf("mail to %s: %w: %w", server, err, errForGood)
	}
	conn, err := dial(ctx, from, server)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c := smtp.NewClient(conn)
	defer c.Close()
	c.CommandTimeout, c.SubmissionTimeout = 5*time.Second, 5*time.Second
	err = c.Hello(hello)
	if err == nil {
		err = c.SendMail(sender, []string{to}, bytes.NewReader(message))
	}
	var refused *smtp.SMTPError
	if errors.As(err, &refused) && refused.Code >= 500 {
		return fmt.Errorf("%w: %w", err, errForGood)
	}
	if err != nil {
		return err
	}
	c.Quit() // the message was taken; how the line ends does not matter
	return nil
}

// compose writes an answer as a desk does: the thread's fields, the event in a field, and words.
func (d *desk) compose(m outgoing) []byte {
	f := m.file
	var b bytes.Buffer
	subject := "Re: " + m.to.subject
	if f.Reference != "" && !strings.Contains(subject, f.Reference) {
		subject = "[" + f.Reference + "] " + subject
	}
	auto := "no"
	if m.answer.Event == "received" {
		auto = "auto-replied"
	}
	references := strings.Join(append(slices.Clone(m.to.references[max(0, len(m.to.references)-10):]), m.to.messageID), "\r\n ")
	for _, h := range [][2]string{{"Date", d.r.now().UTC().Format(time.RFC1123Z)},
		{"From", (&mail.Address{Name: d.p.Name + " abuse desk", Address: d.p.Desk.Mail}).String()}, {"To", (&mail.Address{Address: m.to.address}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(subject))}, {"Message-ID", m.messageID}, {"In-Reply-To", m.to.messageID},
		{"References", references}, {"Auto-Submitted", auto}, {"X-Desk-Event", d.spoken(m)}, {"X-Desk-Reference", oneLine(f.Reference)},
		{"MIME-Version", "1.0"}} {
		if h[1] != "" {
			b.WriteString(h[0] + ": " + h[1] + "\r\n")
		}
	}
	if name, kind, body := d.enclosed(m); body != nil {
		return enclose(&b, name, kind, body)
	}
	b.WriteString("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	w := quotedprintable.NewWriter(&b)
	if d.way(m) == ByWords {
		fmt.Fprintf(w, "%s\n-- \n%s, abuse desk\n", d.annex(m).Text(), d.p.Name)
	} else {
		fmt.Fprintf(w, "%s\n\nYour reference: %s\nOur number: %s\n\n-- \n%s, abuse desk\n", m.answer.Text, f.Reference, f.id, d.p.Name)
	}
	w.Close()
	b.WriteString("\r\n")
	return b.Bytes()
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s[:min(len(s), 500)])
}
