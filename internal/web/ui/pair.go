// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strings"
)

// A Span is a stretch of a paragraph: plain, marked as a term hit, or a defanged address.
type Span struct {
	Text string
	Mark bool
	Addr bool
}

// A Passage is text in one language.
type Passage struct {
	Lang       string // BCP 47; empty: not known
	Paragraphs [][]Span
}

// Paragraphs makes a passage of plain text: a blank line ends a paragraph.
func Paragraphs(lang, text string) Passage {
	p := Passage{Lang: lang}
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			p.Paragraphs = append(p.Paragraphs, []Span{{Text: part}})
		}
	}
	return p
}

// Render implements templ.Component: the paragraphs in a block with their language and direction.
func (p Passage) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }

// A Pair is an original and its translation, the original first.
type Pair struct {
	Original    Passage
	Source      string // "Arabic, extracted from the page"
	Translation Passage
	Engine      string // "engine local-2, 08:52"
	Verified    string // who verified it; empty: machine, unverified
}

// Render implements templ.Component.
func (p Pair) Render(ctx context.Context, w io.Writer) error { return p.view().Render(ctx, w) }
