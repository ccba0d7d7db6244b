// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"regexp"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

var paragraphEnd = regexp.MustCompile(`(?:\r?\n){2,}`)

// passage is hostile text: its paragraphs in their own language and direction, the addresses in it defanged.
func passage(lang, text string) ui.Passage { return marked(lang, text, nil) }

// marked is passage with places of the text marked, each a first and a last byte, by where they begin. An address is not marked:
// it is written anew.
func marked(lang, text string, marks [][2]int) ui.Passage {
	p := ui.Passage{Lang: lang}
	text = cutText(text, maxShown)
	from := 0
	for _, end := range append(paragraphEnd.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		part := text[from:end[0]]
		begin := from + len(part) - len(strings.TrimLeft(part, " \t\r\n"))
		if part = strings.TrimSpace(part); part != "" {
			p.Paragraphs = append(p.Paragraphs, paragraph(part, begin, marks))
		}
		from = end[1]
	}
	return p
}

// paragraph is a part of a text that begins at a byte of it.
func paragraph(part string, begin int, marks [][2]int) []ui.Span {
	var out []ui.Span
	from := 0
	for _, at := range append(webAddress.FindAllStringIndex(part, -1), []int{len(part), len(part)}) {
		out = append(out, stretches(part[from:at[0]], begin+from, marks)...)
		address := strings.TrimRight(part[at[0]:at[1]], ".,;:!?)،؛")
		if address != "" {
			out = append(out, ui.Span{Text: defanged(address), Addr: true})
		}
		from = at[0] + len(address)
	}
	return out
}

// stretches parts plain text where marks begin and end; marks may overlap.
func stretches(part string, begin int, marks [][2]int) []ui.Span {
	var out []ui.Span
	add := func(from, to int, mark bool) {
		if from < to {
			out = append(out, ui.Span{Text: strings.ReplaceAll(part[from:to], "\r\n", "\n"), Mark: mark})
		}
	}
	done := 0
	for _, m := range marks {
		from, to := max(m[0]-begin, done), min(m[1]-begin, len(part))
		if from >= to {
			continue
		}
		add(done, from, false)
		add(from, to, true)
		done = to
	}
	add(done, len(part), false)
	return out
}

// places are where hits stand in a text, if it is the one that they were found in.
func places(text string, hits []iru.TermHit) [][2]int {
	var out [][2]int
	for _, h := range hits {
		if 0 <= h.Start && h.Start < h.End && h.End <= len(text) && text[h.Start:h.End] == h.Words {
			out = append(out, [2]int{h.Start, h.End})
		}
	}
	return out
}

// hitsIn reads where terms stand in an exhibit; without them its text is still worth showing.
func (v *visit) hitsIn(x iru.Exhibit) (hits []iru.TermHit) {
	err := v.read(func(t *db.Tx) error {
		var err error
		hits, err = t.TermHitsOf(v.ctx(), v.scope, x.ID)
		return err
	})
	if err != nil {
		v.opts.Log.Error("hits of exhibit not read", "exhibit", x.ID, "error", err.Error())
	}
	return hits
}

// shownHits is how many hits a page lists.
const shownHits = 100

// hitTable lists hits with the words around them as they were captured.
func hitTable(ctx context.Context, lang string, hits []iru.TermHit) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Terms of watch lists"), Columns: []ui.Column{{Title: ui.T(ctx, "Where it stands"), Foreign: true}, {Title: ui.T(ctx, "Term"), Head: true}, {Title: ui.T(ctx, "Watch list")}, {Title: ui.T(ctx, "Bytes"), NoWrap: true}, {Title: ui.T(ctx, "Handling codes"), NoWrap: true}}}
	for _, h := range hits[:min(len(hits), shownHits)] {
		around := h.Before + h.Words + h.After
		var spans []ui.Span
		for _, par := range marked(lang, around, [][2]int{{len(h.Before), len(h.Before) + len(h.Words)}}).Paragraphs {
			spans = append(append(spans, par...), ui.Span{Text: " "})
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Passage{Lang: lang, Paragraphs: [][]ui.Span{spans}}, termWords(h.Lang, h.Text), ui.Isolated(h.List), ui.Isolated(id(int64(h.Start))+"–"+id(int64(h.End))), ui.Text(h.Handling.String())))
	}
	return t
}

// termWords is a term in its language.
func termWords(lang, text string) templ.Component {
	if lang == "" {
		return ui.Isolated(text)
	}
	return ui.ForeignWord(lang, text)
}
