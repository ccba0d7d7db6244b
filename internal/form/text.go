// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// A setter sets text: it chooses typefaces, joins letters, orders what runs from right to left and breaks lines. Not for use by many
// at once.
type setter struct {
	fonts  [typefaces]*typeface
	faces  [typefaces]*font.Face
	index  map[*font.Font]int
	shaper shaping.HarfbuzzShaper
	wrap   shaping.LineWrapper
	split  shaping.Segmenter
	bidi   bidi.Paragraph
	drawn  [typefaces]map[int]drawn // by number in the document
	extra  [typefaces]map[drawn]int // of glyphs that stand for something else, too: numbers after those of the typeface
	beyond bool                     // a character was met that no typeface has
}

func newSetter() *setter {
	s := &setter{fonts: built(), index: map[*font.Font]int{}}
	for n, f := range s.fonts {
		s.faces[n], s.index[f.font], s.drawn[n], s.extra[n] = font.NewFace(f.font), n, map[int]drawn{}, map[drawn]int{}
	}
	return s
}

// drawn is a glyph as a document has it: an outline of the typeface, the text that it stands for, its width in thousandths. One outline
// may stand for two texts, such as a letter that two languages write alike; then it is there twice, or readers would confuse them.
type drawn struct {
	of    int // blank: nothing to see
	text  string
	width int
}

const blank = -1

// number gives a glyph its number in the document.
func (s *setter) number(face int, d drawn) int {
	if d.of != blank {
		if was, used := s.drawn[face][d.of]; !used || was == d {
			s.drawn[face][d.of] = d
			return d.of
		}
	}
	n, known := s.extra[face][d]
	if !known {
		n = s.fonts[face].glyphs + len(s.extra[face])
		s.extra[face][d], s.drawn[face][n] = n, d
	}
	return n
}

// units is the size at which text is shaped: an advance is then in thousandths of the size in which it is drawn.
const units = 1000

// A line is one line of set text: pieces in the order in which they are read. A word that runs from right to left is a piece.
type line struct {
	runs  []run
	width float64 // in thousandths
	right bool    // it belongs to a paragraph that runs from right to left
}

type run struct {
	face   int
	glyphs []glyph
	x      float64 // from the left end of the line, in thousandths
	at     int     // its first character in the paragraph
}

// A glyph is drawn at x, y from where the one before ended; both and its advance are in thousandths. width is what a reader takes for
// its advance.
type glyph struct {
	id            int
	x, y, advance float64
	width         int
}

// A choice is the typefaces for a text, best first.
type choice struct {
	*setter
	heavy bool
}

func (c choice) ResolveFace(r rune) *font.Face {
	order := []int{plain, arabic, hebrew}
	if c.heavy {
		order = []int{bold, arabic, hebrew}
	}
	for _, n := range order {
		if _, has := c.faces[n].NominalGlyph(r); has {
			return c.faces[n]
		}
	}
	return c.faces[order[0]]
}

// drawable replaces what no typeface has by its code point, so that nothing is lost without a word.
func (s *setter) drawable(text string) []rune {
	out := make([]rune, 0, len(text))
	for _, r := range text {
		switch {
		case r == '\t':
			out = append(out, ' ')
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r), s.has(r):
			out = append(out, r)
		default:
			s.beyond = true
			out = append(out, []rune(fmt.Sprintf("[U+%04X]", r))...)
		}
	}
	return out
}

func (s *setter) has(r rune) bool {
	for _, f := range s.faces {
		if _, ok := f.NominalGlyph(r); ok {
			return true
		}
	}
	return false
}

// set breaks one paragraph into lines of at most so many thousandths. lang is the text's language; it decides the forms of letters
// where languages differ (Bulgarian, Persian).
func (s *setter) set(text, lang string, heavy bool, width float64) []line {
	var lines []line
	for part := range strings.SplitSeq(text, "\n") {
		lines = append(lines, s.paragraph(s.drawable(part), lang, heavy, width)...)
	}
	return lines
}

func (s *setter) paragraph(text []rune, lang string, heavy bool, width float64) []line {
	if len(text) == 0 {
		return []line{{}}
	}
	way := di.DirectionLTR
	if rightToLeft(text) {
		way = di.DirectionRTL
	}
	in := shaping.Input{Text: text, RunEnd: len(text), Direction: way, Size: fixed.I(units), Language: language.NewLanguage(lang)}
	var shaped []shaping.Output
	levels := s.levels(text, way)
	for _, part := range s.split.Split(in, choice{s, heavy}) {
		for _, p := range byLevel(part, levels) {
			shaped = append(shaped, s.shaper.ShapeNoExtents(p))
		}
	}
	broken, _ := s.wrap.WrapParagraphF(shaping.WrapConfig{Direction: way, DisableTrailingWhitespaceTrim: true}, fixed.Int26_6(width*64), text, shaping.NewSliceIterator(shaped))
	var lines []line
	for _, b := range broken {
		l := line{right: way == di.DirectionRTL}
		for _, o := range visual(b, levels) {
			for _, r := range s.pieces(o, text) {
				r.x = l.width
				for _, g := range r.glyphs {
					l.width += g.advance
				}
				l.runs = append(l.runs, r)
			}
		}
		slices.SortStableFunc(l.runs, func(a, b run) int { return a.at - b.at })
		lines = append(lines, l)
	}
	return lines
}

// rightToLeft reports whether the first letter with a direction runs from right to left.
func rightToLeft(text []rune) bool {
	for _, r := range text {
		if unicode.Is(unicode.Arabic, r) || unicode.Is(unicode.Hebrew, r) || unicode.Is(unicode.Syriac, r) || unicode.Is(unicode.Thaana, r) {
			return true
		}
		if unicode.IsLetter(r) {
			return false
		}
	}
	return false
}

