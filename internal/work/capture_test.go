// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

const forecast = "Rain will spread from the west during the morning. The afternoon brings sun between showers, and the wind turns to the north. "

// answer is an HTTP answer with a status, header lines and a body.
func answer(status int, header, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: text/html; charset=utf-8\r\n%sContent-Length: %d\r\n\r\n%s", status, header, len(body), body)
}

func page(title, body string) string {
	return answer(200, "", "<!doctype html><title>"+title+"</title><p>"+strings.Repeat(forecast, 3)+body)
}

// small keeps hostile servers from unwilling a test's time.
var small = fetch.Limits{Body: 2 << 20, Ratio: 50, Header: 64 << 10, Redirects: 5, Dial: time.Second, FirstByte: 300 * time.Millisecond, Total: 700 * time.Millisecond}

// Whatever a page and its server do, a capture ends in a stored exhibit with a typed outcome, and no job ends in an error.
func TestHostilePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		leads := func(name, to string) { s.says(name, answer(302, "Location: "+to+"\r\n", "")) }
		s.says("space.test", page("Snow", `<img src="/p.png?x=a b"><img src="/p.png?x=a%20HTTP/1.1 c"><a href="/more?q=a b">more</a>`))
		s.says("title.test", page("a&#1;b\x02&#27;[1m", "<meta http-equiv=content-language content='"+strings.Repeat("\xffa", 17)+"'>"))
		s.says("latin.test", "HTTP/1.1 200 \xe9\r\nX-Odd: \xfe\r\nContent-Type: text/html; charset=\xff\r\n\r\n<title>\xe9\xff</title>\xff\xfe\x00 "+forecast)
		leads("query.test", "/x?q=foo bar")
		leads("bytes.test", "/x?q=\xe9\xff")
		leads("line.test", "/x?q=a HTTP/1.1")
		leads("long.test", "/"+strings.Repeat("\u00e4", 3000))
		leads("scheme.test", "file:///etc/passwd")
		s.says("legal.test", answer(451, "Link: <\xffhttps://court.test/>; rel=\"blocked-by\"\r\n", ""))
		s.says("error.test", answer(500, "", "<title>Oops</title>"))
		s.says("away.test", answer(404, "", "<title>Nothing</title>"))
		var z bytes.Buffer
		zw := gzip.NewWriter(&z)
		_, err := zw.Write(make([]byte, 8<<20))
		s.ok(err)
		s.ok(zw.Close())
		s.says("bomb.test", answer(200, "Content-Encoding: gzip\r\n", z.String()))
		s.host("endless.test", func(c net.Conn, _ string) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Snow</title>")
			for more := strings.Repeat(forecast, 500); ; {
				if _, err := io.WriteString(c, more); err != nil {
					return
				}
			}
		})
		s.host("mute.test", func(c net.Conn, _ string) { io.Copy(io.Discard, c) })
		rebind := s.host("rebind.test", func(c net.Conn, _ string) {
			io.WriteString(c, answer(302, "Location: http://rebind.test/inner\r\n", ""))
		})
		s.mu.Lock()
		s.names["rebind.test"] = func(n int) string {
			if n%2 == 1 {
				return rebind
			}
			return "127.0.0.1"
		}
		s.mu.Unlock()
		s.name("inner.test", "127.0.0.1")
		s.look(small, nil)
		for _, x := range []struct {
			name    string
			outcome iru.Outcome
			again   bool // it told nothing: tried again later
		}{
			{"space", iru.Up, false}, {"title", iru.Up, false}, {"latin", iru.Up, false}, {"endless", iru.Up, false},
			{"query", iru.Failed, true}, {"bytes", iru.Failed, true}, {"line", iru.Failed, true}, {"long", iru.Failed, true}, {"scheme", iru.Failed, true},
			{"bomb", iru.Failed, true}, {"mute", iru.Timeout, true}, {"error", iru.Failed, true}, {"rebind", iru.Failed, true}, {"inner", iru.Refused, true},
			{"legal", iru.LegalBlock, false}, {"away", iru.Gone, false}, {"nobody", iru.DomainHeld, false},
		} {
			t.Run(x.name, func(t *testing.T) {
				a, i := s.watch("http://" + x.name + ".test/")
				err := s.capture(i, 0)
				var wait *river.JobSnoozeError
				if err != nil && !errors.As(err, &wait) || (wait != nil) != x.again {
					t.Fatalf("the job ends with %v", err)
				}
				xs := s.exhibits(i)
				if len(xs) != 1 || xs[0].Outcome != x.outcome {
					t.Fatalf("exhibits %+v", xs)
				}
				m, err := exhibit.ParseManifest(s.file(xs[0], "manifest.json"))
				if err != nil || m.Outcome != string(x.outcome) {
					t.Errorf("manifest: %v, %+v", err, m)
				}
				s.file(xs[0], "capture.warc.gz")
				if x.name == "space" && (len(xs[0].Prints) != 4 || !strings.Contains(xs[0].Prints[2].Where, "/p.png?x=a")) {
					t.Errorf("its pictures are missing among %+v", xs[0].Prints)
				}
				if i = s.item(a); i.State == iru.ItemNew || (i.State == iru.ItemReady) != (x.outcome == iru.Up) {
					t.Errorf("the item is %s", i.State)
				}
				if _, err := s.round(t.Context(), a); err != nil {
					t.Errorf("a round of looks: %v", err)
				}
				err = (&monitor{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Monitor]{JobRow: &rivertype.JobRow{}, Args: desk.Monitor{Asset: a.ID}})
				if err != nil {
					t.Errorf("the first visit ends with %v", err)
				}
			})
		}
	})
}

