// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A certificate that is broken in any way is recorded with what is wrong, and the page comes all the same: it is evidence.
func TestProxyRecordsBrokenCertificates(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		change func(c *x509.Certificate, self *bool)
		says   string // "" is verified
	}{
		"good":    {nil, ""},
		"expired": {func(c *x509.Certificate, _ *bool) { c.NotAfter = now.Add(-time.Minute) }, "expired"},
		"not yet": {func(c *x509.Certificate, _ *bool) { c.NotBefore = now.Add(time.Minute) }, "not yet valid"},
		"name":    {func(c *x509.Certificate, _ *bool) { c.DNSNames = []string{"snow.test"} }, "snow.test"},
		"no name": {func(c *x509.Certificate, _ *bool) { c.DNSNames = nil }, "legacy Common Name"},
		"self":    {func(_ *x509.Certificate, self *bool) { *self = true }, "unknown authority"},
		"for mail": {func(c *x509.Certificate, _ *bool) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
		}, "incompatible key usage"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.change != nil && name == "no name" {
				change := c.change
				c.change = func(x *x509.Certificate, self *bool) { change(x, self); x.Subject.CommonName = "rain.test" }
			}
			w.secure("rain.test", c.change)
			seenBy(t, w, c.says)
		})
	}
}

// seenBy looks at https://rain.test/ through a proxy.
func seenBy(t *testing.T, w *world, says string) Exchange {
	t.Helper()
	p, r, client := through(t, w.client(nil), ProxyOptions{})
	if _, body, err := get(t, client, "https://rain.test/"); err != nil || !strings.Contains(body, "forecast") {
		t.Errorf("%q, %v; %v", body, err, p.Report())
	}
	client.CloseIdleConnections()
	p.Close()
	e := r.only()
	if e.TLS == nil || e.TLS.Leaf() == nil || e.TLS.Verified != (says == "") || !strings.Contains(e.TLS.Error, says) || len(e.TLS.Fingerprint) != 64 {
		t.Errorf("%+v", e.TLS)
	}
	return e
}

// shows serves https://rain.test/ with a configuration.
func shows(w *world, conf *tls.Config) {
	l, addr := w.listen(testHTTPS)
	s := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, "forecast") })}
	go s.Serve(tls.NewListener(l, conf))
	w.t.Cleanup(func() { s.Close() })
	w.name("rain.test", addr)
}

func TestProxyRecordsOldAndBrokenHandshakes(t *testing.T) {
	leaf := func(w *world, public, private any, ca *x509.Certificate, signer any) tls.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(5), DNSNames: []string{"rain.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, c, ca, public, signer)
		if err != nil {
			w.t.Fatal(err)
		}
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("weak key", func(t *testing.T) {
		w := newWorld(t)
		weak, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		shows(w, &tls.Config{Certificates: []tls.Certificate{leaf(w, &weak.PublicKey, weak, w.ca, w.key)}})
		seenBy(t, w, "")
	})
	t.Run("missing chain", func(t *testing.T) {
		w := newWorld(t)
		between := &x509.Certificate{SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "Between"}, IsCA: true, BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
		shows(w, &tls.Config{Certificates: []tls.Certificate{leaf(w, &key.PublicKey, key, between, key)}})
		seenBy(t, w, "unknown authority")
	})
	t.Run("old", func(t *testing.T) {
		w := newWorld(t)
		shows(w, &tls.Config{Certificates: []tls.Certificate{leaf(w, &key.PublicKey, key, w.ca, w.key)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10})
		if e := seenBy(t, w, ""); e.TLS.Version != "TLS 1.0" {
			t.Error(e.TLS.Version)
		}
	})
	t.Run("asks for ours", func(t *testing.T) { // and gets none
		w := newWorld(t)
		shows(w, &tls.Config{Certificates: []tls.Certificate{leaf(w, &key.PublicKey, key, w.ca, w.key)}, ClientAuth: tls.RequestClientCert})
		seenBy(t, w, "")
	})
	for name, f := range map[string]func(net.Conn){
		"alert":   func(c net.Conn) { io.WriteString(c, "\x15\x03\x01\x00\x02\x02\x28") },
		"no TLS":  func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nforecast") },
		"nothing": func(net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l, addr := w.listen(testHTTPS)
			w.name("rain.test", addr)
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					buf := make([]byte, 1)
					c.Read(buf)
					f(c)
					c.Close()
				}
			}()
			p, r, client := through(t, w.client(nil), ProxyOptions{})
			if res, body, err := get(t, client, "https://rain.test/"); err == nil {
				t.Error(res, body)
			}
			p.Close()
			wants(t, p.Fault("https://rain.test/"), ErrProtocol)
			if len(r.exchanges()) != 0 || len(p.Report().Failed) != 1 {
				t.Errorf("%+v %+v", r.exchanges(), p.Report())
			}
		})
	}
}

// What goes up is recorded too, whole, and only so much of it.
func TestProxyPosts(t *testing.T) {
	w := newWorld(t)
	var got string
	w.serve("depot.test", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/early" { // it answers and does not listen
			rw.Header().Set("Connection", "close")
			rw.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		b, _ := io.ReadAll(r.Body)
		got = r.Method + string(b)
	})
	p, r, client := through(t, w.client(nil), ProxyOptions{Request: 6 << 20})
	for n, body := range []string{"", "rain", strings.Repeat("snow ", 1<<20)} {
		res, err := client.Post("http://depot.test/", "text/plain", strings.NewReader(body))
		if err != nil || res.StatusCode != 200 || got != "POST"+body {
			t.Fatal(res, err, len(got))
		}
		res.Body.Close()
		all := r.exchanges()
		for end := time.Now().Add(10 * time.Second); len(all) <= n && time.Now().Before(end); all = r.exchanges() { // it is recorded when it is over
			time.Sleep(time.Millisecond)
		}
		if e := all[len(all)-1]; !strings.HasSuffix(string(e.Request), "\r\n\r\n"+body) || e.Error != "" {
			t.Error(len(e.Request), e.Error)
		}
	}
	if res, err := client.Post("http://depot.test/early", "text/plain", strings.NewReader(strings.Repeat("x", 5<<20))); err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Error(res)
		}
	}
	res, err := client.Post("http://depot.test/", "text/plain", strings.NewReader(strings.Repeat("x", 7<<20)))
	if err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Error(res)
		}
	}
	res, err = client.Post("http://depot.test/", "text/plain", io.MultiReader(strings.NewReader("of no length")))
	if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(res, err)
	} else {
		res.Body.Close()
	}
	client.CloseIdleConnections()
	p.Close()
	if n := len(r.exchanges()); n != 4 {
		t.Errorf("%d exchanges", n)
	}
}
