// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestStaticNamesCarryTheirContent(t *testing.T) {
	s := NewStatic("/static/")
	for _, name := range []string{"iolaus.css", "app.js", "icon.svg", "inter-latin-wght-normal.woff2", "inter.LICENSE.txt"} {
		url := s.URL(name)
		if !regexp.MustCompile(`^/static/.+\.[0-9a-f]{12}\.\w+$`).MatchString(url) {
			t.Errorf("URL(%q) = %q", name, url)
		}
		w := get(s, url)
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d, %d bytes", url, w.Code, w.Body.Len())
		}
		if got, want := w.Header().Get("Content-Type"), contentTypes[path.Ext(name)]; got != want || want == "" {
			t.Errorf("%s: type %q, want %q", url, got, want)
		}
		if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: %q, want immutable", url, got)
		}
		plain := get(s, "/static/"+name)
		if got := plain.Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: %q, want no-cache: the plain name outlives its content", name, got)
		}
		if again := get(s, "/static/"+name, "If-None-Match", plain.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s: %d for what the browser has, want 304", name, again.Code)
		}
	}
}

func TestStylesheetNamesItsFontsByContent(t *testing.T) {
	s := NewStatic("/static/")
	css := get(s, s.URL("iolaus.css")).Body.String()
	urls := regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(css, -1)
	if len(urls) < 5 {
		t.Fatalf("%d fonts", len(urls))
	}
	for _, u := range urls {
		if w := get(s, "/static/"+u[1]); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("font %s: %d %s", u[1], w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

func TestStaticServesNothingElse(t *testing.T) {
	s := NewStatic("/static/")
	for _, p := range []string{"/static/", "/static/nothing.css", "/static/../static.go", "/static/sub/iolaus.css", "/iolaus.css/"} {
		if w := get(s, p); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", p, w.Code)
		}
	}
	if got := s.URL("nothing.css"); got != "/static/nothing.css" {
		t.Errorf("URL of an unknown file: %q", got)
	}
}
