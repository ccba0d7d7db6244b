// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Phrase is words that stand one after another, folded as QueryWords gives them.
type Phrase struct {
	Words []string
	Open  bool // the last one is only the beginning of a word
}

// A Place is bytes of a text, from Start up to End.
type Place struct{ Start, End int }

// An Excerpt is a part of a text as it stands there, and where in it something was found.
type Excerpt struct {
	Text  string
	Start int     // bytes of the whole text before it
	Hits  []Place // bytes of Text, in order; they do not overlap
	More  bool    // the text goes on
}

// MaxHits is how many places of one text are looked at for an excerpt.
const MaxHits = 1000

// Find gives where phrases stand in a text, in order, and which of them each is; at most MaxHits. Places may overlap.
func Find(text string, phrases []Phrase) (places []Place, which []int) {
	var words []Word
	SearchSpans(text, func(w Word) bool {
		words = append(words, w)
		for n, p := range phrases {
			if at := len(words) - len(p.Words); at >= 0 && len(p.Words) > 0 && p.ends(words[at:]) {
				end := w.End
				if p.Open && w.First < w.End {
					end = w.First
				}
				places, which = append(places, Place{words[at].Start, end}), append(which, n)
			}
		}
		return len(places) < MaxHits
	})
	return places, which
}

// ends reports whether words are the phrase.
func (p Phrase) ends(words []Word) bool {
	for n, w := range p.Words {
		if n == len(p.Words)-1 && p.Open && strings.HasPrefix(words[n].Text, w) {
			return true
		}
		if words[n].Text != w {
			return false
		}
	}
	return true
}

// Excerpts gives the part of a text of about so many bytes in which the most different phrases stand, the earliest of equal ones.
// Where none stands in it, it is the beginning.
func Excerpts(text string, phrases []Phrase, size int) Excerpt {
	places, which := Find(text, phrases)
	best, most := 0, 0
	for i := range places {
		seen := map[int]bool{}
		for j := i; j < len(places) && places[j].End-places[i].Start <= size; j++ {
			seen[which[j]] = true
		}
		if len(seen) > most {
			best, most = i, len(seen)
		}
		if most == len(phrases) {
			break
		}
	}
	from := 0
	if most > 0 {
		from = wordStart(text, max(0, places[best].Start-size/4))
	}
	to := max(from, wordEnd(text, min(len(text), from+size)))
	if most > 0 { // one phrase may be longer than all
		to = max(to, min(places[best].End, from+4*size))
		to = runeEnd(text, to)
	}
	x := Excerpt{Text: text[from:to], Start: from, More: to < len(text)}
	slices.SortStableFunc(places, func(a, b Place) int { return a.Start - b.Start })
	for _, p := range places {
		p.Start, p.End = max(p.Start, from)-from, min(p.End, to)-from
		if p.End <= p.Start {
			continue
		}
		if n := len(x.Hits); n > 0 && p.Start <= x.Hits[n-1].End {
			x.Hits[n-1].End = max(x.Hits[n-1].End, p.End)
			continue
		}
		x.Hits = append(x.Hits, p)
	}
	return x
}

// nearWord is how many bytes away an excerpt looks for the border of a word.
const nearWord = 40

// wordStart is where a word begins, near a byte of a text, behind it if it can be.
func wordStart(text string, at int) int {
	if at == 0 {
		return 0
	}
	at = runeEnd(text, at)
	for i, r := range text[at:] {
		if i > nearWord {
			break
		}
		if unicode.IsSpace(r) {
			return at + i + utf8.RuneLen(r)
		}
	}
	return at
}

// wordEnd is where a word ends, near a byte of a text, before it if it can be.
func wordEnd(text string, at int) int {
	if at == len(text) {
		return at
	}
	at = runeEnd(text, at)
	near := runeEnd(text, max(0, at-nearWord))
	if i := strings.LastIndexFunc(text[near:at], unicode.IsSpace); i > 0 {
		return near + i
	}
	return at
}

// runeEnd is the first border of a letter from a byte of a text on; marks stay with their letter.
func runeEnd(text string, at int) int {
	for n := 0; at < len(text) && n < maxMarks; n++ {
		for at < len(text) && !utf8.RuneStart(text[at]) {
			at++
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsMark(r) && r != '\u200d' {
			break
		}
		at += size
	}
	return at
}