// What a capture that told nothing costs is a pause, longer each time, counted in the store and not in memory.
func TestCaptureIsTriedAgain(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var status atomic.Int64
	status.Store(503)
	s.host("moody.test", func(c net.Conn, _ string) {
		io.WriteString(c, answer(int(status.Load()), "", "<title>Snow</title>"+forecast))
	})
	s.look(small, nil)
	a, i := s.watch("http://moody.test/")
	var all time.Duration
	var wait *river.JobSnoozeError
	for n := 0; ; n++ {
		s.Crew = &Crew{Desk: s.Desk, Store: s.Store, Vault: s.Vault, Vantages: s.Vantages, Software: s.Software, Post: s.Post} // as after a restart
		err := s.capture(i, 0)
		if err == nil {
			if n < 11 || n > 13 || all < 6*24*time.Hour || all > 8*24*time.Hour {
				t.Errorf("given up after %d pauses, %v in all", n, all)
			}
			break
		}
		if !errors.As(err, &wait) || n < 2 && wait.Duration != []time.Duration{time.Minute, 5 * time.Minute}[n] || wait.Duration > 24*time.Hour || n > 13 {
			t.Fatalf("try %d: %v", n, err)
		}
		all += wait.Duration
	}
	if i = s.item(a); i.State != iru.ItemFailed {
		t.Errorf("the item is %s", i.State)
	}
	status.Store(200)
	if err := s.capture(i, 0); err != nil || s.item(a).State != iru.ItemReady {
		t.Errorf("%v, the item is %s", err, s.item(a).State)
	}
	have := len(s.exhibits(i))
	if err := s.capture(i, 0); err != nil || len(s.exhibits(i)) != have {
		t.Errorf("a first capture that was done is done again: %v", err)
	}
	last := s.exhibits(i)[0].Event
	if err := s.capture(i, last); err != nil || len(s.exhibits(i)) != have+1 {
		t.Errorf("what was asked for anew is not captured: %v", err)
	}
	status.Store(503)
	if err := s.capture(i, last); !errors.As(err, &wait) || wait.Duration != time.Minute || s.item(a).State != iru.ItemReady {
		t.Errorf("asked for anew, and the server fails: %v, the item is %s", err, s.item(a).State)
	}
}

