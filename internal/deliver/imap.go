// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"iolaus/internal/iru"
)

// A Mark is how far a mailbox has been read: every message up to UID, of the numbering that UIDValidity names (RFC 3501, section 2.3.1.1).
type Mark struct{ UIDValidity, UID uint32 }

// IMAPConfig says which mailbox is read for replies.
type IMAPConfig struct {
	Addr       string  // host:port
	TLS        TLSMode // empty: from the first byte, except towards a loopback address
	ServerName string  // in its certificate; empty: the host of Addr
	Roots      *x509.CertPool
	Username   string
	Password   string
	Mailbox    string        // empty: INBOX
	Move       string        // mailbox to which what was stored is moved; empty: nothing in the mailbox is changed, not even a flag
	Timeout    time.Duration // for one poll; zero means 2 min
	Dial       DialFunc
	Inbox      InboxConfig // who is believed and which tags are valid: Domain, Secrets, LookupTXT, AuthServ, Log, Now
}

// Letterbox is what a mailbox's reader needs of the store.
type Letterbox interface {
	// Mark is how far the mailbox was read; zero: never.
	Mark(ctx context.Context) (Mark, error)
	// SetMark keeps it. It is called after what it covers is stored.
	SetMark(ctx context.Context, m Mark) error
	// Accept stores a reply to a notice, as the function of NewInbox does.
	Accept(ctx context.Context, r Reply) error
	// Stray stores a mail that names no notice of ours, or one that cannot be taken in there: a person finds its place. It must be idempotent
	// by Raw.
	Stray(ctx context.Context, r Reply, why string) error
}

// A Mailbox reads replies by IMAP. It drops nothing and takes nothing twice: the mark moves on only after a message is stored, and storing
// is idempotent.
type Mailbox struct {
	cfg IMAPConfig
	box Letterbox
	in  *Inbox // recognises senders
}

// NewMailbox makes a reader; it does not connect. Its errors are Invalid.
func NewMailbox(cfg IMAPConfig, box Letterbox) (*Mailbox, error) {
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil || host == "" || cfg.Username == "" || box == nil {
		return nil, fmt.Errorf("make mailbox: an address host:port, a user and a store are needed: %w", iru.Invalid)
	}
	in, err := NewInbox(cfg.Inbox, func(context.Context, Reply) error { return nil })
	if err != nil {
		return nil, err
	}
	if cfg.TLS == TLSDefault {
		if cfg.TLS = TLSImplicit; loopback(host) {
			cfg.TLS = TLSNone
		}
	}
	if cfg.TLS == TLSNone && !loopback(host) {
		return nil, fmt.Errorf("make mailbox: a password does not go over an unprotected line; set implicit or starttls: %w", iru.Forbidden)
	}
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	if cfg.Mailbox == "" {
		cfg.Mailbox = "INBOX"
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 2 * time.Minute
	}
	if cfg.Dial == nil {
		cfg.Dial = new(net.Dialer).DialContext
	}
	return &Mailbox{cfg, box, in}, nil
}

// batch is how many messages are asked for at once.
const batch = 50

