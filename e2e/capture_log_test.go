// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"iolaus/internal/exhibit"
)

// An accessLog is what a server wrote down of each request: method, target, status, SHA-256 of the body that it sent.
type accessLog struct {
	site http.Handler
	mu   sync.Mutex
	all  []string
}

type loggedAnswer struct {
	http.ResponseWriter
	status int
	sum    hash.Hash
}

func (a *loggedAnswer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *loggedAnswer) Write(p []byte) (int, error) {
	a.sum.Write(p)
	return a.ResponseWriter.Write(p)
}

func (l *accessLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &loggedAnswer{w, http.StatusOK, sha256.New()}
	l.site.ServeHTTP(a, r)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprintf("%s %s %d sha256:%x", r.Method, r.RequestURI, a.status, a.sum.Sum(nil)))
}

// yard is a site whose page asks in many ways: pictures, sheets, frames, scripts that send, redirects, answers that are packed, in
// chunks, missing or twice the same.
func yard() http.Handler {
	m := http.NewServeMux()
	say := func(path, kind, body string) {
		m.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body) // who asked may be gone
		})
	}
	const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><circle cx="30" cy="30" r="20"/></svg>`
	say("/{$}", "text/html", `<!doctype html><html lang="en"><title>Tram yard</title><link rel="stylesheet" href="/yard.css"><p>Three trams stand in the yard.
<img src="/tram.svg"><img src="/again.svg"><img src="/nowhere.svg"><iframe src="/inner"></iframe><a href="/list?line=4&amp;day=2">List</a> <a href="/moved">Moved</a> <a href="/packed">Packed</a>
<script>fetch("/post", {method: "POST", body: "tram ".repeat(20000)}); fetch("/moved"); navigator.sendBeacon("/beacon", "left"); fetch("/head", {method: "HEAD"});</script>`)
	say("/yard.css", "text/css", `p { color: #234 } body { background: url(/ground.svg) }`)
	say("/tram.svg", "image/svg+xml", strings.Repeat(picture, 40))
	say("/again.svg", "image/svg+xml", strings.Repeat(picture, 40)) // the same bytes: a revisit
	say("/ground.svg", "image/svg+xml", picture)
	say("/inner", "text/html", `<!doctype html><title>Inner</title><p>Line 4.<img src="/deep.svg">`)
	say("/deep.svg", "image/svg+xml", picture+" ")
	say("/list", "text/html", `<!doctype html><title>List</title><p>Line 4 on day 2.`)
	say("/arrived", "text/html", `<!doctype html><title>Arrived</title><p>Here.`)
	say("/post", "text/plain", "thanks")
	say("/beacon", "text/plain", "")
	say("/head", "text/plain", "")
	m.Handle("/moved", http.RedirectHandler("/arrived", http.StatusFound))
	m.HandleFunc("/packed", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 200 {
			_, _ = io.WriteString(z, "<p>The first tram leaves at five. ")
			_ = z.Flush()
			w.(*loggedAnswer).ResponseWriter.(http.Flusher).Flush() // in chunks
		}
		_ = z.Close()
	})
	m.HandleFunc("/", http.NotFound)
	return m
}

// The records of a whole capture, with its look, its browser and its crawl, are the server's access log: the same requests, each with the
// status and the bytes that were sent, none more and none less.
func TestCaptureEqualsAccessLog(t *testing.T) {
	l := &accessLog{site: yard()}
	ln, err := net.Listen("tcp", "127.98.0.1:0")
	ok(t, err)
	srv := &http.Server{Handler: l}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	_, port, err := net.SplitHostPort(ln.Addr().String())
	ok(t, err)
	s := newStall(t, port, "")
	must(t, s.args("yard.wacz", "http://127.98.0.1/", "--depth", "1")...)
	s.verifies("yard.wacz")
	got, revisits := warcLog(t, s.entry("yard.wacz", "archive/capture.warc.gz"))
	l.mu.Lock()
	want := slices.Sorted(slices.Values(l.all))
	l.mu.Unlock()
	if !slices.Equal(got, want) {
		t.Errorf("the WARC file has\n%s\nthe server's log has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, must := range []string{"GET / 200", "POST /post 200", "GET /moved 302", "GET /arrived 200", "GET /nowhere.svg 404", "GET /packed 200", "GET /list?line=4&day=2 200", "GET /deep.svg 200", "POST /beacon 200", "HEAD /head 200"} {
		if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, must+" ") }) {
			t.Errorf("nothing of %s", must)
		}
	}
	if revisits == 0 {
		t.Error("what came twice is not written once")
	}
	t.Logf("%d requests, %d revisits", len(want), revisits)
}

// warcLog writes the log that the server of a WARC file's records must have written.
func warcLog(t *testing.T, file []byte) (all []string, revisits int) {
	t.Helper()
	type answer struct{ target, status, sum string }
	answers, r := map[string]answer{}, exhibit.NewReader(bytes.NewReader(file), exhibit.ReadLimits{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			if len(answers) > 0 {
				t.Errorf("answers without a request: %v", answers)
			}
			slices.Sort(all)
			return all, revisits
		}
		ok(t, err)
		block, err := io.ReadAll(rec.Block)
		ok(t, err)
		head, err := bufio.NewReader(bytes.NewReader(block)).ReadString('\n')
		words := strings.Fields(head)
		switch rec.Type {
		case "response", "revisit":
			ok(t, err)
			if rec.Type == "revisit" {
				revisits++
			}
			answers["<"+rec.ID+">"] = answer{rec.Target, words[1], rec.Get("WARC-Payload-Digest")}
		case "request":
			ok(t, err)
			of := rec.Get("WARC-Concurrent-To")
			a, there := answers[of]
			if !there || a.target != rec.Target || !strings.HasSuffix(a.target, words[1]) {
				t.Errorf("request %q of %q belongs to %+v", head, rec.Target, a)
			}
			delete(answers, of)
			all = append(all, strings.Join([]string{words[0], words[1], a.status, a.sum}, " "))
		}
	}
}
