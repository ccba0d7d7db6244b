// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"iolaus/internal/iru"
)

// Each of these is tried by a cell of its own, on the real kernel. The reader says what happened, and reads on in a fresh cell.
func TestEscapes(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var visitors atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			visitors.Add(1)
			c.Close()
		}
	}()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	self := binary.BigEndian.AppendUint32(nil, uint32(os.Getpid()))
	p := pool(t, Options{})
	for _, c := range []struct {
		act    string
		target []byte
	}{
		{"open", []byte(mine)}, {"list", []byte(dir)}, {"create", []byte(filepath.Join(dir, "new"))}, {"unlink", []byte(mine)},
		{"connect", []byte(l.Addr().String())}, {"datagram", []byte(l.Addr().String())}, {"listen", nil}, {"unix", []byte("@x")},
		{"resolve", []byte("trains.test")}, {"exec", []byte("/bin/true")}, {"start", []byte("/bin/true")}, {"fork", nil}, {"trace", nil},
		{"kill", self}, {"interrupt", self}, {"peek", self}, {"program", nil}, {"reprogram", nil}, {"share", nil}, {"memfile", nil}, {"ring", nil},
		{"unconfine", nil}, {"namespace", nil}, {"close", nil},
	} {
		t.Run(c.act, func(t *testing.T) {
			t.Parallel()
			r := reader(t, p)
			said, err := do(t.Context(), r, c.act, c.target)
			if !errors.Is(err, iru.Invalid) || !errors.Is(err, ErrStopped) || !strings.Contains(fmt.Sprint(err), "it tried what no reader may do") {
				t.Fatalf("it said %q, and the error is %v", said, err)
			}
			works(t, r)
		})
	}
	t.Cleanup(func() {
		if n := visitors.Load(); n > 0 {
			t.Error(n, "visitors")
		}
		if list, _ := os.ReadDir(dir); len(list) != 1 {
			t.Error("files:", list)
		}
	})
}

func works(t *testing.T, r *Reader) {
	t.Helper()
	page, err := r.Page(t.Context(), []byte("<title>Weather</title>"), "text/html", nil)
	if err != nil || page.Title != "Weather" {
		t.Errorf("%+v, %v", page, err)
	}
}

// A cell that takes, or gives, without end is stopped, and the reader says why.
func TestExcess(t *testing.T) {
	p := pool(t, Options{Memory: 128 << 20})
	quick := pool(t, Options{CPU: 200 * time.Millisecond})
	slow := pool(t, Options{Time: 300 * time.Millisecond})
	for _, c := range []struct {
		act  string
		p    *Pool
		kind error
		want string
	}{
		{"allocate", p, iru.Invalid, "more than 128 MB of memory"},
		{"recurse", p, iru.Invalid, "its reader was stopped"},
		{"loop", quick, iru.Invalid, "more than 200ms of the processor"},
		{"threads", quick, iru.Invalid, "more than 200ms of the processor"},
		{"wait", slow, iru.Unavailable, "longer than 300ms"},
		{"announce", slow, iru.Unavailable, "longer than 300ms"},
		{"too long", p, iru.Invalid, "nonsense"},
		{"garbage", p, iru.Invalid, "nonsense"},
		{"swear", p, iru.Invalid, "nonsense"},
		{"shout", slow, iru.Unavailable, "longer than 300ms"},
		{"exit", p, iru.Invalid, "it ended by itself"},
		{"panic elsewhere", p, iru.Invalid, "it ended by itself"},
	} {
		t.Run(c.act, func(t *testing.T) {
			t.Parallel()
			r := reader(t, c.p)
			said, err := do(t.Context(), r, c.act, nil)
			if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Fatalf("it said %.60q, and the error is %v", said, err)
			}
			works(t, r)
		})
	}
}

// The runtime starts threads when it likes to, and not only before the cell is closed.
func TestThreadsOfTheRuntime(t *testing.T) {
	if withC {
		return // the C library looks at the machine before it gives a thread memory; the program is built without it
	}
	p := pool(t, Options{})
	for range 8 {
		r := reader(t, p)
		if said, err := do(t.Context(), r, "helpers", nil); err != nil || said != "done" {
			t.Fatal(said, err)
		}
		works(t, r)
	}
}

func TestPanicOfAParserIsAnAnswer(t *testing.T) {
	r := reader(t, pool(t, Options{}))
	_, err := do(t.Context(), r, "panic", nil)
	if !errors.Is(err, iru.Invalid) || !errors.Is(err, ErrStopped) || !strings.Contains(err.Error(), "in?the parser") {
		t.Fatal(err)
	}
	if r.falls != 0 {
		t.Error("the cell was thrown away")
	}
}

// What a cell says too much goes no further than its own capture, and no further than what a page may be.
func TestAnswerTooMany(t *testing.T) {
	p := pool(t, Options{})
	r := reader(t, p)
	if said, err := do(t.Context(), r, "twice", nil); err != nil || said != "one" {
		t.Fatal(said, err)
	}
	if _, err := r.Page(t.Context(), []byte("<title>a</title>"), "text/html", nil); !errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
	works(t, r)
	works(t, reader(t, p))
}

func TestEndlessAnswer(t *testing.T) {
	r := reader(t, pool(t, Options{}))
	// The zeros are empty answers without end: each question gets one, and none is a page.
	if said, err := do(t.Context(), r, "endless", nil); err != nil || said != "" {
		t.Fatal(said, err)
	}
	if _, err := r.Page(t.Context(), []byte("<title>a</title>"), "text/html", nil); !errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
	works(t, r)
}

// A capture whose files break reader after reader gets no more of them.
func TestFalls(t *testing.T) {
	r := reader(t, pool(t, Options{}))
	for range maxFalls {
		if _, err := do(t.Context(), r, "exit", nil); !errors.Is(err, iru.Invalid) {
			t.Fatal(err)
		}
	}
	if _, err := do(t.Context(), r, "echo", nil); !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "4 readers already") {
		t.Fatal(err)
	}
	r.read = perFall // of a long crawl: who plants a few such pages does not blind us for the rest
	works(t, r)
}

// A cell that has worked much is replaced before the kernel ends it in the middle of a file.
func TestTired(t *testing.T) {
	r := reader(t, pool(t, Options{life: time.Nanosecond}))
	works(t, r)
	first := r.cell
	if works(t, r); r.cell == first || !first.gone() || r.falls != 0 {
		t.Error("it goes on, or its end is held against the file")
	}
	r = reader(t, pool(t, Options{}))
	works(t, r)
	first = r.cell
	if works(t, r); r.cell != first {
		t.Error("replaced without need")
	}
}

// A cell has nothing of its parent: no variable, no open file.
func TestInheritsNothing(t *testing.T) {
	t.Setenv("IOLAUS_SECRET", "of the unit")
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := unix.Dup(int(f.Fd())) // not closed when another program is started
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(n)
	r := reader(t, pool(t, Options{}))
	said, err := do(t.Context(), r, "environment", nil)
	if err != nil || strings.Contains(said, "SECRET") || strings.Contains(said, "PATH") {
		t.Errorf("%q, %v", said, err)
	}
	for fd := uint32(3); fd < 64; fd++ {
		if said, err := do(t.Context(), r, "inherit", binary.BigEndian.AppendUint32(nil, fd)); err != nil || !strings.Contains(said, "bad file descriptor") {
			t.Errorf("file %d: %q, %v", fd, said, err)
		}
	}
}
