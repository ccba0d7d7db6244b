// SPDX-License-Identifier: EUPL-1.2

package inert

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The kinds of CSS tokens that matter here (CSS Syntax, level 3); the rest is other.
const (
	end = iota
	other
	space
	comment
	text     // a string; value is what it means
	address  // url(...) without quotes; value is what it means
	function // name(
	at       // @name
	word
	open // ( [ {
	shut // ) ] }
	semicolon
)

type token struct {
	kind  int
	raw   string
	value string // escapes undone
}

// A lexer splits a style sheet as a browser does, so that a name or an address cannot hide behind escapes.
type lexer struct {
	src string
	pos int
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.src) {
		return l.src[l.pos+n]
	}
	return 0
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c >= 0x80
}

// escaped reports whether an escape begins n bytes on.
func (l *lexer) escaped(n int) bool {
	return l.peek(n) == '\\' && l.pos+n+1 < len(l.src) && l.peek(n+1) != '\n' && l.peek(n+1) != '\r' && l.peek(n+1) != '\f'
}

func (l *lexer) next() token {
	if l.pos >= len(l.src) {
		return token{kind: end}
	}
	from, c := l.pos, l.src[l.pos]
	made := func(kind int, value string) token { return token{kind, l.src[from:l.pos], value} }
	switch {
	case blank(c):
		for l.pos < len(l.src) && blank(l.src[l.pos]) {
			l.pos++
		}
		return made(space, "")
	case c == '/' && l.peek(1) == '*':
		if n := strings.Index(l.src[l.pos+2:], "*/"); n >= 0 {
			l.pos += n + 4
		} else {
			l.pos = len(l.src)
		}
		return made(comment, "")
	case c == '"' || c == '\'':
		return made(text, l.text(c))
	case c == '@' && (nameByte(l.peek(1)) || l.escaped(1)):
		l.pos++
		return made(at, l.name())
	case c == '(' || c == '[' || c == '{':
		l.pos++
		return made(open, "")
	case c == ')' || c == ']' || c == '}':
		l.pos++
		return made(shut, "")
	case c == ';':
		l.pos++
		return made(semicolon, "")
	case nameByte(c) || l.escaped(0):
		name := l.name()
		if l.peek(0) != '(' {
			return made(word, name)
		}
		l.pos++
		if !strings.EqualFold(name, "url") {
			return made(function, name)
		}
		if n := l.pos + len(l.src[l.pos:]) - len(strings.TrimLeft(l.src[l.pos:], " \t\n\r\f")); n < len(l.src) && (l.src[n] == '"' || l.src[n] == '\'') {
			return made(function, name)
		}
		return made(address, l.address())
	}
	_, n := utf8.DecodeRuneInString(l.src[l.pos:])
	l.pos += n
	return made(other, "")
}

// name reads a name, escapes undone.
func (l *lexer) name() string {
	var b strings.Builder
	for l.pos < len(l.src) {
		switch {
		case nameByte(l.src[l.pos]):
			b.WriteByte(l.src[l.pos])
			l.pos++
		case l.escaped(0):
			l.pos++
			b.WriteString(l.escape())
		default:
			return b.String()
		}
	}
	return b.String()
}

// escape reads what follows a backslash.
func (l *lexer) escape() string {
	from := l.pos
	for l.pos < len(l.src) && l.pos-from < 6 && strings.IndexByte("0123456789abcdefABCDEF", l.src[l.pos]) >= 0 {
		l.pos++
	}
	if l.pos > from {
		n, _ := strconv.ParseUint(l.src[from:l.pos], 16, 32)
		if l.pos < len(l.src) && blank(l.src[l.pos]) {
			if l.src[l.pos] == '\r' && l.peek(1) == '\n' {
				l.pos++
			}
			l.pos++
		}
		if r := rune(n); n != 0 && n <= utf8.MaxRune && utf8.ValidRune(r) {
			return string(r)
		}
		return "\uFFFD"
	}
	_, n := utf8.DecodeRuneInString(l.src[l.pos:])
	l.pos += n
	return l.src[from:l.pos]
}

// text reads a string; one that is never closed ends with its line.
func (l *lexer) text(quote byte) string {
	var b strings.Builder
	for l.pos++; l.pos < len(l.src); {
		switch c := l.src[l.pos]; {
		case c == quote:
			l.pos++
			return b.String()
		case c == '\n' || c == '\r' || c == '\f':
			return b.String()
		case c == '\\' && l.pos+1 >= len(l.src):
			l.pos++
		case c == '\\' && !l.escaped(0): // a line that goes on
			if l.pos++; l.src[l.pos] == '\r' && l.peek(1) == '\n' {
				l.pos++
			}
			l.pos++
		case c == '\\':
			l.pos++
			b.WriteString(l.escape())
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	return b.String()
}

// address reads url(...) without quotes to its bracket; a malformed one means nothing.
func (l *lexer) address() string {
	var b strings.Builder
	bad := false
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == ')':
			l.pos++
			if bad {
				return ""
			}
			return strings.Trim(b.String(), " \t\n\r\f")
		case c == '"' || c == '\'' || c == '(':
			bad = true
			l.pos++
		case l.escaped(0):
			l.pos++
			b.WriteString(l.escape())
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	return strings.TrimSpace(b.String())
}
