// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Letter is a message rendered and signed, ready to leave. Its bytes are ASCII with lines ended by \r\n.
type Letter struct {
	From, To  string // envelope addresses
	Key       string
	MessageID string // with angle brackets
	Bytes     []byte
}

const (
	maxLine  = 800      // bytes of a header value before encoding; RFC 5322 allows lines of 998
	maxBytes = 50 << 20 // of text and attachments together
	// maxTargetFields is how many targets stand in header fields; longer lists are in the text only.
	maxTargetFields = 100
)

// own are the header fields that only this package writes.
var own = map[string]bool{
	"from": true, "to": true, "cc": true, "bcc": true, "sender": true, "reply-to": true, "subject": true, "date": true,
	"message-id": true, "in-reply-to": true, "references": true, "mime-version": true, "auto-submitted": true, "return-path": true,
	"received": true, "dkim-signature": true, "authentication-results": true, "x-iolaus-reference": true, "x-iolaus-instrument": true, "x-iolaus-target": true, "delivered-to": true,
}

// MessageID derives the mail identity of an act from its key: <key@domain>, or a digest of the key where it has characters that
// a mail identity may not have (RFC 5322, section 3.6.4).
func MessageID(key, domain string) string {
	if !dotAtom(key) || len(key) > 120 {
		sum := sha256.Sum256([]byte(key))
		key = "sha256-" + hex.EncodeToString(sum[:])
	}
	return "<" + key + "@" + domain + ">"
}

// Render writes the mail of a message, unsigned and unsealed. Every error is an Invalid Failure.
func Render(m Message) (Letter, error) {
	m.Seal, m.SealKey = iru.NoSeal, ""
	return render(m, nil)
}

// render writes the mail and has its content sealed. What is encrypted shows outside who writes to whom, and the reference, no more.
func render(m Message, by *Sealer) (Letter, error) {
	l := Letter{Key: m.Key, MessageID: m.MessageID}
	if m.Key == "" || m.Reference == "" || m.Date.IsZero() {
		return Letter{}, invalid("key, reference and date are required")
	}
	from, sender, err := address("From", m.From)
	if err != nil {
		return Letter{}, err
	}
	to, rcpt, err := address("To", m.To)
	if err != nil {
		return Letter{}, err
	}
	var reply string
	l.From, l.To = sender, rcpt
	if m.ReplyTo != "" {
		if reply, l.From, err = address("Reply-To", m.ReplyTo); err != nil {
			return Letter{}, err
		}
	}
	if l.MessageID == "" {
		l.MessageID = MessageID(m.Key, sender[strings.LastIndexByte(sender, '@')+1:])
	}
	if m.Abuse != nil {
		a, err := XARF(m.Key, legal.Instrument(m.Instrument), *m.Abuse)
		if err != nil {
			return Letter{}, &Failure{Kind: iru.Invalid, Phase: "render", Words: "the report of abuse cannot go along", Err: err}
		}
		m.Attachments = append(slices.Clone(m.Attachments), a)
	}
	if err := check(m, l.MessageID); err != nil {
		return Letter{}, err
	}

	var inner bytes.Buffer
	inner.Grow(2048 + len(m.Text)*5/4)
	if m.Seal != iru.NoSeal && m.SealKey != "" {
		facts(&inner, m)
	}
	body(&inner, m)
	sealed, private, err := by.seal(inner.Bytes(), m)
	if err != nil {
		return Letter{}, err
	}

	var b bytes.Buffer
	b.Grow(2048 + len(sealed))
	head(&b, "Date", m.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head(&b, "From", from)
	if reply != "" {
		head(&b, "Reply-To", reply)
	}
	head(&b, "To", to)
	if private {
		head(&b, "Subject", encode("["+m.Reference+"]"))
	} else {
		head(&b, "Subject", encode(m.Subject))
	}
	head(&b, "Message-ID", l.MessageID)
	if m.InReplyTo != "" {
		head(&b, "In-Reply-To", m.InReplyTo)
	}
	if len(m.References) > 0 {
		head(&b, "References", strings.Join(m.References, " "))
	}
	head(&b, "Auto-Submitted", "auto-generated")
	head(&b, "X-Iolaus-Reference", encode(m.Reference))
	if !private {
		instrument(&b, m)
	}
	if m.Language != "" {
		head(&b, "Content-Language", m.Language)
	}
	head(&b, "MIME-Version", "1.0")
	b.Write(sealed)
	l.Bytes = b.Bytes()
	return l, nil
}

// facts are what stands in the head of the encrypted part instead of outside.
func facts(b *bytes.Buffer, m Message) {
	head(b, "Subject", encode(m.Subject))
	instrument(b, m)
}

// instrument says by machine what the act is and what it is about.
func instrument(b *bytes.Buffer, m Message) {
	if m.Instrument != "" {
		head(b, "X-Iolaus-Instrument", encode(m.Instrument))
	}
	if len(m.Targets) <= maxTargetFields { // all or none: a part of them would mislead
		for _, t := range m.Targets {
			head(b, "X-Iolaus-Target", encode(t))
		}
	}
	names := make([]string, 0, len(m.Headers))
	for name := range m.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		head(b, name, encode(m.Headers[name]))
	}
}

