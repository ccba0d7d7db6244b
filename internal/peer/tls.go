// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// pinOf is SHA-256 of a key as SubjectPublicKeyInfo (RFC 5280) in DER.
func pinOf(key crypto.PublicKey) ([32]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return [32]byte{}, fmt.Errorf("pin key: %w: %w", iru.Internal, err)
	}
	return sha256.Sum256(der), nil
}

// certificate is self-signed and always the same. Nobody reads anything but its key, so it never expires.
func (id Identity) certificate() (tls.Certificate, error) {
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: serverName(id.Pin())}, DNSNames: []string{serverName(id.Pin())},
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // RFC 5280, section 4.1.2.5: no well-defined end
		KeyUsage:  x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(nil, t, t, id.tls.Public().(ed25519.PublicKey), id.tls)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w: %w", iru.Internal, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: id.tls}, nil
}

// serverName is what a client asks for, so that a server that is changing its keys shows each partner the one it knows.
func serverName(pin [32]byte) string { return hex.EncodeToString(pin[:16]) + ".peer.invalid" }

// pinIn is the pin of the other side of a connection.
func pinIn(s tls.ConnectionState) ([32]byte, bool) {
	if len(s.PeerCertificates) == 0 {
		return [32]byte{}, false
	}
	return sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo), true
}

// TLSConfig is that of a server: TLS 1.3, self-signed, and no handshake with a key that is not a partner's. The first identity is the
// current one; with earlier ones partners that do not know it yet are still served.
func TLSConfig(r Receiver, current Identity, earlier ...Identity) (*tls.Config, error) {
	var all []tls.Certificate
	byName := map[string]*tls.Certificate{}
	for _, id := range append([]Identity{current}, earlier...) {
		c, err := id.certificate()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		byName[serverName(id.Pin())] = &c
	}
	base := &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}, ClientAuth: tls.RequireAnyClientCert, SessionTicketsDisabled: true,
		Certificates: all,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if c, ok := byName[strings.ToLower(hello.ServerName)]; ok {
				return c, nil
			}
			return &all[0], nil
		},
	}
	base.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		c := base.Clone()
		c.VerifyConnection = func(s tls.ConnectionState) error {
			return greet(hello.Context(), r, s)
		}
		return c, nil
	}
	return base, nil
}

// greet refuses a key that is in no card. A receiver that failed is no reason to call a partner a stranger: the handler asks it again,
// and lets nobody in without an answer.
func greet(ctx context.Context, r Receiver, s tls.ConnectionState) error {
	pin, _ := pinIn(s)
	cards, err := r.Partners(ctx)
	if err == nil && !slices.ContainsFunc(cards, func(c Card) bool { return c.TLS == pin }) {
		return wrong("greet partner", Stranger, "%x", pin[:8])
	}
	return nil
}

// partnerOf is the card whose key the other side of a connection has. A card proves nothing of the pin that it names, so that of somebody
// else may name it too: the one with the id that the client says of itself is meant, or the only one. Errors: Stranger, or the
// receiver's.
func partnerOf(ctx context.Context, r Receiver, s tls.ConnectionState, said string) (Card, error) {
	pin, ok := pinIn(s)
	if !ok {
		return Card{}, wrong("greet partner", Stranger, "no key")
	}
	cards, err := r.Partners(ctx)
	if err != nil {
		return Card{}, fmt.Errorf("greet partner: %w", err)
	}
	var found []Card
	for _, c := range cards {
		if id := c.ID(); c.TLS == pin && (said == "" || said == hex.EncodeToString(id[:])) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return Card{}, wrong("greet partner", Stranger, "%x is the key of %d partners", pin[:8], len(found))
	}
	return found[0], nil
}

// clientTLS is that of a client to the owner of a card and nobody else.
func clientTLS(id Identity, to Card) (*tls.Config, error) {
	mine, err := id.certificate()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}, Certificates: []tls.Certificate{mine},
		ServerName:         serverName(to.TLS),
		InsecureSkipVerify: true, //nolint:gosec // no authority vouches for a partner: the pin does, below
		VerifyConnection: func(s tls.ConnectionState) error {
			if pin, ok := pinIn(s); !ok || pin != to.TLS {
				return wrong("greet partner", Pin, "%x instead of %x", pin[:8], to.TLS[:8])
			}
			return nil
		},
	}, nil
}
