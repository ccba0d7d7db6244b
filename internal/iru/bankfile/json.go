// SPDX-License-Identifier: EUPL-1.2

package bankfile

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"

	"iolaus/internal/iru"
)

// Version names our own format: lines of JSON, of which the first says what the bank is and each further one is a content.
const Version = "iolaus-bank/1"

// A Header is the first line of our own format.
type Header struct {
	Format   string       `json:"format"` // Version
	Bank     string       `json:"bank"`
	Source   iru.Source   `json:"source"`
	Handling iru.Handling `json:"handling"`
	Note     string       `json:"note,omitempty"`
	Unit     string       `json:"unit,omitempty"` // whose bank it is
}

// content is one line of our own format.
type content struct {
	ID      int64          `json:"id,omitempty"` // its number in the bank it comes from
	Label   string         `json:"label,omitempty"`
	Finding string         `json:"finding,omitempty"`
	Ref     string         `json:"ref,omitempty"`
	Tags    []string       `json:"tags,omitempty"`
	State   iru.KnownState `json:"state,omitempty"` // "" is active
	Signals []print        `json:"signals"`
}

type print struct {
	Type   string `json:"type"`
	Signal string `json:"signal"`
}

// ReadHeader reads the first line of our own format; false where it is none.
func ReadHeader(line []byte) (Header, bool) {
	var h Header
	err := json.Unmarshal(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), &h)
	return h, err == nil && h.Format == Version
}

func readJSON(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		first := true
		for n, b := range lines(r) {
			switch {
			case n < 0:
				yield(Row{}, unread(-n, string(b)))
				return
			case len(bytes.TrimSpace(b)) == 0:
				continue
			case first:
				if _, ok := ReadHeader(b); !ok {
					yield(Row{}, unread(n, "the first line does not say that the format is "+Version))
					return
				}
				first = false
				continue
			}
			if !yield(jsonRow(n, b), nil) {
				return
			}
		}
	}
}

func jsonRow(n int, b []byte) Row {
	row := Row{Line: n}
	var c content
	if err := json.Unmarshal(b, &c); err != nil {
		row.Err = iru.Refuse(iru.Invalid, "it is no content: "+err.Error(), "see docs/format/bank.md")
		return row
	}
	if len(c.Signals) == 0 {
		row.Err = iru.Refuse(iru.Invalid, "it has no signals", "give one at least")
		return row
	}
	if f := c.Finding; f != "" && f != string(iru.FindRefer) && f != string(iru.FindNoAction) {
		row.Err = iru.Refuse(iru.Invalid, "it is not said what was found then", "choose refer or no_action")
		return row
	}
	for _, p := range c.Signals {
		s, err := Signal(p.Type, p.Signal)
		if err != nil {
			row.Err = err
			return row
		}
		row.Known.Signals = append(row.Known.Signals, s)
	}
	for _, w := range []string{c.Label, c.Ref} {
		if _, row.Err = tidy(w); row.Err != nil {
			return row
		}
	}
	row.Known.Label, row.Known.Ref = c.Label, c.Ref
	row.Known.Tags, row.Err = tidy(c.Tags...)
	row.Known.Finding, row.Deleted = c.Finding, c.State == iru.KnownWithdrawn
	return row
}
