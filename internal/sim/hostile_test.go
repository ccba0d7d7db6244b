// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// twisted is the world of s1 with quirks.
func twisted(t *testing.T, quirks ...Quirk) *Range {
	t.Helper()
	w, err := Scenario("s1")
	if err != nil {
		t.Fatal(err)
	}
	w.Quirks = quirks
	return start(t, Options{World: &w})
}

func TestHostileNames(t *testing.T) {
	const site = "halcyon-weather.test"
	r := twisted(t, Quirk{On: site, Is: "lame"})
	if m := ask(t, r.Resolver(), "udp", site, dns.TypeA); m.Rcode != dns.RcodeServerFailure {
		t.Errorf("lame: %v", m)
	}
	if m := ask(t, r.Resolver(), "udp", "quayside-choir.test", dns.TypeA); len(m.Answer) != 1 {
		t.Errorf("another name: %v", m)
	}
	r = twisted(t, Quirk{On: site, Is: "cname-loop"}, Quirk{On: "quayside-choir.test", Is: "ns-loop"})
	m := ask(t, r.Resolver(), "udp", site, dns.TypeA)
	if len(m.Answer) != 3 || m.Answer[1].(*dns.CNAME).Target != "b.loop."+site+"." || m.Answer[2].(*dns.CNAME).Target != "a.loop."+site+"." {
		t.Errorf("loop: %v", m)
	}
	if m := ask(t, r.Resolver(), "udp", "a.loop."+site, dns.TypeA); m.Answer[0].(*dns.CNAME).Target != "b.loop."+site+"." {
		t.Errorf("inside the loop: %v", m)
	}
	m = ask(t, r.Resolver(), "udp", "quayside-choir.test", dns.TypeNS)
	if m.Answer[0].(*dns.NS).Ns != "ns1.quayside-choir.test." || len(m.Extra) > 1 {
		t.Errorf("name servers below themselves: %v", m)
	}
	r = twisted(t, Quirk{On: site, Is: "wildcard"})
	if m := ask(t, r.Resolver(), "udp", "x9.y."+site, dns.TypeA); len(m.Answer) != 1 {
		t.Errorf("wildcard: %v", m)
	}
	if m := ask(t, r.Resolver(), "udp", "x."+"quayside-choir.test", dns.TypeA); m.Rcode != dns.RcodeNameError {
		t.Errorf("another name: %v", m)
	}
}

func TestHostileRegistries(t *testing.T) {
	r := twisted(t, Quirk{On: "alder", Is: "rdap-deep", N: 9}, Quirk{On: "birchrack", Is: "rdap-no-abuse"}, Quirk{On: "registry", Is: "rdap-limit", N: 2}, Quirk{On: "birchrack", Is: "clock", N: -48})
	c := client(t, r, "")
	_, _, body := get(t, c, "https://rdap.alder.test/domain/halcyon-weather.test")
	if before, _, ok := strings.Cut(body, "abuse@alder.test"); !ok || strings.Count(before, `"entities"`) < 9 {
		t.Errorf("deep: %s", body)
	}
	if _, _, body := get(t, c, "https://rdap.exchange.test/ip/127.20.6.10"); strings.Contains(body, "abuse@birchrack.test") || !strings.Contains(body, "BIRCHRACK-NET") {
		t.Errorf("no abuse contact: %s", body)
	}
	for i := range 3 {
		s, h, _ := get(t, c, "https://rdap.registry.test/domain/halcyon-weather.test")
		if wait, err := strconv.Atoi(h.Get("Retry-After")); (s == 429) != (i == 2) || (i == 2) != (err == nil && wait > 0 && wait <= 61) {
			t.Errorf("query %d: %d %v", i, s, h)
		}
	}
	_, h, _ := get(t, c, "https://halcyon-weather.test/")
	at, err := http.ParseTime(h.Get("Date"))
	if d := time.Since(at); err != nil || d < 47*time.Hour || d > 49*time.Hour {
		t.Errorf("a clock that is behind: %v %v", h, err)
	}
}

