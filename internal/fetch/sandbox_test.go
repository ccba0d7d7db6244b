// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// A resident is one process of a browser.
type resident struct {
	pid    int
	kind   string // "" is the browser itself
	status map[string]string
	users  string // its namespace of users
	line   string
}

// residents are the processes that name a folder of ours in their command line.
func residents(t *testing.T) (all []resident) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		dir := filepath.Dir(f)
		line, _ := os.ReadFile(f)
		status, _ := os.ReadFile(dir + "/status")
		if !strings.Contains(string(line), filepath.Join(os.TempDir(), "iolaus-browser-")) || len(status) == 0 {
			continue
		}
		r := resident{status: map[string]string{}, line: strings.ReplaceAll(string(line), "\x00", " ")}
		r.pid, _ = strconv.Atoi(filepath.Base(dir))
		r.users, _ = os.Readlink(dir + "/ns/user")
		if _, after, ok := strings.Cut(r.line, "--type="); ok {
			r.kind = strings.Fields(after)[0]
		}
		for l := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(l, ":")
			r.status[name] = strings.TrimSpace(value)
		}
		if !strings.HasPrefix(r.status["State"], "Z") {
			all = append(all, r)
		}
	}
	return all
}

func TestBrowserIsInItsSandbox(t *testing.T) {
	w := newWorld(t)
	var seen []resident
	w.serve("tram.test", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late.js" { // the page's process waits for it
			seen = residents(t)
			return
		}
		rw.Header().Set("Content-Type", markup)
		io.WriteString(rw, icon+`<title>Tram</title><script src=/late.js></script>`)
	})
	if _, _, err := shoot(t, w.client(nil), "http://tram.test/", ShotOptions{}); err != nil {
		t.Fatal(err)
	}
	ours, err := os.Readlink("/proc/self/ns/user")
	if err != nil {
		t.Fatal(err)
	}
	renderers := 0
	for _, r := range seen {
		if strings.HasPrefix(r.status["Uid"], "0") || strings.Contains(" "+r.status["Groups"]+" ", " 0 ") {
			t.Errorf("%s %d runs as %s, groups %s", r.kind, r.pid, r.status["Uid"], r.status["Groups"])
		}
		if strings.Contains(r.line, "no-sandbox") || strings.Contains(r.line, "--remote-debugging-port") {
			t.Error(r.line)
		}
		if r.kind == "renderer" {
			renderers++
			if r.status["Seccomp"] != "2" || r.status["NoNewPrivs"] != "1" || r.status["CapEff"] != "0000000000000000" || r.users == ours {
				t.Errorf("renderer %d: %v in %s", r.pid, r.status, r.users)
			}
		}
	}
	if renderers == 0 {
		t.Errorf("no renderer among %d processes", len(seen))
	}
	nothingLeft(t)
}

// nothingLeft checks that no process and no folder of a browser is left. The watchers of its crashes end by themselves, a moment after it.
func nothingLeft(t *testing.T) {
	t.Helper()
	left := residents(t)
	for end := time.Now().Add(5 * time.Second); len(left) > 0 && time.Now().Before(end); left = residents(t) {
		time.Sleep(20 * time.Millisecond)
	}
	for _, r := range left {
		t.Errorf("%s %d is left", r.kind, r.pid)
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), folders)); err != nil || len(left) > 0 {
		t.Errorf("folders are left: %q, %v", left, err)
	}
}

func TestFindBrowser(t *testing.T) {
	_, err := FindBrowser("/nonexistent/chromium")
	var r *iru.Refusal
	if !errors.As(err, &r) || !errors.Is(err, iru.Unavailable) || !strings.Contains(r.Instead, "package chromium") {
		t.Errorf("%v", err)
	}
	if _, err := FindBrowser("/bin/true"); !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "no Chromium") {
		t.Error(err)
	}
	b := chromiumHere(t)
	if !strings.Contains(b.agent(), " Chrome/") || strings.Contains(b.agent(), "Headless") || strings.Contains(b.agent(), "Chrome/0.") {
		t.Error(b.agent(), b.Version)
	}
	if os.Geteuid() != 0 {
		return
	}
	for _, user := range []string{"root", "no such user"} {
		as := *b
		as.User = user
		s, err := as.Capture(t.Context(), newWorld(t).client(nil), "http://tram.test/", (&reel{t: t}).tape, ShotOptions{})
		if !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "must not run as root") || s == nil {
			t.Errorf("as %s: %v", user, err)
		}
	}
}

// A browser that ends at once says why.
func TestBrowserThatDoesNotStart(t *testing.T) {
	script := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n[ \"$1\" = --version ] && echo Chromium 1.2.3.4 && exit\necho 'FATAL: No usable sandbox!' >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for dir := filepath.Dir(script); len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) { // another user runs it
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b, err := FindBrowser(script)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Capture(t.Context(), newWorld(t).client(nil), "http://tram.test/", (&reel{t: t}).tape, ShotOptions{})
	if !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "No usable sandbox") {
		t.Error(err)
	}
	nothingLeft(t)
}

// When we are killed, the browser ends: nobody else is there to end it.
func TestBrowserDiesWithUs(t *testing.T) {
	if os.Getenv("IOLAUS_TEST_KILLED") != "" {
		w := newWorld(t)
		w.raw("mute.test", func(c net.Conn) { io.Copy(io.Discard, c) })
		shoot(t, w.client(nil, func(l *Limits) { l.FirstByte = time.Minute }), "http://mute.test/", ShotOptions{})
		return
	}
	self := exec.Command(os.Args[0], "-test.run=^TestBrowserDiesWithUs$")
	self.Env = append(os.Environ(), "IOLAUS_TEST_KILLED=1")
	self.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := self.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a renderer", func() bool {
		for _, r := range residents(t) {
			if r.kind == "renderer" {
				return true
			}
		}
		return false
	})
	if err := self.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = self.Wait()
	eventually(t, "the end of all processes", func() bool { return len(residents(t)) == 0 })
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), folders))
	old := time.Now().Add(-time.Hour)
	for _, l := range left {
		if err := os.Chtimes(l, old, old); err != nil {
			t.Error(err)
		}
	}
	sweep("")
	if len(left) == 0 {
		t.Error("no folder was left to be swept")
	}
	nothingLeft(t)
}

// eventually waits half a minute at most.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 600 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s never came", what)
}
