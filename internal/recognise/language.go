// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"strings"
	"unicode"

	model "iolaus/internal/recognise/language" // a function here has its name
)

// Guess is a language that was told from the text alone.
type Guess struct {
	Lang       string  // ISO 639-1, or -3 where there is none, such as "ckb"; "" when it cannot be told
	Confidence float64 // 0 to 1: the probability among the languages of that script that are known here
}

// Identify tells the language of text by its letters. Three words are right nine times in ten; of one word and of close kin
// (Bosnian, Croatian and Serbian; Malay and Indonesian) it is a guess. Figures are in language/model.md.
func Identify(text string) Guess {
	lang, p := model.Identify(text)
	return Guess{lang, p}
}

const (
	enoughLetters = 100  // from which on a text contradicts what is declared of it
	implausible   = 0.01 // probability of the declared language below which it does
	sure          = 0.8  // confidence from which on a guess is taken for what is not declared
)

// LanguageOf is the language of a text that is declared to be in one, as a tag (RFC 5646), or in none (""): the declaration as it
// stands, unless the text is plainly in another language, as under a template that nobody translated; else what Identify is
// fairly sure of, or "".
func LanguageOf(declared, text string) string {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			if letters++; letters == enoughLetters {
				break
			}
		}
	}
	best, p, own, known := "", 0.0, 0.0, false
	kin := kinOf(declared)
	model.Each(text, func(lang string, q float64) {
		if q > p {
			best, p = lang, q
		}
		if kin != "" && kinOf(lang) == kin {
			own, known = own+q, true
		}
	})
	if declared != "" {
		other := !known && (!model.Knows(primary(declared)) || best == "")
		if letters < enoughLetters || other || own >= implausible {
			return declared
		}
	}
	if p < sure || letters < enoughLetters/10 {
		return declared
	}
	return best
}

// primary is the language of a tag, by the code that the model has for it.
func primary(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	switch lang {
	case "nb", "nn":
		return "no"
	case "iw":
		return "he"
	case "in":
		return "id"
	case "ji":
		return "yi"
	case "fil":
		return "tl"
	case "kmr":
		return "ku"
	case "prs", "pes", "fas":
		return "fa"
	case "arb", "ara":
		return "ar"
	case "sh", "cnr":
		return "sr"
	case "zsm", "msa":
		return "ms"
	}
	return lang
}

// kinOf is one name for languages that a text of some length may be taken for one another of.
func kinOf(tag string) string {
	switch lang := primary(tag); lang {
	case "bs", "hr":
		return "sr"
	case "ms":
		return "id"
	default:
		return lang
	}
}

// script is a writing system: its ISO 15924 code and its letters.
type script struct {
	code  string
	table *unicode.RangeTable
	rtl   bool
}

// scripts are those that Script tells apart, the commonest first; of two with equally many letters the earlier one wins.
func scripts() []script {
	return []script{
		{"Latn", unicode.Latin, false}, {"Arab", unicode.Arabic, true}, {"Cyrl", unicode.Cyrillic, false},
		{"Hani", unicode.Han, false}, {"Deva", unicode.Devanagari, false}, {"Beng", unicode.Bengali, false},
		{"Hebr", unicode.Hebrew, true}, {"Grek", unicode.Greek, false}, {"Hira", unicode.Hiragana, false},
		{"Kana", unicode.Katakana, false}, {"Hang", unicode.Hangul, false}, {"Thai", unicode.Thai, false},
		{"Geor", unicode.Georgian, false}, {"Armn", unicode.Armenian, false}, {"Ethi", unicode.Ethiopic, false},
		{"Taml", unicode.Tamil, false}, {"Telu", unicode.Telugu, false}, {"Gujr", unicode.Gujarati, false},
		{"Guru", unicode.Gurmukhi, false}, {"Knda", unicode.Kannada, false}, {"Mlym", unicode.Malayalam, false},
		{"Sinh", unicode.Sinhala, false}, {"Mymr", unicode.Myanmar, false}, {"Khmr", unicode.Khmer, false},
		{"Laoo", unicode.Lao, false}, {"Tibt", unicode.Tibetan, false}, {"Mong", unicode.Mongolian, false},
		{"Syrc", unicode.Syriac, true}, {"Thaa", unicode.Thaana, true}, {"Nkoo", unicode.Nko, true},
		{"Adlm", unicode.Adlam, true},
	}
}

// scriptSample is how many letters Script looks at.
const scriptSample = 4096

// Script names the writing system most letters of s belong to, by its ISO 15924 code ("Latn", "Arab", "Cyrl", "Beng"), or "" when
// there is no letter of a known one. Text with kana is Japanese writing, "Jpan". It says nothing of the language: where a page
// declares one, that wins.
func Script(s string) string {
	code, _ := mainScript(s)
	return code
}

// Direction is "rtl" for text mostly in a script written from right to left, and "ltr" for all else.
func Direction(s string) string {
	if _, rtl := mainScript(s); rtl {
		return "rtl"
	}
	return "ltr"
}

func mainScript(s string) (code string, rtl bool) {
	known := scripts()
	counts := make([]int, len(known))
	last, letters := 0, 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		if letters++; letters > scriptSample {
			break
		}
		if unicode.Is(known[last].table, r) {
			counts[last]++
			continue
		}
		for i := range known {
			if unicode.Is(known[i].table, r) {
				counts[i]++
				last = i
				break
			}
		}
	}
	best, most := -1, 0
	han, kana := 0, 0
	for i, n := range counts {
		switch known[i].code {
		case "Hani":
			han = n
		case "Hira", "Kana":
			kana += n
		}
		if n > most {
			best, most = i, n
		}
	}
	switch {
	case kana > 0 && han+kana > most:
		return "Jpan", false
	case best < 0:
		return "", false
	}
	if c := known[best].code; c == "Hira" || c == "Kana" {
		return "Jpan", false
	}
	return known[best].code, known[best].rtl
}
