// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A fan is one listener made of many: ten thousand addresses need one server.
type fan struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newFan() *fan { return &fan{conns: make(chan net.Conn), done: make(chan struct{})} }

// take accepts from a listener until it is closed.
func (f *fan) take(l net.Listener) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files: later there may be fewer
			time.Sleep(5 * time.Millisecond)
			continue
		}
		select {
		case f.conns <- c:
		case <-f.done:
			c.Close()
			return
		}
	}
}

// Accept gives the next connection of any of them.
func (f *fan) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

// Close ends the fan, and not the listeners.
func (f *fan) Close() error {
	f.once.Do(func() { close(f.done) })
	return nil
}

// Addr is none in particular.
func (f *fan) Addr() net.Addr { return net.TCPAddrFromAddrPort(netip.AddrPortFrom(resolverAddr, 0)) }
