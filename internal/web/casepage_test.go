// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// write puts messages from a number on to a number into the thread of the act: letters of thirty lines and of one long one, some in Arabic.
func (c *counter) write(from, to int) {
	c.t.Helper()
	must(c.t, c.DB.Tx(c.t.Context(), func(x *db.Tx) error {
		for n := from; n < to; n++ {
			text := strings.Repeat("The tram is late. ", 100)
			switch n % 5 {
			case 1:
				text = strings.Repeat("The tram of the coast line, number 12.5, is late.\n", 30)
			case 2:
				text = strings.Repeat("تأخر الترام في المدينة. ", 40)
			}
			l := iru.Letter{Notice: c.act.ID, Inbound: n%2 == 0, At: c.clock().Add(time.Duration(n) * time.Second), Kind: "note", Channel: iru.ByMail, From: "abuse@birchrack.test", Subject: "Re: trams",
				Text: "About https://wire.halcyon-weather.test/ and abuse@birchrack.test:\n" + text + fmt.Sprintf("number %d", n), MessageID: fmt.Sprintf("m%d", n), Proof: "250 ok"}
			if _, err := x.AddLetter(c.t.Context(), &l); err != nil {
				return err
			}
		}
		return nil
	}))
}

// took opens the page of the act and gives how long it took at the server: from the request to the last byte, which leaves when all is there.
func (c *counter) took(cookie string) time.Duration {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+"/notices/"+id(c.act.ID), nil)
	must(c.t, err)
	r.AddCookie(&http.Cookie{Name: "iolaus", Value: cookie})
	begun := time.Now()
	resp, err := c.http.Do(r)
	must(c.t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	d := time.Since(begun)
	must(c.t, err)
	if resp.StatusCode != http.StatusOK {
		c.t.Fatal(resp.Status)
	}
	return d
}

// TestLongThread: the page of an act with five hundred messages is whole, and asks the store no more often than that of one with five; how
// long it takes at the server is told, not judged.
func TestLongThread(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	page := c.as("ben")
	asks := func() int64 {
		before := c.DB.Statements()
		c.took(page.cookie)
		return c.DB.Statements() - before
	}
	c.write(0, 5)
	few := asks()
	c.write(5, 500)
	if many := asks(); many != few {
		t.Errorf("the store was asked %d times for 5 messages, %d times for 500", few, many)
	}
	if a := page.get("/notices/" + id(c.act.ID)); !strings.Contains(a.body, "number 499") || !strings.Contains(a.body, "number 0") {
		t.Fatal("messages are missing")
	}
	var took []time.Duration
	for range 7 {
		took = append(took, c.took(page.cookie))
	}
	slices.Sort(took)
	t.Logf("an act with 500 messages: %s in the middle of seven, %s at the most; %d statements", took[3], took[6], few)
}

// BenchmarkActPage is the page of an act with five hundred messages, over HTTP on loopback with a session: the median, and
// what server and client together take of the processors.
func BenchmarkActPage(b *testing.B) {
	c := newCounter(b, iru.ByMail)
	c.write(0, 500)
	cookie := c.as("ben").cookie
	c.took(cookie)
	var took []time.Duration
	before := spent(b)
	for b.Loop() {
		took = append(took, c.took(cookie))
	}
	cpu := spent(b) - before
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(cpu.Seconds()*1000/float64(len(took)), "cpu-ms/page")
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "ms/page")
	b.ReportMetric(took[len(took)-1].Seconds()*1000, "ms/page-slowest")
}

// spent is the time on processors that this process has taken so far.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestLive: words alone are looked at, and the same is found as in the whole line.
func TestLive(t *testing.T) {
	for _, line := range []string{"", "The tram is late.", "See https://a.test/b, c@d.test; e.test. And hxxp://f.test", "\ta.test\vb.test\u00a0c.test d.test", "ends in a.test/ü…", "1.2.3 v1.2 etc. ... @ :// x@y", "12.5, a.5.Test/x 5.ſs a.K1 x.test. (b.test)", "z:a.b c://d é.test a.é"} {
		if got, want := fmt.Sprint(live(line)), fmt.Sprint(liveText.FindAllStringIndex(line, -1)); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}
