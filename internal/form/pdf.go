// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// styles of the blocks: structure, size and leading in points.
var styles = map[blockKind]style{
	title: {tag: "H1", size: 16, leading: 21, heavy: true, keep: true},
	lead:  {tag: "P", size: 10, leading: 14, above: 5},
	head:  {tag: "H2", size: 11.5, leading: 15, heavy: true, above: 13, keep: true},
	field: {tag: "P", size: 10, leading: 14, above: 3},
	para:  {tag: "P", size: 10, leading: 14, above: 4},
	quote: {tag: "BlockQuote", size: 10, leading: 14, indent: 16, above: 4},
	box:   {tag: "P", size: 10, leading: 14, indent: 10, above: 2},
}

// PDF is the document of an act: A4, tagged, with its text extractable in reading order; not signed. The same act gives the same
// bytes. Errors wrap ErrAct.
func PDF(a Act) ([]byte, error) {
	s, err := written(a)
	if err != nil {
		return nil, err
	}
	return s.pdf()
}

func (s *sheet) pdf() ([]byte, error) {
	p := &pen{setter: newSetter()}
	for _, b := range s.blocks {
		p.block(b, s.Lang)
	}
	if p.beyond {
		p.block(block{kind: para, text: of(s.Say, "beyond")}, s.Lang)
	}
	facts, err := JSON(s.act)
	if err != nil {
		return nil, err
	}
	return p.finish(s.act, s.words, s.blocks[0].text, facts), nil
}

// block writes one block; lang is the document's.
func (p *pen) block(b block, lang string) {
	look, own := styles[b.kind], b.lang
	if own == "" {
		own = lang
	}
	switch b.kind {
	case field:
		if short := !strings.Contains(b.text, "\n") && len([]rune(b.label))+len([]rune(b.text)) < 90 && !rightToLeft([]rune(b.text)); short {
			p.write(look, lang, span{text: b.label + ": " + b.text, lang: lang})
			return
		}
		p.write(style{tag: "P", size: look.size, leading: look.leading, above: look.above, heavy: true, keep: true}, lang, span{text: b.label + ":", lang: lang})
		p.write(style{tag: "P", size: look.size, leading: look.leading, indent: 10}, tagOf(own, lang), span{text: b.text, lang: own})
	case quote:
		p.write(style{tag: "P", size: look.size, leading: look.leading, above: look.above, heavy: true, keep: true}, lang, span{text: b.label + ":", lang: lang})
		p.write(look, tagOf(own, lang), span{text: b.text, lang: own})
	case box:
		p.write(look, lang, span{text: tick(b.on) + " " + b.text, lang: lang})
	case title, lead, head, para:
		p.write(look, tagOf(own, lang), span{text: b.text, lang: own})
	}
}

// tagOf is the language that an element names: none where it is the document's.
func tagOf(own, document string) string {
	if own == document {
		return ""
	}
	return own
}

// running puts reference, handling codes and page number on each page, marked as no part of the text.
func (p *pen) running(a Act, w words) {
	small := func(g *page, text string, y float64, end bool) {
		for _, l := range p.set(text, w.Lang, false, textWidth/8*units)[:1] {
			x := left
			if end {
				x = pageWidth - right - l.width*8/units
			}
			g.draw(l, x, y, 8)
		}
	}
	for n, g := range p.pages {
		g.content.WriteString("/Artifact <</Type /Pagination>> BDC\n")
		small(g, a.Ref, pageHeight-44, false)
		small(g, a.Handling, pageHeight-44, true)
		small(g, a.Issuer.Name+", "+a.Issuer.Country, 36, false)
		small(g, fmt.Sprintf(of(w.Labels, "page"), n+1, len(p.pages)), 36, true)
		g.content.WriteString("EMC\n")
	}
}

