// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// names maps a name as browsers do (UTS 46, non-transitional) and checks right-to-left labels (RFC 5893). Underscores and
// hyphens in third and fourth place exist in the wild and stay allowed.
var names = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckJoiners(true),
	idna.StrictDomainName(false), idna.CheckHyphens(false), idna.VerifyDNSLength(true))

// normalHost returns a name in lower-case punycode, or an IP address in its canonical form, without brackets.
func normalHost(host, in string) (string, error) {
	if strings.HasPrefix(host, "[") {
		ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", syntax(in, "expected an IPv6 address without zone in the brackets")
		}
		return ip.Unmap().String(), nil
	}
	for _, dot := range []string{".", "\u3002", "\uff0e", "\uff61"} { // the root's dot, as IDNA knows it
		if t, ok := strings.CutSuffix(host, dot); ok {
			host = t
			break
		}
	}
	name, err := names.ToASCII(host)
	if err != nil {
		return "", syntax(in, "expected a host name: letters, digits and hyphens in labels of 1 to 63, at most 253 in all")
	}
	for _, label := range strings.Split(name, ".") {
		if label == "" {
			return "", syntax(in, "a host name has no empty label")
		}
		for _, c := range []byte(label) {
			if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
				return "", syntax(in, "expected letters, digits and hyphens in a host name")
			}
		}
	}
	if endsInNumber(name) {
		ip, ok := oddIPv4(name)
		if !ok {
			return "", syntax(in, "a host whose last label is a number must be an IPv4 address")
		}
		return ip, nil
	}
	return name, nil
}

// endsInNumber and oddIPv4 follow the WHATWG URL standard, sections 3.5: browsers take 0x7f.1 for 127.0.0.1, and so must we.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := oddNumber(last)
	return ok
}

func oddIPv4(name string) (string, bool) {
	parts := strings.Split(name, ".")
	if len(parts) > 4 {
		return "", false
	}
	var sum uint64
	for i, p := range parts {
		n, ok := oddNumber(p)
		if !ok {
			return "", false
		}
		if i == len(parts)-1 {
			if n >= 1<<(8*(5-len(parts))) {
				return "", false
			}
			sum |= n
		} else {
			if n > 255 {
				return "", false
			}
			sum |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}).String(), true
}

// oddNumber reads a decimal, octal (0...) or hexadecimal (0x...) number of at most 32 bits.
func oddNumber(s string) (uint64, bool) {
	base := 10
	switch {
	case strings.HasPrefix(s, "0x"):
		s, base = s[2:], 16
		if s == "" {
			return 0, true
		}
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, false
	}
	var n uint64
	for _, c := range []byte(s) {
		d := unhex(c)
		if d < 0 || d >= base {
			return 0, false
		}
		if n = n*uint64(base) + uint64(d); n > 1<<32 {
			return 0, false
		}
	}
	return n, n < 1<<32
}

// bareIP reads an IP address that stands alone, defanged or in brackets.
func bareIP(s string) (string, bool) {
	s = refang(s)
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	ip, err := netip.ParseAddr(s)
	if err != nil || ip.Zone() != "" {
		return "", false
	}
	return ip.Unmap().String(), true
}

// parseDomain reads a name that stands alone, or takes the host of a longer address.
func parseDomain(s, in string) (Locator, error) {
	l, err := parseURL(s, in)
	if err != nil {
		return Locator{}, err
	}
	if l.IsIP() {
		return Locator{}, syntax(in, "expected a domain name, this is an IP address")
	}
	if !strings.Contains(l.host, ".") {
		return Locator{}, syntax(in, "expected a domain name with at least two labels, such as name.test")
	}
	return Locator{host: l.host}, nil
}

func parseIP(s, in string) (Locator, error) {
	if ip, ok := bareIP(s); ok {
		return Locator{host: ip}, nil
	}
	l, err := parseURL(s, in)
	if err != nil {
		return Locator{}, err
	}
	if !l.IsIP() {
		return Locator{}, syntax(in, "expected an IP address such as 192.0.2.7 or 2001:db8::7")
	}
	return Locator{host: l.host}, nil
}

// IsIP reports whether the host is an IP address.
func (l Locator) IsIP() bool {
	_, err := netip.ParseAddr(l.host)
	return err == nil
}

// Site returns the name under which one customer publishes: the public suffix (publicsuffix.org, with its private section)
// and one label more. Under a suffix that a host hands out to customers, such as github.io, each customer is a site of its own.
// Under .test it is the last two labels. An IP address, a single label and a suffix itself are their own site.
func (l Locator) Site() string {
	if l.IsZero() || l.IsIP() {
		return l.host
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(l.host)
	if err != nil {
		return l.host
	}
	return site
}

// Registered returns the name that a registrar registered, which is what a hold would fell: it skips the private section of the
// public suffix list, so that alice.github.io gives github.io. "" for an IP address, a single label and a registry's suffix.
func (l Locator) Registered() string {
	if l.IsZero() || l.IsIP() || !strings.Contains(l.host, ".") {
		return ""
	}
	name := l.host
	suffix, icann := publicsuffix.PublicSuffix(name)
	for !icann && strings.Contains(suffix, ".") {
		name = suffix
		suffix, icann = publicsuffix.PublicSuffix(suffix[strings.IndexByte(suffix, '.')+1:])
	}
	left, ok := strings.CutSuffix(name, "."+suffix)
	if !ok {
		return ""
	}
	return left[strings.LastIndexByte(left, '.')+1:] + "." + suffix
}
