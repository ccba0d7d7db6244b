// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

type termsCheck struct {
	File string `arg:"" help:"Text to look through, or - for standard input."`
	List string `help:"Look for the terms of this watch list only, muted or not." placeholder:"NAME"`
	JSON bool   `help:"A line of JSON for each hit." name:"json"`
	termsReader
}

// maxChecked bounds a text to look through, in bytes.
const maxChecked = 256 << 20

// A checkedHit is a hit as it is printed: lines and columns from 1, columns in characters, offsets in bytes of the file.
type checkedHit struct {
	List   string `json:"list"`
	Term   string `json:"term"`
	Lang   string `json:"lang,omitempty"`
	Note   string `json:"note,omitempty"`
	TLP    string `json:"handling"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Before string `json:"before"`
	Words  string `json:"words"`
	After  string `json:"after"`
}

// Run looks for terms in a text; nothing is stored.
func (a *termsCheck) Run(ctx context.Context, c *cli, e env) error {
	in, name, err := input(a.File, e)
	if err != nil {
		return err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, maxChecked+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > maxChecked {
		return iru.Refuse(iru.Invalid, name+" is larger than 256 MB", "part it")
	}
	return c.terms(ctx, e, func(s *termStore) error {
		sc, err := a.scope(ctx, s)
		if err != nil {
			return err
		}
		lists, terms, err := s.wanted(ctx, sc, a.List)
		if err != nil {
			return err
		}
		return a.look(string(b), lists, terms, e.stdout)
	})
}

// wanted reads the terms of a unit to look for.
func (s *termStore) wanted(ctx context.Context, sc iru.Scope, list string) (map[iru.TermListID]iru.TermList, map[iru.TermID]iru.Term, error) {
	lists, terms := map[iru.TermListID]iru.TermList{}, map[iru.TermID]iru.Term{}
	if list != "" {
		l, err := s.list(ctx, sc, list)
		if err != nil {
			return nil, nil, err
		}
		lists[l.ID] = l
	} else {
		err := s.db.View(ctx, func(t *db.Tx) error {
			ls, err := t.TermLists(ctx, sc)
			for _, l := range ls {
				if l.State == iru.TermActive {
					lists[l.ID] = l
				}
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	for id := range lists {
		err := s.each(ctx, sc, id, func(xs []iru.Term) error {
			for _, x := range xs {
				if x.State == iru.TermActive || list != "" && x.State == iru.TermMuted {
					terms[x.ID] = x
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return lists, terms, nil
}

func (a *termsCheck) look(text string, lists map[iru.TermListID]iru.TermList, terms map[iru.TermID]iru.Term, out io.Writer) error {
	all := make([]recognise.Term, 0, len(terms))
	for id, x := range terms {
		all = append(all, recognise.Term{ID: int64(id), Text: x.Text, Lang: x.Lang})
	}
	ts, err := recognise.CompileTerms(all)
	if err != nil {
		return fmt.Errorf("make terms ready: %w: %w", iru.Internal, err)
	}
	hits, found := 0, map[iru.TermID]bool{}
	at := place{text: text, line: 1}
	ts.Find(text, func(h recognise.TermHit) bool {
		x := terms[iru.TermID(h.Term)]
		l := lists[x.List]
		n := iru.NewTermHit(h, text)
		line, column := at.of(h.Start)
		hits++
		found[x.ID] = true
		if a.JSON {
			b, bad := json.Marshal(checkedHit{l.Name, x.Text, x.Lang, x.Note, l.Handling.String(), line, column, h.Start, h.End, n.Before, n.Words, n.After})
			if err = bad; err == nil {
				_, err = fmt.Fprintf(out, "%s\n", b)
			}
			return err == nil
		}
		_, err = fmt.Fprintf(out, "%d:%d (%d-%d) %s: %s\n    %s»%s«%s\n", line, column, h.Start, h.End, oneLine(l.Name), oneLine(x.Text), oneLine(n.Before), oneLine(n.Words), oneLine(n.After))
		return err == nil
	})
	if err == nil && !a.JSON {
		_, err = fmt.Fprintf(out, "%d hits of %d terms; %d terms of %d lists were looked for\n", hits, len(found), len(terms), len(lists))
	}
	return err
}

// A place knows where a line began: hits come nearly in order.
type place struct {
	text  string
	line  int // from 1
	begin int // of that line
	from  int // how far it was counted
}

func (p *place) of(offset int) (line, column int) {
	if offset < p.begin { // a longer term that began earlier
		p.line, p.begin, p.from = 1+strings.Count(p.text[:offset], "\n"), 1+strings.LastIndexByte(p.text[:offset], '\n'), offset
	}
	for p.from < offset {
		n := strings.IndexByte(p.text[p.from:offset], '\n')
		if n < 0 {
			break
		}
		p.from += n + 1
		p.line, p.begin = p.line+1, p.from
	}
	p.from = max(p.from, offset)
	return p.line, 1 + utf8.RuneCountInString(p.text[p.begin:offset])
}

// oneLine is text for a terminal: line breaks become spaces, and what could steer the terminal or turn the reading is left out.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}
