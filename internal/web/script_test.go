// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"iolaus/internal/web/ui"
	"iolaus/internal/web/webtest"
)

// A workshop serves one page whose parts change, with the real headers, files and script.
type workshop struct {
	url     string
	static  *Static
	posted  atomic.Pointer[string]
	after   atomic.Pointer[string] // that the stream was asked with
	person  atomic.Int64           // requests that said a person made them
	version atomic.Int64
	slow    atomic.Bool // the next part is made at once and sent half a second later
	events  chan string
}

var workshopNow = time.Date(2026, 3, 12, 8, 59, 36, 0, time.UTC)

func (s *workshop) page(ctx context.Context) templ.Component {
	f := ui.Frame{Title: "Workshop", Now: workshopNow, Asset: s.static.URL, Path: "/", Search: "/search", After: 41, Handling: ui.Handling{TLP: "AMBER+STRICT", PAP: "AMBER", H: "H2"}}
	clock := ui.Clock{What: "Order 1", Now: workshopNow, Started: workshopNow.Add(-44 * time.Minute), Due: workshopNow.Add(15*time.Minute + time.Second), Risk: 10 * time.Minute}
	acts := ui.Acts{Label: "Finding", Name: "finding", Acts: []ui.Act{{Key: "1", Verb: "Refer", Next: "opens a draft", Value: "refer"}, {Key: "3", Verb: "No action", Next: "asks a reason", Value: "none"}}}
	table := ui.Table{Label: "Queue", List: true, Columns: []ui.Column{{Title: "Item"}}, Rows: []ui.Row{ui.Cells(ui.Link("#a", "first")), ui.Cells(ui.Link("#b", "second"))}}
	v := strconv.FormatInt(s.version.Load(), 10)
	form := func(inner ...templ.Component) templ.Component {
		return templ.Join(templ.Raw(`<form method="post" action="/act" data-swap="result">`), templ.Join(inner...), templ.Raw(`</form>`))
	}
	return ui.Wrap(ui.Layout(f), ui.Head{Title: "Workshop", Handling: f.Handling}, ui.Wrap(ui.MainOne(),
		ui.Wrap(ui.Card{ID: "live", Title: "Live", Live: "/events", Aside: ui.Connection()}, templ.Raw(`<p id="version">`+v+`</p><input id="note" aria-label="Note">`), clock.Big(), ui.Fresh{Seen: workshopNow.Add(-58 * time.Second), Now: workshopNow, Stale: time.Minute}),
		form(acts), templ.Raw(`<p id="result">nothing yet</p><textarea id="reason" aria-label="Reason"></textarea>`),
		form(ui.Button{Text: "Approve and send", Submit: true, Legal: true, Key: "a", Name: "finding", Value: "legal"}),
		ui.Undo{ID: "undo", Did: "Done", Action: "/undo", Now: workshopNow, Until: workshopNow.Add(2 * time.Second)},
		ui.Address{Defanged: "tram[.]test", Real: "https://tram.test/"}, ui.Address{Defanged: "hxxps://tram[.]test/timetables/night/2026/line-204/stops.html", Max: 28}, table, ui.Hash{Hex: "0123456789abcdef0123456789abcdef"}))
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	s := &workshop{static: NewStatic("/static/"), events: make(chan string, 8)}
	mux := http.NewServeMux()
	mux.Handle("/static/", s.static)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Iolaus-Person") != "" {
			s.person.Add(100)
		}
		page := s.page(r.Context())
		if r.Header.Get("Iolaus-Fragment") != "" && s.slow.CompareAndSwap(true, false) {
			time.Sleep(500 * time.Millisecond)
		}
		if err := Render(w, r, 200, page); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /act", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Iolaus-Person") != "" {
			s.person.Add(1)
		}
		got := r.PostFormValue("finding")
		s.posted.Store(&got)
		_ = Render(w, r, 200, templ.Raw(`<!DOCTYPE html><title>After</title><p id="result">recorded `+got+`<script>document.title="ran"</script></p>`))
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		after := r.URL.Query().Get("after")
		s.after.Store(&after)
		fmt.Fprint(w, ": begun\n\n")
		w.(http.Flusher).Flush()
		for {
			select {
			case e := <-s.events:
				fmt.Fprint(w, e)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	server := httptest.NewServer(Security{}.Headers(Language(mux)))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	s.url = server.URL + "/"
	return s
}

func press(t *testing.T, keys string) {
	t.Helper()
	if err := chromedp.Do(webtest.Browser(t), chromedp.KeyEvent(keys)); err != nil {
		t.Fatal(err)
	}
}

func text(t testing.TB, selector string) string {
	t.Helper()
	return webtest.Eval[string](t, `document.querySelector(`+strconv.Quote(selector)+`)?.textContent.trim() ?? "no such element"`)
}

// until waits for an expression to hold.
func until(t testing.TB, what, expression string) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if webtest.Holds(t, expression) {
			return
		}
	}
	t.Errorf("did not happen: %s; the page says %.300q", what, text(t, "main"))
}