func (s *setter) levels(text []rune, way di.Direction) []int {
	from := bidi.LeftToRight
	if way == di.DirectionRTL {
		from = bidi.RightToLeft
	}
	runs := s.bidi.Segment(text, from)
	levels := make([]int, len(text))
	at := 0
	for n := range runs.NumRuns() {
		r := runs.Run(n)
		for ; at < r.End && at < len(levels); at++ {
			levels[at] = int(r.Level)
		}
	}
	return levels
}

// byLevel cuts what is to be shaped where the level of direction changes: a number in Arabic text may stand beside Latin text.
func byLevel(in shaping.Input, levels []int) []shaping.Input {
	var list []shaping.Input
	for from := in.RunStart; from < in.RunEnd; {
		to := from + 1
		for to < in.RunEnd && levels[to] == levels[from] {
			to++
		}
		part := in
		part.RunStart, part.RunEnd = from, to
		list = append(list, part)
		from = to
	}
	return list
}

// visual orders the runs of a line from left to right (UAX #9, rule L2).
func visual(l shaping.Line, levels []int) []shaping.Output {
	out := slices.Clone([]shaping.Output(l))
	slices.SortStableFunc(out, func(a, b shaping.Output) int { return a.Runes.Offset - b.Runes.Offset })
	level := func(o shaping.Output) int {
		n := 0
		if o.Runes.Offset < len(levels) {
			n = levels[o.Runes.Offset]
		}
		if odd := o.Direction.Progression() == di.TowardTopLeft; odd != (n%2 == 1) { // shaped the other way round: never for text that was split by level
			n++
		}
		return n
	}
	highest := 0
	for _, o := range out {
		highest = max(highest, level(o))
	}
	for n := highest; n > 0; n-- {
		for i := 0; i < len(out); {
			if level(out[i]) < n {
				i++
				continue
			}
			j := i
			for j < len(out) && level(out[j]) >= n {
				j++
			}
			slices.Reverse(out[i:j])
			i = j
		}
	}
	return out
}

func thousandths(v fixed.Int26_6) float64 { return float64(v) / 64 }

// pieces takes a shaped run over, from left to right, and says which text each glyph stands for.
func (s *setter) pieces(o shaping.Output, text []rune) []run {
	face, back := s.index[o.Face.Font], o.Direction.Progression() == di.TowardTopLeft
	list := []run{{face: face, at: o.Runes.Offset}}
	for i := 0; i < len(o.Glyphs); {
		j := i + 1
		for j < len(o.Glyphs) && o.Glyphs[j].TextIndex() == o.Glyphs[i].TextIndex() {
			j++
		}
		from := o.Glyphs[i].TextIndex()
		cluster := text[from:min(from+o.Glyphs[i].RunesCount(), len(text))]
		last := &list[len(list)-1]
		if back && len(last.glyphs) > 0 && cluster[0] == ' ' { // a space begins a piece, and belongs to the word left of it
			list = append(list, run{face: face})
			last = &list[len(list)-1]
		}
		if back {
			last.at = from
		}
		base := 0
		for n := i; n < j; n++ {
			if o.Glyphs[n].Advance > o.Glyphs[i+base].Advance {
				base = n - i
			}
		}
		for n := i; n < j; n++ { // what is added to a letter says nothing by itself: readers would put it beside another one
			var t []rune
			if n-i == base {
				t = cluster
			}
			last.glyphs = append(last.glyphs, s.place(face, o.Glyphs[n], t, back)...)
		}
		i = j
	}
	if back {
		s.fence(list, text[o.Runes.Offset:o.Runes.Offset+o.Runes.Count])
	}
	return list
}

// fence puts an invisible mark at the ends of what runs from right to left and does not end in a letter: some readers take a space or a
// bracket there for a part of the Latin text or the number beside it.
func (s *setter) fence(list []run, text []rune) {
	if len(text) == 0 || len(list[0].glyphs) == 0 {
		return
	}
	const mark = "\u200f"
	first, last := &list[0], &list[len(list)-1]
	one := glyph{s.number(first.face, drawn{blank, mark, 1}), 0, 0, 1, 1}
	if !unicode.IsLetter(text[len(text)-1]) {
		first.glyphs = append([]glyph{one}, first.glyphs...)
	}
	if !unicode.IsLetter(text[0]) {
		last.glyphs = append(last.glyphs, one)
	}
}

// place makes a glyph. Readers put the characters of one glyph from left to right and then turn what runs from right to left: one that
// stands for several gets help from blank ones to its right, one for each character but the last.
func (s *setter) place(face int, g shaping.Glyph, text []rune, back bool) []glyph {
	width := s.fonts[face].widths[g.GlyphID]
	x, y, advance := thousandths(g.XOffset), thousandths(g.YOffset), thousandths(g.Advance)
	if !back || len(text) < 2 {
		return []glyph{{s.number(face, drawn{int(g.GlyphID), string(text), width}), x, y, advance, width}}
	}
	each := width / len(text)
	first := width - each*(len(text)-1)
	out := []glyph{{s.number(face, drawn{int(g.GlyphID), string(text[len(text)-1]), first}), x, y, float64(first), first}}
	for n := len(text) - 2; n >= 0; n-- {
		out = append(out, glyph{s.number(face, drawn{blank, string(text[n]), each}), 0, y, float64(each), each})
	}
	out[len(out)-1].advance += advance - float64(width)
	return out
}
