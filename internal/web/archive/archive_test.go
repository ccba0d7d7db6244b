// SPDX-License-Identifier: EUPL-1.2

package archive_test

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"iolaus/internal/exhibit"
	"iolaus/internal/web/archive"
)

type answer struct{ url, head, body string }

// file writes a capture.
func file(t *testing.T, as ...answer) []byte {
	t.Helper()
	var b bytes.Buffer
	n := 0
	w := exhibit.NewWriter(&b, exhibit.Info{Software: "iolaus/test", Operator: "Unit A", Filename: "c.warc.gz", Vantage: "north", Once: true}, func() string {
		n++
		return fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-%012d", n)
	})
	at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	if _, err := w.WriteInfo(at); err != nil {
		t.Fatal(err)
	}
	for _, a := range as {
		if strings.HasPrefix(a.head, "resource ") {
			if _, err := w.WriteResource(exhibit.Block{Target: a.url, At: at, ContentType: strings.TrimPrefix(a.head, "resource "), Data: []byte(a.body)}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if _, err := w.WriteExchange(exhibit.Exchange{Target: a.url, At: at, IP: "127.64.1.9", Protocol: "http/1.1", Request: []byte("GET / HTTP/1.1\r\n\r\n"), Response: []byte("HTTP/1.1 " + strings.ReplaceAll(a.head, "\n", "\r\n") + "\r\n\r\n" + a.body)}); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func read(t *testing.T, data []byte, l archive.Limits) *archive.Index {
	t.Helper()
	x, err := archive.Read(t.Context(), bytes.NewReader(data), l)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestIndex(t *testing.T) {
	data := file(t, answer{"https://wire.test/", "301 Moved\nLocation: /en/", ""}, answer{"https://wire.test/en/", "200 OK\nContent-Type: Text/HTML; Charset=\"UTF-8\"", "<p>one"},
		answer{"https://wire.test/map.png", "304 Not Modified\nContent-Type: image/png", ""}, answer{"https://wire.test/map.png", "200 OK\nContent-Type: image/png", "PNG"}, answer{"https://wire.test/map.png", "200 OK", "later"},
		answer{"https://wire.test/gone", "404 Not Found", "no"}, answer{"https://wire.test/round", "302 Found\nLocation: /round", ""}, answer{"https://wire.test/shot", "resource image/png", "SHOT"})
	x := read(t, data, archive.DefaultLimits)
	if x.Fault != nil {
		t.Fatal(x.Fault)
	}
	for _, c := range []struct{ url, body string }{{"https://wire.test/", "<p>one"}, {"https://wire.test/en/", "<p>one"}, {"https://wire.test/map.png", "PNG"}, {"https://wire.test/shot", "SHOT"}, {"https://wire.test/gone", ""}, {"https://wire.test/round", ""}, {"https://wire.test/none", ""}} {
		p, ok := x.Find(c.url)
		if ok != (c.body != "") {
			t.Errorf("%s: %v %+v", c.url, ok, p)
			continue
		}
		q, same := x.ByKey(archive.Key(c.url))
		if same != ok || q.URL != p.URL {
			t.Errorf("%s by its key: %+v", c.url, q)
		}
		if !ok {
			continue
		}
		if b, err := p.Body(bytes.NewReader(data), 1000); err != nil || string(b) != c.body {
			t.Errorf("%s: %q, %v", c.url, b, err)
		}
	}
	if p, _ := x.Find("https://wire.test/"); p.Type != "text/html" || p.Charset != "utf-8" || p.URL != "https://wire.test/en/" {
		t.Errorf("%+v", p)
	}
	if p, ok := x.Answer("https://wire.test/gone"); !ok || p.Status != 404 {
		t.Errorf("the answer of what is gone: %+v", p)
	}
	if _, ok := x.ByKey("00"); ok {
		t.Error("a key of nothing")
	}
}

// A body that came twice stands in the file once: the second address has it too, packed as its own header says.
func TestRevisit(t *testing.T) {
	snow := strings.Repeat("snow on the line ", 100)
	data := file(t, answer{"https://wire.test/a.txt", "200 OK\nContent-Type: text/plain", snow}, answer{"https://copy.test/b.txt", "200 OK\nContent-Type: text/x-copy", snow})
	if n := bytes.Count(gunzipped(t, data), []byte("snow on the line snow")); n == 0 || bytes.Count(gunzipped(t, data), []byte(snow)) != 1 {
		t.Fatalf("the body stands there %d times", n)
	}
	p, ok := read(t, data, archive.DefaultLimits).Find("https://copy.test/b.txt")
	if !ok || p.Type != "text/x-copy" {
		t.Fatalf("%v %+v", ok, p)
	}
	if b, err := p.Body(bytes.NewReader(data), 10_000); err != nil || string(b) != snow {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func gunzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{"https://Wire.TEST:443#x": "https://wire.test/", "http://wire.test:80/a?b#c": "http://wire.test/a?b", "http://wire.test:443/": "http://wire.test:443/", "https://me:pw@wire.test/": "https://wire.test/", "data:x": "", "/x": "", "ftp://wire.test/": ""} {
		u, err := url.Parse(in)
		if got := archive.Canonical(u); err != nil || got != want {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
	if archive.Canonical(nil) != "" {
		t.Error("of nothing")
	}
}

func TestBodyIsUnpackedWithinLimits(t *testing.T) {
	text := strings.Repeat("snow ", 2000)
	var gz, br, zs, fl, bomb bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write([]byte(text))
	_ = g.Close()
	b := brotli.NewWriter(&br)
	_, _ = b.Write(gz.Bytes())
	_ = b.Close()
	z, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	f, err := flate.NewWriter(&fl, 6)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte(text))
	_ = f.Close()
	g = gzip.NewWriter(&bomb)
	_, _ = g.Write(make([]byte, 8<<20))
	_ = g.Close()
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", gz.Len(), gz.String())
	data := file(t, answer{"https://a.test/gzip", "200 OK\nContent-Encoding: gzip", gz.String()}, answer{"https://a.test/br", "200 OK\nContent-Encoding: gzip, br", br.String()}, answer{"https://a.test/zstd", "200 OK\nContent-Encoding: zstd", zs.String()},
		answer{"https://a.test/deflate", "200 OK\nContent-Encoding: deflate", fl.String()}, answer{"https://a.test/chunked", "200 OK\nTransfer-Encoding: chunked\nContent-Encoding: gzip", chunked}, answer{"https://a.test/plain", "200 OK\nContent-Encoding: identity", text},
		answer{"https://a.test/bomb", "200 OK\nContent-Encoding: gzip", bomb.String()}, answer{"https://a.test/unknown", "200 OK\nContent-Encoding: pack200", "x"}, answer{"https://a.test/deep", "200 OK\nContent-Encoding: gzip, gzip, gzip, gzip", "x"},
		answer{"https://a.test/broken", "200 OK\nContent-Encoding: gzip", "no gzip"}, answer{"https://a.test/short", "200 OK\nContent-Length: 99", "short"})
	x := read(t, data, archive.DefaultLimits)
	for _, c := range []struct {
		name string
		ok   bool
		err  error
	}{{"gzip", true, nil}, {"br", true, nil}, {"zstd", true, nil}, {"deflate", true, nil}, {"chunked", true, nil}, {"plain", true, nil}, {"bomb", false, archive.ErrTooLarge}, {"unknown", false, archive.ErrPacked}, {"deep", false, archive.ErrPacked}, {"broken", false, nil}, {"short", false, exhibit.ErrHTTP}} {
		p, found := x.Find("https://a.test/" + c.name)
		got, err := p.Body(bytes.NewReader(data), 1<<20)
		if !found || (err == nil) != c.ok || c.ok && string(got) != text || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: %d bytes, %v", c.name, len(got), err)
		}
	}
	p, _ := x.Find("https://a.test/plain")
	if _, err := p.Body(bytes.NewReader(data), 99); !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("a low limit: %v", err)
	}
}

func TestDamageAndLimitsEndTheIndex(t *testing.T) {
	data := file(t, answer{"https://a.test/1", "200 OK", "one"}, answer{"https://a.test/2", "200 OK", "two"}, answer{"https://a.test/3", "200 OK", "three"})
	damaged := append([]byte(nil), data...)
	damaged[len(damaged)-20] ^= 1
	for name, c := range map[string]struct {
		data   []byte
		limits archive.Limits
	}{"a flipped bit": {damaged, archive.DefaultLimits}, "cut": {data[:len(data)*2/3], archive.DefaultLimits}, "too many parts": {data, archive.Limits{Total: 1 << 20, Parts: 1, Body: 1}}, "too much": {data, archive.Limits{Total: 2500, Parts: 10, Body: 1}}} {
		x := read(t, c.data, c.limits)
		if _, ok := x.Find("https://a.test/1"); !ok || x.Fault == nil {
			t.Errorf("%s: the first part is there: %v; fault %v", name, ok, x.Fault)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := archive.Read(ctx, bytes.NewReader(data), archive.DefaultLimits); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if x := read(t, []byte("no WARC"), archive.DefaultLimits); x.Fault == nil {
		t.Error("no WARC, and no fault")
	}
}
