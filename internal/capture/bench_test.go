// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/fetch"
)

// The test binary is each process of a measurement: the server, and a crawl whose time of processor can be told.
func benchRole(role string) {
	site := bigSite
	switch role {
	case "serve":
		site.print()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		fmt.Println(l.Addr().(*net.TCPAddr).Port)
		panic(http.Serve(l, &site))
	case "crawl":
		crawlRole(CrawlOptions{})
	}
}

// A measured run of a crawler.
type measured struct {
	wall, cpu time.Duration
	memory    int64 // bytes resident at most
	records   int
}

func measure(b *testing.B, c *exec.Cmd, warc string) measured {
	b.Helper()
	began := time.Now()
	c.Stderr = nil
	out, err := c.CombinedOutput()
	took := time.Since(began)
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && strings.HasSuffix(c.Path, "wget")) { // wget tells of a favicon that is not there
		b.Fatalf("%v: %s", err, out)
	}
	p := c.ProcessState
	m := measured{wall: took, cpu: p.UserTime() + p.SystemTime(), memory: p.SysUsage().(*syscall.Rusage).Maxrss << 10}
	for _, n := range recorded(b, warc) {
		m.records += n
	}
	return m
}

// BenchmarkCrawl records the same site with wget and with ours, in turn, and tells how they compare.
func BenchmarkCrawl(b *testing.B) {
	wget, err := exec.LookPath("wget")
	if err != nil {
		b.Fatal("this measurement compares with wget: ", err)
	}
	port := serveElsewhere(b, "serve")
	var theirs, ours []measured
	for b.Loop() {
		dir := b.TempDir()
		w := exec.Command(wget, "-q", "-r", "-l", "inf", "-p", "-e", "robots=off", "--warc-file="+filepath.Join(dir, "wget"), "-P", filepath.Join(dir, "files"), "http://127.0.0.1:"+port+"/")
		theirs = append(theirs, measure(b, w, filepath.Join(dir, "wget.warc.gz")))
		c := role(b, "crawl", filepath.Join(dir, "ours"), "CAPTURE_TEST_PORT="+port)
		ours = append(ours, measure(b, c, filepath.Join(dir, "ours", tapeFile)))
		os.RemoveAll(dir)
	}
	b.StopTimer()
	median := func(of []measured, f func(measured) float64) float64 {
		all := make([]float64, len(of))
		for i, m := range of {
			all[i] = f(m)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	urls := float64(bigSite.all())
	wall := func(m measured) float64 { return urls / m.wall.Seconds() }
	cpu := func(m measured) float64 { return m.cpu.Seconds() }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(theirs, wall), "wget-urls/s")
	b.ReportMetric(median(ours, wall), "urls/s")
	b.ReportMetric(median(ours, wall)/median(theirs, wall), "urls/s-ratio")
	b.ReportMetric(median(theirs, cpu), "wget-cpu-s")
	b.ReportMetric(median(ours, cpu), "cpu-s")
	b.ReportMetric(median(ours, cpu)/median(theirs, cpu), "cpu-ratio")
	b.ReportMetric(median(ours, func(m measured) float64 { return float64(m.memory >> 20) }), "rss-MB")
	b.ReportMetric(median(theirs, func(m measured) float64 { return float64(m.records) }), "wget-records")
	b.ReportMetric(median(ours, func(m measured) float64 { return float64(m.records) }), "records")
}

// serveElsewhere starts a process that serves a site and returns its port.
func serveElsewhere(b testing.TB, part string) string {
	b.Helper()
	server := role(b, part, b.TempDir())
	out, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { server.Process.Kill(); server.Wait() })
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(port)
}

// BenchmarkCrawlAlone is our part of it in this process, for its profile.
func BenchmarkCrawlAlone(b *testing.B) {
	port, err := strconv.ParseUint(serveElsewhere(b, "serve"), 10, 16)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tape := openTape(b, b.TempDir())
		f, err := OpenFrontier(tape, Bounds{Depth: 1000})
		if err == nil {
			err = f.Seed("http://127.0.0.1/")
		}
		if err != nil {
			b.Fatal(err)
		}
		r, err := Crawl(b.Context(), siteClient(uint16(port), nil, fetch.Limits{}), f, tape, CrawlOptions{})
		if err != nil || r.Done != bigSite.all() {
			b.Fatal(err, r.Done)
		}
		tape.Close()
	}
}
