// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// MaxTermFile bounds a file of terms, in bytes; MaxTermsRead the terms of one file.
const (
	MaxTermFile  = 32 << 20
	MaxTermsRead = 500_000
)

// A TermLine is a line of a file that is no term, and why.
type TermLine struct {
	Line int // from 1
	Why  string
}

func (l TermLine) String() string { return fmt.Sprintf("line %d: %s", l.Line, l.Why) }

// termColumns are the columns of a CSV file of terms. Only text must be there; state is written, and read by nobody.
const termColumns = "text,lang,note,state"

// ReadTerms reads a file of terms: a term a line, where empty lines and lines that begin with # say nothing; or CSV whose first line
// names its columns, text and, if it likes, lang and note. lang is the language of those that name none. What is no term comes back by
// line. A term that stands twice is read once. The error is of kind Invalid when the file as a whole cannot be read.
func ReadTerms(r io.Reader, lang string) (terms []Term, wrong []TermLine, err error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxTermFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read terms: %w: %w", Unavailable, err)
	}
	if len(b) > MaxTermFile {
		return nil, nil, Refuse(Invalid, "the file is too large", "part it into files of 32 MB")
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	f := termFile{check: TermCheck(), seen: map[[2]string]bool{}, lang: lang}
	if first, _, _ := bytes.Cut(b, []byte("\n")); slices.Contains(columnsOf(string(first)), "text") && bytes.ContainsRune(first, ',') || strings.TrimSpace(strings.ToLower(string(first))) == "text" {
		err = f.table(b)
	} else {
		f.lines(b)
	}
	switch {
	case err != nil:
		return nil, nil, err
	case len(f.terms) > MaxTermsRead:
		return nil, nil, Refuse(Invalid, "the file has more than 500,000 terms", "part it into several lists")
	case len(f.terms)+len(f.wrong) == 0:
		return nil, nil, Refuse(Invalid, "the file has no terms", "write a term on each line")
	}
	return f.terms, f.wrong, nil
}

func columnsOf(line string) []string {
	cols := strings.Split(strings.ToLower(line), ",")
	for n := range cols {
		cols[n] = strings.Trim(cols[n], " \t\r\"")
	}
	return cols
}

type termFile struct {
	check func(Term) error
	seen  map[[2]string]bool
	lang  string
	terms []Term
	wrong []TermLine
}

func (f *termFile) add(line int, t Term) {
	t.Text, t.Lang, t.Note = strings.TrimSpace(t.Text), strings.TrimSpace(t.Lang), strings.TrimSpace(t.Note)
	if t.Lang == "" {
		t.Lang = f.lang
	}
	if err := f.check(t); err != nil {
		f.wrong = append(f.wrong, TermLine{line, err.Error()})
		return
	}
	if key := [2]string{t.Text, t.Lang}; !f.seen[key] {
		f.seen[key] = true
		f.terms = append(f.terms, t)
	}
}

func (f *termFile) lines(b []byte) {
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, MaxTermFile)
	for n := 1; s.Scan(); n++ {
		if text := strings.TrimSpace(s.Text()); text != "" && !strings.HasPrefix(text, "#") {
			f.add(n, Term{Text: text})
		}
	}
}

func (f *termFile) table(b []byte) error {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	head, err := r.Read()
	if err != nil {
		return Refuse(Invalid, "the first line is no row of column names: "+err.Error(), "begin with: text,lang,note")
	}
	cols := columnsOf(strings.Join(head, ","))
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			f.wrong = append(f.wrong, TermLine{broken.StartLine, "the quotation marks do not fit: " + broken.Err.Error()})
			continue
		}
		if err != nil {
			return fmt.Errorf("read terms: %w: %w", Invalid, err)
		}
		line, _ := r.FieldPos(0)
		if len(row) > len(cols) {
			f.wrong = append(f.wrong, TermLine{line, fmt.Sprintf("it has %d fields, the first line names %d", len(row), len(cols))})
			continue
		}
		var t Term
		for n, v := range row {
			switch cols[n] {
			case "text":
				t.Text = v
			case "lang":
				t.Lang = v
			case "note":
				t.Note = v
			}
		}
		f.add(line, t)
	}
}

// WriteTerms writes terms as CSV that ReadTerms reads; withdrawn ones are left out.
func WriteTerms(w io.Writer, terms []Term) error {
	c := csv.NewWriter(w)
	if err := c.Write(strings.Split(termColumns, ",")); err != nil {
		return err
	}
	for _, t := range terms {
		if t.State == TermWithdrawn {
			continue
		}
		if err := c.Write([]string{t.Text, t.Lang, t.Note, string(t.State)}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
