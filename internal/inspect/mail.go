// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"iolaus/internal/recognise"
)

// A Mail is what a mail of a list says. The domains are claims of its header: whether a signature holds is for who can ask DNS.
type Mail struct {
	From        string    `json:"from,omitempty"`
	ReplyTo     string    `json:"reply_to,omitempty"`
	Return      string    `json:"return,omitempty"`
	Subject     string    `json:"subject,omitempty"`
	Date        time.Time `json:"date,omitzero"`
	MessageID   string    `json:"message_id,omitempty"`
	Signers     []string  `json:"signers,omitempty"` // DKIM: d=
	Selectors   []string  `json:"selectors,omitempty"`
	List        string    `json:"list,omitempty"` // List-Id (RFC 2919)
	ListName    string    `json:"list_name,omitempty"`
	Archive     []string  `json:"archive,omitempty"` // RFC 2369, 5064
	Unsubscribe []string  `json:"unsubscribe,omitempty"`
	Post        []string  `json:"post,omitempty"`
	Owner       []string  `json:"owner,omitempty"`
	Service     string    `json:"service,omitempty"` // that sends it, by its marks
	Mailer      string    `json:"mailer,omitempty"`
	Links       []string  `json:"links,omitempty"`
	Names       []string  `json:"names,omitempty"`
	Accounts    []string  `json:"accounts,omitempty"`
	Text        int       `json:"text"` // length of what was read, in bytes
}

// maxMail is how many bytes of a mail are read, and of one part of it.
const maxMail = 16 << 20

// ReadMail reads a mail. It is none without a header that names a sender or a list.
func ReadMail(body []byte) (Mail, error) {
	var m Mail
	if len(body) > maxMail {
		return m, tooLarge("mail", "%d bytes", len(body))
	}
	p, err := mail.ReadMessage(bytes.NewReader(body))
	if err != nil {
		return m, wrong("mail", "%v", err)
	}
	h := p.Header
	if h.Get("From") == "" && h.Get("List-Id") == "" {
		return m, wrong("mail", "it names neither sender nor list")
	}
	m.From, m.ReplyTo, m.Return = mailbox(h.Get("From")), mailbox(h.Get("Reply-To")), mailbox(h.Get("Return-Path"))
	m.Subject, m.MessageID, m.Mailer = words(h.Get("Subject")), word(h.Get("Message-Id")), word(h.Get("X-Mailer"))
	if t, err := h.Date(); err == nil && t.Year() > 1970 && t.Year() < 10_000 {
		m.Date = t.UTC()
	}
	var signers, selectors list
	for _, s := range h["Dkim-Signature"] {
		tags := tagsOf(s)
		signers.add(strings.ToLower(tags["d"]))
		selectors.add(tags["s"])
	}
	m.Signers, m.Selectors = signers.all, selectors.all
	m.ListName, m.List = listID(h.Get("List-Id"))
	for _, l := range []struct {
		into *[]string
		head string
	}{{&m.Archive, "List-Archive"}, {&m.Archive, "Archived-At"}, {&m.Unsubscribe, "List-Unsubscribe"}, {&m.Post, "List-Post"}, {&m.Owner, "List-Owner"}} {
		*l.into = append(*l.into, bracketed(h.Get(l.head))...)
	}
	m.Service = service(h, m)
	b := mailBody{room: maxMail}
	b.read(h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), p.Body, 0)
	m.Links, m.Names, m.Accounts, m.Text = b.links.all, NamesIn(b.text.String()), AccountsIn(b.text.String(), b.links.all), b.text.Len()
	return m, nil
}

