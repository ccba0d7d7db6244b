// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"net"
	"net/http"
	"sync"
)

// crowd bounds how many connections are open at a time, in all and from one network address: one too many is closed at once, before a
// handshake costs anything.
type crowd struct {
	most, each int
	mu         sync.Mutex
	open       map[net.Conn]string
	from       map[string]int
}

func newCrowd(l Limits) *crowd {
	return &crowd{most: l.Connections, each: l.PerAddress, open: map[net.Conn]string{}, from: map[string]int{}}
}

// state is the ConnState of a server.
func (c *crowd) state(conn net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		if !c.enter(conn) {
			conn.Close()
		}
	case http.StateClosed, http.StateHijacked:
		c.leave(conn)
	}
}

func (c *crowd) enter(conn net.Conn) bool {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		host = conn.RemoteAddr().String()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= c.most || c.from[host] >= c.each {
		return false
	}
	c.open[conn] = host
	c.from[host]++
	return true
}

func (c *crowd) leave(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	host, ok := c.open[conn]
	if !ok {
		return
	}
	delete(c.open, conn)
	if c.from[host]--; c.from[host] == 0 {
		delete(c.from, host)
	}
}
