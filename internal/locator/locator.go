// SPDX-License-Identifier: EUPL-1.2

package locator

import "strings"

// MaxLength is the greatest length of an address in bytes, as given and in canonical form.
const MaxLength = 2048

// A Locator is one address in canonical form. It is a comparable value: two locators are the same address if they are equal.
// The zero Locator is no address. Only Parse, Of and UnmarshalText make others.
type Locator struct {
	Kind   Kind
	scheme string // "http" or "https" for URL, stream and list; else empty
	host   string // lower-case ASCII name, IPv4, or IPv6 without brackets
	port   string // decimal; empty for the scheme's own
	path   string // begins with "/" ; with the query; empty for domain and IP
}

// Parse reads an address, real or defanged (hxxps://, [.] and their like), and returns it in canonical form. A bare name is a
// domain, a bare number an IP address, a name with a path or a port a URL with https. Space around it is dropped. Errors are
// *SyntaxError.
func Parse(s string) (Locator, error) {
	in := s
	s, err := clean(s)
	if err != nil {
		return Locator{}, err
	}
	for _, k := range Kinds {
		if p := k.prefix(); p != "" && len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			return build(k, s[len(p):], in)
		}
	}
	if ip, ok := bareIP(s); ok {
		return Locator{Kind: KindIP, host: ip}, nil
	}
	if !hasScheme(s) && !strings.ContainsAny(strings.TrimSuffix(refang(s), "/"), ":/?#") {
		return build(KindDomain, s, in)
	}
	return build(KindURL, s, in)
}

// Of reads s as an address of the given kind. A domain or an IP address may be given as any address that has such a host; an
// app, add-on or account may be given as the address of its page. Errors are *SyntaxError.
func Of(kind Kind, s string) (Locator, error) {
	in := s
	s, err := clean(s)
	if err != nil {
		return Locator{}, err
	}
	if !kind.Valid() {
		return Locator{}, syntax(in, "the kind "+string(kind)+" is not known; expected url, domain, ip, app, addon, stream, list or account")
	}
	for _, k := range Kinds {
		p := k.prefix()
		if p == "" || len(s) < len(p) || !strings.EqualFold(s[:len(p)], p) {
			continue
		}
		if k != kind && kind != KindDomain && kind != KindIP {
			return Locator{}, syntax(in, "expected an address of kind "+string(kind)+", this one says that it is of kind "+string(k))
		}
		if k == kind {
			return build(kind, s[len(p):], in)
		}
		l, err := build(k, s[len(p):], in)
		if err != nil {
			return Locator{}, err
		}
		return build(kind, bracketed(l.host), in)
	}
	return build(kind, s, in)
}

// build makes a locator of kind k from s, which is clean and has no prefix; in is the whole text for errors.
func build(k Kind, s, in string) (Locator, error) {
	var l Locator
	var err error
	switch k {
	case KindURL, KindStream, KindList:
		l, err = parseURL(s, in)
	case KindDomain:
		l, err = parseDomain(s, in)
	case KindIP:
		l, err = parseIP(s, in)
	default:
		l, err = parseStored(k, s, in)
	}
	if err != nil {
		return Locator{}, err
	}
	l.Kind = k
	if len(l.String()) > MaxLength {
		return Locator{}, syntax(in, "expected at most 2048 bytes in canonical form")
	}
	return l, nil
}

// IsZero reports whether l is no address at all.
func (l Locator) IsZero() bool { return l == Locator{} }

// String returns the canonical form, which is ASCII only: Parse(l.String()) == l. The zero Locator gives "".
func (l Locator) String() string {
	switch l.Kind {
	case KindURL, KindStream, KindList:
		return l.Kind.prefix() + l.scheme + "://" + l.authority() + l.path
	case KindDomain, KindIP:
		return l.host
	case "":
		return ""
	}
	return l.Kind.prefix() + l.authority() + l.path
}

// Host returns the host in lower case and punycode, without port; an IPv6 address without brackets.
func (l Locator) Host() string { return l.host }

// Port returns the port in decimal, or "" where it is the scheme's own.
func (l Locator) Port() string { return l.port }

// Path returns path and query, beginning with "/"; "" for a domain or an IP address.
func (l Locator) Path() string { return l.path }

// ID returns what an app, add-on or account is called in its store or on its platform, percent-encoded; "" for other kinds.
func (l Locator) ID() string {
	switch l.Kind {
	case KindApp, KindAddOn, KindAccount:
		return strings.TrimPrefix(l.path, "/")
	}
	return ""
}

func (l Locator) authority() string {
	if l.port == "" {
		return bracketed(l.host)
	}
	return bracketed(l.host) + ":" + l.port
}

// bracketed puts an IPv6 address into brackets.
func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// URL returns the address to fetch: the page of an app, add-on or account; the start page of a domain (https) or of an IP
// address (http, as no name is known to make a certificate valid). "" only for the zero Locator.
func (l Locator) URL() string {
	switch l.Kind {
	case "":
		return ""
	case KindURL, KindStream, KindList:
		return l.scheme + "://" + l.authority() + l.path
	case KindDomain:
		return "https://" + l.host + "/"
	case KindIP:
		return "http://" + bracketed(l.host) + "/"
	}
	return l.page()
}

// MarshalText returns the canonical form; the zero Locator is an empty text.
func (l Locator) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText or a person wrote. An empty text is the zero Locator.
func (l *Locator) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = Locator{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}
