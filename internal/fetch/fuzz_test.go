// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
	"github.com/temoto/robotstxt"
)

// Whatever a server sends: no panic, no more memory than the limits, an error of one kind, and a record that is what was sent.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsleet and more",
		"HTTP/1.0 200 OK\r\n\r\nclose ends it",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: v\r\n\r\n",
		"HTTP/1.1 103 E\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
		"ICY 200 OK\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + string(zip(9, make([]byte, 1<<16))),
		"HTTP/1.1 200 OK\r\nContent-Encoding: br, zstd\r\n\r\n\x28\xb5\x2f\xfd\x00",
		"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c\x03",
		"HTTP/9.9 999 \xff\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	l := Limits{Body: 4096, Ratio: 10, Header: 1024}.filled()
	f.Fuzz(func(t *testing.T, b []byte) {
		a, in := &answer{}, &tap{from: bytes.NewReader(b)}
		err := read(in, l, a)
		if !bytes.HasPrefix(b, in.taken) || in.excess > len(in.taken) {
			t.Fatal("the record differs from what was sent")
		}
		if int64(len(a.body)) > l.Body || len(in.taken) > 2*4096+2*1024 {
			t.Fatal("limits:", len(a.body), len(in.taken))
		}
		if err != nil && !errors.Is(err, ErrProtocol) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrBomb) {
			t.Fatal(err)
		}
		if (err != nil) != (a.truncated != "") {
			t.Fatal(err, a.truncated)
		}
		mediaType(a.header, a.body)
	})
}

// Whatever address is asked for or redirected to: what comes out is asked for again unchanged, and holds no control character.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://a.test", "https://u:p@A.test:443/x?y#z", "http://[::1]:80/", "http://wetter-übersicht.test/ä", "//b.test", "http://a.test/%zz", "javascript:1",
		"http://a.test/?q=a HTTP/1.1", "http://a.test/?q=\xe9<\">", "http://[fe80::1%25a b]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := parse(s)
		if err != nil {
			if !errors.Is(err, ErrAddress) && !errors.Is(err, ErrBlockedAddress) {
				t.Fatal(err)
			}
			return
		}
		for _, c := range []byte(u.RequestURI() + u.Host) {
			if c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"' {
				t.Fatalf("%q makes a request with %q and host %q", s, u.RequestURI(), u.Host)
			}
		}
		if n := len(u.String()); n > longestAddress {
			t.Fatalf("%d bytes of %q", n, s)
		}
		again, err := parse(u.String())
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q becomes %q, then %v, %v", s, u, again, err)
		}
	})
}

// Whatever a name server sends: no panic, few addresses, each of the family that was asked for.
func FuzzAnswers(f *testing.F) {
	for _, lines := range [][]string{
		{"a.test. 1 IN A 127.77.0.1", "a.test. 1 IN A 127.77.0.2"},
		{"a.test. 1 IN CNAME b.test.", "B.test. 1 IN CNAME c.test.", "c.test. 1 IN AAAA ::1"},
		{"a.test. 1 IN CNAME b.test.", "b.test. 1 IN CNAME a.test."},
		{"x.test. 1 IN A 127.77.0.1", `a.test. 1 IN TXT "snow"`},
	} {
		m := new(dns.Msg)
		m.SetQuestion("a.test.", dns.TypeA)
		for _, l := range lines {
			rr, err := dns.NewRR(l)
			if err != nil {
				f.Fatal(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := new(dns.Msg)
		if m.Unpack(b) != nil {
			return
		}
		asks(m, dns.Question{Name: "a.test.", Qtype: dns.TypeA, Qclass: dns.ClassINET})
		for kind, is := range map[uint16]func(netip.Addr) bool{dns.TypeA: netip.Addr.Is4, dns.TypeAAAA: netip.Addr.Is6} {
			found, last := answers(m, "a.test.", kind)
			if len(found) > 16 || last == "" {
				t.Fatalf("%d addresses, last name %q", len(found), last)
			}
			for _, a := range found {
				if !is(a) {
					t.Fatalf("%v is of another family", a)
				}
			}
		}
	})
}

// Whatever a robots file holds: no panic, and a file that forbids nothing we know of allows.
func FuzzRobots(f *testing.F) {
	for _, s := range []string{"User-agent: *\nDisallow: /\n", "User-agent: iolaus\nDisallow: /a*b$\nAllow: /\nCrawl-delay: 1e999\n", "\xff\xfe\x00: :\n", "Disallow\nUser-agent:\n:"} {
		f.Add([]byte(s), "/a?b=%zz")
	}
	f.Fuzz(func(t *testing.T, b []byte, path string) {
		r, err := robotstxt.FromStatusAndBytes(200, b)
		if err != nil {
			return
		}
		if !r.TestAgent(path, "iolaus") && !bytes.Contains(bytes.ToLower(b), []byte("disallow")) {
			t.Fatalf("%q forbids %q", b, path)
		}
	})
}
