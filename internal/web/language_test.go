// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"iolaus/internal/web/ui"
)

func TestLanguageIsChosen(t *testing.T) {
	h := Language(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, ui.LanguageOf(r.Context()).Tag) }))
	for _, c := range []struct{ accept, cookie, want string }{
		{"", "", "en"}, {"ar-EG,ar;q=0.9,en;q=0.5", "", "ar"}, {"de,fr;q=0.9", "", "en"}, {"ar", "en", "en"}, {"en", "ar", "ar"}, {"ar", "xx", "ar"},
		{strings.Repeat("ar,", 5000), "", "ar"}, {";;;q=\xff", "", "en"},
	} {
		header := []string{"Accept-Language", c.accept}
		if c.cookie != "" {
			header = append(header, "Cookie", languageCookie+"="+c.cookie)
		}
		if got := get(h, "/", header...).Body.String(); got != c.want {
			t.Errorf("Accept-Language %.30q, cookie %q: %s, want %s", c.accept, c.cookie, got, c.want)
		}
	}
}

func TestSetLanguageLeadsBack(t *testing.T) {
	for _, c := range []struct{ lang, back, location, cookie string }{
		{"ar", "/triage?page=2", "/triage?page=2", "ar"}, {"xx", "/", "/", ""}, {"ar", "https://elsewhere.test/", "/", "ar"}, {"en", "//elsewhere.test", "/", "en"},
	} {
		r := httptest.NewRequest("POST", "/language", strings.NewReader(url.Values{"lang": {c.lang}, "back": {c.back}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		SetLanguage(c.lang == "ar")(w, r)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != c.location {
			t.Errorf("%q: %d to %q, want %q", c.back, w.Code, w.Header().Get("Location"), c.location)
		}
		got := ""
		for _, k := range w.Result().Cookies() {
			got = k.Value
			if !k.HttpOnly || k.Secure != (c.lang == "ar") || k.SameSite != http.SameSiteStrictMode {
				t.Errorf("cookie %+v", k)
			}
		}
		if got != c.cookie {
			t.Errorf("%q: cookie %q, want %q", c.lang, got, c.cookie)
		}
	}
}

func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "/a?b#c", "//elsewhere.test", "/\\elsewhere.test", "https://elsewhere.test", "/\t/elsewhere.test", "javascript:alert(1)", ""} {
		f.Add(s)
	}
	base, _ := url.Parse("https://unit.test/page")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := base.Parse(Local(s))
		if err == nil && u.Host != "unit.test" {
			t.Fatalf("Local(%q) = %q leads to %s", s, Local(s), u.Host)
		}
	})
}
