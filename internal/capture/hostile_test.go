// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// A site that wants to hold a crawl for ever, or to break it: every answer is recorded or told as failed, and the crawl ends.
func TestHostileSite(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 64<<20))
	z.Close()
	release := make(chan bool)
	t.Cleanup(func() { close(release) })
	c := serveSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		head, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		n, _ := strconv.Atoi(rest)
		switch head {
		case "":
			for _, a := range []string{"loop", "chain/0", "calendar/2026", "q?day=1", "a/a", "endless", "short", "bomb", "garbage", "silent", "deep/0", "big"} {
				fmt.Fprintf(w, "<a href=/%s>%s</a>", a, a)
			}
			fmt.Fprintf(w, "<a href=http://other.test/>elsewhere</a><a href=\"/%s\">long</a><img src=http://127.0.0.2/part.png>", strings.Repeat("x", 3000))
		case "loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "chain":
			http.Redirect(w, r, fmt.Sprint("/chain/", n+1), http.StatusFound)
		case "calendar":
			fmt.Fprintf(w, "<a href=/calendar/%d>next</a>", n+1)
		case "q":
			d, _ := strconv.Atoi(r.URL.Query().Get("day"))
			for i := range 20 {
				fmt.Fprintf(w, "<a href=/q?day=%d>day</a>", 20*d+i)
			}
		case "a":
			fmt.Fprintf(w, "<a href=%s/a>deeper</a>", r.URL.Path)
		case "endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "short":
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("<a href=/half>the rest is miss"))
		case "bomb":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
		case "garbage":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				conn.Write([]byte("\x00\x01 this is no HTTP\r\n\r\n"))
				conn.Close()
			}
		case "silent":
			<-release
		case "big":
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Write(bytes.Repeat([]byte("signal "), 500_000))
		case "deep":
			fmt.Fprintf(w, "<iframe src=/deep/%d></iframe>", n+1)
		}
	}), nil, fetch.Limits{Body: 4 << 20, Redirects: 5, FirstByte: time.Second, Dial: 5 * time.Second, Total: 10 * time.Second})
	r, tape := crawl(t, c, t.TempDir(), Bounds{Depth: 10, Queries: 30, URLs: 500}, CrawlOptions{}, "http://127.0.0.1/")
	failed := map[string]string{}
	for _, e := range tape.Exchanges() {
		if e.Error != "" {
			failed[strings.TrimPrefix(e.URL, "http://127.0.0.1")] = e.Error
		}
	}
	for path, why := range map[string]string{"/short": "protocol", "/garbage": "protocol", "/silent": "timed out", "/endless": "longer than"} {
		if !strings.Contains(failed[path], why) {
			t.Errorf("%s: %q, want %q", path, failed[path], why)
		}
	}
	if !r.Whole || r.Done > 200 || r.Failed < 4 {
		t.Errorf("%+v", r)
	}
	for _, why := range []string{beyondDepth, beyondQueries, beyondAddress, beyondRepeats, beyondNested} {
		if r.Refused[why] == 0 {
			t.Errorf("nothing was refused as %q: %v", why, r.Refused)
		}
	}
	got := recorded(t, tape.Path())
	for _, path := range []string{"/", "/loop", "/chain/0", "/calendar/2026", "/bomb", "/short", "/endless", "/big", "/deep/0"} {
		if got["http://127.0.0.1"+path] != 1 {
			t.Errorf("%s has %d records", path, got["http://127.0.0.1"+path])
		}
	}
	if got["http://127.0.0.1/half"] != 1 || got["http://other.test/"] != 0 || len(tape.Warnings()) != 4 { // a link in half a page is a link

		t.Error(got, tape.Warnings())
	}
}

// A host that has a pace holds up no other, and all of both are asked.
func TestPace(t *testing.T) {
	site := &trainSite{pages: 6, images: 0, pageBytes: 2000, imageBytes: 1000}
	site.prepare()
	c := serveSite(t, site, &fetch.Politeness{Every: 50 * time.Millisecond, Burst: 1}, fetch.Limits{})
	r, _ := crawl(t, c, t.TempDir(), Bounds{}, CrawlOptions{Workers: 4}, "http://127.0.0.1/", "http://127.0.0.2/")
	if r.Done != 2*site.all() || r.Failed != 0 || r.Took < 6*50*time.Millisecond {
		t.Errorf("%+v", r)
	}
}

