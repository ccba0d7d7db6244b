// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Whatever a server says: the proxy ends, the tape has what came and no more than the limits, and the browser has the same bytes.
func FuzzProxyServer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsleet and more",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-T: v\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nffffffffffffffffff\r\n",
		"HTTP/1.1 103 E\r\n\r\nHTTP/1.1 101 S\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
		"HTTP/1.0 200 OK\nConnection: keep-alive\nContent-Length: 2\n\nok",
		"ICY 200 OK\r\n\r\nabc",
		"\r\n\r\nHTTP/9.9 999 \xff\r\n folded\r\n:\r\n\r\n",
		"HTTP/1.1 302 F\r\nLocation: /\r\nContent-Length: 1, 1\r\n\r\n1",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		"220 mail.test ESMTP\r\n",
	} {
		f.Add([]byte(s))
	}
	w := newWorld(f)
	l, addr := w.listen(testHTTP)
	var mu sync.Mutex
	var says []byte
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.Read(make([]byte, 4096))
				mu.Lock()
				b := says
				mu.Unlock()
				c.Write(b)
			}()
		}
	}()
	client := New(w.net, Limits{Header: 1024, FirstByte: 2 * time.Second, Total: 2 * time.Second}, nil, "")
	r := &reel{t: f}
	p, err := client.Proxy(r.tape, ProxyOptions{Body: 4096, Folder: f.TempDir(), Total: 1 << 40})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { p.Close() })
	f.Fuzz(func(t *testing.T, b []byte) {
		mu.Lock()
		says = b
		mu.Unlock()
		r.mu.Lock()
		r.all = nil
		r.mu.Unlock()
		c, err := net.Dial("tcp", p.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(c, "GET http://"+addr+"/ HTTP/1.1\r\nHost: weather.test\r\nConnection: close\r\n\r\n")
		got, err := io.ReadAll(c)
		if timedOut(err) {
			t.Fatal("the browser waits for ever")
		}
		for range 5000 { // the record comes after the last byte
			if len(r.exchanges()) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		all := r.exchanges()
		if len(all) != 1 {
			t.Fatal(len(all), "exchanges")
		}
		e := all[0]
		if !bytes.HasPrefix(b, e.Response) || len(e.Response) > 33*1024+4096 {
			t.Fatalf("the record has %q", e.Response)
		}
		if !bytes.HasPrefix(e.Response, got) {
			t.Fatalf("the browser has %q, the record %q", got, e.Response)
		}
		if (e.Error == "") != (e.Truncated == "") || e.Error == "" && !bytes.Equal(got, e.Response) {
			t.Fatalf("%q %q, %d of %d bytes", e.Error, e.Truncated, len(got), len(e.Response))
		}
	})
}

// Whatever a browser says: the proxy ends, and the tape has exactly what servers heard.
func FuzzProxyClient(f *testing.F) {
	w := newWorld(f)
	l, addr := w.listen(testHTTP)
	var mu sync.Mutex
	heard := map[string][]byte{} // by the other end
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			delete(heard, c.RemoteAddr().String()) // a port comes again
			mu.Unlock()
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := c.Read(buf)
					mu.Lock()
					heard[c.RemoteAddr().String()] = append(heard[c.RemoteAddr().String()], buf[:n]...)
					mu.Unlock()
					if err != nil {
						return
					}
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			}()
		}
	}()
	for _, s := range []string{
		"GET http://A/ HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\n\r\n",
		"POST http://A/ HTTP/1.1\r\nContent-Length: 4\r\n\r\nrainGET http://A/2 HTTP/1.0\r\n\r\n",
		"CONNECT A:80 HTTP/1.1\r\n\r\nGET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
		"CONNECT A:443 HTTP/1.1\r\n\r\n\x16\x03\x01\x00\x05hello",
		"GET / HTTP/1.1\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\n\r\n",
		"GET http://127.0.0.1:22/ HTTP/1.1\r\n\r\n",
		"GET file:///etc/passwd HTTP/1.1\r\n\r\n",
		"CONNECT A:80 HTTP/1.1\r\n\r\nGET http://other.test/ HTTP/1.1\r\n\r\n",
		"CONNECT A:80 HTTP/1.1\r\n\r\nCONNECT A:80 HTTP/1.1\r\n\r\n",
		"POST http://A/ HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
		"POST http://A/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"\r\n\r\nGET http://A/ HTTP/1.1\r\n folded: x\r\n: y\r\n\r\n",
		"GET http://A/%zz?<> HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(strings.ReplaceAll(s, "A", addr)))
	}
	client := New(w.net, Limits{Header: 4096, FirstByte: time.Second, Total: 2 * time.Second, Dial: time.Second}, nil, "")
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte(".test")) && len(b) > 2000 { // names are asked for: few of them
			return
		}
		r := &reel{t: t}
		p, err := client.Proxy(r.tape, ProxyOptions{Linger: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", p.Address())
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(20 * time.Second))
		c.Write(b)
		c.(*net.TCPConn).CloseWrite()
		if _, err = io.ReadAll(c); timedOut(err) {
			t.Fatal("the browser waits for ever")
		}
		c.Close()
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		sent := map[string][]byte{}
		for _, e := range r.exchanges() {
			sent[e.Local.String()] = append(sent[e.Local.String()], e.Request...)
			head, _, _ := bytes.Cut(e.Request, []byte("\r\n\r\n"))
			for line := range bytes.Lines(head) {
				if n, _, _ := bytes.Cut(bytes.ToLower(line), []byte(":")); slices.Contains([]string{"proxy-connection", "proxy-authorization"}, string(bytes.TrimSpace(n))) {
					t.Fatalf("%q", e.Request)
				}
			}
			if !strings.HasPrefix(e.URL, "http://") && !strings.HasPrefix(e.URL, "https://") {
				t.Fatal(e.URL)
			}
		}
		for range 200 { // the server may be about to read
			mu.Lock()
			same := true
			for at, s := range sent {
				same = same && bytes.Equal(s, heard[at])
			}
			mu.Unlock()
			if same {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		mu.Lock()
		defer mu.Unlock()
		for at, s := range sent {
			if !bytes.HasPrefix(s, heard[at]) { // a connection that was cut may not have got all
				t.Fatalf("%s: the tape has %q, the server heard %q", at, s, heard[at])
			}
		}
	})
}
