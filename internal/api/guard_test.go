// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestScopes tries every operation without a token, with one that is unknown, and with one that has every scope but the right one.
func TestScopes(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	lacking := map[string]string{
		desk.ScopeRead:    w.issue("ada", desk.ScopeDecide, desk.ScopeApprove),
		desk.ScopeDecide:  w.issue("ada", desk.ScopeRead, desk.ScopeApprove),
		desk.ScopeApprove: w.issue("ada", desk.ScopeRead, desk.ScopeDecide),
	}
	for pattern, rt := range w.server.routes {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{id}", "1", "{event}", "1").Replace(path)
		for token, want := range map[string]int{"": 401, "nobody's": 401, lacking[rt.scope]: 403} {
			rec := w.do(req(method, path, token, nil))
			w.conform(pattern, rec)
			if rec.Code != want || rec.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s with token %.8q: %d %s", pattern, token, rec.Code, rec.Body)
			}
			if want == 403 && !strings.Contains(rec.Body.String(), "lacks the scope "+rt.scope) {
				t.Errorf("%s: %s", pattern, rec.Body)
			}
		}
		if want := map[string]string{"GET": desk.ScopeRead}[method]; want != "" && rt.scope != want {
			t.Errorf("%s needs the scope %s", pattern, rt.scope)
		}
	}
	for _, approving := range []string{"POST /v1/notices/{id}/approve", "POST /v1/operations/{id}/stand-down", "POST /v1/operations/{id}/poll", "POST /v1/operations/{id}/release"} {
		if w.server.routes[approving].scope != desk.ScopeApprove {
			t.Errorf("%s needs the scope %q", approving, w.server.routes[approving].scope)
		}
	}
}

func TestRevoked(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	_, text, err := w.desk.IssueToken(t.Context(), w.scope("ada"), "short", desk.TokenScopes, 1)
	must(t, err)
	w.tokens["late"] = text
	w.later(1e9)
	w.refused(401, "late", "GET", "/v1/me", nil)
	k, text, err := w.desk.IssueToken(t.Context(), w.scope("ada"), "gone", desk.TokenScopes, 1e12)
	must(t, err)
	w.tokens["gone"] = text
	w.get("gone", "/v1/me", nil)
	must(t, w.desk.RevokeToken(t.Context(), w.scope("ada"), k.ID))
	w.refused(401, "gone", "GET", "/v1/me", nil)
}

// TestForm: what is no JSON, too long, unknown or not wanted is refused with its place, and never repeated back.
func TestForm(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	ada := w.tokens["ada"]
	for _, c := range []struct {
		name, method, path, kind, body string
		want                           int
		says                           string
	}{
		{"form", "POST", "/v1/watch", "application/x-www-form-urlencoded", "address=x", 415, "not said to be JSON"},
		{"no type", "POST", "/v1/watch", "", `{"address":"https://a.test/","reason":"r"}`, 415, "Content-Type"},
		{"other suffix", "POST", "/v1/watch", "text/x+json", `{}`, 415, "JSON"},
		{"no JSON", "POST", "/v1/watch", "application/json", `{"address"`, 400, ""},
		{"unknown field", "POST", "/v1/watch", "application/json", `{"address":"https://a.test/","reason":"r","colour":"red"}`, 422, "body.colour"},
		{"missing field", "POST", "/v1/watch", "application/json", `{"reason":"r"}`, 422, "address"},
		{"wrong type", "POST", "/v1/watch", "application/json", `{"address":7,"reason":"r"}`, 422, "body.address"},
		{"no such kind", "POST", "/v1/watch", "application/json", `{"address":"https://a.test/","reason":"r","kind":"palace"}`, 422, "body.kind"},
		{"no body", "POST", "/v1/watch", "application/json", ``, 400, ""},
		{"body where none is", "POST", "/v1/notices/1/submit", "application/json", `{"force":true}`, 422, "takes no body"},
		{"too long", "POST", "/v1/watch", "application/json", `{"address":"` + strings.Repeat("a", 2<<20) + `"}`, 413, "bytes"},
		{"no address", "POST", "/v1/watch", "application/json", `{"address":"not an address","reason":"r"}`, 422, "instead"},
		{"unknown query", "GET", "/v1/assets?colour=red", "", "", 422, "query.colour"},
		{"unknown state", "GET", "/v1/assets?state=happy", "", "", 422, "query.state"},
		{"limit", "GET", "/v1/assets?limit=201", "", "", 422, "query.limit"},
		{"no number", "GET", "/v1/assets/one", "", "", 422, "path.id"},
		{"place", "GET", "/v1/assets?after=one", "", "", 422, "after is no place"},
		{"place in the queue", "GET", "/v1/queue?after=7", "", "", 422, "after is no place"},
		{"place of a clock", "GET", "/v1/clocks?after=7.x", "", "", 422, "after is no place"},
		{"no fingerprint", "POST", "/v1/known", "application/json", `{"bank":"b","medium":"sha256","value":"abc","label":"l","finding":"refer"}`, 422, "64 hexadecimal digits"},
		{"no language", "POST", "/v1/notices/1/edit", "application/json", `{"reasons":"r","lang":"zz-nonsense"}`, 422, "body.lang"},
		{"no language of a draft", "POST", "/v1/notices", "application/json", `{"asset":1,"provider":1,"layer":"host","instrument":"notice","lang":"zz-nonsense"}`, 422, "body.lang"},
		{"nothing found then", "POST", "/v1/known", "application/json", `{"bank":"b","medium":"sha256","value":"abc","label":"l","finding":"duplicate"}`, 422, "body.finding"},
		{"secret", "POST", "/v1/providers", "application/json", `{"token":["credential-9"],"name":"x"}`, 422, "body.token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := req(c.method, c.path, ada, c.body)
			r.Header.Del("Content-Type")
			if c.kind != "" {
				r.Header.Set("Content-Type", c.kind)
			}
			rec := w.do(r)
			if rec.Code != c.want || !strings.Contains(rec.Body.String(), c.says) || rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s: %s", rec.Code, rec.Header().Get("Content-Type"), rec.Body)
			}
			if strings.Contains(rec.Body.String(), "credential-9") {
				t.Errorf("the secret came back: %s", rec.Body)
			}
		})
	}
}

