// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// frames gives the addresses of the frames on a page, by their title's beginning.
func frameOf(a *answer, title string) string {
	a.t.Helper()
	return a.attr(`iframe[title^="`+title+`"]`, "src")
}

// fetched is an answer of the evidence origin.
type fetched struct {
	status int
	header http.Header
	body   string
}

func fetch(t *testing.T, address string) fetched {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	req.AddCookie(&http.Cookie{Name: "iolaus", Value: "secret"})
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	return fetched{res.StatusCode, res.Header, string(b)}
}

// TestEvidenceOrigin: a link shows one exhibit in one way to one officer for minutes; without it there is nothing, and no answer sets
// a cookie or allows a script.
func TestEvidenceOrigin(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	page := e.as("ada").get("/exhibits/" + id(x.ID)).is(http.StatusOK)
	shot, copied := frameOf(page, "Screenshot"), frameOf(page, "Scriptless copy")
	if !strings.Contains(page.header.Get("Content-Security-Policy"), "frame-src "+e.origin+";") {
		t.Errorf("policy of the workbench: %s", page.header.Get("Content-Security-Policy"))
	}
	for _, c := range []struct {
		address string
		status  int
		body    string
	}{
		{shot, 200, `class="covered"`}, {shot + "plain", 200, `<img src="/c/`}, {shot + "image", 200, "\x89PNG"}, {copied, 200, "Snow line falls tonight"},
		{copied + "image", 404, ""}, {shot + "r/00", 404, ""}, {e.origin + "/", 404, "Nothing is here"}, {e.origin + "/c/", 404, ""}, {e.origin + "/exhibits/1", 404, ""},
		{strings.TrimSuffix(shot, "/") + "A/", 404, ""}, {e.origin + "/c/AAAA/", 404, ""}, {e.origin + "/look/look.css", 200, "covered"}, {e.origin + "/look/../origin.go", 404, ""},
	} {
		got := fetch(t, c.address)
		if got.status != c.status || !strings.Contains(got.body, c.body) {
			t.Errorf("%s: %d %.80q", c.address, got.status, got.body)
		}
		h, policy := got.header, got.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "sandbox; ") || strings.Contains(policy, "script") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors "+e.url) {
			t.Errorf("%s: policy %q", c.address, policy)
		}
		if h.Get("Set-Cookie") != "" || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%s: %v", c.address, h)
		}
	}
	if got := fetch(t, shot+"plain").body; strings.Contains(got, "covered") {
		t.Errorf("the filter is not lifted: %s", got)
	}

	e.as("bo").get("/exhibits/" + id(x.ID)).is(http.StatusNotFound)
	must(t, e.DB.Tx(t.Context(), func(x *db.Tx) error { // somebody who is suspended sees nothing more
		o := e.people["ada"]
		o.State = iru.OfficerSuspended
		return x.UpdateOfficer(t.Context(), o, iru.OfficerActive)
	}))
	if got := fetch(t, shot); got.status != http.StatusNotFound {
		t.Errorf("a suspended officer: %d", got.status)
	}
	e.later(linkFor)
	if got := fetch(t, shot); got.status != http.StatusGone || !strings.Contains(got.body, "expired") {
		t.Errorf("an old link: %d %s", got.status, got.body)
	}
}

// TestLinks: no bit of a link can be changed, and another secret makes other links.
func TestLinks(t *testing.T) {
	now := time.Unix(1_770_000_000, 0)
	l, err := NewLinks("https://evidence.unit.test", bytes.Repeat([]byte("a"), 32))
	must(t, err)
	want := capability{Exhibit: 7, Officer: 3, Show: showCopy, Until: now.Add(linkFor)}
	token := l.token(want)
	if got, err := l.read(token, now); err != nil || got != want {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range token {
		for _, c := range "A_9z" {
			forged := token[:i] + string(c) + token[i+1:]
			if _, err := l.read(forged, now); forged != token && !errors.Is(err, iru.NotFound) {
				t.Fatalf("place %d as %c: %v", i, c, err)
			}
		}
	}
	if _, err := l.read(token, now.Add(linkFor)); !errors.Is(err, errExpired) {
		t.Errorf("an old link: %v", err)
	}
	other, err := NewLinks("https://evidence.unit.test", bytes.Repeat([]byte("b"), 32))
	must(t, err)
	if _, err := other.read(token, now); !errors.Is(err, iru.NotFound) {
		t.Errorf("under another secret: %v", err)
	}
	for _, base := range []string{"", "evidence.unit.test", "ftp://e.test", "https://e.test/path", "https://e.test?x=1", "https://me@e.test"} {
		if _, err := NewLinks(base, bytes.Repeat([]byte("a"), 32)); !errors.Is(err, iru.Invalid) {
			t.Errorf("%q: %v", base, err)
		}
	}
	if _, err := NewLinks("https://e.test", []byte("short")); !errors.Is(err, iru.Invalid) {
		t.Errorf("a short secret: %v", err)
	}
}

// A trap answers every request and remembers it: nothing may come.
type trap struct {
	*httptest.Server
	mu  sync.Mutex
	hit []string
}

func newTrap(t *testing.T) *trap {
	p := &trap{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.hit = append(p.hit, r.URL.Path)
		p.mu.Unlock()
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *trap) hits() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.hit...)
}

