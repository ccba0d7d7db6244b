// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Word is one word of a text as it is searched.
type Word struct {
	Text  string // folded
	Start int    // bytes of the text, from its first letter
	First int    // to the end of the first of two letters that stand without spaces; elsewhere End
	End   int    // behind its last letter
}

// MaxSearchWord is how many folded letters of a word are compared; what follows is left out.
const MaxSearchWord = maxWord

// SearchWords gives the words of a text by which it is found, folded, in order, until yield says false. Letters of scripts written
// without spaces are given two by two, each with the next one, and the last of a run by itself, so that any run of them is found in a
// longer one; white space within such a run is a line's end and parts nothing. Start, First and End are 0.
func SearchWords(text string, yield func(Word) bool) {
	l := lexer{yield: yield}
	for _, r := range Fold(text) {
		if !l.rune(r, 0, 0) {
			return
		}
	}
	l.finish(true)
}

// QueryWords gives the words that a query must find one after another for the text of the query to stand somewhere. With open, the
// last of them is only the beginning of a word: a single letter of a script written without spaces.
func QueryWords(query string) (words []string, open bool) {
	l := lexer{yield: func(w Word) bool { words = append(words, w.Text); return true }}
	for _, r := range Fold(query) {
		l.rune(r, 0, 0)
	}
	open = l.have == 1 && l.pairs == 0
	l.finish(open)
	return words, open
}

// SearchSpans is SearchWords with the place of each word in the text. It takes longer.
func SearchSpans(text string, yield func(Word) bool) {
	l := lexer{yield: yield}
	for at := 0; at < len(text); {
		if c := text[at]; c < utf8.RuneSelf && (at+1 == len(text) || text[at+1] < utf8.RuneSelf) { // most of many texts
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if !l.rune(rune(c), at, at+1) {
				return
			}
			at++
			continue
		}
		end := piece(text, at)
		for _, r := range Fold(text[at:end]) {
			if !l.rune(r, at, end) {
				return
			}
		}
		at = end
	}
	l.finish(true)
}

// piece is the end of the shortest part of a text from at on that folds by itself as it does within the text.
func piece(text string, at int) int {
	r, n := utf8.DecodeRuneInString(text[at:])
	end := at + n
	for plain := r < utf8.RuneSelf; end < len(text); plain = false {
		if plain && text[end] < utf8.RuneSelf {
			break
		}
		r, n = utf8.DecodeRuneInString(text[end:])
		if foldsAlone(r) {
			break
		}
		end += n
	}
	return end
}

// A cluster is a letter of a script written without spaces, and the marks on it.
type cluster struct {
	text       []byte
	start, end int
}

// A lexer parts folded text into words.
type lexer struct {
	yield      func(Word) bool
	word       []byte
	letters    int // of word
	start, end int // of word
	a, b       cluster
	have       int // clusters that are kept: 1 is b, 2 are both
	pairs      int // given of this run
}

// rune takes one letter of folded text, which stands for bytes of the text.
func (l *lexer) rune(r rune, start, end int) bool {
	letter := unicode.IsLetter(r) || unicode.IsDigit(r)
	switch {
	case letter && unspaced(r):
		return l.flush() && l.step(r, start, end)
	case unicode.IsMark(r) && l.have > 0 && l.letters == 0:
		l.b.text, l.b.end = utf8.AppendRune(l.b.text, r), end
		return true
	case unicode.IsMark(r) && unspaced(r) && l.letters == 0:
		return l.step(r, start, end)
	case letter, unicode.IsMark(r):
		if l.have > 0 && !l.endRun(true) {
			return false
		}
		if l.letters == 0 {
			l.start = start
		}
		if l.end = end; l.letters < MaxSearchWord {
			l.word = utf8.AppendRune(l.word, r)
		}
		l.letters++
		return true
	case unicode.IsSpace(r) && l.have > 0:
		return true
	}
	return l.finish(true)
}

// step begins the next cluster of a run.
func (l *lexer) step(r rune, start, end int) bool {
	ok := true
	if l.have == 2 {
		ok = l.pair()
	}
	l.a, l.b = l.b, l.a
	l.b.text, l.b.start, l.b.end = utf8.AppendRune(l.b.text[:0], r), start, end
	l.have = min(l.have+1, 2)
	return ok
}

func (l *lexer) pair() bool {
	l.pairs++
	return l.yield(Word{string(l.a.text) + string(l.b.text), l.a.start, l.a.end, l.b.end})
}

// endRun gives what is left of a run: its last letter too, unless it is left open.
func (l *lexer) endRun(last bool) bool {
	ok := l.have < 2 || l.pair()
	if ok && last && l.have > 0 {
		ok = l.yield(Word{string(l.b.text), l.b.start, l.b.end, l.b.end})
	}
	l.have, l.pairs = 0, 0
	return ok
}

// flush gives the word that was begun.
func (l *lexer) flush() bool {
	if l.letters == 0 {
		return true
	}
	ok := l.yield(Word{string(l.word), l.start, l.end, l.end})
	l.word, l.letters = l.word[:0], 0
	return ok
}

func (l *lexer) finish(last bool) bool { return l.endRun(last) && l.flush() }

// foldsAlone reports whether a code point never changes with what stands before it when it is folded.
func foldsAlone(r rune) bool {
	if r < utf8.RuneSelf {
		return true
	}
	if r == '\u0640' || unicode.In(r, unicode.Mn, unicode.Cf) {
		return false
	}
	var b [utf8.UTFMax]byte
	return norm.NFC.Properties(b[:utf8.EncodeRune(b[:], r)]).BoundaryBefore()
}