func TestNowhere(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	for _, c := range []struct {
		method, path, allow string
		want                int
	}{
		{"GET", "/v1/", "", 404}, {"GET", "/v1/palace", "", 404}, {"GET", "/v1//me", "", 404}, {"GET", "/v1/assets/../me", "", 404},
		{"DELETE", "/v1/assets/1", "GET", 405}, {"PUT", "/v1/watch", "POST", 405}, {"OPTIONS", "/v1/me", "GET", 405},
	} {
		rec := w.do(req(c.method, c.path, w.tokens["ada"], nil))
		if rec.Code != c.want || rec.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(rec.Header().Get("Allow"), c.allow) {
			t.Errorf("%s %s: %d %v %s", c.method, c.path, rec.Code, rec.Header(), rec.Body)
		}
	}
}

func TestHeaders(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	for _, path := range []string{"/v1/me", "/v1/openapi.json", "/v1/docs", "/v1/palace"} {
		r := req("GET", path, w.tokens["ada"], nil)
		r.Header.Set("Origin", "https://elsewhere.test")
		h := w.do(r).Header()
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "DENY",
			"Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": ""} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: policy %q", path, h.Get("Content-Security-Policy"))
		}
	}
}

// TestRate: each token has its own measure.
func TestRate(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	w.serve(Options{PerMinute: 3})
	for range 3 {
		w.get("ada", "/v1/me", nil)
	}
	rec := w.call(429, "ada", "GET", "/v1/me", nil, nil)
	if rec.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.get("ben", "/v1/me", nil)
}

// TestReplies: the callback's own answer, its limits and its absence.
func TestReplies(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	event := `{"reference":"RO-2026-0001","event":"received","at":"2026-03-12T09:00:00Z"}`
	send := func(token, body string) int { return w.do(req("POST", "/v1/replies", token, body)).Code }
	if got := send("", event); got != 401 {
		t.Errorf("without a token: %d", got)
	}
	if got := send("t", strings.Repeat(" ", MaxReply+1)); got != 413 {
		t.Errorf("too long: %d", got)
	}
	for kind, want := range map[error]int{iru.Forbidden: 403, iru.Invalid: 422, iru.NotFound: 404, iru.Unavailable: 503} {
		w.refuse = kind
		if got := send("t", event); got != want {
			t.Errorf("%v: %d", kind, got)
		}
	}
	r := req("POST", "/v1/replies", "t", event)
	r.Header.Set("Content-Type", "text/plain")
	if got := w.do(r).Code; got != 415 {
		t.Errorf("no JSON: %d", got)
	}
	w.refuse = nil
	for range repliesPerMinute {
		send("busy", event)
	}
	if got := send("busy", event); got != 429 {
		t.Errorf("one notice too often: %d", got)
	}
	h := New(w.desk, Options{})
	w.http = h
	if got := send("t", event); got != http.StatusServiceUnavailable {
		t.Errorf("without a callback: %d", got)
	}
}
