// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	warc "github.com/internetarchive/gowarc"
)

// once writes one page three times under two addresses, a small one twice, and one that was cut short.
func once(t testing.TB) (*bytes.Buffer, []Written) {
	t.Helper()
	var file bytes.Buffer
	once := info
	once.Once = true
	w := NewWriter(&file, once, numbers())
	page := strings.Repeat("the 6:10 to the harbour; ", 100)
	whole := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nX-Tram: %%d\r\n\r\n%s", len(page), page)
	chunked := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(page), page)
	var all []Written
	write := func(path, response string, later time.Duration, spooled, cut bool) {
		x := exchange(path, response)
		x.At = x.At.Add(later)
		if spooled {
			x.Response, x.ResponseBody = []byte(response[:300]), strings.NewReader(response[300:])
		}
		if cut {
			x.Truncated = "disconnect"
		}
		out, err := w.WriteExchange(x)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out)
	}
	write("/0", fmt.Sprintf(whole, 1), 0, false, false)
	write("/0", fmt.Sprintf(whole, 2), time.Second, false, false)
	write("/1", chunked, 2*time.Second, true, false)
	write("/2", plainResponse, 3*time.Second, false, false)
	write("/2", plainResponse, 4*time.Second, false, false)
	write("/3", "HTTP/1.0 200 OK\r\n\r\n"+page, 5*time.Second, false, true)
	return &file, all
}

func TestRevisit(t *testing.T) {
	t.Parallel()
	file, all := once(t)
	for i, want := range []string{"", all[0].ID, all[0].ID, "", "", ""} {
		if all[i].Revisit != want {
			t.Errorf("exchange %d is a revisit of %q, want %q", i, all[i].Revisit, want)
		}
	}
	in, err := warc.NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	revisits := 0
	for {
		r, err := in.ReadRecord()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.Header.Get("WARC-Type") != "revisit" {
			continue
		}
		revisits++
		digest, err := warc.GetDigest(r.Content, warc.SHA256Base16)
		if err != nil || digest != r.Header.Get("WARC-Block-Digest") {
			t.Errorf("block digest %s, %v", digest, err)
		}
		for name, want := range map[string]string{
			"WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest", "WARC-Refers-To": "<" + all[0].ID + ">",
			"WARC-Refers-To-Target-URI": "https://trams.test/0", "WARC-Refers-To-Date": "2026-03-14T11:00:00.123456789Z",
			"WARC-Payload-Digest": all[0].Payload, "WARC-Truncated": "length", "Content-Type": "application/http; msgtype=response",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
	if revisits != 2 {
		t.Errorf("%d revisits, want 2", revisits)
	}
	s := newScan("capture.warc.gz", 0, newBudget(DefaultLimits, 0))
	if err := s.run(NewReader(bytes.NewReader(file.Bytes()), ReadLimits{})); err != nil {
		t.Fatal(err)
	}
	f := newFindings()
	f.add(s)
	if err := f.resolve(); err != nil || f.records != 12 || len(f.lines) != 6 || bytes.Count(f.index(), []byte(mimeRevisit)) != 2 {
		t.Errorf("%d records, index %s, %v", f.records, f.index(), err)
	}
	// A bundle with revisits is whole, and each must find its original.
	c := courtOf(t, map[string][]byte{"capture.warc.gz": file.Bytes()}, 1)
	if err := verify(c.pack(t), c.trust()).Err(); err != nil {
		t.Error(err)
	}
	alone := courtOf(t, map[string][]byte{"capture.warc.gz": file.Bytes()[all[1].Location.Offset:]}, 1)
	if err := WriteBundle(io.Discard, alone.bundle); !errors.Is(err, ErrWARC) || !strings.Contains(err.Error(), all[1].ID) {
		t.Errorf("a revisit without its original: %v", err)
	}
}

func TestRevisitSideBySide(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	once := info
	once.Once = true
	w := NewWriter(&file, once, numbers())
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for k := range 20 {
				if _, err := w.WriteExchange(exchange(fmt.Sprintf("/%d/%d", i, k), "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat(fmt.Sprint("tram ", k%5), 200))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s, f := newScan("x", 0, newBudget(DefaultLimits, 0)), newFindings()
	if err := s.run(NewReader(&file, ReadLimits{})); err != nil {
		t.Fatal(err)
	}
	f.add(s)
	if err := f.resolve(); err != nil || len(f.repeats) < 60 {
		t.Errorf("%d revisits, %v", len(f.repeats), err)
	}
}
