// SPDX-License-Identifier: EUPL-1.2

package recognise

// Letters of Arabic clitics, folded.
const (
	alef = 'ا'
	lam  = 'ل'
	teh  = 'ت'
	heh  = 'ه' // teh marbuta too
)

// What must remain of a word without its clitics.
const (
	stem        = 3
	articleStem = 2
)

// maxReadings bounds what read adds: no, one or two prefixes, three ways with the article, three endings each.
const maxReadings = 3 * 2 * 3 * 3

// read adds the readings of an Arabic word without clitics, the word itself excepted: conjunction, then preposition, then article,
// and at the end a pronoun of two letters. Pronouns of one letter are not told apart from endings of other meaning, and stay.
func (f *find) read(word []rune) {
	f.made = f.made[:0]
	f.article(word, true)
	if len(word) <= stem {
		return
	}
	rest := word
	switch word[0] {
	case 'و', 'ف':
		rest = word[1:]
		f.prefix(rest)
	}
	f.preposition(word)
	if len(rest) < len(word) {
		f.preposition(rest)
	}
}

// prefix adds a word that lost a prefix, and what is within it.
func (f *find) prefix(word []rune) {
	if len(word) >= stem {
		f.add(word)
	}
	f.article(word, len(word) >= stem)
}

func (f *find) preposition(word []rune) {
	if len(word) < stem {
		return
	}
	switch word[0] {
	case 'ب', 'ك':
		f.prefix(word[1:])
	case lam:
		f.prefix(word[1:])
		if word[1] != lam { // li- and al- are written lam lam
			return
		}
		if rest := word[2:]; len(rest) >= articleStem {
			f.add(rest)
			f.suffix(rest)
			f.add(f.make([]rune{alef}, word[1:]))
		}
	}
}

// article adds the word without the article, and both without a pronoun.
func (f *find) article(word []rune, suffixes bool) {
	if suffixes {
		f.suffix(word)
	}
	if len(word) >= 2+articleStem && word[0] == alef && word[1] == lam {
		f.add(word[2:])
		f.suffix(word[2:])
	}
}

// suffix adds the word without a pronoun at its end; a teh before it may have been a teh marbuta.
func (f *find) suffix(word []rune) {
	n := len(word) - 2
	if n < stem {
		return
	}
	switch a, b := word[n], word[n+1]; {
	case a == heh && (b == alef || b == 'م' || b == 'ن'), a == 'ن' && b == alef, a == 'ك' && (b == 'م' || b == 'ن'):
		f.add(word[:n])
		if word[n-1] == teh {
			f.add(f.make(word[:n-1], []rune{heh}))
		}
	}
}

func (f *find) make(a, b []rune) []rune {
	from := len(f.made)
	f.made = append(append(f.made, a...), b...)
	return f.made[from:]
}

func (f *find) add(word []rune) { f.readings = append(f.readings, reading{word, hashLetters(word)}) }
