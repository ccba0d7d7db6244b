// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// ran is what a shell says in a cell, with its errors, and how it ended.
func ran(t *testing.T, script string, p Program) (string, End, error) {
	t.Helper()
	p.Path, p.Args = "/bin/bash", []string{"--norc", "-c", script}
	var out bytes.Buffer
	e, err := p.Run(t.Context(), func(r io.Reader) error {
		_, err := io.Copy(&out, r)
		return err
	}, nil)
	return out.String(), e, err
}

func file(t *testing.T, text string, mode os.FileMode) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestProgram(t *testing.T) {
	// A file that only its owner may read is read all the same, from its start each time it is opened.
	f := file(t, "clouds from the west", 0o600)
	out, e, err := ran(t, `read -r -n 6 a; read -r -n 6 b < `+Input+`; echo "$a $b"; echo one >&2; echo two >&2; exit 7`, Program{Input: f})
	if err != nil || out != "clouds clouds\n" || e.Code != 7 || e.Last != "one; two" || e.CPU <= 0 || !e.Status.ConfinedProgram() || e.Status.User != nobody {
		t.Errorf("%q, %+v, %v", out, e, err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() { io.WriteString(w, "rain\n"); w.Close() }()
	out, e, err = ran(t, `read -r a; echo "$a"; echo $LC_ALL $IOLAUS_RUNNER`, Program{Input: r})
	r.Close()
	if err != nil || out != "rain\nC\n" || e.Code != 0 {
		t.Errorf("%q, %+v, %v", out, e, err)
	}
}

// What a program that was taken over would try.
func TestProgramIsConfined(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	met := make(chan struct{}, 8)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(met)
				return
			}
			c.Close()
			met <- struct{}{}
		}
	}()
	canary := file(t, "canary", 0o644)
	if err := os.Chmod(filepath.Dir(canary.Name()), 0o755); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(os.TempDir(), fmt.Sprintf("iolaus-test-%d", os.Getpid()))
	defer os.Remove(made)
	input := file(t, "input", 0o644)
	for name, script := range map[string]string{
		"another file":          `read -r a < ` + canary.Name() + ` && echo got $a`,
		"the accounts":          `read -r a < /etc/passwd && echo got $a`,
		"its parent":            fmt.Sprintf(`read -r a < /proc/%d/environ && echo got $a`, os.Getpid()),
		"its own memory":        `read -r a < /proc/self/status && echo got $a`,
		"make a file":           `echo x > ` + made + ` && echo got`,
		"write its input":       `echo x > ` + Input + ` && echo got`,
		"a folder":              `for f in /etc/*; do [ -e "$f" ] && [ "$f" != '/etc/*' ] && echo got $f; done`,
		"connect":               fmt.Sprintf(`exec 5<>/dev/tcp/127.0.0.1/%d && echo got`, l.Addr().(*net.TCPAddr).Port),
		"send":                  `echo x > /dev/udp/127.0.0.1/53 && echo got`,
		"another program":       `exec /usr/bin/id`,
		"another process":       `( echo got )`,
		"kill":                  fmt.Sprintf(`kill -9 %d && echo got`, os.Getppid()),
		"more of the processor": `ulimit -t unlimited && echo got`,
	} {
		out, _, err := ran(t, script, Program{Input: input})
		if strings.Contains(out, "got") || strings.Contains(out, "uid=") || err != nil {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	if _, err := os.Stat(made); err == nil {
		t.Error("a file was made")
	}
	l.Close()
	for range met {
		t.Error("somebody connected")
	}
}

// Each limit ends a program, and is named.
func TestProgramLimits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		p      Program
		script string
		want   string
		kind   error
	}{
		"time":      {Program{Time: 300 * time.Millisecond}, `while :; do :; done`, "longer than 300ms", iru.Unavailable},
		"processor": {Program{CPU: time.Second}, `while :; do :; done`, "more than 1s of the processor", ErrStopped},
		"output":    {Program{Output: 1000}, `while :; do echo no end; done`, "more than 1000 bytes", ErrStopped},
		"closed":    {Program{Time: 300 * time.Millisecond}, `exec >&- ; while :; do :; done`, "longer than 300ms", iru.Unavailable},
	} {
		_, _, err := ran(t, c.script, c.p)
		if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Memory: the shell itself says that it has none.
	_, e, err := ran(t, `a=xxxxxxxx; while :; do a=$a$a; done`, Program{Memory: 64 << 20})
	if err == nil && (e.Code == 0 || !strings.Contains(e.Last, "allocate")) {
		t.Errorf("memory: %+v, %v", e, err)
	}
	exact, e, err := ran(t, `echo 1234567`, Program{Output: 8})
	if exact != "1234567\n" || err != nil || e.Code != 0 {
		t.Errorf("as much as it may: %q, %+v, %v", exact, e, err)
	}
	// Who reads may stop, and may fail.
	p := Program{Path: "/bin/bash", Args: []string{"-c", `while :; do echo no end; done`}}
	if e, err := p.Run(ctx, func(r io.Reader) error { _, err := r.Read(make([]byte, 4)); return err }, nil); err != nil || e.Code != -1 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := p.Run(ctx, func(io.Reader) error { return io.ErrNoProgress }, nil); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
	// Who asks may give up.
	_, err = p.Run(ctx, func(r io.Reader) error { cancel(); _, err := io.Copy(io.Discard, r); return err }, nil)
	if !errors.Is(err, iru.Unavailable) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.Path = "/nowhere/ffmpeg"
	if _, err := p.Run(t.Context(), func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }, nil); !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}

// What a cell costs a program.
func BenchmarkProgram(b *testing.B) {
	before := spent()
	for b.Loop() {
		p := Program{Path: "/bin/true"}
		if _, err := p.Run(b.Context(), func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(spent()-before)/1e6/float64(b.N), "cpu-ms/op")
}

// Gather waits for what was asked for, and no longer than the program has more to say; what it writes beside is heard meanwhile, however much.
func TestGather(t *testing.T) {
	p := Program{Path: "/bin/bash", Args: []string{"-c", `later() { for ((i = 0; i < 100000; i++)); do :; done; }; echo -n 1234; later; echo first >&2; echo -n 5678; later
		for ((i = 0; i < 40000; i++)); do echo word >&2; done; echo -n 9; echo last >&2`}, Input: file(t, "input", 0o644)}
	var got []string
	var words []byte
	_, err := p.Run(t.Context(), func(r io.Reader) error {
		for _, n := range []int{8, 1 << 10} {
			Gather(r, n, n)
			b := make([]byte, 1<<10)
			n, err := r.Read(b)
			got = append(got, string(b[:n]))
			if err != nil {
				return err
			}
		}
		for Hear(r) {
		}
		Gather(strings.NewReader(""), 1, 1) // no program's: nothing to wait for
		_, err := r.Read(make([]byte, 1))
		return err
	}, func(b []byte) { words = append(words, b...) })
	if !errors.Is(err, io.EOF) || len(got) != 2 || got[0] != "12345678" || got[1] != "9" {
		t.Errorf("%q, %v", got, err)
	}
	if s := string(words); !strings.Contains(s, "first\nword\n") || strings.Count(s, "word\n") != 40000 || !strings.HasSuffix(s, "word\nlast\n") {
		t.Errorf("%d bytes of words: %.60q to %q", len(words), words, words[max(0, len(words)-20):])
	}
}
