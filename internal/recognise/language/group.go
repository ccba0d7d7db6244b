// SPDX-License-Identifier: EUPL-1.2

package language

import (
	"slices"
	"unicode"
)

// Group is the languages of one script, among which a table of the model decides. A group of one needs no table.
type Group struct {
	Scripts []*unicode.RangeTable
	Langs   []string // ISO 639-1, or -3 where there is none
	Bits    int      // the table has 2^Bits rows
}

// Lanes is how many weights a row of the group's table has: a multiple of eight.
func (g *Group) Lanes() int { return (len(g.Langs) + 7) &^ 7 }

// Size is the bytes that the group takes in a model.
func (g *Group) Size() int {
	if len(g.Langs) == 1 {
		return 0
	}
	return scaleBytes + g.Lanes()<<g.Bits
}

// Groups are all languages that the model knows, by script, the commonest first. Nobody may change them.
func Groups() []Group { return groups }

func one(lang string, s ...*unicode.RangeTable) Group {
	return Group{Scripts: s, Langs: []string{lang}}
}

// groups is a constant in all but name: made anew for each text it would cost more than the text.
var groups = []Group{
	{[]*unicode.RangeTable{unicode.Latin}, []string{"en", "de", "fr", "es", "it", "pt", "nl", "tr", "id", "ms", "ku", "az", "uz", "sq",
		"bs", "hr", "sr", "sw", "so", "ha", "tl", "sv", "da", "no", "fi", "hu", "cs", "sk", "sl", "pl", "ro", "ca", "eu", "eo", "et", "lt",
		"lv", "cy", "vi", "af"}, 14},
	{[]*unicode.RangeTable{unicode.Arabic}, []string{"ar", "fa", "ur", "ckb", "ps", "ug"}, 13},
	{[]*unicode.RangeTable{unicode.Cyrillic}, []string{"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt", "uz", "ba", "cv"}, 13},
	{[]*unicode.RangeTable{unicode.Devanagari}, []string{"hi", "mr", "ne"}, 11},
	{[]*unicode.RangeTable{unicode.Bengali}, []string{"bn", "as"}, 11},
	{[]*unicode.RangeTable{unicode.Hebrew}, []string{"he", "yi"}, 11},
	{[]*unicode.RangeTable{unicode.Ethiopic}, []string{"am", "ti"}, 11},
	one("zh", unicode.Han), one("ja", unicode.Hiragana, unicode.Katakana), one("ko", unicode.Hangul), one("el", unicode.Greek),
	one("th", unicode.Thai), one("ka", unicode.Georgian), one("hy", unicode.Armenian), one("ta", unicode.Tamil),
	one("te", unicode.Telugu), one("gu", unicode.Gujarati), one("pa", unicode.Gurmukhi), one("kn", unicode.Kannada),
	one("ml", unicode.Malayalam), one("or", unicode.Oriya), one("si", unicode.Sinhala), one("my", unicode.Myanmar),
	one("km", unicode.Khmer), one("lo", unicode.Lao), one("bo", unicode.Tibetan), one("dv", unicode.Thaana), one("nqo", unicode.Nko),
	one("mn", unicode.Mongolian), one("syr", unicode.Syriac),
}

// Knows says whether the model can name the language.
func Knows(lang string) bool {
	return slices.ContainsFunc(Groups(), func(g Group) bool { return slices.Contains(g.Langs, lang) })
}
