// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
)

// An A4 page in points (1/72 inch), and what is written how large.
const (
	pageWidth, pageHeight = 595.28, 841.89
	left, right           = 62.0, 62.0
	top, bottom           = 76.0, 66.0
	textWidth             = pageWidth - left - right
)

// A style is how a kind of block looks.
type style struct {
	tag     string // of the structure (ISO 32000-1, section 14.8.4)
	size    float64
	leading float64
	heavy   bool
	indent  float64
	above   float64
	keep    bool // with the next one on a page
}

// Letters of the Arabic script and of Hebrew are drawn larger, with more room.
const largerBy, roomierBy = 1.15, 1.3

// A pen writes blocks on pages.
type pen struct {
	*setter
	pages []*page
	y     float64 // of the last baseline
	marks []element
}

type page struct {
	content strings.Builder
	marks   []int // element of each marked piece, in their order
}

// An element is one block in the structure of the document.
type element struct {
	tag, lang string
	pieces    []piece
	alt       string     // of a figure: what it shows
	box       [4]float64 // of a figure: where it stands
}

// A piece is a marked piece of content on a page.
type piece struct{ page, mark int }

func (p *pen) newPage() *page {
	p.pages, p.y = append(p.pages, &page{}), pageHeight-top
	return p.pages[len(p.pages)-1]
}

// A span is text within a block that is set in one way.
type span struct {
	text, lang string
	heavy      bool
}

// write sets spans, each beginning a line of its own, as one element.
func (p *pen) write(s style, lang string, spans ...span) {
	e := element{tag: s.tag, lang: lang}
	y := s.above
	open := -1 // page of the open piece
	for _, sp := range spans {
		size, leading := s.size, s.leading
		if wide := []rune(sp.text); rightToLeft(wide) {
			size, leading = size*largerBy, leading*roomierBy
		}
		for _, l := range p.set(sp.text, sp.lang, s.heavy || sp.heavy, (textWidth-s.indent)/size*units) {
			need := leading
			if s.keep {
				need += 3 * leading
			}
			if len(p.pages) == 0 || p.y-y-need < bottom {
				if open >= 0 {
					p.pages[open].content.WriteString("EMC\n")
				}
				p.newPage()
				open, y = -1, 0
			}
			at := p.pages[len(p.pages)-1]
			if open < 0 {
				open = len(p.pages) - 1
				e.pieces = append(e.pieces, piece{open, len(at.marks)})
				fmt.Fprintf(&at.content, "/%s <</MCID %d%s>> BDC\n", s.tag, len(at.marks), langEntry(lang))
				at.marks = append(at.marks, len(p.marks))
			}
			p.y -= y + leading
			y = 0
			x := left + s.indent
			if l.right {
				x = pageWidth - right - l.width*size/units
			}
			at.draw(l, x, p.y, size)
		}
	}
	if open >= 0 {
		p.pages[open].content.WriteString("EMC\n")
		p.marks = append(p.marks, e)
	}
}

func langEntry(lang string) string {
	if lang == "" {
		return ""
	}
	return " /Lang " + pdfText(lang)
}

// draw shows a line with its left end at x. Each glyph is put where the shaper wants it. Pieces come in the order in which they are read.
func (g *page) draw(l line, x, y, size float64) {
	c := &g.content
	for _, r := range l.runs {
		if len(r.glyphs) == 0 {
			continue
		}
		fmt.Fprintf(c, "BT /F%d %s Tf 1 0 0 1 %s %s Tm [", r.face, number(size), number(x+r.x*size/units), number(y))
		rise, off := 0.0, 0.0 // off is how far the pen stands behind where the shaper wants it
		for _, gl := range r.glyphs {
			if gl.y != rise {
				rise = gl.y
				fmt.Fprintf(c, "] TJ %s Ts [", number(rise*size/units))
			}
			if move := off + gl.x; move > 0.4 || move < -0.4 {
				fmt.Fprintf(c, "%s", number(-move))
				off -= move
			}
			fmt.Fprintf(c, "<%04X>", gl.id)
			off += gl.advance - float64(gl.width)
		}
		c.WriteString("] TJ")
		if rise != 0 {
			c.WriteString(" 0 Ts")
		}
		c.WriteString(" ET\n")
	}
}
