// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The hostile corners of a world at its sites: each is a quirk of an asset (docs/format/world.md). Counts are by the visitor's address and in
// real time, as a server's are.

// A gate counts the requests of visitors.
type gate struct {
	mu      sync.Mutex
	minutes map[string]*minuteCount
	totals  map[string]int
}

type minuteCount struct {
	since time.Time
	n     int
}

const maxGate = 100_000 // visitors that are remembered

func newGate() *gate { return &gate{minutes: map[string]*minuteCount{}, totals: map[string]int{}} }

// rate counts a request and reports how long to wait when there were too many in this minute; zero: none.
func (g *gate) rate(key string, most int) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.minutes[key]
	if c == nil || time.Since(c.since) > time.Minute {
		if len(g.minutes) >= maxGate {
			clear(g.minutes)
		}
		c = &minuteCount{since: time.Now()}
		g.minutes[key] = c
	}
	if c.n++; c.n > most {
		return max(time.Until(c.since.Add(time.Minute)), time.Second)
	}
	return 0
}

// total counts a request and reports whether there were more than so many.
func (g *gate) total(key string, most int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.totals) >= maxGate {
		clear(g.totals)
	}
	g.totals[key]++
	return g.totals[key] > most
}

// hostile answers in the asset's place where one of its quirks wants it, and reports whether it has.
func (r *Range) hostile(w http.ResponseWriter, q *http.Request, a *Asset, from netip.Addr) bool {
	rest := strings.TrimPrefix(q.URL.Path, strings.TrimSuffix(a.path(), "/"))
	for _, x := range r.quirksOf[a.ID] {
		n := x.N
		if n == 0 {
			n = quirks[x.Is].usual
		}
		if f := r.corners[x.Is]; f != nil && f(r, w, q, corner{a, n, rest, from}) {
			return true
		}
	}
	return false
}

// A corner is what a quirk is asked about.
type corner struct {
	a    *Asset
	n    int
	rest string // path below the asset's own
	from netip.Addr
}

// A handling is what a quirk does. It reports whether it has answered.
type handling func(*Range, http.ResponseWriter, *http.Request, corner) bool

// corners are the quirks of assets.
func corners() map[string]handling {
	return map[string]handling{
		"limit": func(r *Range, w http.ResponseWriter, _ *http.Request, c corner) bool {
			wait := r.gate.rate(c.a.ID+" "+c.from.String(), c.n)
			if wait > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
				notice(w, http.StatusTooManyRequests, "Too many requests", "Please come back later.")
			}
			return wait > 0
		},
		"ban": func(r *Range, w http.ResponseWriter, _ *http.Request, c corner) bool {
			banned := r.gate.total(c.a.ID+" "+c.from.String(), c.n)
			if banned {
				notice(w, http.StatusForbidden, "Banned", "Your address was seen too often.")
			}
			return banned
		},
		"tarpit": func(r *Range, w http.ResponseWriter, q *http.Request, c corner) bool {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			flush := http.NewResponseController(w)
			for i := 0; ; i++ {
				text := "<!doctype html><title>One moment</title><p>"
				b := byte('.')
				if i < len(text) {
					b = text[i]
				}
				if _, err := w.Write([]byte{b}); err != nil || flush.Flush() != nil || !sleep(q.Context(), r.ctx, time.Second/time.Duration(max(c.n, 1))) {
					return true
				}
			}
		},
		"calendar":   calendar,
		"sessions":   sessions,
		"many-links": manyLinks,
		"huge-feed":  hugeFeed,
		"challenge":  challenge,
		"cloak":      cloak,
		"no-package": func(_ *Range, w http.ResponseWriter, _ *http.Request, c corner) bool {
			if c.rest != "/app.apk" && c.rest != "/addon.crx" && c.rest != "/download" {
				return false
			}
			blob(w, "application/octet-stream", []byte("PK\x03\x04Cr24 this is no package, whatever it is called\n"))
			return true
		},
	}
}

// calendar leads from month to month without end, in both directions.
func calendar(r *Range, w http.ResponseWriter, q *http.Request, c corner) bool {
	base := strings.TrimSuffix(c.a.path(), "/")
	month, ok := strings.CutPrefix(c.rest, "/calendar/")
	if !ok {
		if c.rest != "" && c.rest != "/" {
			return false
		}
		r.changed(w, q, c, func(page string) string {
			return strings.Replace(page, "</body>", "<p><a href=\""+base+"/calendar/2026-03\">Calendar</a></p></body>", 1)
		})
		return true
	}
	at, err := time.Parse("2006-01", month)
	if err != nil {
		plainNotFound(w)
		return true
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%[1]s</h1><p><a rel=\"prev\" href=\"%s/calendar/%s\">before</a> <a rel=\"next\" href=\"%[2]s/calendar/%[4]s\">after</a></p><ul>",
		month, base, at.AddDate(0, -1, 0).Format("2006-01"), at.AddDate(0, 1, 0).Format("2006-01"))
	for d := range 28 {
		fmt.Fprintf(w, "<li><a href=\"%s/calendar/%s?day=%d\">%d</a></li>", base, month, d+1, d+1)
	}
	fmt.Fprint(w, "</ul></body></html>\n")
	return true
}

