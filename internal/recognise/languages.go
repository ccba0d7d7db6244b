// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"slices"
	"strings"
	"unicode"
)

// maxLanguages is how many languages a text is said to have.
const maxLanguages = 6

// LanguagesOf are the languages of a text that is declared to be in one, or in none (""), the main one first: that of LanguageOf, and
// each in which a hundred letters of other paragraphs stand that are fairly surely of it. Tags are cut to the language (RFC 5646).
func LanguagesOf(declared, text string) []string {
	main := LanguageOf(declared, text)
	var out []string
	if main != "" {
		out = append(out, tag(main))
	}
	own := Script(text)
	others := map[string]*strings.Builder{} // lines by script: a short one tells its script, but not its language
	var scripts []string
	add := func(part string) {
		letters := 0
		for _, r := range part {
			if unicode.IsLetter(r) {
				letters++
			}
		}
		if letters < enoughLetters {
			return
		}
		if g := Identify(part); g.Confidence >= sure && len(out) < maxLanguages &&
			!slices.ContainsFunc(out, func(l string) bool { return kinOf(l) == kinOf(g.Lang) }) {
			out = append(out, g.Lang)
		}
	}
	for line := range strings.Lines(text) {
		s := Script(line)
		if s == "" || s == own {
			add(line)
			continue
		}
		if others[s] == nil {
			others[s] = &strings.Builder{}
			scripts = append(scripts, s)
		}
		others[s].WriteString(line)
	}
	for _, s := range scripts {
		add(others[s].String())
	}
	return out
}

// tag is the language of a tag as a filter compares it.
func tag(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	return lang
}
