// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// asked is a request of the browser.
type asked struct {
	url     *url.URL
	method  string
	head    []byte // as it goes to the server
	request []byte // head and body
	headed  headed
}

const interims = 32 // answers before the answer (1xx)

// A relay is one exchange that is under way.
type relay struct {
	k    *caller
	up   *upstream
	asks *asked
	e    Exchange
	last time.Time   // when it is cut
	left atomic.Bool // the browser hung up
	body int64       // bytes of the body so far
	keep bool        // both connections can be used again
}

var (
	// errLeft: it is not the server that broke off.
	errLeft = fmt.Errorf("%w: the browser took no more", ErrProtocol)
	// errEnded: the proxy was closed.
	errEnded = fmt.Errorf("%w: the recording ended", ErrTimeout)
)

// exchange asks a server and passes its answer on; it reports whether the browser's connection can be used again.
func (k *caller) exchange(asks *asked) bool {
	start := time.Now()
	up, err := k.reach(asks.url)
	if err != nil {
		return k.refuse(asks.url, asks.url.String(), err)
	}
	k.p.running.Add(1)
	k.p.last.Store(time.Now().UnixNano())
	r := &relay{k: k, up: up, asks: asks, e: up.made, last: time.Now().Add(k.p.o.Exchange)}
	r.e.URL, r.e.Request = asks.url.String(), asks.request
	if up.used {
		r.e.Start = start
	}
	up.used = true
	err = k.p.spend(len(asks.request))
	if err == nil {
		err = r.converse()
	}
	r.e.End = time.Now()
	if err != nil {
		r.fail(err)
	}
	k.p.record(r.e)
	k.p.running.Add(-1)
	k.p.last.Store(time.Now().UnixNano())
	if !r.keep {
		k.leave()
	} else {
		up.until(time.Time{})
		up.rest()
	}
	return r.keep
}

// fail notes why an exchange is not whole.
func (r *relay) fail(err error) {
	r.keep = false
	switch {
	case r.k.p.ctx.Err() != nil:
		err = errEnded
	case r.left.Load() && timedOut(err): // we hung up ourselves then
		err = errLeft
	case timedOut(err):
		err = fmt.Errorf("read answer of %s: %w: %v", r.asks.url.Host, ErrTimeout, err)
	}
	r.e.Error = broken(err).Error()
	if r.e.Truncated = cut(err); errors.Is(err, ErrTimeout) {
		r.e.Truncated = TruncatedTime
	}
}

// converse writes the request and passes the answer on.
func (r *relay) converse() error {
	r.until(time.Now().Add(r.k.p.client.limits.FirstByte))
	wrote := make(chan error, 1)
	send := func() {
		_, err := r.up.conn.Write(r.asks.request)
		wrote <- err
	}
	if len(r.asks.request) <= firstBytes {
		send()
	} else { // a server may answer before it has read all
		go send()
	}
	r.k.busy.Store(true)
	defer r.k.busy.Store(false)
	_ = r.k.conn.SetReadDeadline(time.Time{})
	w := watching(r.k.in, func(error) {
		r.left.Store(true)
		_ = r.up.conn.SetDeadline(past)
	})
	calm := func() {
		_ = r.k.conn.SetReadDeadline(past)
		_ = w.end()
		r.k.await(r.last)
	}
	err := r.answer(calm)
	calm()
	var failed error
	select {
	case failed = <-wrote:
	default: // the server answered and does not care for the rest
		_ = r.up.conn.SetDeadline(past)
		failed = <-wrote
	}
	if failed != nil {
		r.keep = false
		if r.e.FirstByte.IsZero() && err != nil {
			err = fmt.Errorf("%w: %v", ErrProtocol, failed)
		}
	}
	if r.left.Load() {
		r.keep = false
	}
	return err
}

// until sets until when the server may be heard.
func (r *relay) until(t time.Time) {
	r.up.until(t)
	if r.left.Load() {
		_ = r.up.conn.SetDeadline(past)
	}
}