// service names whoever sends the list for its owner, by the headers that such services set.
func service(h mail.Header, m Mail) string {
	for _, s := range []struct{ head, name string }{{"X-Mailman-Version", "Mailman"}, {"X-Mc-User", "Mailchimp"}, {"X-Sg-Eid", "SendGrid"}, {"X-Mailgun-Sid", "Mailgun"},
		{"X-Campaign", "Campaign"}, {"X-Ses-Outgoing", "Amazon SES"}, {"X-Phplist-Version", "phpList"}, {"X-Sympa-To", "Sympa"}, {"X-Mailjet-Campaign", "Mailjet"}, {"X-Substack-Post-Id", "Substack"}} {
		if h.Get(s.head) != "" {
			return s.name
		}
	}
	// One signature is the sender's, a further one of another domain is the service's.
	own := domain(m.From)
	for _, d := range m.Signers {
		if d != own && !strings.HasSuffix(own, "."+d) && !strings.HasSuffix(d, "."+own) {
			return d
		}
	}
	if r := domain(m.Return); r != "" && r != own && !strings.HasSuffix(r, "."+own) {
		return r
	}
	return ""
}

func domain(address string) string {
	_, d, _ := strings.Cut(address, "@")
	return strings.ToLower(d)
}

func mailbox(s string) string {
	if a, err := mail.ParseAddress(words(s)); err == nil {
		return word(strings.ToLower(a.Address))
	}
	return ""
}

// words decodes encoded words of a header.
func words(s string) string {
	d := mime.WordDecoder{CharsetReader: charsetReader}
	if t, err := d.DecodeHeader(s); err == nil {
		return word(t)
	}
	return word(s)
}

// tagsOf reads a list of tags (RFC 6376, section 3.2).
func tagsOf(s string) map[string]string {
	out := map[string]string{}
	for t := range strings.SplitSeq(s, ";") {
		if name, value, ok := strings.Cut(t, "="); ok && len(out) < 32 {
			out[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
		}
	}
	return out
}

func listID(s string) (name, id string) {
	s = words(s)
	before, rest, ok := strings.Cut(s, "<")
	if !ok {
		return "", strings.ToLower(s)
	}
	id, _, _ = strings.Cut(rest, ">")
	return strings.Trim(strings.TrimSpace(before), `"`), strings.ToLower(strings.TrimSpace(id))
}

var inBrackets = lazily(`<([^<>]+)>`)

func bracketed(s string) []string {
	var l list
	for _, m := range inBrackets().FindAllStringSubmatch(s, 16) {
		u, err := url.Parse(strings.Join(strings.Fields(m[1]), ""))
		if err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "mailto") {
			l.add(u.String())
		}
	}
	return l.all
}

// A mailBody gathers what the parts of a mail say.
type mailBody struct {
	text  strings.Builder
	links list
	room  int64
	parts int
}

const (
	mailDepth = 8
	mailParts = 64
	mailText  = 1 << 20
)

func (b *mailBody) read(contentType, encoding string, r io.Reader, depth int) {
	if depth > mailDepth || b.parts >= mailParts || b.room <= 0 {
		return
	}
	b.parts++
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		m := multipart.NewReader(r, params["boundary"])
		for {
			p, err := m.NextRawPart()
			if err != nil {
				return
			}
			b.read(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1)
			if b.parts >= mailParts {
				return
			}
		}
	}
	if kind != "text/plain" && kind != "text/html" {
		return
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	raw, _ := io.ReadAll(io.LimitReader(r, min(b.room, 4<<20))) // what came before an error counts
	b.room -= int64(len(raw))
	if kind == "text/html" {
		p, err := recognise.ReadPage(raw, contentType, nil)
		if err != nil {
			return
		}
		for _, l := range p.Links {
			b.links.add(absolute(nil, l.URL))
		}
		b.say(p.Text)
		return
	}
	if c, err := charsetReader(params["charset"], bytes.NewReader(raw)); err == nil && params["charset"] != "" {
		if t, err := io.ReadAll(io.LimitReader(c, mailText)); err == nil {
			raw = t
		}
	}
	addressesIn(raw, &b.links)
	b.say(string(raw))
}

func (b *mailBody) say(s string) {
	if room := mailText - b.text.Len(); room > 0 {
		b.text.WriteString(s[:min(len(s), room)])
		b.text.WriteByte('\n')
	}
}
