// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset" // reads the old character sets
	"github.com/emersion/go-message/textproto"

	"iolaus/internal/iru"
)

// MaxMail is the greatest size of a mail that is read, in bytes.
const MaxMail = 10 << 20

const (
	maxText   = 256 << 10 // bytes of Reply.Text
	maxHeader = 256 << 10 // bytes of one part's header
	maxParts  = 200
	maxDepth  = 10
)

// ParseReply reads a mail that came to the address rcpt at the time now. Bad content is no error: what cannot be read is Unknown
// with the bytes in Raw, for a person. Only an empty mail or one over MaxMail is Invalid. The tag is taken from rcpt unchecked;
// Inbox checks it before.
func ParseReply(raw []byte, rcpt string, now time.Time) (Reply, error) {
	if len(raw) == 0 || len(raw) > MaxMail {
		return Reply{}, fmt.Errorf("parse mail: %d bytes, from 1 to %d are read: %w", len(raw), MaxMail, iru.Invalid)
	}
	r := Reply{At: now, Raw: raw, Kind: Unknown, Guess: true}
	r.Tag, _ = splitReply(rcpt, "")
	e, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if e == nil {
		r.MessageID = digestID(raw)
		r.Text, r.Truncated = clean(string(raw[:min(len(raw), maxText+1)]))
		r.Why = "the mail has no readable header: " + words(fmt.Sprint(err))
		return r, nil
	}
	r.header(e.Header, now)
	var p parts
	p.walk(e, 0)
	r.Files = p.files
	text := p.plain.String()
	if strings.TrimSpace(text) == "" {
		text = plainHTML(p.html.String())
	}
	r.Text, r.Truncated = clean(text)
	r.Truncated = r.Truncated || p.cut
	r.judge(e.Header, &p)
	return r, nil
}

// header reads what stands above the text.
func (r *Reply) header(h message.Header, now time.Time) {
	r.MessageID = firstID(h.Get("Message-Id"))
	if r.MessageID == "" {
		r.MessageID = digestID(r.Raw)
	}
	r.InReplyTo = firstID(h.Get("In-Reply-To"))
	if r.InReplyTo == "" {
		if ids := idForm.FindAllString(h.Get("References"), -1); len(ids) > 0 {
			r.InReplyTo = ids[len(ids)-1]
		}
	}
	r.Subject = oneLineOf(header(h, "Subject"), 998)
	r.From = sender(h.Get("From"))
	if at, err := mail.ParseDate(h.Get("Date")); err == nil && at.Year() >= 2000 && at.Before(now.Add(24*time.Hour)) {
		r.Written = at.UTC()
	}
	for _, name := range []string{"X-Desk-Reference", "X-Iolaus-Reference"} {
		if r.Reference == "" {
			r.Reference = oneLineOf(header(h, name), 200)
		}
	}
	if r.Reference == "" {
		for _, m := range bracketed.FindAllStringSubmatch(r.Subject, 5) {
			if strings.ContainsAny(m[1], "0123456789") {
				r.Reference = m[1]
			}
		}
	}
}

var (
	idForm    = regexp.MustCompile(`<[^<>\s]{1,390}@[^<>\s]{1,390}>`)
	bracketed = regexp.MustCompile(`\[([^\[\]\s]{3,60})\]`)
	bareAddr  = regexp.MustCompile(`[^\s<>"(),:;]{1,64}@[^\s<>"(),:;]{1,253}`)
)

func firstID(s string) string { return idForm.FindString(s) }

// digestID stands in for a missing Message-ID, so that the same bytes are the same reply.
func digestID(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "<sha256-" + hex.EncodeToString(sum[:16]) + "@no-message-id.invalid>"
}

// header decodes a field (RFC 2047); what cannot be decoded stays as it is.
func header(h message.Header, name string) string {
	v, err := h.Text(name)
	if err != nil {
		v = h.Get(name)
	}
	return v
}

