// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"
	"strconv"
	"unicode/utf16"
)

// What objects are made of (ISO 32000-2, 7.3). Numbers are float64, arrays []any.
type (
	pdfName   string
	pdfString []byte
	pdfDict   map[string]any
	pdfRef    int
	pdfWord   string // an operator, or null, true, false
)

type pdfObject struct {
	value  any
	stream []byte // as it lies in the file; nil: it has none
}

type pdfFile struct {
	objects  map[int]pdfObject
	order    []int
	trailers []any
	left     int // bytes that may still be unpacked
	cut      bool
	opened   map[int][]byte
}

func (f *pdfFile) values() (all []any) {
	for _, n := range f.order {
		all = append(all, f.objects[n].value)
	}
	return all
}

func (f *pdfFile) resolve(v any) any {
	for range 20 {
		r, ok := v.(pdfRef)
		if !ok {
			return v
		}
		v = f.objects[int(r)].value
	}
	return nil
}

func (f *pdfFile) add(n int, o pdfObject) {
	if _, ok := f.objects[n]; !ok {
		f.order = append(f.order, n)
	}
	f.objects[n] = o // the last one of a number is in force; the others were changed by an update
	f.trailers = append(f.trailers, o.value)
}

// scan finds "N G obj" wherever it stands.
func (f *pdfFile) scan(b []byte) {
	for at := 0; at < len(b); {
		i := bytes.Index(b[at:], []byte("obj"))
		j := bytes.Index(b[at:], []byte("trailer"))
		if j >= 0 && (i < 0 || j < i) {
			p := pdfLexer{b: b, at: at + j + len("trailer")}
			if v, err := p.value(0); err == nil {
				f.trailers = append(f.trailers, v)
			}
			at += j + len("trailer")
			continue
		}
		if i < 0 {
			return
		}
		here := at + i
		at = here + 3
		n, ok := numbered(b[:here])
		if !ok {
			continue
		}
		if len(f.objects) >= maxPDFParts {
			f.cut = true
			return
		}
		p := pdfLexer{b: b, at: at}
		v, err := p.value(0)
		if err != nil {
			continue
		}
		o := pdfObject{value: v}
		if d, ok := v.(pdfDict); ok {
			if start, ok := p.streamStart(); ok {
				end := -1
				if l, ok := d["Length"].(float64); ok && l >= 0 && start+int(l) <= len(b) && bytes.HasPrefix(bytes.TrimLeft(b[start+int(l):min(len(b), start+int(l)+20)], "\r\n "), []byte("endstream")) {
					end = start + int(l)
				} else if e := bytes.Index(b[start:], []byte("endstream")); e >= 0 {
					end = start + e
				}
				if end >= 0 {
					o.stream = b[start:end]
					p.at = end
				}
			}
		}
		f.add(n, o)
		at = max(at, p.at)
	}
}

// numbered reads "N G " before "obj".
func numbered(b []byte) (int, bool) {
	back := func(space bool) []byte {
		end := len(b)
		for len(b) > 0 && (b[len(b)-1] <= ' ') == space && (space || b[len(b)-1] >= '0' && b[len(b)-1] <= '9') {
			b = b[:len(b)-1]
		}
		return b[len(b):end]
	}
	back(true)
	gen := back(false)
	gap := back(true)
	num := back(false)
	if len(gen) == 0 || len(gap) == 0 || len(num) == 0 || len(num) > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(string(num))
	return n, err == nil
}

