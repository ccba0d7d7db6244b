// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"iolaus/internal/web/ui"
	"iolaus/internal/web/webtest"
)

// plainPages are the pages that need no data, as a person may meet them.
func plainPages(t *testing.T) map[string]templ.Component {
	f := ui.Frame{Title: "Sign in", Now: time.Date(2026, 3, 12, 8, 59, 36, 0, time.UTC), Asset: NewStatic("/static/").URL, Path: "/"}
	first := FirstStartPage{Frame: f, Action: "/first/abc", Role: "Administrator", Expires: "12 Mar 2026 18:00 UTC", Name: "Analyst 4"}
	wrong := first
	wrong.Unit, wrong.Errors = "Unit A", map[string]string{"password": "13 characters. Make it 15 or more.", "again": "This is not the same password."}
	e := ErrorFor(t.Context(), f, http.StatusServiceUnavailable, nil)
	e.Reference = "ABCDEFGHIJ"
	return map[string]templ.Component{
		"signin":  SignInPage{Frame: f, Back: "/triage"}.View(),
		"wrong":   SignInPage{Frame: f, Name: "Analyst 4", Wrong: true, Single: "/signin/unit"}.View(),
		"ended":   SignInPage{Frame: f, Ended: true, Back: "https://elsewhere.test"}.View(),
		"first":   first.View(),
		"refused": wrong.View(),
		"error":   e.View(),
		"welcome": WelcomePage{Frame: f, Done: 1, Steps: []string{"/unit", "/people", "/outlets/new", "/training"},
			Checks: ui.Lines{{Text: "Ledger created, first entry sealed", End: ui.OK("Ready")}, {Text: "Backup", Sub: "no place chosen; the ledger exists once", End: ui.Warn("Choose a place")}}}.View(),
	}
}

func query(t *testing.T, c templ.Component, selector string) []*html.Node {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	n, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return cascadia.QueryAll(n, cascadia.MustCompile(selector))
}

func TestPlainPages(t *testing.T) {
	pages := plainPages(t)
	for _, c := range []struct {
		page, selector string
		want           int
	}{
		{"signin", "form[method=post][action='/signin'] input[name=password][autocomplete=current-password]", 1},
		{"signin", "input[name=back][value='/triage']", 1},
		{"signin", "#errors", 0},
		{"wrong", "#errors[role=alert]", 1},
		{"wrong", "input[name=name][value='Analyst 4']", 1},
		{"wrong", "a.btn[href='/signin/unit']", 1},
		{"ended", ".note.acc", 1},
		{"ended", "form[action='/signin'] input[name=back][value='/']", 1},
		{"first", "form[action='/first/abc'] input[autocomplete=new-password]", 2},
		{"first", "[aria-invalid]", 0},
		{"refused", "[aria-invalid=true]", 2},
		{"refused", "#errors a[href='#again']", 1},
		{"error", "dd.kept", 1},
		{"error", ".try li", 2},
		{"error", ".copy[data-copy=ABCDEFGHIJ]", 1},
		{"welcome", ".todo-list li", 4},
		{"welcome", ".todo-list li.next a[href='/people']", 1},
		{"welcome", ".todo-list button[disabled]", 2},
	} {
		if got := len(query(t, pages[c.page], c.selector)); got != c.want {
			t.Errorf("%s: %s: %d, want %d", c.page, c.selector, got, c.want)
		}
	}
	for name, p := range pages {
		if len(query(t, p, "h1")) != 1 || len(query(t, p, "[style], script:not([src])")) != 0 {
			t.Errorf("%s: one h1, nothing inline", name)
		}
	}
}

func TestPlainPagesAreAccessible(t *testing.T) {
	pages := plainPages(t)
	mux := http.NewServeMux()
	mux.Handle("/static/", NewStatic("/static/"))
	mux.HandleFunc("/{page}", func(w http.ResponseWriter, r *http.Request) {
		p, ok := pages[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if err := Render(w, r, http.StatusOK, p); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewServer(Security{}.Headers(Language(mux)))
	t.Cleanup(s.Close)
	for _, page := range []string{"wrong", "refused", "error", "welcome"} { // the other two are less of the same
		webtest.AxeEverywhere(t, s.URL+"/"+page)
	}
	webtest.Quiet(t, s.URL+"/signin")
}
