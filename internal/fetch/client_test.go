// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"iolaus/internal/iru"
)

// TestMain gives the tests a temporary folder of their own, so that browsers of other packages are not taken for ours.
func TestMain(m *testing.M) {
	if strings.Contains(os.TempDir(), "iolaus-fetch-") { // a process that a test starts has its parent's folder
		goleak.VerifyTestMain(m)
	}
	own, err := os.MkdirTemp("", "iolaus-fetch-")
	if err == nil {
		err = errors.Join(os.Chmod(own, 0o711), os.Setenv("TMPDIR", own)) // the browser's user passes through
	}
	if err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"), goleak.Cleanup(func(code int) { // a server waits half a second when it hangs up
		_ = os.RemoveAll(own)
		os.Exit(code)
	}))
}

// kinds are the six kinds of which every error has exactly one.
var kinds = []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable, iru.Internal}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
	n := 0
	for _, k := range kinds {
		if errors.Is(err, k) {
			n++
		}
	}
	if n != 1 {
		t.Fatalf("%v has %d kinds", err, n)
	}
}

func TestExchangeIsExact(t *testing.T) {
	w := newWorld(t)
	const sent = "HTTP/1.1 200 OK\r\nX-Odd:   spaced \r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n\r\nsleet"
	w.says("weather.test", sent+"this belongs to no answer")
	r, err := w.client(nil).Get(t.Context(), "http://user:secret@Weather.test:80#part")
	if err != nil {
		t.Fatal(err)
	}
	e := r.Hops[0]
	if string(e.Response) != sent || string(r.Body) != "sleet" || r.Type != "text/html" || r.Final != "http://weather.test/" {
		t.Errorf("%q\n%q %s %s", e.Response, r.Body, r.Type, r.Final)
	}
	want := "GET / HTTP/1.1\r\nHost: weather.test\r\nUser-Agent: iolaus-test\r\n"
	if !strings.HasPrefix(string(e.Request), want) || !strings.HasSuffix(string(e.Request), "\r\n\r\n") || strings.Contains(string(e.Request), "secret") {
		t.Errorf("%q", e.Request)
	}
	if e.Vantage != "north" || e.Resolver != w.net.Resolver || len(e.Addresses) != 1 || e.Remote.Addr() != e.Addresses[0] ||
		e.Local.Addr() != w.net.Local || e.Protocol != "http/1.1" || e.Status != 200 || e.Error != "" || e.Truncated != "" {
		t.Errorf("%+v", e)
	}
	if e.FirstByte.Before(e.Start) || e.End.Before(e.FirstByte) {
		t.Error(e.Start, e.FirstByte, e.End)
	}
}

func TestNames(t *testing.T) {
	w := newWorld(t)
	addr := w.serve("tram.test", func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "line 9 at "+r.Host) })
	w.name("alias.test", "chain.test.")
	w.name("chain.test", "tram.test.")
	w.name("long.test", addr)
	w.name("xn--wetter-bersicht-5vb.test", addr)
	w.name("mixed.test", "::1", "10.0.0.1", addr)
	w.name("empty.test")
	for _, name := range []string{"othername", "othertype", "noquestion"} {
		w.name(name+".test", addr)
	}
	w.name("ring.test", "ring.test.")
	for url, want := range map[string]error{
		"http://alias.test/":            nil,
		"http://long.test/":             nil, // cut over UDP, whole over TCP
		"http://wetter-übersicht.test/": nil,
		"http://mixed.test/":            nil,
		"http://" + addr + "/":          nil,
		"http://nobody.test/":           ErrNoName,
		"http://broken.test/":           ErrResolve,
		"http://empty.test/":            ErrResolve,
		"http://othername.test/":        ErrResolve,
		"http://othertype.test/":        ErrResolve,
		"http://noquestion.test/":       ErrResolve,
		"http://ring.test/":             ErrResolve,
		"http:///":                      ErrAddress,
		"http://%zz/":                   ErrAddress,
		"http://tram.test:99999/":       ErrAddress,
		"ftp://tram.test/":              ErrBlockedAddress,
		"file:///etc/passwd":            ErrBlockedAddress,
		"http://tram.test:22/":          ErrBlockedAddress,
	} {
		r, err := w.client(nil).Get(t.Context(), url)
		if want == nil && (err != nil || !strings.HasPrefix(string(r.Body), "line 9")) {
			t.Errorf("%s: %q, %v", url, r.Body, err)
		}
		if want != nil {
			wants(t, err, want)
		}
	}
}

