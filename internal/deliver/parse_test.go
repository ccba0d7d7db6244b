// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"iolaus/internal/iru"
)

var noon = time.Date(2026, 4, 25, 12, 0, 0, 0, time.UTC)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "mail", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseReply(t *testing.T) {
	cases := []struct {
		mail     string
		kind     ReplyKind
		guess    bool
		counts   bool
		auto     bool
		delivery string
		answers  string
		text     string // a part of Text
	}{
		{"plain-done", Done, true, false, false, "", "<act-1@unit.test>", "has been removed"},
		{"auto-ticket", Acknowledgement, true, false, true, "", "", "ticket is 4711"},
		{"auto-away", Unknown, true, false, true, "", "", "until Monday"},
		{"desk-event", RefusedByProvider, false, true, false, "", "", "no driver"},
		{"latin1", Done, true, false, false, "", "", "Die Straßenbahn wurde entfernt."},
		{"windows-1256", Unknown, true, false, false, "", "", "تفخر القطار"},
		{"html-only", Clarification, true, false, false, "", "", "Line\u00a07 & 8"},
		{"dsn-failed", Bounce, false, false, true, "failed", "<act-1@unit.test>", "could not deliver"},
		{"dsn-delivered", DeliveryStatus, false, true, true, "delivered", "<act-1@unit.test>", "Delivered."},
		{"dsn-relayed", DeliveryStatus, false, false, true, "relayed", "<act-1@unit.test>", ""},
		{"dsn-delayed", DeliveryStatus, false, false, true, "delayed", "<act-1@unit.test>", ""},
		{"dsn-odd", Unknown, true, false, true, "", "<act-1@unit.test>", ""},
		{"mdn-displayed", DeliveryStatus, false, true, true, "displayed", "<act-1@unit.test>", "Read."},
		{"mdn-deleted", DeliveryStatus, false, false, true, "deleted", "<act-1@unit.test>", "Read."},
		{"bounce-homemade", Bounce, true, false, true, "", "", "does not exist"},
		{"both-ways", Unknown, true, false, false, "", "", "Page two"},
		{"headless", Unknown, true, false, false, "", "", "no header at all"},
		{"quiet", Unknown, true, false, false, "", "", ""},
	}
	ids := map[string]string{}
	for _, c := range cases {
		raw := read(t, c.mail)
		r, err := ParseReply(raw, "Reply+"+strings.ToUpper(Tag(secret, 7))+"@unit.test", noon)
		if err != nil {
			t.Errorf("%s: %v", c.mail, err)
			continue
		}
		if r.Kind != c.kind || r.Guess != c.guess || r.Counts != c.counts || r.Auto != c.auto || r.Delivery != c.delivery || r.InReplyTo != c.answers ||
			!strings.Contains(r.Text, c.text) {
			t.Errorf("%s: kind %s guess %v counts %v auto %v delivery %q answers %q\n%s\n%s", c.mail, r.Kind, r.Guess, r.Counts, r.Auto, r.Delivery, r.InReplyTo, r.Text, r.Why)
		}
		if r.Tag != Tag(secret, 7) || !r.At.Equal(noon) || !bytes.Equal(r.Raw, raw) || r.Why == "" || ids[r.MessageID] != "" || !identity(r.MessageID) {
			t.Errorf("%s: tag %q at %v why %q id %q", c.mail, r.Tag, r.At, r.Why, r.MessageID)
		}
		ids[r.MessageID] = c.mail
	}
}

func TestParseReplyFields(t *testing.T) {
	r, _ := ParseReply(read(t, "plain-done"), "x", noon)
	if r.From != "abuse@provider.test" || r.Reference != "IRU-2026-000001" || !r.Written.Equal(time.Date(2026, 4, 25, 8, 0, 0, 0, time.UTC)) || r.Tag != "" {
		t.Errorf("%+v", r)
	}
	r, _ = ParseReply(read(t, "desk-event"), "x", noon)
	if r.Reference != "IRU-2026-000001" {
		t.Errorf("reference %q", r.Reference)
	}
	r, _ = ParseReply(read(t, "latin1"), "x", noon)
	if r.Subject != "Straßenbahn تأخر" || len(r.Files) != 1 || r.Files[0] != (File{"Bericht ü.pdf", "application/pdf", 6}) {
		t.Errorf("%q %+v", r.Subject, r.Files)
	}
	r, _ = ParseReply(read(t, "html-only"), "x", noon)
	if strings.Contains(r.Text, "alert") || strings.Contains(r.Text, "p{}") || !strings.Contains(r.Text, "> we have removed") {
		t.Errorf("%q", r.Text)
	}
	r, _ = ParseReply(read(t, "quiet"), "x", noon)
	if !r.Written.IsZero() || r.From != "" {
		t.Errorf("%+v", r)
	}
}