// Where our own pace forbids to ask, nothing is recorded: it says nothing about the page.
func TestCaptureKeepsThePace(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	s.says("calm.test", page("Snow", `<img src="/a.png">`))
	s.look(small, &fetch.Politeness{Every: time.Hour, Patience: time.Millisecond})
	a, i := s.watch("http://calm.test/")
	if err := s.capture(i, 0); err != nil {
		t.Fatal(err)
	}
	if m := s.manifest(i); leftOut(m) != 1 {
		t.Errorf("warnings %q", m.Warnings)
	}
	var wait *river.JobSnoozeError
	if err := s.capture(i, 1); !errors.As(err, &wait) || wait.Duration < 50*time.Minute || wait.Duration > time.Hour || len(s.exhibits(i)) != 1 {
		t.Errorf("%v, %d exhibits", err, len(s.exhibits(i)))
	}
	err := (&monitor{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Monitor]{JobRow: &rivertype.JobRow{}, Args: desk.Monitor{Asset: a.ID}})
	if !errors.As(err, &wait) || wait.Duration > time.Hour || len(s.exhibits(i)) != 1 {
		t.Errorf("monitoring: %v, %d exhibits", err, len(s.exhibits(i)))
	}
}

// leftOut counts what a manifest says was left out.
func leftOut(m exhibit.Manifest) (n int) {
	for _, w := range m.Warnings {
		if strings.Contains(w, " was left out: ") {
			n++
		}
	}
	return n
}

// A site that drips its pictures does not take the time in which its page is kept.
func TestDrippingPictures(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var list strings.Builder
	for n := range maxImages + 6 {
		fmt.Fprintf(&list, `<img src="/%d.png">`, n)
	}
	s.host("drip.test", func(c net.Conn, path string) {
		if path == "/" {
			io.WriteString(c, page("Snow", list.String()+`<link rel=icon href=/icon.png><link rel=alternate type=application/rss+xml href=/feed>`))
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
		for range 200 {
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	s.look(fetch.Limits{}, nil)
	a, i := s.watch("http://drip.test/")
	began := time.Now()
	s.ok(s.record(t.Context(), s.Vantages[0], a, i, allowance{1 << 20, 300 * time.Millisecond}))
	if took := time.Since(began); took > 10*time.Second {
		t.Error("took", took)
	}
	m := s.manifest(i)
	if m.Outcome != "up" || len(m.Warnings) < maxImages || s.item(a).State != iru.ItemReady {
		t.Errorf("%s with warnings %q, the item is %s", m.Outcome, m.Warnings, s.item(a).State)
	}
	if plenty.time+fetch.DefaultLimits.Total > jobTimeout-time.Minute {
		t.Error("a page and what belongs to it leave no time to keep them")
	}
}

// A store that refuses does not end a capture: it is tried again until people have mended it.
func TestStoreThatRefuses(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	s.says("calm.test", page("Snow", ""))
	s.look(small, nil)
	_, i := s.watch("http://calm.test/")
	id, err := age.GenerateX25519Identity()
	s.ok(err)
	whole := s.Vault
	s.Vault = blob.NewVault(unwilling{s.Store}, id)
	var gone *river.JobCancelError
	if err := s.capture(i, 0); !errors.Is(err, iru.Unavailable) || errors.As(err, &gone) || len(s.exhibits(i)) != 0 {
		t.Fatalf("the job ends with %v, and there are %d exhibits", err, len(s.exhibits(i)))
	}
	s.Vault = whole
	if err := s.capture(i, 0); err != nil || len(s.exhibits(i)) != 1 {
		t.Error(err, len(s.exhibits(i)))
	}
}

// unwilling is a store whose bucket takes nothing.
type unwilling struct{ blob.Store }

func (unwilling) Put(context.Context, io.Reader) (string, int64, error) {
	return "", 0, fmt.Errorf("store bytes: %w: the bucket's policy", iru.Forbidden)
}
