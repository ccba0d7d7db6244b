// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// What a capture keeps is bounded, whatever the page holds; what it keeps lies on the disk.
func TestAllowance(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var list strings.Builder
	for n := range 20 {
		fmt.Fprintf(&list, `<img src="/%d.png">`, n)
	}
	var offered atomic.Int64
	s.host("heavy.test", func(c net.Conn, path string) {
		text := page("Snow", list.String()+`<img src="/small.png">`)
		switch path {
		case "/":
		case "/small.png":
			text = answer(200, "", "small")
		default:
			text = answer(200, "", strings.Repeat("drizzle ", 1<<17))
		}
		offered.Add(int64(len(text)))
		io.WriteString(c, text)
	})
	s.look(small, nil)
	a, i := s.watch("http://heavy.test/")
	const most = 5<<20 + 64<<10
	s.ok(s.record(t.Context(), s.Vantages[0], a, i, allowance{most, time.Minute}))
	m, kept, pictures := s.manifest(i), 0, 0
	r := exhibit.NewReader(bytes.NewReader(s.file(s.exhibits(i)[0], "capture.warc.gz")), exhibit.ReadLimits{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		s.ok(err)
		b, err := io.ReadAll(rec.Block)
		s.ok(err)
		switch rec.Type {
		case "response":
			kept += len(b)
			pictures++
		case "request":
			kept += len(b)
		}
	}
	t.Logf("offered %d bytes in 22 answers, kept %d in %d", offered.Load(), kept, pictures)
	if kept > most || pictures != 7 || len(m.Warnings) != 15 || !strings.Contains(m.Warnings[0], "left out") {
		t.Errorf("%d bytes of %d answers, warnings %q", kept, pictures, m.Warnings)
	}
}

// A spool holds no bytes of what it took, and leaves out what a WARC file cannot hold.
func TestSpool(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	p, err := s.spool(fetch.Sight{Observation: iru.Observation{At: time.Now(), Vantage: "north"}}, 100)
	s.ok(err)
	defer p.close()
	e := fetch.Exchange{URL: "http://a.test/", Start: time.Now(), Request: []byte("GET / HTTP/1.1\r\n\r\n"), Response: []byte(answer(200, "", "snow"))}
	bad := e
	bad.URL = "http://a.test/a b\x01\xff"
	s.ok(p.add([]fetch.Exchange{e, bad}))
	if weight(p.exchanges...) != 0 || len(p.exchanges) != 2 || p.left != 100-2*weight(e) {
		t.Errorf("%d bytes kept of %d exchanges, %d left", weight(p.exchanges...), len(p.exchanges), p.left)
	}
	if len(p.warnings) != 1 || !strings.Contains(p.warnings[0], "left out") || !utf8.ValidString(p.warnings[0]) || strings.Contains(p.warnings[0], "\x01") {
		t.Errorf("%q", p.warnings)
	}
	if free, err := p.file.Stat(); err != nil || free.Size() == 0 {
		t.Error(err)
	}
}

// A server that names a thousand hosts and writes a novel into its certificate still gets its manifest.
func TestManifestFits(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	p := &spool{}
	for n := range 1000 {
		e := fetch.Exchange{URL: fmt.Sprintf("http://%s%d.test/", strings.Repeat("a", 200), n), TLS: &fetch.TLSInfo{Version: "TLS 1.3", Name: fmt.Sprint(n), Error: strings.Repeat("n\x01\xff", 20_000)}}
		for k := range 32 {
			e.Addresses = append(e.Addresses, netip.AddrFrom16([16]byte{0x20, 1, 15: byte(k)}))
		}
		p.exchanges = append(p.exchanges, e)
		p.warnf("\x00 %s %d", strings.Repeat("\xff", 600), n)
	}
	r := desk.Recording{At: time.Now(), Outcome: iru.Up, Title: "a\x01b\xff", Lang: strings.Repeat("x", 80)}
	b, err := s.Crew.manifest(iru.Item{Locator: "http://a.test/"}, fetch.Sight{Observation: iru.Observation{Vantage: "north"}}, p, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exhibit.ParseManifest(b); err != nil {
		t.Error(err)
	}
}
