// SPDX-License-Identifier: EUPL-1.2

package form

import "time"

// A Statement is a document that is no act: a report. Its words come from whoever makes it.
type Statement struct {
	Title    string
	Lead     string
	Lang     string // tag of its words
	Ref      string // on each page, and in the document's properties
	Handling string // on each page, at the end
	Issuer   string
	Country  string
	At       time.Time // of the facts; the zero time leaves the document undated
	Page     string    // "Page %d of %d"
	Parts    []StatementPart
	Record   []byte // the facts as JSON, which lie in the file
}

// A StatementPart is a heading with what stands under it.
type StatementPart struct {
	Head  string
	Lines []StatementLine
}

// A StatementLine is a label with its text, or text alone, or a drawing.
type StatementLine struct {
	Label, Text string
	Chart       *StatementChart
}

// StatementPDF makes the document: A4, tagged, its text extractable in reading order, not signed. The same statement gives the same bytes.
func StatementPDF(s Statement) []byte {
	p := &pen{setter: newSetter()}
	p.block(block{kind: title, text: s.Title}, s.Lang)
	if s.Lead != "" {
		p.block(block{kind: lead, text: s.Lead}, s.Lang)
	}
	for _, part := range s.Parts {
		if part.Head != "" {
			p.block(block{kind: head, text: part.Head}, s.Lang)
		}
		for _, l := range part.Lines {
			switch {
			case l.Chart != nil:
				p.chart(*l.Chart, s.Lang)
			case l.Label == "":
				p.block(block{kind: para, text: l.Text}, s.Lang)
			default:
				p.block(block{kind: field, label: l.Label, text: l.Text}, s.Lang)
			}
		}
	}
	a := Act{Ref: s.Ref, Handling: s.Handling, IssuedAt: s.At}
	a.Issuer.Name, a.Issuer.Country = s.Issuer, s.Country
	return p.finish(a, words{Lang: s.Lang, Labels: map[string]string{"page": s.Page}}, s.Title, s.Record)
}
