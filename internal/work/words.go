// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"strings"
	"unicode/utf8"
)

// line is text of whoever as we keep it: one line, valid, of at most n bytes.
func line(s string, n int) string {
	return limited(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, clean(s)), n)
}

func limited(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
