// SPDX-License-Identifier: EUPL-1.2

package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxLetters is how many letters of a text are looked at; more change nothing any more.
	MaxLetters = 8192
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
		boundary = letter == space
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
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r |= 0x20
		}
		return r
	}
	if r == '\u0130' { // İ, which has no lower case of one letter outside Turkish
		return 'i'
	}
	return unicode.ToLower(r)
}

// address is the length of the address, mail address or name of an account that s begins with, or 0.
func address(s string) int {
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	w := s[:end]
	if w == "" {
		return 0
	}
	if w[0] == '@' || strings.Contains(w, "://") || strings.HasPrefix(w, "www.") {
		return end
	}
	if at := strings.IndexByte(w, '@'); at > 0 && strings.Contains(w[at:], ".") {
		return end
	}
	return 0
}
