// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// mostMarks is how many lines a file of observations may have.
const mostMarks = 1_000_000

// A History is what a file of observations tells: heads, and on what they hang, column by column.
type History struct {
	Heads []Head
	On    []map[string]string // of each head: the name of what it hangs on, by column
	Over  []string            // those columns
	Until time.Time           // the last observation
}

// ReadHeads reads a file of observations: a column asset, one at (RFC 3339 or a date, UTC) and one state (up, down, unknown), in any order of columns; one
// follows, where there is one, names the asset whose place it took; every further column is something it hangs on, as registrar or host.
// IsHeads tells such a file from a series by its names.
func ReadHeads(r io.Reader) (History, error) {
	names, rows, lines, err := table(r, mostMarks)
	if err != nil {
		return History{}, err
	}
	var at [4]int
	for n, c := range []string{"asset", "at", "state", "follows"} {
		if at[n] = slices.Index(names, c); at[n] < 0 && n < 3 {
			return History{}, fmt.Errorf("there is no column %s; observations have asset, at and state", c)
		}
	}
	if len(rows) == 0 {
		return History{}, errors.New("the file has names of columns and no observation")
	}
	var h History
	for i, n := range names {
		if !slices.Contains(at[:], i) {
			h.Over = append(h.Over, n)
		}
	}
	index, follows := map[string]int{}, map[int]string{}
	for i, row := range rows {
		fail := func(err error) (History, error) { return History{}, fmt.Errorf("line %d: %w", lines[i], err) }
		name, state := row[at[0]], State(row[at[2]])
		t, err := moment(row[at[1]])
		switch {
		case name == "":
			return fail(errors.New("the asset has no name"))
		case err != nil:
			return fail(err)
		case state != Up && state != Down && state != Unknown:
			return fail(fmt.Errorf("%.40q is no state; it is up, down or unknown", state))
		}
		n, ok := index[name]
		if !ok {
			n = len(h.Heads)
			index[name] = n
			h.Heads = append(h.Heads, Head{Name: name, Follows: -1})
			h.On = append(h.On, map[string]string{})
		}
		x := &h.Heads[n]
		if l := len(x.Marks); l > 0 && !t.After(x.Marks[l-1].At) {
			return fail(fmt.Errorf("%s of %.60s is not after the line before it; sort the lines by time, one for each asset and time", row[at[1]], name))
		}
		x.Marks = append(x.Marks, Mark{At: t, State: state})
		if at[3] >= 0 && row[at[3]] != "" {
			follows[n] = row[at[3]]
		}
		for j, c := range names {
			if slices.Contains(h.Over, c) && row[j] != "" {
				h.On[n][c] = row[j]
			}
		}
		if t.After(h.Until) {
			h.Until = t
		}
	}
	for n, name := range follows {
		to, ok := index[name]
		if !ok || to == n {
			return History{}, fmt.Errorf("%.60s follows %.60s, which is no other asset of the file", h.Heads[n].Name, name)
		}
		h.Heads[n].Follows = to
	}
	return h, nil
}

// IsHeads reports whether the first line of a file names the columns of observations.
func IsHeads(first string) bool {
	names := strings.Split(strings.TrimPrefix(strings.TrimSpace(first), "\ufeff"), ",")
	for i := range names {
		names[i] = strings.Trim(strings.TrimSpace(names[i]), `"`)
	}
	return slices.Contains(names, "asset") && slices.Contains(names, "state")
}

func moment(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1900 && t.Year() <= 2200 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time; write it as 2026-04-25T06:00:00Z, or 2026-04-25", text)
}

// Spread is on how few the heads that are up at a time, or not known to be down, hang, over one column: the index, over how many heads it is, and of how many.
func (h History) Spread(over string, at time.Time) (hhi float64, known, of int) {
	n := map[string]float64{}
	for i, x := range h.Heads {
		if s := x.at(at); s != Up && s != Unknown {
			continue
		}
		of++
		if v := h.On[i][over]; v != "" {
			n[v]++
			known++
		}
	}
	parts := make([]float64, 0, len(n))
	for _, c := range n {
		parts = append(parts, c/float64(known))
	}
	slices.Sort(parts) // so that the sum is the same each time
	return HHI(parts), known, of
}
