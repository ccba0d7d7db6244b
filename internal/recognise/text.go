// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks Fold keeps on one letter; more never carry meaning, and without a bound normalisation
// would have to insert joiners of its own.
const maxMarks = 8

// Fold maps spellings of one word onto each other, for search and comparison, in any script: compatibility forms and letters with
// accents become base letters (NFKD); harakat, niqqud, tatweel, joiners and bidi controls vanish; alef, yeh, heh and kaf
// families become one letter each; decimal digits of all scripts become ASCII; letters become lower case; dotless i becomes i
// and yo becomes ye. Vowel signs of Indic scripts stay, because there they are letters. Folding twice changes nothing more.
// Invalid UTF-8 becomes U+FFFD. The result is for comparing, never for showing.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\ufffd")) {
		if unicode.Is(unicode.Mn, r) {
			if dropped(r) {
				continue
			}
			if marks++; marks > maxMarks {
				continue
			}
			b.WriteRune(r)
			continue
		}
		if unicode.Is(unicode.Cf, r) || r == '\u0640' { // format controls, tatweel
			continue
		}
		marks = 0
		if r < unicode.MaxASCII {
			b.WriteRune(unicode.ToLower(r))
			continue
		}
		if unicode.Is(unicode.Nd, r) {
			b.WriteByte('0' + digit(r))
			continue
		}
		if t := family(unicode.ToLower(r)); t != "" {
			b.WriteString(t)
			continue
		}
		// Upper case of some letters has no lower case but a decomposed one, so accents are taken off once more.
		for _, l := range norm.NFKD.String(string(unicode.ToLower(r))) {
			if !unicode.Is(unicode.Mn, l) || !dropped(l) {
				b.WriteRune(l)
			}
		}
	}
	return norm.NFC.String(b.String())
}

// dropped says whether a combining mark is an accent or a vowel point, and not a letter or a voicing mark.
func dropped(r rune) bool {
	if r == '\u3099' || r == '\u309a' { // kana voicing marks
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Latin, unicode.Greek, unicode.Cyrillic,
		unicode.Syriac, unicode.Common)
}

// digit is the value of a decimal digit. Unicode encodes each set of ten in one run (Unicode Standard, section 4.6).
func digit(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if uint32(t.Lo) <= uint32(r) && uint32(r) <= uint32(t.Hi) {
			return byte((uint32(r) - uint32(t.Lo)) % 10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if t.Lo <= uint32(r) && uint32(r) <= t.Hi {
			return byte((uint32(r) - t.Lo) % 10)
		}
	}
	return 0
}

// family is the common form of a lower-case letter that normalisation leaves apart from its kin, or "".
func family(r rune) string {
	switch r {
	case '\u0671', '\u0672', '\u0673', '\u0675': // alef wasla, with wavy hamza, with high hamza
		return "\u0627"
	case '\u0649', '\u06cc', '\u06cd', '\u06ce', '\u06d0', '\u06d1', '\u06d2', '\u0620', '\u063d', '\u063e', '\u063f', '\u0678':
		return "\u064a" // alef maksura, Farsi yeh and their kin: yeh
	case '\u0629', '\u06be', '\u06c1', '\u06c3', '\u06d5', '\u06ff': // teh marbuta, heh doachashmee, heh goal, ae
		return "\u0647"
	case '\u06a9', '\u06aa', '\u06ab', '\u06ac', '\u06ad', '\u06ae', '\u063b', '\u063c': // keheh and its kin
		return "\u0643"
	case 'ı':
		return "i"
	case 'ł':
		return "l"
	case 'ø':
		return "o"
	case 'đ', 'ð':
		return "d"
	case 'ħ':
		return "h"
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'þ':
		return "th"
	case 'ς':
		return "σ"
	}
	return ""
}

// words splits folded text into words. Letters of scripts written without spaces are words of their own.
func words(folded string, yield func(string) bool) {
	start := -1
	for i, r := range folded {
		inside := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
		if inside && unspaced(r) {
			if start >= 0 && !yield(folded[start:i]) {
				return
			}
			start = -1
			if !yield(string(r)) {
				return
			}
			continue
		}
		if inside && start < 0 {
			start = i
		}
		if !inside && start >= 0 {
			if !yield(folded[start:i]) {
				return
			}
			start = -1
		}
	}
	if start >= 0 {
		yield(folded[start:])
	}
}

func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer,
		unicode.Myanmar, unicode.Tibetan)
}
