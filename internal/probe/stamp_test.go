// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

func checkpoint(t *testing.T) []byte {
	t.Helper()
	key, _, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := ledger.Root(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := ledger.Sign(ledger.Checkpoint{Origin: "unit-a.test/iolaus", Root: root}, s)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// What an authority may do to us, and what we make of it.
func TestStampersThatFail(t *testing.T) {
	signed := checkpoint(t)
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			if q.Method != "POST" || q.Header.Get("Content-Type") != "application/timestamp-query" || q.Header.Get("Cookie") != "" {
				t.Errorf("asked with %s %v", q.Method, q.Header)
			}
			w.Header().Set("Location", "https://elsewhere.test/")
			w.Header().Set("Set-Cookie", "tram=8")
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		kind error
		want string
	}{
		{"page", says(200, "<html>Time is a tram.</html>"), iru.Unavailable, "not a time-stamp response"},
		{"nothing", says(200, ""), iru.Unavailable, "not a time-stamp response"},
		{"refusal", says(200, "\x30\x15\x30\x13\x02\x01\x02\x30\x0a\x0c\x08no trams\x03\x02\x05\x20"), iru.Unavailable, `rejected, "no trams"`},
		{"without end", says(200, strings.Repeat("tram", 1<<20)), iru.Unavailable, "more than"},
		{"who are you", says(401, ""), iru.Forbidden, "password_file"},
		{"not you", says(403, ""), iru.Forbidden, "does not let us in"},
		{"moved", says(302, ""), iru.Invalid, "elsewhere.test"},
		{"not here", says(404, ""), iru.Invalid, "status 404"},
		{"too often", says(429, ""), iru.Unavailable, "status 429"},
		{"ill", says(503, ""), iru.Unavailable, "status 503"},
		{"silent", func(_ http.ResponseWriter, q *http.Request) { io.Copy(io.Discard, q.Body); <-q.Context().Done() }, iru.Unavailable, "deadline"},
	} {
		s := httptest.NewServer(c.h)
		wait := 10 * time.Second
		if c.name == "silent" {
			wait = 50 * time.Millisecond
		}
		_, err := Stamper{HTTP: s.Client(), Name: "north", URL: s.URL, Timeout: wait}.Stamp(t.Context(), signed)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "authority north") {
			t.Errorf("%s: %v; want %v, %q", c.name, err, c.kind, c.want)
		}
		s.Close()
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if _, err := (Stamper{HTTP: http.DefaultClient, URL: "http://" + ln.Addr().String()}).Stamp(t.Context(), signed); !errors.Is(err, iru.Unavailable) {
		t.Errorf("nobody there: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Stamper{HTTP: http.DefaultClient, URL: "http://" + ln.Addr().String()}).Stamp(gone, signed); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

// A password does not go over an open line, nor to an address that is none.
func TestStampersThatAreNotAsked(t *testing.T) {
	for _, s := range []Stamper{
		{URL: "http://time.test/tsr", User: "unit-a", Password: "x"},
		{URL: "time.test"}, {URL: "ftp://time.test/"}, {URL: "https://unit:secret@time.test/"}, {URL: "https:///tsr"}, {URL: "https://time.test/#x"},
	} {
		if _, err := s.Stamp(t.Context(), checkpoint(t)); !errors.Is(err, iru.Invalid) {
			t.Errorf("%s: %v", s.URL, err)
		}
	}
	for _, s := range []Stamper{{URL: "http://time.test/tsr"}, {URL: "https://time.test/", User: "unit-a"}, {URL: "http://127.0.0.1:1/", User: "unit-a"}} {
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", s.URL, err)
		}
	}
	if _, err := (Stamper{URL: "https://time.test/"}).Stamp(t.Context(), bytes.Repeat([]byte("x"), 9)); !errors.Is(err, iru.Invalid) {
		t.Errorf("no checkpoint: %v", err)
	}
}
