// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"iolaus/internal/recognise"
)

// CapturedID numbers what an item said.
type CapturedID int64

// A Captured is one text of one item, as it was captured. The same text captured again is the same one; what an item said before it
// said something else stays beside it.
type Captured struct {
	ID      CapturedID
	Unit    UnitID
	Asset   AssetID
	Item    ItemID
	Exhibit ExhibitID // the first that shows it and is not erased
	Lang    string    // as the item's
	Dir     string
	Sum     string    // SHA-256 of title and text, hex
	First   time.Time // when it was captured first
	Last    time.Time // and last
}

// MaxCaptured is how much of a text is searched, in bytes.
const MaxCaptured = 256 << 10

// A SearchTerm is words that must stand one after another in a text that is found, or must not stand in it.
type SearchTerm struct {
	Words []string // folded, see recognise.QueryWords
	Open  bool     // the last one is only the beginning of a word
	Not   bool
}

// A Search is what an officer looks for in captured texts.
type Search struct {
	Terms  []SearchTerm
	Outlet OutletID  // 0: of any
	Kind   AssetKind // "": any
	Lang   string    // ISO 639; "": any
	From   time.Time // captured at or after; zero: ever
	Until  time.Time // captured before; zero: ever
}

// Bounds of a query: its length in bytes, its words and phrases, the letters of a beginning of a word.
const (
	MaxQuery     = 1000
	maxTerms     = 32
	minBeginning = 2
)

// ParseSearch reads a query. Words stand apart and must all be found; a "phrase" stands as it is; word* is the beginning of a word;
// -word and -"phrase" must not stand there. Its error is Invalid and says what is wrong with the query.
func ParseSearch(query string) ([]SearchTerm, error) {
	switch {
	case len(query) > MaxQuery:
		return nil, Refuse(Invalid, fmt.Sprintf("the query has %d bytes", len(query)), fmt.Sprintf("at most %d are looked for at once", MaxQuery))
	case strings.TrimSpace(query) == "":
		return nil, Refuse(Invalid, "there is no word to look for", "write a word, or a phrase in quotation marks")
	}
	var terms []SearchTerm
	for rest := query; ; {
		part, after, err := queryPart(rest)
		if err != nil {
			return nil, err
		}
		if part == (queried{}) {
			break
		}
		rest = after
		t := SearchTerm{Not: part.not}
		if t.Words, t.Open = recognise.QueryWords(part.text); len(t.Words) == 0 {
			continue // a dash or a smiley between words
		}
		if part.open {
			last := t.Words[len(t.Words)-1]
			if utf8.RuneCountInString(last) < minBeginning && !t.Open {
				return nil, Refuse(Invalid, fmt.Sprintf("%s* is the beginning of too many words", last), "write two letters before the star, or more")
			}
			t.Open = true
		}
		if terms = append(terms, t); len(terms) > maxTerms {
			return nil, Refuse(Invalid, fmt.Sprintf("the query has more than %d words and phrases", maxTerms), "look for fewer at once, or for a phrase")
		}
	}
	for _, t := range terms {
		if !t.Not {
			return terms, nil
		}
	}
	if len(terms) > 0 {
		return nil, Refuse(Invalid, "the query only says what must not be found", "write a word that must be found beside it")
	}
	return nil, Refuse(Invalid, "the query has no letter and no digit", "write a word, or a phrase in quotation marks")
}

// A queried is one part of a query as it was written.
type queried struct {
	text      string
	not, open bool
}

// queryPart takes the first part off a query; the zero one at its end.
func queryPart(q string) (part queried, rest string, err error) {
	q = strings.TrimLeftFunc(q, unicode.IsSpace)
	if q == "" {
		return part, "", nil
	}
	if r, n := utf8.DecodeRuneInString(q); (r == '-' || r == '−') && n < len(q) {
		if next, _ := utf8.DecodeRuneInString(q[n:]); !unicode.IsSpace(next) {
			part.not, q = true, q[n:]
		}
	}
	r, n := utf8.DecodeRuneInString(q)
	if quote(r) {
		end := strings.IndexFunc(q[n:], quote)
		if end < 0 {
			return part, "", Refuse(Invalid, "a quotation mark opens a phrase that does not end", "put one behind the last word of the phrase")
		}
		part.text = q[n : n+end]
		_, w := utf8.DecodeRuneInString(q[n+end:])
		rest = q[n+end+w:]
		if part.text == "" { // two marks side by side, so that this is no end of the query
			part.text = " "
		}
	} else {
		end := strings.IndexFunc(q, func(r rune) bool { return unicode.IsSpace(r) || quote(r) })
		if end < 0 {
			end = len(q)
		}
		part.text, rest = q[:end], q[end:]
	}
	if star, ok := strings.CutSuffix(part.text, "*"); ok {
		part.text, part.open = star, true
	} else if strings.HasPrefix(rest, "*") {
		part.open, rest = true, rest[1:]
	}
	if part.text == "" {
		part.text = " "
	}
	return part, rest, nil
}

// quote reports whether a code point is a quotation mark for a phrase, in any script's custom. An apostrophe is none.
func quote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '‟', '«', '»', '『', '』', '「', '」', '〝', '〞', '〟', '＂':
		return true
	}
	return false
}

// Phrases are what must be found, as package recognise finds it in a text.
func (s Search) Phrases() []recognise.Phrase {
	var out []recognise.Phrase
	for _, t := range s.Terms {
		if !t.Not {
			out = append(out, recognise.Phrase{Words: t.Words, Open: t.Open})
		}
	}
	return out
}

// A Find is a text that was found, and where in it.
type Find struct {
	Captured Captured
	Outlet   OutletID
	Handling Handling // of its outlet, or the default
	Kind     AssetKind
	Locator  string
	Title    string
	Excerpt  recognise.Excerpt // of the text as it was captured
	InTitle  []recognise.Place
	Langs    []string // of the text, the main one first
}
