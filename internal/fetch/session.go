// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

const (
	sessionLines = 4        // connections that a session keeps
	sessionNames = 256      // names whose addresses it keeps
	sessionTap   = 2 << 20  // bytes of answers whose room is used again
	sessionRead  = 64 << 10 // bytes that are asked of a connection at once
)

// A Session asks as its client does and keeps connections alive, one for each scheme, host and port and a few in all: for a worker
// that asks one site many times. It is for one goroutine. Each exchange is recorded by itself all the same, since nobody else reads
// from its connection; one that carries bytes nobody asked for is closed. Where a name was resolved, and what TLS showed, is told of
// each exchange as it was when its connection began.
type Session struct {
	c     *Client
	lines []*line // the last one was used last
	names map[string]known
	in    *bufio.Reader
	room  []byte // for what is recorded, used again by each Get
	taken []byte // of it by the last exchange
}

// A line is one kept connection.
type line struct {
	key   string
	conn  net.Conn
	began Exchange // Addresses, Resolver, Local, Remote and TLS of its start
}

// A known name was resolved a short while ago.
type known struct {
	addresses []netip.Addr
	resolver  string
	until     time.Time
}

// Session begins one. Close it.
func (c *Client) Session() *Session {
	return &Session{c: c, names: map[string]known{}, in: bufio.NewReaderSize(nil, sessionRead)}
}

// Close hangs up.
func (s *Session) Close() {
	for _, l := range s.lines {
		l.conn.Close()
	}
	s.lines = nil
}

// Get is Client.Get over the connections of the session. The bytes of its response are valid until the next Get.
func (s *Session) Get(ctx context.Context, address string, opts ...Option) (*Response, error) {
	if cap(s.room) > sessionTap {
		s.room = nil
	}
	s.taken = s.room[:0]
	return s.c.get(ctx, address, s.exchange, opts)
}

// exchange asks once. The answer is never nil.
func (s *Session) exchange(ctx context.Context, u *url.URL, ask request, jar http.CookieJar) (*answer, error) {
	ask.keep = true
	a := &answer{exchange: Exchange{URL: u.String(), Vantage: s.c.network.Name, Start: time.Now()}}
	err := s.converse(ctx, u, ask, jar, a)
	e := &a.exchange
	e.End, e.Status = time.Now(), a.status
	if err != nil {
		e.Error = err.Error()
	}
	return a, err
}

func (s *Session) converse(ctx context.Context, u *url.URL, ask request, jar http.CookieJar, a *answer) error {
	l, kept, err := s.line(ctx, u, &a.exchange)
	if err != nil {
		return err
	}
	err = s.talk(ctx, l, u, ask, jar, a)
	if err != nil && kept && a.exchange.FirstByte.IsZero() && !errors.Is(err, ErrTimeout) {
		// The server hung up while we asked, as it may: it has not answered this request and will not (RFC 9112, section 9.3.1).
		again := Exchange{URL: a.exchange.URL, Vantage: a.exchange.Vantage, Start: time.Now(), Note: "asked a second time: the kept connection ended without an answer"}
		*a = answer{exchange: again}
		if l, err = s.dial(ctx, u, &a.exchange); err != nil {
			return err
		}
		err = s.talk(ctx, l, u, ask, jar, a)
	}
	return err
}

// talk is one exchange over a line, which is kept if the answer leaves it fit for another.
func (s *Session) talk(ctx context.Context, l *line, u *url.URL, ask request, jar http.CookieJar, a *answer) error {
	t := &tap{from: l.conn, taken: s.taken[len(s.taken):], in: s.in, memory: ask.memory, folder: ask.folder}
	note := a.exchange.Note
	err := s.c.talk(ctx, l.conn, t, u, ask, jar, a)
	s.taken = t.taken // the next exchange of this Get goes behind it
	if cap(s.taken) > cap(s.room) {
		s.room = s.taken
	}
	if a.exchange.Note == "" {
		a.exchange.Note = note
	}
	if err != nil || a.last || a.truncated != "" || t.excess > 0 {
		l.conn.Close()
		return err
	}
	if len(s.lines) >= sessionLines {
		s.lines[0].conn.Close()
		s.lines = slices.Delete(s.lines, 0, 1)
	}
	s.lines = append(s.lines, l)
	return nil
}