func TestGuard(t *testing.T) {
	real := newGuard(Network{})
	for _, a := range []string{"127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
		"255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "192.88.99.1", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "fe80::1", "fe80::1%lo", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"} {
		if err := real.address(netip.MustParseAddr(a)); !errors.Is(err, ErrBlockedAddress) {
			t.Errorf("%s is let through: %v", a, err)
		}
	}
	for _, a := range []string{"8.8.8.8", "1.1.1.1", "2606:4700::1111"} {
		if err := real.address(netip.MustParseAddr(a)); err != nil {
			t.Error(a, err)
		}
	}
	closed := newGuard(Network{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err := closed.address(netip.MustParseAddr("127.9.9.9")); err != nil {
		t.Error(err)
	}
	if err := closed.address(netip.MustParseAddr("8.8.8.8")); err == nil {
		t.Error("a training network reaches the internet")
	}
	if err := real.control("tcp4", "8.8.8.8:25", nil); !errors.Is(err, ErrBlockedAddress) {
		t.Error("port 25:", err)
	}
	if err := real.control("tcp4", "127.0.0.1:80", nil); !errors.Is(err, ErrBlockedAddress) {
		t.Error("control:", err)
	}
	if err := real.control("udp4", "8.8.8.8:80", nil); !errors.Is(err, ErrBlockedAddress) {
		t.Error("udp:", err)
	}
}

// Without Allow, a name that resolves to 127.0.0.1 is refused, and nothing reaches the server there.
func TestLoopbackName(t *testing.T) {
	w := newWorld(t)
	hit := false
	w.serve("inner.test", func(http.ResponseWriter, *http.Request) { hit = true })
	w.net.Allow = nil
	for _, url := range []string{"http://inner.test/", "http://127.77.0.1/", "http://[::1]/", "http://[::ffff:127.77.0.1]/", "http://2130706433/", "http://0x7f.1/"} {
		_, err := w.client(nil).Get(t.Context(), url)
		if err == nil || hit {
			t.Fatalf("%s: %v, reached %v", url, err, hit)
		}
		if !strings.HasPrefix(url, "http://0") && !strings.HasPrefix(url, "http://2") { // those two are names that do not exist
			wants(t, err, ErrBlockedAddress)
		}
	}
}

// A name that changes its address between two questions gains nothing.
func TestRebinding(t *testing.T) {
	w := newWorld(t)
	open := w.serve("rebind.test", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "http://rebind.test/inner", http.StatusFound)
	})
	w.mu.Lock()
	w.names["rebind.test"] = func(n int) []string {
		if n == 1 {
			return []string{open}
		}
		return []string{"127.0.0.1"}
	}
	w.mu.Unlock()
	r, err := w.client(nil).Get(t.Context(), "http://rebind.test/")
	wants(t, err, ErrBlockedAddress)
	if len(r.Hops) != 2 || r.Hops[0].Status != 302 || r.Hops[1].Remote.IsValid() || r.Hops[1].Error == "" {
		t.Errorf("%+v", r.Hops)
	}
}

// The last word is the dialer's: an address that was open when the name was resolved, and no longer is, is not connected to.
func TestRebindingAfterTheCheck(t *testing.T) {
	w := newWorld(t)
	hit := false
	w.serve("late.test", func(http.ResponseWriter, *http.Request) { hit = true })
	w.net.Allow = []netip.Prefix{netip.MustParsePrefix("127.88.0.0/16")}
	c := w.client(nil)
	c.first = func(netip.Addr) error { return nil }
	r, err := c.Get(t.Context(), "http://late.test/")
	wants(t, err, ErrBlockedAddress)
	if hit || len(r.Hops) != 1 || r.Hops[0].Remote.IsValid() {
		t.Errorf("reached: %v, %+v", hit, r.Hops)
	}
}

