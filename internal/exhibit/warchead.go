// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxFields is the most fields a record's header may have; writers know some 30.
const maxFields = 256

// Fields that a reader would have to choose between if there were two.
const (
	fieldType = iota
	fieldID
	fieldTarget
	fieldDate
	fieldBlock
	fieldPayload
	fieldLength
	singleFields
)

// single is the place of a field among those that stand once, or -1. Most names differ in length already.
func single(name string) int {
	var known string
	var at int
	switch len(name) {
	case len("WARC-Type"): // and WARC-Date
		if known, at = "WARC-Type", fieldType; name[5]|0x20 == 'd' {
			known, at = "WARC-Date", fieldDate
		}
	case len("WARC-Record-ID"): // and Content-Length
		if known, at = "WARC-Record-ID", fieldID; name[0]|0x20 == 'c' {
			known, at = "Content-Length", fieldLength
		}
	case len("WARC-Target-URI"):
		known, at = "WARC-Target-URI", fieldTarget
	case len("WARC-Block-Digest"):
		known, at = "WARC-Block-Digest", fieldBlock
	case len("WARC-Payload-Digest"):
		known, at = "WARC-Payload-Digest", fieldPayload
	}
	if known == "" || !sameName(name, known) {
		return -1
	}
	return at
}

// sameName compares names in any case of ASCII letters alone: to Unicode the sign of kelvin is a k.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if c, d := a[i], b[i]; c != d && (c|0x20 != d|0x20 || !isLetter(c)) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// clean reports whether a line is what a writer may write: valid text without control characters.
func clean(line string) bool {
	for i := range len(line) {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return utf8.ValidString(line)
}

func (r *Reader) header() (*Record, error) {
	rec := &Record{Location: Location{Offset: r.member}}
	if r.zip == nil {
		rec.Location.Offset = r.offset()
	}
	line, budget, err := headerLine(r.in, r.limits.Header)
	if err != nil {
		return nil, r.damaged("bad header", err)
	}
	if line != "WARC/1.1" && line != "WARC/1.0" {
		return nil, r.damaged(fmt.Sprintf("version %.40q", line), nil)
	}
	rec.Version = line
	if budget, err = r.fields(rec, budget); err != nil {
		return nil, err
	}
	rec.head = r.limits.Header - budget
	if err := r.interpret(rec); err != nil {
		return nil, err
	}
	rec.Block = r.block
	return rec, nil
}

// fields reads up to the empty line, and returns how much of the budget is left.
func (r *Reader) fields(rec *Record, budget int) (int, error) {
	var long []byte // the last value, where it goes on for several lines (WARC 1.0; deprecated in 1.1)
	whole := func() {
		if long != nil {
			rec.Fields[len(rec.Fields)-1].Value, long = string(long), nil
		}
	}
	for {
		var line string
		var err error
		if line, budget, err = headerLine(r.in, budget); err != nil {
			return 0, r.damaged("bad header", err)
		}
		if line == "" {
			whole()
			return budget, nil
		}
		if !clean(line) {
			return 0, r.damaged(fmt.Sprintf("header line %.60q holds control characters or invalid text", line), nil)
		}
		if last := len(rec.Fields) - 1; last >= 0 && (line[0] == ' ' || line[0] == '\t') {
			if long == nil {
				long = append(make([]byte, 0, len(line)+64), rec.Fields[last].Value...)
			}
			if line = trim(line); line != "" && len(long) > 0 {
				long = append(long, ' ')
			}
			long = append(long, line...)
			continue
		}
		whole()
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			return 0, r.damaged(fmt.Sprintf("header line %.60q", line), nil)
		}
		if len(rec.Fields) == maxFields {
			return 0, r.damaged(fmt.Sprintf("its header has more than %d fields", maxFields), nil)
		}
		rec.Fields = append(rec.Fields, Field{name, trim(value)})
	}
}

// trim takes off what may stand around a value; other white space of Unicode belongs to it.
func trim(s string) string { return strings.Trim(s, " \t") }

// interpret takes what this reader needs of the fields, and makes the block ready.
func (r *Reader) interpret(rec *Record) error {
	var has [singleFields]bool
	var values [singleFields]string
	for _, f := range rec.Fields {
		i := single(f.Name)
		if i < 0 {
			continue
		}
		if has[i] {
			return r.damaged(fmt.Sprintf("%s stands twice", f.Name), nil)
		}
		has[i], values[i] = true, f.Value
	}
	rec.Type, rec.Target = values[fieldType], strings.Trim(values[fieldTarget], "<>")
	rec.ID = strings.TrimSuffix(strings.TrimPrefix(values[fieldID], "<"), ">")
	if rec.Type == "" || rec.ID == "" {
		return r.damaged("WARC-Type or WARC-Record-ID is missing", nil)
	}
	at, err := time.Parse(time.RFC3339Nano, values[fieldDate])
	if err != nil {
		return r.damaged(fmt.Sprintf("WARC-Date %.40q", values[fieldDate]), nil)
	}
	rec.At = at.UTC()
	n, err := strconv.ParseUint(values[fieldLength], 10, 63)
	if err != nil {
		return r.damaged(fmt.Sprintf("Content-Length %.40q", values[fieldLength]), nil)
	}
	rec.Length = int64(n)
	if rec.Length > r.limits.Block {
		return r.damaged(fmt.Sprintf("its block of %d bytes is larger than %d", rec.Length, r.limits.Block), nil)
	}
	r.block = &blockReader{r: r, left: rec.Length}
	r.block.sum, r.block.want = checkable(values[fieldBlock])
	rec.Digested = r.block.sum != nil
	return nil
}
