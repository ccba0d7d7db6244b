// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
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
		"control character":    swap("resource", "res\x1b[2J"),
		"nothing in a value":   swap("resource", "res\x00"),
		"bare CR":              swap("resource", "res\rource"),
		"CR before the end":    swap("resource", "resource\r"),
		"control in a name":    swap("WARC-Type", "WARC-Ty\x1bpe"),
		"invalid continuation": swap("resource", "resource\r\n \xff"),
		"control continuation": swap("resource", "resource\r\n \x1b"),
		"two types":            swap("WARC-Date", "warc-type: response\r\nWARC-Date"),
		"two identifiers":      swap("WARC-Date", "WARC-Record-Id: <urn:uuid:2>\r\nWARC-Date"),
		"two targets":          swap("WARC-Date", "WARC-TARGET-URI: <https://trains.test/>\r\nWARC-Date"),
		"two dates":            swap("WARC-Date", "WARC-Date: 2026-03-14T11:00:01Z\r\nWARC-Date"),
		"two digests":          swap("WARC-Date", "WARC-Block-Digest: md5:1\r\nwarc-block-digest: md5:1\r\nWARC-Date"),
		"two payload digests":  swap("WARC-Date", "WARC-Payload-Digest: md5:1\r\nWARC-Payload-Digest: md5:2\r\nWARC-Date"),
		"many fields":          swap("WARC-Date", strings.Repeat("X: y\r\n", maxFields)+"WARC-Date"),
		"space of Unicode":     swap("Length: 4", "Length: \u00a04"),
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
		"many folded lines":     {[]byte(strings.Replace(plainRecord, "resource", "\r\n\t \r\n resource\r\n \r\nX: "+strings.Repeat("\r\n a", 40), 1)), 1},
		"fields that repeat":    {[]byte(strings.Replace(plainRecord, "WARC-Date", "WARC-Protocol: h2\r\nWARC-Protocol: tls/1.3\r\nWARC-Date", 1)), 1},
		"kelvin":                {[]byte(strings.Replace(plainRecord, "WARC-Date", "WARC-Bloc\u212a-Digest: sha1:x\r\nWARC-Date", 1)), 1},
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

// A header costs what it has bytes, however it is folded: one with eight times the lines allocates at most some ten times as much.
func TestFoldedHeaderIsLinear(t *testing.T) {
	cost := func(lines int) uint64 {
		data := []byte(strings.Replace(plainRecord, "resource", "resource\r\nX: a"+strings.Repeat("\r\n b", lines), 1))
		return allocated(func() {
			rec, err := NewReader(bytes.NewReader(data), ReadLimits{}).Next()
			if err != nil || len(rec.Get("x")) != 1+2*lines {
				t.Fatal(err)
			}
		})
	}
	small, large := cost(1500), cost(12000)
	if large > 12*small {
		t.Errorf("%d bytes allocated for 12000 lines, %d for 1500", large, small)
	}
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"WARC-Type", "warc-tYPE", true}, {"a", "b", false}, {"bloc\u212a", "block", false}, {"\u017f", "s", false}, {"@", "`", false}, {"[a", "{a", false}, {"", "", true}} {
		if sameName(c.a, c.b) != c.same {
			t.Errorf("%q, %q", c.a, c.b)
		}
	}
}

// filling is a WARC file of one record that unpacks to far more than it has bytes.
func filling(t testing.TB, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(z, strings.Replace(plainRecord[:len(plainRecord)-8], "Length: 4", fmt.Sprint("Length: ", size), 1))
	if _, err := io.Copy(z, &zeros{size: size}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(z, "\r\n\r\n")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll reads a file to its end and gives the last error.
func readAll(r io.Reader) error {
	in := NewReader(r, ReadLimits{})
	for {
		if _, err := in.Next(); err != nil {
			return err
		}
	}
}

func TestRatio(t *testing.T) {
	t.Parallel()
	if err := readAll(bytes.NewReader(filling(t, ratioFloor-1<<20))); err != io.EOF {
		t.Error("below the floor:", err)
	}
	bomb := filling(t, 2*ratioFloor)
	if err := readAll(bytes.NewReader(bomb)); !errors.Is(err, ErrWARC) || !errors.Is(err, errRatio) {
		t.Error("one record:", err)
	}
	small := filling(t, 1<<20)
	many := bytes.Repeat(small, 2*ratioFloor>>20)
	if err := readAll(bytes.NewReader(many)); !errors.Is(err, errRatio) {
		t.Error("many records:", err)
	}
	// What a site answers does not make a file that is refused.
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	for _, size := range []int64{0, 100 << 10, 130 << 10, 1 << 20, spoolLimit - 100, 2 * ratioFloor} {
		for range max(1, min(70, int(2*ratioFloor/(size+1)))) {
			x := exchange("/", "HTTP/1.1 200 OK\r\n\r\n")
			x.Request = nil
			if size > spoolLimit {
				x.ResponseBody = &zeros{size: size}
			} else {
				x.Response = append(x.Response, make([]byte, size)...)
			}
			out, err := w.WriteExchange(x)
			if err != nil || size > ratioMost*out.Location.Length {
				t.Fatalf("%d bytes became %d, %v", size, out.Location.Length, err)
			}
		}
	}
	if err := readAll(&file); err != io.EOF {
		t.Error("our own:", err)
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
	for _, old := range []string{"resource\r\n \xff", "\r\n a\r\n\tb", "res\x1b", "res\x00", "res\rource", "resource\r\nwarc-type: response", "resource\r\nWARC-Bloc\u212a-Digest: sha1:x",
		strings.Repeat("\r\n a", 300), "resource" + strings.Repeat("\r\nX: y", maxFields)} {
		f.Add([]byte(strings.Replace(plainRecord, "resource", old, 1)))
	}
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
			for i, f := range rec.Fields {
				if !clean(f.Name+f.Value) || trim(f.Value) != f.Value || i >= maxFields {
					t.Fatalf("field %d: %q", i, f)
				}
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