// Poll stores what has come since the last time and gives how many messages that were. When one cannot be stored for now it stops there, so
// that the next poll begins with it.
func (b *Mailbox) Poll(ctx context.Context) (stored int, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timeout)
	defer cancel()
	c, err := b.open(ctx)
	if err != nil {
		return 0, fmt.Errorf("poll mailbox: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	defer func() { _ = c.Close() }() // what was stored is stored
	stored, err = b.read(ctx, c)
	if err != nil {
		if errors.Is(err, iru.Invalid) || errors.Is(err, iru.Forbidden) || errors.Is(err, iru.NotFound) {
			return stored, fmt.Errorf("poll mailbox: %w", err)
		}
		return stored, fmt.Errorf("poll mailbox: %w: %w", iru.Unavailable, err)
	}
	_ = c.Logout().Wait() // a courtesy
	return stored, nil
}

func (b *Mailbox) open(ctx context.Context) (*imapclient.Client, error) {
	nc, err := b.cfg.Dial(ctx, "tcp", b.cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("connect: %w: %w", iru.Unavailable, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer stop()
	settings := &tls.Config{RootCAs: b.cfg.Roots, ServerName: b.cfg.ServerName, MinVersion: tls.VersionTLS12}
	opts := &imapclient.Options{TLSConfig: settings}
	var c *imapclient.Client
	switch b.cfg.TLS {
	case TLSImplicit:
		tc := tls.Client(nc, settings)
		if err := tc.HandshakeContext(ctx); err != nil {
			_ = nc.Close()
			return nil, fmt.Errorf("no protected connection: %w: %w", iru.Unavailable, err)
		}
		c = imapclient.New(tc, opts)
	case TLSStart:
		if c, err = imapclient.NewStartTLS(nc, opts); err != nil {
			_ = nc.Close()
			return nil, fmt.Errorf("no protected connection: %w: %w", iru.Unavailable, err)
		}
	default:
		c = imapclient.New(nc, opts)
	}
	if err := c.Login(b.cfg.Username, b.cfg.Password).Wait(); err != nil {
		_ = c.Close()
		var said *imap.Error
		if errors.As(err, &said) {
			return nil, fmt.Errorf("log in as %s: %w: %s", b.cfg.Username, iru.Forbidden, words(said.Text))
		}
		return nil, fmt.Errorf("log in: %w: %w", iru.Unavailable, err)
	}
	return c, nil
}

func (b *Mailbox) read(ctx context.Context, c *imapclient.Client) (stored int, err error) {
	// Read only, unless messages are to be moved: then nothing here can change the mailbox.
	box, err := c.Select(b.cfg.Mailbox, &imap.SelectOptions{ReadOnly: b.cfg.Move == ""}).Wait()
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", words(b.cfg.Mailbox), err)
	}
	m, err := b.box.Mark(ctx)
	if err != nil {
		return 0, err
	}
	if m.UIDValidity != box.UIDValidity { // numbered anew: all is read again, and storing knows what it has
		m = Mark{UIDValidity: box.UIDValidity}
	}
	if box.NumMessages == 0 || box.UIDNext != 0 && uint32(box.UIDNext) <= m.UID+1 {
		return 0, nil
	}
	var since imap.UIDSet
	since.AddRange(imap.UID(m.UID+1), 0)
	found, err := c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{since}}, nil).Wait()
	if err != nil {
		return 0, fmt.Errorf("look for new mail: %w", err)
	}
	// "n:*" always names the last message, even one that is known (RFC 3501, section 6.4.8).
	uids := slices.DeleteFunc(found.AllUIDs(), func(u imap.UID) bool { return uint32(u) <= m.UID })
	slices.Sort(uids)
	for chunk := range slices.Chunk(uids, batch) {
		sizes, err := b.sizes(c, chunk)
		if err != nil {
			return stored, err
		}
		for _, u := range chunk {
			if _, there := sizes[u]; there { // else it was removed meanwhile, by whoever may
				if err := b.one(ctx, c, u, sizes[u]); err != nil {
					return stored, err
				}
				stored++
			}
			m.UID = uint32(u)
			if err := b.box.SetMark(ctx, m); err != nil {
				return stored, err
			}
			if b.cfg.Move != "" {
				if _, err := c.Move(imap.UIDSetNum(u), b.cfg.Move).Wait(); err != nil {
					return stored, fmt.Errorf("move a message to %s: %w", words(b.cfg.Move), err)
				}
			}
		}
	}
	return stored, nil
}

func (b *Mailbox) sizes(c *imapclient.Client, uids []imap.UID) (map[imap.UID]int64, error) {
	all, err := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("ask for sizes: %w", err)
	}
	out := map[imap.UID]int64{}
	for _, f := range all {
		out[f.UID] = f.RFC822Size
	}
	return out, nil
}

