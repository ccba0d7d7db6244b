// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"fmt"
	"net/netip"
	"strings"

	"iolaus/internal/iru"
)

// A Bootstrap says which RDAP server knows a name or an address (RFC 9224). The zero value knows none.
type Bootstrap struct {
	names    map[string]string // suffix without dots around it to the server's base URL
	prefixes map[netip.Prefix]string
}

// Read adds a bootstrap file: dns.json, ipv4.json or ipv6.json as IANA publishes them. Entries that are malformed are passed
// over; the error is Invalid where the file as a whole is.
func (b *Bootstrap) Read(file []byte) error {
	var f struct {
		Services [][][]string `json:"services"`
	}
	if err := decode(file, &f); err != nil {
		return fmt.Errorf("read RDAP bootstrap: %w: %v", iru.Invalid, err)
	}
	if b.names == nil {
		b.names, b.prefixes = map[string]string{}, map[netip.Prefix]string{}
	}
	found := 0
	for _, s := range f.Services {
		if len(s) != 2 {
			continue
		}
		base := preferred(s[1])
		if base == "" {
			continue
		}
		for _, key := range s[0] {
			if p, err := netip.ParsePrefix(key); err == nil {
				b.prefixes[p.Masked()] = base
			} else if name, err := plainName(key); err == nil {
				b.names[name] = base
			} else {
				continue
			}
			found++
		}
	}
	if found == 0 && (f.Services == nil || len(f.Services) > 0) { // a list may be empty
		return fmt.Errorf("read RDAP bootstrap: %w: it names no server; expected the form of RFC 9224", iru.Invalid)
	}
	return nil
}

// preferred is the first https address, else the first of the web (RFC 9224, section 3).
func preferred(urls []string) string {
	base := ""
	for _, u := range urls {
		if strings.HasPrefix(u, "https://") {
			base = u
			break
		}
		if base == "" && webAddress(u) {
			base = u
		}
	}
	if base != "" && !strings.HasSuffix(base, "/") {
		base += "/"
	}
	return base
}

// Name returns the server for a domain name: the one of the longest suffix. "" where none is known.
func (b *Bootstrap) Name(name string) string {
	for {
		if base, ok := b.names[name]; ok {
			return base
		}
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return ""
		}
		name = rest
	}
}

// Address returns the server for an address: the one of the longest prefix. "" where none is known.
func (b *Bootstrap) Address(a netip.Addr) string {
	for bits := a.BitLen(); bits >= 0; bits-- {
		if p, err := a.Prefix(bits); err == nil {
			if base, ok := b.prefixes[p]; ok {
				return base
			}
		}
	}
	return ""
}