func TestParseReplyLimits(t *testing.T) {
	for _, raw := range [][]byte{nil, make([]byte, MaxMail+1)} {
		if _, err := ParseReply(raw, "", noon); !errors.Is(err, iru.Invalid) {
			t.Errorf("%d bytes: %v", len(raw), err)
		}
	}
	head := "From: a@provider.test\r\nMessage-ID: <x@y>\r\n"
	long, err := ParseReply([]byte(head+"\r\n"+strings.Repeat("tram ", 1<<20)), "", noon)
	if err != nil || len(long.Text) > maxText || !long.Truncated {
		t.Errorf("long: %d bytes, %v", len(long.Text), err)
	}
	var deep strings.Builder
	deep.WriteString(head)
	for i := range 3000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	deep.WriteString("\r\nin the deep")
	begin := time.Now()
	if r, err := ParseReply([]byte(deep.String()), "", noon); err != nil || !r.Truncated {
		t.Errorf("deep: %v", err)
	}
	wide := head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: application/x-tram\r\n\r\nx\r\n", 50_000) + "--b--\r\n"
	if r, err := ParseReply([]byte(wide), "", noon); err != nil || len(r.Files) > maxParts || !r.Truncated {
		t.Errorf("wide: %d files, %v", len(r.Files), err)
	}
	fat := head + "X-A: " + strings.Repeat("a", maxHeader) + "\r\n\r\ntext"
	if r, err := ParseReply([]byte(fat), "", noon); err != nil || r.Kind != Unknown {
		t.Errorf("fat header: %v", err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzParseReply(f *testing.F) {
	names, _ := filepath.Glob("testdata/mail/*.eml")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ParseReply(raw, "reply+"+Tag(secret, 1)+"@unit.test", noon)
		if err != nil {
			if len(raw) > 0 && len(raw) <= MaxMail || !errors.Is(err, iru.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if !slices.Contains(ReplyKinds, r.Kind) || r.MessageID == "" || !bytes.Equal(r.Raw, raw) || r.Why == "" {
			t.Fatalf("%+v", r)
		}
		if r.Counts && r.Guess {
			t.Fatal("a guess counts as a receipt")
		}
		if len(r.Text) > maxText+4 || len(r.Files) > maxParts {
			t.Fatal("limits")
		}
		for _, s := range []string{r.Subject, r.From, r.MessageID, r.InReplyTo, r.Reference, r.Why, r.Delivery} {
			if !oneLine(s) || len(s) > 1200 {
				t.Fatalf("not one clean line: %q", s)
			}
		}
		if !utf8.ValidString(r.Text) || strings.ContainsAny(r.Text, "\x00\r\x1b") {
			t.Fatalf("text %q", r.Text)
		}
	})
}

func TestParseCallback(t *testing.T) {
	for event, kind := range events {
		r, err := ParseCallback([]byte(fmt.Sprintf(`{"reference":"IRU-1","event":%q,"text":"rain\u0000\r\nsnow","at":"2026-04-25T10:00:00+02:00","id":"e1","more":1}`, event)))
		if err != nil || r.Kind != kind || r.Guess || !r.Counts || r.Reference != "IRU-1" || r.MessageID != "callback:e1" || r.Text != "rain\nsnow" ||
			!r.At.Equal(time.Date(2026, 4, 25, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v %v", event, r, err)
		}
	}
	one, _ := ParseCallback([]byte(`{"reference":"r","event":"done","at":"2026-04-25T10:00:00Z"}`))
	two, _ := ParseCallback([]byte(`{"reference":"r","event":"done","at":"2026-04-25T10:00:01Z"}`))
	if one.MessageID == "" || one.MessageID == two.MessageID {
		t.Error("events without id are not told apart")
	}
	for _, bad := range []string{"", "null", "[]", "<html>", `{"event":"done","at":"2026-04-25T10:00:00Z"}`, `{"reference":"r","event":"dance","at":"2026-04-25T10:00:00Z"}`,
		`{"reference":"r","event":"done"}`, `{"reference":"r","event":"done","at":"noon"}`, `{"reference":"r","event":"done","at":"2026-04-25T10:00:00Z"} {}`,
		`{"reference":"r\n","event":"done","at":"2026-04-25T10:00:00Z"}`, "{\"reference\":\"\xff\",\"event\":\"done\",\"at\":\"2026-04-25T10:00:00Z\"}",
		`{"reference":"r","event":"done","at":"0001-01-02T10:00:00Z"}`, `{"reference":"r","event":"done","at":"2026-04-25T10:00:00Z","text":"` + strings.Repeat("a", MaxCallback) + `"}`} {
		if _, err := ParseCallback([]byte(bad)); !errors.Is(err, iru.Invalid) {
			t.Errorf("%.80q: %v", bad, err)
		}
	}
}

func FuzzParseCallback(f *testing.F) {
	f.Add([]byte(`{"reference":"IRU-1","event":"clarification","text":"which?","at":"2026-04-25T10:00:00Z","id":"e1"}`))
	f.Add([]byte(`{"reference":"\u202e","event":"done","at":"9999-12-31T23:59:60Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ParseCallback(body)
		if err != nil {
			if !errors.Is(err, iru.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if r.Reference == "" || !oneLine(r.Reference) || !oneLine(r.MessageID) || r.At.IsZero() || !slices.Contains(ReplyKinds, r.Kind) || !utf8.ValidString(r.Text) {
			t.Fatalf("%+v", r)
		}
	})
}
