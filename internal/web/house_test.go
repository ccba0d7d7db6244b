// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/net/html"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

// A house is the workbench on a fresh store, with people in it and a clock that the test turns.
type house struct {
	desktest.Reader
	t      testing.TB
	url    string
	people map[string]iru.Officer
	opts   Options

	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
}

// emptyStore has no evidence in it.
type emptyStore struct{}

func (emptyStore) Open(context.Context, string) (blob.File, error) { return nil, iru.NotFound }

// newHouse opens a house in which everybody signed in before; see [house.as].
func newHouse(t testing.TB, opts ...func(*Options)) *house {
	t.Helper()
	signer, verifier, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	must(t, err)
	s, err := note.NewSigner(signer)
	must(t, err)
	v, err := note.NewVerifier(verifier)
	must(t, err)
	h := &house{t: t, now: time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC), people: map[string]iru.Officer{}}
	rules := desk.DefaultRules
	rules.Agreement = iru.Agreement{Points: 2, Rounds: 2, Gap: time.Minute}
	h.Desk = &desk.Desk{DB: dbtest.Open(t), Now: h.clock, Regime: legal.EU(), Rules: rules, Log: desk.LogKey{Origin: "unit-a.test/iolaus", Signer: s, Verifier: v}}
	must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error {
		u := iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test", State: iru.UnitActive, Created: h.now}
		b := iru.Unit{Name: "Unit B", Country: "XB", Kind: legal.Unit, Mail: "desk@unit-b.test", State: iru.UnitActive, Created: h.now}
		if err := x.AddUnit(t.Context(), &u); err != nil {
			return err
		}
		if err := x.AddUnit(t.Context(), &b); err != nil {
			return err
		}
		for _, p := range []struct {
			login string
			unit  iru.UnitID
			roles []iru.Role
		}{
			{"admin", u.ID, []iru.Role{iru.Administrator}}, {"ada", u.ID, []iru.Role{iru.Analyst}}, {"ben", u.ID, []iru.Role{iru.Analyst, iru.Liaison}},
			{"lena", u.ID, []iru.Role{iru.Reviewer}}, {"sig", u.ID, []iru.Role{iru.Signer}}, {"dora", u.ID, []iru.Role{iru.Director, iru.Analyst}},
			{"audrey", u.ID, []iru.Role{iru.Auditor}}, {"bo", b.ID, []iru.Role{iru.Analyst, iru.Liaison}},
		} {
			o := iru.Officer{Unit: p.unit, Login: p.login, Name: strings.ToUpper(p.login[:1]) + p.login[1:], Roles: p.roles, State: iru.OfficerActive, Created: h.now}
			if err := x.AddOfficer(t.Context(), &o); err != nil {
				return err
			}
			h.people[p.login] = o
		}
		return nil
	}))
	h.opts = Options{Evidence: Plain{emptyStore{}}, Version: "test", Log: slog.New(slog.NewTextHandler(&h.log, nil))}
	for _, o := range opts {
		o(&h.opts)
	}
	handler, err := New(h.Desk, h.opts)
	must(t, err)
	srv := httptest.NewServer(handler)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
		if t.Failed() && h.log.Len() > 0 {
			t.Logf("the house's log:\n%s", h.log.String())
		}
	})
	h.url = srv.URL
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// later turns the clock on.
func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) scope(login string) iru.Scope { return h.people[login].Scope() }

// view reads the store.
func (h *house) view(f func(ctx context.Context, t *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.DB.View(h.t.Context(), func(t *db.Tx) error { return f(h.t.Context(), t) }))
}

// token opens a session for somebody, as signing in does.
func (h *house) token(login string) string {
	h.t.Helper()
	m := sessionManager(h.Desk, h.opts)
	ctx, err := m.Load(h.t.Context(), "")
	must(h.t, err)
	m.Put(ctx, keyOfficer, int64(h.people[login].ID))
	m.Put(ctx, keyBegan, h.clock().Unix())
	m.Put(ctx, keySeen, h.clock().Unix())
	token, _, err := m.Commit(ctx)
	must(h.t, err)
	return token
}

// A client is somebody at a browser that follows no redirect.
type client struct {
	h      *house
	cookie string
	lang   string
}

