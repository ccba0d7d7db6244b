// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/mail"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"iolaus/internal/iru"
)

// A Sink is a desk that takes any number of notices, by mail and by the provider API, and writes down when each arrived. It
// answers and does nothing. It serves to measure how far the release of many notices spreads, on the processors of who sends them: so it reads of each only
// whose it is, and the rest when it is asked (Read), into memory that it took beforehand.
type Sink struct {
	ca       *authority
	cancel   context.CancelFunc
	wg       sync.WaitGroup
	mail     net.Listener
	clear    net.Listener
	secure   net.Listener
	token    string
	mu       sync.Mutex
	arrivals []Arrival
	raw      [][]byte // of each arrival
	room     []byte   // for what is to come
	limit    int
	more     chan struct{} // closed and replaced at each arrival
}

// Bytes of a usual notice, for which a sink takes memory beforehand, and of all that it takes.
const (
	usual    = 64 << 10
	mostRoom = 256 << 20
)

// An Arrival is one notice at a Sink.
type Arrival struct {
	At        time.Time // when the last byte was in; the system's clock, to the nanosecond
	Via       string    // smtp, api
	Key       string    // Message-ID or idempotency key
	Reference string
	Bytes     int
}

// StartSink listens on 127.20.255.1 with free ports and remembers at most n arrivals; later ones are refused.
func StartSink(ctx context.Context, n int) (*Sink, error) {
	if n < 1 || n > 10_000_000 {
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("a sink for %d notices cannot be", n), "choose 1 to 10,000,000")
	}
	s := &Sink{token: "sink-token", limit: n, arrivals: make([]Arrival, 0, n), raw: make([][]byte, 0, n), more: make(chan struct{})}
	s.room = make([]byte, min(n, mostRoom/usual)*usual)
	for at := 0; at < len(s.room); at += os.Getpagesize() {
		s.room[at] = 1 // else the system gives each page when a notice is written into it
	}
	var err error
	if s.ca, err = newAuthority(0, time.Now, nil); err != nil {
		return nil, fmt.Errorf("start sink: %w: %w", err, iru.Internal)
	}
	cert, err := s.ca.issue("sink", "sink.test", "127.20.255.1")
	if err != nil {
		return nil, fmt.Errorf("start sink: %w: %w", err, iru.Internal)
	}
	for _, l := range []*net.Listener{&s.mail, &s.clear, &s.secure} {
		if *l, err = listenTCP("127.20.255.1:0"); err != nil {
			for _, open := range []net.Listener{s.mail, s.clear} {
				if open != nil {
					open.Close()
				}
			}
			return nil, fmt.Errorf("start sink: %w: %w", err, iru.Unavailable)
		}
	}
	all := &crowd{conns: map[net.Conn]struct{}{}}
	mx := newMailServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }), "sink.test", s.ca)
	web := &http.Server{Handler: http.HandlerFunc(s.api), TLSConfig: &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	ctx, s.cancel = context.WithCancel(ctx)
	s.wg.Go(func() { mx.Serve(batchListener{crowdListener{s.mail, all}}) })
	s.wg.Go(func() { web.Serve(crowdListener{s.clear, all}) })
	s.wg.Go(func() { web.ServeTLS(crowdListener{s.secure, all}, "", "") })
	s.wg.Go(func() {
		<-ctx.Done()
		web.Close()
		mx.Close()
		for _, l := range []net.Listener{s.mail, s.clear, s.secure} {
			l.Close()
		}
		all.close()
	})
	return s, nil
}

// Authority is the certificate of the authority that signed the sink's, in PEM.
func (s *Sink) Authority() []byte { return s.ca.pem() }

// Close ends the sink and waits until it has ended.
func (s *Sink) Close() {
	s.cancel()
	s.wg.Wait()
}

// SMTP is host:port of the mail server; it takes every recipient under .test.
func (s *Sink) SMTP() string { return s.mail.Addr().String() }

// Base is the https address of the provider API, and PlainBase the http one.
func (s *Sink) Base() string { return "https://" + s.secure.Addr().String() }

// PlainBase is the address of the provider API without TLS.
func (s *Sink) PlainBase() string { return "http://" + s.clear.Addr().String() }

// Token is the bearer token of the API.
func (s *Sink) Token() string { return s.token }

// Roots holds the authority of the sink's certificate.
func (s *Sink) Roots() *x509.CertPool { return s.ca.pool() }

// Arrivals lists what came, in the order in which it came.
func (s *Sink) Arrivals() []Arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Arrival(nil), s.arrivals...)
}