// line takes a kept connection or makes one. It is the session's no more until the answer is whole.
func (s *Session) line(ctx context.Context, u *url.URL, e *Exchange) (l *line, kept bool, err error) {
	key := u.Scheme + "://" + u.Host
	for i := len(s.lines) - 1; i >= 0; i-- {
		if l = s.lines[i]; l.key != key {
			continue
		}
		s.lines = slices.Delete(s.lines, i, i+1)
		switch state := resting(l.conn); state {
		case quiet:
			e.Addresses, e.Resolver, e.Local, e.Remote, e.TLS = l.began.Addresses, l.began.Resolver, l.began.Local, l.began.Remote, l.began.TLS
			return l, true, nil
		case stray:
			e.Note = "the connection kept from an exchange before held bytes that nobody had asked for; another one was made"
			fallthrough
		default:
			l.conn.Close()
		}
	}
	l, err = s.dial(ctx, u, e)
	return l, false, err
}

// dial makes a connection. A name that does not lead to one any more is resolved anew before we give up.
func (s *Session) dial(ctx context.Context, u *url.URL, e *Exchange) (*line, error) {
	port, err := s.c.target(u)
	if err != nil {
		return nil, err
	}
	host := u.Hostname()
	k, old := s.names[host]
	if old = old && e.Start.Before(k.until); old {
		e.Addresses, e.Resolver = k.addresses, k.resolver
	} else if err := s.resolve(ctx, host, e); err != nil {
		return nil, err
	}
	conn, err := s.c.dial(ctx, u, port, e)
	if errors.Is(err, ErrConnect) && old {
		if err := s.resolve(ctx, host, e); err != nil {
			return nil, err
		}
		conn, err = s.c.dial(ctx, u, port, e)
	}
	if err != nil {
		delete(s.names, host)
		return nil, err
	}
	began := Exchange{Addresses: e.Addresses, Resolver: e.Resolver, Local: e.Local, Remote: e.Remote, TLS: e.TLS}
	return &line{key: u.Scheme + "://" + u.Host, conn: conn, began: began}, nil
}

func (s *Session) resolve(ctx context.Context, host string, e *Exchange) error {
	holds, err := s.c.resolve(ctx, host, e)
	if err != nil {
		return err
	}
	if len(s.names) >= sessionNames {
		clear(s.names)
	}
	s.names[host] = known{e.Addresses, e.Resolver, time.Now().Add(holds)}
	return nil
}

// What a connection does on which nothing was asked.
const (
	quiet = iota
	stray // it holds bytes
	ended
)

// resting looks at a connection, and waits at most ticketWait: what TLS sends unasked, such as a ticket, must be read to be told from an
// answer.
func resting(conn net.Conn) int {
	t, ok := conn.(*tls.Conn)
	if !ok {
		return pending(conn)
	}
	wait := past // what was decrypted already
	if pending(t.NetConn()) != quiet {
		wait = time.Now().Add(ticketWait)
	}
	if err := conn.SetReadDeadline(wait); err != nil {
		return ended
	}
	var b [1]byte
	n, err := t.Read(b[:])
	switch {
	case n > 0:
		return stray
	case !timedOut(err):
		return ended
	}
	return pending(t.NetConn())
}

const ticketWait = 20 * time.Millisecond

// pending asks the system what a socket holds, and takes its deadlines away.
func pending(conn net.Conn) int {
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return ended
	}
	c, ok := conn.(syscall.Conn)
	if !ok {
		return ended
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return ended
	}
	state := ended
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		switch n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT); {
		case n > 0:
			state = stray
		case errors.Is(err, syscall.EAGAIN):
			state = quiet
		}
		return true
	})
	if err != nil {
		return ended
	}
	return state
}
