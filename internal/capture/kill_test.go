// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"iolaus/internal/fetch"
)

// A crawl that is killed at any instant goes on: what was acknowledged is on the tape and is not asked again, and in the end the site
// is whole.
func TestKilledCrawl(t *testing.T) {
	killCrawl(t, 5, &trainSite{pages: 400, images: 100, pageBytes: 6 << 10, imageBytes: 12 << 10})
}

func killCrawl(t *testing.T, kills int, site *trainSite) {
	site.prepare()
	var mu sync.Mutex
	var now atomic.Int64
	lastAsked := map[string]int{} // address to the last run that asked for it
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		lastAsked["http://127.0.0.1"+r.URL.Path] = int(now.Load())
		mu.Unlock()
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		site.ServeHTTP(w, r)
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	dir := filepath.Join(t.TempDir(), "capture")
	port := l.Addr().(*net.TCPAddr).Port
	acknowledged := map[string]int{} // address to the run in which it was
	count := 0
	for run := range kills + 1 {
		now.Store(int64(run))
		c := role(t, "crawl", dir, fmt.Sprint("CAPTURE_TEST_PORT=", port))
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if run < kills {
			time.Sleep(time.Duration(5+rand.IntN(100)) * time.Millisecond)
			c.Process.Kill()
		}
		if err := c.Wait(); run == kills && err != nil {
			t.Fatal(err)
		}
		tape := openTape(t, dir)
		all := tape.Exchanges()
		if len(all) < count {
			t.Fatalf("run %d: %d exchanges are acknowledged, %d were", run, len(all), count)
		}
		for _, e := range all[count:] {
			if at, twice := acknowledged[e.URL]; twice {
				t.Errorf("run %d: %s was acknowledged in run %d", run, e.URL, at)
			}
			acknowledged[e.URL] = run
		}
		count = len(all)
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		for address, at := range acknowledged {
			if lastAsked[address] > at {
				t.Errorf("run %d: %s was asked again, it was acknowledged in run %d", run, address, at)
			}
		}
		mu.Unlock()
		if run%10 == kills%10 {
			onTape(t, tape.Path(), acknowledged)
		}
	}
	if len(acknowledged) != site.all() {
		t.Errorf("%d of %d addresses", len(acknowledged), site.all())
	}
}

// onTape fails for acknowledged addresses without a record, and for a WARC file that is not sound.
func onTape(t *testing.T, name string, acknowledged map[string]int) {
	t.Helper()
	records := recorded(t, name)
	for address := range acknowledged {
		if records[address] == 0 {
			t.Errorf("%s was acknowledged and has no record", address)
		}
	}
}

// What Add acknowledged to the caller is there after a kill, byte for byte.
func TestKilledTape(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "capture")
	told := map[string]int{}
	for range 6 {
		c := role(t, "add", dir)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		said, begun := make(chan string, 1), make(chan bool)
		go func() {
			var first [1]byte
			io.ReadFull(out, first[:])
			close(begun)
			b, _ := io.ReadAll(out)
			said <- string(first[:]) + string(b)
		}()
		<-begun
		time.Sleep(time.Duration(rand.IntN(80)) * time.Millisecond)
		c.Process.Kill()
		lines := strings.Split(<-said, "\n")
		c.Wait()
		for _, a := range lines[:len(lines)-1] {
			told[a]++
		}
		tape := openTape(t, dir)
		for a := range told {
			if !tape.Holds(a) {
				t.Errorf("%s was acknowledged", a)
			}
		}
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
		onTape(t, tape.Path(), told)
	}
	if len(told) == 0 {
		t.Error("nothing was acknowledged at all")
	}
}

func addRole() {
	tape, err := OpenTape(".", testInfo, testID, time.Now())
	if err != nil {
		panic(err)
	}
	for i := range 8 {
		go func() {
			for n := 0; ; n++ {
				e := testExchange(fmt.Sprintf("http://rail.test/%d/%d/%d", os.Getpid(), i, n), 1+rand.IntN(50_000))
				if err := tape.Add(e); err != nil {
					panic(err)
				}
				fmt.Println(e.URL)
			}
		}()
	}
	select {}
}

func testExchange(address string, size int) fetch.Exchange {
	body := strings.Repeat("the train to the coast\n", size/23+1)[:size]
	return fetch.Exchange{URL: address, Vantage: "north", Start: time.Now(), FirstByte: time.Now(), End: time.Now(), Protocol: "http/1.1", Status: 200,
		Request:  []byte("GET / HTTP/1.1\r\nHost: rail.test\r\n\r\n"),
		Response: fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, body)}
}
