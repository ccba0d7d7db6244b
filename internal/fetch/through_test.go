// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// A middleman is a proxy of one kind that notes what it is told to connect to.
type middleman struct {
	way  Way
	mu   sync.Mutex
	told []string
}

func (w *world) middleman(kind string, serve func(m *middleman, c net.Conn, in *bufio.Reader)) *middleman {
	addr := fmt.Sprintf("127.77.0.%d", w.last.Add(1))
	l, err := net.Listen("tcp", addr+":0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { l.Close() })
	m := &middleman{way: Way{Kind: kind, At: netip.MustParseAddrPort(l.Addr().String())}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(m, c, bufio.NewReader(c))
			}()
		}
	}()
	return m
}

func (m *middleman) heard() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.told, " ")
}

// join connects to an address and passes bytes.
func (m *middleman) join(c net.Conn, in io.Reader, to string, yes, no string) {
	m.mu.Lock()
	m.told = append(m.told, to)
	m.mu.Unlock()
	up, err := net.Dial("tcp", to)
	if err != nil {
		io.WriteString(c, no)
		return
	}
	defer up.Close()
	io.WriteString(c, yes)
	go io.Copy(up, in)
	io.Copy(c, up)
}

func httpProxy(m *middleman, c net.Conn, in *bufio.Reader) {
	r, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	if u, p, ok := (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth(); m.way.User != "" && (!ok || u != m.way.User || p != "cedar") {
		io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
		return
	}
	m.join(c, in, r.Host, "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
}

func socksProxy(m *middleman, c net.Conn, in *bufio.Reader) {
	b := make([]byte, 600)
	read := func(n int) []byte { io.ReadFull(in, b[:n]); return b[:n] }
	methods := read(int(read(2)[1]))
	if c.Write([]byte{5, methods[0]}); methods[0] == 2 {
		user := string(read(int(read(2)[1])))
		if pass := string(read(int(read(1)[0]))); user != m.way.User || pass != "cedar" {
			c.Write([]byte{1, 1})
			return
		}
		c.Write([]byte{1, 0})
	}
	if head := read(4); head[3] != 1 {
		return
	}
	a := netip.AddrFrom4([4]byte(read(4)))
	port := read(2)
	to := netip.AddrPortFrom(a, uint16(port[0])<<8|uint16(port[1])).String()
	m.join(c, in, to, "\x05\x00\x00\x03\x04east\x00\x07", "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")
}

// A vantage point that is a proxy sees the same pages, with TLS and without; the proxy is told addresses, and only those that the guard lets pass.
func TestThroughAProxy(t *testing.T) {
	for kind, serve := range map[string]func(*middleman, net.Conn, *bufio.Reader){"http": httpProxy, "socks5": socksProxy} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			w.serve("snow.test", func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "the snow line falls") })
			w.secure("safe.test", nil)
			w.name("inside.test", "127.0.0.1")
			w.name("both.test", "127.0.0.1", "10.0.0.7")
			m := w.middleman(kind, serve)
			m.way.User = "birch"
			n := w.net
			way := m.way
			way.Password = "cedar"
			n.Proxy = &way
			c := New(n, Limits{Dial: 2 * time.Second, Total: 5 * time.Second}, nil, "")
			r, err := c.Get(t.Context(), "http://snow.test/")
			if err != nil || string(r.Body) != "the snow line falls" || r.Remote.Port() != w.net.Ports[80] || !strings.HasPrefix(r.Remote.String(), "127.77.0.") {
				t.Fatalf("%q from %v, %v", r.Body, r.Remote, err)
			}
			if r, err := c.Get(t.Context(), "https://safe.test/"); err != nil || r.TLS == nil {
				t.Errorf("TLS: %v, %v", r.TLS, err)
			}
			told := m.heard()
			for part := range strings.FieldsSeq(told) {
				if a, err := netip.ParseAddrPort(part); err != nil || !w.net.Allow[0].Contains(a.Addr()) {
					t.Errorf("the proxy was told %q", part)
				}
			}
			for _, address := range []string{"http://inside.test/", "http://both.test/", "http://127.0.0.1/", "http://10.0.0.7/", "http://snow.test:22/", "http://[::1]/"} {
				if _, err := c.Get(t.Context(), address); !errors.Is(err, ErrBlockedAddress) {
					t.Errorf("%s: %v", address, err)
				}
			}
			if m.heard() != told {
				t.Errorf("the proxy was told %q", strings.TrimPrefix(m.heard(), told))
			}
			w.name("gone.test", "127.77.99.99") // nobody listens there
			if s := Look(t.Context(), c, "http://gone.test/", Expect{}); s.Outcome != iru.Failed || !s.Outcome.Unknown() {
				t.Errorf("a proxy that cannot connect: %s, %s", s.Outcome, s.Detail)
			}
			way.Password = "wrong"
			if s := Look(t.Context(), c, "http://snow.test/", Expect{}); s.Outcome != iru.Failed || strings.Contains(s.Detail, "wrong") {
				t.Errorf("a proxy that lets nobody in: %s, %s", s.Outcome, s.Detail)
			}
			way.At = netip.MustParseAddrPort("127.0.0.9:3128")
			if _, err := c.Get(t.Context(), "http://snow.test/"); !errors.Is(err, ErrBlockedAddress) {
				t.Errorf("a proxy outside the training network: %v", err)
			}
		})
	}
}

// Whatever a proxy does wrong, nothing is known of the content, and no look hangs.
func TestBadProxies(t *testing.T) {
	for name, says := range map[string]string{
		"silent": "", "garbage": "tram\r\n\r\n", "http for socks": "HTTP/1.1 200 OK\r\n\r\n", "endless head": "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 5000), "chatty": "HTTP/1.1 200 OK\r\n\r\nmore", "no way in": "\x05\xff",
		"short": "\x05", "refuses": "\x05\x00\x05\x02\x00\x01", "odd address": "\x05\x00\x05\x00\x00\x09",
	} {
		for _, kind := range []string{"http", "socks5"} {
			w := newWorld(t)
			w.serve("snow.test", func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "snow") })
			m := w.middleman(kind, func(_ *middleman, c net.Conn, in *bufio.Reader) {
				in.Peek(1)
				io.WriteString(c, says)
				if says == "" {
					io.Copy(io.Discard, in)
				}
			})
			n := w.net
			n.Proxy = &m.way
			s := Look(t.Context(), New(n, Limits{Dial: 300 * time.Millisecond, Total: time.Second}, nil, ""), "http://snow.test/", Expect{})
			if !s.Outcome.Unknown() {
				t.Errorf("%s, %s: %s, %s", kind, name, s.Outcome, s.Detail)
			}
		}
	}
}

func TestParseWay(t *testing.T) {
	w, err := ParseWay("socks5://birch:cedar@192.0.2.7:1080")
	if err != nil || w.Kind != "socks5" || w.User != "birch" || w.Password != "cedar" || w.String() != "socks5://192.0.2.7:1080" {
		t.Errorf("%+v, %v", w, err)
	}
	for _, bad := range []string{"", "192.0.2.7:1080", "https://192.0.2.7:1", "http://proxy.test:3128", "http://192.0.2.7", "socks4://192.0.2.7:1", "http://192.0.2.7:1/path", "http://u:secret word@192.0.2.7:1x", "http://[::1"} {
		if w, err := ParseWay(bad); !errors.Is(err, ErrAddress) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %+v, %v", bad, w, err)
		}
	}
	if _, err := ParseWay("http://[2001:db8::7]:3128/"); err != nil {
		t.Error(err)
	}
}
