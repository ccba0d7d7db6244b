// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A world is a small internet in 127/8: a DNS server and web servers, all real.
type world struct {
	t     testing.TB
	net   Network
	mu    sync.Mutex
	names map[string]func(n int) []string // name to what the nth question is answered; nil: no such name
	asked map[string]int
	ca    *x509.Certificate
	key   *ecdsa.PrivateKey
	last  atomic.Uint32
}

const (
	testHTTP  = 80
	testHTTPS = 443
)

func newWorld(t testing.TB) *world {
	w := &world{t: t, names: map[string]func(int) []string{}, asked: map[string]int{}}
	w.net = Network{Name: "north", Local: netip.MustParseAddr("127.0.0.1"), Allow: []netip.Prefix{netip.MustParsePrefix("127.77.0.0/16")}, Ports: map[uint16]uint16{}}
	w.serveDNS()
	w.makeCA()
	return w
}

func (w *world) serveDNS() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	pc, err := net.ListenPacket("udp", l.Addr().String())
	for n := 0; err != nil && n < 50; n++ { // somebody has that port of the other kind
		_ = l.Close() // another one is tried
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
			pc, err = net.ListenPacket("udp", l.Addr().String())
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	h := dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		name := strings.TrimSuffix(strings.ToLower(q.Question[0].Name), ".")
		w.mu.Lock()
		answer := w.names[name]
		if q.Question[0].Qtype == dns.TypeA {
			w.asked[name]++
		}
		n := w.asked[name]
		w.mu.Unlock()
		switch {
		case strings.HasPrefix(name, "broken."):
			m.Rcode = dns.RcodeServerFailure
		case answer == nil:
			m.Rcode = dns.RcodeNameError
		case strings.HasPrefix(name, "long.") && rw.RemoteAddr().Network() == "udp":
			m.Truncated = true
		default:
			for _, a := range answer(n) {
				kind := "A"
				if strings.HasSuffix(a, ".") {
					kind = "CNAME"
				} else if strings.Contains(a, ":") {
					kind = "AAAA"
				}
				rr, err := dns.NewRR(fmt.Sprintf("%s. 1 IN %s %s", name, kind, a))
				if err != nil {
					panic(err)
				}
				if q.Question[0].Qtype == rr.Header().Rrtype || kind == "CNAME" {
					m.Answer = append(m.Answer, rr)
				}
			}
		}
		switch { // the right identifier, and a question that nobody asked
		case strings.HasPrefix(name, "othername."):
			m.Question = []dns.Question{{Name: "tram.test.", Qtype: q.Question[0].Qtype, Qclass: dns.ClassINET}}
		case strings.HasPrefix(name, "othertype."):
			m.Question = []dns.Question{{Name: q.Question[0].Name, Qtype: dns.TypeTXT, Qclass: dns.ClassINET}}
		case strings.HasPrefix(name, "noquestion."):
			m.Question = nil
		}
		rw.WriteMsg(m)
	})
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: l, Handler: h}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go s.ActivateAndServe()
		<-up
		w.t.Cleanup(func() { s.Shutdown() })
	}
	w.net.Resolver = pc.LocalAddr().String()
}

func (w *world) name(name string, to ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names[name] = func(int) []string { return to }
}

// listen opens the port that stands for port on a fresh address, which it returns.
func (w *world) listen(port uint16) (net.Listener, string) {
	addr := fmt.Sprintf("127.77.0.%d", w.last.Add(1))
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", addr, w.net.Ports[port]))
	if err != nil {
		w.t.Fatal(err)
	}
	w.net.Ports[port] = l.Addr().(*net.TCPAddr).AddrPort().Port()
	w.t.Cleanup(func() { l.Close() })
	return l, addr
}

// serve makes a web server for a name and returns its address.
func (w *world) serve(name string, h http.HandlerFunc) string {
	l, addr := w.listen(testHTTP)
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go s.Serve(l)
	w.t.Cleanup(func() { s.Close() })
	w.name(name, addr)
	return addr
}

// raw makes a server that answers every request with f's bytes.
func (w *world) raw(name string, f func(c net.Conn)) {
	l, addr := w.listen(testHTTP)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					if line == "\r\n" {
						break
					}
				}
				f(c)
			}()
		}
	}()
	w.name(name, addr)
}

func (w *world) says(name, text string) {
	w.raw(name, func(c net.Conn) { io.WriteString(c, text) })
}

func (w *world) makeCA() {
	var err error
	if w.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		w.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Weather Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &w.key.PublicKey, w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.ca, err = x509.ParseCertificate(der); err != nil {
		w.t.Fatal(err)
	}
	w.net.Roots = x509.NewCertPool()
	w.net.Roots.AddCert(w.ca)
}

// secure makes an HTTPS server for a name with a certificate that change may spoil.
func (w *world) secure(name string, change func(c *x509.Certificate, self *bool)) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	self := false
	if change != nil {
		change(c, &self)
	}
	parent, signer := w.ca, w.key
	if self {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		w.t.Fatal(err)
	}
	l, addr := w.listen(testHTTPS)
	s := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, "<title>Rain</title>secure forecast")
	})}
	tl := tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	go s.Serve(tl)
	w.t.Cleanup(func() { s.Close() })
	w.name(name, addr)
}

// client is one with small limits.
func (w *world) client(p *Politeness, change ...func(*Limits)) *Client {
	l := Limits{Body: 2 << 20, Ratio: 100, Header: 64 << 10, Redirects: 5, Dial: 2 * time.Second, FirstByte: 2 * time.Second, Total: 5 * time.Second}
	for _, f := range change {
		f(&l)
	}
	return New(w.net, l, p, "iolaus-test")
}