// finish writes the file. Object 1 is the catalog and object 3 the first page: Sign knows them by that.
// facts is the record as JSON; it lies in the file, so that a program need not read what is printed.
func (p *pen) finish(a Act, w words, name string, facts []byte) []byte {
	p.running(a, w)
	f := &file{}
	catalog, tree := f.reserve(), f.reserve()
	var pages []int
	for range p.pages {
		pages = append(pages, f.reserve())
	}
	var fonts strings.Builder
	for n, t := range p.fonts {
		if len(p.drawn[n]) > 0 {
			fmt.Fprintf(&fonts, "/F%d %s ", n, ref(f.embed(t, p.drawn[n])))
		}
	}
	structure, document := f.reserve(), f.reserve()
	var elements []int
	parents := make([][]int, len(pages)) // element of each marked piece of a page
	for _, e := range p.marks {
		var kids []string
		id := f.reserve()
		for _, k := range e.pieces {
			kids = append(kids, fmt.Sprintf("<< /Type /MCR /Pg %s /MCID %d >>", ref(pages[k.page]), k.mark))
			parents[k.page] = append(parents[k.page], id)
		}
		figure := ""
		if e.alt != "" {
			figure = fmt.Sprintf(" /Alt %s /A << /O /Layout /BBox [%s %s %s %s] >>", pdfText(e.alt), number(e.box[0]), number(e.box[1]), number(e.box[2]), number(e.box[3]))
		}
		f.set(id, fmt.Sprintf("<< /Type /StructElem /S /%s /P %s%s%s /K [%s] >>", e.tag, ref(document), langEntry(e.lang), figure, strings.Join(kids, " ")))
		elements = append(elements, id)
	}
	var nums strings.Builder
	for n := range pages {
		fmt.Fprintf(&nums, "%d %s ", n, refs(parents[n]))
	}
	f.set(structure, fmt.Sprintf("<< /Type /StructTreeRoot /K %s /ParentTree << /Nums [%s] >> /ParentTreeNextKey %d >>", ref(document), strings.TrimSpace(nums.String()), len(pages)))
	f.set(document, fmt.Sprintf("<< /Type /StructElem /S /Document /P %s /K %s >>", ref(structure), refs(elements)))
	for n, g := range p.pages {
		content := f.add(stream("", []byte(g.content.String())))
		f.set(pages[n], fmt.Sprintf("<< /Type /Page /Parent %s /MediaBox [0 0 %s %s] /Resources << /Font << %s >> >> /Contents %s /StructParents %d /Tabs /S >>",
			ref(tree), number(pageWidth), number(pageHeight), strings.TrimSpace(fonts.String()), ref(content), n))
	}
	f.set(tree, fmt.Sprintf("<< /Type /Pages /Kids %s /Count %d >>", refs(pages), len(pages)))
	inside := f.add(stream(fmt.Sprintf("/Type /EmbeddedFile /Subtype /application#2Fjson /Params << /Size %d >>", len(facts)), facts))
	record := f.add(fmt.Sprintf("<< /Type /Filespec /F (facts.json) /UF (facts.json) /Desc (The facts of this document) /AFRelationship /Data /EF << /F %s >> >>", ref(inside)))
	f.set(catalog, fmt.Sprintf("<< /Type /Catalog /Pages %s /Lang %s /MarkInfo << /Marked true >> /StructTreeRoot %s /ViewerPreferences << /DisplayDocTitle true >> /Names << /EmbeddedFiles << /Names [(facts.json) %s] >> >> /AF [%s] >>",
		ref(tree), pdfText(w.Lang), ref(structure), ref(record), ref(record)))
	made := ""
	if !a.IssuedAt.IsZero() {
		at := a.IssuedAt.UTC().Format("20060102150405") + "Z"
		made = fmt.Sprintf(" /CreationDate (D:%s) /ModDate (D:%s)", at, at)
	}
	info := f.add(fmt.Sprintf("<< /Title %s /Author %s /Subject %s /Producer (Iolaus)%s >>", pdfText(a.Ref+": "+name), pdfText(a.Issuer.Name), pdfText(a.Ref), made))
	sum := sha256.New()
	for _, o := range f.objects {
		sum.Write([]byte(o))
	}
	return f.bytes(info, fmt.Sprintf("%x", sum.Sum(nil)[:16]))
}

// Render makes all that an addressee gets, not signed. Errors wrap ErrAct.
func Render(a Act) (Paper, error) {
	var p Paper
	var err error
	if p.Subject, p.Text, err = Mail(a); err != nil {
		return p, err
	}
	if p.JSON, err = JSON(a); err != nil {
		return p, err
	}
	p.PDF, err = PDF(a)
	return p, err
}

// Issue dates an act and says under which certificate it will be signed, "" for none. Everything else was approved and stays.
func Issue(a Act, at time.Time, signature string) Act {
	a.IssuedAt, a.Signature = at.UTC().Truncate(time.Second), signature
	return a
}
