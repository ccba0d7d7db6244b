// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// An authority issues the certificates of one range. Keys come from the seed and a name, so that an operator who uses a key again
// is seen to do so, and the same seed gives the same keys.
type authority struct {
	seed   int64
	root   *x509.Certificate
	key    *ecdsa.PrivateKey
	now    func() time.Time
	enter  func(chain [][]byte) // into the log; nil: none
	mu     sync.Mutex
	serial int64
	certs  map[string]*tls.Certificate
}

func newAuthority(seed int64, now func() time.Time, enter func([][]byte)) (*authority, error) {
	a := &authority{seed: seed, now: now, enter: enter, serial: 1, certs: map[string]*tls.Certificate{}}
	a.key = seededKey(seed, "authority")
	from, until := a.validity(10)
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Range Authority X1", Organization: []string{"Range Authority"}},
		NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:            x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomains: []string{"test"}, PermittedDNSDomainsCritical: true,
		PermittedIPRanges: []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}}}
	der, err := x509.CreateCertificate(nil, t, t, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("make root certificate: %w", err)
	}
	if a.root, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("make root certificate: %w", err)
	}
	return a, nil
}

// validity spans both clocks: clients check against the system's time, whatever the story's clock says.
func (a *authority) validity(years int) (from, until time.Time) {
	from, until = a.now(), time.Now()
	if until.Before(from) {
		from, until = until, from
	}
	return from.Add(-24 * time.Hour), until.AddDate(years, 0, 0)
}

// seededKey derives a P-256 key. Of 2^32 keys less than one is out of range, and then the next counter is taken.
func seededKey(seed int64, name string) *ecdsa.PrivateKey {
	for n := byte(0); ; n++ {
		b := binary.BigEndian.AppendUint64([]byte{'k', n}, uint64(seed))
		sum := sha256.Sum256(append(b, name...))
		if k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:]); err == nil {
			return k
		}
	}
}

// A request is for a certificate: the name of a key, and what the certificate is for.
type request struct {
	key   string
	names []string // host names, loopback addresses
}

// issue makes and logs a certificate for the names (and loopback addresses) with the key of that name.
func (a *authority) issue(key string, names ...string) (*tls.Certificate, error) {
	out, err := a.issueAll([]request{{key, names}})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// issueAll makes many at once, with all processors, and logs them in their order.
func (a *authority) issueAll(requests []request) ([]*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	from, until := a.validity(1)
	out, errs := make([]*tls.Certificate, len(requests)), make([]error, len(requests))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(requests)) {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(requests)); n = next.Add(1) - 1 {
				out[n], errs[n] = a.make(a.serial+1+n, from, until, requests[n])
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	a.serial += int64(len(requests))
	for _, c := range out {
		for _, n := range c.Leaf.DNSNames {
			a.certs[n] = c
		}
		if a.enter != nil {
			a.enter(c.Certificate)
		}
	}
	return out, nil
}

func (a *authority) make(serial int64, from, until time.Time, q request) (*tls.Certificate, error) {
	k := seededKey(a.seed, "site "+q.key)
	l := leaf{serial: serial, issuer: a.root.RawSubject, issuerKey: a.root.SubjectKeyId, from: from, until: until, public: extensionKey(k), subject: q.names[0]}
	for _, n := range q.names {
		if ip, err := netip.ParseAddr(n); err == nil {
			l.addresses = append(l.addresses, ip.AsSlice())
		} else if n, err = guardName(n); err == nil {
			l.names = append(l.names, n)
		} else {
			return nil, fmt.Errorf("issue certificate: %w", err)
		}
	}
	der, err := l.signed(a.key)
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %s: %w", q.names[0], err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %s: %w", q.names[0], err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.root.Raw}, PrivateKey: crypto.Signer(k), Leaf: parsed}, nil
}

func (a *authority) forName(name string) *tls.Certificate {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.certs[name]
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.root)
	return p
}

// pem gives the authority's own certificate as a file for programs that read one.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}
