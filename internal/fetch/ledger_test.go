// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"
)

// A clerk writes down every byte that its servers hear and say, above TLS, connection by connection.
type clerk struct {
	mu    sync.Mutex
	lines map[netip.AddrPort]*wireLog // by the other end
}

type wireLog struct{ heard, said bytes.Buffer }

type clerkConn struct {
	net.Conn
	c *clerk
	l *wireLog
}

func (c *clerkConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.c.mu.Lock()
	defer c.c.mu.Unlock()
	c.l.heard.Write(p[:n])
	return n, err
}

func (c *clerkConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.c.mu.Lock()
	defer c.c.mu.Unlock()
	c.l.said.Write(p[:n])
	return n, err
}

type clerkListener struct {
	net.Listener
	c *clerk
}

func (l clerkListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &wireLog{}
	l.c.mu.Lock()
	l.c.lines[conn.RemoteAddr().(*net.TCPAddr).AddrPort()] = w
	l.c.mu.Unlock()
	return &clerkConn{Conn: conn, c: l.c, l: w}, nil
}

// serve makes a server for a name that the clerk listens to, with TLS where port is 443.
func (c *clerk) serve(w *world, name string, port uint16, h http.Handler) {
	if c.lines == nil {
		c.lines = map[netip.AddrPort]*wireLog{}
	}
	l, addr := w.listen(port)
	if port == testHTTPS {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			w.t.Fatal(err)
		}
		t := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, t, w.ca, &key.PublicKey, w.key)
		if err != nil {
			w.t.Fatal(err)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	}
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go s.Serve(clerkListener{l, c})
	w.t.Cleanup(func() { s.Close() })
	w.name(name, addr)
}

// agrees checks that the tape has what the servers heard and said, all of it, once, and nothing else.
func (c *clerk) agrees(t *testing.T, all []Exchange) {
	t.Helper()
	heard, said := map[netip.AddrPort][]byte{}, map[netip.AddrPort][]byte{}
	slices.SortStableFunc(all, func(a, b Exchange) int { return a.End.Compare(b.End) })
	for _, e := range all {
		heard[e.Local] = append(heard[e.Local], e.Request...)
		said[e.Local] = append(said[e.Local], e.Response...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for at, l := range c.lines {
		if !bytes.Equal(heard[at], l.heard.Bytes()) {
			t.Errorf("%v: a server heard %d bytes %.300q, the tape has %d %.300q", at, l.heard.Len(), l.heard.Bytes(), len(heard[at]), heard[at])
		}
		if !bytes.Equal(said[at], l.said.Bytes()) {
			t.Errorf("%v: a server said %d bytes %.300q, the tape has %d %.300q", at, l.said.Len(), l.said.Bytes(), len(said[at]), said[at])
		}
		delete(heard, at)
	}
	for at, h := range heard {
		t.Errorf("%v: the tape has %.300q, which no server heard", at, h)
	}
}