// Wait returns when n notices are there or the context ends.
func (s *Sink) Wait(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		have, more := len(s.arrivals), s.more
		s.mu.Unlock()
		if have >= n {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d notices, %d are there: %w", n, have, ctx.Err())
		}
	}
}

// Read reads in full all that came, and gives the first that cannot be read.
func (s *Sink) Read() error {
	s.mu.Lock()
	arrivals, raw := slices.Clone(s.arrivals), slices.Clone(s.raw)
	s.mu.Unlock()
	for n, a := range arrivals {
		var err error
		var document string
		if a.Via == "smtp" {
			var in incoming
			in, err = parseMail(raw[n])
			document = in.document
		} else {
			var in apiNotice
			err = json.Unmarshal(raw[n], &in)
			document = in.Document
			if _, e := base64.StdEncoding.DecodeString(document); err == nil {
				err = e
			}
		}
		if err != nil {
			return fmt.Errorf("notice %s, which came by %s: %w", a.Key, a.Via, err)
		}
		if document == "" {
			return fmt.Errorf("notice %s, which came by %s, has no document: %w", a.Key, a.Via, iru.NotFound)
		}
	}
	return nil
}

func (s *Sink) arrive(a Arrival, raw []byte) bool {
	a.Bytes = len(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.arrivals) >= s.limit {
		return false
	}
	s.arrivals, s.raw = append(s.arrivals, a), append(s.raw, raw)
	close(s.more)
	s.more = make(chan struct{})
	return true
}

func (s *Sink) api(w http.ResponseWriter, q *http.Request) {
	body, err := s.whole(http.MaxBytesReader(w, q.Body, maxBody), q.ContentLength)
	at := time.Now()
	reference, ok := referenceOf(body)
	switch {
	case err != nil:
		problem(w, 413, "The notice is too large.")
	case q.Method != http.MethodPost || q.URL.Path != "/v1/notices":
		problem(w, 404, "Only POST /v1/notices is served.")
	case q.Header.Get("Authorization") != "Bearer "+s.token:
		problem(w, 401, "The bearer token is missing or wrong.")
	case !ok:
		problem(w, 400, "The body is no JSON of the right form.")
	case !s.arrive(Arrival{At: at, Via: "api", Key: q.Header.Get("Idempotency-Key"), Reference: reference}, body):
		problem(w, 503, "The sink is full.")
	default:
		key := q.Header.Get("Idempotency-Key")
		writeJSON(w, 202, apiReceipt{"sink-" + hexDigest([]byte(key))[:12], at.UTC(), reference})
	}
}

// empty gives room for so many bytes.
func (s *Sink) empty(size int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size > len(s.room) {
		return make([]byte, size)
	}
	b := s.room[:size:size]
	s.room = s.room[size:]
	return b
}

// whole reads all of what is said to have so many bytes; -1 for not said.
func (s *Sink) whole(r io.Reader, size int64) ([]byte, error) {
	if size < 0 || size > maxBody {
		return io.ReadAll(r)
	}
	b := s.empty(int(size))
	_, err := io.ReadFull(r, b)
	return b, err
}

// referenceOf reads no more of a notice than its reference, where that stands first.
func referenceOf(body []byte) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(body[:min(len(body), 400)]))
	var said [3]json.Token
	for n := range said {
		said[n], _ = d.Token()
	}
	if r, ok := said[2].(string); ok && said[0] == json.Delim('{') && said[1] == "reference" {
		return r, true
	}
	var n apiNotice
	err := json.Unmarshal(body, &n)
	return n.Reference, err == nil
}

type sinkSession struct {
	sink *Sink
	size int64 // said to come
}

func (s *sinkSession) Reset()        { s.size = 0 }
func (s *sinkSession) Logout() error { return nil }

func (s *sinkSession) Mail(_ string, o *smtp.MailOptions) error {
	s.size = o.Size
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if _, err := guardName(to[strings.LastIndexByte(to, '@')+1:]); err != nil {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Only mail for .test is taken here"}
	}
	return nil
}

func (s *sinkSession) Data(body io.Reader) error {
	raw := bytes.NewBuffer(s.sink.empty(int(min(max(s.size, 0), maxBody)) + bytes.MinRead)[:0])
	if _, err := raw.ReadFrom(body); err != nil {
		return err
	}
	at := time.Now()
	m, err := mail.ReadMessage(bytes.NewReader(raw.Bytes()))
	if err != nil || m.Header.Get("Message-Id") == "" {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Not a readable message"}
	}
	if !s.sink.arrive(Arrival{At: at, Via: "smtp", Key: m.Header.Get("Message-Id"), Reference: m.Header.Get("X-Iolaus-Reference")}, raw.Bytes()) {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "The mailbox is full"}
	}
	return nil
}
