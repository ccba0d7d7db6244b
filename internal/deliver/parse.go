// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"fmt"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// MaxMail is the greatest size of a mail that is read, in bytes.
const MaxMail = 10 << 20

// maxText is the greatest size of Reply.Text in bytes.
const maxText = 256 << 10

// ParseReply reads a mail that came to the address rcpt at the time now. It never fails on bad content: what cannot be read is
// Unknown with the bytes in Raw, for a person. Only a mail over MaxMail or without any header is Invalid.
func ParseReply(raw []byte, rcpt string, now time.Time) (Reply, error) {
	return Reply{}, fmt.Errorf("parse mail: under construction: %w", iru.Internal)
}

// clean makes text of strangers storable: valid UTF-8, lines ended by \n, no control characters, bounded.
func clean(s string) (text string, cut bool) {
	if len(s) > maxText {
		s, cut = s[:maxText], true
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s), cut
}
