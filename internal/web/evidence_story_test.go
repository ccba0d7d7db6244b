// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// An evidenceHouse is a house with an evidence origin and exhibits that are really there.
type evidenceHouse struct {
	*house
	store  keptStore
	origin string
	asset  iru.Asset

	lock    sync.Mutex
	looks   int      // requests of a browser
	baskets []string // the cookies that came with them
}

// cookies lists what a browser sent along to the evidence origin.
func (e *evidenceHouse) cookies() []string {
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.looks == 0 {
		e.t.Error("no browser asked the evidence origin")
	}
	return append([]string(nil), e.baskets...)
}

func newEvidenceHouse(t *testing.T, opts ...func(*Options)) *evidenceHouse {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.2:0") // another host than the workbench's: cookies do not know ports
	must(t, err)
	links, err := NewLinks("http://"+ln.Addr().String(), bytes.Repeat([]byte("k"), 32))
	must(t, err)
	e := &evidenceHouse{store: keptStore{}, origin: links.Origin()}
	e.house = newHouse(t, append([]func(*Options){func(o *Options) { o.Evidence, o.Links = Plain{e.store}, links }}, opts...)...)
	handler, err := NewEvidence(e.Desk, EvidenceOptions{Evidence: Plain{e.store}, Links: links, Workbench: []string{e.url}, Log: e.opts.Log})
	must(t, err)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Dest") != "" {
			e.lock.Lock()
			e.looks++
			e.baskets = append(e.baskets, r.Header["Cookie"]...)
			e.lock.Unlock()
		}
		handler.ServeHTTP(w, r)
	}))
	must(t, srv.Listener.Close())
	srv.Listener = ln
	srv.Start()
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	e.asset = e.watch("https://wire.halcyon-weather.test/", "Halcyon Weather Wire")
	return e
}

// keep puts bytes into the store.
func (e *evidenceHouse) keep(name, kind, body string) iru.File {
	e.store[sum(body)] = body
	return iru.File{Name: name, Kind: kind, SHA256: sum(body), Size: int64(len(body))}
}

// A response is one answer that a fixture's capture holds.
type response struct{ url, kind, body string }

// warc writes a capture of some answers.
func warc(t testing.TB, at time.Time, rs ...response) string {
	t.Helper()
	var b bytes.Buffer
	n := 0
	w := exhibit.NewWriter(&b, exhibit.Info{Software: "iolaus/test", Operator: "Unit A", Filename: "capture.warc.gz", Vantage: "north"}, func() string {
		n++
		return fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-%012d", n)
	})
	_, err := w.WriteInfo(at)
	must(t, err)
	for _, r := range rs {
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", r.kind, len(r.body))
		if to, ok := strings.CutPrefix(r.kind, "redirect "); ok {
			head = "HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n"
		}
		_, err := w.WriteExchange(exhibit.Exchange{Target: r.url, At: at, IP: "127.64.1.9", Protocol: "http/1.1", Request: []byte("GET / HTTP/1.1\r\nHost: wire.halcyon-weather.test\r\n\r\n"), Response: []byte(head + r.body)})
		must(t, err)
	}
	return b.String()
}

// weather draws a picture: a sky, a snow line, a hill.
func weather(width, height, snow int) string {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{110, 160, 210, 255}
			switch hill := height/2 + (x-width/2)*(x-width/2)/(width+1); {
			case y > hill && y < hill+snow:
				c = color.RGBA{250, 250, 252, 255}
			case y > hill:
				c = color.RGBA{70, 110, 70, 255}
			case y < 40 && x < width:
				c = color.RGBA{20, 50, 90, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.String()
}

// A scene is what a fixture's exhibit holds.
type scene struct {
	lang, title, text, page string
	parts                   []response
	browser                 bool // with a screenshot
	snow                    int
	warnings                []string
	outcome                 iru.Outcome
	status                  int
}

// exhibit records a capture of the asset's own address, with its files in the store.
func (e *evidenceHouse) exhibit(s scene) iru.Exhibit {
	e.t.Helper()
	i := e.item(e.asset.Locator)
	if s.outcome == "" {
		s.outcome, s.status = iru.Up, http.StatusOK
	}
	files := []iru.File{e.keep("capture.warc.gz", "warc", warc(e.t, e.clock(), append([]response{{i.Locator, "text/html; charset=utf-8", s.page}}, s.parts...)...))}
	if s.browser {
		files = append(files, e.keep("screenshot.png", "screenshot", weather(960, 1400, s.snow)), e.keep("page.html", "dom", s.page))
	}
	if s.text != "" {
		files = append(files, e.keep("text.txt", "text", s.text))
	}
	dir := "ltr"
	if s.lang == "ar" {
		dir = "rtl"
	}
	m := exhibit.Manifest{Address: i.Locator, CapturedAt: e.clock(), Vantage: exhibit.Vantage{Name: "north"}, Tool: exhibit.Tool{Name: "iolaus", Version: "test"}, Outcome: string(s.outcome), Status: s.status,
		Page: exhibit.PageFacts{Title: s.title, Lang: s.lang, Dir: dir}, Warnings: s.warnings}
	for _, f := range files {
		m.Files = append(m.Files, exhibit.File{Name: f.Name, Kind: f.Kind, SHA256: f.SHA256, Size: f.Size})
	}
	b, err := m.Encode()
	must(e.t, err)
	files = append(files, e.keep("manifest.json", "manifest", string(b)))
	x, err := e.RecordCapture(e.t.Context(), desk.Recording{Item: i.ID, Vantage: "north", At: e.clock(), Outcome: s.outcome, Status: s.status, Final: i.Locator, Took: 420 * time.Millisecond,
		Manifest: sum(string(b)), Title: s.title, Lang: s.lang, Dir: dir, Text: s.text, Content: sum(s.text), Files: files})
	must(e.t, err)
	return x
}

const bulletin = `<!DOCTYPE html><html lang="en"><head><title>Halcyon Weather Wire</title><link rel="stylesheet" href="/site.css"><style>.late{color:#a3161d}</style></head>
<body><header><h1>Halcyon Weather Wire</h1><nav><a href="/">Home</a> <a href="https://halcyon-live.test/night">Night</a></nav></header>
<main><p>Snow line falls tonight to 600 metres. North wind, light.</p><p class="late">Train 204 is late by ten minutes.</p>
<img src="/img/map.png" alt="Weather map" width="320"><img src="/img/gone.png" alt="A picture that was not captured"></main></body></html>`

const bulletinSheet = `body{font:16px/24px sans-serif;margin:0}header{background:#143c5a url("img/sky.png");color:#fff;padding:16px}header a{color:#cfe3f5}main{padding:16px;max-width:640px}`

// first is the exhibit of a sound page, by a browser.
func (e *evidenceHouse) first() iru.Exhibit {
	e.t.Helper()
	at := "https://wire.halcyon-weather.test"
	return e.exhibit(scene{lang: "en", title: "Halcyon Weather Wire", browser: true, snow: 60, page: bulletin,
		text:     "Halcyon Weather Wire\n\nSnow line falls tonight to 600 metres. North wind, light.\n\nTrain 204 is late by ten minutes.\n\nMore at https://halcyon-live.test/night",
		parts:    []response{{at + "/site.css", "text/css", bulletinSheet}, {at + "/img/map.png", "image/png", weather(320, 200, 30)}, {at + "/img/sky.png", "image/png", weather(64, 64, 5)}},
		warnings: []string{"1 picture of the page did not come: https://wire.halcyon-weather.test/img/gone.png answered 404"}})
}
