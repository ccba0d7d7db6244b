// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"time"

	"github.com/digitorus/timestamp"
)

// A StampAuthority is where a time-stamp authority of the range is asked (RFC 3161 over HTTP).
type StampAuthority struct {
	Name     string // "north" or "east"
	URL      string
	User     string // where it wants basic authentication
	Password string
}

// A stamper is such an authority. Its signing certificate is valid for two years and is renewed after one, as an authority does it:
// a token outlives its key by at least a year.
type stamper struct {
	StampAuthority
	title   string // in its certificate
	ca      *authority
	now     func() time.Time
	mu      sync.Mutex
	failing bool
	round   int // certificates so far
	cert    *x509.Certificate
	key     *ecdsa.PrivateKey
}

const (
	stampYears  = 2
	maxQuery    = 16 << 10
	stampQuery  = "application/timestamp-query"
	stampReply  = "application/timestamp-reply"
	stampPolicy = 99999 // 1.3.6.1.4.1.99999.1, in no register
)

func (r *Range) newStampers() {
	r.stampers = []*stamper{
		{StampAuthority: StampAuthority{Name: "north", URL: "https://north-time.exchange.test/tsr"}, title: "Northline Time Authority", ca: r.ca, now: r.now},
		{StampAuthority: StampAuthority{Name: "east", URL: "https://east-time.exchange.test/tsr", User: "unit-a", Password: "tram time"},
			title: "Eastbank Time Authority", ca: r.ca, now: r.now},
	}
}

// Stampers are the range's time-stamp authorities. Their certificates are of its authority, see Roots.
func (r *Range) Stampers() []StampAuthority {
	var out []StampAuthority
	for _, s := range r.stampers {
		out = append(out, s.StampAuthority)
	}
	return out
}

// FailStamps makes an authority refuse every request, as if its time source had failed, or ends that. It reports whether there is
// one of that name.
func (r *Range) FailStamps(name string, failing bool) bool {
	for _, s := range r.stampers {
		if s.Name == name {
			s.mu.Lock()
			s.failing = failing
			s.mu.Unlock()
			return true
		}
	}
	return false
}

func (s *stamper) handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /tsr", func(w http.ResponseWriter, q *http.Request) {
		user, password, _ := q.BasicAuth()
		if s.User != "" && (user != s.User || subtle.ConstantTimeCompare([]byte(password), []byte(s.Password)) != 1) {
			w.Header().Set("WWW-Authenticate", `Basic realm="time stamps"`)
			http.Error(w, "This authority serves its customers only.", http.StatusUnauthorized)
			return
		}
		if q.Header.Get("Content-Type") != stampQuery {
			http.Error(w, "Send a time-stamp query.", http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(io.LimitReader(q.Body, maxQuery))
		if err != nil {
			return // the client has gone
		}
		reply, err := s.reply(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", stampReply)
		w.Write(reply)
	})
	return m
}

func (s *stamper) reply(query []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	req, err := timestamp.ParseRequest(query)
	switch {
	case s.failing:
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.TimeNotAvailable)
	case err != nil:
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadDataFormat)
	case req.HashAlgorithm != crypto.SHA256 && req.HashAlgorithm != crypto.SHA384 && req.HashAlgorithm != crypto.SHA512:
		return timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadAlgorithm)
	}
	if err := s.renew(); err != nil {
		return nil, err
	}
	t := timestamp.Timestamp{HashAlgorithm: req.HashAlgorithm, HashedMessage: req.HashedMessage, Time: s.now().UTC(), Accuracy: time.Second, Nonce: req.Nonce,
		Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, stampPolicy, 1}, AddTSACertificate: req.Certificates}
	return t.CreateResponseWithOpts(s.cert, s.key, crypto.SHA256)
}

// renew makes a key and a certificate when there is none or half of its life is over.
func (s *stamper) renew() error {
	if s.cert != nil && s.now().Before(s.cert.NotAfter.AddDate(-stampYears/2, 0, 0)) {
		return nil
	}
	s.round++
	s.key = seededKey(s.ca.seed, fmt.Sprintf("time stamps %s %d", s.Name, s.round))
	var err error
	s.cert, err = s.ca.issueStamper(s.title, &s.key.PublicKey)
	return err
}

// issueStamper makes a certificate for time stamps and nothing else (RFC 3161, section 2.3). It has no business in the log of web
// certificates.
func (a *authority) issueStamper(title string, key *ecdsa.PublicKey) (*x509.Certificate, error) {
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %s: %w", title, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	from, until := a.validity(stampYears)
	t := &x509.Certificate{SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: title, Organization: []string{"Range Authority"}},
		NotBefore: from, NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}}
	der, err := x509.CreateCertificate(nil, t, a.root, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %s: %w", title, err)
	}
	return x509.ParseCertificate(der)
}
