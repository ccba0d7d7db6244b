// SPDX-License-Identifier: EUPL-1.2

package deliver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"iolaus/internal/deliver"
	"iolaus/internal/deliver/delivertest"
	"iolaus/internal/iru"
)

// desk is a small provider with the interface of docs/format/provider-api.md.
type desk struct {
	mu      sync.Mutex
	notices map[string]map[string]any // by key
	answers map[string]string         // by key
	mood    atomic.Int32
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch delivertest.Mood(d.mood.Load()) {
	case delivertest.Hangs:
		<-r.Context().Done()
		return
	case delivertest.Garbage:
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html>Welcome to the trams</html>")
		return
	case delivertest.Busy:
		w.Header().Set("Retry-After", "90")
		http.Error(w, "later", http.StatusServiceUnavailable)
		return
	case delivertest.Refuses:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		io.WriteString(w, `{"title":"Unprocessable","detail":"not\nhere"}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer tram-token" {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	reply := func(code int, v any) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(v)
	}
	switch {
	case r.Method == "POST" && r.URL.Path == "/desk/v1/notices":
		n, known := d.notices[key]
		if !known {
			if json.Unmarshal(body, &n) != nil {
				http.Error(w, "no JSON", http.StatusBadRequest)
				return
			}
			n["id"], n["received_at"] = fmt.Sprintf("n/%d", len(d.notices)+1), time.Now().UTC()
			d.notices[key] = n
		}
		if delivertest.Mood(d.mood.Load()) == delivertest.Swallow {
			c, _, _ := http.NewResponseController(w).Hijack()
			c.Close()
			return
		}
		reply(http.StatusAccepted, map[string]any{"id": n["id"], "received_at": n["received_at"], "reference": n["reference"]})
	case r.Method == "POST" && r.URL.EscapedPath() == "/desk/v1/notices/n%2F1/answers":
		var in struct{ Text string }
		json.Unmarshal(body, &in)
		d.answers[key] = in.Text
		reply(http.StatusAccepted, map[string]any{})
	case r.Method == "GET" && r.URL.EscapedPath() == "/desk/v1/notices/n%2F1":
		for _, n := range d.notices {
			if n["id"] == "n/1" {
				reply(http.StatusOK, map[string]any{"id": "n/1", "reference": n["reference"], "state": "received", "received_at": n["received_at"],
					"events": []any{1, map[string]any{"reference": n["reference"], "event": "received", "at": n["received_at"], "id": "e1"},
						map[string]any{"reference": "another", "event": "done", "at": n["received_at"], "id": "e2"}}})
				return
			}
		}
		fallthrough
	default:
		http.NotFound(w, r)
	}
}

func newDesk(t *testing.T) (*desk, deliver.APIConfig) {
	d := &desk{notices: map[string]map[string]any{}, answers: map[string]string{}}
	srv := httptest.NewServer(d)
	t.Cleanup(srv.Close)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if delivertest.Mood(d.mood.Load()) == delivertest.Absent {
			addr = "127.0.0.1:1"
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}, MaxIdleConnsPerHost: -1}}
	return d, deliver.APIConfig{Base: srv.URL + "/desk/", Token: "tram-token", HTTP: client, Timeout: 2 * time.Second}
}

func TestAPIConformance(t *testing.T) {
	t.Parallel()
	delivertest.Run(t, func(t *testing.T) delivertest.World {
		d, cfg := newDesk(t)
		return delivertest.World{Channel: deliver.NewAPI(cfg), Counts: true, Set: func(m delivertest.Mood) { d.mood.Store(int32(m)) },
			Arrived: func() (all []delivertest.Arrival) {
				d.mu.Lock()
				defer d.mu.Unlock()
				for key, n := range d.notices {
					all = append(all, delivertest.Arrival{Identity: key, Text: n["text"].(string)})
				}
				return all
			}}
	})
}

func TestAPITalk(t *testing.T) {
	d, cfg := newDesk(t)
	a := deliver.NewAPI(cfg)
	m := delivertest.Message(1)
	m.Attachments = []deliver.Attachment{{Name: "a.txt", Type: "text/plain", Data: []byte("no")}, {Name: "a.pdf", Type: "application/pdf", Data: []byte("rain")}}
	m.Callback = deliver.Callback{URL: "https://unit.test/callback/1", Token: "t"}
	first, err := a.Send(t.Context(), m)
	if err != nil || first.Kind != deliver.APIReceipt || !first.Counts || first.RemoteID != "n/1" {
		t.Fatalf("%+v %v", first, err)
	}
	again, err := a.Send(t.Context(), m)
	if err != nil || !again.At.Equal(first.At) || again.RemoteID != first.RemoteID {
		t.Errorf("the same key gave another receipt: %+v, %v", again, err)
	}
	got := d.notices[m.Key]
	for field, want := range map[string]string{"reference": m.Reference, "instrument": "referral", "addressee": "Provider", "reasons": "late trams",
		"legal_basis": "none", "issuer": "Weather Unit", "contact": "unit@unit.test", "callback": "map[token:t url:https://unit.test/callback/1]",
		"targets": "[https://trams.test/7]", "document": "cmFpbg=="} {
		if fmt.Sprint(got[field]) != want {
			t.Errorf("%s: %v", field, got[field])
		}
	}
	if err := a.Answer(t.Context(), "n/1", "answer-1", "Line 7."); err != nil || d.answers["answer-1"] != "Line 7." {
		t.Errorf("answer: %v", err)
	}
	st, err := a.Status(t.Context(), "n/1")
	if err != nil || st.State != "received" || st.Reference != m.Reference || len(st.Raw) == 0 || len(st.Events) != 1 ||
		st.Events[0].Kind != deliver.Acknowledgement {
		t.Errorf("status: %+v %v", st, err)
	}
	if _, err := a.Status(t.Context(), "n/2"); !errors.Is(err, iru.NotFound) {
		t.Errorf("status of nothing: %v", err)
	}
	cfg.Token = "other"
	if _, err := deliver.NewAPI(cfg).Send(t.Context(), m); !errors.Is(err, iru.Forbidden) {
		t.Errorf("wrong token: %v", err)
	}
}

// What proxies, captive portals and broken providers answer: none of it is a receipt.
func TestAPIGarbage(t *testing.T) {
	now := time.Now().UTC().Format(time.RFC3339)
	good := fmt.Sprintf(`{"id":"1","received_at":%q,"reference":"IRU-2026-000001"}`, now)
	cases := []struct {
		name, kind string
		code       int
		body       string
		want       error
		uncertain  bool
	}{
		{"good", "application/json", 202, good, nil, false},
		{"200 with HTML", "text/html", 200, "<html>", iru.Unavailable, true},
		{"202 with JSON called HTML", "text/html", 202, good, iru.Unavailable, true},
		{"empty", "application/json", 202, "", iru.Unavailable, true},
		{"204", "", 204, "", iru.Unavailable, true},
		{"broken", "application/json", 202, `{"id":`, iru.Unavailable, true},
		{"other JSON", "application/json", 202, `[1,2]`, iru.Unavailable, true},
		{"invalid UTF-8", "application/json", 202, "{\"id\":\"\xff\"}", iru.Unavailable, true},
		{"no id", "application/json", 202, strings.Replace(good, `"1"`, `""`, 1), iru.Unavailable, true},
		{"another's reference", "application/json", 202, strings.Replace(good, "000001", "000002", 1), iru.Unavailable, true},
		{"no time", "application/json", 202, `{"id":"1","reference":"IRU-2026-000001"}`, iru.Unavailable, true},
		{"time is no time", "application/json", 202, strings.Replace(good, now, "yesterday", 1), iru.Unavailable, true},
		{"400", "text/plain", 400, "no targets", iru.Invalid, false},
		{"403", "text/html", 403, "<html>", iru.Forbidden, false},
		{"404", "text/plain", 404, "", iru.Invalid, false},
		{"409", "text/plain", 409, "key used", iru.Conflict, false},
		{"429", "text/plain", 429, "", iru.Unavailable, false},
		{"500", "text/plain", 500, "\x00\xff", iru.Unavailable, true},
		{"502", "text/html", 502, "<html>", iru.Unavailable, true},
		{"redirect", "text/plain", 307, "", iru.Unavailable, false},
	}
	for _, c := range cases {
		var elsewhere atomic.Int32
		mux := http.NewServeMux()
		mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
		mux.HandleFunc("/v1/notices", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			if c.code == 307 {
				w.Header().Set("Location", "/elsewhere")
			}
			w.WriteHeader(c.code)
			io.WriteString(w, c.body)
		})
		srv := httptest.NewServer(mux)
		_, err := deliver.NewAPI(deliver.APIConfig{Base: srv.URL, Token: "t", HTTP: srv.Client()}).Send(t.Context(), delivertest.Message(1))
		if !errors.Is(err, c.want) || deliver.Uncertain(err) != c.uncertain {
			t.Errorf("%s: uncertain %v, %v", c.name, deliver.Uncertain(err), err)
		}
		if err != nil && (!utf8.ValidString(err.Error()) || strings.ContainsAny(err.Error(), "\x00\n") || strings.Contains(c.body, "html") && strings.Contains(err.Error(), "Bearer")) {
			t.Errorf("%s: error text %q", c.name, err)
		}
		if elsewhere.Load() != 0 {
			t.Errorf("%s: a redirect was followed", c.name)
		}
		srv.Close()
	}
}

// What was opened before serves the notices, and nothing is told beforehand.
func TestAPIWarm(t *testing.T) {
	t.Parallel()
	const n = 8
	var opened, asked atomic.Int32
	meeting := map[string]*sync.WaitGroup{http.MethodOptions: {}, http.MethodPost: {}}
	for _, m := range meeting {
		m.Add(n)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodOptions {
			asked.Add(1)
			if body, _ := io.ReadAll(q.Body); q.Header.Get("Authorization") != "" || len(body) > 0 {
				t.Errorf("it tells %v, %q", q.Header, body)
			}
		}
		meeting[q.Method].Done()
		meeting[q.Method].Wait() // none is free for another
		w.WriteHeader(http.StatusMethodNotAllowed)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.StartTLS()
	defer srv.Close()
	c := srv.Client()
	c.Transport.(*http.Transport).MaxIdleConnsPerHost = n
	a := deliver.NewAPI(deliver.APIConfig{Base: srv.URL, Token: "weather", HTTP: c})
	if err := a.Warm(t.Context(), n); err != nil || asked.Load() != n {
		t.Fatalf("asked %d times, %v", asked.Load(), err)
	}
	before := opened.Load()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _, _ = a.Send(t.Context(), delivertest.Message(i)) })
	}
	all.Wait()
	if before < n || opened.Load() != before {
		t.Errorf("%d connections were opened before, %d for the notices", before, opened.Load()-before)
	}
	srv.Close()
	if err := a.Warm(t.Context(), 2); !errors.Is(err, iru.Unavailable) {
		t.Errorf("nobody is there: %v", err)
	}
}

func TestAPIEndlessBody(t *testing.T) {
	var wrote atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(202)
		for chunk := []byte(strings.Repeat(" ", 1<<16)); wrote.Load() < 1<<30; {
			n, err := w.Write(chunk)
			if wrote.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	begin := time.Now()
	_, err := deliver.NewAPI(deliver.APIConfig{Base: srv.URL, Token: "t", HTTP: srv.Client()}).Send(t.Context(), delivertest.Message(1))
	if !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "more than 65536 bytes") || time.Since(begin) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(begin), err)
	}
	srv.CloseClientConnections()
	if wrote.Load() > 64<<20 {
		t.Errorf("%d bytes were taken", wrote.Load())
	}
}

func TestAPIClockAhead(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"1","received_at":%q,"reference":"IRU-2026-000001"}`, time.Now().Add(48*time.Hour).Format(time.RFC3339))
	}))
	defer srv.Close()
	r, err := deliver.NewAPI(deliver.APIConfig{Base: srv.URL, Token: "t", HTTP: srv.Client()}).Send(t.Context(), delivertest.Message(1))
	if err != nil || time.Until(r.At) > 0 || !strings.Contains(r.Why, "lies ahead") {
		t.Errorf("%+v %v", r, err)
	}
}

func TestAPIConfiguration(t *testing.T) {
	for _, c := range []deliver.APIConfig{
		{Base: "https://desk.test", Token: "t"}, {Base: "http://desk.test", Token: "t", HTTP: http.DefaultClient},
		{Base: "https://u:p@desk.test", Token: "t", HTTP: http.DefaultClient}, {Base: "desk.test", Token: "t", HTTP: http.DefaultClient},
		{Base: "https://desk.test?x=1", Token: "t", HTTP: http.DefaultClient}, {Base: "https://desk.test", HTTP: http.DefaultClient},
		{Base: "https://desk.test", Token: "t\r\nX: y", HTTP: http.DefaultClient},
	} {
		if _, err := deliver.NewAPI(c).Send(t.Context(), delivertest.Message(1)); !errors.Is(err, iru.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
