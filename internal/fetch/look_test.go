// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

const forecast = "Rain will spread from the west during the morning. The afternoon brings sun between showers, and the wind " +
	"turns to the north. Trams on line 9 run every ten minutes; line 4 ends at the harbour because of works on the bridge. "

// What a page shows that breaks its reader is not known: no status is judged differently for it, and none becomes an absence.
func TestLookAtWhatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	body := "<title>404</title>Page not found"
	for name, status := range map[string]int{"ok": 200, "gone": 404, "forbidden": 403, "legal": 451} {
		w.says(name+".test", fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body))
	}
	w.says("elsewhere.test", "HTTP/1.1 302 X\r\nLocation: http://ok.test/\r\nContent-Length: 0\r\n\r\n")
	broken, away := fmt.Errorf("read page: %w: its reader was stopped", iru.Invalid), fmt.Errorf("read page: %w", iru.Unavailable)
	c := w.client(nil)
	for _, x := range []struct {
		name   string
		expect Expect
		err    error
		want   iru.Outcome
	}{
		{"ok", Expect{}, broken, iru.Up},
		{"ok", Expect{}, away, iru.Failed},
		{"ok", Expect{Title: "Weather"}, broken, iru.Failed},
		{"ok", Expect{Sketch: recognise.SketchText(forecast)}, broken, iru.Failed},
		{"ok", Expect{SHA256: strings.Repeat("0", 64)}, broken, iru.Failed},
		{"ok", Expect{SHA256: hash([]byte(body)), Title: "Weather"}, broken, iru.Up},
		{"ok", Expect{Kind: iru.Stream}, broken, iru.Failed},
		{"ok", Expect{Kind: iru.Update}, broken, iru.Failed},
		{"ok", Expect{}, recognise.ErrNotPage, iru.Up},
		{"elsewhere", Expect{}, broken, iru.Moved},
		{"elsewhere", Expect{}, away, iru.Failed},
		{"gone", Expect{}, broken, iru.Gone},
		{"legal", Expect{}, away, iru.LegalBlock},
		{"forbidden", Expect{}, broken, iru.Failed},
	} {
		read := 0
		x.expect.Read = func(b []byte, contentType string, base *url.URL) (*recognise.Page, error) {
			if read++; string(b) != body || contentType != "text/html" || base.Scheme != "http" {
				t.Errorf("%s: %q, %q, %v", x.name, b, contentType, base)
			}
			return nil, x.err
		}
		s := Look(t.Context(), c, "http://"+x.name+".test/", x.expect)
		none := errors.Is(x.err, recognise.ErrNotPage)
		if s.Outcome != x.want || read != 1 || s.Page != nil || (s.Unread == nil) != none {
			t.Errorf("%s, %v: %s (%s), read %d times, %v", x.name, x.err, s.Outcome, s.Detail, read, s.Unread)
		}
		if !none && s.Status == 200 && !strings.Contains(s.Detail, "same bytes") && !strings.Contains(s.Detail, "could not be read") {
			t.Error("the detail does not say it:", s.Detail)
		}
	}
}

