// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// A Failure tells why a message did not leave, and what a further try may hope for. It wraps one of the six kinds of iru:
// Unavailable (try again), Invalid or Forbidden (trying again will not help), Conflict (the key was used for something else).
type Failure struct {
	Kind  error  // one of iru's six
	Phase string // where it happened: "connect", "greeting", "data", "answer", "POST /v1/notices"
	Code  int    // the server's status code, or 0
	Words string // what the server said, shortened and cleaned, or our own words
	// Uncertain: the message left us in full, but the answer never came. It may have arrived. A retry with the same Key and
	// Message-ID is safe; a message with new ones is not.
	Uncertain bool
	// RetryAfter is how long the other side asks to wait; zero if it said nothing.
	RetryAfter time.Duration
	Err        error // what lay beneath; may be nil
}

func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString("deliver message: ")
	b.WriteString(f.Phase)
	if f.Code != 0 {
		fmt.Fprintf(&b, ": %d", f.Code)
	}
	if f.Words != "" {
		b.WriteString(": " + f.Words)
	}
	if f.Err != nil {
		b.WriteString(": " + f.Err.Error())
	}
	if f.Uncertain {
		b.WriteString(" (it may have arrived; only a retry under the same identity is safe)")
	}
	return b.String()
}

// Unwrap makes errors.Is work for the kind and for the cause.
func (f *Failure) Unwrap() []error {
	if f.Err == nil {
		return []error{f.Kind}
	}
	return []error{f.Kind, f.Err}
}

// Uncertain reports whether err says that the message may have arrived although no answer came.
func Uncertain(err error) bool {
	var f *Failure
	return errors.As(err, &f) && f.Uncertain
}

// RetryAfter returns how long the other side asked to wait before the next try, or zero.
func RetryAfter(err error) time.Duration {
	var f *Failure
	if errors.As(err, &f) {
		return f.RetryAfter
	}
	return 0
}

// invalid is a failure of our own input, before anything was sent.
func invalid(format string, args ...any) *Failure {
	return &Failure{Kind: iru.Invalid, Phase: "render", Words: fmt.Sprintf(format, args...)}
}

// lost is a failure of the connection. The cause decides only the words: all of them may pass.
func lost(ctx context.Context, phase string, err error) *Failure {
	f := &Failure{Kind: iru.Unavailable, Phase: phase, Err: err}
	var ne net.Error
	switch {
	case ctx.Err() != nil:
		f.Words, f.Err = "the caller's time was up", ctx.Err()
	case errors.As(err, &ne) && ne.Timeout():
		f.Words = "no answer within the time limit"
	}
	return f
}

// words makes the other side's text fit for a log line and a page.
func words(s string) string { return oneLineOf(s, 400) }

// oneLineOf makes a stranger's text valid UTF-8 on one line, without control characters and without marks that turn the direction
// of what follows, at most limit bytes.
func oneLineOf(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r <= ' ' || (r >= 0x7f && r < 0xa0) || (r >= 0x2028 && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
	}), " ")
	if len(s) > limit {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit] + "…"
	}
	return s
}