// body writes the text alone, or the text and the attachments in a multipart whose boundary is derived from the key.
func body(b *bytes.Buffer, m Message) {
	text := func() {
		head(b, "Content-Type", "text/plain; charset=utf-8")
		head(b, "Content-Transfer-Encoding", "quoted-printable")
		b.WriteString("\r\n")
		w := quotedprintable.NewWriter(b) // turns \n into \r\n
		_, _ = w.Write([]byte(strings.ReplaceAll(m.Text, "\r\n", "\n")))
		_ = w.Close() // a buffer takes everything
		b.WriteString("\r\n")
	}
	if len(m.Attachments) == 0 {
		text()
		return
	}
	sum := sha256.Sum256([]byte("iolaus boundary " + m.Key))
	// "=_" can stand in neither quoted-printable nor base64 (RFC 2045, section 6.7).
	boundary := "=_" + hex.EncodeToString(sum[:16])
	head(b, "Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
	b.WriteString("\r\nThis is a message in several parts.\r\n\r\n--" + boundary + "\r\n")
	text()
	for _, a := range m.Attachments {
		b.WriteString("--" + boundary + "\r\n")
		head(b, "Content-Type", mime.FormatMediaType(a.Type, map[string]string{"name": a.Name}))
		head(b, "Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
		head(b, "Content-Transfer-Encoding", "base64")
		b.WriteString("\r\n")
		base64Lines(b, a.Data)
	}
	b.WriteString("--" + boundary + "--\r\n")
}

// check refuses everything that could become a second header field, a second recipient or an unreadable mail.
func check(m Message, id string) error {
	lines := map[string]string{"subject": m.Subject, "reference": m.Reference, "language": m.Language, "key": m.Key, "instrument": m.Instrument}
	for _, t := range m.Targets {
		if t == "" || len(t) > 8192 || !oneLine(t) {
			return invalid("target %q must be one line of at most 8192 bytes", words(t))
		}
	}
	for name, v := range m.Headers {
		low := strings.ToLower(name)
		if own[low] || strings.HasPrefix(low, "content-") || strings.HasPrefix(low, "resent-") {
			return invalid("header field %q is written by the program itself", words(name))
		}
		if !token(name) || len(name) > 60 {
			return invalid("header field name %q is not allowed", words(name))
		}
		lines["header field "+name] = v
	}
	for what, v := range lines {
		if !oneLine(v) || len(v) > maxLine {
			return invalid("%s must be one line of valid text, at most %d bytes", what, maxLine)
		}
	}
	for _, v := range append([]string{id}, m.References...) {
		if !identity(v) {
			return invalid("%q is not a mail identity such as <key@unit.test>", words(v))
		}
	}
	if m.InReplyTo != "" && !identity(m.InReplyTo) {
		return invalid("%q is not a mail identity such as <key@unit.test>", words(m.InReplyTo))
	}
	for _, r := range m.Language {
		if r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') {
			return invalid("language %q is not a tag such as pt-PT", words(m.Language))
		}
	}
	if len(m.References) > 50 {
		return invalid("%d references, at most 50", len(m.References))
	}
	size := len(m.Text)
	if !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0) {
		return invalid("text is not valid UTF-8 or has a NUL")
	}
	for _, a := range m.Attachments {
		kind, _, ok := strings.Cut(a.Type, "/")
		_, _, err := mime.ParseMediaType(a.Type)
		switch {
		case a.Name == "" || len(a.Name) > 200 || !oneLine(a.Name) || strings.ContainsAny(a.Name, `/\`):
			return invalid("attachment name %q: one line without a path is needed", words(a.Name))
		case !ok || err != nil || !oneLine(a.Type) || strings.ContainsRune(a.Type, ';') || kind == "multipart" || kind == "message":
			return invalid("attachment %q: %q is not the media type of a file", words(a.Name), words(a.Type))
		}
		size += len(a.Data)
	}
	if size > maxBytes {
		return invalid("%d bytes of text and attachments, at most %d", size, maxBytes)
	}
	return nil
}

// address reads one address. It returns the field's value, encoded, and the bare address for the envelope. The local part must
// be a plain dot-atom, so that nothing in it can end an SMTP command; domains in other scripts become their ASCII form.
func address(field, s string) (value, bare string, err error) {
	if !oneLine(s) || len(s) > maxLine {
		return "", "", invalid("%s: one address on one line is needed", field)
	}
	a, perr := mail.ParseAddress(s)
	if perr != nil {
		return "", "", invalid("%s: %q is not an address: %v", field, words(s), perr)
	}
	at := strings.LastIndexByte(a.Address, '@')
	local, domain := a.Address[:at], a.Address[at+1:]
	domain, perr = idna.Lookup.ToASCII(domain)
	if perr != nil || domain == "" {
		return "", "", invalid("%s: the domain of %q is not a name", field, words(s))
	}
	if !dotAtom(local) || len(local) > 64 || len(domain) > 253 || strings.ContainsAny(domain, "<>@[]:") {
		return "", "", invalid("%s: %q has characters that no plain address has", field, words(s))
	}
	a.Address = local + "@" + domain
	if !oneLine(a.Name) {
		return "", "", invalid("%s: the display name is not one line", field)
	}
	if a.Name == "" {
		return a.Address, a.Address, nil
	}
	return a.String(), a.Address, nil
}

// head writes a header field, folded at spaces so that lines stay under 78 where they can (RFC 5322, section 2.1.1).
func head(b *bytes.Buffer, name, value string) {
	b.WriteString(name)
	b.WriteByte(':')
	col := len(name) + 1
	for i, w := range strings.Split(value, " ") {
		if i > 0 && w != "" && col+1+len(w) > 76 {
			b.WriteString("\r\n")
			col = 0
		}
		b.WriteByte(' ')
		b.WriteString(w)
		col += 1 + len(w)
	}
	b.WriteString("\r\n")
}

// encode makes a header value ASCII (RFC 2047): base64 for scripts in which most letters are beyond ASCII, else quoted. What
// looks like an encoded word already is encoded too, so that it is shown as written.
func encode(s string) string {
	beyond := 0
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			beyond++
		}
	}
	long := slices.ContainsFunc(strings.Fields(s), func(w string) bool { return len(w) > 70 })
	switch {
	case beyond == 0 && !long && !strings.Contains(s, "=?") && strings.TrimSpace(s) == s && !strings.Contains(s, "  "):
		return s
	case beyond == 0:
		return encodeASCII(s)
	case beyond*3 > len(s):
		return mime.BEncoding.Encode("utf-8", s)
	}
	return mime.QEncoding.Encode("utf-8", s)
}

// encodeASCII encodes what mime leaves alone.
func encodeASCII(s string) string {
	var out []string
	for len(s) > 0 {
		n := min(42, len(s))
		out = append(out, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(out, " ")
}

func oneLine(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == 0x2028 || r == 0x2029 {
			return false
		}
	}
	return true
}

// dotAtom reports whether s is a dot-atom of RFC 5322, section 3.2.3.
func dotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0) {
			return false
		}
	}
	return true
}

func token(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return s != ""
}

// identity reports whether s is <left@right> without blanks, as RFC 5322 wants it.
func identity(s string) bool {
	if len(s) < 5 || len(s) > 400 || s[0] != '<' || s[len(s)-1] != '>' {
		return false
	}
	in := s[1 : len(s)-1]
	for i := range len(in) {
		if c := in[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' {
			return false
		}
	}
	return strings.Count(in, "@") == 1 && in[0] != '@' && in[len(in)-1] != '@'
}
