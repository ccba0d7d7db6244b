// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// idleFor is how long a connection of the browser may wait for its next request.
const idleFor = 5 * time.Minute

// A caller is one connection of the browser to the proxy and, at most, one connection to a server that belongs to it.
type caller struct {
	p    *Proxy
	conn net.Conn      // the browser's, within a tunnel above TLS
	in   *bufio.Reader // of conn
	to   *url.URL      // of a tunnel: scheme and host of everything that it asks for
	up   *upstream
	busy atomic.Bool // an exchange runs
}

func (p *Proxy) serve(conn net.Conn) {
	defer conn.Close()
	if !p.known(conn) {
		return
	}
	k := &caller{p: p, conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}
	defer k.leave()
	defer context.AfterFunc(p.ending, func() {
		if !k.busy.Load() {
			_ = conn.SetReadDeadline(past)
		}
	})()
	defer context.AfterFunc(p.ctx, func() { _ = conn.SetDeadline(past) })()
	for k.next() {
	}
}

// await sets until when the browser may be read from.
func (k *caller) await(t time.Time) {
	_ = k.conn.SetReadDeadline(t)
	if k.p.ending.Err() != nil {
		_ = k.conn.SetReadDeadline(past)
	}
}

func (k *caller) leave() {
	if k.up != nil {
		k.up.close()
		k.up = nil
	}
}

// next serves one request; it reports whether another may come.
func (k *caller) next() bool {
	k.await(time.Now().Add(idleFor))
	raw, err := readHead(k.in, k.p.client.limits.Header)
	if err != nil {
		if errors.Is(err, ErrTooLarge) {
			k.say(http.StatusRequestHeaderFieldsTooLarge, "the header of the request is too long")
		}
		return false
	}
	h := parseHead(raw)
	words := strings.Fields(h.first)
	if len(words) != 3 || !strings.HasPrefix(words[2], "HTTP/1.") || !token(words[0]) {
		k.say(http.StatusBadRequest, "not a request of HTTP/1")
		return false
	}
	if words[0] == http.MethodConnect {
		return k.to == nil && k.tunnel(words[1])
	}
	u, err := k.target(words[1])
	if err != nil {
		return k.refuse(&url.URL{Scheme: "http", Host: "invalid"}, words[1], err)
	}
	a := asked{url: u, method: words[0], head: rewrite(raw, words[0], u), headed: h}
	if err := k.load(&a); err != nil {
		k.say(http.StatusRequestEntityTooLarge, "the request is longer than the proxy takes, or its length is not known")
		k.linger()
		return false
	}
	return k.exchange(&a)
}

