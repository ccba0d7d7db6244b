// SPDX-License-Identifier: EUPL-1.2

package recognise

import "unicode"

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
