// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A keeper is a server that keeps its connections, answers in every form that HTTP/1.1 knows, and remembers what it sent.
type keeper struct {
	mu    sync.Mutex
	sent  map[string][]byte // path to answer
	asked map[string][]byte // path to request
	conns atomic.Int64
	// answer gives the bytes for a path and whether the connection ends behind them.
	answer func(path string) (b []byte, end bool)
	late   chan []byte // what is sent behind the answer of /late, unasked
}

func (k *keeper) serve(t *testing.T, l net.Listener) {
	k.sent, k.asked = map[string][]byte{}, map[string][]byte{}
	var all sync.WaitGroup
	t.Cleanup(func() { l.Close(); all.Wait() })
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			k.conns.Add(1)
			all.Go(func() { k.talk(c) })
		}
	})
}

func (k *keeper) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		var ask []byte
		for !bytes.HasSuffix(ask, []byte("\r\n\r\n")) {
			line, err := in.ReadBytes('\n')
			if err != nil {
				return
			}
			ask = append(ask, line...)
		}
		path := strings.Fields(string(ask))[1]
		b, end := k.answer(path)
		k.mu.Lock()
		k.sent[path], k.asked[path] = b, ask
		k.mu.Unlock()
		for rest := b; len(rest) > 0; { // as the wind blows
			n := min(len(rest), 1+rand.IntN(9000))
			if _, err := c.Write(rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
		if end {
			return
		}
		if path == "/late" {
			c.Write(<-k.late)
			k.late <- nil
		}
	}
}

