// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is how long a condition may take to come true. It is long because the machine may be busy; nothing waits for its end.
const patience = 3 * time.Minute

// A program is the binary, or a program of Debian, as a child process.
type program struct {
	t    testing.TB
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // after done
	mu   sync.Mutex
	said bytes.Buffer
}

// Write takes what the program prints, to both outputs.
func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *program) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// environment has nothing of the person's own settings.
func environment() []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + os.TempDir(), "LC_ALL=C.UTF-8"}
}

// start starts a program, which is killed at the end of the test if it still runs.
func start(t testing.TB, path string, args ...string) *program {
	t.Helper()
	ok(t, sources())
	p := &program{t: t, name: strings.Join(append([]string{path[strings.LastIndexByte(path, '/')+1:]}, args...), " "), done: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = p, p, environment()
	// A child must not outlive a test that is itself killed, nor a child of its own a child that was.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", p.name, tail(p.output(), 8000))
		}
	})
	return p
}

func tail(s string, n int) string {
	if len(s) > n {
		return "…" + s[len(s)-n:]
	}
	return s
}

// iolaus starts the program under test.
func iolaus(t testing.TB, args ...string) *program {
	t.Helper()
	return start(t, binary, args...)
}

// kill ends it as a power cut would, and waits until it has ended.
func (p *program) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it may have ended already
	<-p.done
}

// stop asks it to end, and gives how long that took and its exit code.
func (p *program) stop() (time.Duration, int) {
	p.t.Helper()
	begun := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("stop %s: %v\n%s", p.name, err, tail(p.output(), 4000))
	}
	return p.ended(begun)
}

func (p *program) ended(begun time.Time) (time.Duration, int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("%s does not end", p.name)
	}
	return time.Since(begun), p.cmd.ProcessState.ExitCode()
}

// await waits for words and gives the submatches.
func (p *program) await(pattern string) []string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if m := re.FindStringSubmatch(p.output()); m != nil {
			return m
		}
		select {
		case <-p.done:
			if m := re.FindStringSubmatch(p.output()); m != nil {
				return m
			}
			p.t.Fatalf("%s ended (%v) before it said %s:\n%s", p.name, p.err, pattern, tail(p.output(), 4000))
		default:
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s never said %s:\n%s", p.name, pattern, tail(p.output(), 4000))
		}
	}
}

// call runs the program to its end and gives what it printed and its exit code.
func call(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ok(t, sources())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &errs, environment()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("iolaus %v: %v", args, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must runs the program to its end, and fails the test unless it ends well.
func must(t testing.TB, args ...string) string {
	t.Helper()
	out, errs, code := call(t, args...)
	if code != 0 {
		t.Fatalf("iolaus %s: exit %d\n%s\n%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// eventually waits until nothing is amiss; what is amiss last is what the test fails with.
func eventually(t testing.TB, amiss func() string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		what := amiss()
		if what == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %s still: %s", patience, what)
		}
	}
}

// next is where free looks next: below the ports that a system gives to whoever asks for any (32768 and up), so that no connection takes
// one before the program listens. Where it begins differs from process to process.
var next atomic.Uint32

// free finds a host:port on this address of 127/8 that nobody uses now, and that no other call gives.
func free(t testing.TB, host string) string {
	t.Helper()
	for range 1000 {
		port := 20_000 + (uint32(os.Getpid())*61+next.Add(1))%12_000
		l, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(port)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatalf("no port of %s is free", host)
	return ""
}

// ok fails the test on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