// A crawl that is stopped goes on.
func TestStop(t *testing.T) {
	site := &trainSite{pages: 200, images: 20, pageBytes: 2000, imageBytes: 1000}
	site.prepare()
	dir := t.TempDir()
	c := serveSite(t, site, nil, fetch.Limits{})
	tape := openTape(t, dir)
	f, err := OpenFrontier(tape, Bounds{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Seed("http://127.0.0.1/"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if read++; read == 50 {
			cancel()
		}
		site.ServeHTTP(w, r)
	})
	r, err := Crawl(ctx, serveSite(t, h, nil, fetch.Limits{}), f, tape, CrawlOptions{Workers: 1})
	if !errors.Is(err, context.Canceled) || r.Whole || r.Done == 0 || r.Queued == 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	if r, err = Crawl(t.Context(), c, f, tape, CrawlOptions{}); err != nil || r.Done != site.all() || !r.Whole {
		t.Errorf("%v, %+v", err, r)
	}
	for address, n := range recorded(t, tape.Path()) {
		if n != 1 {
			t.Errorf("%s has %d records", address, n)
		}
	}
}

// A full disk ends the crawl, is told as such, and what was acknowledged stands; with room it goes on. A limit on the size of files
// stands for it.
func TestFullDisk(t *testing.T) {
	site := &trainSite{pages: 300, images: 60, pageBytes: 6 << 10, imageBytes: 20 << 10}
	site.prepare()
	port := listenSite(t, site)
	dir := filepath.Join(t.TempDir(), "capture")
	for _, limit := range []int{100 << 10, 200 << 10, 400 << 10} {
		p := role(t, "small disk", dir, fmt.Sprint("CAPTURE_TEST_PORT=", port), fmt.Sprint("CAPTURE_TEST_LIMIT=", limit))
		out, err := p.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "file too large") {
			t.Fatalf("%v: %s", err, out)
		}
		tape := openTape(t, dir)
		told := map[string]int{}
		for _, e := range tape.Exchanges() {
			told[e.URL]++
		}
		tape.Close()
		onTape(t, tape.Path(), told)
		if len(told) == 0 {
			t.Error("nothing was acknowledged")
		}
	}
	r, tape := crawl(t, siteClient(port, nil, fetch.Limits{}), dir, Bounds{}, CrawlOptions{}, "http://127.0.0.1/")
	if got := recorded(t, tape.Path()); r.Done != site.all() || len(got) != site.all() {
		t.Errorf("%d records, %+v", len(got), r)
	}
}

func smallDiskRole() {
	limit, err := strconv.ParseUint(os.Getenv("CAPTURE_TEST_LIMIT"), 10, 64)
	if err != nil {
		panic(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		panic(err)
	}
	err = crawlHere(CrawlOptions{})
	if !errors.Is(err, iru.Unavailable) {
		panic(err)
	}
	fmt.Println(err)
}

// Sixteen long answers at once lie on the disk, not in memory.
func TestMemory(t *testing.T) {
	noise := make([]byte, 6<<20)
	r := rand.New(rand.NewPCG(3, 3))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	port := listenSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.Header().Set("Content-Type", "video/mp4")
			w.Write(noise)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		for i := range 20 {
			fmt.Fprintf(w, "<video src=/film/%d></video>", i)
		}
	}))
	peak := func(name string) int64 {
		p := role(t, name, t.TempDir(), fmt.Sprint("CAPTURE_TEST_PORT=", port))
		if out, err := p.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return p.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	}
	idle, busy := peak("nothing"), peak("crawl")
	if busy-idle > 64<<20 {
		t.Errorf("%d MB more than the %d MB of a process that does nothing", (busy-idle)>>20, idle>>20)
	}
	t.Logf("%d MB, %d MB idle", busy>>20, idle>>20)
}
