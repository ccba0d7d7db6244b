// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"errors"
	"net/netip"
	"testing"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// Whatever a security.txt holds: few contacts, each of a known kind and in valid text.
func FuzzSecurity(f *testing.F) {
	f.Add([]byte("Contact: mailto:abuse@tram.test\nContact: https://tram.test/report\nExpires: 2027-01-01T00:00:00Z\n"))
	f.Add([]byte("CONTACT:tel:+1\r\ncontact: \xff\x01 <a@b>\nExpires: never\nContact"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := ParseSecurity(b)
		if len(s.Contacts) > mostContacts {
			t.Fatal(len(s.Contacts), "contacts")
		}
		for _, c := range s.Contacts {
			if c.Kind != "email" && c.Kind != "url" && c.Kind != "tel" || c.Value == "" || !utf8.ValidString(c.Value) {
				t.Fatalf("%+v", c)
			}
		}
	})
}

// Whatever a bootstrap file holds: a server that it names is a web address, and what is malformed is Invalid.
func FuzzBootstrap(f *testing.F) {
	f.Add([]byte(`{"services":[[["test"],["http://a.test","https://rdap.test/"]]]}`), "snow.test")
	f.Add([]byte(`{"services":[[["127.0.0.0/8","::/0"],["https://rdap.test"]],[["x"]],[[],[]]]}`), "a..b")
	f.Add([]byte(`{"services":[[["\u0000","*"],["ftp://a.test"]]]}`), "")
	f.Fuzz(func(t *testing.T, file []byte, name string) {
		var b Bootstrap
		if err := b.Read(file); err != nil && !errors.Is(err, iru.Invalid) {
			t.Fatal(err)
		}
		for _, base := range []string{b.Name(name), b.Address(netip.MustParseAddr("127.0.0.1")), b.Address(netip.MustParseAddr("::1"))} {
			if base != "" && (!webAddress(base) || base[len(base)-1] != '/') {
				t.Fatalf("%q", base)
			}
		}
	})
}
