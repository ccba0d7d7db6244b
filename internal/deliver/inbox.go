// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"iolaus/internal/iru"
)

// InboxConfig says where replies come in.
type InboxConfig struct {
	Addr    string      // host:port to listen on; port 0 picks one
	Domain  string      // the part after the @ of reply addresses
	Secrets [][]byte    // under which tags are valid: the current secret first, then those of before
	TLS     *tls.Config // nil means that STARTTLS is not offered
	Limits  InboxLimits
	// LookupTXT asks the DNS for DKIM keys, within a few seconds; nil means that signatures are not checked.
	LookupTXT func(domain string) ([]string, error)
	// AuthServ is the name under which our own relay writes Authentication-Results fields (RFC 8601); those of others are ignored.
	AuthServ string
	// Relays are our own mail servers: their Authentication-Results are believed, and their reports about our mail.
	Relays []netip.Prefix
	// Accept are networks whose mail is taken at its sender's word: for training only.
	Accept []netip.Prefix
	Log    *slog.Logger     // nil means silence
	Now    func() time.Time // nil means time.Now
}

// InboxLimits bound what strangers can make us do. Zero fields mean the defaults.
type InboxLimits struct {
	MaxBytes int64         // of one mail; MaxMail, which is also the most
	MaxConns int           // at once; 32
	PerHost  int           // at once from one address; 16
	Idle     time.Duration // between two reads; 60 s
	Session  time.Duration // of one connection in all; 10 min
	Accept   time.Duration // for storing one reply; 30 s
}

func (l InboxLimits) orDefaults() InboxLimits {
	if l.MaxBytes <= 0 || l.MaxBytes > MaxMail {
		l.MaxBytes = MaxMail
	}
	if l.MaxConns <= 0 {
		l.MaxConns = 32
	}
	if l.PerHost <= 0 {
		l.PerHost = 16
	}
	if l.Idle <= 0 {
		l.Idle = time.Minute
	}
	if l.Session <= 0 {
		l.Session = 10 * time.Minute
	}
	if l.Accept <= 0 {
		l.Accept = 30 * time.Second
	}
	return l
}

// Inbox is the mail server for replies: it takes mail to valid reply addresses only, and says 250 only after the reply is stored.
type Inbox struct {
	cfg    InboxConfig
	accept func(ctx context.Context, r Reply) error
	srv    *smtp.Server
	l      net.Listener
	ctx    context.Context // of Serve

	mu   sync.Mutex
	seen map[[32]byte]bool // false while it is being stored
	ring [4096][32]byte    // the stored ones in their order; the oldest is forgotten
	next int
}

// NewInbox makes an inbox. accept stores a reply and must be idempotent by Reply.MessageID: a sender that lost our answer sends
// again, perhaps days later. Invalid, Forbidden and NotFound from accept turn the mail away for good; every other error makes the
// sender try again. It may be called by several goroutines at once.
func NewInbox(cfg InboxConfig, accept func(ctx context.Context, r Reply) error) (*Inbox, error) {
	if accept == nil || cfg.Domain == "" || len(cfg.Secrets) == 0 {
		return nil, fmt.Errorf("make inbox: a domain, a secret and a function that stores are needed: %w", iru.Invalid)
	}
	for _, s := range cfg.Secrets {
		if len(s) < MinSecret {
			return nil, fmt.Errorf("make inbox: a secret has %d bytes, at least %d are needed: %w", len(s), MinSecret, iru.Invalid)
		}
	}
	cfg.Limits = cfg.Limits.orDefaults()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	b := &Inbox{cfg: cfg, accept: accept, seen: make(map[[32]byte]bool)}
	b.srv = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{b: b, conn: c}, nil }))
	b.srv.Domain = cfg.Domain
	b.srv.TLSConfig = cfg.TLS
	b.srv.MaxMessageBytes = cfg.Limits.MaxBytes
	b.srv.MaxRecipients = 5
	b.srv.ReadTimeout, b.srv.WriteTimeout = cfg.Limits.Idle, cfg.Limits.Idle
	b.srv.ErrorLog = slogger{cfg.Log}
	return b, nil
}

// Listen opens the port; Addr is known afterwards.
func (b *Inbox) Listen() error {
	l, err := net.Listen("tcp", b.cfg.Addr)
	if err != nil {
		return fmt.Errorf("open inbox on %s: %v: %w", b.cfg.Addr, err, iru.Unavailable)
	}
	b.l = newDoor(l, b.cfg.Limits)
	return nil
}

// Addr is where it listens; nil before Listen.
func (b *Inbox) Addr() net.Addr {
	if b.l == nil {
		return nil
	}
	return b.l.Addr()
}

