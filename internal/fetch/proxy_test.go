// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// A reel is a tape that remembers.
type reel struct {
	t    testing.TB
	mu   sync.Mutex
	all  []Exchange
	fail error
}

func (r *reel) tape(e Exchange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		e.Rest.Close()
		return r.fail
	}
	e.Response = r.whole(e)
	e.Rest = nil
	r.all = append(r.all, e)
	return nil
}

func (r *reel) whole(e Exchange) []byte {
	if e.Rest == nil {
		return e.Response
	}
	rest, err := io.ReadAll(e.Rest)
	if err != nil || int64(len(rest)) != e.Rest.Size() {
		r.t.Error("read rest:", len(rest), e.Rest.Size(), err)
	}
	if err := e.Rest.Close(); err != nil {
		r.t.Error(err)
	}
	return append(e.Response, rest...)
}

func (r *reel) exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Exchange(nil), r.all...)
}

// only is the one exchange there is.
func (r *reel) only() Exchange {
	r.t.Helper()
	all := r.exchanges()
	if len(all) != 1 {
		r.t.Fatalf("%d exchanges: %+v", len(all), all)
	}
	return all[0]
}

// through starts a proxy and a client that goes through it.
func through(t *testing.T, c *Client, o ProxyOptions) (*Proxy, *reel, *http.Client) {
	t.Helper()
	r := &reel{t: t}
	o.Folder = t.TempDir()
	p, err := c.Proxy(r.tape, o)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(p.Authority())
	tr := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: p.Address()}), TLSClientConfig: &tls.Config{RootCAs: roots}, DisableCompression: true}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		p.Close()
	})
	return p, r, &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// plainly asks a proxy and takes whatever comes until it hangs up.
func plainly(proxy string, q *http.Request) ([]byte, error) {
	c, err := net.Dial("tcp", proxy)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := q.WriteProxy(c); err != nil {
		return nil, err
	}
	return io.ReadAll(c)
}

// get reads a whole answer.
func get(t *testing.T, c *http.Client, address string) (*http.Response, string, error) {
	t.Helper()
	res, err := c.Get(address)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res, string(b), err
}

func TestProxyRecordsWhatWentOver(t *testing.T) {
	w := newWorld(t)
	const sent = "HTTP/1.1 200 OK\r\nX-Odd:   spaced \r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 5\r\n\r\nsleet"
	var heard bytes.Buffer
	l, addr := w.listen(testHTTP)
	w.name("weather.test", addr)
	go func() {
		for range 1 {
			c, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(io.TeeReader(c, &heard))
			for range 2 {
				for line := ""; line != "\r\n"; {
					if line, err = in.ReadString('\n'); err != nil {
						return
					}
				}
				io.WriteString(c, sent)
			}
			c.Close()
		}
	}()
	p, r, c := through(t, w.client(nil), ProxyOptions{})
	for range 2 {
		res, body, err := get(t, c, "http://Weather.test/map?x=1#part")
		if err != nil || res.StatusCode != 200 || body != "sleet" {
			t.Fatal(res, body, err)
		}
	}
	c.CloseIdleConnections()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	all := r.exchanges()
	if len(all) != 2 {
		t.Fatal(all)
	}
	if got := string(all[0].Request) + string(all[1].Request); got != heard.String() {
		t.Errorf("the record has %q, the server saw %q", got, heard.String())
	}
	for _, e := range all {
		if string(e.Response) != sent || e.URL != "http://weather.test/map?x=1" || e.Status != 200 || e.Protocol != "http/1.1" || e.Truncated != "" || e.Error != "" {
			t.Errorf("%+v", e)
		}
		if !strings.HasPrefix(string(e.Request), "GET /map?x=1 HTTP/1.1\r\nHost: ") || strings.Contains(string(e.Request), "Proxy") {
			t.Errorf("%q", e.Request)
		}
		if e.Vantage != "north" || e.Resolver != w.net.Resolver || len(e.Addresses) != 1 || e.Remote.Addr() != e.Addresses[0] || e.Local.Addr() != w.net.Local {
			t.Errorf("%+v", e)
		}
		if e.FirstByte.Before(e.Start) || e.End.Before(e.FirstByte) {
			t.Error(e.Start, e.FirstByte, e.End)
		}
	}
	if rep := p.Report(); rep.Exchanges != 2 || rep.Bytes != int64(heard.Len()+2*len(sent)) || len(rep.Blocked)+len(rep.Failed) != 0 || rep.Full {
		t.Errorf("%+v", rep)
	}
}

