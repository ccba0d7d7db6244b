// SPDX-License-Identifier: EUPL-1.2

package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a text is looked at: so many letters, in so many bytes; more change nothing any more.
const (
	MaxLetters = 4096
	MaxBytes   = 32 << 10
	maxWord    = 32 // letters; a longer run is cut, which no language needs but Thai and hostile text
)

// Words calls yield for each word of text, in lower case, with one apostrophe for all its forms. Addresses, names of accounts,
// digits, vowel points, joiners, format controls and invalid UTF-8 are left out. The slice is reused.
func Words(text string, yield func([]rune) bool) {
	var buffer [maxWord]rune
	word := buffer[:0]
	flush := func() bool {
		for len(word) > 0 && word[len(word)-1] == '\'' {
			word = word[:len(word)-1]
		}
		ok := len(word) == 0 || yield(word)
		word = buffer[:0]
		return ok
	}
	boundary := true
	for i := 0; i < len(text); {
		if boundary {
			if n := address(text[i:]); n > 0 {
				if !flush() {
					return
				}
				i += n
				continue
			}
		}
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		letter := kind(r)
		boundary = letter == space || letter == other || r >= utf8.RuneSelf
		switch letter {
		case space, other:
			if len(word) > 0 && !flush() {
				return
			}
			continue
		case nothing:
			continue
		case apostrophe:
			if len(word) == 0 {
				continue
			}
			r = '\''
		default:
			r = lower(r)
		}
		if len(word) == maxWord && !flush() {
			return
		}
		word = append(word, r)
	}
	flush()
}

const (
	other = iota
	space
	letter
	apostrophe
	nothing
)

// kind sorts a letter of the commonest scripts out by its block (Unicode Standard, chapter 24), and all else by the tables.
func kind(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case r|0x20 >= 'a' && r|0x20 <= 'z':
			return letter
		case r == '\'' || r == '`':
			return apostrophe
		case r <= ' ':
			return space
		}
		return other
	case r >= 0xc0 && r < 0x250 && r != 0xd7 && r != 0xf7, r >= 0x400 && r <= 0x481, r >= 0x620 && r <= 0x64a && r != 0x640,
		r >= 0x671 && r <= 0x6d3:
		return letter
	case r == utf8.RuneError:
		return nothing
	case r == '\u02bb' || r == '\u02bc' || r == '\u2018' || r == '\u2019' || r == '\u00b4':
		return apostrophe
	case unicode.IsLetter(r) && r != '\u0640':
		return letter
	case unicode.Is(unicode.M, r):
		if unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew) {
			return nothing
		}
		return letter
	case unicode.Is(unicode.Cf, r) || r == '\u0640':
		return nothing
	case unicode.IsSpace(r):
		return space
	}
	return other
}

func lower(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r | 0x20
	case r < utf8.RuneSelf, r >= 0xdf && r <= 0xff, r >= 0x430 && r <= 0x45f, r >= 0x590 && r < 0x10a0:
		return r
	case r == '\u0130': // İ, which has no lower case of one letter outside Turkish
		return 'i'
	}
	return unicode.ToLower(r)
}

// address is the length of the address, mail address or name of an account that s begins with, or 0. They are of ASCII.
func address(s string) int {
	at, dot, scheme, i := -1, false, false, 0
	for ; i < len(s) && s[i] > ' ' && s[i] < utf8.RuneSelf; i++ {
		switch s[i] {
		case '@':
			if at < 0 {
				at = i
			}
		case '.':
			dot = dot || at >= 0
		case ':':
			scheme = scheme || strings.HasPrefix(s[i:], "://")
		}
	}
	if scheme || at == 0 || at > 0 && dot || strings.HasPrefix(s[:i], "www.") {
		return i
	}
	return 0
}
