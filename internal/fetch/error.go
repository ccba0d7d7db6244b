// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"iolaus/internal/iru"
)

// A failure is one way in which a look can fail, with the kind that callers switch on.
type failure struct {
	kind error
	text string
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.kind }

// The ways in which a look fails. Each wraps one of the kinds of package iru.
var (
	// ErrAddress: the URL itself cannot be asked for (no host, no web scheme, not a name).
	ErrAddress error = &failure{iru.Invalid, "not a web address"}
	// ErrBlockedAddress: the guard forbids the network address, port or scheme.
	ErrBlockedAddress error = &failure{iru.Forbidden, "address refused by the guard"}
	// ErrRobots: the site's robots file forbids the look and the configuration says to obey.
	ErrRobots error = &failure{iru.Forbidden, "refused by the site's robots file"}
	// ErrNoName: the name does not exist (NXDOMAIN).
	ErrNoName error = &failure{iru.NotFound, "no such name"}
	// ErrResolve: the resolver gave no usable answer, which says nothing about the name.
	ErrResolve error = &failure{iru.Unavailable, "name not resolved"}
	// ErrConnect: the server refused the connection or cannot be reached.
	ErrConnect error = &failure{iru.Unavailable, "connection failed"}
	// ErrTimeout: a limit of time passed.
	ErrTimeout error = &failure{iru.Unavailable, "timed out"}
	// ErrProtocol: what came was not TLS or not HTTP, or broke off.
	ErrProtocol error = &failure{iru.Unavailable, "protocol error"}
	// ErrTooLarge: a header or a body is longer than its limit; the response holds the beginning.
	ErrTooLarge error = &failure{iru.Unavailable, "longer than the limit"}
	// ErrSpool: we have no room to keep the answer, which says nothing about the server.
	ErrSpool error = &failure{iru.Unavailable, "no room for the answer"}
	// ErrBomb: a small compressed body unpacks to a huge one, or is wrapped too often.
	ErrBomb error = &failure{iru.Unavailable, "compressed bomb"}
	// ErrRedirects: more redirects than the limit.
	ErrRedirects error = &failure{iru.Unavailable, "too many redirects"}
	// ErrBusy: the host asked us to come back later, or our own pace does not allow it yet; see Later.
	ErrBusy error = &failure{iru.Unavailable, "not yet allowed to ask this host again"}
)

// A Later is an ErrBusy that knows when the host may be asked again.
type Later struct {
	Host  string
	Until time.Time
}

func (l *Later) Error() string {
	return fmt.Sprintf("%v: %s, not before %s", ErrBusy, l.Host, l.Until.UTC().Format(time.RFC3339))
}

// Unwrap makes errors.Is(err, ErrBusy) work.
func (l *Later) Unwrap() error { return ErrBusy }

// timedOut reports whether err comes from a limit of time of ours. A caller's own cancellation is none.
func timedOut(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// explain gives a network error one of our kinds; what says which step failed.
func explain(ctx context.Context, kind error, what string, err error) error {
	var known *failure
	switch {
	case errors.As(err, &known):
		return fmt.Errorf("%s: %w", what, err)
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("%s: %w: %w", what, ErrTimeout, context.Canceled)
	case timedOut(err) || ctx.Err() != nil:
		return fmt.Errorf("%s: %w: %v", what, ErrTimeout, err)
	}
	return fmt.Errorf("%s: %w: %v", what, kind, err)
}
