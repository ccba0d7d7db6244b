// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// past is a deadline that wakes a reader at once.
var past = time.Unix(1, 0)

// An answer is one exchange and what it means.
type answer struct {
	exchange  Exchange
	status    int
	header    http.Header
	body      []byte
	truncated string
	follow    bool // redirects are followed
	last      bool // the connection ends with it
}

// leads reports whether the answer sends us elsewhere. Then its body is only the beginning of a record: see redirectBytes.
func (a *answer) leads() bool {
	return a.follow && redirects(a.status) && a.header.Get("Location") != ""
}

// exchange asks once. The answer is never nil.
func (c *Client) exchange(ctx context.Context, u *url.URL, ask request, jar http.CookieJar) (*answer, error) {
	a := &answer{exchange: Exchange{URL: u.String(), Vantage: c.network.Name, Start: time.Now()}}
	e := &a.exchange
	err := c.converse(ctx, u, ask, jar, a)
	e.End, e.Status = time.Now(), a.status
	if err != nil {
		e.Error = err.Error()
	}
	return a, err
}

func (c *Client) converse(ctx context.Context, u *url.URL, ask request, jar http.CookieJar, a *answer) error {
	e := &a.exchange
	conn, err := c.connect(ctx, u, e)
	if err != nil {
		return err
	}
	defer conn.Close()
	return c.talk(ctx, conn, &tap{from: conn}, u, ask, jar, a)
}

// talk sends one request over a connection and takes the answer through t. Where ctx ends meanwhile, the connection is of no use
// any more.
func (c *Client) talk(ctx context.Context, conn net.Conn, t *tap, u *url.URL, ask request, jar http.CookieJar, a *answer) error {
	e := &a.exchange
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })
	defer func() { a.last = !stop() || a.last }()
	until := func(t time.Time) {
		_ = conn.SetDeadline(t) // a connection that takes none is closed, and says so when read
		if ctx.Err() != nil {   // the call above may have come after the one that hangs up
			_ = conn.SetDeadline(past)
		}
	}
	e.Request = c.format(u, ask, jar)
	until(time.Now().Add(c.limits.FirstByte))
	// A server may answer and hang up before it has read the whole request: a failed write is told only if nothing comes back.
	_, wrote := conn.Write(e.Request)
	l := c.limits
	if ask.prefix > 0 {
		l.Body = min(l.Body, ask.prefix)
	}
	a.follow = !ask.stay
	t.first = func() {
		e.FirstByte = time.Now()
		if end, ok := ctx.Deadline(); ok {
			until(end)
		}
	}
	err := read(t, l, a)
	var lost error
	if e.Response, e.Rest, lost = t.recorded(); lost != nil {
		err = lost
	}
	if n := t.excess; n > 0 && err == nil {
		e.Note = fmt.Sprintf("bytes came behind the answer that belong to none: at least %d, which are left out", n)
	}
	e.Truncated = a.truncated
	if errors.Is(err, ErrTooLarge) && a.status != 0 && (ask.prefix > 0 && ask.prefix <= c.limits.Body || a.leads()) {
		return nil
	}
	if err == nil {
		return nil
	}
	if e.FirstByte.IsZero() && wrote != nil {
		err = wrote
	}
	return explain(ctx, ErrProtocol, "read answer of "+u.Host, err)
}

// connect resolves, checks and dials, and shakes hands for https. What it learns goes into e, also when it fails.
func (c *Client) connect(ctx context.Context, u *url.URL, e *Exchange) (net.Conn, error) {
	port, err := c.target(u)
	if err != nil {
		return nil, err
	}
	if _, err := c.resolve(ctx, u.Hostname(), e); err != nil {
		return nil, err
	}
	return c.dial(ctx, u, port, e)
}

// dial connects to one of the addresses that were resolved into e.
func (c *Client) dial(ctx context.Context, u *url.URL, port uint16, e *Exchange) (net.Conn, error) {
	open, err := c.allowed(u.Hostname(), e)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: c.limits.Dial, Control: c.guard.control}
	if c.network.Local.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: c.network.Local.AsSlice()}
		d.Control = func(network, address string, s syscall.RawConn) error {
			_ = s.Control(bindLate) // without it there are fewer connections a minute, no other ones
			return c.guard.control(network, address, s)
		}
	}
	var last error
	for _, to := range open[:min(len(open), 4)] {
		if c.network.Local.IsValid() && c.network.Local.Is4() != to.Is4() && c.network.Proxy == nil {
			last = fmt.Errorf("%w: %v is of another family than %v", ErrConnect, to, c.network.Local)
			continue
		}
		at := netip.AddrPortFrom(to, port)
		conn, err := c.reachOne(ctx, d, at)
		if err != nil {
			last = err
			continue
		}
		if e.Remote, e.Local = at, endpoint(conn.LocalAddr()); c.network.Proxy == nil {
			e.Remote = endpoint(conn.RemoteAddr())
		}
		if u.Scheme == "https" {
			if conn, err = c.shake(ctx, conn, u.Hostname(), e); err != nil {
				return nil, err
			}
		}
		return conn, nil
	}
	return nil, explain(ctx, ErrConnect, "connect to "+u.Host, last)
}