func TestScript(t *testing.T) {
	s := newWorkshop(t)
	webtest.Open(t, s.url, 1440, false)

	// The clock runs on the server's time, months away from this machine's, and speaks at 15 minutes only.
	until(t, "the clock ticks below 15 minutes", `document.querySelector('.clock').textContent < '00:15:00'`)
	if got := text(t, ".clock"); !strings.HasPrefix(got, "00:14:5") {
		t.Errorf("clock shows %q", got)
	}
	if got := text(t, "#say"); got != "Order 1: 15 minutes left" {
		t.Errorf("spoken: %q", got)
	}
	until(t, "what was seen grows old", `document.querySelector('time.fresh').matches('.old') && document.querySelector('time.fresh').textContent.includes('1 min, stale')`)
	until(t, "undo vanishes", `document.getElementById('undo').hidden`)
	if got := webtest.Eval[string](t, `[...document.querySelectorAll('.addr')].at(-1).innerText`); got != "hxxps://tram[.]test/timetables/night/2026/line-…" {
		t.Errorf("a long address is shown as %q", got)
	}
	until(t, "the stream stands", `document.querySelector('[data-connection]').textContent === 'Live'`)
	if got := s.after.Load(); got == nil || *got != "41" {
		t.Error("the stream does not begin where the page was made")
	}

	// Keys act, but not while typing, not for legal acts, not when switched off.
	press(t, "3")
	until(t, "the answer takes the old part's place", `document.getElementById('result').textContent.startsWith('recorded none')`)
	if got := webtest.Eval[string](t, `document.title`); got != "After" {
		t.Errorf("title %q: the new title must be shown, and no script of an answer may run", got)
	}
	s.posted.Store(nil)
	webtest.Eval[bool](t, `document.getElementById('reason').focus(), true`)
	press(t, "1?")
	webtest.Eval[bool](t, `document.activeElement.blur(), true`)
	press(t, "a")
	if got := webtest.Eval[string](t, `document.getElementById('reason').value`); got != "1?" || webtest.Eval[bool](t, `document.getElementById('keys').open`) {
		t.Errorf("typed %q; keys must not act while typing", got)
	}
	press(t, "jj")
	if got := webtest.Eval[string](t, `document.activeElement.textContent`); got != "second" {
		t.Errorf("j moved to %q", got)
	}
	press(t, "k")
	if got := webtest.Eval[string](t, `document.activeElement.textContent`); got != "first" {
		t.Errorf("k moved to %q", got)
	}
	press(t, "?")
	until(t, "the list of keys opens", `document.getElementById('keys').open`)
	if got := text(t, "#keys dl"); !strings.Contains(got, "1Refer") || !strings.Contains(got, "JNext row") || strings.Contains(got, "Approve") {
		t.Errorf("keys listed: %q", got)
	}
	press(t, "1")
	webtest.Eval[bool](t, `document.getElementById('keys-switch').click(), true`)
	if got := webtest.Eval[string](t, `document.getElementById('keys-switch').ariaPressed`); got != "false" {
		t.Errorf("the switch says %q", got)
	}
	press(t, kb.Escape)
	press(t, "1")
	time.Sleep(300 * time.Millisecond)
	if p := s.posted.Load(); p != nil {
		t.Errorf("%q was posted: by a key while typing, in the dialog, switched off, or for a legal act", *p)
	}

	// The server says what changed; what a person is writing there is not taken away.
	s.version.Store(7)
	webtest.Eval[bool](t, `document.getElementById('note').focus(), document.getElementById('note').value = 'half a sentence', true`)
	s.events <- "event: change\ndata: live\n\n"
	time.Sleep(600 * time.Millisecond)
	if got := webtest.Eval[string](t, `document.getElementById('note').value`); got != "half a sentence" || text(t, "#version") != "0" {
		t.Errorf("a live update took %q away", got)
	}
	webtest.Eval[bool](t, `document.activeElement.blur(), true`)
	until(t, "the change is shown", `document.getElementById('version').textContent === '7'`)
	if n := s.person.Load(); n != 1 {
		t.Errorf("a form of a person, then the page by itself: counted %d", n)
	}

	// An answer that is late does not take the place of a newer one.
	s.slow.Store(true)
	s.events <- "event: change\ndata: live\n\n"
	for end := time.Now().Add(5 * time.Second); s.slow.Load() && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	s.version.Store(8)
	s.events <- "event: change\ndata: live\n\n"
	until(t, "the newer one is shown", `document.getElementById('version').textContent === '8'`)
	time.Sleep(600 * time.Millisecond)
	if got := text(t, "#version"); got != "8" {
		t.Errorf("the older answer %q took the place of the newer one", got)
	}
	s.events <- "event: now\ndata: 2026-03-12T09:20:00Z\n\n"
	until(t, "the server's time is taken over", `document.querySelector('.clock').textContent.startsWith('+00:05:') && document.querySelector('.clock').matches('.late')`)

	webtest.Eval[bool](t, `document.querySelector('.copy').click(), true`)
	until(t, "copying is answered", `['Copied', 'The browser does not allow copying here'].includes(document.getElementById('say').textContent)`)
}

