// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"sync/atomic"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A letter is what one code point means to a search for terms: its folded form in the lower 21 bits, its kind in three, and eight
// more bits that depend on the kind.
type letter uint32

const (
	gap    letter = iota << 21 // parts words; more: what kind of gap
	inWord                     // a letter or digit; more: its script
	none                       // nothing; more: 1 when it belongs to the letter before
	mark                       // a mark that is part of a letter; more: its canonical combining class
	spread                     // several letters; the lower bits are their place in the page's list
	alone                      // a letter that is a word of its own: scripts written without spaces
	joint                      // a joiner or space without width: the word is read joined and parted; more: 1 for a non-joiner
	kinds  = 7 << 21
	runes  = 1<<21 - 1
	more   = 24 // bits to shift
)

// Gaps that end a phrase or may.
const (
	space   = 1 << iota // white space
	newline             // two of them end a paragraph
	dot                 // ends a sentence before white space, unless it follows an abbreviation
	stop                // ends a sentence
)

// Scripts whose letters look alike, and the one with clitics.
const (
	latin = 1 << iota
	cyrillic
	greek
	arabic
	alike = latin | cyrillic | greek
)

func (l letter) kind() letter { return l & kinds }
func (l letter) rune() rune   { return rune(l & runes) }

// a page is 256 code points; lists holds what its spread letters stand for.
type page struct {
	letters [256]letter
	lists   [][]letter
}

// pages are made as text needs them: most texts need five. They are the same for everybody, and may be made twice at once.
type pages [unicode.MaxRune>>8 + 1]atomic.Pointer[page]

func (p *pages) of(r rune) *page {
	at := &p[r>>8]
	if known := at.Load(); known != nil {
		return known
	}
	return makePage(at, r&^0xff)
}

func makePage(at *atomic.Pointer[page], from rune) *page {
	made := &page{}
	for k := range made.letters {
		ls := lettersOf(from + rune(k))
		if len(ls) == 1 {
			made.letters[k] = ls[0]
			continue
		}
		made.letters[k] = spread | letter(len(made.lists))
		made.lists = append(made.lists, ls)
	}
	at.Store(made)
	return made
}

// lettersOf folds one code point as Fold does, decomposed, and further where a watch list must not miss a spelling:
// Kurdish letters with a small v, and noon ghunna, become their base; khanda ta becomes ta with hasanta; enclosing marks vanish;
// modifier apostrophes part words as the plain one does.
func lettersOf(r rune) []letter {
	var out []letter
	for _, d := range norm.NFKD.String(string(r)) {
		switch {
		case d == '\u200c':
			out = append(out, joint|1<<more)
			continue
		case d == '\u200b':
			out = append(out, joint)
			continue
		case d == '\u200d' || unicode.Is(unicode.Me, d) || unicode.Is(unicode.Mn, d) && dropped(d):
			out = append(out, none|1<<more)
			continue
		case d == '\u0640': // tatweel is drawn as part of its word
			out = append(out, none|1<<more)
			continue
		case unicode.Is(unicode.Cf, d):
			out = append(out, none)
			continue
		}
		for _, f := range foldLetter(d) {
			out = append(out, letterOf(f))
		}
	}
	if len(out) == 0 {
		out = append(out, none)
	}
	return out
}

// foldLetter is what Fold makes of a code point that is decomposed already, and is no accent and no control.
func foldLetter(d rune) []rune {
	if d < unicode.MaxASCII {
		return []rune{unicode.ToLower(d)}
	}
	if unicode.Is(unicode.Nd, d) {
		return []rune{rune('0' + digit(d))}
	}
	switch d {
	case '\u0695':
		return []rune{'\u0631'}
	case '\u06b5':
		return []rune{'\u0644'}
	case '\u06c6':
		return []rune{'\u0648'}
	case '\u06ba':
		return []rune{'\u0646'}
	case '\u09ce':
		return []rune{'\u09a4', '\u09cd'}
	case '\u02b9', '\u02bb', '\u02bc':
		return []rune{'\''}
	}
	low := unicode.ToLower(d)
	if f := family(low); f != "" {
		return []rune(f)
	}
	var out []rune
	for _, l := range norm.NFKD.String(string(low)) {
		if !unicode.Is(unicode.Mn, l) || !dropped(l) {
			out = append(out, l)
		}
	}
	return out
}

func letterOf(f rune) letter {
	l := letter(f)
	switch {
	case unicode.IsMark(f):
		return mark | l | letter(norm.NFKD.PropertiesString(string(f)).CCC())<<more
	case !unicode.IsLetter(f) && !unicode.IsDigit(f):
		return gap | l | gapOf(f)<<more
	case unspaced(f):
		return alone | l
	case unicode.Is(unicode.Latin, f):
		return inWord | l | latin<<more
	case unicode.Is(unicode.Cyrillic, f):
		return inWord | l | cyrillic<<more
	case unicode.Is(unicode.Greek, f):
		return inWord | l | greek<<more
	case unicode.Is(unicode.Arabic, f):
		return inWord | l | arabic<<more
	}
	return inWord | l
}

func gapOf(f rune) letter {
	switch f {
	case '\n', '\u0085', '\u2028':
		return space | newline
	case '.':
		return dot
	case '!', '?', '\u061f', '\u06d4', '\u0964', '\u0965', '\u3002', '\u2029':
		return stop
	}
	if unicode.IsSpace(f) {
		return space
	}
	return 0
}

// looks is the Latin letter that a lower-case Cyrillic or Greek letter, or its capital, is mistaken for; else the letter itself.
// The pairs are those of Unicode Technical Standard 39, confusables, between the three scripts, that common typefaces draw the same.
func looks(r rune) rune {
	switch r {
	case 'а', 'α':
		return 'a'
	case 'в', 'β':
		return 'b'
	case 'с':
		return 'c'
	case 'ԁ':
		return 'd'
	case 'е', 'ε':
		return 'e'
	case 'һ', 'н', 'η':
		return 'h'
	case 'і', 'ι', 'ӏ':
		return 'i'
	case 'ј':
		return 'j'
	case 'к', 'κ':
		return 'k'
	case 'м', 'μ':
		return 'm'
	case 'ν':
		return 'v'
	case 'о', 'ο':
		return 'o'
	case 'р', 'ρ':
		return 'p'
	case 'ԛ':
		return 'q'
	case 'ѕ':
		return 's'
	case 'т', 'τ':
		return 't'
	case 'υ', 'у', 'γ':
		return 'y'
	case 'ԝ':
		return 'w'
	case 'х', 'χ':
		return 'x'
	case 'ζ':
		return 'z'
	}
	return r
}