// one reads one message and stores it. One that is too large is kept as far as it may be read: the rest stays in the mailbox, and a
// person is told.
func (b *Mailbox) one(ctx context.Context, c *imapclient.Client, u imap.UID, size int64) error {
	whole := &imap.FetchItemBodySection{Peek: true}
	if size > MaxMail {
		whole.Partial = &imap.SectionPartial{Offset: 0, Size: MaxMail}
	}
	got, err := c.Fetch(imap.UIDSetNum(u), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	if len(got) == 0 {
		return nil
	}
	raw := got[0].FindBodySection(whole)
	if raw == nil && len(got[0].BodySection) == 1 { // a partial answer carries its own section
		raw = got[0].BodySection[0].Bytes
	}
	if len(raw) == 0 {
		raw = []byte("\r\n")
	}
	return b.store(ctx, raw, size > MaxMail)
}

// store finds out which notices a message answers, and has it kept.
func (b *Mailbox) store(ctx context.Context, raw []byte, cut bool) error {
	raw = raw[:min(len(raw), MaxMail)]
	to := b.recipients(raw)
	for _, r := range to {
		reply, err := ParseReply(raw, r.addr, b.in.cfg.Now())
		if err != nil {
			return err
		}
		reply.Notice = r.notice
		b.in.recognise(&reply, b.envelope(raw))
		if cut {
			reply.Kind, reply.Guess, reply.Truncated = Unknown, true, true
			reply.Why = "the mail is larger than is read; all of it lies in the mailbox"
		}
		err = b.box.Accept(ctx, reply)
		if errors.Is(err, iru.NotFound) || errors.Is(err, iru.Invalid) || errors.Is(err, iru.Forbidden) {
			err = b.box.Stray(ctx, reply, "it could not be taken into the thread: "+words(err.Error()))
		}
		if err != nil {
			return err
		}
	}
	if len(to) > 0 {
		return nil
	}
	reply, err := ParseReply(raw, "", b.in.cfg.Now())
	if err != nil {
		return err
	}
	b.in.recognise(&reply, b.envelope(raw))
	return b.box.Stray(ctx, reply, "it names no reply address of ours")
}

// addressed are the fields in which a mailbox's server or an author names whom a mail is for; the server's own come first.
var addressed = []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc"}

// maxAnswered is how many notices one mail may answer.
const maxAnswered = 10

// recipients are the valid reply addresses of a mail, each notice once.
func (b *Mailbox) recipients(raw []byte) (out []recipient) {
	h, ok := headOf(raw)
	if !ok {
		return nil
	}
	for _, name := range addressed {
		for _, v := range h.Values(name) {
			for _, addr := range addressesIn(v) {
				tag, ok := splitReply(addr, b.in.cfg.Domain)
				if !ok || len(out) >= maxAnswered {
					continue
				}
				for _, secret := range b.in.cfg.Secrets {
					n, err := ParseTag(secret, tag)
					if err == nil && !slices.ContainsFunc(out, func(r recipient) bool { return r.notice == n }) {
						out = append(out, recipient{addr, n})
					}
				}
			}
		}
	}
	return out
}

func addressesIn(field string) (out []string) {
	if list, err := mail.ParseAddressList(field); err == nil {
		for _, a := range list {
			out = append(out, a.Address)
		}
		return out
	}
	return bareAddr.FindAllString(field, 50)
}

// envelope is what the mailbox's own server wrote of it. It stands at the top: the mailbox is ours, and so is the server that fills it.
func (b *Mailbox) envelope(raw []byte) envelope {
	h, ok := headOf(raw)
	if !ok {
		return envelope{from: "unknown"}
	}
	from := "unknown"
	if p := h.Values("Return-Path"); len(p) == 1 {
		from = strings.Trim(strings.TrimSpace(p[0]), "<>")
	}
	return envelope{from: from, ours: true}
}
