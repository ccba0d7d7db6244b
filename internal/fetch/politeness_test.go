// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Politeness{Every: time.Second, Burst: 2, Patience: 5 * time.Second}
		began := time.Now()
		for i := range 7 { // two at once, then one a second
			if err := p.wait(t.Context(), "a.test"); err != nil {
				t.Fatal(i, err)
			}
		}
		if took := time.Since(began).Round(time.Millisecond); took != 5*time.Second {
			t.Error("seven took", took)
		}
		if err := p.wait(t.Context(), "b.test"); err != nil || time.Since(began).Round(time.Millisecond) != 5*time.Second {
			t.Error("another host waited:", err)
		}
		var left atomic.Int32
		for range 10 { // a queue longer than the patience is sent away, not let through
			go func() {
				var later *Later
				if err := p.wait(t.Context(), "a.test"); errors.As(err, &later) && errors.Is(err, ErrBusy) {
					left.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			}()
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if n := left.Load(); n != 5 {
			t.Error(n, "were sent away")
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, " 5 ": 5 * time.Second, "-1": 0, "soon": 0, "99999999": longest, "4294967296": 0,
		"Sun, 01 Mar 2026 12:01:00 GMT": time.Minute, "Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	w := newWorld(t)
	var asked atomic.Int32
	w.serve("busy.test", func(rw http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		rw.Header().Set("Retry-After", "60")
		rw.WriteHeader(http.StatusTooManyRequests)
	})
	c := w.client(&Politeness{})
	if r, err := c.Get(t.Context(), "http://busy.test/"); err != nil || r.Status != 429 {
		t.Fatal(r.Status, err)
	}
	_, err := c.Get(t.Context(), "http://busy.test/")
	wants(t, err, ErrBusy)
	var later *Later
	if !errors.As(err, &later) || time.Until(later.Until) < 50*time.Second || asked.Load() != 1 {
		t.Error(err, asked.Load())
	}
}

// A host cannot hide by asking to be left alone for a day, nor fill our memory with names.
func TestHostsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Politeness{Every: time.Second}
		p.note(t.Context(), "day.test", http.StatusServiceUnavailable, http.Header{"Retry-After": {"86400"}}, time.Now())
		time.Sleep(15*time.Minute + time.Second)
		if err := p.wait(t.Context(), "day.test"); err != nil {
			t.Error("still hidden:", err)
		}
		p.note(t.Context(), "minutes.test", http.StatusServiceUnavailable, http.Header{"Retry-After": {"600"}}, time.Now())
		for n := range knownHosts - 2 {
			p.at(fmt.Sprintf("idle%d.test", n), time.Now())
		}
		time.Sleep(2 * time.Minute)
		p.at("one-more.test", time.Now())
		if len(p.hosts) != 2 || p.hosts["minutes.test"] == nil {
			t.Error(len(p.hosts), "remembered; the idle ones go, one that asked to be left alone stays")
		}
		for n := range 3 * knownHosts { // all at once: none is idle
			p.at(fmt.Sprintf("busy%d.test", n), time.Now())
		}
		if len(p.hosts) > knownHosts {
			t.Error(len(p.hosts), "remembered")
		}
	})
}

func TestRobots(t *testing.T) {
	w := newWorld(t)
	var robots atomic.Int32
	site := func(status int, rules string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				robots.Add(1)
				rw.WriteHeader(status)
				io.WriteString(rw, rules)
				return
			}
			io.WriteString(rw, "forecast")
		}
	}
	w.serve("closed.test", site(200, "User-agent: *\nDisallow: /private\n"))
	w.serve("named.test", site(200, "User-agent: iolaus\nDisallow: /\n\nUser-agent: *\nAllow: /\n"))
	w.serve("none.test", site(404, ""))
	w.serve("ill.test", site(500, ""))
	w.serve("odd.test", site(200, "\xff\xfe\x00 no robots\n: :\n"))
	c := w.client(&Politeness{Robots: true, Agent: "iolaus"})
	for url, want := range map[string]error{
		"http://closed.test/":          nil,
		"http://closed.test/private/a": ErrRobots,
		"http://named.test/":           ErrRobots,
		"http://none.test/":            nil,
		"http://ill.test/":             ErrRobots, // RFC 9309, section 2.3.1.4
		"http://odd.test/":             nil,
		"http://nobody.test/":          ErrNoName, // no refusal: the name is gone
	} {
		_, err := c.Get(t.Context(), url)
		if want != nil {
			wants(t, err, want)
		} else if err != nil {
			t.Error(url, err)
		}
	}
	if n := robots.Load(); n != 5 {
		t.Error(n, "reads of robots files; they are kept for a day")
	}
	if _, err := w.client(&Politeness{}).Get(t.Context(), "http://named.test/"); err != nil {
		t.Error("robots files are read where nobody asked for it:", err)
	}
}
