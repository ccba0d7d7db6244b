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
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	warc "github.com/internetarchive/gowarc"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 123456789, time.FixedZone("CET", 3600))

// numbers gives record identifiers in a row.
func numbers() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-%012d", n)
	}
}

var info = Info{Software: "Iolaus test", Operator: "Unit of Trams", Filename: "trams.warc.gz", Description: "a morning on line 12"}

func exchange(path, response string) Exchange {
	return Exchange{
		Target: "https://trams.test" + path, At: noon, IP: "127.64.1.9", Protocol: "http/1.1", TLS: "tls/1.3",
		Cipher: "TLS_AES_128_GCM_SHA256", Request: []byte("GET " + path + " HTTP/1.1\r\nHost: trams.test\r\n\r\n"), Response: []byte(response),
	}
}

const (
	plainResponse   = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\nfog until noon\n"
	chunkedResponse = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfog \r\nb;x=y\r\nuntil noon\n\r\n0\r\nX-Trailer: 1\r\n\r\n"
	openResponse    = "HTTP/1.0 404 Not Found\r\n\r\nno such tram\n"
	emptyResponse   = "HTTP/1.1 304 Not Modified\r\nContent-Length: 15\r\n\r\n"
	shortResponse   = "HTTP/1.1 200 OK\r\nContent-Length: 1500\r\n\r\nfog until"
	oddResponse     = "\x00\x01 not HTTP at all\r\n"
)

func entityDigest(t *testing.T, response string) string {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(response)), nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := warc.GetDigest(r.Body, warc.SHA256Base16)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// big is a spooled body larger than what is compressed in memory.
func big() []byte {
	return bytes.Repeat([]byte("the 6:10 to the harbour, the 6:20 to the hill; "), 120_000)
}

func writeAll(t testing.TB, to io.Writer) (*Writer, []Written) {
	t.Helper()
	w := NewWriter(to, info, numbers())
	var all []Written
	add := func(out Written, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out)
	}
	add(w.WriteInfo(noon))
	for i, r := range []string{plainResponse, chunkedResponse, openResponse, emptyResponse} {
		add(w.WriteExchange(exchange(fmt.Sprint("/", i), r)))
	}
	short := exchange("/short", shortResponse)
	short.Truncated = "disconnect"
	add(w.WriteExchange(short))
	add(w.WriteExchange(exchange("/odd", oddResponse)))
	spooled := exchange("/timetable", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(big())))
	spooled.ResponseBody = bytes.NewReader(big())
	add(w.WriteExchange(spooled))
	add(w.WriteMetadata(Block{Target: "https://trams.test/0", At: noon, About: all[1].ID, ContentType: "application/json", Data: []byte(`{"seen":true}`)}))
	add(w.WriteResource(Block{Target: "https://trams.test/0", At: noon, ContentType: "image/png", Data: []byte("\x89PNG")}))
	return w, all
}

