// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// The same text under a new title, and the same bytes, are what a look hopes to find.
func TestExpect(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var text, file atomic.Value
	text.Store(page("Snow line", ""))
	file.Store("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nline 9 runs every ten minutes")
	s.host("snow.test", func(c net.Conn, _ string) { io.WriteString(c, text.Load().(string)) })
	s.host("line.test", func(c net.Conn, _ string) { io.WriteString(c, file.Load().(string)) })
	s.look(small, nil)
	a, i := s.watch("http://snow.test/")
	s.ok(s.capture(i, 0))
	b, k := s.watch("http://line.test/timetable.txt")
	s.ok(s.capture(k, 0))
	found := func(a iru.Asset) iru.Outcome {
		e, err := s.expect(t.Context(), a)
		s.ok(err)
		return fetch.Look(t.Context(), s.Vantages[0], address(a.Locator), e.Expect).Outcome
	}
	for _, x := range []struct {
		what, text string
		a          iru.Asset
		want       iru.Outcome
	}{
		{"the same", text.Load().(string), a, iru.Up},
		{"another title", page("Weather of today", ""), a, iru.Up},
		{"away", answer(404, "", "nothing"), a, iru.Gone},
		{"back under another title", page("Welcome back", "<p>We are back."), a, iru.Up},
		{"something else", answer(200, "", "<title>Harbour fair</title>"+strings.Repeat("Stalls open at nine, the brass band plays on the quay. ", 5)), a, iru.Altered},
		{"the same bytes", "", b, iru.Up},
	} {
		text.Store(x.text)
		if got := found(x.a); got != x.want {
			t.Errorf("%s: %s, want %s", x.what, got, x.want)
		}
	}
	if file.Store(file.Load().(string) + " and a half"); found(b) != iru.Altered {
		t.Error("other bytes are taken for the same")
	}
}
