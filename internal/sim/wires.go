// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/miekg/dns"
)

// wires are the listeners and servers of a range. Every address has the same five ports, and it is found by trying which five are
// free everywhere.
type wires struct {
	resolver  string
	smarthost string
	tcp       []net.Listener
	udp       []net.PacketConn
	fans      []*fan
	web       []*http.Server
	mail      []*smtp.Server
	crowd     crowd
}

// A crowd closes the connections that servers leave open.
type crowd struct {
	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

type crowdListener struct {
	net.Listener
	crowd *crowd
}

type crowdConn struct {
	net.Conn
	crowd *crowd
}

func (l crowdListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	cc := &crowdConn{c, l.crowd}
	l.crowd.mu.Lock()
	defer l.crowd.mu.Unlock()
	if l.crowd.closed {
		c.Close()
		return cc, nil
	}
	l.crowd.conns[cc] = struct{}{}
	return cc, nil
}

func (c *crowdConn) Close() error {
	c.crowd.mu.Lock()
	delete(c.crowd.conns, c)
	c.crowd.mu.Unlock()
	return c.Conn.Close()
}

func (c *crowd) close() {
	c.mu.Lock()
	c.closed = true
	var all []net.Conn
	for x := range c.conns {
		all = append(all, x)
	}
	c.mu.Unlock()
	for _, x := range all {
		x.Close()
	}
}

const (
	webPort, tlsPort, mailPort, namePort, shellPort, portsEach = 0, 1, 2, 3, 4, 5
	portTries                                                  = 60
)

// places lists who listens where: for pages at both ports, at that of TLS alone, for mail, for names.
func (r *Range) places() (web, secure, mail, names []netip.Addr) {
	seen := map[netip.Addr]bool{}
	add := func(list *[]netip.Addr, a netip.Addr) {
		if !seen[a] {
			seen[a] = true
			*list = append(*list, a)
		}
	}
	all := r.names()
	for _, n := range all {
		if h := r.hosts[n]; h.serves != nil && !h.secureOnly {
			add(&web, h.addr)
		}
	}
	for _, p := range r.world.Providers { // where assets move to, and where names go that died
		switch p.Kind {
		case Host, Parking, Sinkholes:
			add(&web, p.at(atShared))
		}
	}
	for _, n := range all {
		if h := r.hosts[n]; h.serves != nil {
			add(&secure, h.addr)
		}
	}
	mail = append(mail, r.hosts["smarthost.exchange.test"].addr)
	for _, p := range r.world.Providers {
		mail = append(mail, p.at(atMail))
		names = append(names, p.at(53), p.at(54))
	}
	return web, secure, mail, names
}

var resolverAddr = netip.AddrFrom4([4]byte{127, 20, 0, 53})

// listen opens everything and starts the servers.
func (r *Range) listen() error {
	var err error
	for range portTries {
		base := uint16(12000 + portsEach*rand.IntN(3600)) // below the ephemeral ports; not part of the story
		if err = r.bind(base); err == nil {
			return nil
		}
		r.wires.close()
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return fmt.Errorf("find free ports: %w", err)
}

func (r *Range) bind(base uint16) error {
	r.wires = &wires{crowd: crowd{conns: map[net.Conn]struct{}{}}}
	r.ports = map[uint16]uint16{80: base + webPort, 443: base + tlsPort, 25: base + mailPort, 53: base + namePort, 22: base + shellPort}
	w := r.wires
	open := func(a netip.Addr, port uint16) (net.Listener, error) {
		l, err := listenTCP(netip.AddrPortFrom(a, port).String())
		if err != nil {
			return nil, err
		}
		c := crowdListener{l, &w.crowd}
		w.tcp = append(w.tcp, c)
		return c, nil
	}
	quiet := log.New(io.Discard, "", 0)
	web, securely, mail, names := r.places()
	clear := &http.Server{Handler: http.HandlerFunc(r.serveHTTP)}
	secure := &http.Server{Handler: http.HandlerFunc(r.serveHTTPS), TLSConfig: &tls.Config{GetCertificate: r.certificate, MinVersion: tls.VersionTLS12}}
	proxy := &http.Server{Handler: http.HandlerFunc(r.forward)}
	w.web = []*http.Server{clear, secure, proxy}
	for _, s := range w.web {
		s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout, s.MaxHeaderBytes, s.ErrorLog = 10*time.Second, time.Minute, time.Minute, 64<<10, quiet
		s.BaseContext = func(net.Listener) context.Context { return r.ctx }
	}
	var start []func()
	clears, secures := newFan(), newFan() // one server each, however many addresses
	w.fans = []*fan{clears, secures}
	start = append(start, func() { clear.Serve(clears) }, func() { secure.ServeTLS(secures, "", "") })
	for _, a := range web {
		l, err := open(a, base+webPort)
		if err != nil {
			return err
		}
		start = append(start, func() { clears.take(l) })
	}
	for _, a := range slices.Concat(web, securely) {
		l, err := open(a, base+tlsPort)
		if err != nil {
			return err
		}
		start = append(start, func() { secures.take(l) })
	}
	for _, a := range web {
		if p := r.network(a); p == nil || p.Kind != Host {
			continue
		}
		l, err := open(a, base+shellPort)
		if err != nil {
			return err
		}
		c, err := r.sshConfig(a)
		if err != nil {
			return err
		}
		start = append(start, func() { r.serveSSH(l, c) })
	}
	pl, err := open(proxyAddr, base+webPort)
	if err != nil {
		return err
	}
	start = append(start, func() { proxy.Serve(pl) })
	for i, a := range mail {
		l, err := open(a, base+mailPort)
		if err != nil {
			return err
		}
		ms := mailServer{r: r, name: "smarthost.exchange.test"}
		if i > 0 {
			p := r.world.Providers[i-1]
			ms.name, ms.desk = "mail."+p.Domain, r.desks[p.ID]
		} else {
			w.smarthost = l.Addr().String()
		}
		s := newMailServer(ms, ms.name, r.ca)
		w.mail = append(w.mail, s)
		start = append(start, func() { s.Serve(l) })
	}
	for i, a := range append([]netip.Addr{resolverAddr}, names...) {
		ns := nameServer{r: r}
		if i > 0 {
			ns.provider = r.world.Providers[(i-1)/2].ID
		}
		l, err := open(a, base+namePort)
		if err != nil {
			return err
		}
		u, err := listenUDP(netip.AddrPortFrom(a, base+namePort).String())
		if err != nil {
			return err
		}
		w.udp = append(w.udp, u)
		if i == 0 {
			w.resolver = l.Addr().String()
		}
		for _, s := range []*dns.Server{{Listener: l, Handler: ns, ReadTimeout: 5 * time.Second}, {PacketConn: u, Handler: ns}} {
			start = append(start, func() { s.ActivateAndServe() })
		}
	}
	for _, f := range start {
		r.wg.Go(f)
	}
	return nil
}

func newMailServer(b smtp.Backend, name string, ca *authority) *smtp.Server {
	s := smtp.NewServer(b)
	s.Domain, s.MaxMessageBytes, s.MaxRecipients, s.ReadTimeout, s.WriteTimeout = name, maxBody, 50, 30*time.Second, 30*time.Second
	s.EnableSMTPUTF8 = true
	s.ErrorLog = log.New(io.Discard, "", 0)
	if c := ca.forName(name); c != nil {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*c}, MinVersion: tls.VersionTLS12}
	}
	return s
}

func (w *wires) close() {
	for _, f := range w.fans {
		f.Close()
	}
	for _, s := range w.web {
		s.Close()
	}
	for _, s := range w.mail {
		s.Close()
	}
	for _, l := range w.tcp {
		l.Close()
	}
	for _, u := range w.udp {
		u.Close()
	}
	w.crowd.close()
}
