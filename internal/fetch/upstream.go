// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"context"
	"net"
	"net/url"
	"time"
)

// An upstream is a connection of a proxy to a server. It belongs to one caller.
type upstream struct {
	p     *Proxy
	conn  net.Conn
	in    *bufio.Reader
	place string // host:port
	made  Exchange
	used  bool        // an exchange has gone over it
	stop  func() bool // no longer ends with the proxy
	watch *watch      // while it is idle
}

// dial connects to the host of an address, behind the guard and without TLS.
func (p *Proxy) dial(u *url.URL) (*upstream, error) {
	up := &upstream{p: p, place: place(u), made: Exchange{Vantage: p.client.network.Name, Start: time.Now()}}
	conn, err := p.client.connect(p.ctx, &url.URL{Scheme: "http", Host: up.place}, &up.made)
	if err != nil {
		return nil, err
	}
	up.take(conn)
	up.stop = context.AfterFunc(p.ctx, func() { _ = conn.SetDeadline(past) })
	return up, nil
}

func (up *upstream) take(conn net.Conn) { up.conn, up.in = conn, bufio.NewReaderSize(conn, 32<<10) }

// secure shakes hands for https. On an error the connection is closed.
func (up *upstream) secure(u *url.URL) error {
	conn, err := up.p.client.shake(up.p.ctx, up.conn, u.Hostname(), &up.made)
	if err != nil {
		return err
	}
	up.take(conn)
	up.rest()
	return nil
}

func (up *upstream) close() {
	up.stop()
	up.conn.Close()
	up.wake()
}

// until sets until when the server may be read from and written to.
func (up *upstream) until(t time.Time) {
	_ = up.conn.SetDeadline(t) // a connection that takes none is closed, and says so when read
	if up.p.ctx.Err() != nil {
		_ = up.conn.SetDeadline(past)
	}
}

// rest begins to watch for the server's hanging up while nothing is asked.
func (up *upstream) rest() { up.watch = watching(up.in, nil) }

// wake ends the watch and reports whether the connection can be used.
func (up *upstream) wake() bool {
	if up.watch == nil {
		return true
	}
	_ = up.conn.SetReadDeadline(past)
	err := up.watch.end()
	up.watch = nil
	return timedOut(err) && up.in.Buffered() == 0 // what a server says unasked belongs to no exchange
}

// A watch reads ahead on a connection that should be silent.
type watch struct {
	done chan struct{}
	err  error
}

// watching waits until something comes or fails; then gone is called with why, if it failed by itself.
func watching(in *bufio.Reader, gone func(error)) *watch {
	w := &watch{done: make(chan struct{})}
	go func() {
		defer close(w.done)
		if _, w.err = in.Peek(1); w.err != nil && gone != nil && !timedOut(w.err) {
			gone(w.err)
		}
	}()
	return w
}

// end waits for the watch, whose connection was given a deadline that has passed.
func (w *watch) end() error {
	<-w.done
	return w.err
}

// reach returns the caller's connection for an address, a new one where there is none that can be used.
func (k *caller) reach(u *url.URL) (*upstream, error) {
	if up := k.up; up != nil {
		if up.place == place(u) && (up.made.TLS != nil) == (u.Scheme == "https") && up.wake() {
			return up, nil
		}
		k.leave()
	}
	up, err := k.p.dial(u)
	if err != nil {
		return nil, err
	}
	k.up = up
	if u.Scheme == "https" {
		if err = up.secure(u); err != nil {
			k.leave()
			return nil, err
		}
		up.wake()
	}
	return up, nil
}