// as gives the client of somebody who is signed in; "" is nobody.
func (h *house) as(login string) *client {
	h.t.Helper()
	c := &client{h: h}
	if login != "" {
		c.cookie = h.token(login)
	}
	return c
}

// An answer is a page as it came.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	doc    *html.Node
	to     string // where a redirect leads
}

func (c *client) do(method, path string, form url.Values, header ...string) *answer {
	c.h.t.Helper()
	if form == nil {
		return c.send(method, path, nil, header...)
	}
	return c.send(method, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, header...)...)
}

// send asks for a page with a body and headers.
func (c *client) send(method, path string, body io.Reader, header ...string) *answer {
	c.h.t.Helper()
	r, err := http.NewRequestWithContext(c.h.t.Context(), method, c.h.url+path, body)
	must(c.h.t, err)
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "iolaus", Value: c.cookie})
	}
	if c.lang != "" {
		r.AddCookie(&http.Cookie{Name: languageCookie, Value: c.lang})
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	hc := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second}
	resp, err := hc.Do(r)
	must(c.h.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(c.h.t, err)
	for _, k := range resp.Cookies() {
		if k.Name == "iolaus" {
			c.cookie = k.Value
		}
	}
	doc, err := html.Parse(bytes.NewReader(b))
	must(c.h.t, err)
	return &answer{c.h.t, resp.StatusCode, resp.Header, string(b), doc, resp.Header.Get("Location")}
}

func (c *client) get(path string) *answer {
	c.h.t.Helper()
	return c.do("GET", path, nil)
}

// post sends a form: pairs of name and value.
func (c *client) post(path string, pairs ...string) *answer {
	c.h.t.Helper()
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return c.do("POST", path, f)
}

// is fails unless the answer has the status.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("answered %d, not %d; leads to %q; says %q", a.status, status, a.to, a.find("h1, .why-text, .err, #errors"))
	}
	return a
}

// leads fails unless the answer is a redirect to a path that begins so.
func (a *answer) leads(prefix string) *answer {
	a.t.Helper()
	a.is(http.StatusSeeOther)
	if !strings.HasPrefix(a.to, prefix) {
		a.t.Fatalf("leads to %q, not %q", a.to, prefix)
	}
	return a
}

// find gives the texts of what a selector selects, spaces tidied.
func (a *answer) find(selector string) []string {
	a.t.Helper()
	sel, err := cascadia.ParseGroup(selector)
	must(a.t, err)
	var out []string
	for _, n := range cascadia.QueryAll(a.doc, sel) {
		var b strings.Builder
		var walk func(*html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.TextNode {
				b.WriteString(n.Data)
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(n)
		out = append(out, strings.Join(strings.Fields(b.String()), " "))
	}
	return out
}

// has fails unless one of the selected texts holds the words.
func (a *answer) has(selector, words string) *answer {
	a.t.Helper()
	got := a.find(selector)
	for _, g := range got {
		if strings.Contains(g, words) {
			return a
		}
	}
	a.t.Errorf("no %s says %q; there is %q", selector, words, got)
	return a
}

// hasNo fails if something is selected.
func (a *answer) hasNo(selector string) *answer {
	a.t.Helper()
	if got := a.find(selector); len(got) > 0 {
		a.t.Errorf("there is %s: %q", selector, got)
	}
	return a
}

// attr gives an attribute of the first thing selected.
func (a *answer) attr(selector, name string) string {
	a.t.Helper()
	sel, err := cascadia.ParseGroup(selector)
	must(a.t, err)
	n := cascadia.Query(a.doc, sel)
	if n == nil {
		a.t.Fatalf("there is no %s", selector)
	}
	for _, x := range n.Attr {
		if x.Key == name {
			return x.Val
		}
	}
	return ""
}

// browse gives Chromium somebody's session and language.
func (h *house) browse(login, lang string) {
	h.t.Helper()
	set := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		for name, value := range map[string]string{"iolaus": h.token(login), languageCookie: lang} {
			if _, err := cdp.Call(ctx, tab, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: h.url}); err != nil {
				return err
			}
		}
		return nil
	})
	must(h.t, chromedp.Do(webtest.Browser(h.t), set))
}
