// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"math"
	"slices"
	"strings"
	"unicode/utf16"
)

// text reads what the pages say, in the order of the tree of pages.
func (f *pdfFile) text(out *PDF) {
	var pages []pdfDict
	seen := map[int]bool{}
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		if r, ok := v.(pdfRef); ok {
			if seen[int(r)] {
				return
			}
			seen[int(r)] = true
		}
		d, ok := f.resolve(v).(pdfDict)
		if !ok || depth > maxPDFDepth || len(pages) >= maxPDFPages {
			f.cut = f.cut || ok
			return
		}
		if kids, ok := f.resolve(d["Kids"]).([]any); ok {
			for _, k := range kids {
				walk(k, depth+1)
			}
			return
		}
		if d["Type"] == pdfName("Page") {
			pages = append(pages, d)
		}
	}
	for _, n := range f.order {
		if d, ok := f.objects[n].value.(pdfDict); ok && d["Type"] == pdfName("Catalog") {
			walk(d["Pages"], 0)
		}
	}
	for _, n := range f.order { // those that no tree names
		if d, ok := f.objects[n].value.(pdfDict); ok && d["Type"] == pdfName("Page") && !seen[n] {
			walk(pdfRef(n), 0)
		}
	}
	out.Pages = len(pages)
	var b strings.Builder
	for _, p := range pages {
		for _, n := range f.contents(p["Contents"]) {
			w := &pdfWriter{f: f, fonts: f.fonts(p), out: &b, sx: 1, sy: 1}
			w.draw(f.open(n))
			w.newline()
			if b.Len() > MaxPDFText {
				out.Cut = true
				out.Text = strings.ToValidUTF8(b.String()[:MaxPDFText], "")
				return
			}
		}
	}
	out.Text = strings.ToValidUTF8(b.String(), "\uFFFD")
	if len(out.Text) > MaxPDFText {
		out.Text, out.Cut = strings.ToValidUTF8(out.Text[:MaxPDFText], ""), true
	}
}

func (f *pdfFile) contents(v any) (ids []int) {
	if r, ok := v.(pdfRef); ok && f.objects[int(r)].stream != nil {
		return []int{int(r)}
	}
	list, _ := f.resolve(v).([]any)
	for _, x := range list[:min(len(list), 1000)] {
		if r, ok := x.(pdfRef); ok {
			ids = append(ids, int(r))
		}
	}
	return ids
}

// A pdfFont turns codes into letters.
type pdfFont struct {
	wide   bool // two bytes a code
	to     map[int]string
	widths map[int]float64 // in thousandths of the size
	usual  float64
}

func (f *pdfFile) fonts(page pdfDict) map[string]pdfFont {
	out := map[string]pdfFont{}
	d := page
	var res pdfDict
	for range maxPDFDepth { // inherited from above
		if r, ok := f.resolve(d["Resources"]).(pdfDict); ok {
			res = r
			break
		}
		up, ok := f.resolve(d["Parent"]).(pdfDict)
		if !ok {
			break
		}
		d = up
	}
	fonts, _ := f.resolve(res["Font"]).(pdfDict)
	for name, v := range fonts {
		d, _ := f.resolve(v).(pdfDict)
		font := pdfFont{wide: f.resolve(d["Subtype"]) == pdfName("Type0")}
		if r, ok := d["ToUnicode"].(pdfRef); ok {
			font.to = readCMap(f.open(int(r)))
		}
		f.widths(&font, d)
		out[name] = font
	}
	return out
}

// widths reads how wide letters are (ISO 32000-2, 9.7.4.3): by that a gap between words is told from letters set one by one.
func (f *pdfFile) widths(font *pdfFont, d pdfDict) {
	font.widths, font.usual = map[int]float64{}, 500
	if !font.wide {
		first, _ := f.resolve(d["FirstChar"]).(float64)
		list, _ := f.resolve(d["Widths"]).([]any)
		for n, v := range list[:min(len(list), 256)] {
			if w, ok := f.resolve(v).(float64); ok {
				font.widths[int(first)+n] = w
			}
		}
		return
	}
	below, _ := f.resolve(d["DescendantFonts"]).([]any)
	if len(below) == 0 {
		return
	}
	cid, _ := f.resolve(below[0]).(pdfDict)
	if w, ok := f.resolve(cid["DW"]).(float64); ok {
		font.usual = w
	} else {
		font.usual = 1000
	}
	list, _ := f.resolve(cid["W"]).([]any)
	for i := 0; i+1 < len(list) && len(font.widths) < 70000; {
		from, _ := f.resolve(list[i]).(float64)
		if each, ok := f.resolve(list[i+1]).([]any); ok {
			for n, v := range each {
				if w, ok := f.resolve(v).(float64); ok {
					font.widths[int(from)+n] = w
				}
			}
			i += 2
			continue
		}
		if i+2 >= len(list) {
			return
		}
		to, _ := f.resolve(list[i+1]).(float64)
		w, _ := f.resolve(list[i+2]).(float64)
		for n := int(from); n <= int(to) && n-int(from) < 65536; n++ {
			font.widths[n] = w
		}
		i += 3
	}
}

// width is how far a string goes, in units of its size.
func (t pdfFont) width(s pdfString) (sum float64) {
	step := 1
	if t.wide {
		step = 2
	}
	for i := 0; i+step <= len(s); i += step {
		code := int(s[i])
		if t.wide {
			code = code<<8 | int(s[i+1])
		}
		w, ok := t.widths[code]
		if !ok {
			w = t.usual
		}
		sum += w / 1000
	}
	return sum
}

