// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// A markup walks through the start tags of an HTML text and their attributes, as the HTML standard's tokenizer would, at a tenth of the
// cost of one that also makes tokens of the text: a crawl reads every page for its references alone. It never fails and holds nothing.
type markup struct {
	rest []byte
	name [24]byte
	key  [24]byte
	cut  bool // the text ended within a tag
}

// next moves behind the name of the next start tag and gives it in lower case; nothing for one that is longer than any that we
// know. It is valid until the next call, and what is left of the tag before is not passed over.
func (m *markup) next() (name []byte, ok bool) {
	for {
		i := bytes.IndexByte(m.rest, '<')
		if i < 0 || i+1 >= len(m.rest) {
			m.rest = nil
			return nil, false
		}
		m.rest = m.rest[i+1:]
		switch c := m.rest[0]; {
		case isLetter(c):
			return m.word(m.name[:0], 0), true
		case bytes.HasPrefix(m.rest, []byte("!--")):
			m.comment()
		case c == '!' || c == '?':
			m.pass([]byte(">"))
		case c == '/' && len(m.rest) > 1 && isLetter(m.rest[1]):
			m.rest = m.rest[1:]
			m.word(m.name[:0], 0)
			for _, _, more := m.attribute(); more; _, _, more = m.attribute() {
			}
		case c == '/' && len(m.rest) > 1:
			m.pass([]byte(">"))
		}
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// comment passes over one; "<!-->" and "<!--->" are whole comments, and "--!>" ends one, too.
func (m *markup) comment() {
	m.rest = m.rest[3:]
	if bytes.HasPrefix(m.rest, []byte(">")) || bytes.HasPrefix(m.rest, []byte("->")) {
		m.pass([]byte(">"))
		return
	}
	for {
		i := bytes.Index(m.rest, []byte("--"))
		if i < 0 {
			m.rest = nil
			return
		}
		m.rest = bytes.TrimLeft(m.rest[i+2:], "-") // once: a text of nothing but dashes is long
		for _, end := range []string{">", "!>"} {
			if bytes.HasPrefix(m.rest, []byte(end)) {
				m.rest = m.rest[len(end):]
				return
			}
		}
	}
}

// pass goes on behind the next mark, or to the end.
func (m *markup) pass(mark []byte) {
	if i := bytes.Index(m.rest, mark); i >= 0 {
		m.rest = m.rest[i+len(mark):]
	} else {
		m.rest = nil
	}
}

// word takes the name of a tag or an attribute into room, in lower case. End ends it, too, except at its beginning.
func (m *markup) word(room []byte, end byte) []byte {
	i, long := 0, false
	for ; i < len(m.rest); i++ {
		c := m.rest[i]
		if isSpace(c) || c == '/' || c == '>' || c == end && i > 0 {
			break
		}
		if long = long || len(room) == cap(room); !long {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			room = append(room, c)
		}
	}
	m.rest = m.rest[i:]
	if long {
		return nil
	}
	return room
}

// attribute gives the next attribute of the tag that next found, its value as written. It reports false at the end of the tag.
func (m *markup) attribute() (key, value []byte, ok bool) {
	for len(m.rest) > 0 && (isSpace(m.rest[0]) || m.rest[0] == '/') {
		m.rest = m.rest[1:]
	}
	if len(m.rest) == 0 {
		m.cut = true
		return nil, nil, false
	}
	if m.rest[0] == '>' {
		m.rest = m.rest[1:]
		return nil, nil, false
	}
	key = m.word(m.key[:0], '=')
	after := bytes.TrimLeft(m.rest, " \n\t\r\f")
	if len(after) == 0 || after[0] != '=' {
		return key, nil, true
	}
	m.rest = bytes.TrimLeft(after[1:], " \n\t\r\f")
	if len(m.rest) == 0 {
		return key, nil, true
	}
	if q := m.rest[0]; q == '"' || q == '\'' {
		end := bytes.IndexByte(m.rest[1:], q)
		if end < 0 { // the text ends within it, and half an address is none
			m.rest, m.cut = nil, true
			return nil, nil, false
		}
		value, m.rest = m.rest[1:1+end], m.rest[end+2:]
		return key, value, true
	}
	end := bytes.IndexAny(m.rest, " \n\t\r\f>")
	if end < 0 {
		m.rest, m.cut = nil, true
		return nil, nil, false
	}
	value, m.rest = m.rest[:end], m.rest[end:]
	return key, value, true
}

// raw passes over the content of an element that holds no markup, and gives it; nil for others.
func (m *markup) raw(tag []byte) []byte {
	switch string(tag) {
	case "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes":
	default:
		return nil
	}
	for at := 0; ; at += 2 {
		i := bytes.Index(m.rest[at:], []byte("</"))
		if i < 0 {
			text := m.rest
			m.rest = nil
			return text
		}
		at += i
		end := at + 2 + len(tag)
		if end <= len(m.rest) && bytes.EqualFold(m.rest[at+2:end], tag) && (end == len(m.rest) || isSpace(m.rest[end]) || m.rest[end] == '/' || m.rest[end] == '>') {
			text := m.rest[:at]
			m.rest = m.rest[at:]
			return text
		}
	}
}

// attributeText is the value of an attribute with its character references resolved. One without a semicolon is only itself where more
// letters or "=" follow: "?a=1&copy=2" holds no sign of copyright (HTML standard, named character reference state).
func attributeText(v []byte) string {
	i := bytes.IndexByte(v, '&')
	if i < 0 {
		return string(v)
	}
	out := make([]byte, 0, len(v))
	for ; i >= 0; i = bytes.IndexByte(v, '&') {
		out, v = append(out, v[:i]...), v[i:]
		n := 1
		for n < len(v) && (isLetter(v[n]) || '0' <= v[n] && v[n] <= '9' || v[n] == '#' && n == 1) {
			n++
		}
		ref := v[:n]
		if n < len(v) && v[n] == ';' {
			ref = v[:n+1]
		}
		text := html.UnescapeString(string(ref))
		if last := ref[len(ref)-1]; last != ';' && ref[min(1, len(ref)-1)] != '#' && (utf8.RuneCountInString(text) > 1 || n < len(v) && v[n] == '=') {
			text = string(ref)
		}
		out, v = append(out, text...), v[len(ref):]
	}
	return string(append(out, v...))
}