// hostile is a page that tries to run, to ask TRAP and to leave its frame in every way we know.
const hostile = `<!DOCTYPE html><html onclick="x()"><head><title>Trap</title><base href="TRAP/base/"><meta http-equiv="refresh" content="0;url=TRAP/refresh">
<link rel="stylesheet" href="TRAP/sheet.css"><link rel="preload" as="image" href="TRAP/preload"><link rel="dns-prefetch" href="TRAP"><link rel="icon" href="TRAP/icon"><link rel="manifest" href="TRAP/manifest">
<style>@import "TRAP/import.css"; @im\70ort url(TRAP/import2.css); body{background:u\72l(TRAP/css-escaped)} @font-face{font-family:f;src:url(TRAP/font)} p{font-family:f;background-image:image-set("TRAP/set" 1x);list-style:url("TRAP/list")} /* </style><script>new Image().src='TRAP/style-break'</script> */</style>
<script>document.title='ran';new Image().src='TRAP/script'</script><script src="TRAP/script.js"></script><script type="module">fetch('TRAP/module')</script>
<script type="speculationrules">{"prefetch":[{"urls":["TRAP/spec"]}]}</script></head>
<body onload="new Image().src='TRAP/onload'" background="TRAP/background" style="background:url('TRAP/style-attribute')">
<p id="said">The tram is late.</p>
<img src="TRAP/img" onerror="new Image().src='TRAP/onerror'"><img srcset="TRAP/srcset 2x"><img src="x" onerror="document.title='ran'"><picture><source srcset="TRAP/source"><img></picture>
<svg><script>new Image().src='TRAP/svg'</script><image href="TRAP/svg-image"/><use href="TRAP/use#a"/><animate attributeName="href" values="javascript:1"/><foreignObject><iframe src="TRAP/foreign"></iframe></foreignObject><a href="javascript:1"><text>x</text></a></svg>
<iframe src="TRAP/frame"></iframe><iframe srcdoc="<script>parent.document.title='ran'</script>"></iframe><object data="TRAP/object"></object><embed src="TRAP/embed"><video src="TRAP/video" poster="TRAP/poster" autoplay></video><audio src="TRAP/audio" autoplay></audio>
<form action="TRAP/form" id="f"><input name="a" autofocus onfocus="document.title='ran'"><input type="image" src="TRAP/input"><button formaction="TRAP/button">Go</button></form>
<a id="out" href="TRAP/link" target="_top" ping="TRAP/ping">A link</a><a href="javascript:document.title='ran'">Run</a><a href="data:text/html,x">Data</a>
<math><mtext><table><mglyph><style><!--</style><img src="TRAP/mxss" onerror="document.title='ran'">--></style></mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=TRAP/noscript onerror=x>">x</p></noscript><template><img src="TRAP/template"></template><xmp><script>document.title='ran'</script></xmp>
<details open ontoggle="document.title='ran'"><summary>x</summary></details><marquee onstart="document.title='ran'">x</marquee>
<table background="TRAP/table"><tr><td background="TRAP/cell">x</td></tr></table><input type="text" style="background:url(TRAP/input-style)"></body></html>`

