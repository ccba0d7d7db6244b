// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean drops space around s and refuses what no address contains and what could deceive a reader.
func clean(s string) (string, error) {
	in := s
	s = strings.TrimSpace(s)
	if s == "" {
		return "", syntax(in, "expected an address such as https://name.test/path, name.test or 192.0.2.7")
	}
	if len(s) > MaxLength {
		return "", syntax(in, "expected at most 2048 bytes")
	}
	if !utf8.ValidString(s) {
		return "", syntax(in, "expected text in UTF-8")
	}
	for _, r := range s {
		switch {
		case unicode.IsControl(r):
			return "", syntax(in, "control characters are refused; write them percent-encoded if they belong to the address")
		case unicode.IsSpace(r):
			return "", syntax(in, "space within an address is refused; write %20 if it belongs to the address")
		case unicode.Is(unicode.Bidi_Control, r):
			return "", syntax(in, "characters that reverse the direction of writing are refused; write them percent-encoded if they belong to the address")
		case unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d':
			return "", syntax(in, "invisible characters are refused; write them percent-encoded if they belong to the address")
		}
	}
	return s, nil
}

// parseURL reads a web address; without a scheme it is https. Source: RFC 3986, sections 5.2.4 and 6.2.2; where browsers read
// an ambiguous authority differently (backslash, percent sign, userinfo) it is refused.
func parseURL(s, in string) (Locator, error) {
	l := Locator{scheme: "https"}
	scheme, rest, fanged, found := cutScheme(s)
	if found {
		if scheme != "http" && scheme != "https" {
			return Locator{}, syntax(in, "only http and https are addresses here")
		}
		l.scheme = scheme
	} else {
		rest = s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	raw := rest[:end]
	authority := refang(raw)
	rest = rest[end:]
	if fanged || authority != raw {
		rest = refangPath(rest)
	}
	if err := l.setAuthority(authority, in); err != nil {
		return Locator{}, err
	}
	if l.scheme == "http" && l.port == "80" || l.scheme == "https" && l.port == "443" {
		l.port = ""
	}
	rest, _, _ = strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	if strings.Contains(path, `\`) {
		return Locator{}, syntax(in, `a backslash in a path is read differently by different programs; write / or %5C`)
	}
	l.path = normalPath(path)
	if query != "" {
		l.path += "?" + normalise(query, inQuery)
	}
	return l, nil
}

// setAuthority reads host and port. It refuses credentials: an address with a password is a secret, not a place.
func (l *Locator) setAuthority(a, in string) error {
	switch {
	case a == "":
		return syntax(in, "expected a host after the scheme")
	case strings.Contains(a, "@"):
		return syntax(in, "a user name or password before the host is refused; give the address without it")
	case strings.ContainsAny(a, `\%`):
		return syntax(in, "a host contains neither backslash nor percent sign")
	}
	host, port := a, ""
	if strings.HasPrefix(a, "[") {
		close := strings.IndexByte(a, ']')
		if close < 0 {
			return syntax(in, "expected ] after an IPv6 address")
		}
		host, port = a[:close+1], a[close+1:]
		if port != "" && port[0] != ':' {
			return syntax(in, "expected a colon and a port after ]")
		}
		port = strings.TrimPrefix(port, ":")
	} else if i := strings.LastIndexByte(a, ':'); i >= 0 {
		host, port = a[:i], a[i+1:]
	}
	h, err := normalHost(host, in)
	if err != nil {
		return err
	}
	p, ok := normalPort(port)
	if !ok {
		return syntax(in, "expected a port between 1 and 65535 after the colon")
	}
	l.host, l.port = h, p
	return nil
}

func normalPort(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return "", false
		}
		if n = n*10 + int(c-'0'); n > 65535 {
			return "", false
		}
	}
	s = strings.TrimLeft(s, "0")
	return s, s != ""
}

// normalPath normalises the percent-encoding and resolves dot segments; empty segments stay, as servers tell them apart.
func normalPath(p string) string {
	p = normalise(p, inPath)
	if p == "" {
		return "/"
	}
	in := strings.Split(strings.TrimPrefix(p, "/"), "/")
	out := make([]string, 0, len(in)+1)
	for i, seg := range in {
		last := i == len(in)-1
		switch seg {
		case ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, seg)
			last = false
		}
		if last {
			out = append(out, "") // the directory itself
		}
	}
	return "/" + strings.Join(out, "/")
}

const hexDigits = "0123456789ABCDEF"

// normalise decodes what needs no percent-encoding, encodes what does, and writes hexadecimal digits in upper case.
func normalise(s string, allowed func(byte) bool) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		encoded := false
		if c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			c = byte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
			encoded = true
		}
		if encoded && unreserved(c) || !encoded && allowed(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// unreserved, inPath and inQuery are the character sets of RFC 3986, section 2 and 3.
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func inPath(c byte) bool  { return unreserved(c) || strings.IndexByte("!$&'()*+,;=:@/", c) >= 0 }
func inQuery(c byte) bool { return inPath(c) || c == '?' }
