// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

const plainRecord = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-03-14T11:00:00Z\r\n" +
	"WARC-Target-URI: <https://trams.test/>\r\nContent-Length: 4\r\n\r\nfog \r\n\r\n"

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) []byte { return []byte(strings.Replace(plainRecord, old, new, 1)) }
	for name, data := range map[string][]byte{
		"not a record":         []byte("GET / HTTP/1.1\r\n\r\n"),
		"other version":        swap("WARC/1.0", "WARC/9.0"),
		"no type":              swap("WARC-Type: resource\r\n", ""),
		"no date":              swap("2026-03-14T11:00:00Z", "yesterday"),
		"no length":            swap("Content-Length: 4\r\n", ""),
		"negative length":      swap("Length: 4", "Length: -4"),
		"two lengths":          swap("Content-Length: 4\r\n", "Content-Length: 4\r\nContent-Length: 4\r\n"),
		"length too small":     swap("Length: 4", "Length: 3"),
		"length too large":     swap("Length: 4", "Length: 9"),
		"length of a gigabyte": swap("Length: 4", "Length: 1000000000"),
		"length of exabytes":   swap("Length: 4", "Length: 9000000000000000000"),
		"endless header":       []byte("WARC/1.1\r\nX: " + strings.Repeat("x", 1<<20)),
		"line without a name":  swap("WARC-Type: resource", "nonsense"),
		"invalid text":         swap("resource", "res\xff"),
		"cut":                  []byte(plainRecord[:len(plainRecord)-1]),
		"garbage behind gzip":  append(zipped(t, plainRecord), "garbage"...),
		"gzip of nothing good": zipped(t, "fog"),
	} {
		r := NewReader(bytes.NewReader(data), ReadLimits{})
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, ErrWARC) || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
		if _, again := r.Next(); again != err {
			t.Errorf("%s: read on after an error: %v", name, again)
		}
	}
	for name, c := range map[string]struct {
		data   []byte
		limits ReadLimits
	}{
		"block": {[]byte(plainRecord), ReadLimits{Block: 3}},
		"total": {zipped(t, plainRecord, plainRecord), ReadLimits{Total: int64(len(plainRecord)) + 9}},
	} {
		r := NewReader(bytes.NewReader(c.data), c.limits)
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, ErrWARC) {
			t.Errorf("limit on %s: %v", name, err)
		}
	}
}

func TestReaderAccepts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"empty file":            {nil, 0},
		"plain":                 {[]byte(plainRecord + plainRecord), 2},
		"members":               {zipped(t, plainRecord, plainRecord), 2},
		"several in one member": {zipped(t, plainRecord+plainRecord, "", plainRecord), 3},
		"folded header line":    {[]byte(strings.Replace(plainRecord, "resource", "\r\n resource", 1)), 1},
		"total at its limit":    {[]byte(plainRecord), 1},
	} {
		r := NewReader(bytes.NewReader(c.data), ReadLimits{Total: 3 * int64(len(plainRecord))})
		n := 0
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			if n++; rec.Target != "https://trams.test/" || rec.Type != "resource" || rec.Digested {
				t.Errorf("%s: %+v", name, rec)
			}
		}
		if n != c.want {
			t.Errorf("%s: %d records, want %d", name, n, c.want)
		}
	}
}

// zeros is a block of so many bytes that nobody holds in memory.
type zeros struct{ size, at int64 }

func (z *zeros) Read(p []byte) (int, error) {
	n := min(int64(len(p)), z.size-z.at)
	if n == 0 {
		return 0, io.EOF
	}
	clear(p[:n])
	z.at += n
	return int(n), nil
}

func (z *zeros) Seek(int64, int) (int64, error) { z.at = 0; return 0, nil }

// A large body passes through writer and reader without being held.
func TestLargeBodyIsStreamed(t *testing.T) {
	const size = 32 << 20
	var before, after runtime.MemStats
	var file bytes.Buffer
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := NewWriter(&file, info, numbers())
	x := exchange("/film", "HTTP/1.1 200 OK\r\n\r\n")
	x.ResponseBody = &zeros{size: size}
	out, err := w.WriteExchange(x)
	if err != nil || out.Payload == "" {
		t.Fatal(err)
	}
	r := NewReader(&file, ReadLimits{})
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Type == "response" && rec.Length != size+19 {
			t.Errorf("length %d", rec.Length)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d bytes allocated for a body of %d", used, size)
	}
}

func FuzzReader(f *testing.F) {
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	if _, err := w.WriteExchange(exchange("/", plainResponse)); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte(plainRecord + plainRecord))
	f.Add(zipped(f, plainRecord+plainRecord, ""))
	f.Add([]byte("WARC/1.1\r\nContent-Length: 99999999999\r\nWARC-Type: x\r\nWARC-Record-ID: y\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data), ReadLimits{Total: 1 << 20})
		end := int64(0)
		for n := 0; ; n++ {
			rec, err := r.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				if !errors.Is(err, ErrWARC) && !errors.Is(err, ErrDigest) {
					t.Fatalf("untyped error %v", err)
				}
				return
			}
			if rec.Location.Offset < end || rec.Location.Offset > int64(len(data)) || rec.At.IsZero() && rec.At.Location() != time.UTC {
				t.Fatalf("record %d at %v, the one before ended at %d", n, rec.Location, end)
			}
			end = rec.Location.Offset
			if _, err := io.Copy(io.Discard, rec.Block); err != nil && !errors.Is(err, ErrWARC) && !errors.Is(err, ErrDigest) {
				t.Fatalf("untyped error %v", err)
			}
		}
	})
}

// Where this package finds an entity, the standard library finds the same one.
func FuzzEntity(f *testing.F) {
	for _, s := range []string{plainResponse, chunkedResponse, openResponse, emptyResponse, shortResponse, oddResponse,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", "HTTP/1.1 100 Continue\r\n\r\n" + plainResponse} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Entity(bytes.NewReader(data))
		var got []byte
		if err == nil {
			got, err = io.ReadAll(in)
		}
		if err != nil {
			if !errors.Is(err, ErrHTTP) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
		if err != nil {
			return // the library also judges fields that do not matter here
		}
		want, err := io.ReadAll(response.Body)
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("entity %q, the standard library finds %q", got, want)
		}
	})
}