func TestRedirects(t *testing.T) {
	w := newWorld(t)
	w.serve("loop.test", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/again", 302) })
	w.serve("cookie.test", func(rw http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("seen"); err == nil && c.Value == "1" {
			io.WriteString(rw, "cloudy")
			return
		}
		http.SetCookie(rw, &http.Cookie{Name: "seen", Value: "1"})
		http.Redirect(rw, r, "/", 302)
	})
	for name, to := range map[string]string{"meta": "http://169.254.169.254/latest", "file": "file:///etc/passwd", "port": "http://cookie.test:6379/", "out": "http://8.8.8.8/"} {
		w.says(name+".test", "HTTP/1.1 301 M\r\nLocation: "+to+"\r\nContent-Length: 0\r\n\r\n")
	}
	c := w.client(nil)
	r, err := c.Get(t.Context(), "http://loop.test/")
	wants(t, err, ErrRedirects)
	if len(r.Hops) != 6 {
		t.Error(len(r.Hops), "hops")
	}
	if r, err := c.Get(t.Context(), "http://cookie.test/"); err != nil || string(r.Body) != "cloudy" || len(r.Hops) != 2 {
		t.Errorf("%q %v", r.Body, err)
	}
	for _, name := range []string{"meta", "file", "port", "out"} {
		r, err := c.Get(t.Context(), "http://"+name+".test/")
		wants(t, err, ErrBlockedAddress)
		if r.Hops[0].Status != 301 {
			t.Errorf("%+v", r.Hops)
		}
	}
	if r, err := c.Get(t.Context(), "http://meta.test/", NoRedirect()); err != nil || r.Status != 301 {
		t.Error(r.Status, err)
	}
}

// What ordinary and hostile pages write into a query goes out escaped, in one request line of three words.
func TestQueries(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("\u00e4", 3000)
	for name, to := range map[string]string{"space": "/x?q=foo bar", "latin": "/x?q=\xe9", "line": "/x?q=a HTTP/1.1", "marks": "/x?q=<\"b\">", "long": "/" + long} {
		w.raw(name+".test", func(c net.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 302 F\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", to)
		})
	}
	for name, want := range map[string]string{"space": "q=foo%20bar", "latin": "q=%E9", "line": "q=a%20HTTP/1.1", "marks": "q=%3C%22b%22%3E"} {
		r, err := w.client(nil, func(l *Limits) { l.Redirects = 1 }).Get(t.Context(), "http://"+name+".test/")
		wants(t, err, ErrRedirects)
		line, _, _ := strings.Cut(string(r.Hops[1].Request), "\r\n")
		if line != "GET /x?"+want+" HTTP/1.1" || !strings.HasSuffix(r.Final, "/x?"+want) || r.Hops[1].URL != r.Final {
			t.Errorf("%q, %s", line, r.Final)
		}
	}
	r, err := w.client(nil).Get(t.Context(), "http://long.test/")
	wants(t, err, ErrAddress)
	if len(r.Hops) != 1 || len(r.Final) > longestAddress {
		t.Errorf("%d hops, final of %d bytes", len(r.Hops), len(r.Final))
	}
}

func TestEndlessBody(t *testing.T) {
	w := newWorld(t)
	w.raw("endless.test", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
		block := bytes.Repeat([]byte("drizzle "), 8192)
		for range 1 << 30 / len(block) {
			if _, err := c.Write(block); err != nil {
				return
			}
		}
	})
	r, err := w.client(nil).Get(t.Context(), "http://endless.test/")
	wants(t, err, ErrTooLarge)
	if len(r.Body) != 2<<20 || r.Truncated != TruncatedLength || len(r.Hops[0].Response) > 3<<20 || r.Status != 200 {
		t.Error(len(r.Body), r.Truncated, len(r.Hops[0].Response))
	}
	r, err = w.client(nil).Get(t.Context(), "http://endless.test/", Prefix(100))
	if err != nil || len(r.Body) != 100 || r.Truncated != TruncatedLength {
		t.Error(len(r.Body), r.Truncated, err)
	}
	if _, _, _, err := w.client(nil).Fetch(t.Context(), "http://endless.test/", "*/*"); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

// The bodies of redirects fill no memory, and none keeps us from following.
func TestRedirectBodies(t *testing.T) {
	w := newWorld(t)
	block := bytes.Repeat([]byte("drizzle "), 1<<17)
	w.raw("heavy.test", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 302 F\r\nLocation: /again\r\nContent-Length: 8388608\r\n\r\n")
		for range 8 {
			if _, err := c.Write(block); err != nil {
				return
			}
		}
	})
	r, err := w.client(nil, func(l *Limits) { l.Body = 16 << 20 }).Get(t.Context(), "http://heavy.test/")
	wants(t, err, ErrRedirects)
	kept := 0
	for _, h := range r.Hops {
		kept += len(h.Response)
		if h.Truncated != TruncatedLength || h.Error != "" {
			t.Errorf("truncated %q, %s", h.Truncated, h.Error)
		}
	}
	t.Logf("%d hops of 8 MB each keep %d bytes", len(r.Hops), kept)
	if len(r.Hops) != 6 || kept > 6*(redirectBytes+64<<10+8<<10) {
		t.Errorf("%d hops keep %d bytes", len(r.Hops), kept)
	}
	if r, err := w.client(nil, func(l *Limits) { l.Body = 16 << 20 }).Get(t.Context(), "http://heavy.test/", NoRedirect()); err != nil || len(r.Body) != 8<<20 {
		t.Error("the body that was asked for was cut:", len(r.Body), err)
	}
}

