// SPDX-License-Identifier: EUPL-1.2

package inert

import (
	"net/url"
	"strings"
)

// A Kind says what an address in a page is for.
type Kind int

// The kinds of parts that a copy can have.
const (
	Image    Kind = iota // of an element
	Backdrop             // of a style
	Sheet                // a style sheet
)

// A Finder gives the address under which a part of the same capture is served, for one of the page's own; "" leaves the part out.
type Finder func(u *url.URL, k Kind) string

// nothing stands where a part is left out: a declaration stays whole, and nobody is asked.
const nothing = `url("data:,")`

// maxImports bounds the sheets that one sheet may name.
const maxImports = 32

// Style rewrites a style sheet: every address in it is one that find gave, or none. What is not understood is copied; the content
// policy of whoever serves the copy is the second wall.
func Style(src string, base *url.URL, find Finder) string {
	s := &styler{lex: lexer{src: src}, base: base, find: find}
	s.out.Grow(len(src))
	s.all()
	return s.out.String()
}

type styler struct {
	lex     lexer
	base    *url.URL
	find    Finder
	out     strings.Builder
	sets    []bool // of the open brackets: whether strings in them are addresses
	imports int
}

func (s *styler) all() {
	for t := s.lex.next(); t.kind != end; t = s.lex.next() {
		s.token(t)
	}
}

func (s *styler) token(t token) {
	switch t.kind {
	case comment: // may hide what an old parser reads otherwise
		s.out.WriteByte(' ')
	case address:
		s.out.WriteString(s.part(t.value))
	case text:
		if len(s.sets) > 0 && s.sets[len(s.sets)-1] {
			s.out.WriteString(s.part(t.value))
			return
		}
		s.out.WriteString(quote(t.value))
	case function:
		name := strings.ToLower(t.value)
		if name == "url" {
			s.out.WriteString(s.part(s.quoted()))
			return
		}
		s.sets = append(s.sets, name == "image-set" || name == "-webkit-image-set" || name == "image" || name == "src" || name == "-webkit-cross-fade")
		s.out.WriteString(t.raw)
	case open:
		s.sets = append(s.sets, false)
		s.out.WriteString(t.raw)
	case shut:
		if len(s.sets) > 0 {
			s.sets = s.sets[:len(s.sets)-1]
		}
		s.out.WriteString(t.raw)
	case at:
		if strings.EqualFold(t.value, "import") {
			s.importRule()
			return
		}
		if strings.EqualFold(t.value, "charset") {
			s.skipRule()
			return
		}
		s.out.WriteString(t.raw)
	default:
		s.out.WriteString(t.raw)
	}
}

// quoted reads the rest of url("address") and gives the address.
func (s *styler) quoted() (value string) {
	for t := s.lex.next(); t.kind != shut && t.kind != end; t = s.lex.next() {
		if t.kind == text && value == "" {
			value = t.value
		}
	}
	return value
}

// importRule rewrites "@import address conditions;" or leaves it out.
func (s *styler) importRule() {
	t := s.lex.next()
	for t.kind == space || t.kind == comment {
		t = s.lex.next()
	}
	if t.kind == function && strings.EqualFold(t.value, "url") {
		t = token{kind: address, value: s.quoted()}
	}
	to := ""
	if s.imports++; s.imports <= maxImports && (t.kind == address || t.kind == text) {
		to = s.resolve(t.value, Sheet)
	}
	if t.kind == end || t.kind == semicolon {
		return
	}
	if to == "" {
		s.skipRule()
		return
	}
	s.out.WriteString(`@import url(` + quote(to) + `)`)
	for t = s.lex.next(); t.kind != end && t.kind != semicolon; t = s.lex.next() {
		s.token(t)
	}
	s.out.WriteByte(';')
}

func (s *styler) skipRule() {
	for t := s.lex.next(); t.kind != end && t.kind != semicolon; t = s.lex.next() {
	}
}

// part is an address as it stands in the copy.
func (s *styler) part(value string) string {
	if strings.HasPrefix(value, "#") && !strings.ContainsAny(value, "\\\"\n") { // within the page: a filter, a gradient
		return "url(" + quote(value) + ")"
	}
	if picture(value) {
		return "url(" + quote(value) + ")"
	}
	if to := s.resolve(value, Backdrop); to != "" {
		return "url(" + quote(to) + ")"
	}
	return nothing
}

func (s *styler) resolve(value string, k Kind) string {
	return resolve(s.base, value, k, s.find)
}

// resolve gives the address under which a part is served, or "".
func resolve(base *url.URL, value string, k Kind, find Finder) string {
	if find == nil || base == nil || value == "" || len(value) > 8192 {
		return ""
	}
	u, err := base.Parse(strings.TrimSpace(value))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return find(u, k)
}

// picture reports whether an address is an embedded picture. As a picture even SVG neither runs nor asks.
func picture(value string) bool {
	kind, _, ok := strings.Cut(strings.TrimSpace(value), ",")
	kind = strings.ToLower(kind)
	return ok && strings.HasPrefix(kind, "data:image/") && len(value) <= 1<<20
}

// quote writes a CSS string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\' || r == '<' || r == '>' || r < 0x20 || r == 0x7f:
			b.WriteString(`\` + hex(r) + ` `)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex(r rune) string {
	const digits = "0123456789abcdef"
	if r < 16 {
		return digits[r : r+1]
	}
	return hex(r>>4) + digits[r&15:r&15+1]
}