// answer passes on the header and the body. calm is called before somebody else reads from the browser.
func (r *relay) answer(calm func()) error {
	if _, err := r.up.in.Peek(1); err != nil {
		return fmt.Errorf("read header: %w", broken(err))
	}
	r.e.FirstByte = time.Now()
	r.until(r.last)
	limit := r.k.p.client.limits.Header
	for range interims {
		raw, err := readHead(r.up.in, limit)
		r.e.Response = append(r.e.Response, raw...)
		if err == nil {
			limit -= len(raw)
			err = r.k.p.spend(len(raw))
		}
		if err != nil {
			return fmt.Errorf("read header: %w", broken(err))
		}
		h := parseHead(raw)
		code, protocol, _, err := h.status()
		if err != nil {
			return err
		}
		r.e.Status, r.e.Protocol = code, protocol
		switches := code == http.StatusSwitchingProtocols
		if switches && len(r.asks.headed.header["Upgrade"]) == 0 {
			return fmt.Errorf("%w: a switch of protocols that nobody asked for", ErrProtocol)
		}
		if err := r.give(raw); err != nil {
			return err
		}
		switch {
		case switches:
			calm()
			return r.both()
		case code >= 200:
			f, keep := frameOf(r.asks.method, h)
			if err := r.pass(f); err != nil {
				return err
			}
			r.keep = keep && !r.asks.headed.has("Connection", "close")
			return nil
		}
	}
	return fmt.Errorf("%w: interim answers without end", ErrProtocol)
}

// pass hands a body on while it is recorded.
func (r *relay) pass(f *frame) error {
	for !f.done {
		if _, err := r.up.in.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && f.ends == endsByClose {
				return nil
			}
			return fmt.Errorf("read body: %w", err)
		}
		part, _ := r.up.in.Peek(r.up.in.Buffered())
		n, wrong := f.feed(part)
		part = part[:n]
		over := r.body+int64(n) > r.k.p.o.Body
		if over {
			part = part[:r.k.p.o.Body-r.body]
		}
		if err := r.keepBody(part); err != nil {
			return err
		}
		if err := r.give(part); err != nil && (!errors.Is(err, errLeft) || over || wrong != nil || !f.done) { // the record of a whole answer is whole, read or not
			return err
		}
		_, _ = r.up.in.Discard(n) // they were just seen
		switch {
		case over:
			return fmt.Errorf("read body: %w: more than %d bytes", ErrTooLarge, r.k.p.o.Body)
		case wrong != nil:
			return fmt.Errorf("read body: %w", wrong)
		}
	}
	return nil
}

// keepBody records a part of a body.
func (r *relay) keepBody(part []byte) error {
	if err := r.k.p.spend(len(part)); err != nil {
		return err
	}
	r.body += int64(len(part))
	if r.e.Rest == nil {
		if r.body <= firstBytes {
			r.e.Response = append(r.e.Response, part...)
			return nil
		}
		r.e.Rest = NewSpool(r.k.p.o.Folder)
	}
	if _, err := r.e.Rest.Write(part); err != nil {
		r.k.p.fail(fmt.Errorf("record %.200s: %w", r.e.URL, err))
		return err
	}
	return nil
}

// give hands bytes to the browser.
func (r *relay) give(part []byte) error {
	_ = r.k.conn.SetWriteDeadline(r.last)
	if r.k.p.ctx.Err() != nil {
		return errEnded
	}
	if _, err := r.k.conn.Write(part); err != nil {
		if timedOut(err) {
			return fmt.Errorf("%w: the browser took nothing more", ErrTimeout)
		}
		r.left.Store(true)
		return errLeft
	}
	return nil
}

// both passes a web socket on until one end closes it.
func (r *relay) both() error {
	_ = r.k.conn.SetReadDeadline(r.last)
	if r.k.p.ending.Err() != nil {
		return errEnded
	}
	said, done := []byte(nil), make(chan error, 1)
	ctx, cancel := context.WithCancel(r.k.p.ctx)
	go func() {
		defer cancel()
		done <- func() error {
			buf := make([]byte, 16<<10)
			for {
				n, err := r.k.in.Read(buf)
				if int64(len(r.asks.request)+len(said)+n) > r.k.p.o.Request {
					return fmt.Errorf("%w: the browser sent more than %d bytes", ErrTooLarge, r.k.p.o.Request)
				}
				said = append(said, buf[:n]...)
				if spent := r.k.p.spend(n); spent != nil {
					return spent
				}
				if _, failed := r.up.conn.Write(buf[:n]); failed != nil && err == nil {
					return failed
				}
				if err != nil {
					return err
				}
			}
		}()
	}()
	stop := context.AfterFunc(ctx, func() { _ = r.up.conn.SetReadDeadline(past) })
	err := r.pass(&frame{ends: endsByClose})
	stop()
	_ = r.k.conn.SetReadDeadline(past)
	heard := <-done
	cancel()
	r.e.Request = append(r.e.Request, said...)
	if errors.Is(heard, ErrTooLarge) {
		return heard
	}
	if errors.Is(heard, io.EOF) { // the browser closed it: that is how a web socket ends
		return nil
	}
	return err
}