func zip(level int, b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, level)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func TestUnpack(t *testing.T) {
	text := bytes.Repeat([]byte("fog until ten, then sun. "), 200)
	var br, zs, zl, fl bytes.Buffer
	b := brotli.NewWriter(&br)
	b.Write(text)
	b.Close()
	z, _ := zstd.NewWriter(&zs)
	z.Write(text)
	z.Close()
	l := zlib.NewWriter(&zl)
	l.Write(text)
	l.Close()
	f, _ := flate.NewWriter(&fl, 9)
	f.Write(text)
	f.Close()
	zeros := make([]byte, 4<<20)
	small := zip(9, zeros)
	var zb bytes.Buffer
	z, _ = zstd.NewWriter(&zb)
	z.Write(zeros)
	z.Close()
	limits := Limits{Body: 2 << 20, Ratio: 100}.filled()
	for _, c := range []struct {
		name, encoding string
		packed         []byte
		body           []byte
		err            error
	}{
		{"none", "", text, text, nil},
		{"gzip", "gzip", zip(6, text), text, nil},
		{"twice", "gzip, gzip", zip(6, zip(6, text)), text, nil},
		{"brotli", "br", br.Bytes(), text, nil},
		{"zstd", "zstd", zs.Bytes(), text, nil},
		{"zlib", "deflate", zl.Bytes(), text, nil},
		{"raw deflate", "deflate", fl.Bytes(), text, nil},
		{"unknown", "pack200", []byte("??"), []byte("??"), nil},
		{"not gzip", "gzip", []byte("plain text"), nil, ErrProtocol},
		{"cut", "gzip", zip(6, text)[:60], nil, ErrProtocol},
		{"four times", "gzip,gzip,gzip,gzip", zip(6, zip(6, zip(6, zip(6, text)))), nil, ErrBomb},
		{"long", "gzip", zip(0, make([]byte, 3<<20)), make([]byte, 2<<20), ErrTooLarge},
		{"bomb", "gzip", zip(9, zeros[:1<<20+200_000]), nil, ErrBomb},
		{"nested bomb", "gzip, gzip", zip(9, small), nil, ErrBomb},
		{"zstd bomb", "zstd", zb.Bytes(), nil, ErrBomb},
	} {
		body, err := unpack(c.packed, []string{c.encoding}, limits, false)
		if c.err != nil {
			wants(t, err, c.err)
		} else if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.body != nil && !bytes.Equal(body, c.body) || len(body) > 2<<20 {
			t.Errorf("%s: %d bytes", c.name, len(body))
		}
	}
}

func TestBombOverTheWire(t *testing.T) {
	w := newWorld(t)
	bomb := zip(9, make([]byte, 8<<20))
	w.raw("bomb.test", func(c net.Conn) {
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb)
	})
	r, err := w.client(nil, func(l *Limits) { l.Body = 16 << 20 }).Get(t.Context(), "http://bomb.test/")
	wants(t, err, ErrBomb)
	if !bytes.HasSuffix(r.Hops[0].Response, bomb) || r.Body != nil {
		t.Error("the bomb itself is evidence and was not kept, or it was unpacked:", len(r.Hops[0].Response), len(r.Body))
	}
}