// TestHostileCopyIsInert: in Chromium nothing of a hostile page runs or asks anybody, in the frame of the workbench or by itself.
func TestHostileCopyIsInert(t *testing.T) {
	p := newTrap(t)
	e := newEvidenceHouse(t)
	page := strings.ReplaceAll(hostile, "TRAP", p.URL)
	x := e.exhibit(scene{lang: "en", title: "Trap", text: "The tram is late.", page: page, parts: []response{{"https://wire.halcyon-weather.test/site.css", "text/css", ""}}})
	a := e.as("ada").get("/exhibits/" + id(x.ID)).is(http.StatusOK)
	direct := frameOf(a, "Scriptless copy")
	for _, bad := range []string{"script", "iframe", "object", "embed", "form", "base", "link[rel]:not([rel=stylesheet])", "meta:not([charset])", "a[href]", "[action]", "[formaction]", "[srcset]", "[ping]", "[target]",
		"[onload]", "[onerror]", "[onclick]", "[onfocus]", "[ontoggle]", "[autofocus]", "template", "video", "audio", "source", "animate", "foreignObject"} {
		if n := cascadia.QueryAll(copyOf(t, direct+"plain"), cascadia.MustCompile(bad)); len(n) > 0 {
			t.Errorf("the copy has %d of %s", len(n), bad)
		}
	}
	for n := range copyOf(t, direct+"plain").Descendants() {
		for _, at := range n.Attr {
			if (at.Key == "src" || at.Key == "href" || at.Key == "style" || at.Key == "background") && strings.Contains(at.Val, p.URL) {
				t.Errorf("the copy names the trap in %s of %s", at.Key, n.Data)
			}
		}
	}

	e.browse("ada", "en")
	webtest.Open(t, e.url+"/exhibits/"+id(x.ID)+"?plain=1", 1440, false)
	webtest.Eval[bool](t, `(document.querySelector('#copy details').open = true, document.querySelector('#copy iframe').scrollIntoView(), new Promise((r) => setTimeout(() => r(true), 1500)))`)
	if hit := p.hits(); len(hit) > 0 {
		t.Errorf("in the frame, the copy asked for %q", hit)
	}
	webtest.Open(t, direct+"plain", 1440, false)
	webtest.Eval[bool](t, `(document.getElementById('out').click(), document.querySelector('button').click(), true)`)
	time.Sleep(500 * time.Millisecond) // in a sandbox no timer of the page runs
	if title, at := webtest.Eval[string](t, `document.title`), webtest.Eval[string](t, `location.href`); title != "Trap" || at != direct+"plain" {
		t.Errorf("title %q at %s", title, at)
	}
	if !strings.Contains(webtest.Eval[string](t, `document.body.innerText`), "The tram is late.") {
		t.Error("the words of the page are gone")
	}
	if hit := p.hits(); len(hit) > 0 {
		t.Errorf("by itself, the copy asked for %q", hit)
	}
}

func copyOf(t *testing.T, address string) *html.Node {
	t.Helper()
	n, err := html.ParseWithOptions(strings.NewReader(fetch(t, address).body), html.ParseOptionEnableScripting(false))
	must(t, err)
	return n
}

// TestCopyLooksLikeThePage: style and pictures come from the capture, no cookie of the workbench goes along, and the filter can be
// lifted.
func TestCopyLooksLikeThePage(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	a := e.as("ada").get("/exhibits/" + id(x.ID)).is(http.StatusOK)
	copied := frameOf(a, "Scriptless copy")
	e.browse("ada", "en")
	webtest.Open(t, copied+"plain", 1440, false)
	const facts = `[getComputedStyle(document.querySelector('header')).backgroundColor, getComputedStyle(document.querySelector('.late')).color, String(document.querySelector('img').naturalWidth),
		getComputedStyle(document.querySelector('img')).filter, document.querySelector('nav a:nth-child(2)').title, String(document.querySelector('nav a').hasAttribute('href')),
		getComputedStyle(document.querySelector('header')).backgroundImage.replace(/.*\/r\/.*/, 'of the capture'), document.querySelector('[data-iolaus-note]').textContent].join('|')`
	want := "rgb(20, 60, 90)|rgb(163, 22, 29)|320|none|hxxps://halcyon-live[.]test/night|false|of the capture|Picture not in the capture: A picture that was not captured"
	if got := webtest.Eval[string](t, facts); got != want {
		t.Errorf("plain:\n got %s\nwant %s", got, want)
	}
	webtest.Open(t, copied, 1440, false)
	got := webtest.Eval[string](t, facts)
	if !strings.Contains(got, "|blur(6px)|") || strings.Contains(got, "of the capture") || !strings.HasPrefix(got, "rgb(20, 60, 90)|") {
		t.Errorf("with the filter: %s", got)
	}
	shot := frameOf(a, "Screenshot")
	webtest.Open(t, shot, 1440, false)
	if got := webtest.Eval[string](t, `[document.querySelector('img').naturalWidth, getComputedStyle(document.querySelector('img')).filter].join('|')`); got != "960|grayscale(1) blur(6px)" {
		t.Errorf("screenshot: %s", got)
	}
	webtest.Open(t, e.url+"/exhibits/"+id(x.ID), 1440, false)
	if got := webtest.Eval[bool](t, `new Promise((r) => setTimeout(() => r(true), 500))`); !got || len(e.cookies()) > 0 {
		t.Errorf("cookies that came to the evidence origin: %q", e.cookies())
	}
}
