// SPDX-License-Identifier: EUPL-1.2

package language

import (
	_ "embed"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed model.bin
var model string

// scaleBytes hold the group's scale, a little-endian float32, before its table. Tables follow each other in the order of Groups;
// a weight w of a table stands for (w-128)*scale.
const scaleBytes = 4

// minLetters is the fewest letters about which anything is said.
const minLetters = 2

// Identify names the most probable language of text and its probability among those of its script; "" and 0 where there are fewer
// than two letters, or most are of a script that it does not know.
func Identify(text string) (string, float64) {
	best, p := "", 0.0
	Each(text, func(lang string, q float64) {
		if q > p {
			best, p = lang, q
		}
	})
	return best, p
}

// Each calls yield with every language that is written in the script of most of text, and its probability among them. They are
// none where Identify cannot tell.
func Each(text string, yield func(lang string, p float64)) {
	text = text[:min(len(text), MaxBytes)]
	if !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	at, share := script(text)
	if at < 0 {
		return
	}
	g := &groups[at]
	if len(g.Langs) == 1 {
		yield(g.Langs[0], share)
		return
	}
	offset := 0
	for i := range at {
		offset += groups[i].Size()
	}
	g.score(model[offset:offset+g.Size()], text, yield)
}

// script finds the group most letters belong to, and its share of them. Japanese is Han letters among kana.
func script(text string) (int, float64) {
	counts := make([]int, len(groups))
	last, letters, han, kana := 0, 0, 0, 0
	for i := range groups {
		switch groups[i].Langs[0] {
		case "zh":
			han = i
		case "ja":
			kana = i
		}
	}
	Words(text, func(word []rune) bool {
		letters += len(word)
		for len(word) > 0 {
			n := len(word)
			if word[0] >= unspaced {
				n = 1
			}
			if !groups[last].In(word[0]) {
				last = max(0, slices.IndexFunc(groups, func(g Group) bool { return g.In(word[0]) }))
			}
			if groups[last].In(word[0]) {
				counts[last] += n
			}
			word = word[n:]
		}
		return letters < MaxLetters
	})
	// One kana in ten letters is more than a Chinese text ever quotes.
	if counts[kana]*10 > counts[han] {
		counts[kana] += counts[han]
		counts[han] = 0
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	if counts[best] < minLetters && !(counts[best] == 1 && best == han) {
		return -1, 0
	}
	return best, float64(counts[best]) / float64(letters)
}

// unspaced is where scripts begin that are written without spaces and mixed with each other; elsewhere a word is of the script of its
// first letter. It is the first block of East Asia (CJK Radicals Supplement).
const unspaced = 0x2e80

// even picks four of eight bytes, each with room for sums of 256 of them.
const even = 0x00ff00ff00ff00ff

// score adds up the rows of all features. Eight weights are added in two steps, four lanes of 16 bits each.
func (g *Group) score(table, text string, yield func(string, float64)) {
	scale := math.Float32frombits(uint32(table[0]) | uint32(table[1])<<8 | uint32(table[2])<<16 | uint32(table[3])<<24)
	table = table[scaleBytes:]
	lanes := g.Lanes()
	var totals [maxLanes]int64
	var low, high [maxLanes / 8]uint64
	pending, features, letters := 0, 0, 0
	spill := func() {
		for j := range lanes / 8 {
			for k := range 4 {
				totals[j*8+k*2] += int64(low[j] >> (16 * k) & 0xffff)
				totals[j*8+k*2+1] += int64(high[j] >> (16 * k) & 0xffff)
			}
			low[j], high[j] = 0, 0
		}
		pending = 0
	}
	buffer := make([]uint32, 0, longest*(maxWord+2)+1)
	Words(text, func(word []rune) bool {
		if !g.In(word[0]) {
			return true
		}
		letters += len(word)
		buffer = Features(word, buffer[:0])
		if pending+len(buffer) > 256 {
			spill()
		}
		pending += len(buffer)
		features += len(buffer)
		for _, h := range buffer {
			row := table[Row(h, g.Bits)*lanes:][:lanes]
			for j := 0; j < len(row)/8; j++ {
				w := load(row[j*8:])
				low[j] += w & even
				high[j] += w >> 8 & even
			}
		}
		return letters < MaxLetters
	})
	spill()
	if features == 0 {
		return
	}
	factor := float64(scale) / math.Sqrt(float64(features))
	best, sum := 0, 0.0
	for i := range g.Langs {
		if totals[i] > totals[best] {
			best = i
		}
	}
	for i := range g.Langs {
		sum += math.Exp(float64(totals[i]-totals[best]) * factor)
	}
	for i, lang := range g.Langs {
		yield(lang, math.Exp(float64(totals[i]-totals[best])*factor)/sum)
	}
}

// In says whether a letter is of the group's script.
func (g *Group) In(r rune) bool {
	if r < utf8.RuneSelf {
		return g.Scripts[0] == unicode.Latin
	}
	for _, t := range g.Scripts {
		if unicode.Is(t, r) {
			return true
		}
	}
	return false
}

// load reads eight bytes, the first lowest.
func load(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 |
		uint64(s[6])<<48 | uint64(s[7])<<56
}

// maxLanes is the most languages of one script.
const maxLanes = 40