// TestScriptTellsTimeAsTheServerDoes compares the two spellings of a span of time.
func TestScriptTellsTimeAsTheServerDoes(t *testing.T) {
	s := newWorkshop(t)
	webtest.Open(t, s.url, 400, false)
	for _, d := range []time.Duration{0, time.Second, 59 * time.Second, time.Minute, 59*time.Minute + 59*time.Second, time.Hour, 24*time.Hour - time.Second, 24 * time.Hour,
		47 * time.Hour, 48 * time.Hour, 72*time.Hour - time.Second, 72 * time.Hour, 400 * 24 * time.Hour} {
		got := webtest.Eval[[]string](t, fmt.Sprintf(`import(%q).then((m) => [m.left(%d), m.left(-%d), m.age(%d)])`, s.static.URL("app.js"), d.Milliseconds(), d.Milliseconds(), d.Milliseconds()))
		want := []string{ui.Left(t.Context(), d), ui.Left(t.Context(), -d), ui.Age(t.Context(), d)}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v: the script says %q, the server %q", d, got, want)
		}
	}
}

// TestPrintedPageCarriesItsCodes reads the text of the printed pages: handling codes and page number on each, digests whole.
func TestPrintedPageCarriesItsCodes(t *testing.T) {
	s := newWorkshop(t)
	ctx := webtest.Open(t, s.url, 1440, true)
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(pdfText(pdf), " ", "")
	for _, want := range []string{"TLP:AMBER+STRICT", "PAP:AMBER", "H2", "Page1/", "0123456789abcdef0123456789abcdef", "tram[.]test", "hxxps://tram[.]test/timetables/night/2026/line-204/stops.html"} {
		if !strings.Contains(got, want) {
			t.Errorf("print lacks %q in %.600q", want, got)
		}
	}
	if n := strings.Count(got, "TLP:AMBER+STRICT"); n != 2 {
		t.Errorf("the codes stand %d times, want once in the head and once in the margin of the one page", n)
	}
	for _, bad := range []string{"Approve", "Signout", "…"} {
		if strings.Contains(got, bad) {
			t.Errorf("print has the button %q", bad)
		}
	}
}

var (
	pdfObject  = regexp.MustCompile(`(?s)(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj`)
	pdfStream  = regexp.MustCompile(`(?s)stream\r?\n(.*?)endstream`)
	pdfUnicode = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
	pdfMap     = regexp.MustCompile(`(?m)^<([0-9A-F]+)> <([0-9A-F]+)>(?: <([0-9A-F]+)>)?$`)
	pdfShow    = regexp.MustCompile(`/F(\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj`)
)

// pdfText is the text that Chromium printed. Its PDF library names a font by the number of its object, and each font has a map from
// its codes, of one or two bytes, to characters.
func pdfText(pdf []byte) string {
	hex := func(s string) int { n, _ := strconv.ParseUint(s, 16, 32); return int(n) }
	body := map[string]string{}   // object -> its text, without what is in its stream
	stream := map[string]string{} // object -> what is in its stream
	for _, o := range pdfObject.FindAllSubmatch(pdf, -1) {
		id := string(o[1])
		body[id] = string(o[2])
		if m := pdfStream.FindSubmatch(o[2]); m != nil {
			if z, err := zlib.NewReader(bytes.NewReader(m[1])); err == nil {
				b, _ := io.ReadAll(z)
				stream[id] = string(b)
			}
		}
	}
	fonts := map[string]map[string]string{}
	for id, b := range body {
		ref := pdfUnicode.FindStringSubmatch(b)
		if ref == nil {
			continue
		}
		m := map[string]string{}
		for _, c := range pdfMap.FindAllStringSubmatch(stream[ref[1]], -1) {
			if c[3] == "" {
				m[c[1]] = string(rune(hex(c[2])))
				continue
			}
			for g := hex(c[1]); g <= hex(c[2]); g++ {
				m[fmt.Sprintf("%0*X", len(c[1]), g)] = string(rune(hex(c[3]) + g - hex(c[1])))
			}
		}
		fonts[id] = m
	}
	var out strings.Builder
	for _, s := range stream {
		var font map[string]string
		width := 2
		for _, m := range pdfShow.FindAllStringSubmatch(s, -1) {
			if m[1] != "" {
				font, width = fonts[m[1]], 2
				for code := range font {
					width = len(code)
					break
				}
				continue
			}
			for i := 0; i+width <= len(m[2]); i += width {
				out.WriteString(font[m[2][i:i+width]])
			}
		}
		out.WriteByte('\n')
	}
	return out.String()
}