// An independent reader agrees with every record, every digest and every offset.
func TestWARCByAnotherReader(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "trams.warc.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, all := writeAll(t, file)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	in, err := warc.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]Written{}
	for _, one := range all {
		places["<"+one.ID+">"] = one
	}
	var kinds []string
	end := int64(0)
	for {
		r, err := in.ReadRecord()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		id := r.Header.Get("WARC-Record-ID")
		kinds = append(kinds, r.Header.Get("WARC-Type"))
		if r.Version != "WARC/1.1" {
			t.Errorf("%s: version %q", id, r.Version)
		}
		digest, err := warc.GetDigest(r.Content, warc.SHA256Base16)
		if err != nil || digest != r.Header.Get("WARC-Block-Digest") {
			t.Errorf("%s: block digest %s, %v", id, digest, err)
		}
		if _, err := r.Content.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if want := r.Header.Get("WARC-Payload-Digest"); want != "" {
			response, err := http.ReadResponse(bufio.NewReader(r.Content), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := warc.GetDigest(response.Body, warc.SHA256Base16); err != nil || got != want {
				t.Errorf("%s: payload digest %s, want %s, %v", id, want, got, err)
			}
		}
		if place, ok := places[id]; ok && place.Location != (Location{r.Offset, r.Size}) {
			t.Errorf("%s lies at %d+%d, written as %v", id, r.Offset, r.Size, place.Location)
		}
		end = r.Offset + r.Size
		r.Content.Close()
	}
	want := []string{"warcinfo"}
	for range 7 {
		want = append(want, "response", "request")
	}
	want = append(want, "metadata", "resource")
	if !slices.Equal(kinds, want) {
		t.Errorf("records %v, want %v", kinds, want)
	}
	if end != w.Size() {
		t.Errorf("the file ends at %d, Size says %d", end, w.Size())
	}
	for i, response := range []string{plainResponse, chunkedResponse, openResponse, emptyResponse} {
		if got := all[1+i].Payload; got != entityDigest(t, response) {
			t.Errorf("payload digest %d is %s", i, got)
		}
	}
	if all[1].Payload != all[2].Payload {
		t.Error("the transfer coding changed the payload digest")
	}
	if all[5].Payload != "" || all[6].Payload != "" {
		t.Error("a response without a readable entity has a payload digest")
	}
}

func TestWARCReadBack(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w, all := writeAll(t, &file)
	for name, data := range map[string][]byte{"gzip": file.Bytes(), "plain": unzipped(t, file.Bytes())} {
		r := NewReader(bytes.NewReader(data), ReadLimits{})
		var seen []*Record
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			if !rec.Digested || !rec.At.Equal(noon) {
				t.Errorf("%s: record %s: digested %v, at %v", name, rec.ID, rec.Digested, rec.At)
			}
			if rec.Target == "https://trams.test/1" && rec.Type == "response" {
				block, err := io.ReadAll(rec.Block)
				if err != nil || string(block) != chunkedResponse {
					t.Errorf("%s: block %q, %v", name, block, err)
				}
				entity, err := Entity(bytes.NewReader(block))
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(entity); err != nil || string(body) != "fog until noon\n" {
					t.Errorf("%s: entity %q, %v", name, body, err)
				}
			}
			seen = append(seen, rec)
		}
		if len(seen) != 17 {
			t.Fatalf("%s: %d records, want 17", name, len(seen))
		}
		request := seen[2]
		if request.Type != "request" || request.Get("warc-concurrent-to") != "<"+all[1].ID+">" || request.Get("WARC-Warcinfo-ID") != "<"+all[0].ID+">" ||
			request.Get("WARC-IP-Address") != "127.64.1.9" || request.Get("WARC-Protocol") != "http/1.1" || request.Get("WARC-Cipher-Suite") == "" {
			t.Errorf("%s: request fields %v", name, request.Fields)
		}
		if last := seen[len(seen)-1].Location; last.Offset+last.Length != int64(len(data)) {
			t.Errorf("%s: last record %v, file of %d", name, last, len(data))
		}
		if name == "gzip" {
			if seen[1].Location != all[1].Location || w.Size() != int64(len(data)) {
				t.Errorf("location %v, written %v", seen[1].Location, all[1].Location)
			}
			one := NewReader(bytes.NewReader(data[all[2].Location.Offset:][:all[2].Location.Length]), ReadLimits{})
			if rec, err := one.Next(); err != nil || rec.ID != all[2].ID {
				t.Errorf("record by its location: %v", err)
			}
		}
	}
}