// target is the address that a request line asks for.
func (k *caller) target(line string) (*url.URL, error) {
	if k.to == nil {
		return parse(line)
	}
	if !strings.HasPrefix(line, "/") {
		if line != "*" {
			return nil, fmt.Errorf("%w: %.80q within a tunnel", ErrAddress, line)
		}
		line = "/*"
	}
	u, err := url.Parse(k.to.Scheme + "://" + k.to.Host + line)
	if err != nil { // a path that package url does not take; the server may
		u = &url.URL{Scheme: k.to.Scheme, Host: k.to.Host, Opaque: "//" + k.to.Host + escaped(line)}
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// rewrite makes the request of a proxy the request of a server: its line asks for a path, and headers for proxies are left out.
// All else stays as the browser wrote it.
func rewrite(raw []byte, method string, u *url.URL) []byte {
	out := make([]byte, 0, len(raw))
	first := true
	for line := range bytes.Lines(bytes.TrimLeft(raw, "\r\n")) {
		if first {
			first = false
			if words := strings.Fields(string(line)); strings.HasPrefix(words[1], "/") || words[1] == "*" {
				out = append(out, line...)
			} else {
				out = fmt.Appendf(out, "%s %s %s\r\n", method, u.RequestURI(), words[2])
			}
			continue
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		if n := strings.ToLower(string(bytes.TrimSpace(name))); n == "proxy-connection" || n == "proxy-authorization" {
			continue
		}
		out = append(out, line...)
	}
	return out
}

// load reads the body of a request. A browser always says its length.
func (k *caller) load(a *asked) error {
	if len(a.headed.header["Transfer-Encoding"]) > 0 {
		return fmt.Errorf("%w: a request of unknown length", ErrProtocol)
	}
	values := a.headed.header["Content-Length"]
	if len(values) == 0 {
		a.request = a.head
		return nil
	}
	n, ok := length(values)
	if !ok || n+int64(len(a.head)) > k.p.o.Request {
		return fmt.Errorf("%w: a request of %q bytes", ErrTooLarge, values)
	}
	a.request = make([]byte, int64(len(a.head))+n)
	copy(a.request, a.head)
	_, err := io.ReadFull(k.in, a.request[len(a.head):])
	return err
}

// tunnel answers CONNECT: everything that follows goes to one host, with TLS or without (web sockets).
func (k *caller) tunnel(authority string) bool {
	to, err := parse("https://" + authority + "/")
	if err != nil {
		return k.refuse(&url.URL{Scheme: "https", Host: "invalid"}, authority, err)
	}
	k.up, err = k.p.dial(to)
	if err != nil {
		k.refuse(to, to.String(), err)
		if !errors.Is(err, ErrBlockedAddress) {
			k.say(http.StatusBadGateway, "No connection: "+err.Error()) // browsers show no words of a proxy here
		}
		return false
	}
	if _, err = io.WriteString(k.conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return false
	}
	first, err := k.in.Peek(1)
	if err != nil {
		return false
	}
	k.to = to
	if first[0] != 0x16 { // not the hello of TLS: a web socket
		k.to, err = normal(&url.URL{Scheme: "http", Host: place(to)})
		return err == nil
	}
	if err = k.up.secure(to); err != nil {
		k.p.refused(to, to.String(), err)
		return false
	}
	t := tls.Server(&rejoined{Conn: k.conn, in: k.in}, k.p.authority.config(k.to.Hostname()))
	ctx, cancel := context.WithTimeout(k.p.ctx, k.p.client.limits.Dial)
	defer cancel()
	if t.HandshakeContext(ctx) != nil { // the browser went away or does not like us; no server has been asked
		return false
	}
	k.conn, k.in = t, bufio.NewReaderSize(t, 16<<10)
	return true
}

// rejoined is a connection of which something has been read already.
type rejoined struct {
	net.Conn
	in *bufio.Reader
}

func (r *rejoined) Read(p []byte) (int, error) { return r.in.Read(p) }

// refuse answers what is not asked for. Only what the guard forbids has an answer in words; else the browser sees a connection
// that failed, as it would without us.
func (k *caller) refuse(u *url.URL, address string, err error) bool {
	k.p.refused(u, address, err)
	switch {
	case errors.Is(err, ErrBlockedAddress):
		k.say(http.StatusForbidden, "This address is outside what the recording may reach.")
	case errors.Is(err, ErrAddress):
		k.say(http.StatusBadRequest, "This is not a web address.")
	}
	return false
}

// say writes an answer of the proxy's own. It is never recorded.
func (k *caller) say(status int, text string) {
	_ = k.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = fmt.Fprintf(k.conn, "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%s",
		status, http.StatusText(status), len(text), text) // a browser that went away needs no answer
}

// linger reads on for a while after a refusal: a connection that is closed with something unread is reset, and the answer with it.
func (k *caller) linger() {
	if c, ok := k.conn.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
	k.await(time.Now().Add(lingers))
	_, _ = io.CopyN(io.Discard, k.in, 256<<10)
}

// lingers is how long net/http's server waits in the same place.
const lingers = 500 * time.Millisecond

// token reports whether a word can be a method.
func token(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return false
		}
	}
	return s != ""
}
