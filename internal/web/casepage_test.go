// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// TestLongThread: the page of an act with five hundred messages is whole; how long it takes at the server is told, not judged.
func TestLongThread(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	must(t, c.DB.Tx(t.Context(), func(x *db.Tx) error {
		for n := range 500 {
			l := iru.Letter{Notice: c.act.ID, Inbound: n%2 == 0, At: c.clock().Add(time.Duration(n) * time.Second), Kind: "note", Channel: iru.ByMail, From: "abuse@birchrack.test", Subject: "Re: trams",
				Text: "About https://wire.halcyon-weather.test/ and abuse@birchrack.test:\n" + strings.Repeat("The tram is late. ", 100) + fmt.Sprintf("number %d", n), MessageID: fmt.Sprintf("m%d", n), Proof: "250 ok"}
			if _, err := x.AddLetter(t.Context(), &l); err != nil {
				return err
			}
		}
		return nil
	}))
	page := c.as("ben")
	var took []time.Duration
	for range 7 {
		a := page.get("/notices/" + id(c.act.ID))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/notices/"+id(c.act.ID), nil)
		must(t, err)
		r.AddCookie(&http.Cookie{Name: "iolaus", Value: page.cookie})
		begun := time.Now()
		resp, err := c.http.Do(r)
		must(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		took = append(took, time.Since(begun))
		resp.Body.Close()
		must(t, err)
		if resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status)
		}
		if !strings.Contains(a.body, "number 499") || !strings.Contains(a.body, "number 0") {
			t.Fatal("messages are missing")
		}
	}
	slices.Sort(took)
	t.Logf("an act with 500 messages: %s in the middle of seven, %s at the most", took[3], took[6])
}

// TestLive: words alone are looked at, and the same is found as in the whole line.
func TestLive(t *testing.T) {
	for _, line := range []string{"", "The tram is late.", "See https://a.test/b, c@d.test; e.test. And hxxp://f.test", "\ta.test\vb.test\u00a0c.test d.test", "ends in a.test/ü…", "1.2.3 v1.2 etc. ... @ :// x@y"} {
		if got, want := fmt.Sprint(live(line)), fmt.Sprint(liveText.FindAllStringIndex(line, -1)); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}
