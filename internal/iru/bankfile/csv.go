// SPDX-License-Identifier: EUPL-1.2

package bankfile

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

// The columns of the exchange tools' CSV. Only the first two must be there.
var columns = []string{"signal_type", "signal_str", "collab", "category", "tags"}

// Words before a tag that keep what CSV has in columns of its own.
const (
	collabTag   = "collab:"
	categoryTag = "category:"
)

// innocuous is the category of what a source found to be harmless.
const innocuous = "innocuous_content"

func readCSV(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		c := csv.NewReader(r)
		c.FieldsPerRecord, c.ReuseRecord = -1, true
		var at []int // of each column in the file, -1 where it is not there
		for {
			rec, err := c.Read()
			if err == io.EOF {
				return
			}
			var pe *csv.ParseError
			switch {
			case errors.As(err, &pe):
				if !yield(Row{Line: pe.StartLine, Err: iru.Refuse(iru.Invalid, "its quotes do not close as CSV asks for", "quote a field whole, and write a quote within it twice")}, nil) {
					return
				}
				continue
			case err != nil:
				line, _ := c.FieldPos(0)
				yield(Row{}, unread(line, err))
				return
			}
			line, _ := c.FieldPos(0)
			if at == nil {
				if at = header(rec); at == nil {
					yield(Row{}, unread(line, "the first line does not name the columns signal_type and signal_str"))
					return
				}
				continue
			}
			if !yield(csvRow(line, rec, at), nil) {
				return
			}
		}
	}
}

func header(rec []string) []int {
	at := make([]int, len(columns))
	for i, name := range columns {
		at[i] = slices.IndexFunc(rec, func(s string) bool {
			return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")), name)
		})
	}
	if at[0] < 0 || at[1] < 0 {
		return nil
	}
	return at
}

func csvRow(line int, rec []string, at []int) Row {
	row := Row{Line: line}
	field := func(i int) string {
		if at[i] < 0 || at[i] >= len(rec) {
			return ""
		}
		return strings.TrimSpace(rec[at[i]])
	}
	if at[0] >= len(rec) || at[1] >= len(rec) {
		row.Err = iru.Refuse(iru.Invalid, "it has fewer fields than its first line names", "fill in the signal type and the signal")
		return row
	}
	s, err := Signal(field(0), field(1))
	if err != nil {
		row.Err = err
		return row
	}
	tags := strings.FieldsFunc(field(4), func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	if v := field(2); v != "" {
		tags = append(tags, collabTag+v)
	}
	if v := field(3); v != "" {
		tags = append(tags, categoryTag+v)
		if strings.EqualFold(v, innocuous) {
			row.Known.Finding = string(iru.FindNoAction)
		}
	}
	if row.Known.Tags, row.Err = tidy(tags...); row.Err == nil {
		row.Known.Signals = []iru.Signal{s}
	}
	return row
}
