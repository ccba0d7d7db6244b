// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// A door is a listener that lets only so many in at once, from one address and in all, and lets nobody stay for ever.
type door struct {
	net.Listener
	lim InboxLimits

	mu    sync.Mutex
	all   map[*guest]struct{}
	hosts map[string]int
}

type guest struct {
	net.Conn
	d    *door
	host string
	once sync.Once

	mu  sync.Mutex
	end time.Time
}

func newDoor(l net.Listener, lim InboxLimits) *door {
	return &door{Listener: l, lim: lim, all: make(map[*guest]struct{}), hosts: make(map[string]int)}
}

func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
		g := &guest{Conn: c, d: d, host: host, end: time.Now().Add(d.lim.Session)}
		d.mu.Lock()
		full := len(d.all) >= d.lim.MaxConns || d.hosts[host] >= d.lim.PerHost
		if !full {
			d.all[g] = struct{}{}
			d.hosts[host]++
		}
		d.mu.Unlock()
		if !full {
			return g, nil
		}
		_ = c.SetDeadline(time.Now().Add(100 * time.Millisecond)) // one small packet: it never waits for a slow reader
		_, _ = c.Write([]byte("421 4.7.0 too many connections, please try again later\r\n"))
		c.Close()
	}
}

// hurry gives everybody inside a moment to end: whoever only rests is sent away, a mail that is coming in may finish its line.
func (d *door) hurry() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for g := range d.all {
		g.until(time.Now().Add(time.Second))
	}
}

// until brings the end of the stay forward.
func (g *guest) until(end time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if end.Before(g.end) {
		g.end = end
	}
	_ = g.Conn.SetReadDeadline(g.end) // a connection that takes none is closed
}

// sendAway ends a connection after the answer that is being given.
func sendAway(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if g, ok := c.(*guest); ok {
		g.until(time.Now())
	}
}

func (g *guest) Close() error {
	g.once.Do(func() {
		g.d.mu.Lock()
		defer g.d.mu.Unlock()
		delete(g.d.all, g)
		if g.d.hosts[g.host]--; g.d.hosts[g.host] <= 0 {
			delete(g.d.hosts, g.host)
		}
	})
	return g.Conn.Close()
}

func (g *guest) SetReadDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.IsZero() || t.After(g.end) {
		t = g.end
	}
	return g.Conn.SetReadDeadline(t)
}

// SetDeadline and SetWriteDeadline leave a second after the end for a last word.
func (g *guest) SetDeadline(t time.Time) error {
	if err := g.SetReadDeadline(t); err != nil {
		return err
	}
	return g.SetWriteDeadline(t)
}

func (g *guest) SetWriteDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if last := g.end.Add(time.Second); t.IsZero() || t.After(last) {
		t = last
	}
	return g.Conn.SetWriteDeadline(t)
}
