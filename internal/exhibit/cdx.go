// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// cdx is one record as an index knows it (CDXJ, specs.webrecorder.net/cdxj/0.1.0).
type cdx struct {
	Target   string
	At       time.Time
	Digest   string // of the payload; of the block where there is no payload
	File     string // below archive/
	MIME     string
	Status   int // 0 without
	Location Location
}

const mimeRevisit = "warc/revisit"

// surt is the key by which an address is found: host parts from the last to the first, then port, path and query, in small letters
// and without "www". What is no http address is its own key.
func surt(target string) string {
	low := strings.ReplaceAll(strings.ToLower(target), " ", "%20")
	rest, ok := strings.CutPrefix(low, "http://")
	port := ":80"
	if !ok {
		if rest, ok = strings.CutPrefix(low, "https://"); !ok {
			return low
		}
		port = ":443"
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	host = strings.TrimSuffix(host, port)
	name, number := host, ""
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && !strings.HasSuffix(host, "]") {
		name, number = host[:colon], host[colon:]
	}
	if www, after, ok := strings.Cut(name, "."); ok && strings.HasPrefix(www, "www") && strings.Trim(www[3:], "0123456789") == "" {
		name = after
	}
	if strings.Trim(name, "0123456789.") != "" { // not an address
		parts := strings.Split(name, ".")
		slices.Reverse(parts)
		name = strings.Join(parts, ",")
	}
	path, query, asked := strings.Cut(path, "?")
	if path == "" {
		path = "/"
	}
	if asked {
		parts := strings.Split(query, "&")
		slices.Sort(parts)
		path += "?" + strings.Join(parts, "&")
	}
	return name + number + ")" + path
}

// appendTo writes the line, with its end: key, time in 14 digits, and canonical JSON (RFC 8785).
func (c cdx) appendTo(b []byte) ([]byte, error) {
	b = append(b, surt(c.Target)...)
	b = append(b, ' ')
	b = c.At.UTC().AppendFormat(b, "20060102150405")
	var err error
	text := func(name, value string) {
		if err == nil {
			b = append(b, name...)
			b, err = jsontext.AppendQuote(b, value)
		}
	}
	number := func(name string, value int64) { b = strconv.AppendInt(append(b, name...), value, 10) }
	text(` {"digest":`, c.Digest)
	text(`,"filename":`, c.File)
	number(`,"length":`, c.Location.Length)
	text(`,"mime":`, c.MIME)
	number(`,"offset":`, c.Location.Offset)
	if c.Status != 0 {
		number(`,"status":`, int64(c.Status))
	}
	text(`,"url":`, c.Target)
	if err != nil {
		return nil, fmt.Errorf("index %.80q: %w: %w", c.Target, ErrInvalid, err)
	}
	return append(b, '}', '\n'), nil
}

// joinLines puts the lines of an index in the order of their bytes.
func joinLines(lines [][]byte) []byte {
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, nil)
}

// lineOffsets reads up to n places of records from an index, evenly out of its lines. The index is not trusted: what cannot be read
// is left out.
func lineOffsets(index []byte, file string, n int) []int64 {
	var all []int64
	step := max(1, len(index)/n)
	for at := 0; at < len(index); at += step {
		from := bytes.LastIndexByte(index[:at], '\n') + 1
		end := bytes.IndexByte(index[from:], '\n')
		if end < 0 {
			break
		}
		l := index[from : from+end]
		if !bytes.Contains(l, []byte(`"filename":"`+file+`"`)) {
			continue
		}
		_, after, _ := bytes.Cut(l, []byte(`"offset":`))
		digits := bytes.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
		if offset, err := strconv.ParseInt(string(after[:max(0, digits)]), 10, 64); err == nil {
			all = append(all, offset)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
