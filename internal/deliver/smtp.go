// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"regexp"
	"strings"
	"sync"
	"time"

	"iolaus/internal/iru"
)

// A TLSMode is how a connection to the mail server is protected.
type TLSMode string

// The modes. The zero value means: STARTTLS is required, except towards a loopback address, where none is used.
const (
	TLSDefault  TLSMode = ""
	TLSNone     TLSMode = "none"
	TLSStart    TLSMode = "starttls" // required: a server that does not offer it gets nothing (RFC 3207)
	TLSImplicit TLSMode = "implicit" // from the first byte (RFC 8314)
)

// DialFunc opens a connection; a guard can be in it.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// SMTPConfig says where mail goes and how.
type SMTPConfig struct {
	Addr       string // host:port of the next mail server
	TLS        TLSMode
	ServerName string         // name in the server's certificate; empty means the host of Addr
	Roots      *x509.CertPool // nil means the system's
	Username   string         // empty means no login; a password goes only over TLS or to a loopback address
	Password   string
	HELO       string        // our name; empty means "localhost"
	Timeout    time.Duration // for one message or one warm-up, from dialling to the last answer; zero means 60 s
	MaxConns   int           // connections at once; zero means 8
	Dial       DialFunc      // nil means net.Dialer
	DKIM       *DKIM         // nil means unsigned
	Seal       *Sealer       // signs and encrypts what mail says; nil means that only DKIM vouches for it
}

// SMTP is a Channel that hands mail to one mail server, over a pool of connections that may be warmed beforehand.
type SMTP struct {
	cfg      SMTPConfig
	host     string
	loopback bool
	slots    chan struct{} // one for each connection in use
	warming  sync.Mutex

	mu     sync.Mutex
	idle   []*line // the last used is last
	closed bool
}

// stale is how long a connection may rest before it is asked whether it still answers.
const stale = 5 * time.Second

// NewSMTP makes a channel; it does not connect. A wrong configuration shows at the first Send or Warm.
func NewSMTP(cfg SMTPConfig) *SMTP {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 60 * time.Second
	}
	if cfg.MaxConns <= 0 {
		cfg.MaxConns = 8
	}
	if cfg.HELO == "" {
		cfg.HELO = "localhost"
	}
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	host, _, _ := net.SplitHostPort(cfg.Addr)
	near := loopback(host)
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	if cfg.TLS == TLSDefault {
		cfg.TLS = TLSStart
		if near {
			cfg.TLS = TLSNone
		}
	}
	return &SMTP{cfg: cfg, host: host, loopback: near, slots: make(chan struct{}, cfg.MaxConns)}
}

// Prepare renders, seals and signs a message, so that nothing is left to compute at T0.
func (s *SMTP) Prepare(m Message) (Letter, error) {
	if err := m.kept(); err != nil {
		return Letter{}, err
	}
	l, err := render(m, s.cfg.Seal)
	if err == nil && s.cfg.DKIM != nil {
		l.Bytes, err = s.cfg.DKIM.sign(l.Bytes)
	}
	if err != nil {
		return Letter{}, err
	}
	return l, nil
}

// Send renders, signs and sends a message.
func (s *SMTP) Send(ctx context.Context, m Message) (Receipt, error) {
	l, err := s.Prepare(m)
	if err != nil {
		return Receipt{}, err
	}
	return s.SendLetter(ctx, l)
}

// SendLetter sends a prepared message. A connection that the server closed while it rested is replaced once: nothing had left.
func (s *SMTP) SendLetter(ctx context.Context, t Letter) (Receipt, error) {
	until := time.Now().Add(s.cfg.Timeout)
	if f := s.slot(ctx, until); f != nil {
		return Receipt{}, f
	}
	defer func() { <-s.slots }()
	for {
		l, used, f := s.take(ctx, until)
		if f != nil {
			return Receipt{}, f
		}
		free := l.bind(ctx, until)
		a, sent, f := l.send(t)
		broken := f != nil && (f.Code == 0 && f.Phase != "render" || f.Code == 421)
		if ok := free(); broken || !ok {
			l.nc.Close()
		} else {
			s.put(l)
		}
		switch {
		case f == nil:
			return accepted(t, a, l.dsn), nil
		case broken && used && !sent && ctx.Err() == nil && time.Now().Before(until):
			s.drop() // its sisters rested as long
			continue
		case sent && f.Code == 0:
			f.Uncertain = true
			f.Phase = "answer"
			f.Words = strings.TrimPrefix(f.Words+"; the message had left in full", "; ")
		}
		return Receipt{}, f
	}
}

var queued = regexp.MustCompile(`(?i)(?:queued as|\bid=|queue id:?)\s*([A-Za-z0-9._-]{4,64})`)

func accepted(t Letter, a answer, dsn bool) Receipt {
	now := time.Now()
	r := Receipt{At: now, Heard: now, Kind: SMTPAccepted, Proof: a.raw, MessageID: t.MessageID,
		Why: "the next mail server took the message: that proves the sending, not that the addressee has it"}
	if dsn {
		r.Why += "; a delivery notice was asked for"
	}
	if m := queued.FindStringSubmatch(a.text); m != nil {
		r.RemoteID = m[1]
	}
	return r
}

