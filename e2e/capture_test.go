// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A library is a site of many pages: a list, chapters, and pages that only chapters name.
type library struct {
	pages int
	size  int // of filling on each page, which does not shrink
	delay time.Duration
	asked atomic.Int64
	port  string
}

func newLibrary(t testing.TB, pages, size int, delay time.Duration) *library {
	t.Helper()
	l := &library{pages: pages, size: size, delay: delay}
	ln, err := net.Listen("tcp", "127.98.0.1:0")
	ok(t, err)
	_, l.port, _ = net.SplitHostPort(ln.Addr().String())
	srv := &http.Server{Handler: l}
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return l
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.asked.Add(1)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/page/")); {
	case r.URL.Path == "/":
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Tram library</title><h1>Tram library</h1>`)
		for n := 0; n < l.pages; n += 20 {
			fmt.Fprintf(w, `<a href="/page/%d">%d</a> `, n, n)
		}
	case r.URL.Path == "/challenge":
		w.Header().Set("Cf-Mitigated", "challenge")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<!doctype html><title>Just a moment...</title><p>Checking your browser`)
	case r.URL.Path == "/members":
		fmt.Fprint(w, `<!doctype html><title>Sign in</title><form><input name=u><input type=password><button>Log in</button></form>`)
	case err == nil && n < l.pages:
		time.Sleep(l.delay)
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Page %d</title><p>%s`, n, l.words(n))
		for m := n + 1; n%20 == 0 && m < min(n+20, l.pages); m++ {
			fmt.Fprintf(w, ` <a href="/page/%d">%d</a>`, m, m)
		}
		fill := make([]byte, l.size/2)
		for i, source := 0, rand.New(rand.NewPCG(uint64(n), 1)); i < len(fill); i++ {
			fill[i] = byte(source.Uint32())
		}
		fmt.Fprintf(w, "<!-- %x -->", fill)
	default:
		http.NotFound(w, r)
	}
}

func (l *library) words(n int) string { return fmt.Sprintf("Line %d leaves at the full hour.", n) }

// A stall is where iolaus capture is run: a configuration, a data folder, and a folder for bundles.
type stall struct {
	t         testing.TB
	file, dir string
}

func newStall(t testing.TB, port, more string) stall {
	t.Helper()
	s := stall{t: t, dir: t.TempDir()}
	s.file = filepath.Join(s.dir, "iolaus.toml")
	ok(t, os.WriteFile(s.file, []byte("[network]\npace = \"0s\"\nports = { \"80\" = "+port+" }\nallow = [\"127.0.0.0/8\"]\n[sources]\nrdap = \"\"\n"+more), 0o600))
	return s
}

func (s stall) args(out, address string, more ...string) []string {
	return append([]string{"--config", s.file, "--data", filepath.Join(s.dir, "data"), "capture", address, "--out", filepath.Join(s.dir, out)}, more...)
}

// verifies checks a bundle of the stall by the public key of its log.
func (s stall) verifies(out string) {
	s.t.Helper()
	said := must(s.t, "verify", filepath.Join(s.dir, out), "--key", filepath.Join(s.dir, "data", "keys", "log.pub"))
	if !strings.Contains(said, "whole: exhibit") || strings.Contains(said, "WRONG") {
		s.t.Errorf("%s: %s", out, said)
	}
}

// clean fails the test if anything is left beside the bundles that are named.
func (s stall) clean(bundles ...string) {
	s.t.Helper()
	want := "data iolaus.toml " + strings.Join(bundles, " ")
	es, err := os.ReadDir(s.dir)
	ok(s.t, err)
	for _, e := range es {
		if !strings.Contains(" "+want+" ", " "+e.Name()+" ") {
			s.t.Errorf("left: %s", e.Name())
		}
	}
}

// entry reads one file of a bundle.
func (s stall) entry(out, name string) []byte {
	s.t.Helper()
	z, err := zip.OpenReader(filepath.Join(s.dir, out))
	ok(s.t, err)
	defer z.Close()
	f, err := z.Open(name)
	ok(s.t, err)
	b, err := io.ReadAll(f)
	ok(s.t, err)
	return b
}

// pages counts the pages of the library that a bundle holds, each with the words that stand there.
func (s stall) pages(out string, l *library) (n int) {
	s.t.Helper()
	r, err := gzip.NewReader(bufio.NewReader(bytes.NewReader(s.entry(out, "archive/capture.warc.gz"))))
	ok(s.t, err)
	b, err := io.ReadAll(r)
	ok(s.t, err)
	for p := range l.pages {
		if bytes.Contains(b, []byte(l.words(p))) && bytes.Contains(b, fmt.Appendf(nil, "/page/%d\r\n", p)) {
			n++
		}
	}
	return n
}

// Killed twice in the middle of a site, the same command ends in one bundle with every page.
func TestCaptureKilled(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, 300, 200, 10*time.Millisecond)
	s := newStall(t, l.port, "")
	for _, at := range []int64{80, 200} {
		p := iolaus(t, s.args("library.wacz", "http://127.98.0.1/", "--depth", "3")...)
		for l.asked.Load() < at {
			select {
			case <-p.done:
				t.Fatalf("ended before it was killed: %s", p.output())
			case <-time.After(time.Millisecond):
			}
		}
		p.kill()
		if _, err := os.Lstat(filepath.Join(s.dir, "library.wacz")); err == nil {
			t.Error("a bundle was there when it was killed")
		}
	}
	must(t, s.args("library.wacz", "http://127.98.0.1/", "--depth", "3")...)
	s.verifies("library.wacz")
	s.clean("library.wacz")
	if n := s.pages("library.wacz", l); n != l.pages {
		t.Errorf("%d of %d pages are in the bundle", n, l.pages)
	}
	if asked := l.asked.Load(); asked > int64(l.pages)+100 {
		t.Errorf("%d pages were asked for %d times", l.pages, asked)
	}
	t.Logf("%d pages, asked %d times", l.pages, l.asked.Load())
}

// What was found in place of the content is kept too, and the exit code says that it is not the content.
func TestCaptureOfFailure(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, 1, 0, 0)
	s := newStall(t, l.port, "")
	for out, c := range map[string]struct{ address, outcome string }{
		"challenge.wacz": {"http://127.98.0.1/challenge", "challenge"},
		"members.wacz":   {"http://127.98.0.1/members", "login_wall"},
		"gone.wacz":      {"http://127.98.0.1/nowhere", "gone"},
		"down.wacz":      {"http://127.98.0.2/", "failed"},
	} {
		begun := time.Now()
		said, errs, code := call(t, s.args(out, c.address)...)
		t.Logf("%s took %s", out, time.Since(begun))
		if code != 1 || !strings.Contains(said, c.outcome+":") || !strings.Contains(errs, "not the content: "+c.outcome) {
			t.Errorf("%s: exit %d, %q, %q", out, code, said, errs)
			continue
		}
		s.verifies(out)
		if m := string(s.entry(out, "exhibit/manifest.json")); !strings.Contains(m, `"outcome":"`+c.outcome+`"`) {
			t.Errorf("the manifest says %s", m)
		}
	}
	s.clean("challenge.wacz", "members.wacz", "gone.wacz", "down.wacz")
}

// Without a browser it works, and says what is missing; what cannot be done is refused in words, and nothing is left.
func TestCaptureRefused(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, 1, 0, 0)
	off := newStall(t, l.port, "[capture]\nbrowser = \"off\"\n")
	if said := must(t, off.args("bare.wacz", "http://127.98.0.1/")...); !strings.Contains(said, "screenshot, PDF, MHTML and DOM are missing") {
		t.Errorf("it does not say that pictures are missing: %s", said)
	}
	off.verifies("bare.wacz")
	off.clean("bare.wacz")
	for name, c := range map[string]struct {
		more string // configuration
		edit [2]string
		args []string
		want []string
		left string // a bundle that says so
	}{
		"no such browser": {more: "[capture]\nbrowser = \"/opt/tram/browser\"\n", want: []string{"capture.browser", "/opt/tram/browser"}},
		"no such vantage": {args: []string{"--vantage", "moon"}, want: []string{`no vantage point "moon"`, "here"}},
		"private address": {edit: [2]string{"allow = [\"127.0.0.0/8\"]\n", ""}, want: []string{"127.98.0.1", "--allow"}, left: "none.wacz"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStall(t, l.port, c.more)
			if c.edit[0] != "" {
				edit(t, s.file, c.edit[0], c.edit[1])
				edit(t, s.file, "ports = { \"80\" = "+l.port+" }\n", "")
			}
			before := l.asked.Load()
			out, errs, code := call(t, s.args("none.wacz", "http://127.98.0.1/", c.args...)...)
			for _, w := range c.want {
				if code != 1 || !strings.Contains(errs, w) || strings.Contains(errs, "goroutine") {
					t.Errorf("exit %d, %q, %q; it should name %s", code, out, errs, w)
				}
			}
			if l.asked.Load() != before {
				t.Error("the site was asked all the same")
			}
			if s.clean(c.left); c.left != "" {
				s.verifies(c.left)
			}
		})
	}
}

// A disk that is full, which a limit on the size of files stands for, is an error in words; with space the same command goes on.
func TestCaptureDiskFull(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, 300, 20_000, 0)
	s := newStall(t, l.port, "[capture]\nbrowser = \"off\"\n")
	must(t, s.args("small.wacz", "http://127.98.0.1/")...) // the store is made while there is space
	must(t, s.args("whole.wacz", "http://127.98.0.1/", "--depth", "3")...)
	warc := len(s.entry("whole.wacz", "archive/capture.warc.gz"))
	// First the captures do not fit, then the capture does, but not the bundle, which holds more.
	for _, kilobytes := range []int{warc / 4096, warc/1024 + 24} {
		cmd := exec.CommandContext(t.Context(), "bash", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$0" "$@"`, kilobytes), binary},
			s.args("large.wacz", "http://127.98.0.1/", "--depth", "3")...)...)
		cmd.Env = environment()
		said, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != 1 || !bytes.Contains(said, []byte("file too large")) || !bytes.Contains(said, []byte("goes on from there")) || bytes.Contains(said, []byte("goroutine")) {
			t.Errorf("under %d KB: %v\n%s", kilobytes, err, tail(string(said), 2000))
		}
		s.clean("small.wacz", "whole.wacz", "large.wacz.part")
		t.Logf("under %d KB: %s", kilobytes, tail(string(said), 400))
	}
	before := l.asked.Load()
	must(t, s.args("large.wacz", "http://127.98.0.1/", "--depth", "3")...)
	s.verifies("large.wacz")
	if n := s.pages("large.wacz", l); n != l.pages {
		t.Errorf("%d of %d pages are in the bundle", n, l.pages)
	}
	t.Logf("%d requests in all, %d after there was space", l.asked.Load(), l.asked.Load()-before)
	s.clean("small.wacz", "whole.wacz", "large.wacz")
}