// forms are answers of all kinds to one text.
func forms(n int, text []byte) (answer []byte, end bool) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(text))
	switch n % 8 {
	case 0:
		return append([]byte(ok+length), text...), false
	case 1:
		b := []byte(ok + "Transfer-Encoding: chunked\r\n\r\n")
		for len(text) > 0 {
			part := text[:min(len(text), 3000)]
			b, text = fmt.Appendf(b, "%x;of=train\r\n%s\r\n", len(part), part), text[len(part):]
		}
		return append(b, "0\r\nX-Trailer: end\r\n\r\n"...), false
	case 2:
		return append([]byte(ok+"\r\n"), text...), true // its end is the connection's
	case 3:
		return append([]byte("HTTP/1.1 103 Early Hints\r\nLink: </rail.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"+ok+length), text...), false
	case 4:
		z := zip(6, text)
		return append(fmt.Appendf([]byte(ok), "Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(z)), z...), false
	case 5:
		return append([]byte("HTTP/1.0 200 OK\r\n"+length), text...), true
	case 6:
		return append([]byte(ok+"Connection: close\r\n"+length), text...), true
	}
	return append([]byte("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"+length), text...), false
}

// What sixteen sessions record at once is to the byte what was sent for each, in every form, over kept connections.
func TestSessionIsExact(t *testing.T) {
	w := newWorld(t)
	l, addr := w.listen(testHTTP)
	w.name("rail.test", addr)
	text := func(path string) []byte {
		r := rand.New(rand.NewPCG(uint64(len(path)), uint64(path[len(path)-1])))
		return bytes.Repeat([]byte("departure of "+path+"\n"), r.IntN(3000))
	}
	k := &keeper{answer: func(path string) ([]byte, bool) {
		var session, n int
		fmt.Sscanf(path, "/%d/%d", &session, &n)
		if n%13 == 5 && !strings.HasSuffix(path, "moved") {
			return fmt.Appendf(nil, "HTTP/1.1 302 Found\r\nLocation: %s/moved\r\nContent-Length: 4\r\n\r\nmove", path), false
		}
		return forms(n, text(path))
	}}
	k.serve(t, l)
	c := w.client(nil)
	var all sync.WaitGroup
	const each = 120
	for i := range 16 {
		all.Go(func() {
			s := c.Session()
			defer s.Close()
			for n := range each {
				r, err := s.Get(t.Context(), fmt.Sprintf("http://rail.test/%d/%d", i, n))
				if err != nil {
					t.Error(err)
					return
				}
				last := ""
				for _, e := range r.Hops {
					last = strings.TrimPrefix(e.URL, "http://rail.test")
					k.mu.Lock()
					sent, asked := k.sent[last], k.asked[last]
					k.mu.Unlock()
					if !bytes.Equal(e.Response, sent) || !bytes.Equal(e.Request, asked) || e.Truncated != "" || e.Error != "" || e.Note != "" {
						t.Errorf("%s: %d bytes recorded, %d sent; request %q, got %q; %s", last, len(e.Response), len(sent), e.Request, asked, e.Note)
					}
					if len(e.Addresses) != 1 || e.Resolver != w.net.Resolver || e.Remote.Addr() != e.Addresses[0] || e.FirstByte.Before(e.Start) || e.Status == 0 {
						t.Errorf("%+v", e)
					}
				}
				if !bytes.Equal(r.Body, text(last)) {
					t.Errorf("%s: body of %d bytes, %d sent", last, len(r.Body), len(text(last)))
				}
			}
		})
	}
	all.Wait()
	// Three of eight forms end their connection.
	if n := k.conns.Load(); n > 16*(each*3/8+2) {
		t.Errorf("%d connections for %d exchanges", n, 16*each)
	}
}

func TestSessionKeeps(t *testing.T) {
	w := newWorld(t)
	var keepers []*keeper
	l, addr := w.listen(testHTTP)
	l.Close()
	for i := range sessionLines + 1 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.77.1.%d:%d", i+1, w.net.Ports[testHTTP]))
		if err != nil {
			t.Fatal(err, addr)
		}
		k := &keeper{answer: func(string) ([]byte, bool) { return forms(0, []byte("rain")) }}
		k.serve(t, l)
		keepers = append(keepers, k)
		w.name(fmt.Sprintf("town%d.test", i), fmt.Sprintf("127.77.1.%d", i+1))
	}
	s := w.client(nil).Session()
	defer s.Close()
	get := func(town int) {
		t.Helper()
		if r, err := s.Get(t.Context(), fmt.Sprintf("http://town%d.test/", town)); err != nil || string(r.Body) != "rain" {
			t.Fatal(err)
		}
	}
	for range 5 {
		for town := range sessionLines {
			get(town)
		}
	}
	get(sessionLines) // one too many: the one that was used least lately goes
	get(1)
	get(0)
	for town, want := range []int64{2, 1, 1, 1, 1} {
		if got := keepers[town].conns.Load(); got != want {
			t.Errorf("town %d: %d connections, want %d", town, got, want)
		}
	}
	if len(s.lines) != sessionLines {
		t.Error(len(s.lines), "lines are kept")
	}
}

// Bytes behind an answer are no part of it, end the connection, and are told.
func TestSessionGarbage(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w := newWorld(t)
		scheme, listen := "http", func() (net.Listener, string) { return w.listen(testHTTP) }
		if secure {
			scheme, listen = "https", func() (net.Listener, string) { return w.secureListen("snow.test") }
		}
		l, addr := listen()
		w.name("snow.test", addr)
		answer, _ := forms(0, bytes.Repeat([]byte("snow"), 3000))
		k := &keeper{answer: func(path string) ([]byte, bool) {
			if path == "/pipelined" {
				return append(bytes.Clone(answer), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse"...), false
			}
			return answer, false
		}}
		k.late = make(chan []byte)
		k.serve(t, l)
		s := w.client(nil).Session()
		t.Cleanup(s.Close)
		get := func(path string) Exchange {
			t.Helper()
			r, err := s.Get(t.Context(), scheme+"://snow.test"+path)
			if err != nil || !bytes.Equal(r.Hops[0].Response, answer) || (r.TLS != nil) != secure {
				t.Fatal(err, len(r.Hops[0].Response), r.TLS)
			}
			return r.Hops[0]
		}
		first := get("/")
		if e := get("/pipelined"); k.conns.Load() != 1 || e.TLS != first.TLS || e.Local != first.Local {
			t.Error("the connection was not kept", secure)
		}
		e := get("/")
		if k.conns.Load() != 2 || e.Local == first.Local {
			t.Error("the connection was kept", secure)
		}
		get("/late")
		k.late <- []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse")
		<-k.late
		if e := get("/"); k.conns.Load() != 3 || e.Note == "" {
			t.Error(k.conns.Load(), e.Note)
		}
		s.Close()
	}
}

