// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Columns names the columns of a file: Date "" is the first, Count "" the second; the others "": there is none.
type Columns struct {
	Date, Count, Offset, Compare, CompareOffset string
}

// MostBytes is how long a file may be.
const MostBytes = 16 << 20

// mostCount is how large a number in a file may be.
const mostCount = 1e12

// table reads a file of comma-separated values with a line of names: RFC 4180, a mark of byte order and lines that begin with # are passed over.
func table(r io.Reader, most int) (names []string, rows [][]string, lines []int, err error) {
	limited := &io.LimitedReader{R: r, N: MostBytes + 1}
	buffered := bufio.NewReader(limited)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3) // they were peeked at
	}
	c := csv.NewReader(buffered)
	c.Comment, c.TrimLeadingSpace, c.ReuseRecord = '#', true, false
	for {
		row, err := c.Read()
		if limited.N <= 0 {
			return nil, nil, nil, fmt.Errorf("the file is longer than %d bytes", MostBytes)
		}
		switch {
		case errors.Is(err, io.EOF) && names == nil:
			return nil, nil, nil, errors.New("the file is empty: it needs a line of names, then a line for each point")
		case errors.Is(err, io.EOF):
			return names, rows, lines, nil
		case err != nil:
			return nil, nil, nil, fmt.Errorf("read table: %w", err)
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if names == nil {
			for i, n := range row {
				if n == "" || slices.Contains(row[:i], n) {
					return nil, nil, nil, fmt.Errorf("line 1: column %d has no name of its own; the first line names the columns, as in date,count", i+1)
				}
			}
			names = row
			continue
		}
		line, _ := c.FieldPos(0)
		if len(rows) == most {
			return nil, nil, nil, fmt.Errorf("line %d: the file has more than %d lines", line, most)
		}
		rows, lines = append(rows, row), append(lines, line)
	}
}

// ReadSeries reads a series of counts. An error names line, what is wrong and what to do.
func ReadSeries(r io.Reader, of Columns) (Series, error) {
	names, rows, lines, err := table(r, MostPoints)
	if err != nil {
		return Series{}, err
	}
	find := func(name string, otherwise int) (int, error) {
		if name == "" {
			return otherwise, nil
		}
		if i := slices.Index(names, name); i >= 0 {
			return i, nil
		}
		return 0, fmt.Errorf("there is no column %.60q; the file has %.200s", name, strings.Join(names, ", "))
	}
	var at [5]int
	for n, c := range []struct {
		name string
		or   int
	}{{of.Date, 0}, {of.Count, 1}, {of.Offset, -1}, {of.Compare, -1}, {of.CompareOffset, -1}} {
		if at[n], err = find(c.name, c.or); err != nil {
			return Series{}, err
		}
	}
	if at[1] >= len(names) {
		return Series{}, errors.New("line 1: there is no column of counts beside the dates")
	}
	if len(rows) == 0 {
		return Series{}, errors.New("the file has names of columns and no point")
	}
	s := Series{Name: names[at[1]]}
	if at[3] >= 0 {
		s.Beside = names[at[3]]
	}
	days := make([]time.Time, len(rows))
	monthly := len(rows[0][at[0]]) == len("2006-01")
	for i, row := range rows {
		if days[i], err = day(row[at[0]], monthly); err != nil {
			return Series{}, fmt.Errorf("line %d: %w", lines[i], err)
		}
		for n, into := range []struct {
			to    *[]float64
			count bool
		}{1: {&s.Counts, true}, {&s.Offset, false}, {&s.Other, true}, {&s.OtherOf, false}} {
			if n == 0 || at[n] < 0 {
				continue
			}
			v, err := number(row[at[n]], into.count)
			if err != nil {
				return Series{}, fmt.Errorf("line %d, column %s: %w", lines[i], names[at[n]], err)
			}
			*into.to = append(*into.to, v)
		}
	}
	return s, s.dated(days, lines, monthly)
}

func day(text string, monthly bool) (time.Time, error) {
	layout, like := time.DateOnly, "2026-04-25"
	if monthly {
		layout, like = "2006-01", "2026-04"
	}
	t, err := time.Parse(layout, text)
	switch {
	case err != nil:
		return t, fmt.Errorf("%.40q is no date; write it as %s, as all the others", text, like)
	case t.Year() < 1900 || t.Year() > 2200:
		return t, fmt.Errorf("%s is no date of a count", text)
	}
	return t, nil
}

func number(text string, count bool) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return 0, errors.New("there is no number; a day on which nothing was counted is 0, one on which nobody counted is a gap, and the series ends before it")
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%.40q is no number", text)
	case v > mostCount:
		return 0, fmt.Errorf("%.40s is too large: at most %g", text, mostCount)
	case count && v < 0:
		return 0, fmt.Errorf("%.40s is less than 0; a count is not", text)
	case count && v != math.Trunc(v):
		return 0, fmt.Errorf("%.40s is no whole number; give counts, and what they are out of in a column of its own", text)
	case !count && v <= 0:
		return 0, fmt.Errorf("%.40s is not above 0; nothing can be counted out of it", text)
	}
	return v, nil
}

// dated finds out how far the points are apart, and that none is missing, double or out of order.
func (s *Series) dated(days []time.Time, lines []int, monthly bool) error {
	s.Start, s.Step = days[0], Days
	for i := 1; i < len(days); i++ {
		switch {
		case days[i].Equal(days[i-1]):
			return fmt.Errorf("line %d: %s is there twice; add the two up, or leave one out", lines[i], show(days[i], monthly))
		case days[i].Before(days[i-1]):
			return fmt.Errorf("line %d: %s comes after %s; sort the lines by date", lines[i], show(days[i], monthly), show(days[i-1], monthly))
		}
	}
	switch {
	case monthly:
		s.Step = Months
	case len(days) > 1 && days[1].Equal(days[0].AddDate(0, 0, 7)):
		s.Step = Weeks
	case len(days) > 2 && days[0].Day() == 1 && days[1].Day() == 1 && days[2].Day() == 1:
		s.Step = Months
	}
	for i, d := range days {
		if want := s.At(i); !d.Equal(want) {
			return fmt.Errorf("line %d: %s is missing: %s follows %s in a series of %ss; a gap is not 0, so fill it or begin after it",
				lines[i], show(want, monthly), show(d, monthly), show(days[i-1], monthly), s.Step)
		}
	}
	return nil
}

func show(t time.Time, monthly bool) string {
	if monthly {
		return t.Format("2006-01")
	}
	return t.Format(time.DateOnly)
}
