// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
)

// A file is a PDF (ISO 32000-1) that is being written: objects by number. The same calls give the same bytes.
type file struct {
	objects []string // of number n+1; a stream is one string, too
}

// add gives an object a number.
func (f *file) add(body string) int {
	f.objects = append(f.objects, body)
	return len(f.objects)
}

// reserve gives a number to an object that comes later.
func (f *file) reserve() int { return f.add("") }

func (f *file) set(number int, body string) { f.objects[number-1] = body }

func ref(number int) string { return strconv.Itoa(number) + " 0 R" }

func refs(numbers []int) string {
	var list []string
	for _, n := range numbers {
		list = append(list, ref(n))
	}
	return "[" + strings.Join(list, " ") + "]"
}

// packers are used again: each has tables of more than a megabyte.
var packers = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

// stream is a compressed stream with further entries in its dictionary.
func stream(entries string, data []byte) string {
	var b bytes.Buffer
	w := packers.Get().(*zlib.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, err := w.Write(data)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("form: memory cannot be written: " + err.Error())
	}
	return fmt.Sprintf("<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", entries, b.Len(), b.Bytes())
}

// pdfText is a text string: UTF-16 in hexadecimal, so that nothing in it can end it.
func pdfText(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteByte('>')
	return b.String()
}

// number writes a length with at most two decimals.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// bytes puts the file together. Object 1 is the catalog. info is the number of the information dictionary, id 32 hexadecimal digits.
func (f *file) bytes(info int, id string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(f.objects))
	for n, o := range f.objects {
		at[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, p := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", p)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info %s /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, ref(info), id, id, table)
	return b.Bytes()
}

// embed writes a typeface with the glyphs that were used, and what text they stand for.
func (f *file) embed(t *typeface, used map[int]drawn) int {
	ids := slices.Sorted(maps.Keys(used))
	data := t.subset(used)
	// Six letters name the subset (ISO 32000-1, section 9.6.4); they come from what is in it.
	tag, sum := []byte("AAAAAA"), uint32(2166136261)
	for _, g := range ids {
		sum = (sum ^ uint32(g)) * 16777619
	}
	for n := range tag {
		tag[n] = byte('A' + sum%26)
		sum /= 26
	}
	name := string(tag) + "+" + t.name
	var widths, unicodes strings.Builder
	for _, g := range ids {
		fmt.Fprintf(&widths, "%d [%d] ", g, used[g].width)
		if used[g].text != "" {
			fmt.Fprintf(&unicodes, "<%04X> %s\n", g, cmapText(used[g].text))
		}
	}
	box, signed := t.tables["head"], func(b []byte) int { return int(int16(uint16(b[0])<<8 | uint16(b[1]))) }
	program := f.add(stream(fmt.Sprintf("/Length1 %d", len(data)), data))
	descriptor := f.add(fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight 714 /StemV 80 /FontFile2 %s >>",
		name, signed(box[36:]), signed(box[38:]), signed(box[40:]), signed(box[42:]), signed(t.tables["hhea"][4:]), signed(t.tables["hhea"][6:]), ref(program)))
	below := f.add(fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %s /CIDToGIDMap /Identity /DW 0 /W [%s] >>",
		name, ref(descriptor), strings.TrimSpace(widths.String())))
	var cmap strings.Builder
	cmap.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	lines := strings.SplitAfter(unicodes.String(), "\n")
	lines = lines[:len(lines)-1]
	for chunk := range slices.Chunk(lines, 100) { // at most a hundred at once (ISO 32000-1, section 9.10.3)
		fmt.Fprintf(&cmap, "%d beginbfchar\n%sendbfchar\n", len(chunk), strings.Join(chunk, ""))
	}
	cmap.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return f.add(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%s] /ToUnicode %s >>",
		name, ref(below), ref(f.add(stream("", []byte(cmap.String()))))))
}

func cmapText(s string) string {
	var b strings.Builder
	b.WriteByte('<')
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteByte('>')
	return b.String()
}
