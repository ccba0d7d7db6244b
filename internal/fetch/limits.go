// SPDX-License-Identifier: EUPL-1.2

package fetch

import "time"

// Limits bound what one Get may read, follow and wait for. A zero field takes the value of DefaultLimits.
type Limits struct {
	Body      int64         // bytes of a body, as sent and as unpacked, each
	Ratio     int           // times that an unpacked body may be longer than what was sent
	Header    int           // bytes of a status line and its header
	Redirects int           // redirects followed
	Dial      time.Duration // one connection attempt, TLS handshake included
	FirstByte time.Duration // from the request sent to the first byte of the answer
	Total     time.Duration // the whole Get, redirects included
}

// DefaultLimits are generous for pages, small for films. HTML seldom packs better than 20 to 1; gzip reaches 1032 to 1 on
// constant bytes, which no page needs.
var DefaultLimits = Limits{
	Body:      32 << 20,
	Ratio:     200,
	Header:    256 << 10,
	Redirects: 10,
	Dial:      15 * time.Second,
	FirstByte: 30 * time.Second,
	Total:     2 * time.Minute,
}

func (l Limits) filled() Limits {
	d := DefaultLimits
	l.Body = or(l.Body, d.Body)
	l.Ratio = or(l.Ratio, d.Ratio)
	l.Header = or(l.Header, d.Header)
	l.Redirects = or(l.Redirects, d.Redirects)
	l.Dial = or(l.Dial, d.Dial)
	l.FirstByte = or(l.FirstByte, d.FirstByte)
	l.Total = or(l.Total, d.Total)
	return l
}

func or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}
