// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is compared: no word of a term is longer, and a word joined more often is read as if it were not.
const (
	maxWord   = 64 // folded letters
	maxJoints = 7
)

// hashStep is the multiplier of SplitMix64; a hash finds a word, and the word's letters are compared then.
const hashStep = 0x9e3779b97f4a7c15

func hashLetters(word []rune) (h uint64) {
	for _, r := range word {
		h = h*hashStep + uint64(r)
	}
	return h
}

// A seam is where a word may be parted: a joiner stands there.
type seam struct {
	at         int // letters before it
	end, start int // bytes of the text: end of what is before, start of what follows
}

// A scanner folds a text and gives its words one after another, with their place in it.
type scanner struct {
	pages *pages
	ascii *[utf8.RuneSelf]letter
	text  string

	letters    [maxWord]rune // of the word, folded; beyond maxWord they are not kept
	n          int           // how many letters it has
	hash       uint64
	scripts    letter
	start, end int // bytes of the text
	seams      [maxJoints]seam
	joints     int
	broke      bool // a sentence or paragraph ended before the word

	at   int      // what comes next
	list []letter // of a spread code point at that place, what is left
	wide int      // its bytes
}

func (s *scanner) begin(text string) {
	s.text, s.at, s.list, s.n = text, 0, nil, 0
}

// word is the word's letters.
func (s *scanner) word() []rune { return s.letters[:s.n] }

// next reads the next word; false at the end of the text.
func (s *scanner) next() bool {
	var (
		text        = s.text
		i           = s.at
		before      = s.n
		n           = 0
		hash        uint64
		scripts     letter
		single      bool // a letter that is a word of its own
		marks, last int  // kept marks on the letter, combining class of the last one
		unordered   bool
		pending     bool // a joint follows the last letter
		dotted      bool
		lines       = 0
	)
	s.joints, s.broke = 0, false
	for i < len(text) || len(s.list) > 0 {
		var l letter
		w := 1
		if len(s.list) > 0 {
			l, w = s.list[0], s.wide
		} else if c := text[i]; c < utf8.RuneSelf {
			l = s.ascii[c]
		} else {
			var r rune
			if c&0xe0 == 0xc0 && c >= 0xc2 && i+1 < len(text) && text[i+1]&0xc0 == 0x80 {
				r, w = rune(c&0x1f)<<6|rune(text[i+1]&0x3f), 2
			} else {
				r, w = utf8.DecodeRuneInString(text[i:])
			}
			p := s.pages.of(r)
			if l = p.letters[r&0xff]; l.kind() == spread {
				s.list, s.wide = p.lists[l.rune()], w
				continue
			}
		}
		switch l.kind() {
		case inWord:
			if single {
				return s.give(i, n, hash, scripts, unordered)
			}
			if n == 0 {
				s.start = i
			}
			if pending {
				pending = false
				if s.joints < maxJoints {
					s.seams[s.joints] = seam{n, s.end, i}
					s.joints++
				}
			}
			s.letters[n&(maxWord-1)] = l.rune()
			hash = hash*hashStep + uint64(l.rune())
			scripts |= l >> more
			n++
			marks, last = 0, 0
			if len(s.list) > 0 {
				s.end = i + w
				break
			}
			// Most of a text is letters that follow letters.
			for i += w; i < len(text); i += w {
				if l, w = s.plain(i); l.kind() != inWord || w == 0 {
					break
				}
				s.letters[n&(maxWord-1)] = l.rune()
				hash = hash*hashStep + uint64(l.rune())
				scripts |= l >> more
				n++
			}
			s.end = i
			continue
		case gap:
			if n > 0 {
				return s.give(i, n, hash, scripts, unordered)
			}
			if of := l >> more; of != 0 {
				lines += int(of & newline / newline)
				dotted = dotted || of&dot != 0 && before > abbreviation
				s.broke = s.broke || of&stop != 0 || of&space != 0 && dotted || lines > 1
			}
		case none:
			if n > 0 && l>>more != 0 {
				s.end = i + w
			}
		case mark:
			if cc := int(l >> more); marks < maxMarks {
				if n == 0 {
					s.start = i
				}
				unordered = unordered || cc != 0 && cc < last
				marks, last = marks+1, cc
				s.letters[n&(maxWord-1)] = l.rune()
				hash = hash*hashStep + uint64(l.rune())
				n++
			}
			s.end = i + w
		case alone:
			if n > 0 {
				return s.give(i, n, hash, scripts, unordered)
			}
			single = true
			s.start, s.end = i, i+w
			s.letters[0], hash, n = l.rune(), uint64(l.rune()), 1
		case joint:
			if n == 0 {
				break
			}
			if nonJoiner := l>>more != 0; nonJoiner {
				s.end = i + w
				if scripts&arabic == 0 {
					break
				}
			}
			pending = true
		}
		if len(s.list) > 0 {
			if s.list = s.list[1:]; len(s.list) > 0 {
				continue
			}
		}
		i += w
	}
	return s.give(i, n, hash, scripts, unordered)
}

// plain is the letter at a byte of the text and its length there; of length 0 where it takes more care.
func (s *scanner) plain(i int) (letter, int) {
	c := s.text[i]
	if c < utf8.RuneSelf {
		return s.ascii[c], 1
	}
	if c&0xe0 != 0xc0 || c < 0xc2 || i+1 == len(s.text) || s.text[i+1]&0xc0 != 0x80 {
		return 0, 0
	}
	r := rune(c&0x1f)<<6 | rune(s.text[i+1]&0x3f)
	p := s.pages[r>>8].Load()
	if p == nil {
		return 0, 0
	}
	return p.letters[r&0xff], 2
}

// abbreviation is how many letters a word before a full stop has at most for the sentence to go on: "St. Pauli", "ул. Морская".
const abbreviation = 3

func (s *scanner) give(at, n int, hash uint64, scripts letter, unordered bool) bool {
	s.at, s.n, s.hash, s.scripts = at, n, hash, scripts
	if unordered && n <= maxWord {
		order(s.letters[:n])
		s.hash = hashLetters(s.letters[:n])
	}
	return n > 0
}

// order brings marks into canonical order (Unicode Standard, section 3.11).
func order(word []rune) {
	class := func(r rune) int {
		var b [utf8.UTFMax]byte
		return int(norm.NFD.Properties(b[:utf8.EncodeRune(b[:], r)]).CCC())
	}
	for from := 0; from < len(word); from++ {
		to := from
		for to < len(word) && class(word[to]) != 0 {
			to++
		}
		if to > from {
			slices.SortStableFunc(word[from:to], func(a, b rune) int { return class(a) - class(b) })
			from = to
		}
	}
}
