// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"

	"iolaus/internal/iru"
)

// An authority makes the certificates that a recording proxy shows to its browser. It lives in memory, for one exhibit; all its
// certificates have one key, which the browser is told to trust.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	leaf *ecdsa.PrivateKey
	mu   sync.Mutex
	made map[string]*tls.Certificate
}

func newAuthority(now time.Time) (*authority, error) {
	a := &authority{made: map[string]*tls.Certificate{}}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, fmt.Errorf("make the proxy's authority: %w: %w", iru.Internal, err)
	}
	if a.leaf, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, fmt.Errorf("make the proxy's authority: %w: %w", iru.Internal, err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Iolaus recording proxy of one exhibit"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &a.key.PublicKey, a.key)
	if err == nil {
		a.cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		return nil, fmt.Errorf("make the proxy's authority: %w: %w", iru.Internal, err)
	}
	return a, nil
}

// pin is the SHA-256 of the leaves' public key, as Chromium takes it.
func (a *authority) pin() (string, error) {
	spki, err := x509.MarshalPKIXPublicKey(&a.leaf.PublicKey)
	if err != nil {
		return "", fmt.Errorf("make the proxy's authority: %w: %w", iru.Internal, err)
	}
	sum := sha256.Sum256(spki)
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}

// certificate returns the one for a host, made when it is first asked for.
func (a *authority) certificate(host string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.made[host]; c != nil {
		return c, nil
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(int64(len(a.made)) + 2), Subject: pkix.Name{CommonName: "Iolaus recording proxy"},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(host); ip != nil {
		t.IPAddresses = []net.IP{ip}
	} else {
		t.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, &a.leaf.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for %s: %w: %w", host, iru.Internal, err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.leaf}
	if len(a.made) < 1024 { // a page can name more hosts than we want to remember
		a.made[host] = c
	}
	return c, nil
}

// config is for the browser's end of a connection. The two ends are on one machine: no key exchange against the computers of
// the future is paid for.
func (a *authority) config(host string) *tls.Config {
	return &tls.Config{
		MinVersion:       tls.VersionTLS12,
		NextProtos:       []string{"http/1.1"},
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
		GetCertificate:   func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certificate(host) },
	}
}
