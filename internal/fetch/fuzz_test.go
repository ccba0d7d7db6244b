// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"errors"
	"testing"
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