func TestLook(t *testing.T) {
	w := newWorld(t)
	html := func(title, text string) string { return "<!doctype html><title>" + title + "</title><p>" + text }
	say := func(name string, status int, header, body string) {
		w.says(name+".test", fmt.Sprintf("HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s", status, header, len(body), body))
	}
	page, kind := html("Weather Today", strings.Repeat(forecast, 3)), "Content-Type: text/html\r\n"
	say("up", 200, kind, page)
	say("gone", 410, kind, html("Gone", "gone"))
	say("missing", 404, kind, html("404", "not here"))
	say("legal", 451, "Link: <https://court.test/>; rel=\"blocked-by\"\r\n", "")
	say("soft", 200, kind, html("404", "Page not found"))
	say("parked", 200, kind, html("parked.test", "This domain is for sale. Buy this domain."))
	say("login", 200, kind, html("Sign in", `<input type="password"> Please log in to continue`))
	say("challenge", 403, kind+"Cf-Mitigated: challenge\r\n", html("Just a moment...", "Checking your browser"))
	say("challenge200", 200, kind, html("Just a moment...", "Verify you are human"))
	say("challenge503", 503, kind, html("Just a moment...", "Checking your browser before accessing"))
	say("forbidden", 403, kind, html("403", "Forbidden"))
	say("auth", 401, "WWW-Authenticate: Basic\r\n", "")
	say("geo", 403, kind, html("Sorry", "This page is not available in your country."))
	say("error", 500, kind, html("Oops", "Internal error. Page not found"))
	say("busy", 429, "", "")
	say("empty", 200, kind, "")
	say("other", 200, kind, html("Harbour fair", strings.Repeat("Stalls open at nine, the brass band plays on the quay until evening. ", 6)))
	say("elsewhere", 302, "Location: http://other.test/\r\n", "")
	say("www.up", 301, "Location: http://up.test/\r\n", "")
	say("dead", 302, "Location: http://nobody.test/\r\n", "")
	say("inward", 302, "Location: http://10.0.0.1/\r\n", "")
	say("scheme", 302, "Location: file:///etc/passwd\r\n", "")
	say("update", 200, "Content-Type: application/json\r\n", `{"version":"1.4","url":"https://app.test/a.apk"}`)
	say("oldmount", 400, "Content-Type: text/html\r\n", "no such mount")
	say("list", 200, "Content-Type: application/vnd.apple.mpegurl\r\n", "#EXTM3U\n#EXT-X-VERSION:3\n")
	say("fulllist", 200, "Content-Type: application/vnd.apple.mpegurl\r\n", "#EXTM3U\n#EXTINF:4,\na.aac\n")
	w.raw("radio.test", func(c net.Conn) {
		io.WriteString(c, "ICY 200 OK\r\ncontent-type: audio/mpeg\r\n\r\n")
		for {
			if _, err := c.Write(make([]byte, 1024)); err != nil {
				return
			}
		}
	})
	trickle := func(n int) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"+strings.Repeat("x", n))
			time.Sleep(900 * time.Millisecond)
		}
	}
	w.raw("mutemount.test", trickle(0))
	w.raw("slowradio.test", trickle(20))
	w.raw("slow404.test", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>404</title>Page not found")
		time.Sleep(900 * time.Millisecond)
	})
	w.raw("half.test", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<title>404</title>Page not found")
	})
	w.raw("endless.test", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"+page)
		more := strings.Repeat(forecast, 1000)
		for {
			if _, err := io.WriteString(c, more); err != nil {
				return
			}
		}
	})
	w.name("inside.test", "192.168.0.1")
	w.name("down.test", "127.77.255.1")
	sketch := Expect{Sketch: recognise.SketchText("Weather Today " + strings.Repeat(forecast, 3))}
	c := w.client(nil, func(l *Limits) { l.Body, l.FirstByte, l.Total = 256<<10, 400*time.Millisecond, 600*time.Millisecond })
	for _, x := range []struct {
		name   string
		expect Expect
		want   iru.Outcome
	}{
		{"up", Expect{}, iru.Up},
		{"up", Expect{SHA256: hash([]byte(page))}, iru.Up},
		{"up", sketch, iru.Up},
		{"up", Expect{Title: "  weather TODAY"}, iru.Up},
		{"www.up", sketch, iru.Up},
		{"endless", sketch, iru.Up},
		{"gone", Expect{}, iru.Gone},
		{"missing", Expect{Kind: iru.Mirror}, iru.Gone},
		{"missing", Expect{Kind: iru.App}, iru.Delisted},
		{"missing", Expect{Kind: iru.Addon}, iru.Delisted},
		{"missing", Expect{Kind: iru.Newsletter}, iru.Gone},
		{"missing", Expect{Kind: iru.Update}, iru.Gone},
		{"missing", Expect{Kind: iru.Stream}, iru.Silent},
		{"legal", Expect{}, iru.LegalBlock},
		{"soft", Expect{}, iru.Soft404},
		{"soft", Expect{Kind: iru.Addon}, iru.Delisted},
		{"parked", Expect{}, iru.Parked},
		{"login", Expect{}, iru.LoginWall},
		{"auth", Expect{}, iru.LoginWall},
		{"challenge", Expect{}, iru.Challenge},
		{"challenge200", sketch, iru.Challenge},
		{"challenge503", Expect{}, iru.Challenge},
		{"forbidden", Expect{}, iru.Failed},
		{"geo", Expect{}, iru.GeoBlocked},
		{"error", Expect{}, iru.Failed},
		{"busy", Expect{}, iru.Failed},
		{"empty", Expect{}, iru.Altered},
		{"other", sketch, iru.Altered},
		{"other", Expect{Title: "Weather Today"}, iru.Altered},
		{"elsewhere", Expect{}, iru.Moved},
		{"dead", Expect{}, iru.Failed},
		{"inward", Expect{}, iru.Failed},
		{"scheme", Expect{}, iru.Failed},
		{"nobody", Expect{}, iru.DomainHeld},
		{"broken.name", Expect{}, iru.Failed},
		{"inside", Expect{}, iru.Refused},
		{"down", Expect{}, iru.Failed},
		{"slow404", Expect{}, iru.Timeout},
		{"half", Expect{}, iru.Failed},
		{"update", Expect{Kind: iru.Update}, iru.Up},
		{"other", Expect{Kind: iru.Update}, iru.Altered},
		{"soft", Expect{Kind: iru.Update}, iru.Soft404},
		{"radio", Expect{Kind: iru.Stream}, iru.Up},
		{"slowradio", Expect{Kind: iru.Stream}, iru.Up},
		{"mutemount", Expect{Kind: iru.Stream}, iru.Silent},
		{"oldmount", Expect{Kind: iru.Stream}, iru.Silent},
		{"list", Expect{Kind: iru.Stream}, iru.Silent},
		{"fulllist", Expect{Kind: iru.Stream}, iru.Up},
		{"other", Expect{Kind: iru.Stream}, iru.Altered},
	} {
		t.Run(x.name+" "+string(x.expect.Kind), func(t *testing.T) {
			s := Look(t.Context(), c, "http://"+x.name+".test/", x.expect)
			if s.Outcome != x.want || s.Detail == "" || s.Vantage != "north" || s.At.IsZero() || s.Took <= 0 {
				t.Errorf("%s (%s), want %s; %v", s.Outcome, s.Detail, x.want, s.Err)
			}
			if s.Err != nil && s.Outcome.Absent() && s.Outcome != iru.DomainHeld && s.Outcome != iru.Silent {
				t.Errorf("a failed look is told as the absence %s", s.Outcome)
			}
		})
	}
}

func TestLookRobots(t *testing.T) {
	w := newWorld(t)
	w.serve("closed.test", func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "User-agent: *\nDisallow: /\n") })
	if s := Look(t.Context(), w.client(&Politeness{Robots: true}), "http://closed.test/a", Expect{}); s.Outcome != iru.Refused {
		t.Error(s.Outcome, s.Detail)
	}
}
