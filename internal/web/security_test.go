// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

var fine = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(r.Body); err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	_, _ = io.WriteString(w, "fine")
})

func refused(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	w := get(Security{Secure: true, EvidenceOrigin: "https://evidence.unit.test"}.Headers(fine), "/")
	for name, want := range map[string]string{
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
		"form-action 'self'", "require-trusted-types-for 'script'", "trusted-types iolaus", "frame-src https://evidence.unit.test"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy lacks %q: %s", want, policy)
		}
	}
	for _, bad := range []string{"unsafe", "*", "data:", "http:"} {
		if strings.Contains(policy, bad) {
			t.Errorf("policy has %q: %s", bad, policy)
		}
	}
	for _, off := range []string{"camera=()", "microphone=()", "geolocation=()", "clipboard-read=()"} {
		if !strings.Contains(w.Header().Get("Permissions-Policy"), off) {
			t.Errorf("permissions lack %s", off)
		}
	}
	if w := get(Security{}.Headers(fine), "/"); w.Header().Get("Strict-Transport-Security") != "" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-src 'none'") {
		t.Error("plain HTTP must not promise TLS; no evidence origin, no frame")
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	h := SameOrigin(fine, refused(http.StatusForbidden))
	for _, c := range []struct {
		name, method, site, origin string
		want                       int
	}{
		{"own form", "POST", "same-origin", "http://example.com", 200},
		{"another site", "POST", "cross-site", "http://elsewhere.test", 403},
		{"a sister name", "POST", "same-site", "http://other.example.com", 403},
		{"an old browser from elsewhere", "POST", "", "http://elsewhere.test", 403},
		{"a program", "POST", "", "", 200},
		{"an own form over plain HTTP", "POST", "", "http://example.com", 200},
		{"a page without an origin", "POST", "", "null", 403},
		{"a page without an origin, of another site", "POST", "cross-site", "null", 403},
		{"a link from elsewhere", "GET", "cross-site", "", 200},
	} {
		r := httptest.NewRequest(c.method, "http://example.com/x", nil)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

// TestLargeFormIsCut: no page takes the half of a form for all of it, whoever sends it in whatever way.
func TestLargeFormIsCut(t *testing.T) {
	h := LimitBody(fine, 10, refused(http.StatusRequestEntityTooLarge))
	for body, want := range map[string]int{strings.Repeat("a", 10): 200, strings.Repeat("a", 11): 413} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%d bytes: %d, want %d", len(body), w.Code, want)
		}
	}
	house := newHouse(t)
	large := strings.Repeat("a", MaxForm)
	for _, path := range []string{"/signin", "/language", "/watch", "/items/1/later"} {
		a := house.as("ada").post(path, "reason", large, "lang", "ar")
		a.is(http.StatusRequestEntityTooLarge).has("h1", "too large")
		if len(a.header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s took a part of a form", path)
		}
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	must(t, parts.WriteField("reason", large))
	must(t, parts.Close())
	r, err := http.NewRequestWithContext(t.Context(), "POST", house.url+"/signin", &b)
	must(t, err)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("in parts: %d", resp.StatusCode)
	}
}

func TestSignInSlowsDown(t *testing.T) {
	h := SlowSignIn(fine, 3, time.Hour, refused(http.StatusTooManyRequests))
	try := func(method, from, name string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/signin", strings.NewReader(url.Values{"name": {name}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from + ":4000"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for i := range 3 {
		if w := try("POST", "127.0.0.1", "a"+strings.Repeat("x", i)); w.Code != 200 {
			t.Fatalf("attempt %d: %d", i+1, w.Code)
		}
	}
	if w := try("POST", "127.0.0.1", "b"); w.Code != 429 || w.Header().Get("Retry-After") != "3600" {
		t.Errorf("one address, many names: %d, retry after %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := try("GET", "127.0.0.1", ""); w.Code != 200 {
		t.Errorf("looking at the form is not an attempt: %d", w.Code)
	}
	for i := range 3 {
		if w := try("POST", "127.0.1."+string(rune('1'+i)), "Analyst 4"); w.Code != 200 {
			t.Fatalf("attempt %d: %d", i+1, w.Code)
		}
	}
	if w := try("POST", "127.0.1.9", " analyst 4 "); w.Code != 429 {
		t.Errorf("one name from many addresses: %d, want 429", w.Code)
	}
	if w := try("POST", "127.0.1.10", "Analyst 5"); w.Code != 200 {
		t.Errorf("somebody else: %d, want 200", w.Code)
	}
}

// TestSignInOverPlainHTTP: under a name that is not loopback a browser trusts nothing and says less of itself; people still come in.
func TestSignInOverPlainHTTP(t *testing.T) {
	h := newHouse(t)
	link := h.invite("nina", iru.Analyst)
	h.as("").post(link, "name", "Nina", "password", goodPassword, "again", goodPassword).leads("/")
	named := strings.Replace(h.url, "127.0.0.1", "iolaus.unit-a.test", 1)
	ctx := webtest.Open(t, named+"/signin", 1440, false)
	must(t, chromedp.Do(ctx, chromedp.SendKeys("input[name=name]", "nina"), chromedp.SendKeys("input[name=password]", goodPassword), chromedp.Click("form[action='/signin'] button")))
	until(t, "Nina is in", `document.querySelector('.me bdi')?.textContent === 'Nina'`)
	if got := webtest.Eval[string](t, `location.host`); !strings.HasPrefix(got, "iolaus.unit-a.test") {
		t.Errorf("at %s", got)
	}
}