func TestHostileSites(t *testing.T) {
	const site = "https://halcyon-weather.test/"
	with := func(is string, n int) (*Range, *http.Client) {
		r := twisted(t, Quirk{On: "hw-en", Is: is, N: n})
		return r, client(t, r, "")
	}
	statuses := func(c *http.Client, n int) (out []int) {
		for range n {
			out = append(out, status(t, c, site))
		}
		return out
	}
	r, c := with("limit", 2)
	if s, h, _ := get(t, c, site); s != 200 || h.Get("Retry-After") != "" {
		t.Errorf("limit: %d", s)
	}
	if got := statuses(c, 2); got[0] != 200 || got[1] != 429 || status(t, client(t, r, "127.81.0.9"), site) != 200 {
		t.Errorf("limit: %v", got)
	}
	if _, c = with("ban", 2); !slices.Equal(statuses(c, 4), []int{200, 200, 403, 403}) {
		t.Error("ban")
	}
	_, c = with("calendar", 0)
	if _, _, page := get(t, c, site); !strings.Contains(page, `href="/calendar/2026-03"`) {
		t.Error("nothing leads to the calendar")
	}
	for month, i := "2026-03", 0; i < 30; i++ {
		_, _, body := get(t, c, site+"calendar/"+month)
		_, next, ok := strings.Cut(body, `rel="next" href="/calendar/`)
		if !ok || next[:7] <= month {
			t.Fatalf("after %s: %s", month, body)
		}
		month = next[:7]
	}
	_, c = with("sessions", 0)
	_, _, one := get(t, c, site)
	_, _, two := get(t, c, site)
	if one == two || !strings.Contains(one, "posts/1.html?PHPSESSID=") || status(t, c, site+"posts/1.html?PHPSESSID=1") != 200 {
		t.Error("session identifiers")
	}
	_, c = with("many-links", 0)
	resp, err := c.Get(site)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if n := strings.Count(string(b), "<a href="); err != nil || n != 100_000 {
		t.Errorf("%d links", n)
	}
	_, c = with("huge-feed", 3)
	if resp, err = c.Get(site + "feed.xml"); err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if err != nil || n < 3<<20 || n > 4<<20 {
		t.Errorf("a feed of %d bytes: %v", n, err)
	}
	_, c = with("challenge", 0)
	s, _, page := get(t, c, site)
	_, value, _ := strings.Cut(page, "clearance=")
	q, err := http.NewRequest("GET", site, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.AddCookie(&http.Cookie{Name: "clearance", Value: value[:16]})
	if resp, err = c.Do(q); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if s != 403 || resp.StatusCode != 200 {
		t.Errorf("challenge: %d, then %d", s, resp.StatusCode)
	}
	_, c = with("cloak", 0)
	_, _, page = get(t, c, site)
	q.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36")
	q.Header.Set("Accept-Language", "en")
	if resp, err = c.Do(q); err != nil {
		t.Fatal(err)
	}
	b, err = io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || strings.Contains(page, "Halcyon") || !strings.Contains(string(b), "Halcyon Weather Wire") {
		t.Errorf("cloak: %s", page)
	}
	r, c = with("tarpit", 50)
	if resp, err = c.Get(site); err != nil {
		t.Fatal(err)
	}
	some := make([]byte, 20)
	if _, err := io.ReadFull(resp.Body, some); err != nil || string(some) != "<!doctype html><titl" {
		t.Errorf("tarpit: %q %v", some, err)
	}
	resp.Body.Close()
	r.Close()
}

func TestNoPackage(t *testing.T) {
	w, err := Scenario("s2")
	if err != nil {
		t.Fatal(err)
	}
	w.Quirks = []Quirk{{On: "hw-app", Is: "no-package"}, {On: "hw-addon", Is: "no-package"}}
	c := client(t, start(t, Options{World: &w}), "")
	for _, u := range []string{"https://get.halcyon-app.test/app.apk", "https://addons.marigold.test/addon/halcyon-weather-bar/addon.crx"} {
		if _, _, b := get(t, c, u); !strings.Contains(b, "no package") {
			t.Errorf("%s: %q", u, b)
		}
	}
}
