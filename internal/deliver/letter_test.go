// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"iolaus/internal/iru"
)

func act() Message {
	return Message{Key: "act-1", Reference: "IRU-2026-000001", From: "Weather Unit <unit@unit.test>", To: "abuse@provider.test",
		ReplyTo: ReplyAddress(secret, 1, "unit.test"), Date: time.Date(2026, 4, 25, 9, 0, 0, 0, time.UTC), Subject: "Rain", Text: "It rains.\n"}
}

// opened reads a letter back with a library that did not write it.
func opened(t *testing.T, l Letter) (h message.Header, texts []string, files map[string][]byte) {
	t.Helper()
	e, err := message.Read(bytes.NewReader(l.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	err = e.Walk(func(_ []int, part *message.Entity, err error) error {
		if err != nil {
			return err
		}
		kind, _, err := part.Header.ContentType()
		if err != nil || strings.HasPrefix(kind, "multipart/") {
			return err
		}
		b, err := io.ReadAll(part.Body)
		if _, params, _ := part.Header.ContentDisposition(); params["filename"] != "" {
			files[params["filename"]] = b
		} else {
			texts = append(texts, string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e.Header, texts, files
}

func TestRenderScripts(t *testing.T) {
	for _, s := range []string{
		"Rain over the harbour", "Straßenbahn nach Köln verspätet", "تأخر القطار رقم ٧ إلى المحطة", "הרכבת מאחרת היום", "Трамвай номер 7 задерживается из-за дождя",
		"電車が遅れています", "train 🚆 late", "=?utf-8?q?not_an_encoded_word?=", "two  blanks", " leading blank", strings.Repeat("tram", 100), strings.Repeat("تأخر ", 60),
		"e\u0301 combining", "right \u200fmark",
	} {
		m := act()
		m.Subject, m.Text = s, s+"\n\n.\n..\nFrom here\n"+strings.Repeat("word ", 400)+"\ntrailing blank \n"
		l, err := Render(m)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		h, texts, _ := opened(t, l)
		if got, err := h.Text("Subject"); err != nil || got != s && strings.TrimSpace(got) != strings.TrimSpace(s) {
			t.Errorf("subject %q came as %q (%v)", s, got, err)
		}
		if len(texts) != 1 || strings.TrimRight(strings.ReplaceAll(texts[0], "\r\n", "\n"), "\n") != strings.TrimRight(m.Text, "\n") {
			t.Errorf("text of %q came as %q", s, texts)
		}
		for line := range bytes.Lines(l.Bytes) {
			if len(line) > 300 || !bytes.HasSuffix(line, []byte("\r\n")) || bytes.IndexFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
				t.Errorf("line %q", line)
			}
		}
	}
}

func TestRenderHeadersAndAttachments(t *testing.T) {
	m := act()
	m.To = "Büro für Missbrauch <abuse@straßenbahn.test>"
	m.Language = "pt-PT"
	m.InReplyTo, m.References = "<q1@provider.test>", []string{"<q0@provider.test>", "<q1@provider.test>"}
	m.Headers = map[string]string{"X-Desk-Notice": "7", "X-Ort": "Köln"}
	m.Instrument, m.Targets = "removal order", []string{"https://trams.test/7", "https://trams.test/" + strings.Repeat("a", 900), "https://trams.test/خط"}
	pdf := bytes.Repeat([]byte{0, 1, 2, 0xff, '\n'}, 1000)
	m.Attachments = []Attachment{{"order.pdf", "application/pdf", pdf}, {"تقرير.json", "application/json", []byte(`{"rain":true}`)}, {"empty.txt", "text/plain", nil}}
	l, err := Render(m)
	if err != nil {
		t.Fatal(err)
	}
	h, texts, files := opened(t, l)
	want := map[string]string{"From": `"Weather Unit" <unit@unit.test>`, "Reply-To": m.ReplyTo, "Message-Id": "<act-1@unit.test>", "In-Reply-To": "<q1@provider.test>",
		"References": "<q0@provider.test> <q1@provider.test>", "Auto-Submitted": "auto-generated", "Date": "Sat, 25 Apr 2026 09:00:00 +0000",
		"X-Iolaus-Reference": m.Reference, "X-Iolaus-Instrument": "removal order", "Content-Language": "pt-PT", "X-Ort": "Köln", "To": "Büro für Missbrauch <abuse@xn--straenbahn-83a.test>"}
	for name, v := range want {
		if got, _ := h.Text(name); got != v {
			t.Errorf("%s: %q, want %q", name, got, v)
		}
	}
	var targets []string
	for fs := h.FieldsByKey("X-Iolaus-Target"); fs.Next(); {
		v, _ := fs.Text()
		targets = append(targets, v)
	}
	if diff := cmp.Diff(m.Targets, targets); diff != "" {
		t.Error(diff)
	}
	if l.From != m.ReplyTo || l.To != "abuse@xn--straenbahn-83a.test" || l.MessageID != "<act-1@unit.test>" {
		t.Errorf("envelope %q %q %q", l.From, l.To, l.MessageID)
	}
	if len(texts) != 1 || !strings.HasPrefix(texts[0], "It rains.") {
		t.Errorf("texts %q", texts)
	}
	if diff := cmp.Diff(map[string][]byte{"order.pdf": pdf, "تقرير.json": []byte(`{"rain":true}`), "empty.txt": {}}, files); diff != "" {
		t.Error(diff)
	}
	again, _ := Render(m)
	if !bytes.Equal(l.Bytes, again.Bytes) {
		t.Error("a retry has other bytes")
	}
}

func TestMessageID(t *testing.T) {
	if got := MessageID("order:7/1", "unit.test"); !identity(got) || got != MessageID("order:7/1", "unit.test") || got == MessageID("order:7/2", "unit.test") {
		t.Errorf("%q", got)
	}
	if got := MessageID("a.b-1", "unit.test"); got != "<a.b-1@unit.test>" {
		t.Errorf("%q", got)
	}
}

// Each of these would add a field, a recipient or a command if it were let through.
func TestInjectionImpossible(t *testing.T) {
	const evil = "x\r\nBcc: all@trams.test"
	cases := map[string]func(*Message){
		"subject":           func(m *Message) { m.Subject = evil },
		"subject LF":        func(m *Message) { m.Subject = "x\nBcc: a@b.test" },
		"subject CR":        func(m *Message) { m.Subject = "x\rBcc: a@b.test" },
		"subject NUL":       func(m *Message) { m.Subject = "x\x00" },
		"subject NEL":       func(m *Message) { m.Subject = "x\u0085y" },
		"subject bytes":     func(m *Message) { m.Subject = "\xff" },
		"from":              func(m *Message) { m.From = "A " + evil + " <a@unit.test>" },
		"to":                func(m *Message) { m.To = "a@b.test>\r\nRCPT TO:<c@d.test" },
		"to list":           func(m *Message) { m.To = "a@b.test, c@d.test" },
		"to encoded":        func(m *Message) { m.To = "=?utf-8?q?x=0D=0ABcc:_a@b.test?= <a@b.test>" },
		"to quoted":         func(m *Message) { m.To = `"a> RCPT TO:<b@c.test"@d.test` },
		"to script":         func(m *Message) { m.To = "büro@d.test" },
		"to literal":        func(m *Message) { m.To = "a@[127.0.0.1]" },
		"reply-to":          func(m *Message) { m.ReplyTo = evil + "@unit.test" },
		"reference":         func(m *Message) { m.Reference = evil },
		"key":               func(m *Message) { m.Key = evil },
		"message-id":        func(m *Message) { m.MessageID = "<a@b>\r\nX: y" },
		"message-id blank":  func(m *Message) { m.MessageID = "<a b@c>" },
		"in-reply-to":       func(m *Message) { m.InReplyTo = "<a@b>\nX: y" },
		"references":        func(m *Message) { m.References = []string{"<a@b> <c@d>"} },
		"language":          func(m *Message) { m.Language = "en\r\nX: y" },
		"header value":      func(m *Message) { m.Headers = map[string]string{"X-A": evil} },
		"header name":       func(m *Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "a@b.test"} },
		"header colon":      func(m *Message) { m.Headers = map[string]string{"X:": "y"} },
		"header own":        func(m *Message) { m.Headers = map[string]string{"bCC": "a@b.test"} },
		"header content":    func(m *Message) { m.Headers = map[string]string{"Content-Type": "text/html"} },
		"attachment name":   func(m *Message) { m.Attachments = []Attachment{{evil, "text/plain", nil}} },
		"attachment path":   func(m *Message) { m.Attachments = []Attachment{{"../a", "text/plain", nil}} },
		"attachment type":   func(m *Message) { m.Attachments = []Attachment{{"a", "text/plain\r\nX: y", nil}} },
		"attachment param":  func(m *Message) { m.Attachments = []Attachment{{"a", "text/plain; x=y", nil}} },
		"attachment nested": func(m *Message) { m.Attachments = []Attachment{{"a", "message/rfc822", nil}} },
		"instrument":        func(m *Message) { m.Instrument = evil },
		"target":            func(m *Message) { m.Targets = []string{"https://trams.test/\r\nBcc: a@b.test"} },
		"text bytes":        func(m *Message) { m.Text = "\xff\xfe" },
		"no date":           func(m *Message) { m.Date = time.Time{} },
	}
	for name, change := range cases {
		m := act()
		change(&m)
		if l, err := Render(m); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: error %v, mail:\n%s", name, err, l.Bytes)
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add("Rain", "Unit <a@unit.test>", "X-A", "v", "text", "f.txt")
	f.Add("a\r\nb: c", "a@b\r\n", "X\r\n", "\r\n.\r\n", "\r\n.\r\nQUIT", "f\r\n")
	f.Add("تأخر", "=?utf-8?b?DQo=?= <a@b.test>", "X-B", "=?x?q?=0D=0A?=", "--=_\r\n", "ت")
	want := []string{"Date", "From", "Reply-To", "To", "Subject", "Message-ID", "Auto-Submitted", "X-Iolaus-Reference"}
	f.Fuzz(func(t *testing.T, subject, from, name, value, text, file string) {
		m := act()
		m.Subject, m.From, m.Text = subject, from, text
		m.Headers = map[string]string{name: value}
		m.Attachments = []Attachment{{file, "text/plain", []byte(text)}}
		l, err := Render(m)
		if err != nil {
			if !errors.Is(err, iru.Invalid) {
				t.Fatal(err)
			}
			return
		}
		e, err := message.Read(bytes.NewReader(l.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for fs := e.Header.Fields(); fs.Next(); {
			got = append(got, strings.ToLower(fs.Key()))
		}
		all := append(append([]string{}, want...), name, "MIME-Version", "Content-Type")
		if strings.ToLower(strings.Join(all, ",")) != strings.Join(got, ",") {
			t.Fatalf("fields %q", got)
		}
		if strings.ContainsAny(l.From+l.To, " \r\n<>") {
			t.Fatalf("envelope %q %q", l.From, l.To)
		}
	})
}

func TestDKIM(t *testing.T) {
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	old, _ := rsa.GenerateKey(rand.Reader, 2048)
	edRecord := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(ed.Public().(ed25519.PublicKey))
	der, _ := x509.MarshalPKIXPublicKey(old.Public())
	rsaRecord := "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	for record, key := range map[string]*DKIM{edRecord: {"unit.test", "s1", ed}, rsaRecord: {"unit.test", "s1", old}} {
		s := NewSMTP(SMTPConfig{Addr: "127.0.0.1:1", DKIM: key})
		m := act()
		m.Targets = []string{"https://trams.test/7", "https://trams.test/8"}
		m.Attachments = []Attachment{{"a.pdf", "application/pdf", []byte("rain")}}
		l, err := s.Prepare(m)
		if err != nil {
			t.Fatal(err)
		}
		look := func(name string) ([]string, error) {
			if name != "s1._domainkey.unit.test" {
				t.Errorf("asked for %s", name)
			}
			return []string{record}, nil
		}
		valid := func(b []byte) bool {
			v, err := dkim.VerifyWithOptions(bytes.NewReader(b), &dkim.VerifyOptions{LookupTXT: look})
			return err == nil && len(v) == 1 && v[0].Err == nil && v[0].Domain == "unit.test"
		}
		if !valid(l.Bytes) {
			t.Errorf("signature does not hold:\n%s", l.Bytes)
		}
		if valid(bytes.Replace(l.Bytes, []byte("Subject: Rain"), []byte("Subject: Snow"), 1)) {
			t.Error("a changed subject holds")
		}
		if valid(append([]byte("Subject: Snow\r\n"), l.Bytes...)) {
			t.Error("a second subject holds")
		}
		if valid(bytes.Replace(l.Bytes, []byte("trams.test/8"), []byte("trams.test/9"), 1)) {
			t.Error("a changed target holds")
		}
		if valid(append([]byte("X-Iolaus-Target: https://trams.test/9\r\n"), l.Bytes...)) {
			t.Error("an added target holds")
		}
		if valid(bytes.Replace(l.Bytes, []byte("It rains"), []byte("It snows"), 1)) {
			t.Error("a changed text holds")
		}
	}
	if _, err := NewSMTP(SMTPConfig{DKIM: &DKIM{Key: ed}}).Prepare(act()); !errors.Is(err, iru.Invalid) {
		t.Errorf("a signature without a domain: %v", err)
	}
}
