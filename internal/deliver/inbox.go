// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"
)

// InboxConfig says where replies come in.
type InboxConfig struct {
	Addr    string   // host:port to listen on; port 0 picks one
	Domain  string   // the part after the @ of reply addresses
	Secrets [][]byte // under which tags are valid: the current secret first, then those of before
	TLS     *tls.Config
	Limits  InboxLimits
	// LookupTXT asks the DNS for DKIM keys; nil means that signatures are not checked.
	LookupTXT func(domain string) ([]string, error)
	// AuthServ is the name under which our own relay writes Authentication-Results fields (RFC 8601); those of others are ignored.
	AuthServ string
	Log      *slog.Logger     // nil means silence
	Now      func() time.Time // nil means time.Now
}

// InboxLimits bound what strangers can make us do. Zero fields mean the defaults.
type InboxLimits struct {
	MaxBytes int64         // of one mail; MaxMail
	MaxConns int           // at once; 32
	Idle     time.Duration // between commands or reads; 60 s
	Session  time.Duration // of one connection in all; 10 min
	Accept   time.Duration // for storing one reply; 30 s
}

// Inbox is the mail server for replies.
type Inbox struct{ cfg InboxConfig }

// NewInbox makes an inbox.
func NewInbox(cfg InboxConfig, accept func(ctx context.Context, r Reply) error) (*Inbox, error) {
	return nil, errBuilding
}

// Listen opens the port; Addr is known afterwards.
func (b *Inbox) Listen() error { return errBuilding }

// Addr is where it listens.
func (b *Inbox) Addr() net.Addr { return nil }

// Serve takes mail until ctx ends.
func (b *Inbox) Serve(ctx context.Context) error { return errBuilding }
