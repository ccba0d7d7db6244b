// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
)

// callbacks is a program's callback endpoint.
type callbacks struct {
	mu     sync.Mutex
	events []apiEvent
	busy   int
}

func (c *callbacks) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var e apiEvent
	if q.Header.Get("Authorization") != "Bearer secret" || json.NewDecoder(q.Body).Decode(&e) != nil {
		w.WriteHeader(403)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy > 0 {
		c.busy--
		w.WriteHeader(503)
		return
	}
	c.events = append(c.events, e)
}

func (c *callbacks) seen() (out []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.events {
		out = append(out, e.Event)
	}
	return out
}

func TestProviderAPI(t *testing.T) {
	r := start(t, Options{Compress: slow})
	if err := r.Publish("unit.test", netip.MustParseAddr("127.0.0.5")); err != nil {
		t.Fatal(err)
	}
	cert, err := r.Certificate("unit.test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.5:0")
	if err != nil {
		t.Fatal(err)
	}
	cb := &callbacks{busy: 1}
	srv := &http.Server{Handler: cb, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	done := make(chan struct{})
	go func() { srv.ServeTLS(l, "", ""); close(done) }()
	t.Cleanup(func() { srv.Close(); <-done })
	port := l.Addr().(*net.TCPAddr).Port

	notice := object{"reference": "RO-2026-0001", "instrument": "removal_order", "targets": []string{"https://halcyon-weather.test/"},
		"callback": object{"url": fmt.Sprintf("https://unit.test:%d/cb", port), "token": "secret"}, "document": "JVBERi0xLjcK"}
	s, receipt := call(t, r, "birchrack", "POST", "/v1/notices", "key-1", notice)
	if s != 202 || receipt["reference"] != "RO-2026-0001" || receipt["id"] == "" || receipt["received_at"] == nil {
		t.Fatalf("receipt: %d %v", s, receipt)
	}
	if s, again := call(t, r, "birchrack", "POST", "/v1/notices", "key-1", notice); s != 202 || fmt.Sprint(again) != fmt.Sprint(receipt) {
		t.Errorf("the same key: %d %v", s, again)
	}
	r.Advance(2 * hour)
	if s, again := call(t, r, "birchrack", "POST", "/v1/notices", "key-1", notice); s != 202 || fmt.Sprint(again) != fmt.Sprint(receipt) {
		t.Errorf("the same key later: %d %v", s, again)
	}
	other := object{"reference": "RO-2026-0002", "instrument": "removal_order", "targets": []string{"https://northline-rail.test/"}}
	if s, _ := call(t, r, "birchrack", "POST", "/v1/notices", "key-1", other); s != 422 {
		t.Errorf("another notice under the key: %d", s)
	}
	eventually(t, "callbacks", func() bool { return slices.Equal(cb.seen(), []string{"received", "done"}) })
	s, state := call(t, r, "birchrack", "GET", "/v1/notices/"+receipt["id"].(string), "", nil)
	if s != 200 || state["state"] != "done" || len(state["events"].([]any)) != 2 {
		t.Errorf("state: %d %v", s, state)
	}
	if st := status(t, client(t, r, ""), "https://halcyon-weather.test/"); st != 410 {
		t.Errorf("site: %d", st)
	}
	n := r.Truth().notices("birchrack")
	if len(n) != 1 || n[0].Copies != 3 || n[0].Document == "" || n[0].Answers[0].Attempts != 2 {
		t.Errorf("truth: %+v", n)
	}
	for what, want := range map[string]int{"no key": 400, "no target": 422, "no token": 401, "unknown": 404} {
		var got int
		switch what {
		case "no key":
			got, _ = call(t, r, "birchrack", "POST", "/v1/notices", "", other)
		case "no target":
			got, _ = call(t, r, "birchrack", "POST", "/v1/notices", "k2", object{"reference": "x", "instrument": "referral"})
		case "unknown":
			got, _ = call(t, r, "birchrack", "GET", "/v1/notices/none", "", nil)
		case "no token":
			got = status(t, client(t, r, ""), "https://api.birchrack.test/v1/notices/none")
		}
		if got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	if c := r.Truth().Calls; len(c) < 8 || c[0].Key != "key-1" || c[0].Status != 202 {
		t.Errorf("calls: %+v", c)
	}
}

func TestAPIAnswer(t *testing.T) {
	r := start(t, Options{Compress: slow})
	// A desk that clarifies, given an API for this test's world.
	p, _ := r.world.provider("elmgrid")
	p.Desk.Habit.Manner, p.Desk.Habit.Question, p.Desk.Habit.First = Clarifies, "Which page?", netip.Prefix{}
	_, receipt := call(t, r, "elmgrid", "POST", "/v1/notices", "k", object{"reference": "RF-2026-0001", "instrument": "referral",
		"targets": []string{"https://northline-trains.test/"}})
	path := "/v1/notices/" + receipt["id"].(string)
	r.Advance(hour)
	if _, s := call(t, r, "elmgrid", "GET", path, "", nil); s["state"] != "clarification" {
		t.Fatalf("state: %v", s)
	}
	for range 2 {
		if s, _ := call(t, r, "elmgrid", "POST", path+"/answers", "a1", object{"text": "All of it."}); s != 202 {
			t.Errorf("answer: %d", s)
		}
	}
	r.Advance(hour)
	if _, s := call(t, r, "elmgrid", "GET", path, "", nil); s["state"] != "done" {
		t.Errorf("state: %v", s)
	}
	if n := r.Truth().notices("elmgrid"); len(n[0].FollowUps) != 1 {
		t.Errorf("follow-ups: %+v", n)
	}
}

func TestCallbackGuard(t *testing.T) {
	r := start(t, Options{Scenario: "s1", Compress: slow})
	call(t, r, "birchrack", "POST", "/v1/notices", "k", object{"reference": "RF-2026-0001", "instrument": "referral",
		"targets": []string{"https://halcyon-weather.test/"}, "callback": object{"url": "http://192.0.2.1/cb", "token": "x"}})
	bad := bytes.Replace(letter("abuse@birchrack.test", "m", "RF-2026-0002", "notice", "X-Iolaus-Target: https://halcyon-weather.test/posts/1.html"),
		[]byte("reply+7@unit.test"), []byte("victim@example.com"), 1)
	if err := post(t, r, "abuse@birchrack.test", bad); err != nil {
		t.Fatal(err)
	}
	if err := r.SetReplyTo("127.0.0.1:9"); err != nil {
		t.Fatal(err)
	}
	r.Advance(hour)
	eventually(t, "refusals", func() bool {
		n := r.Truth().notices("birchrack")
		return len(n) == 2 && strings.Contains(n[0].Answers[1].Failure, "not a name under .test") && strings.Contains(n[1].Answers[1].Failure, "under .test")
	})
}