// secureListen is listen for HTTPS, with a certificate that nobody signed.
func (w *world) secureListen(name string) (net.Listener, string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(3), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(crand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		w.t.Fatal(err)
	}
	l, addr := w.listen(testHTTPS)
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}), addr
}

// A kept connection outlives what its name says; when it ended, the new address must pass the guard like any other.
func TestSessionMoved(t *testing.T) {
	w := newWorld(t)
	l, addr := w.listen(testHTTP)
	w.name("fog.test", addr)
	k := &keeper{answer: func(path string) ([]byte, bool) { return forms(0, []byte("fog")) }}
	k.serve(t, l)
	s := w.client(nil).Session()
	defer s.Close()
	get := func() (*Response, error) { return s.Get(t.Context(), "http://fog.test/") }
	if _, err := get(); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"10.0.0.1", "127.0.0.1", "::1"} {
		w.name("fog.test", to)
		r, err := get()
		if err != nil || r.Remote.Addr().String() != addr || k.conns.Load() != 1 {
			t.Fatal("the kept connection:", err, r.Remote)
		}
	}
	s.lines[0].conn.Close()
	clear(s.names) // its minute is over
	r, err := get()
	wants(t, err, ErrBlockedAddress)
	if e := r.Hops[0]; len(r.Hops) != 1 || len(e.Response) != 0 || len(e.Request) != 0 || e.Error == "" {
		t.Errorf("%+v", e)
	}
	// Within that minute the name is asked again as soon as its server is gone.
	w.name("fog.test", addr)
	if _, err := get(); err != nil {
		t.Fatal(err)
	}
	s.names["fog.test"] = known{s.names["fog.test"].addresses, "", time.Now().Add(time.Hour)}
	w.name("fog.test", "10.0.0.1")
	s.lines[0].conn.Close()
	l.Close()
	_, err = get()
	wants(t, err, ErrBlockedAddress)
}

// A server may hang up whenever nothing is asked. What it did not answer is asked once more, and only once.
func TestSessionHangsUp(t *testing.T) {
	w := newWorld(t)
	l, addr := w.listen(testHTTP)
	w.name("ice.test", addr)
	answer, _ := forms(0, []byte("ice"))
	var n atomic.Int64
	k := &keeper{answer: func(path string) ([]byte, bool) {
		switch n.Add(1); {
		case path == "/silent", path == "/once" && n.Load()%2 == 0:
			return nil, true
		case path == "/half":
			return answer[:len(answer)-1], true
		}
		return answer, path == "/ends" // without a word of it in the header
	}}
	k.serve(t, l)
	s := w.client(nil).Session()
	defer s.Close()
	for i := range 6 {
		if r, err := s.Get(t.Context(), "http://ice.test/ends"); err != nil || len(r.Hops) != 1 || int(k.conns.Load()) != i+1 {
			t.Fatal(i, err, k.conns.Load())
		}
	}
	s.Close()
	n.Store(0)
	for range 2 { // 1: answered; 2: not, and then 3 on a new connection
		r, err := s.Get(t.Context(), "http://ice.test/once")
		if err != nil || len(r.Hops) != 1 || !bytes.Equal(r.Hops[0].Response, answer) {
			t.Fatal(err)
		}
		if e := r.Hops[0]; (n.Load() == 3) != strings.Contains(e.Note, "second time") {
			t.Error(n.Load(), e.Note)
		}
	}
	before := k.conns.Load()
	_, err := s.Get(t.Context(), "http://ice.test/silent")
	wants(t, err, ErrProtocol)
	if got := k.conns.Load() - before; got != 1 {
		t.Error(got, "new connections")
	}
	if _, err := s.Get(t.Context(), "http://ice.test/"); err != nil {
		t.Fatal(err)
	}
	before = k.conns.Load()
	r, err := s.Get(t.Context(), "http://ice.test/half")
	wants(t, err, ErrProtocol)
	if e := r.Hops[0]; k.conns.Load() != before || !bytes.Equal(e.Response, answer[:len(answer)-1]) || e.Truncated != TruncatedDisconnect {
		t.Errorf("%+v", e)
	}
}

