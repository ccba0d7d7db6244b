// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// script is a server that says what it was told to, whatever it hears.
type script struct {
	net.Conn
	*bytes.Reader
}

func (s script) Read(b []byte) (int, error)     { return s.Reader.Read(b) }
func (s script) Write(b []byte) (int, error)    { return len(b), nil }
func (script) SetDeadline(time.Time) error      { return nil }
func (script) SetReadDeadline(time.Time) error  { return nil }
func (script) SetWriteDeadline(time.Time) error { return nil }

func scripted(said []byte) *line {
	c := script{Reader: bytes.NewReader(said)}
	return &line{ctx: context.Background(), nc: c, br: bufio.NewReader(c)}
}

// kinded makes sure that a failure is of one of iru's kinds, its words fit for a page.
func kinded(t *testing.T, f *Failure) {
	t.Helper()
	n := 0
	for _, k := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable, iru.Internal} {
		if errors.Is(f.Kind, k) {
			n++
		}
	}
	if n != 1 || !oneLine(f.Words) || len(f.Words) > 1200 || f.RetryAfter < 0 || f.RetryAfter > 24*time.Hour {
		t.Fatalf("%+v", f)
	}
}

func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-one\r\n250 two\r\n", "250-one\r\n550 two\r\n", "25", "250", "999 no\r\n", "250-" + strings.Repeat("a", 5000) + "\r\n", strings.Repeat("250-x\r\n", 200)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		a, err := scripted(said).read()
		if err != nil {
			if !errors.Is(err, errGarbage) && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return
		}
		if a.code < 200 || a.code > 599 || !bytes.HasPrefix(said, a.raw) || bytes.Count(a.raw, []byte("\n")) > maxAnswerLines || len(a.text) > len(a.raw) {
			t.Fatalf("%+v", a)
		}
		kinded(t, refusal("answer", a))
	})
}

func FuzzHello(f *testing.F) {
	for _, s := range []string{"250-mail.test\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 DSN\r\n", "500 what\r\n250 mail.test\r\n", "250-a\r\n250 SIZE -9\r\n", "421 in 5 minutes\r\n", "550 5.7.1 go away\r\n", "220 again\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		l := scripted(said)
		fail := l.hello("unit.test")
		if fail != nil {
			kinded(t, fail)
			return
		}
		if l.login("user", "password") == nil && len(l.auth) == 0 {
			t.Fatal("signed in where it was not offered")
		}
		if _, sent, fail := l.send(Letter{From: "a@unit.test", To: "b@mail.test", MessageID: "<1@unit.test>", Bytes: []byte("Subject: rain\r\n\r\n.\r\n")}); fail != nil {
			kinded(t, fail)
		} else if !sent {
			t.Fatal("taken, and not sent")
		}
	})
}

// canned is an interface's answer.
type canned struct {
	status int
	kind   string
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
	}
	return &http.Response{StatusCode: c.status, Header: http.Header{"Content-Type": {c.kind}, "Retry-After": {"5"}}, Body: io.NopCloser(bytes.NewReader(c.body)), Request: r}, nil
}

func FuzzInterfaceAnswer(f *testing.F) {
	const receipt = `{"id":"n-1","received_at":"2026-03-02T10:00:00Z","reference":"RO-1"`
	for _, s := range []struct {
		status     uint16
		kind, body string
	}{{202, "application/json", receipt + "}"}, {200, "application/json; charset=utf-8", receipt + `,"state":"done","events":[{"reference":"RO-1","event":"done","at":"2026-03-02T10:00:00Z","id":"1"},7,null]}`},
		{200, "text/html", "<html>portal"}, {202, "application/json", `{"id":"n-1","received_at":"9999-12-31T23:59:59Z","reference":"RO-1"}`}, {401, "application/problem+json", `{"detail":"\u202eno"}`},
		{302, "", ""}, {429, "text/plain", "later\x00"}, {200, "application/json", `{"id":"n-1","state":"impossible"}`}, {202, "application/json", "null"}} {
		f.Add(s.status, s.kind, []byte(s.body))
	}
	f.Fuzz(func(t *testing.T, status uint16, kind string, body []byte) {
		a := NewAPI(APIConfig{Base: "http://127.0.0.1", Token: "t", HTTP: &http.Client{Transport: canned{200 + (int(status)+200)%400, kind, body}}})
		r, err := a.Send(t.Context(), Message{Key: "k", Reference: "RO-1", Targets: []string{"https://trams.test/"}})
		var fail *Failure
		switch {
		case errors.As(err, &fail):
			kinded(t, fail)
		case err != nil:
			t.Fatal(err)
		case r.RemoteID == "" || !oneLine(r.RemoteID) || r.At.IsZero() || r.At.After(time.Now().Add(maxClockSkew)) || !bytes.Equal(r.Proof, body) || !r.Counts:
			t.Fatalf("%+v", r)
		}
		st, err := a.Status(t.Context(), "n-1")
		if errors.As(err, &fail) {
			kinded(t, fail)
			return
		} else if err != nil || st.ID != "n-1" || !bytes.Equal(st.Raw, body) {
			t.Fatalf("%+v %v", st, err)
		}
		for _, e := range st.Events {
			if e.Reference != st.Reference || !oneLine(e.MessageID) || e.MessageID == "" || e.At.IsZero() || e.Guess {
				t.Fatalf("%+v", e)
			}
		}
	})
}