// Serve takes mail until ctx ends, then lets what is being stored finish for at most Limits.Accept. It listens if Listen was not
// called.
func (b *Inbox) Serve(ctx context.Context) error {
	if b.l == nil {
		if err := b.Listen(); err != nil {
			return err
		}
	}
	b.ctx = context.WithoutCancel(ctx) // a mail in the middle of being stored is stored
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = b.srv.Serve(b.l)
	}()
	select {
	case <-done:
		return fmt.Errorf("serve inbox: %v: %w", err, iru.Unavailable)
	case <-ctx.Done():
	}
	b.l.Close() // first: the server may not have noted it yet
	b.l.(*door).hurry()
	end, cancel := context.WithTimeout(b.ctx, b.cfg.Limits.Accept)
	defer cancel()
	if b.srv.Shutdown(end) != nil {
		_ = b.srv.Close() // whoever is still inside had time enough
	}
	<-done
	return nil
}

// session is one connection's talk.
type session struct {
	b     *Inbox
	conn  *smtp.Conn
	rcpts []recipient
	from  string
	wrong int // recipients refused on this connection
}

// maxWrong is how many wrong recipients one connection may name.
const maxWrong = 5

type recipient struct {
	addr   string
	notice int64
}

func (s *session) Reset()        { s.rcpts, s.from = nil, "" }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.rcpts, s.from = nil, from
	return nil
}

// Rcpt takes reply addresses with a valid tag and nothing else, with one answer for all the wrong ones.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if tag, ok := splitReply(to, s.b.cfg.Domain); ok {
		for _, secret := range s.b.cfg.Secrets {
			if n, err := ParseTag(secret, tag); err == nil {
				s.rcpts = append(s.rcpts, recipient{to, n})
				return nil
			}
		}
	}
	s.b.cfg.Log.Info("inbox refused a recipient", "to", words(to))
	if s.wrong++; s.wrong >= maxWrong {
		sendAway(s.conn.Conn())
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such reply address here"}
}

var (
	errLater = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "cannot be stored now, please try again"}
	errNever = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "the mail cannot be taken"}
)

// Data stores the reply for each recipient; only then does the sender hear 250.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // too big, or the connection broke: go-smtp knows the answer
	}
	e := envelope{from: s.from}
	if a, ok := s.conn.Conn().RemoteAddr().(*net.TCPAddr); ok {
		e.peer = a.AddrPort().Addr()
	}
	for _, to := range s.rcpts {
		if err := s.b.store(raw, to, e); err != nil {
			return err
		}
	}
	return nil
}

func (b *Inbox) store(raw []byte, to recipient, e envelope) error {
	reply, err := ParseReply(raw, to.addr, b.cfg.Now())
	if err != nil {
		return errNever
	}
	reply.Notice = to.notice
	b.recognise(&reply, e)
	key := once(reply)
	switch stored, known := b.begin(key); {
	case known && stored:
		return nil
	case known:
		return errLater
	}
	ctx, cancel := context.WithTimeout(b.ctx, b.cfg.Limits.Accept)
	defer cancel()
	ok := false
	defer func() { b.end(key, ok) }() // also when accept panics
	err = b.accept(ctx, reply)
	if err == nil {
		ok = true
		return nil
	}
	b.cfg.Log.Warn("inbox could not store a reply", "notice", to.notice, "message_id", reply.MessageID, "err", err)
	if errors.Is(err, iru.Invalid) || errors.Is(err, iru.Forbidden) || errors.Is(err, iru.NotFound) {
		return errNever
	}
	return errLater
}

// once identifies a reply: a mail that comes again has the same tag, Message-ID and text, with other trace fields above. A second
// mail under a used Message-ID but with other text is no repetition: it goes to accept, so that nothing is lost unseen.
func once(r Reply) [32]byte {
	return sha256.Sum256([]byte(r.Tag + "\x00" + r.MessageID + "\x00" + r.Subject + "\x00" + string(r.Kind) + "\x00" + r.Authentic + "\x00" + r.Text))
}

func (b *Inbox) begin(key [32]byte) (stored, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	stored, known = b.seen[key]
	if !known {
		b.seen[key] = false
	}
	return stored, known
}

func (b *Inbox) end(key [32]byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !ok {
		delete(b.seen, key)
		return
	}
	delete(b.seen, b.ring[b.next])
	b.ring[b.next] = key
	b.next = (b.next + 1) % len(b.ring)
	b.seen[key] = true
}

// slogger carries go-smtp's messages to the log.
type slogger struct{ log *slog.Logger }

func (s slogger) Printf(format string, v ...any) {
	s.log.Info("inbox: " + words(fmt.Sprintf(format, v...)))
}
func (s slogger) Println(v ...any) { s.log.Info("inbox: " + words(fmt.Sprintln(v...))) }
