// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// missing lists what of a shot was not made.
func missing(s *Shot) (list []string) {
	for _, m := range s.Missing {
		list = append(list, m.What)
	}
	return list
}

// Pages that do not want to be taken: each ends, within its limits, and says what was out of the ordinary.
func TestBrowserSurvives(t *testing.T) {
	drip := func(rw http.ResponseWriter, every time.Duration) {
		for range 10000 {
			if _, err := io.WriteString(rw, "<p>drop"); err != nil {
				return
			}
			rw.(http.Flusher).Flush()
			time.Sleep(every)
		}
	}
	quick := ShotOptions{Load: 3 * time.Second, Settle: time.Second}
	for _, c := range []struct {
		name    string
		page    string
		more    http.HandlerFunc // for every other path
		o       ShotOptions
		warning string
		missing []string
		check   func(t *testing.T, s *Shot, all []Exchange)
	}{
		{name: "alert loop", page: `<title>alerts</title><p>text<script>for (let i = 0; i < 1e9; i++) alert(i)</script>`, o: quick, warning: "opened dialogs"},
		{name: "confirm and prompt", page: `<title>x</title><script>document.title = [confirm("?"), prompt("?")].join()</script>`, o: quick, warning: "opened dialogs, which were dismissed: 2",
			check: func(t *testing.T, s *Shot, _ []Exchange) {
				if s.Title != "false," {
					t.Error(s.Title)
				}
			}},
		{name: "busy loop", page: `<title>busy</title><p>text<script>for (;;);</script>`, o: quick, warning: "still loading after 3s"},
		{name: "busy timers", page: `<title>timers</title><p>text<script>setInterval(() => { const t = Date.now(); while (Date.now() - t < 300); }, 1)</script>`, o: quick},
		{name: "window loop", page: `<title>windows</title><p>text<script>let n = 0; setInterval(() => { if (n++ < 40) open("/pop" + n) }, 20)</script>`, o: quick,
			check: func(t *testing.T, s *Shot, _ []Exchange) {
				if len(s.Popups) == 0 || len(s.Popups) > popups {
					t.Errorf("%q", s.Popups)
				}
			}},
		{name: "never finishes", page: `<title>never</title><p>text<iframe src=/never></iframe>`, o: quick, warning: "still loading after 3s",
			more: func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", markup)
				drip(rw, 100*time.Millisecond)
			},
			check: func(t *testing.T, s *Shot, all []Exchange) {
				for _, e := range all {
					if strings.HasSuffix(e.URL, "/never") && (e.Truncated == "" || len(e.Response) < 100) {
						t.Error(e.Truncated, e.Error, len(e.Response))
					}
				}
				if s.Text != "text" || s.Title != "never" {
					t.Errorf("%q %q", s.Title, s.Text)
				}
			}},
		{name: "200 MB", page: `<title>big</title><p>text<script>fetch("/big").then(r => r.arrayBuffer()).catch(() => document.title = "cut")</script>`, o: ShotOptions{Load: 20 * time.Second, Settle: 10 * time.Second},
			more: func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Length", "200000000")
				piece := bytes.Repeat([]byte("snow"), 25000)
				for range 2000 {
					if _, err := rw.Write(piece); err != nil {
						return
					}
				}
			},
			check: func(t *testing.T, s *Shot, all []Exchange) {
				for _, e := range all {
					if strings.HasSuffix(e.URL, "/big") && (e.Truncated != TruncatedLength || len(e.Response) < 64<<20 || len(e.Response) > 65<<20) {
						t.Error(e.Truncated, e.Error, len(e.Response))
					}
				}
			}},
		{name: "memory", page: `<title>hog</title><p>text<script>const all = []; const f = () => { for (let i = 0; i < 8; i++) { const a = new Uint8Array(8 << 20); a.fill(7); all.push(a) } setTimeout(f, 1) }; f()</script>`,
			o: ShotOptions{Memory: 600 << 20, Load: 20 * time.Second, Settle: 20 * time.Second, Quiet: 20 * time.Second}, warning: "crashed", missing: []string{"dom", "screenshot", "pdf", "mhtml"}},
		{name: "download", page: `<title>load</title><p>text<iframe src=/file></iframe><a download id=a href=/file2>x</a><script>document.getElementById("a").click()</script>`, o: quick,
			more: func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", "application/x-train")
				rw.Header().Set("Content-Disposition", `attachment; filename="train.bin"`)
				io.WriteString(rw, "timetable")
			}},
		{name: "permissions", page: `<title>x</title><script>
(async () => {
	const out = [];
	await new Promise(f => navigator.geolocation.getCurrentPosition(() => f(out.push("place")), () => f(0)));
	try { out.push(await Notification.requestPermission()) } catch (e) {}
	try { await navigator.mediaDevices.getUserMedia({audio: true, video: true}); out.push("camera") } catch (e) {}
	try { out.push((await navigator.permissions.query({name: "geolocation"})).state) } catch (e) {}
	document.title = "asked " + out.join();
})()</script>`, o: quick,
			check: func(t *testing.T, s *Shot, _ []Exchange) {
				if !strings.HasPrefix(s.Title, "asked ") || strings.Contains(s.Title, "place") || strings.Contains(s.Title, "camera") || strings.Contains(s.Title, "granted") {
					t.Error(s.Title)
				}
			}},
		{name: "stays", page: `<title>stay</title><p>text<script>onbeforeunload = e => { e.preventDefault(); return "stay" }; setTimeout(() => location = "/gone", 100)</script>`, o: quick,
			more: func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", markup)
				io.WriteString(rw, icon+"<title>gone</title>")
			}},
		{name: "tall", page: `<title>tall</title><body style="margin:0"><div style="height:200000px;width:9000px;background:linear-gradient(red,blue)">`, o: ShotOptions{Load: 20 * time.Second}, warning: "the picture was cut to 5120 by 16384",
			check: func(t *testing.T, s *Shot, _ []Exchange) {
				if s.Height != 16384 || s.Width != 5120 || s.Screenshot.Size() > longestPicture {
					t.Error(s.Width, s.Height)
				}
			}},
		{name: "reloads", page: `<title>again</title><p>text<script>setTimeout(() => location.reload(), 50)</script>`, o: quick, missing: []string{"*"}},
		{name: "clobbered", page: `<title>true title</title><p>text<form name=documentElement></form><img name=body><img name=title><script>Object.defineProperty(Document.prototype, "title", {get: () => "lie"}); Element.prototype.getAttribute = () => "lie"</script>`, o: quick,
			check: func(t *testing.T, s *Shot, _ []Exchange) {
				if s.Title != "true title" || s.Lang != "" || s.Text != "text" || !strings.Contains(s.DOM, "<form") {
					t.Errorf("%q %q %q", s.Title, s.Lang, s.Text)
				}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.serve("tram.test", func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/" && c.more != nil {
					c.more(rw, r)
					return
				}
				rw.Header().Set("Content-Type", markup)
				io.WriteString(rw, icon+c.page)
			})
			c.o.Total = time.Minute
			s, r, err := shoot(t, w.client(nil, func(l *Limits) { l.Total = time.Minute }), "http://tram.test/", c.o)
			if err != nil {
				t.Fatal(err)
			}
			if got := missing(s); !slices.Equal(got, c.missing) && !slices.Equal(c.missing, []string{"*"}) {
				t.Errorf("missing: %q", s.Missing)
			}
			if said := strings.Join(s.Warnings, "; "); !strings.Contains(said, c.warning) {
				t.Errorf("warnings: %q", s.Warnings)
			}
			if c.check != nil {
				c.check(t, s, r.exchanges())
			}
			nothingLeft(t)
			if t.Failed() {
				t.Logf("%q %q %q %+v", s.Title, s.Warnings, s.Missing, s.Proxy)
			}
		})
	}
}