// readCMap reads the letters of codes (ISO 32000-2, 9.10.3).
func readCMap(b []byte) map[int]string {
	to := map[int]string{}
	p := pdfLexer{b: b}
	var stack []any
	number := func(v any) int {
		n := 0
		s, _ := v.(pdfString)
		for _, c := range s[:min(len(s), 4)] {
			n = n<<8 | int(c)
		}
		return n
	}
	letters := func(v any) string {
		s, _ := v.(pdfString)
		u := make([]uint16, 0, len(s)/2)
		for i := 0; i+1 < len(s); i += 2 {
			u = append(u, uint16(s[i])<<8|uint16(s[i+1]))
		}
		return string(utf16.Decode(u))
	}
	for p.at < len(b) && len(to) < 70000 {
		v, err := p.value(0)
		if err != nil {
			continue
		}
		w, ok := v.(pdfWord)
		if !ok {
			if len(stack) < 10000 {
				stack = append(stack, v)
			}
			continue
		}
		switch w {
		case "endbfchar":
			for i := 0; i+1 < len(stack); i += 2 {
				to[number(stack[i])] = letters(stack[i+1])
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				from, last := number(stack[i]), number(stack[i+1])
				if list, ok := stack[i+2].([]any); ok {
					for n, x := range list {
						to[from+n] = letters(x)
					}
					continue
				}
				first := []rune(letters(stack[i+2]))
				for n := from; n <= last && n-from < 65536 && len(first) > 0; n++ {
					r := slices.Clone(first)
					r[len(r)-1] += rune(n - from)
					to[n] = string(r)
				}
			}
		}
		stack = stack[:0]
	}
	return to
}

func (t pdfFont) letters(s pdfString) string {
	if !t.wide {
		if t.to == nil {
			return pdfLatin(s)
		}
		var b strings.Builder
		for _, c := range s {
			if l, ok := t.to[int(c)]; ok {
				b.WriteString(l)
			} else {
				b.WriteString(pdfLatin([]byte{c}))
			}
		}
		return b.String()
	}
	var b strings.Builder
	for i := 0; i+1 < len(s); i += 2 {
		b.WriteString(t.to[int(s[i])<<8|int(s[i+1])])
	}
	return b.String()
}

// A pdfWriter follows what a page draws and writes its letters down, a line for each height.
type pdfWriter struct {
	f        *pdfFile
	fonts    map[string]pdfFont
	font     pdfFont
	size     float64
	out      *strings.Builder
	x, y     float64 // where the line of letters begins
	sx, sy   float64 // how the page stretches it
	end, row float64 // where the last letters ended
	moved    bool
	open     bool // a line was begun
}

func (w *pdfWriter) newline() {
	if w.open {
		w.out.WriteByte('\n')
		w.open = false
	}
}

func (w *pdfWriter) matrix(a, d, e, f float64) { w.sx, w.sy, w.x, w.y, w.moved = a, d, e, f, true }

func (w *pdfWriter) move(dx, dy float64) {
	w.x, w.y, w.moved = w.x+dx*w.sx, w.y+dy*w.sy, true
}

// pdfGap is how much of its size lies between two words at least.
const pdfGap = 0.12

func (w *pdfWriter) show(s pdfString) {
	size := math.Abs(w.size * w.sx)
	if w.moved {
		switch {
		case math.Abs(w.y-w.row) > max(1, size/4):
			w.newline()
		case w.open && (w.x-w.end > pdfGap*size || w.end-w.x > 2*size):
			w.out.WriteByte(' ')
		}
		w.end, w.row, w.moved = w.x, w.y, false
	}
	if w.out.Len() < 2*MaxPDFText {
		w.out.WriteString(strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, w.font.letters(s)))
	}
	w.end += w.font.width(s) * size
	w.open = true
}

func (w *pdfWriter) draw(b []byte) {
	p := pdfLexer{b: b}
	var stack []any
	last := func(n int) float64 { // the nth from the end
		if len(stack) < n {
			return 0
		}
		v, _ := stack[len(stack)-n].(float64)
		return v
	}
	text := func() pdfString {
		if len(stack) == 0 {
			return nil
		}
		s, _ := stack[len(stack)-1].(pdfString)
		return s
	}
	for p.at < len(b) {
		v, err := p.value(0)
		if err != nil {
			continue
		}
		op, ok := v.(pdfWord)
		if !ok {
			if len(stack) < 1000 {
				stack = append(stack, v)
			}
			continue
		}
		switch op {
		case "BT":
			w.matrix(1, 1, 0, 0)
		case "Tf":
			if len(stack) >= 2 {
				n, _ := stack[len(stack)-2].(pdfName)
				w.font, w.size = w.fonts[string(n)], last(1)
			}
		case "Td", "TD":
			w.move(last(2), last(1))
		case "Tm":
			w.matrix(last(6), last(3), last(2), last(1))
		case "T*":
			w.newline()
		case "Tj":
			w.show(text())
		case "'", "\"":
			w.newline()
			w.show(text())
		case "TJ":
			if len(stack) > 0 {
				l, _ := stack[len(stack)-1].([]any)
				for _, x := range l {
					switch x := x.(type) {
					case pdfString:
						w.show(x)
					case float64:
						if x < -1000*pdfGap && w.open {
							w.out.WriteByte(' ')
						}
						w.end -= x / 1000 * math.Abs(w.size*w.sx)
					}
				}
			}
		case "BI": // a picture in the middle of the page
			if e := strings.Index(string(b[p.at:]), "EI"); e >= 0 {
				p.at += e + 2
			}
		}
		stack = stack[:0]
	}
}