// reachOne connects to one address, directly or by way of a proxy.
func (c *Client) reachOne(ctx context.Context, d net.Dialer, to netip.AddrPort) (net.Conn, error) {
	if c.network.Proxy != nil {
		return c.through(ctx, to)
	}
	return d.DialContext(ctx, "tcp", to.String())
}

// bindLate lets the system choose our port when it knows the other end: else one vantage point has no more than 28,000 connections a
// minute to the whole world (ip(7), IP_BIND_ADDRESS_NO_PORT).
func bindLate(fd uintptr) {
	const addressNoPort = 24
	_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, addressNoPort, 1)
}

func (c *Client) target(u *url.URL) (uint16, error) {
	p, err := strconv.ParseUint(or(u.Port(), defaultPort(u.Scheme)), 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%w: port %q", ErrAddress, u.Port())
	}
	return c.guard.port(uint16(p))
}

// resolve fills e.Addresses and says how long they hold.
func (c *Client) resolve(ctx context.Context, host string, e *Exchange) (time.Duration, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		e.Addresses = []netip.Addr{a}
		return longestTTL, nil
	}
	r, err := newResolver(c.network, min(c.limits.Dial, 5*time.Second))
	if err != nil {
		return 0, err
	}
	e.Addresses, e.Resolver, err = r.addresses(ctx, host)
	return r.ttl, err
}

// allowed returns those of e.Addresses that the guard lets through. A forbidden one beside them is passed over: else a site could
// hide from us alone by naming ::1 beside its real address.
func (c *Client) allowed(host string, e *Exchange) (open []netip.Addr, err error) {
	for _, a := range e.Addresses {
		if no := c.first(a); no == nil {
			open = append(open, a)
		} else {
			err = fmt.Errorf("%s: %w", host, no)
		}
	}
	if len(open) > 0 {
		return open, nil
	}
	return nil, err
}

// shake does the TLS handshake. No certificate stops it: what was shown is recorded and judged in TLSInfo.
func (c *Client) shake(ctx context.Context, conn net.Conn, host string, e *Exchange) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.Dial)
	defer cancel()
	t := tls.Client(conn, &tls.Config{
		ServerName:         host,
		NextProtos:         []string{"http/1.1"},
		MinVersion:         tls.VersionTLS10, // an old server is evidence too
		InsecureSkipVerify: true,             //nolint:gosec // verified below, and recorded
	})
	err := t.HandshakeContext(ctx)
	if s := t.ConnectionState(); len(s.PeerCertificates) > 0 || err == nil {
		e.TLS = tlsInfo(s, host, c.network.Roots, time.Now())
	}
	if err != nil {
		conn.Close()
		return nil, explain(ctx, ErrProtocol, "TLS handshake with "+host, err)
	}
	return t, nil
}

// format writes the request.
func (c *Client) format(u *url.URL, ask request, jar http.CookieJar) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), u.Host)
	if c.agent != "" {
		fmt.Fprintf(&b, "User-Agent: %s\r\n", c.agent)
	}
	fmt.Fprintf(&b, "Accept: %s\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n", ask.accept)
	if jar != nil {
		r := http.Request{Header: http.Header{}}
		for _, k := range jar.Cookies(u) {
			r.AddCookie(k)
		}
		if v := headerText(r.Header.Get("Cookie")); v != "" && len(v) < 8<<10 {
			fmt.Fprintf(&b, "Cookie: %s\r\n", v)
		}
	}
	b.WriteString(ask.connection())
	return b.Bytes()
}

func (r request) connection() string {
	if r.keep {
		return "Connection: keep-alive\r\n\r\n"
	}
	return "Connection: close\r\n\r\n"
}

func endpoint(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		p := t.AddrPort()
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	}
	return netip.AddrPort{}
}