func TestBrokenAnswers(t *testing.T) {
	w := newWorld(t)
	slow := func(head string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, head)
			for range 100 {
				time.Sleep(20 * time.Millisecond)
				if _, err := io.WriteString(c, "a"); err != nil {
					return
				}
			}
		}
	}
	w.says("latin.test", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xfe\x80a")
	w.says("short.test", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbroken off")
	w.says("chunks.test", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\nx\r\n0\r\n\r\n")
	w.says("twolengths.test", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")
	w.says("negative.test", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")
	w.says("garbage.test", "\x16\x03\x01\x02\x00garbage\r\n\r\n")
	w.says("silent.test", "")
	w.says("interim.test", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	w.says("interims.test", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50))
	w.says("icy.test", "ICY 200 OK\r\nicy-name: Tram radio\r\ncontent-type: audio/mpeg\r\n\r\n\xff\xfbsound")
	w.raw("headers.test", func(c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		for i := 0; ; i++ {
			if _, err := fmt.Fprintf(c, "X-Wind-%d: %s\r\n", i, strings.Repeat("v", 500)); err != nil {
				return
			}
		}
	})
	w.raw("slowhead.test", slow("HTTP/1.1 200 OK\r\nX-Slow: "))
	w.raw("slowbody.test", slow("HTTP/1.1 200 OK\r\n\r\n<title>Sun</title>"))
	w.raw("mute.test", func(c net.Conn) { time.Sleep(time.Second) })
	w.name("closed.test", "127.77.255.1")
	c := w.client(nil, func(l *Limits) { l.FirstByte, l.Total = 200*time.Millisecond, 400*time.Millisecond })
	for _, x := range []struct {
		name, body, truncated string
		err                   error
	}{
		{"latin", "\xff\xfe\x80a", "", nil},
		{"interim", "ok", "", nil},
		{"icy", "\xff\xfbsound", "", nil},
		{"short", "broken off", TruncatedDisconnect, ErrProtocol},
		{"chunks", "hello", TruncatedDisconnect, ErrProtocol},
		{"twolengths", "", TruncatedDisconnect, ErrProtocol},
		{"negative", "", TruncatedDisconnect, ErrProtocol},
		{"garbage", "", TruncatedDisconnect, ErrProtocol},
		{"silent", "", TruncatedDisconnect, ErrProtocol},
		{"interims", "", TruncatedDisconnect, ErrProtocol},
		{"headers", "", TruncatedLength, ErrTooLarge},
		{"slowhead", "", TruncatedTime, ErrTimeout},
		{"slowbody", "<title>Sun</title>a", TruncatedTime, ErrTimeout},
		{"mute", "", TruncatedTime, ErrTimeout},
		{"closed", "", "", ErrConnect},
	} {
		t.Run(x.name, func(t *testing.T) {
			r, err := c.Get(t.Context(), "http://"+x.name+".test/")
			if x.err != nil {
				wants(t, err, x.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(r.Body), x.body) || x.body == "" && len(r.Body) > 0 || r.Truncated != x.truncated {
				t.Errorf("%q, truncated %q", r.Body, r.Truncated)
			}
			if len(r.Hops) != 1 || (err != nil) != (r.Hops[0].Error != "") {
				t.Errorf("%+v", r.Hops)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t)
	w.raw("mute.test", func(c net.Conn) { io.Copy(io.Discard, c) })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	began := time.Now()
	_, err := w.client(nil).Get(ctx, "http://mute.test/")
	wants(t, err, context.Canceled)
	if took := time.Since(began); took > time.Second {
		t.Error("took", took)
	}
}

func TestCertificates(t *testing.T) {
	w := newWorld(t)
	w.secure("good.test", nil)
	w.secure("old.test", func(c *x509.Certificate, _ *bool) { c.NotAfter = time.Now().Add(-time.Minute) })
	w.secure("self.test", func(_ *x509.Certificate, self *bool) { *self = true })
	w.secure("other.test", func(c *x509.Certificate, _ *bool) { c.DNSNames = []string{"elsewhere.test"} })
	for name, why := range map[string]string{"good": "", "old": "expired", "self": "unknown authority", "other": "elsewhere.test"} {
		r, err := w.client(nil).Get(t.Context(), "https://"+name+".test/")
		if err != nil || !strings.Contains(string(r.Body), "secure forecast") {
			t.Fatalf("%s: %q %v", name, r.Body, err)
		}
		s := r.TLS
		if s.Verified != (why == "") || !strings.Contains(s.Error, why) || s.Version != "TLS 1.3" || len(s.SPKI) != 64 || s.Leaf() == nil || s.Name != name+".test" {
			t.Errorf("%s: %+v", name, s)
		}
		if s := string(r.Hops[0].Response); !strings.HasPrefix(s, "HTTP/1.1 200 OK\r\n") {
			t.Errorf("%.40q", s)
		}
	}
	info, at, err := w.client(nil).TLS(t.Context(), "good.test")
	if err != nil || !info.Verified || !at.IsValid() {
		t.Error(info, at, err)
	}
	w.says("plain.test", "HTTP/1.1 200 OK\r\n\r\n")
	l, addr := w.listen(testHTTPS)
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			c.Close()
		}
	}()
	w.name("nottls.test", addr)
	_, err = w.client(nil).Get(t.Context(), "https://nottls.test/")
	wants(t, err, ErrProtocol)
}
