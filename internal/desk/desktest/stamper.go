// SPDX-License-Identifier: EUPL-1.2

package desktest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"iolaus/internal/ledger"
)

// A Stamper is a time-stamp authority. Each stamp is signed with a fresh certificate that is valid for a year.
type Stamper struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate
	n    int64
}

// NewStamper is an authority whose root is valid for thirty years from now on.
func NewStamper(t testing.TB, now time.Time) *Stamper {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &Stamper{key: key}
	root := &x509.Certificate{Subject: pkix.Name{CommonName: "Weather Root"}, NotBefore: now, NotAfter: now.AddDate(30, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	s.root = s.issue(t, root, root)
	return s
}

func (s *Stamper) issue(t testing.TB, c, parent *x509.Certificate) *x509.Certificate {
	t.Helper()
	s.n++
	c.SerialNumber = big.NewInt(s.n)
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &s.key.PublicKey, s.key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Roots are what its certificates come from.
func (s *Stamper) Roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(s.root)
	return p
}

// Stamp gives a token over a signed checkpoint.
func (s *Stamper) Stamp(t testing.TB, now time.Time, checkpoint []byte) []byte {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	eku, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	must(err)
	c := s.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Weather Time"}, NotBefore: now, NotAfter: now.AddDate(1, 0, 0),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: eku}}}, s.root)
	request, err := ledger.StampRequest(checkpoint, []byte{1})
	must(err)
	r, err := timestamp.ParseRequest(request)
	must(err)
	reply, err := (&timestamp.Timestamp{HashAlgorithm: r.HashAlgorithm, HashedMessage: r.HashedMessage, Time: now, Nonce: r.Nonce, Policy: asn1.ObjectIdentifier{1, 2, 3},
		AddTSACertificate: true}).CreateResponseWithOpts(c, s.key, crypto.SHA256)
	must(err)
	token, err := ledger.ReadReply(reply, request)
	must(err)
	return token
}