func TestProxySecure(t *testing.T) {
	w := newWorld(t)
	w.secure("rain.test", nil)
	p, r, c := through(t, w.client(nil), ProxyOptions{})
	for range 3 {
		if _, body, err := get(t, c, "https://rain.test/x"); err != nil || !strings.Contains(body, "secure forecast") {
			t.Fatal(body, err)
		}
	}
	c.CloseIdleConnections()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	all := r.exchanges()
	if len(all) != 3 {
		t.Fatal(len(all))
	}
	for _, e := range all {
		if e.TLS == nil || !e.TLS.Verified || e.TLS.Name != "rain.test" || len(e.TLS.Chain) != 1 || e.URL != "https://rain.test/x" {
			t.Errorf("%+v %+v", e, e.TLS)
		}
		if e.Local != all[0].Local {
			t.Error("another connection:", e.Local, all[0].Local)
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	w := newWorld(t)
	w.name("inside.test", "10.0.0.1")
	w.name("self.test", "127.0.0.1")
	w.name("mapped.test", "::ffff:127.0.0.1")
	w.name("down.test", "127.77.9.9")
	p, r, c := through(t, w.client(nil), ProxyOptions{})
	for address, want := range map[string]struct {
		status int
		text   string
		err    error
	}{
		"http://inside.test/":               {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://self.test/":                 {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://127.0.0.1/":                 {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://[::1]/":                     {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://mapped.test/":               {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://" + p.Address() + "/":       {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://169.254.169.254/latest":     {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://inside.test:22/":            {403, "outside what the recording may reach", ErrBlockedAddress},
		"http://nobody.test/":               {0, "EOF", ErrNoName},
		"http://broken.test/":               {0, "EOF", ErrResolve},
		"http://down.test/":                 {0, "EOF", ErrConnect},
		"https://inside.test/":              {0, "Forbidden", ErrBlockedAddress},
		"https://nobody.test/":              {0, "Bad Gateway", ErrNoName},
		"https://" + p.Address() + "/again": {0, "Forbidden", ErrBlockedAddress},
	} {
		res, body, err := get(t, c, address)
		if want.status == 0 {
			if err == nil || !strings.Contains(err.Error(), want.text) {
				t.Errorf("%s: %v, %q, %v", address, res, body, err)
			}
		} else if err != nil || res.StatusCode != want.status || !strings.Contains(body, want.text) {
			t.Errorf("%s: %v, %q, %v", address, res, body, err)
		}
		if strings.Contains(address, p.Address()) {
			continue
		}
		wants(t, p.Fault(address), want.err)
	}
	if len(r.exchanges()) != 0 {
		t.Errorf("recorded: %+v", r.exchanges())
	}
	rep := p.Report()
	if len(rep.Blocked) != 10 || len(rep.Failed) != 4 {
		t.Errorf("%q\n%q", rep.Blocked, rep.Failed)
	}
}

// What a server says, and what the tape has of it then.
func TestProxyPassesEveryAnswer(t *testing.T) {
	long := strings.Repeat("snow ", 500<<10/5)
	huge := strings.Repeat("h", 70<<10)
	flood := strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 40)
	for name, c := range map[string]struct {
		sent   string
		kept   string // "" is what was sent
		status int
		cut    string
		error  string
		fails  bool // the client sees no whole answer
		plain  bool // the client takes the bytes as they are
		method string
	}{
		"close":       {sent: "HTTP/1.0 200 OK\r\n\r\nclose ends it", status: 200},
		"length":      {sent: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsleet and more", kept: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsleet", status: 200},
		"short":       {sent: "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsleet", status: 200, cut: TruncatedDisconnect, error: "protocol error", fails: true},
		"long":        {sent: "HTTP/1.1 200 OK\r\nContent-Length: 512000\r\n\r\n" + long, status: 200},
		"chunks":      {sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-T: v\r\n\r\n", status: 200},
		"bad chunk":   {sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellozz\r\n", kept: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloz", status: 200, cut: TruncatedDisconnect, error: "after the data of a chunk", fails: true},
		"no size":     {sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello", kept: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r", status: 200, cut: TruncatedDisconnect, error: "size of a chunk", fails: true},
		"big size":    {sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello", kept: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff", status: 200, cut: TruncatedDisconnect, error: "overflows", fails: true},
		"cut chunk":   {sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", status: 200, cut: TruncatedDisconnect, error: "EOF", fails: true},
		"interim":     {sent: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No\r\n\r\n", status: 204},
		"flood":       {sent: flood, kept: flood[:len(flood)*32/40], status: 103, cut: TruncatedDisconnect, error: "without end", fails: true},
		"304":         {sent: "HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n", status: 304},
		"head":        {sent: "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", status: 200, method: "HEAD"},
		"encoding":    {sent: "HTTP/1.1 200 OK\r\nContent-Encoding: zigzag\r\nContent-Length: 4\r\n\r\n\x00\x01\x02\x03", status: 200},
		"bomb":        {sent: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + string(zip(9, make([]byte, 8<<20))), status: 200},
		"redirect":    {sent: "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", status: 302},
		"part":        {sent: "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/10\r\nContent-Length: 4\r\n\r\nrain", status: 206},
		"large head":  {sent: "HTTP/1.1 200 OK\r\nX-Big: " + huge + "\r\n\r\n", kept: ("HTTP/1.1 200 OK\r\nX-Big: " + huge)[:64<<10], cut: TruncatedLength, error: "header of more than", fails: true},
		"no http":     {sent: "220 mail.test ESMTP\r\n\r\n", kept: "220 mail.test ESMTP\r\n\r\n", cut: TruncatedDisconnect, error: "no status line", fails: true},
		"silence":     {sent: "", cut: TruncatedDisconnect, error: "EOF", fails: true},
		"bare lines":  {sent: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", status: 200},
		"two lengths": {sent: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", status: 200, plain: true},
		"switch":      {sent: "HTTP/1.1 101 Switching Protocols\r\n\r\nhm", kept: "HTTP/1.1 101 Switching Protocols\r\n\r\n", status: 101, cut: TruncatedDisconnect, error: "nobody asked for", fails: true},
		"proxy asks":  {sent: "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", status: 407},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.says("weather.test", c.sent)
			p, r, client := through(t, w.client(nil), ProxyOptions{})
			q, err := http.NewRequestWithContext(t.Context(), or(c.method, "GET"), "http://weather.test/", nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			if c.plain { // net/http hangs up at such a head, at some moment of its own
				got, err = plainly(p.Address(), q)
			} else if res, failed := client.Do(q); failed != nil {
				err = failed
			} else {
				got, err = io.ReadAll(res.Body)
				res.Body.Close()
			}
			if (err != nil) != c.fails {
				t.Errorf("the client has %d bytes and %v", len(got), err)
			}
			client.CloseIdleConnections()
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			e := r.exchanges()[len(r.exchanges())-1]
			if want := or(c.kept, c.sent); string(e.Response) != want {
				t.Errorf("the record has %d bytes %.200q..., want %d %.200q...", len(e.Response), e.Response, len(want), want)
			}
			if e.Status != c.status || e.Truncated != c.cut || !strings.Contains(e.Error, c.error) || (c.error == "") != (e.Error == "") {
				t.Errorf("status %d, truncated %q, error %q", e.Status, e.Truncated, e.Error)
			}
		})
	}
}

func TestProxyLimits(t *testing.T) {
	w := newWorld(t)
	endless := func(pause time.Duration) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
			for {
				if _, err := fmt.Fprintf(c, "%4000d", 7); err != nil {
					return
				}
				time.Sleep(pause)
			}
		}
	}
	w.raw("flood.test", endless(0))
	w.raw("drip.test", endless(20*time.Millisecond))
	w.raw("mute.test", func(c net.Conn) { io.Copy(io.Discard, c) })

	t.Run("body", func(t *testing.T) {
		p, r, c := through(t, w.client(nil), ProxyOptions{Body: 100_000})
		_, body, _ := get(t, c, "http://flood.test/")
		p.Close()
		if e := r.only(); e.Truncated != TruncatedLength || len(e.Response) != len("HTTP/1.1 200 OK\r\n\r\n")+100_000 || len(body) != 100_000 {
			t.Error(e.Truncated, e.Error, len(e.Response), len(body))
		}
	})
	t.Run("total", func(t *testing.T) {
		p, r, c := through(t, w.client(nil), ProxyOptions{Total: 3 << 20})
		get(t, c, "http://flood.test/")
		get(t, c, "http://flood.test/")
		p.Close()
		all := r.exchanges()
		if e := all[0]; e.Truncated != TruncatedLength || !p.Report().Full || len(e.Response) > 3<<20 || len(e.Response) < 2<<20 {
			t.Error(e.Truncated, e.Error, len(e.Response), p.Report())
		}
		if e := all[1]; len(all) != 2 || e.Truncated != TruncatedLength || len(e.Response) != 0 {
			t.Error(e.Truncated, e.Error, len(e.Response))
		}
	})
	t.Run("time", func(t *testing.T) {
		p, r, c := through(t, w.client(nil), ProxyOptions{Exchange: 300 * time.Millisecond})
		get(t, c, "http://drip.test/")
		p.Close()
		if e := r.only(); e.Truncated != TruncatedTime || len(e.Response) < 4000 {
			t.Error(e.Truncated, e.Error, len(e.Response))
		}
	})
	t.Run("first byte", func(t *testing.T) {
		p, r, c := through(t, w.client(nil, func(l *Limits) { l.FirstByte = 200 * time.Millisecond }), ProxyOptions{})
		get(t, c, "http://mute.test/")
		p.Close()
		if e := r.only(); e.Truncated != TruncatedTime || len(e.Response) != 0 || !e.FirstByte.IsZero() {
			t.Error(e.Truncated, e.Error, len(e.Response))
		}
	})
	t.Run("close", func(t *testing.T) {
		p, r, c := through(t, w.client(nil), ProxyOptions{Linger: 100 * time.Millisecond})
		res, err := c.Get("http://drip.test/")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if e := r.only(); e.Truncated != TruncatedTime || !strings.Contains(e.Error, "recording ended") {
			t.Error(e.Truncated, e.Error)
		}
		if _, _, err := get(t, c, "http://drip.test/"); err == nil {
			t.Error("a closed proxy serves")
		}
	})
	t.Run("browser leaves", func(t *testing.T) {
		for _, host := range []string{"drip.test", "mute.test"} {
			p, r, c := through(t, w.client(nil), ProxyOptions{Linger: time.Minute})
			c.Timeout = 200 * time.Millisecond
			get(t, c, "http://"+host+"/")
			p.Close() // else it waits a minute
			if e := r.only(); e.Truncated != TruncatedDisconnect || !strings.Contains(e.Error, "the browser took no more") {
				t.Error(e.Truncated, e.Error)
			}
		}
	})
	t.Run("tape", func(t *testing.T) {
		p, r, c := through(t, w.client(nil), ProxyOptions{Exchange: 100 * time.Millisecond})
		r.fail = fmt.Errorf("the disk is full")
		get(t, c, "http://drip.test/")
		if _, _, err := get(t, c, "http://drip.test/"); err == nil {
			t.Error("it goes on without a record")
		}
		if err := p.Close(); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Error(err)
		}
	})
}

// What another user of the machine asks for does not come on the tape.
func TestProxyServesOneUser(t *testing.T) {
	w := newWorld(t)
	w.says("weather.test", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	for user, served := range map[int]bool{os.Getuid(): true, os.Getuid() + 77: false} {
		p, r, c := through(t, w.client(nil), ProxyOptions{User: user})
		if _, body, err := get(t, c, "http://weather.test/"); (err == nil) != served {
			t.Errorf("user %d: %q, %v", user, body, err)
		}
		c.CloseIdleConnections()
		p.Close()
		if n := len(r.exchanges()); (n == 1) != served {
			t.Errorf("user %d: %d exchanges", user, n)
		}
	}
}