func unzipped(t *testing.T, data []byte) []byte {
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

// No byte of a file can change unnoticed, in its compressed or its plain form.
func TestWARCFlippedByte(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	if _, err := w.WriteInfo(noon); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteExchange(exchange("/", plainResponse)); err != nil {
		t.Fatal(err)
	}
	walk := func(data []byte) (records []string, err error) {
		r := NewReader(bytes.NewReader(data), ReadLimits{})
		for {
			rec, err := r.Next()
			if err == io.EOF {
				return records, nil
			}
			if err != nil {
				return records, err
			}
			block, err := io.ReadAll(rec.Block)
			if err != nil {
				return records, err
			}
			records = append(records, fmt.Sprint(rec.Version, rec.Fields, string(block)))
		}
	}
	whole, err := walk(file.Bytes())
	if err != nil || len(whole) != 3 {
		t.Fatal(len(whole), err)
	}
	for i := range file.Bytes() {
		data := slices.Clone(file.Bytes())
		data[i] ^= 0x10
		got, err := walk(data)
		if err == nil && !slices.Equal(got, whole) {
			t.Fatalf("byte %d of the file flipped, other records without an error", i)
		}
		if err != nil && !errors.Is(err, ErrWARC) && !errors.Is(err, ErrDigest) {
			t.Fatalf("byte %d: untyped error %v", i, err)
		}
	}
	plain := unzipped(t, file.Bytes())
	at := bytes.Index(plain, []byte("fog until"))
	plain[at] ^= 0x10
	if _, err := walk(plain); !errors.Is(err, ErrDigest) {
		t.Error("changed block:", err)
	}
	for n := 1; n < file.Len(); n++ {
		records, err := walk(file.Bytes()[:n])
		whole := err == nil
		if whole && len(records) != 1 && len(records) != 2 {
			t.Fatalf("file cut at %d of %d bytes: %d records without an error", n, file.Len(), len(records))
		}
		if errors.Is(err, io.EOF) {
			t.Fatalf("file cut at %d bytes looks like a sound end", n)
		}
	}
}

func TestWARCSideBySide(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range 20 {
				if _, err := w.WriteExchange(exchange(fmt.Sprintf("/%d/%d", i, k), plainResponse)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	r := NewReader(&file, ReadLimits{})
	ids, last := map[string]bool{}, ""
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Type == "request" && rec.Get("WARC-Concurrent-To") != "<"+last+">" {
			t.Fatal("a request does not follow its response")
		}
		last, ids[rec.ID] = rec.ID, true
	}
	if len(ids) != 320 {
		t.Errorf("%d records, want 320", len(ids))
	}
}

// fullDisk takes so many bytes and no more.
type fullDisk struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) Write(p []byte) (int, error) {
	n, _ := d.Buffer.Write(p[:min(len(p), d.room-d.Len())])
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestWARCFullDisk(t *testing.T) {
	t.Parallel()
	var sound bytes.Buffer
	first := NewWriter(&sound, info, numbers())
	if _, err := first.WriteExchange(exchange("/0", plainResponse)); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{sound.Len() + 1, sound.Len() + 500, sound.Len()} {
		disk := &fullDisk{room: room}
		w := NewWriter(disk, info, numbers())
		if _, err := w.WriteExchange(exchange("/0", plainResponse)); err != nil {
			t.Fatal(err)
		}
		_, err := w.WriteExchange(exchange("/1", plainResponse))
		if !errors.Is(err, ErrBroken) || !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
		disk.room = 1 << 20
		if _, err := w.WriteExchange(exchange("/2", plainResponse)); !errors.Is(err, ErrBroken) {
			t.Error("written behind a broken record:", err)
		}
		// The way out: cut and continue.
		disk.Truncate(int(w.Size()))
		again := NewWriter(disk, Info{Start: w.Size()}, numbers())
		out, err := again.WriteExchange(exchange("/1", plainResponse))
		if err != nil || out.Location.Offset != int64(sound.Len()) {
			t.Errorf("continued at %d, %v", out.Location.Offset, err)
		}
		r := NewReader(disk, ReadLimits{})
		for range 4 {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Error("after the last record:", err)
		}
	}
}

// shifty gives other bytes at every reading.
type shifty struct {
	*bytes.Reader
	rounds int
}

func (s *shifty) Seek(offset int64, whence int) (int64, error) {
	s.rounds++
	s.Reader = bytes.NewReader(bytes.Repeat([]byte{byte(s.rounds)}, 5<<20))
	return 0, nil
}

func TestWARCBodyThatChanges(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w := NewWriter(&file, info, numbers())
	x := exchange("/", "HTTP/1.1 200 OK\r\n\r\n")
	x.ResponseBody = &shifty{}
	if _, err := w.WriteExchange(x); !errors.Is(err, ErrBroken) || w.Size() != 0 {
		t.Errorf("%v, size %d", err, w.Size())
	}
}

func TestWARCRefusesBadFields(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Exchange){
		"line in the address":   func(x *Exchange) { x.Target = "https://trams.test/\r\nWARC-Type: resource" },
		"relative address":      func(x *Exchange) { x.Target = "/x" },
		"no address":            func(x *Exchange) { x.Target = "" },
		"line in the protocol":  func(x *Exchange) { x.Protocol = "h2\nX: y" },
		"unknown truncation":    func(x *Exchange) { x.Truncated = "bored" },
		"no response":           func(x *Exchange) { x.Response = nil },
		"invalid text":          func(x *Exchange) { x.Cipher = "\xff" },
		"year out of the range": func(x *Exchange) { x.At = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		var file bytes.Buffer
		w := NewWriter(&file, info, numbers())
		x := exchange("/", plainResponse)
		change(&x)
		if _, err := w.WriteExchange(x); !errors.Is(err, ErrField) || file.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", name, err, file.Len())
		}
	}
	w := NewWriter(io.Discard, Info{Operator: "a\r\nb: c"}, numbers())
	if _, err := w.WriteInfo(noon); !errors.Is(err, ErrField) {
		t.Error(err)
	}
	w = NewWriter(io.Discard, info, func() string { return "not an identifier" })
	if _, err := w.WriteExchange(exchange("/", plainResponse)); !errors.Is(err, ErrField) {
		t.Error(err)
	}
}
