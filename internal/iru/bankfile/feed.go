// SPDX-License-Identifier: EUPL-1.2

package bankfile

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"iolaus/internal/iru"
)

// A Page is what one answer of a feed says beside its entries.
type Page struct {
	Next       string // address of the next page; "" at the end
	Checkpoint string // where a later import goes on: the parameter "after"
	Entries    int
}

// entry is one entry of the hash-list feed of Tech Against Terrorism.
type entry struct {
	Digest    string          `json:"hash_digest"`
	Algorithm string          `json:"algorithm"`
	Ideology  string          `json:"ideology"`
	FileType  string          `json:"file_type"`
	Deleted   bool            `json:"deleted"`
	ID        json.RawMessage `json:"id"` // a number, or a text
}

// maxPage is how much of one answer is read: 100,000 entries of 250 bytes, and four times that for slack.
const maxPage = 100 << 20

// ReadPage yields the entries of one answer of a feed, numbered after those before, and gives what the answer says of the next one. The
// entries may also stand in a bare list, as in a file of the whole feed.
func ReadPage(r io.Reader, before int, yield func(Row, error) bool) (Page, bool) {
	return readPage(io.LimitReader(r, maxPage), before, yield)
}

func readPage(r io.Reader, before int, yield func(Row, error) bool) (p Page, on bool) {
	d := json.NewDecoder(r)
	fail := func(err error) (Page, bool) {
		yield(Row{}, fmt.Errorf("read feed after entry %d: %w: %w", before+p.Entries, iru.Invalid, err))
		return p, false
	}
	t, err := d.Token()
	if err != nil {
		return fail(err)
	}
	switch t {
	case json.Delim('['):
		if on, err = entries(d, before, &p, yield); err != nil {
			return fail(err)
		}
		return p, on
	case json.Delim('{'):
	default:
		return fail(fmt.Errorf("it begins with %v, and neither with a list nor with an object", t))
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fail(err)
		}
		switch name {
		case "results":
			if t, err := d.Token(); err != nil || t != json.Delim('[') {
				return fail(fmt.Errorf("results is no list: %w", err))
			}
			if on, err = entries(d, before, &p, yield); err != nil {
				return fail(err)
			} else if !on {
				return p, false
			}
		case "next", "checkpoint":
			var v *string
			if err := d.Decode(&v); err != nil {
				return fail(err)
			}
			if v != nil && name == "next" {
				p.Next = *v
			} else if v != nil {
				p.Checkpoint = *v
			}
		default:
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return fail(err)
			}
		}
	}
	return p, true
}

func entries(d *json.Decoder, before int, p *Page, yield func(Row, error) bool) (on bool, err error) {
	for d.More() {
		var e entry
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil { // it is no JSON: nothing behind it can be read
			return false, err
		}
		p.Entries++
		row := Row{Line: before + p.Entries}
		if err := json.Unmarshal(raw, &e); err != nil {
			row.Err = iru.Refuse(iru.Invalid, "it is no entry of a hash list: "+err.Error(), "ask the source")
		} else {
			row = e.row(row.Line)
		}
		if !yield(row, nil) {
			return false, nil
		}
	}
	_, err = d.Token()
	return err == nil, err
}

func (e entry) row(n int) Row {
	row := Row{Line: n, Deleted: e.Deleted}
	s, err := Signal(e.Algorithm, e.Digest)
	if err != nil {
		row.Err = err
		return row
	}
	var tags []string
	if e.Ideology != "" {
		tags = append(tags, "ideology:"+e.Ideology)
	}
	if e.FileType != "" {
		tags = append(tags, "file:"+e.FileType)
	}
	ref := strings.Trim(string(e.ID), `"`)
	if ref == "null" {
		ref = ""
	}
	both, err := tidy(append([]string{ref}, tags...)...)
	if err != nil {
		row.Err = err
		return row
	}
	if ref != "" {
		row.Known.Ref, both = both[0], both[1:]
	}
	row.Known.Tags, row.Known.Signals = both, []iru.Signal{s}
	return row
}