// unpackStreams opens the streams that hold further objects (ISO 32000-2, 7.5.7).
func (f *pdfFile) unpackStreams() {
	f.opened = map[int][]byte{}
	for _, n := range slices.Clone(f.order) {
		o := f.objects[n]
		d, ok := o.value.(pdfDict)
		if !ok || d["Type"] != pdfName("ObjStm") {
			continue
		}
		first, _ := f.resolve(d["First"]).(float64)
		count, _ := f.resolve(d["N"]).(float64)
		b := f.open(n)
		if first < 0 || int(first) > len(b) {
			continue
		}
		head := pdfLexer{b: b[:int(first)]}
		for range int(min(count, maxPDFParts)) {
			num, err1 := head.value(0)
			off, err2 := head.value(0)
			id, ok1 := num.(float64)
			from, ok2 := off.(float64)
			if err1 != nil || err2 != nil || !ok1 || !ok2 || id < 0 || from < 0 || int(first)+int(from) > len(b) {
				break
			}
			if len(f.objects) >= maxPDFParts {
				f.cut = true
				return
			}
			p := pdfLexer{b: b, at: int(first) + int(from)}
			v, err := p.value(0)
			if err != nil {
				continue
			}
			if _, there := f.objects[int(id)]; !there {
				f.add(int(id), pdfObject{value: v})
			} else {
				f.trailers = append(f.trailers, v)
			}
		}
	}
}

// open unpacks a stream. Only Flate is: other codings hold pictures.
func (f *pdfFile) open(n int) []byte {
	if b, ok := f.opened[n]; ok {
		return b
	}
	o := f.objects[n]
	d, _ := o.value.(pdfDict)
	filters := f.resolve(d["Filter"])
	if l, ok := filters.([]any); ok && len(l) == 1 {
		filters = f.resolve(l[0])
	} else if ok && len(l) == 0 {
		filters = nil
	}
	var out []byte
	switch filters {
	case nil:
		out = o.stream[:min(len(o.stream), maxPDFStream)]
	case pdfName("FlateDecode"), pdfName("Fl"):
		z, err := zlib.NewReader(bytes.NewReader(o.stream))
		if err != nil {
			break
		}
		room := min(maxPDFStream, f.left)
		out, _ = io.ReadAll(io.LimitReader(z, int64(room)+1)) // what breaks off is read as far as it came
		if len(out) > room {
			out, f.cut = out[:room], true
		}
		f.left -= len(out)
		out = f.predicted(d, out)
	}
	f.opened[n] = out
	return out
}

// predicted undoes PNG prediction (ISO 32000-2, 7.4.4.4), as far as object streams use it: filter 0 and 2 on rows of bytes.
func (f *pdfFile) predicted(d pdfDict, b []byte) []byte {
	parms, ok := f.resolve(d["DecodeParms"]).(pdfDict)
	if !ok {
		return b
	}
	kind, _ := f.resolve(parms["Predictor"]).(float64)
	columns, ok := f.resolve(parms["Columns"]).(float64)
	if !ok {
		columns = 1
	}
	if kind < 10 || columns < 1 || columns > 10000 {
		return b
	}
	row := int(columns)
	var out []byte
	last := make([]byte, row)
	for len(b) > row {
		line := slices.Clone(b[1 : row+1])
		if b[0] == 2 {
			for i := range line {
				line[i] += last[i]
			}
		}
		out, last, b = append(out, line...), line, b[row+1:]
	}
	return out
}

// pdfText decodes a text string (ISO 32000-2, 7.9.2.2).
func pdfText(s pdfString) string {
	switch {
	case len(s) >= 2 && s[0] == 0xfe && s[1] == 0xff:
		u := make([]uint16, 0, len(s)/2)
		for i := 2; i+1 < len(s); i += 2 {
			u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(u))
	case len(s) >= 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf:
		return string(bytes.ToValidUTF8(s[3:], []byte("\uFFFD")))
	}
	return pdfLatin(s)
}

// pdfLatin reads single bytes as Windows-1252 has them, near enough to PDFDocEncoding and WinAnsiEncoding for what people fill in.
func pdfLatin(s []byte) string {
	out := make([]rune, 0, len(s))
	for _, c := range s {
		switch {
		case c >= 0x80 && c < 0xa0:
			out = append(out, []rune("€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ")[c-0x80])
		default:
			out = append(out, rune(c))
		}
	}
	return string(out)
}
