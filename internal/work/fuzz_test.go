// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/recognise"
)

// Whatever a server answers, to a page and to what belongs to it: the record ends in a stored exhibit that can be read again, and
// a round of looks in an observation. What pages did to us once lies in testdata.
func FuzzCapture(f *testing.F) {
	s := newScene(f, dbtest.Open(f))
	var says atomic.Value
	says.Store([]byte{})
	s.host("fuzz.test", func(c net.Conn, _ string) { c.Write(says.Load().([]byte)) })
	s.look(fetch.Limits{Body: 64 << 10, Header: 8 << 10, Redirects: 3, FirstByte: time.Second, Total: 2 * time.Second}, nil)
	a, i := s.watch("http://fuzz.test/")
	f.Fuzz(func(t *testing.T, b []byte) {
		s.t = t
		says.Store(bytes.Clone(b))
		if err := s.record(t.Context(), s.Vantages[0], a, i, allowance{256 << 10, 3 * time.Second}); err != nil {
			t.Fatal(err)
		}
		x := s.newest()
		if m, err := exhibit.ParseManifest(s.file(x, "manifest.json")); err != nil || m.Outcome != string(x.Outcome) {
			t.Fatalf("%v, %+v", err, x)
		}
		r := exhibit.NewReader(bytes.NewReader(s.file(x, "capture.warc.gz")), exhibit.ReadLimits{})
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, rec.Block); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.round(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever a feed or an update manifest holds: no panic, no more than the limits, and every mark is text that can be stored.
func FuzzMarks(f *testing.F) {
	f.Add([]byte(`<feed><id>urn:uuid:1</id><link href="http://a.test/"/><item><link>http://b.test/</link><enclosure url='http://c.test/s.mp3'/></item></feed>`))
	f.Add([]byte(`{"signer":"ab","signer_sha256":"\u0000","key":1,"feed_key":"\ud800","url":"https://a.test/a.apk,"}`))
	f.Add([]byte("<?xml version='1.0' encoding='x'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;<id>\xff\x01</id><link>http:\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, m := range append(plainMarks(recognise.ReadPlain(b, "application/xml")), plainMarks(recognise.ReadPlain(b, "application/json"))...) {
			if m.Kind == "" || len(m.Value) > 3*256 || !utf8.ValidString(m.Value) || strings.Contains(m.Value, "\x00") {
				t.Fatalf("%+v", m)
			}
		}
	})
}
