// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"iolaus/internal/fetch"
)

// A trainSite is a generated site: a front page, pages that link to each other, and pictures.
type trainSite struct {
	pages, images         int
	pageBytes, imageBytes int
	words                 []string
	noise                 []byte
	ready                 [][]byte // pages, so that making them is no part of a measurement
}

var bigSite = trainSite{pages: 5000, images: 2000, pageBytes: 20 << 10, imageBytes: 50 << 10}

func (s *trainSite) prepare() {
	r := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		b := make([]byte, 3+r.IntN(9))
		for i := range b {
			b[i] = "etaoinshrdlucmfwypvbgk"[r.IntN(22)]
		}
		s.words = append(s.words, string(b))
	}
	s.noise = make([]byte, 2*s.imageBytes)
	for i := range s.noise {
		s.noise[i] = byte(r.Uint32())
	}
}

// print makes all pages at once.
func (s *trainSite) print() {
	s.prepare()
	for n := range s.pages + 1 {
		s.ready = append(s.ready, s.text(n))
	}
}

// all is how many addresses the site has.
func (s *trainSite) all() int { return 1 + s.pages + s.images }

func (s *trainSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	n, err := strconv.Atoi(strings.TrimSuffix(rest, ".png"))
	switch {
	case r.URL.Path == "/":
		s.page(w, 0)
	case kind == "page" && err == nil && n >= 1 && n <= s.pages:
		s.page(w, n)
	case kind == "image" && err == nil && n >= 1 && n <= s.images:
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Length", strconv.Itoa(s.imageBytes))
		at := (n * 7919) % s.imageBytes
		w.Write(s.noise[at : at+s.imageBytes])
	default:
		http.NotFound(w, r)
	}
}

func (s *trainSite) page(w http.ResponseWriter, n int) {
	var text []byte
	if n < len(s.ready) {
		text = s.ready[n]
	} else {
		text = s.text(n)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}

// text is page n: it links to pages, so that all are reached from the front page in few steps, and shows two pictures.
func (s *trainSite) text(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html lang=en><head><title>Line %d</title></head><body><nav>", n)
	for i := range 10 {
		if to := n*10 + i + 1; to <= s.pages {
			fmt.Fprintf(&b, "<a class=\"line\" href=\"/page/%d\">line %d</a> ", to, to)
		}
		fmt.Fprintf(&b, "<a href=\"/page/%d\">see also</a> ", 1+r.IntN(s.pages))
	}
	b.WriteString("</nav>")
	for i := range 2 {
		if s.images > 0 {
			fmt.Fprintf(&b, "<img src=\"/image/%d.png\" alt=\"\">", 1+(n*2+i)%s.images)
		}
	}
	b.WriteString("<p>")
	for b.Len() < s.pageBytes-20 {
		b.WriteString(s.words[r.IntN(len(s.words))])
		b.WriteString([]string{" ", " ", " ", ", ", ".</p>\n<p>"}[r.IntN(5)])
	}
	b.WriteString("</p></body></html>")
	return []byte(b.String())
}

// serveSite makes a web server and the client that reaches it, without names: http://127.0.0.1/ and any other address of 127/8.
func serveSite(t testing.TB, h http.Handler, p *fetch.Politeness, l fetch.Limits) *fetch.Client {
	t.Helper()
	return siteClient(listenSite(t, h), p, l)
}

func listenSite(t testing.TB, h http.Handler) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().(*net.TCPAddr).AddrPort().Port()
}

// siteClient reaches a port of 127/8 as port 80.
func siteClient(port uint16, p *fetch.Politeness, l fetch.Limits) *fetch.Client {
	n := fetch.Network{Name: "north", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: map[uint16]uint16{80: port}}
	return fetch.New(n, l, p, "iolaus-test")
}
