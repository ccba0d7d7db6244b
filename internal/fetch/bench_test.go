// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A measured run happens in a process of its own, which is told what to do in its environment. All processes that come of it, and
// those that its browser leaves behind, are waited for by it, so that none of their time is lost.
type measured struct {
	What     string // "capture" or "alone"
	Program  string // of the browser
	URL      string
	Resolver string
	Ports    map[uint16]uint16
	Host     string // where the page's server really is
	Height   int
	Self     float64 // seconds of the recorder itself
	Children float64 // seconds of the browser
	Records  int
	Bytes    int64
	Missing  []Missing
}

const measuring = "IOLAUS_TEST_MEASURED"

func TestMeasured(t *testing.T) {
	var m measured
	if os.Getenv(measuring) == "" {
		return // it is a part of the benchmark
	}
	if err := json.Unmarshal([]byte(os.Getenv(measuring)), &m); err != nil {
		t.Fatal(err)
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	b := &Browser{Path: m.Program, Version: "Chromium 1.2.3.4", User: "nobody"}
	before := spent(unix.RUSAGE_SELF)
	switch m.What {
	case "capture":
		c := New(Network{Name: "north", Local: netip.MustParseAddr("127.0.0.1"), Resolver: m.Resolver, Ports: m.Ports, Allow: []netip.Prefix{netip.MustParsePrefix("127.77.0.0/16")}}, Limits{}, nil, "")
		s, err := b.Capture(t.Context(), c, m.URL, func(e Exchange) error {
			m.Records++
			m.Bytes += int64(len(e.Response))
			return e.Rest.Close()
		}, ShotOptions{})
		if err != nil {
			t.Fatal(err)
		}
		m.Height, m.Missing = s.Height, s.Missing
		s.Close()
	case "alone":
		if err := b.identify(); err != nil {
			t.Fatal(err)
		}
		dir := os.Getenv("IOLAUS_TEST_FOLDER")
		cmd := exec.Command(m.Program, "--headless", "--screenshot="+filepath.Join(dir, "x.png"), "--user-data-dir="+filepath.Join(dir, "profile"),
			fmt.Sprintf("--window-size=1280,%d", m.Height), "--host-resolver-rules=MAP * "+m.Host, "--hide-scrollbars", m.URL)
		cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin", "LANG=C.UTF-8"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(b.uid), Gid: uint32(b.gid)}}
		if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("bytes written")) {
			t.Fatalf("%v: %s", err, out)
		}
	}
	m.Self = spent(unix.RUSAGE_SELF) - before
	for { // what the browser left behind
		if _, err := unix.Wait4(-1, nil, 0, nil); err == unix.ECHILD {
			break
		}
	}
	m.Children = spent(unix.RUSAGE_CHILDREN)
	line, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nmeasured %s\n", line)
}

func spent(who int) float64 {
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func (m measured) run(b *testing.B) measured {
	b.Helper()
	line, err := json.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "iolaus-bench-*")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestMeasured$")
	cmd.Env = append(os.Environ(), measuring+"="+string(line), "IOLAUS_TEST_FOLDER="+dir)
	out, err := cmd.CombinedOutput()
	_, after, found := strings.Cut(string(out), "\nmeasured ")
	if err != nil || !found {
		b.Fatalf("%v: %s", err, out)
	}
	after, _, _ = strings.Cut(after, "\n")
	var done measured
	if err := json.Unmarshal([]byte(after), &done); err != nil {
		b.Fatal(err)
	}
	return done
}

// weather is a page of the usual kind: a style sheet, two scripts, 24 pictures, 200 paragraphs.
func weather() http.Handler {
	s := site{
		"/style.css": {"text/css", strings.Repeat("article p { font: 16px/1.5 serif; margin: .5em } .card img { width: 300px; height: 200px; border-radius: 8px; box-shadow: 0 2px 8px #0004 }\n", 40)},
		"/one.js":    {script, "document.documentElement.dataset.one = 1;" + strings.Repeat("function f(){return 1}\n", 2000)},
		"/two.js":    {script, `for (let i = 0; i < 200; i++) { const p = document.createElement("p"); p.textContent = "Line " + i + " runs through the rain."; document.querySelector("footer").append(p) }`},
	}
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang=en><title>The weather on line 9</title>` + icon + `<link rel=stylesheet href=/style.css><script src=/one.js></script><h1>Trains and rain</h1><article>`)
	for i := range 200 {
		fmt.Fprintf(&b, "<p>Train %d leaves in light rain, with snow expected over the pass in the afternoon and a fresh wind from the west. %s", i, strings.Repeat("The tram is on time. ", 8))
		if i%8 == 0 {
			fmt.Fprintf(&b, `<div class=card><img src="/sky%d.png" alt=sky></div>`, i)
			var img bytes.Buffer
			sky := image.NewRGBA(image.Rect(0, 0, 600, 400))
			for y := range 400 {
				for x := range 600 {
					sky.Set(x, y, color.RGBA{uint8(x * i), uint8(y), uint8(x ^ y), 255})
				}
			}
			if err := png.Encode(&img, sky); err != nil {
				panic(err)
			}
			s[fmt.Sprintf("/sky%d.png", i)] = [2]string{"image/png", img.String()}
		}
	}
	b.WriteString("</article><footer></footer><script src=/two.js></script>")
	s["/"] = [2]string{markup, b.String()}
	return s
}

// What an exhibit costs, against the browser's own picture of the same page: processor time of all processes, medians of
// interleaved runs.
func BenchmarkCapture(b *testing.B) {
	w := newWorld(b)
	handler := weather()
	addr := w.serve("weather.test", handler.ServeHTTP)
	m := measured{Program: chromiumHere(b).Path, URL: "http://weather.test/", Resolver: w.net.Resolver, Ports: w.net.Ports, Host: fmt.Sprintf("%s:%d", addr, w.net.Ports[80])}
	m.What = "capture"
	m.Height = m.run(b).Height // also warms what the kernel keeps
	var ours, self, alone, wall []float64
	var last measured
	for b.Loop() {
		for range 5 {
			m.What = "alone"
			alone = append(alone, m.run(b).Children)
			m.What = "capture"
			began := time.Now()
			last = m.run(b)
			wall = append(wall, time.Since(began).Seconds())
			if len(last.Missing) > 0 || last.Records != 29 {
				b.Fatalf("%+v", last)
			}
			ours, self = append(ours, last.Self+last.Children), append(self, last.Self)
		}
	}
	median := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ours), "cpu-s/exhibit")
	b.ReportMetric(median(alone), "cpu-s/alone")
	b.ReportMetric(median(self), "cpu-s/recorder")
	b.ReportMetric(median(wall), "s/exhibit")
	b.ReportMetric(median(ours)/median(alone), "ratio")
	b.ReportMetric(100*median(self)/median(ours), "%recorder")
}