// A page whose answer is cut off is taken at once, as far as it came: it has no load event.
func TestBrowserTakesWhatWasCutOff(t *testing.T) {
	for name, rest := range map[string]string{
		"short":     "Content-Length: 5000\r\n\r\n<title>cut</title><p>half of it",
		"bad chunk": "Transfer-Encoding: chunked\r\n\r\n1f\r\n<title>cut</title><p>half of it\r\nzz\r\n",
	} {
		w := newWorld(t)
		w.says("tram.test", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"+rest)
		s, r, err := shoot(t, w.client(nil), "http://tram.test/", ShotOptions{})
		if err != nil || len(s.Missing) > 0 || len(s.Warnings) > 0 || s.Title != "cut" || s.Text != "half of it" {
			t.Errorf("%s: %v; %q %q; %q %q", name, err, s.Missing, s.Warnings, s.Title, s.Text)
		}
		if e := r.only(); e.Truncated != TruncatedDisconnect {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// Little time is shared between loading and taking.
func TestLoading(t *testing.T) {
	now := time.Now()
	ctx, cancel := context.WithDeadline(t.Context(), now.Add(20*time.Second))
	defer cancel()
	for load, want := range map[time.Duration]time.Duration{30 * time.Second: 10 * time.Second, 3 * time.Second: 3 * time.Second} {
		if got := (ShotOptions{Load: load}).loading(ctx, now); got != want {
			t.Errorf("%v of %v", got, load)
		}
	}
	if got := (ShotOptions{Load: time.Hour}).loading(t.Context(), now); got != time.Hour {
		t.Error(got)
	}
}

// A page that cannot be had is an error of its kind, never a picture of our own words.
func TestBrowserFails(t *testing.T) {
	w := newWorld(t)
	w.name("inside.test", "10.0.0.1")
	w.name("down.test", "127.77.9.9")
	w.raw("empty.test", func(net.Conn) {})
	w.raw("mute.test", func(c net.Conn) { io.Copy(io.Discard, c) })
	w.serve("gone.test", func(rw http.ResponseWriter, r *http.Request) {
		http.Error(rw, "no such train", http.StatusNotFound)
	})
	w.serve("away.test", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://inside.test/", http.StatusFound)
	})
	for address, want := range map[string]error{
		"http://nobody.test/":     ErrNoName,
		"https://nobody.test/":    ErrNoName,
		"http://inside.test/":     ErrBlockedAddress,
		"https://inside.test/":    ErrBlockedAddress,
		"http://away.test/":       ErrBlockedAddress,
		"http://down.test/":       ErrConnect,
		"https://down.test/":      ErrConnect,
		"file:///etc/passwd":      ErrBlockedAddress,
		"chrome://version":        ErrBlockedAddress,
		"javascript:alert(1)":     ErrBlockedAddress,
		"http://tram.test:99999/": ErrAddress,
		"http://empty.test/":      ErrProtocol,
	} {
		s, _, err := shoot(t, w.client(nil), address, ShotOptions{})
		if err == nil {
			t.Errorf("%s: %q %.200q", address, s.Warnings, s.Text)
			continue
		}
		wants(t, err, want)
		if s == nil || s.Screenshot != nil || s.PDF != nil {
			t.Errorf("%s: %q", address, s.Warnings)
		}
	}
	s, _, err := shoot(t, w.client(nil), "http://gone.test/", ShotOptions{})
	if err != nil || s.Status != 404 || strings.TrimSpace(s.Text) != "no such train" || s.Screenshot == nil {
		t.Errorf("%+v, %v", s, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	_, err = chromiumHere(t).Capture(ctx, w.client(nil, func(l *Limits) { l.FirstByte = time.Minute }), "http://mute.test/", (&reel{t: t}).tape, ShotOptions{})
	wants(t, err, ErrTimeout)
	failing := &reel{t: t, fail: errors.New("the disk is full")}
	if _, err = chromiumHere(t).Capture(t.Context(), w.client(nil), "http://gone.test/", failing.tape, ShotOptions{}); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Error(err)
	}
	nothingLeft(t)
}
