// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"slices"
	"strings"
)

// keyboards are the rows of the layouts on which slips are made, each row half a key to the right of the one above.
var keyboards = [][]string{
	{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"},
	{"1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm"},
	{"1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"},
}

// beside are the keys that touch a key on any layout, each once.
func beside(c rune) []string {
	var out []string
	for _, rows := range keyboards {
		for r, row := range rows {
			i := strings.IndexRune(row, c)
			if i < 0 {
				continue
			}
			for _, k := range [][2]int{{r, i - 1}, {r, i + 1}, {r - 1, i}, {r - 1, i + 1}, {r + 1, i - 1}, {r + 1, i}} {
				if k[0] >= 0 && k[0] < len(rows) && k[1] >= 0 && k[1] < len(rows[k[0]]) {
					if s := rows[k[0]][k[1] : k[1]+1]; !slices.Contains(out, s) {
						out = append(out, s)
					}
				}
			}
		}
	}
	return out
}

// glyphs are what one letter is taken for. Which of them are tried is what dnstwist 20221213 tries, so that its users miss nothing; each is a
// letter with a mark, a hook or a stroke, a small capital, or a pair of letters that reads like one.
var glyphs = map[rune][]string{
	'0': {"o"}, '1': {"l", "i"}, '2': {"ƻ"}, '3': {"8"}, '5': {"ƽ"}, '6': {"9"}, '8': {"3"}, '9': {"6"},
	'a': each("àáâãäåăąǎȧəɑạ"),
	'b': append(each("dƅɓʙḃḅḇ"), "lb"),
	'c': each("eçćĉċčƈᴄ"),
	'd': append(each("bďđɖɗḋḍḏḑḓ"), "cl", "dl"),
	'e': each("cèéêëēĕėęěȩɇḛẹ"),
	'f': each("ƒḟ"),
	'g': each("qĝğġģǥǧǵɡɢ"),
	'h': append(each("ĥħȟɦḣḥḧḩḫẖⱨ"), "lh"),
	'i': each("1lìíïīĭıǐȋɨɩɪỉị"),
	'j': each("ĵǰɉʝ"),
	'k': append(each("ķᴋḳḵⱪ"), "lk", "ik", "lc"),
	'l': each("1iłɫ"),
	'm': append(each("nɱᴍḿṁṃ"), "nn", "rn", "rr"),
	'n': each("mrñńņňǹṅṇṉꞑ"),
	'o': each("0óöơȯᴏọỏ"),
	'p': each("ƥƿṕṗ"),
	'q': each("gʠ"),
	'r': each("ŕŗřȑȓɍɼɽɾʀṙṛṟ"),
	's': each("śŝšșʂṡṣꜱ"),
	't': each("ţŧƫțṫṭ"),
	'u': each("ùúûüũūŭůűųưǔȕȗʉᴜụ"),
	'v': each("ᴠᶌṽṿⱱⱴ"),
	'w': append(each("ŵᴡẁẃẅẇẉẘⱳ"), "vv"),
	'x': each("ẋẍ"),
	'y': each("ýÿŷƴȳɏʏẏỵỿ"),
	'z': each("źżƶʐᴢẓẕⱬ"),
}

func each(s string) []string { return strings.Split(s, "") }

// homoglyph replaces a letter within a run of characters, and does so again with what came out.
func (p parted) homoglyph(label func(string)) {
	once := map[string]bool{}
	mix := func(from []rune, into func(string)) {
		for w := 1; w < len(from); w++ {
			for i := 0; i+w <= len(from); i++ {
				pre, run, post := string(from[:i]), from[i:i+w], string(from[i+w:])
				for n, c := range run {
					if slices.Contains(run[:n], c) {
						continue
					}
					for _, g := range glyphs[c] {
						into(pre + strings.ReplaceAll(string(run), string(c), g) + post)
					}
				}
			}
		}
	}
	mix(p.label, func(s string) { once[s] = true })
	twice := map[string]bool{}
	for s := range once {
		mix([]rune(s), func(s string) { twice[s] = true })
	}
	for s := range once {
		label(s)
	}
	for s := range twice {
		if !once[s] {
			label(s)
		}
	}
}

// Scripts whose letters look like Latin ones, after the confusables of Unicode Technical Standard 39; the first is what dnstwist tries too.
var (
	cyrillic = alike("abcdeghijklmopqstvwxy", "аьсԁеԍһіјкӏморԛѕтѵԝху")
	greek    = alike("aegikmnoprtuvxyz", "αεɡικмηορгτυνχγζ")
	armenian = alike("ghnopqsuw", "ցհոօքզտսա")
	latin    = func() map[rune]rune {
		back := map[rune]rune{'у': 'y', 'ё': 'e', 'п': 'n', 'г': 'r', 'и': 'u', 'в': 'b', 'н': 'h', 'З': '3', 'ο': 'o', 'α': 'a', 'ν': 'v', 'ρ': 'p', 'υ': 'u'}
		for l, c := range cyrillic {
			back[c] = l
		}
		return back
	}()
)

// arabic are the letters that keyboards of Arabic, Persian and Urdu write differently and readers do not tell apart.
var arabic = map[rune]string{
	'ي': "یىې", 'ی': "يىې", 'ى': "يی", 'ك': "ک", 'ک': "ك", 'ه': "ةہەھ", 'ة': "ه", 'ا': "أإآ", 'أ': "ا", 'إ': "ا", 'آ': "ا", 'و': "ؤ", 'ؤ': "و",
}

func alike(from, to string) map[rune]rune {
	m, t := map[rune]rune{}, []rune(to)
	for n, c := range []rune(from) {
		m[c] = t[n]
	}
	return m
}

// whole replaces every character; false where one has no like.
func (p parted) whole(by map[rune]rune) (string, bool) {
	out := make([]rune, len(p.label))
	for i, c := range p.label {
		to, ok := by[c]
		if !ok {
			return "", false
		}
		out[i] = to
	}
	return string(out), true
}

// homograph writes the name in another script, letter by letter and as a whole, whatever script it is written in; digits and hyphens stay.
func (p parted) homograph(label func(string)) {
	for _, by := range []map[rune]rune{cyrillic, greek, armenian, latin} {
		all, changed := make([]rune, len(p.label)), 0
		for i, c := range p.label {
			all[i] = c
			if to, ok := by[c]; ok && to != c {
				all[i] = to
				changed++
				label(p.at(i, 1, string(to)))
			}
		}
		if changed > 1 { // as far as the script has letters for it
			label(string(all))
		}
	}
	for i, c := range p.label {
		for _, to := range arabic[c] {
			label(p.at(i, 1, string(to)))
		}
	}
	if s := strings.Map(func(r rune) rune { // one keyboard instead of the other throughout
		if to := arabic[r]; to != "" && strings.ContainsRune("يیكک", r) {
			return []rune(to)[0]
		}
		return r
	}, string(p.label)); s != string(p.label) {
		label(s)
	}
}
