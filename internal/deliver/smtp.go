// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"crypto"
	"crypto/x509"
	"net"
	"time"

	"iolaus/internal/iru"
)

// A TLSMode is how a connection to the mail server is protected.
type TLSMode string

// The modes. The zero value means: STARTTLS is required, except towards a loopback address, where none is used.
const (
	TLSDefault  TLSMode = ""
	TLSNone     TLSMode = "none"
	TLSStart    TLSMode = "starttls" // required: a server that does not offer it gets nothing
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
	Username   string         // empty means no login
	Password   string
	HELO       string        // our name; empty means "localhost"
	Timeout    time.Duration // for one message or one warm-up, from dialling to the last answer; zero means 60 s
	MaxConns   int           // connections at once; zero means 8
	Dial       DialFunc      // nil means net.Dialer
	DKIM       *DKIM         // nil means unsigned
}

// DKIM is a signing key (RFC 6376, RFC 8463).
type DKIM struct {
	Domain, Selector string
	Key              crypto.Signer // *rsa.PrivateKey or ed25519.PrivateKey
}

// SMTP is a Channel that hands mail to one mail server, over a pool of connections that may be warmed beforehand.
type SMTP struct{ cfg SMTPConfig }

// NewSMTP makes a channel; it does not connect.
func NewSMTP(cfg SMTPConfig) *SMTP { return &SMTP{cfg} }

// A Letter is a message rendered and signed, ready to leave.
type Letter struct {
	From, To  string // envelope addresses
	Key       string
	MessageID string
	Bytes     []byte
}

// Prepare renders and signs a message, so that nothing is left to compute at T0.
func (s *SMTP) Prepare(m Message) (Letter, error) { return Letter{}, errBuilding }

// Send renders, signs and sends a message.
func (s *SMTP) Send(ctx context.Context, m Message) (Receipt, error) { return Receipt{}, errBuilding }

// SendLetter sends a prepared message.
func (s *SMTP) SendLetter(ctx context.Context, l Letter) (Receipt, error) {
	return Receipt{}, errBuilding
}

// Warm brings the pool to n connections that are open, protected, logged in and checked, at most MaxConns.
func (s *SMTP) Warm(ctx context.Context, n int) error { return errBuilding }

// Close ends the idle connections.
func (s *SMTP) Close() error { return nil }

var errBuilding = &Failure{Kind: iru.Internal, Phase: "under construction"}
