// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"net/netip"
	"time"
)

// Why an exchange or a body is not whole, in the words of WARC 1.1 (WARC-Truncated).
const (
	TruncatedLength     = "length"     // a limit of length
	TruncatedTime       = "time"       // a limit of time
	TruncatedDisconnect = "disconnect" // the connection broke off
)

// An Exchange is one request and its answer as they went over the wire, above TLS.
type Exchange struct {
	URL       string
	Vantage   string         // Network.Name
	Resolver  string         // who resolved the name; "" where the URL holds an address
	Addresses []netip.Addr   // what the name resolved to
	Local     netip.AddrPort // our end
	Remote    netip.AddrPort // the server's end, as really connected to
	Start     time.Time      // before the name was resolved
	FirstByte time.Time      // zero where nothing came
	End       time.Time
	Protocol  string // "http/1.1" or "http/1.0", as answered
	TLS       *TLSInfo
	Request   []byte // exact bytes sent
	Response  []byte // exact bytes received, up to the limit; where Rest is not nil, the header and the beginning of the body
	Rest      *Spool // what of the body follows Response; nil where Response is all. Who takes the exchange closes it
	Status    int    // 0 where there was no answer
	Truncated string // why Response is not whole; "" where it is
	Error     string // what failed, in words; "" where nothing did
	Note      string // what else a court should know, such as bytes that belong to no answer; "" where there is nothing
}

// A Tape takes each exchange when it has ended and returns when its record is safe. It is called by many at once.
type Tape func(Exchange) error

// A Response is the outcome of a Get: the last answer and every exchange on the way to it.
type Response struct {
	URL       string // as asked
	Final     string // the URL that answered, after redirects
	Status    int
	Header    http.Header
	Body      []byte // unpacked, within the limit
	Type      string // media type without parameters, from the header or else from the bytes
	Remote    netip.AddrPort
	TLS       *TLSInfo
	Hops      []Exchange // in order; the last one is the answer, or the one that failed
	Truncated string     // why Body is not whole; "" where it is
}

// TLSInfo is what a handshake showed. A certificate that does not verify is recorded, not trusted.
type TLSInfo struct {
	Version     string   // "TLS 1.3"
	Cipher      string   // IANA name
	Name        string   // server name asked for
	Chain       [][]byte // DER, leaf first, as presented
	SPKI        string   // SHA-256 of the leaf's SubjectPublicKeyInfo, hex
	Fingerprint string   // SHA-256 of the leaf, hex
	Verified    bool
	Error       string // why not verified
}

// Leaf parses the first certificate of the chain; nil where there is none.
func (t *TLSInfo) Leaf() *x509.Certificate {
	if t == nil || len(t.Chain) == 0 {
		return nil
	}
	c, err := x509.ParseCertificate(t.Chain[0])
	if err != nil {
		return nil
	}
	return c
}

// tlsInfo records a handshake and verifies its chain against roots for name.
func tlsInfo(s tls.ConnectionState, name string, roots *x509.CertPool, now time.Time) *TLSInfo {
	t := &TLSInfo{Version: tls.VersionName(s.Version), Cipher: tls.CipherSuiteName(s.CipherSuite), Name: name}
	if len(s.PeerCertificates) == 0 {
		t.Error = "the server showed no certificate"
		return t
	}
	between := x509.NewCertPool()
	for i, c := range s.PeerCertificates {
		t.Chain = append(t.Chain, c.Raw)
		if i > 0 {
			between.AddCert(c)
		}
	}
	leaf := s.PeerCertificates[0]
	spki, whole := sha256.Sum256(leaf.RawSubjectPublicKeyInfo), sha256.Sum256(leaf.Raw)
	t.SPKI, t.Fingerprint = hex.EncodeToString(spki[:]), hex.EncodeToString(whole[:])
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: between, CurrentTime: now})
	if err != nil {
		t.Error = err.Error()
		return t
	}
	t.Verified = true
	return t
}
