// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
)

var testInfo = exhibit.Info{Software: "iolaus test", Operator: "Unit North", Vantage: "north"}

func testID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func openTape(t testing.TB, dir string) *Tape {
	t.Helper()
	tape, err := OpenTape(dir, testInfo, testID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tape.Close() })
	return tape
}

// recorded reads a WARC file to its end and counts the responses for each address.
func recorded(t testing.TB, name string) map[string]int {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, n := exhibit.NewReader(f, exhibit.ReadLimits{}), map[string]int{}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Type == "response" || rec.Type == "revisit" {
			n[rec.Target]++
		}
	}
}

// crawl runs one to its end.
func crawl(t testing.TB, c *fetch.Client, dir string, b Bounds, o CrawlOptions, seeds ...string) (CrawlReport, *Tape) {
	t.Helper()
	tape := openTape(t, dir)
	f, err := OpenFrontier(tape, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Seed(seeds...); err != nil {
		t.Fatal(err)
	}
	r, err := Crawl(t.Context(), c, f, tape, o)
	if err != nil {
		t.Fatal(err)
	}
	return r, tape
}

func TestCrawl(t *testing.T) {
	site := &trainSite{pages: 300, images: 60, pageBytes: 4 << 10, imageBytes: 10 << 10}
	site.prepare()
	asked := make(chan string, 10_000)
	c := serveSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked <- r.URL.Path; site.ServeHTTP(w, r) }), nil, fetch.Limits{})
	dir := filepath.Join(t.TempDir(), "capture")
	var last CrawlProgress
	r, tape := crawl(t, c, dir, Bounds{}, CrawlOptions{Progress: func(p CrawlProgress) { last = p }}, "http://127.0.0.1")
	if r.Done != site.all() || r.Failed != 0 || !r.Whole || last.Done != r.Done || last.Queued != 0 || r.Bytes < int64(300*4<<10+60*10<<10) {
		t.Errorf("%+v, last told %+v", r, last)
	}
	if len(asked) != site.all() {
		t.Error(len(asked), "requests for", site.all(), "addresses")
	}
	got := recorded(t, tape.Path())
	for i := range site.pages {
		if n := got[fmt.Sprintf("http://127.0.0.1/page/%d", i+1)]; n != 1 {
			t.Errorf("page %d has %d records", i+1, n)
		}
	}
	if len(got) != site.all() || len(tape.Exchanges()) != site.all() || len(tape.Warnings()) != 0 || !tape.Holds("http://127.0.0.1/") {
		t.Error(len(got), len(tape.Exchanges()), tape.Warnings())
	}
	before := tape.Exchanges()
	if err := tape.Close(); err != nil {
		t.Fatal(err)
	}
	// Opened again it knows all of it and asks nothing.
	r, tape = crawl(t, c, dir, Bounds{}, CrawlOptions{}, "http://127.0.0.1/")
	if len(asked) != site.all() || r.Done != site.all() || !r.Whole {
		t.Errorf("%d requests, %+v", len(asked), r)
	}
	for i, e := range tape.Exchanges() {
		if b := before[i]; e.URL != b.URL || !e.Start.Equal(b.Start) || e.Remote != b.Remote || e.Status != b.Status || len(e.Addresses) != 1 {
			t.Errorf("%+v, was %+v", e, b)
		}
	}
	if got := recorded(t, tape.Path()); len(got) != site.all() {
		t.Error(len(got))
	}
}
