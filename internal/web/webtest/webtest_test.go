// SPDX-License-Identifier: EUPL-1.2

package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A recorder is a test that keeps what it would have failed with.
type recorder struct {
	testing.TB
	failed []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func (r *recorder) has(text string) bool { return strings.Contains(strings.Join(r.failed, "\n"), text) }

const sound = `<!DOCTYPE html><html lang="en"><head><title>t</title><meta name="viewport" content="width=device-width"></head><body><main><h1>Trams</h1>%s</main></body></html>`

func serve(t *testing.T, header, body string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if header != "" {
			w.Header().Set("Content-Security-Policy", header)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, sound, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestFaultsAreFound: what the package is there to find, it finds.
func TestFaultsAreFound(t *testing.T) {
	r := &recorder{TB: t}
	grey := `<p style="color:#aaa">The tram is late.</p>`
	over := `<div style="position:relative">The tram is late.<div style="position:absolute;inset:0;background:url(data:image/gif;base64,R0lGODlhAQABAAAAACw=)"></div></div>`
	for _, c := range []struct{ name, body, want string }{
		{"sound", `<p>The tram is late.</p>`, ""},
		{"a field without a label", `<input name="a">`, "label"},
		{"grey on white", grey, "color-contrast"},
		{"not decidable by a program", over, "incomplete"},
		{"too wide", `<p style="white-space:nowrap">` + strings.Repeat("wide ", 200) + `</p>`, "sideways"},
	} {
		r.failed = nil
		Axe(r, serve(t, "", c.body), 320, false)
		if c.want == "" && len(r.failed) > 0 || !r.has(c.want) {
			t.Errorf("%s: %q", c.name, r.failed)
		}
	}
	r.failed = nil
	Axe(r, serve(t, "", over), 320, false, Explained{"color-contrast", "div", "looked at: nothing lies over it but an empty picture"})
	if len(r.failed) > 0 {
		t.Errorf("explained, and yet: %q", r.failed)
	}
	r.failed = nil
	Axe(r, serve(t, "", `<style>@media(prefers-color-scheme:dark){p{color:#333;background:#000}}</style><p>The tram is late.</p>`), 320, true)
	if !r.has("dark: color-contrast") {
		t.Errorf("dark on dark: %q", r.failed)
	}

	r.failed = nil
	Open(r, serve(t, "", `<p>The tram is late.</p>`), 1440, false)
	Eval[bool](r, `document.querySelector('main').insertAdjacentHTML('beforeend', '<input name="a">') ?? true`)
	AxeHere(r, 1440, false)
	AxeHere(r, 320, true)
	if !r.has("label") {
		t.Errorf("a field that came later has no label: %q", r.failed)
	}

	r.failed = nil
	Quiet(r, serve(t, "default-src 'self'", `<script>document.title = 'x'</script>`))
	if !r.has("script-src") && !r.has("inline script") {
		t.Errorf("an inline script under a policy: %q", r.failed)
	}
	r.failed = nil
	Quiet(r, serve(t, "", `<script>throw new Error('derailed')</script>`))
	if !r.has("derailed") && !r.has("exception") {
		t.Errorf("an exception: %q", r.failed)
	}
}