// A session is bound by the limits of its client: what breaks one ends the connection, not the session.
func TestSessionLimits(t *testing.T) {
	w := newWorld(t)
	l, addr := w.listen(testHTTP)
	w.name("hail.test", addr)
	stuck := make(chan bool)
	bomb, _ := forms(4, make([]byte, 4<<20))
	k := &keeper{answer: func(path string) ([]byte, bool) {
		switch path {
		case "/long":
			return forms(0, make([]byte, 2<<20))
		case "/bomb":
			return bomb, false
		case "/header":
			return []byte("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 70<<10) + "\r\nContent-Length: 0\r\n\r\n"), false
		case "/stuck":
			<-stuck
			return nil, true
		case "/loop":
			return []byte("HTTP/1.1 301 Moved\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"), false
		}
		return forms(0, []byte("hail"))
	}}
	k.serve(t, l)
	t.Cleanup(func() { close(stuck) })
	s := w.client(nil, func(l *Limits) { l.Body, l.FirstByte = 3<<19, time.Second }).Session()
	defer s.Close()
	for path, want := range map[string]error{"/long": ErrTooLarge, "/bomb": ErrBomb, "/header": ErrTooLarge, "/stuck": ErrTimeout, "/loop": ErrRedirects} {
		r, err := s.Get(t.Context(), "http://hail.test"+path)
		wants(t, err, want)
		if path == "/long" && (len(r.Body) != 3<<19 || r.Truncated != TruncatedLength) {
			t.Error(len(r.Body), r.Truncated)
		}
		if r, err := s.Get(t.Context(), "http://hail.test/"); err != nil || string(r.Body) != "hail" {
			t.Error(path, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Get(ctx, "http://hail.test/"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if r, err := s.Get(t.Context(), "http://hail.test/"); err != nil || string(r.Body) != "hail" {
		t.Error(err)
	}
	r, err := s.Get(t.Context(), "http://hail.test/long", Prefix(1000))
	if err != nil || len(r.Body) != 1000 || r.Truncated != TruncatedLength {
		t.Error(len(r.Body), r.Truncated, err)
	}
	if r, err := s.Get(t.Context(), "http://hail.test/"); err != nil || string(r.Body) != "hail" {
		t.Error(err)
	}
}

// What is longer than memory is meant for is spooled, to the byte, and the body is its beginning.
func TestSessionSpools(t *testing.T) {
	w := newWorld(t)
	l, addr := w.listen(testHTTP)
	w.name("flood.test", addr)
	text := make([]byte, 1_500_000)
	for i := range text {
		text[i] = "water "[rand.IntN(6)]
	}
	z, _ := forms(4, text)
	k := &keeper{answer: func(path string) ([]byte, bool) {
		var n int
		fmt.Sscanf(path, "/%d", &n)
		b, end := bytes.Clone(z), false
		if n != 4 {
			b, end = forms(n, text)
		}
		if strings.HasSuffix(path, "garbage") {
			b = append(b, "this belongs to no answer"...)
		}
		return b, end
	}}
	k.serve(t, l)
	s := w.client(nil).Session()
	defer s.Close()
	folder := t.TempDir()
	for n := range 8 {
		for _, more := range []string{"", "/garbage"} {
			for _, memory := range []int64{100, 10_000, 1_000_000, 3_000_000} {
				r, err := s.Get(t.Context(), fmt.Sprintf("http://flood.test/%d%s", n, more), Spooled(memory, folder))
				if err != nil {
					t.Fatal(n, more, memory, err)
				}
				e := r.Hops[0]
				all := bytes.Clone(e.Response)
				if e.Rest != nil {
					rest, err := io.ReadAll(e.Rest)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, rest...)
					e.Rest.Close()
				}
				want := k.sent[strings.TrimPrefix(e.URL, "http://flood.test")]
				if more != "" && n != 2 { // there the end of the connection is the end
					want = bytes.TrimSuffix(want, []byte("this belongs to no answer"))
				}
				if !bytes.Equal(all, want) || e.Truncated != "" || int64(len(e.Response)) > memory+sessionRead+200 || (e.Rest == nil) != (memory > 2_000_000 || n == 4 && memory >= 1_000_000) {
					t.Errorf("form %d%s in %d bytes: %d recorded, %d sent", n, more, memory, len(all), len(want))
				}
				if !bytes.HasPrefix(append(bytes.Clone(text), "this belongs to no answer"...), r.Body) || int64(len(r.Body)) > memory || memory == 3_000_000 && len(r.Body) < len(text) {
					t.Errorf("form %d%s in %d bytes: body of %d", n, more, memory, len(r.Body))
				}
			}
		}
	}
	_, err := s.Get(t.Context(), "http://flood.test/0", Spooled(1000, "/nowhere"))
	wants(t, err, ErrSpool)
}

// A redirect is followed where the caller says so, and always where a cookie came.
func TestFollow(t *testing.T) {
	w := newWorld(t)
	w.serve("gate.test", func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/cookie" && r.Header.Get("Cookie") == "":
			http.SetCookie(rw, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(rw, r, "/check", http.StatusFound)
		case r.URL.Path == "/check":
			http.Redirect(rw, r, "/cookie", http.StatusFound)
		case r.URL.Path == "/old":
			http.Redirect(rw, r, "/new", http.StatusFound)
		default:
			io.WriteString(rw, "in")
		}
	})
	s := w.client(nil).Session()
	defer s.Close()
	var asked []string
	no := Follow(func(next string) bool { asked = append(asked, next); return false })
	if r, err := s.Get(t.Context(), "http://gate.test/cookie", no); err != nil || len(r.Hops) != 3 || string(r.Body) != "in" || len(asked) != 0 {
		t.Error(err, len(r.Hops), asked)
	}
	if r, err := s.Get(t.Context(), "http://gate.test/old", no); err != nil || len(r.Hops) != 1 || r.Status != 302 || fmt.Sprint(asked) != "[http://gate.test/new]" {
		t.Error(err, len(r.Hops), asked)
	}
	if r, err := s.Get(t.Context(), "http://gate.test/old"); err != nil || len(r.Hops) != 2 || string(r.Body) != "in" {
		t.Error(err, len(r.Hops))
	}
}

// A host that is not due is told at once, and its turn is not taken.
func TestPromptly(t *testing.T) {
	w := newWorld(t)
	w.serve("tide.test", func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "tide") })
	s := w.client(&Politeness{Every: time.Hour, Burst: 1}).Session()
	defer s.Close()
	if _, err := s.Get(t.Context(), "http://tide.test/", Promptly()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		r, err := s.Get(t.Context(), "http://tide.test/", Promptly())
		wants(t, err, ErrBusy)
		var later *Later
		if !errors.As(err, &later) || time.Until(later.Until) > time.Hour || len(r.Hops) != 0 {
			t.Error(err, len(r.Hops))
		}
	}
}

func BenchmarkSession(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	body := bytes.Repeat([]byte("forecast "), 3000)
	srv := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { rw.Write(body) })}
	go srv.Serve(l)
	defer srv.Close()
	c := New(Network{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: map[uint16]uint16{80: l.Addr().(*net.TCPAddr).AddrPort().Port()}}, Limits{}, nil, "")
	for _, way := range []struct {
		name string
		get  func(context.Context, string, ...Option) (*Response, error)
	}{{"kept", c.Session().Get}, {"single", c.Get}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := way.get(b.Context(), "http://127.0.0.1/"); err != nil || len(r.Body) != len(body) {
					b.Fatal(err)
				}
			}
		})
	}
}
