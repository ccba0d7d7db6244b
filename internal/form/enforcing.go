// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"strings"

	"iolaus/internal/legal"
)

// Enforcing makes the certificate with section M for the enforcing authority (Regulation (EU) 2023/1543, Article 8). What it gives is
// no Paper: it cannot be put into a letter to the addressee. Errors wrap ErrAct.
func Enforcing(a Act, c Confidential) (EnforcingPaper, error) {
	var out EnforcingPaper
	if a.Template.ID != "epoc" {
		return out, fault("/template/id", "only a production order has a section M", "use the template epoc")
	}
	if err := c.Check(); err != nil {
		return out, err
	}
	s, err := written(a)
	if err != nil {
		return out, err
	}
	f, _ := statutory(legal.FormEPOCSecret)
	s.add(block{kind: title, text: f.Title})
	for _, p := range f.Preamble {
		s.add(block{kind: lead, text: p})
	}
	for _, section := range f.Sections {
		s.add(block{kind: head, text: section.ID + ". " + section.Title})
		for _, x := range section.Fields {
			s.official(f, x, x.Label, c.Values[x.Key], c.Ticks)
		}
	}
	if out.PDF, err = s.pdf(); err != nil {
		return out, err
	}
	out.JSON, err = canonical(struct {
		Act    Act          `json:"act"`
		Secret Confidential `json:"section_m"`
	}{a.normal(), c})
	return out, err
}

// Names of the files of a document: the reference, made safe for every file system.
func fileName(ref string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, ref)
}

// FileName is the name of a document's file: "RO-2026-0001.pdf".
func FileName(a Act, ext string) string { return fileName(a.Ref) + ext }
