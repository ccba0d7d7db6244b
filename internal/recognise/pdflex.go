// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"strconv"
	"strings"
)

// A pdfLexer reads values one after the other, from a file or from what a page draws.
type pdfLexer struct {
	b  []byte
	at int
}

func (p *pdfLexer) skip() {
	for p.at < len(p.b) {
		switch c := p.b[p.at]; {
		case c <= ' ':
			p.at++
		case c == '%':
			for p.at < len(p.b) && p.b[p.at] != '\n' && p.b[p.at] != '\r' {
				p.at++
			}
		default:
			return
		}
	}
}

func delimits(c byte) bool { return c <= ' ' || strings.IndexByte("()<>[]{}/%", c) >= 0 }

// value reads one value; errPDF at what is none, or at the end.
func (p *pdfLexer) value(depth int) (any, error) {
	p.skip()
	if p.at >= len(p.b) || depth > maxPDFDepth {
		return nil, errPDF
	}
	switch c := p.b[p.at]; {
	case c == '/':
		return p.name(), nil
	case c == '(':
		return p.literal()
	case c == '<' && p.at+1 < len(p.b) && p.b[p.at+1] == '<':
		return p.dict(depth)
	case c == '<':
		return p.hex()
	case c == '[':
		p.at++
		list := []any{}
		for {
			p.skip()
			if p.at < len(p.b) && p.b[p.at] == ']' {
				p.at++
				return list, nil
			}
			v, err := p.value(depth + 1)
			if err != nil || len(list) > maxPDFParts {
				return nil, errPDF
			}
			list = append(list, v)
		}
	case c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9':
		return p.number(), nil
	case delimits(c):
		p.at++
		return nil, errPDF
	}
	start := p.at
	for p.at < len(p.b) && !delimits(p.b[p.at]) {
		p.at++
	}
	return pdfWord(p.b[start:p.at]), nil
}

func (p *pdfLexer) name() pdfName {
	p.at++
	var b []byte
	for p.at < len(p.b) && !delimits(p.b[p.at]) {
		c := p.b[p.at]
		p.at++
		if c == '#' && p.at+1 < len(p.b) { // /J#53 is /JS
			if n, err := strconv.ParseUint(string(p.b[p.at:p.at+2]), 16, 8); err == nil {
				c, p.at = byte(n), p.at+2
			}
		}
		b = append(b, c)
	}
	return pdfName(b)
}

// number reads a number, or "N G R".
func (p *pdfLexer) number() any {
	word := func() string {
		start := p.at
		for p.at < len(p.b) && !delimits(p.b[p.at]) {
			p.at++
		}
		return string(p.b[start:p.at])
	}
	first := word()
	n, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return float64(0)
	}
	back := p.at
	if id, err := strconv.Atoi(first); err == nil && id >= 0 {
		p.skip()
		if _, err := strconv.ParseUint(word(), 10, 16); err == nil {
			p.skip()
			if word() == "R" {
				return pdfRef(id)
			}
		}
	}
	p.at = back
	return n
}

func (p *pdfLexer) literal() (any, error) {
	p.at++
	out := pdfString{}
	for deep := 1; p.at < len(p.b); p.at++ {
		c := p.b[p.at]
		switch c {
		case '(':
			deep++
		case ')':
			if deep--; deep == 0 {
				p.at++
				return out, nil
			}
		case '\\':
			p.at++
			if p.at >= len(p.b) {
				return nil, errPDF
			}
			switch e := p.b[p.at]; {
			case e >= '0' && e <= '7':
				n := 0
				for i := 0; i < 3 && p.at < len(p.b) && p.b[p.at] >= '0' && p.b[p.at] <= '7'; i++ {
					n = n*8 + int(p.b[p.at]-'0')
					p.at++
				}
				p.at--
				out = append(out, byte(n))
			case e == '\r':
				if p.at+1 < len(p.b) && p.b[p.at+1] == '\n' {
					p.at++
				}
			case e == '\n':
			default:
				if i := strings.IndexByte("nrtbf", e); i >= 0 {
					e = "\n\r\t\b\f"[i]
				}
				out = append(out, e)
			}
			continue
		}
		out = append(out, c)
	}
	return nil, errPDF
}

func (p *pdfLexer) hex() (any, error) {
	p.at++
	out := pdfString{}
	high, half := byte(0), false
	for ; p.at < len(p.b); p.at++ {
		c := p.b[p.at]
		if c == '>' {
			p.at++
			if half {
				out = append(out, high<<4)
			}
			return out, nil
		}
		n, err := strconv.ParseUint(string(c), 16, 8)
		if err != nil {
			continue
		}
		if half {
			out = append(out, high<<4|byte(n))
		}
		high, half = byte(n), !half
	}
	return nil, errPDF
}

func (p *pdfLexer) dict(depth int) (any, error) {
	p.at += 2
	d := pdfDict{}
	for {
		p.skip()
		switch {
		case p.at+1 < len(p.b) && p.b[p.at] == '>' && p.b[p.at+1] == '>':
			p.at += 2
			return d, nil
		case p.at >= len(p.b) || p.b[p.at] != '/' || len(d) > maxPDFParts:
			return nil, errPDF
		}
		k := p.name()
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		d[string(k)] = v
	}
}

// streamStart finds where a stream's bytes begin.
func (p *pdfLexer) streamStart() (int, bool) {
	back := p.at
	p.skip()
	if !strings.HasPrefix(string(p.b[p.at:min(len(p.b), p.at+6)]), "stream") {
		p.at = back
		return 0, false
	}
	at := p.at + 6
	if at < len(p.b) && p.b[at] == '\r' {
		at++
	}
	if at < len(p.b) && p.b[at] == '\n' {
		at++
	}
	return at, true
}