// Warm brings the pool to n connections, at most MaxConns, that are open, protected, logged in and answering. The first error is
// returned, the connections that did open stay. A server ends a resting connection after minutes: warm shortly before T0.
func (s *SMTP) Warm(ctx context.Context, n int) error {
	s.warming.Lock()
	defer s.warming.Unlock()
	until := time.Now().Add(s.cfg.Timeout)
	n = min(n, s.cfg.MaxConns)
	errs := make(chan error, n)
	taken := make(chan *line, n)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if f := s.slot(ctx, until); f != nil {
				errs <- f
				return
			}
			l, f := s.fresh(ctx, until)
			if f != nil {
				<-s.slots
				errs <- f
				return
			}
			taken <- l // kept with its slot until all have theirs, so that nobody counts one twice
		})
	}
	all.Wait()
	close(taken)
	for l := range taken {
		s.put(l)
		<-s.slots
	}
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// fresh returns a connection that has answered just now.
func (s *SMTP) fresh(ctx context.Context, until time.Time) (*line, *Failure) {
	for {
		l, used, f := s.take(ctx, until)
		if f != nil || !used {
			return l, f
		}
		free := l.bind(ctx, until)
		f = l.good()
		if ok := free(); ok && f == nil {
			return l, nil
		}
		l.nc.Close()
	}
}

// slot waits for the right to use one connection.
func (s *SMTP) slot(ctx context.Context, until time.Time) *Failure {
	wait := time.NewTimer(time.Until(until))
	defer wait.Stop()
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return lost(ctx, "wait for a connection", ctx.Err())
	case <-wait.C:
		return lost(ctx, "wait for a connection", context.DeadlineExceeded)
	}
}

// Idle returns the number of connections that rest in the pool.
func (s *SMTP) Idle() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.idle)
}

// Close ends the resting connections; those in use end after their message.
func (s *SMTP) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.drop()
	return nil
}

func (s *SMTP) put(l *line) {
	l.idle, l.ctx = time.Now(), nil
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.idle) >= s.cfg.MaxConns {
		l.nc.Close()
		return
	}
	s.idle = append(s.idle, l)
}

func (s *SMTP) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.idle {
		// A courtesy with a short end: the server may not be there any more.
		_ = l.nc.SetDeadline(time.Now().Add(50 * time.Millisecond))
		_, _ = l.nc.Write([]byte("QUIT\r\n"))
		l.nc.Close()
	}
	s.idle = nil
}

// take returns a resting connection or opens one.
func (s *SMTP) take(ctx context.Context, until time.Time) (l *line, used bool, f *Failure) {
	for {
		s.mu.Lock()
		if n := len(s.idle); n > 0 {
			l, s.idle = s.idle[n-1], s.idle[:n-1]
		} else {
			l = nil
		}
		s.mu.Unlock()
		if l == nil {
			l, f = s.open(ctx, until)
			return l, false, f
		}
		if time.Since(l.idle) <= stale {
			return l, true, nil
		}
		free := l.bind(ctx, until)
		f := l.good()
		if ok := free(); f == nil && ok {
			return l, true, nil
		}
		l.nc.Close()
	}
}

// open dials, greets, protects and logs in.
func (s *SMTP) open(ctx context.Context, until time.Time) (_ *line, f *Failure) {
	c := s.cfg
	if s.host == "" || !oneLine(c.HELO) || strings.ContainsAny(c.HELO, " \t") {
		return nil, &Failure{Kind: iru.Invalid, Phase: "connect", Words: "the configuration needs an address host:port and a HELO name"}
	}
	if c.Username != "" && c.TLS == TLSNone && !s.loopback {
		return nil, &Failure{Kind: iru.Forbidden, Phase: "login", Words: "a password does not go over an unprotected line; set starttls or implicit"}
	}
	dctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	nc, err := c.Dial(dctx, "tcp", c.Addr)
	if err != nil {
		f := lost(ctx, "connect", err)
		for _, kind := range []error{iru.Forbidden, iru.Invalid} {
			if errors.Is(err, kind) { // the guard in Dial said no
				f.Kind = kind
			}
		}
		return nil, f
	}
	l := &line{nc: nc, br: bufio.NewReader(nc)}
	free := l.bind(dctx, until)
	l.ctx = ctx // so that our own time limit and the caller's are told apart
	defer func() {
		if ok := free(); f != nil || !ok {
			l.nc.Close()
			if f == nil {
				f = lost(ctx, "connect", context.DeadlineExceeded)
			}
		}
	}()
	cfg := &tls.Config{RootCAs: c.Roots, ServerName: c.ServerName, MinVersion: tls.VersionTLS12, DynamicRecordSizingDisabled: true} // letters are long
	if c.TLS == TLSImplicit {
		if f := l.protect(cfg); f != nil {
			return nil, f
		}
	}
	if _, f := l.expect("greeting", 2); f != nil {
		return nil, f
	}
	if f := l.hello(c.HELO); f != nil {
		return nil, f
	}
	if c.TLS == TLSStart {
		if !l.starttls {
			return nil, &Failure{Kind: iru.Unavailable, Phase: "tls", Words: "the server offers no STARTTLS and the configuration demands it; the message stays here"}
		}
		if _, f := l.ask("tls", "STARTTLS", 2); f != nil {
			return nil, f
		}
		if f := l.protect(cfg); f != nil {
			return nil, f
		}
		if f := l.hello(c.HELO); f != nil {
			return nil, f
		}
	}
	if c.Username != "" {
		if f := l.login(c.Username, c.Password); f != nil {
			return nil, f
		}
	}
	l.idle = time.Now()
	return l, nil
}
