// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"iolaus/internal/iru"
)

// ProxyOptions bound what one recording proxy takes. A zero field takes the value that stands beside it.
type ProxyOptions struct {
	Request  int64         // bytes of one request, body included: 8 MiB
	Body     int64         // bytes of one body as sent, its framing included: 64 MiB
	Total    int64         // bytes of all exchanges together: 512 MiB
	Exchange time.Duration // one exchange, from its request on: Limits.Total of the client
	Linger   time.Duration // how long Close waits for exchanges that run: 2 s
	Callers  int           // connections from the browser at one time: 256
	Folder   string        // of the spools' files: the system's
	User     int           // only this user of the machine (its number) may use the proxy; 0 lets everybody
}

// firstBytes is how much of a body stays in Exchange.Response; the rest goes to Exchange.Rest.
const firstBytes = 64 << 10

// A Proxy is what one browser reaches the web through while one exhibit is made: it asks in the client's place, behind the same
// guard, and puts every exchange on a tape as it went over the wire above TLS. It speaks HTTP/1.1 to servers. A connection to a
// server serves one connection of the browser and no other, so that no two exchanges can be mixed up. Bodies pass through
// unchanged and packed as they are. What it never does: look into bodies, follow redirects, answer in a server's place (except
// 403 with a plain sentence for what the guard refuses), trust a certificate in silence.
//
// A web socket passes; its frames are recorded as they went, the browser's in Request and the server's in Response and Rest.
type Proxy struct {
	client    *Client
	tape      Tape
	o         ProxyOptions
	listener  net.Listener
	authority *authority
	spki      string

	ending context.Context // no new exchange
	end    context.CancelFunc
	ctx    context.Context // no exchange at all
	cut    context.CancelFunc

	callers sync.WaitGroup
	room    chan struct{}
	running atomic.Int64
	bytes   atomic.Int64
	last    atomic.Int64 // when an exchange began or ended, in nanoseconds

	mu     sync.Mutex
	report ProxyReport
	faults map[string]error // host:port to why it could not be reached
	err    error            // what the tape failed with
}

// A ProxyReport says what a proxy did beside the exchanges on its tape.
type ProxyReport struct {
	Exchanges int      // put on the tape
	Bytes     int64    // of requests and answers
	Full      bool     // the limit of all bytes was reached: what came after it is missing
	Blocked   []string // addresses that the guard refused, each once, at most 1000, in order
	Failed    []string // addresses that no connection could be made to, and why, likewise
}

const longestReport = 1000

// Proxy starts a recording proxy on a port of 127.0.0.1 of its own. It runs until Close.
func (c *Client) Proxy(tape Tape, o ProxyOptions) (*Proxy, error) {
	o.Request, o.Body, o.Total = cmp.Or(o.Request, 8<<20), cmp.Or(o.Body, 64<<20), cmp.Or(o.Total, 512<<20)
	o.Exchange, o.Linger, o.Callers = cmp.Or(o.Exchange, c.limits.Total), cmp.Or(o.Linger, 2*time.Second), cmp.Or(o.Callers, 256)
	p := &Proxy{client: c, tape: tape, o: o, room: make(chan struct{}, o.Callers), faults: map[string]error{}}
	var err error
	if p.authority, err = newAuthority(time.Now()); err != nil {
		return nil, err
	}
	if p.spki, err = p.authority.pin(); err != nil {
		return nil, err
	}
	if p.listener, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("open the recording proxy: %w: %w", iru.Unavailable, err)
	}
	p.ctx, p.cut = context.WithCancel(context.Background())
	p.ending, p.end = context.WithCancel(p.ctx)
	p.last.Store(time.Now().UnixNano())
	p.callers.Go(p.accept)
	return p, nil
}

// Address is the proxy's host:port.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Pin is the SHA-256 of the public key of every certificate that the proxy shows, in base64: Chromium's
// --ignore-certificate-errors-spki-list takes it.
func (p *Proxy) Pin() string { return p.spki }

// Authority is the certificate authority of this proxy, for what cannot be told a public key.
func (p *Proxy) Authority() *x509.Certificate { return p.authority.cert }

// Quiet reports how many exchanges run, and since when nothing has begun or ended.
func (p *Proxy) Quiet() (running int, since time.Time) {
	return int(p.running.Load()), time.Unix(0, p.last.Load())
}

// Report tells what was done so far.
func (p *Proxy) Report() ProxyReport {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.report
	r.Bytes = p.bytes.Load()
	r.Blocked, r.Failed = slices.Clone(r.Blocked), slices.Clone(r.Failed)
	return r
}

// Fault is why the host of an address could not be reached: one of the Err values of this package, or nil.
func (p *Proxy) Fault(address string) error {
	u, err := parse(address)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults[place(u)]
}

// Err is what the tape failed with; then nothing more is recorded, and nothing more is asked.
func (p *Proxy) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Close takes no new requests, waits for those that run up to the limit, cuts what still runs (Truncated "time"), and returns
// when the tape has everything. The error is the tape's.
func (p *Proxy) Close() error {
	p.end()
	_ = p.listener.Close() // it ends the loop that accepts; nothing hangs on its word
	done := make(chan struct{})
	go func() {
		p.callers.Wait()
		close(done)
	}()
	timer := time.NewTimer(p.o.Linger)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	p.cut()
	<-done
	return p.Err()
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		switch {
		case p.ending.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return
		case err != nil: // out of files, say: the browser tries again
			select {
			case <-time.After(50 * time.Millisecond):
			case <-p.ending.Done():
			}
			continue
		}
		select {
		case p.room <- struct{}{}:
		case <-p.ending.Done():
			conn.Close()
			return
		}
		p.callers.Go(func() {
			defer func() { <-p.room }()
			p.serve(conn)
		})
	}
}

// record puts an exchange on the tape. When the tape fails, the proxy ends: nothing is to be seen that is not recorded.
func (p *Proxy) record(e Exchange) {
	if p.Err() != nil {
		_ = e.Rest.Close() // nobody takes it any more
		return
	}
	if err := p.tape(e); err != nil {
		p.fail(fmt.Errorf("record %.200s: %w", e.URL, err))
		return
	}
	p.mu.Lock()
	p.report.Exchanges++
	p.mu.Unlock()
}

// fail ends the proxy for want of a record.
func (p *Proxy) fail(err error) {
	p.mu.Lock()
	p.err = cmp.Or(p.err, err)
	p.mu.Unlock()
	p.cut()
}

// refused notes an address that was not reached, and why.
func (p *Proxy) refused(u *url.URL, address string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) < longestReport {
		p.faults[place(u)] = err
	}
	if len(address) > 500 {
		address = address[:500] + "..."
	}
	if errors.Is(err, ErrBlockedAddress) {
		p.report.Blocked = once(p.report.Blocked, address)
	} else {
		p.report.Failed = once(p.report.Failed, address+": "+err.Error())
	}
}

func once(list []string, s string) []string {
	if len(list) >= longestReport || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// spend takes bytes off what the exhibit may hold.
func (p *Proxy) spend(n int) error {
	if p.bytes.Add(int64(n)) <= p.o.Total {
		return nil
	}
	p.mu.Lock()
	p.report.Full = true
	p.mu.Unlock()
	return fmt.Errorf("%w: more than %d bytes for one exhibit", ErrTooLarge, p.o.Total)
}

// place is host:port of an address.
func place(u *url.URL) string {
	return net.JoinHostPort(u.Hostname(), or(u.Port(), defaultPort(u.Scheme)))
}