// changed shows the asset with its pages changed.
func (r *Range) changed(w http.ResponseWriter, q *http.Request, c corner, change func(string) string) {
	inner := &recording{header: http.Header{}, status: 200}
	r.show(inner, q, c.a, c.from)
	for k, v := range inner.header {
		w.Header()[k] = v
	}
	body := inner.body.String()
	if strings.HasPrefix(inner.header.Get("Content-Type"), "text/html") {
		body = change(body)
		w.Header().Del("Content-Length")
	}
	w.WriteHeader(inner.status)
	io.WriteString(w, body)
}

// sessions rewrites every link of a page to carry an identifier that is another at each visit.
func sessions(r *Range, w http.ResponseWriter, q *http.Request, c corner) bool {
	id := hexDigest([]byte(time.Now().String() + q.RemoteAddr))[:24]
	w.Header().Add("Set-Cookie", "PHPSESSID="+id+"; Path=/")
	r.changed(w, q, c, func(page string) string {
		page = strings.ReplaceAll(page, ".html\"", ".html?PHPSESSID="+id+"\"")
		return strings.Replace(page, "</body>", "<p><a href=\""+c.a.path()+"?PHPSESSID="+id+"\">again</a></p></body>", 1)
	})
	return true
}

// manyLinks is a front page of nothing but links.
func manyLinks(_ *Range, w http.ResponseWriter, _ *http.Request, c corner) bool {
	if c.rest != "" && c.rest != "/" {
		return false
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body>\n", c.a.Name)
	base := strings.TrimSuffix(c.a.path(), "/")
	for i := range c.n {
		if _, err := fmt.Fprintf(w, "<a href=\"%s/p/%d\">%d</a>\n", base, i, i); err != nil {
			return true
		}
	}
	fmt.Fprint(w, "</body></html>\n")
	return true
}

// hugeFeed is a feed that begins as one and goes on for so many MiB; it is streamed.
func hugeFeed(_ *Range, w http.ResponseWriter, q *http.Request, c corner) bool {
	if c.rest != "/feed.xml" {
		return false
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>%s</title><id>urn:feed:huge</id><updated>2026-03-02T07:00:00Z</updated>\n", c.a.Name)
	text := strings.Repeat("Light rain is expected. ", 40)
	for sent, i := 0, 0; sent < c.n<<20; i++ {
		n, err := fmt.Fprintf(w, "<entry><title>%d</title><id>urn:feed:huge:%[1]d</id><updated>2026-03-02T07:00:00Z</updated><summary>%s</summary></entry>\n", i, text)
		if err != nil || q.Context().Err() != nil {
			return true
		}
		sent += n
	}
	fmt.Fprint(w, "</feed>\n")
	return true
}

// challenge stands before everything until a script has set a cookie.
func challenge(_ *Range, w http.ResponseWriter, q *http.Request, c corner) bool {
	want := hexDigest([]byte("challenge " + c.a.ID))[:16]
	if k, err := q.Cookie("clearance"); err == nil && k.Value == want {
		return false
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Just a moment...</title></head><body><h1>Checking your browser</h1><noscript>Please enable scripts.</noscript>"+
		"<script>document.cookie='clearance=%s;path=/';location.reload()</script></body></html>\n", want)
	return true
}

// cloak shows who does not look like a person's browser an empty shop. A person's browser names an engine and says that it takes pages, and is no
// bot.
func cloak(_ *Range, w http.ResponseWriter, q *http.Request, _ corner) bool {
	agent := strings.ToLower(q.UserAgent())
	person := strings.Contains(agent, "mozilla/5.0 (") && (strings.Contains(agent, "applewebkit/") || strings.Contains(agent, "gecko/")) && !strings.Contains(agent, "bot") && !strings.Contains(agent, "headless") &&
		q.Header.Get("Accept-Language") != ""
	if person {
		return false
	}
	notice(w, 200, "Garden tools", "We sell rakes and watering cans. Our shop opens soon.")
	return true
}
