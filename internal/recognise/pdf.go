// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a document.
const (
	MaxPDF       = 20 << 20 // bytes of the file
	MaxPDFText   = 1 << 20  // bytes of text, and of all fields together
	MaxPDFFields = 2000
	maxPDFOpen   = 64 << 20 // bytes of all streams that are unpacked
	maxPDFStream = 16 << 20 // of one
	maxPDFParts  = 50_000   // objects
	maxPDFPages  = 500
	maxPDFDepth  = 40
)

// A PDF is what a document says, and what it would do if it were opened by a program that does what documents tell it. Nothing in it is run.
type PDF struct {
	Fields []Key    // of its form, filled in, by full name, in the file's order
	Text   string   // of its pages, a line for each
	Active []string // what makes it more than paper, sorted: the names below
	Sealed bool     // it is encrypted: its text is not read
	Pages  int
	Cut    bool // a limit ended the reading
}

// What can make a document more than paper, by the names of its parts (ISO 32000-2).
var pdfActive = map[string]string{
	"JS": "script", "JavaScript": "script", "AA": "action", "OpenAction": "action on opening", "Launch": "starts a program", "EmbeddedFile": "file inside", "EmbeddedFiles": "file inside",
	"RichMedia": "film or sound", "Movie": "film or sound", "Sound": "film or sound", "XFA": "form of another kind", "SubmitForm": "sends what is filled in", "ImportData": "reads other files",
	"GoToR": "opens another file", "GoToE": "opens another file", "3D": "film or sound", "Rendition": "film or sound", "Encrypt": "encrypted",
}

// ReadPDF reads a document without trusting its tables: every object that is in it is looked at, also those that nothing refers to, so that
// what is hidden is told too. Its errors wrap ErrTooLarge or ErrFormat.
func ReadPDF(b []byte) (PDF, error) {
	if len(b) > MaxPDF {
		return PDF{}, fmt.Errorf("read PDF: %d bytes: %w", len(b), ErrTooLarge)
	}
	if at := bytes.Index(b[:min(len(b), 1024)], []byte("%PDF-")); at < 0 {
		return PDF{}, fmt.Errorf("read PDF: no header: %w", ErrFormat)
	}
	f := &pdfFile{objects: map[int]pdfObject{}, left: maxPDFOpen}
	f.scan(b)
	if len(f.objects) == 0 {
		return PDF{}, fmt.Errorf("read PDF: no objects: %w", ErrFormat)
	}
	f.unpackStreams()
	out := PDF{Cut: f.cut}
	seen := map[string]bool{}
	for _, v := range append(f.values(), f.trailers...) {
		f.active(v, seen, 0)
	}
	for name := range seen {
		if !slices.Contains(out.Active, name) {
			out.Active = append(out.Active, name)
		}
	}
	slices.Sort(out.Active)
	out.Sealed = seen["encrypted"]
	if out.Sealed {
		return out, nil
	}
	f.fields(&out)
	f.text(&out)
	out.Cut = out.Cut || f.cut
	return out, nil
}

// Check reports whether a document is one that ReadPDF can have read.
func (p *PDF) Check() bool {
	n := 0
	for _, k := range p.Fields {
		n += len(k.Name) + len(k.Value)
	}
	return len(p.Text) <= MaxPDFText && n <= MaxPDFText && len(p.Fields) <= MaxPDFFields && len(p.Active) <= len(pdfActive) && p.Pages <= maxPDFPages
}

// active finds names that make a document act, as keys and as values, at any depth.
func (f *pdfFile) active(v any, seen map[string]bool, depth int) {
	if depth > maxPDFDepth {
		f.cut = true
		return
	}
	switch v := v.(type) {
	case pdfName:
		if what, ok := pdfActive[string(v)]; ok {
			seen[what] = true
		}
	case pdfDict:
		for k, x := range v {
			if what, ok := pdfActive[k]; ok {
				seen[what] = true
			}
			f.active(x, seen, depth+1)
		}
	case []any:
		for _, x := range v {
			f.active(x, seen, depth+1)
		}
	}
}

// fields reads what is filled in.
func (f *pdfFile) fields(out *PDF) {
	room := MaxPDFText
	for _, n := range f.order {
		d, ok := f.objects[n].value.(pdfDict)
		if !ok || d["T"] == nil {
			continue
		}
		value, ok := pdfValue(f.resolve(d["V"]))
		if !ok {
			continue
		}
		name := f.fieldName(d)
		if room -= len(name) + len(value); room < 0 || len(out.Fields) >= MaxPDFFields {
			out.Cut = true
			return
		}
		out.Fields = append(out.Fields, Key{Name: name, Value: value})
	}
}

func (f *pdfFile) fieldName(d pdfDict) string {
	var parts []string
	for range maxPDFDepth {
		if s, ok := f.resolve(d["T"]).(pdfString); ok {
			parts = append(parts, pdfText(s))
		}
		up, ok := f.resolve(d["Parent"]).(pdfDict)
		if !ok {
			break
		}
		d = up
	}
	slices.Reverse(parts)
	return strings.ToValidUTF8(strings.Join(parts, "."), "\uFFFD")
}

func pdfValue(v any) (string, bool) {
	switch v := v.(type) {
	case pdfString:
		return pdfText(v), true
	case pdfName:
		return strings.ToValidUTF8(string(v), "\uFFFD"), true
	}
	return "", false
}

var errPDF = errors.New("not understood")