func sender(field string) string {
	p := mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charset.Reader}}
	if list, err := p.ParseList(field); err == nil && len(list) > 0 {
		return oneLineOf(strings.ToLower(list[0].Address), 320)
	}
	return oneLineOf(strings.ToLower(bareAddr.FindString(field)), 320)
}

// parts gathers what a mail is made of.
type parts struct {
	n           int
	cut         bool // a limit ended the reading
	plain, html bytes.Buffer
	files       []File
	status      [][]field // blocks of a message/delivery-status
	notified    []field   // of a message/disposition-notification
	original    string    // Message-ID of the returned message
}

type field struct{ name, value string }

func (p *parts) walk(e *message.Entity, depth int) {
	if p.n++; p.n > maxParts || depth > maxDepth {
		p.cut = true
		return
	}
	kind, params, err := e.Header.ContentType()
	if err != nil || kind == "" {
		kind = "text/plain"
		if given := e.Header.Get("Content-Type"); given != "" {
			k, _, _ := strings.Cut(strings.ToLower(given), ";")
			if k = strings.TrimSpace(k); strings.Contains(k, "/") {
				kind = k
			}
		}
	}
	if mr := e.MultipartReader(); mr != nil {
		for p.n <= maxParts {
			part, err := mr.NextPart()
			if part == nil {
				p.cut = p.cut || err != nil && !errors.Is(err, io.EOF)
				return
			}
			p.walk(part, depth+1)
		}
		p.cut = true
		return
	}
	disp, dparams, _ := e.Header.ContentDisposition()
	switch {
	case kind == "message/delivery-status" || kind == "message/global-delivery-status":
		p.status = append(p.status, blocks(e.Body)...)
	case kind == "message/disposition-notification" || kind == "message/global-disposition-notification":
		for _, b := range blocks(e.Body) {
			p.notified = append(p.notified, b...)
		}
	case (kind == "text/rfc822-headers" || kind == "message/rfc822") && (p.status != nil || p.notified != nil):
		for _, f := range oneBlock(e.Body) {
			if strings.EqualFold(f.name, "Message-ID") && p.original == "" {
				p.original = firstID(f.value)
			}
		}
	case kind == "text/plain" && disp != "attachment":
		p.take(&p.plain, e.Body)
	case kind == "text/html" && disp != "attachment":
		p.take(&p.html, e.Body)
	default:
		name := dparams["filename"]
		if name == "" {
			name = params["name"]
		}
		dec := mime.WordDecoder{CharsetReader: charset.Reader}
		if s, err := dec.DecodeHeader(name); err == nil {
			name = s
		}
		n, _ := io.Copy(io.Discard, e.Body)
		p.files = append(p.files, File{Name: oneLineOf(name, 200), Type: oneLineOf(kind, 100), Size: n})
	}
}

func (p *parts) take(to *bytes.Buffer, body io.Reader) {
	b, _ := io.ReadAll(io.LimitReader(body, int64(maxText-to.Len()+1)))
	if to.Len() > 0 {
		to.WriteByte('\n')
	}
	to.Write(b)
	p.cut = p.cut || to.Len() > maxText
}

// blocks reads the groups of fields of a report (RFC 3464, section 2.1), at most 50 of them.
func blocks(body io.Reader) (all [][]field) {
	br := bufio.NewReader(io.LimitReader(body, maxHeader))
	for range 50 {
		h, err := textproto.ReadHeader(br)
		var b []field
		for fs := h.Fields(); fs.Next(); {
			b = append(b, field{fs.Key(), oneLineOf(fs.Value(), 1000)})
		}
		if b != nil {
			all = append(all, b)
		}
		if err != nil {
			break
		}
		if _, err := br.Peek(1); err != nil {
			break
		}
	}
	return all
}

func oneBlock(body io.Reader) []field {
	if b := blocks(io.LimitReader(body, maxHeader)); len(b) > 0 {
		return b[0]
	}
	return nil
}
