// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"iolaus/internal/iru"
)

// Many captures at once, some of them hostile: each reader gets the answers to its own questions, from a cell of its own.
func TestManyReaders(t *testing.T) {
	p := pool(t, Options{Most: 6, Spare: 3})
	var wait sync.WaitGroup
	var mu sync.Mutex
	cells := map[int]int{}
	for n := range 16 {
		wait.Go(func() {
			r, err := p.Reader(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Close()
			for i := range 5 {
				title := fmt.Sprintf("capture %d, page %d", n, i)
				page, err := r.Page(t.Context(), []byte("<title>"+title+"</title>"), "text/html", nil)
				if err != nil || page.Title != title {
					t.Errorf("%s: %+v, %v", title, page, err)
					return
				}
				mu.Lock()
				if was, ok := cells[r.cell.cmd.Process.Pid]; ok && was != n {
					t.Error("a cell served two captures")
				}
				cells[r.cell.cmd.Process.Pid] = n
				mu.Unlock()
				if n%4 == 0 && i == 2 {
					do(t.Context(), r, "exit", nil)
				}
			}
		})
	}
	wait.Wait()
	if len(p.slots) != 0 {
		t.Error(len(p.slots), "readers are still counted")
	}
}

// One reader may be asked by many: they wait for each other.
func TestOneReaderManyAsking(t *testing.T) {
	r := reader(t, pool(t, Options{}))
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			title := fmt.Sprint("page ", n)
			if page, err := r.Page(t.Context(), []byte("<title>"+title+"</title>"), "text/html", nil); err != nil || page.Title != title {
				t.Errorf("%+v, %v", page, err)
			}
		})
	}
	wait.Wait()
}

// Who gives up gets an answer at once: while waiting for a reader, for its turn, and for a file.
func TestGivesUp(t *testing.T) {
	p := pool(t, Options{Most: 1})
	r := reader(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan error)
	go func() {
		_, err := do(ctx, r, "wait", nil)
		asked <- err
	}()
	for len(r.turn) > 0 {
		runtime.Gosched()
	}
	soon, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if _, err := p.Reader(soon); !errors.Is(err, iru.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if _, err := r.Picture(soon, nil); !errors.Is(err, iru.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	cancel()
	if err := <-asked; !errors.Is(err, iru.Unavailable) || !errors.Is(err, context.Canceled) || errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
	if works(t, r); r.falls != 0 {
		t.Error("giving up was held against the file")
	}
}

// A spare cell that somebody killed is not given to a capture, and one that is killed between two files is replaced.
func TestDeadCell(t *testing.T) {
	p := pool(t, Options{Spare: 2})
	dead, alive := <-p.ready, <-p.ready
	dead.cmd.Process.Kill()
	<-dead.dead
	q := &Pool{o: p.o, ready: make(chan *cell, 2), slots: make(chan struct{}, 1), ctx: p.ctx}
	q.ready <- dead
	q.ready <- alive
	first := reader(t, q)
	if works(t, first); first.cell != alive {
		t.Error("the dead one was taken")
	}
	r := reader(t, p)
	works(t, r)
	r.cell.cmd.Process.Kill()
	<-r.cell.dead
	works(t, r)
	if _, err := do(t.Context(), r, "exit", nil); !errors.Is(err, iru.Invalid) || r.falls != 2 {
		t.Error(err, r.falls)
	}
}

// Where the system starts nothing more, who waits is told, and it goes on when it can again.
func TestNoMoreProcesses(t *testing.T) {
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	p := pool(t, Options{Spare: 1})
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	var err error
	for err == nil { // at most one is ready
		r := reader(t, p)
		_, err = do(t.Context(), r, "echo", nil)
	}
	if e := unix.Setrlimit(unix.RLIMIT_NOFILE, &was); e != nil {
		t.Fatal(e)
	}
	if !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), syscall.EMFILE.Error()) {
		t.Error(err)
	}
	for {
		if _, err := do(t.Context(), reader(t, p), "echo", nil); err == nil {
			break
		}
	}
}

// A program that does not call Main would start itself for ever.
func TestMainForgotten(t *testing.T) {
	t.Setenv(variable, "1")
	if _, err := NewPool(Options{}); !errors.Is(err, iru.Internal) {
		t.Error(err)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s        Status
		confined bool
		text     string
	}{
		{Status{}, false, "nothing, user 0"},
		{Status{Landlock: 3, User: 1000, Missing: []string{"no seccomp: x", "a"}}, false, "landlock 3, user 1000; without: no seccomp: x; a"},
		{Status{Landlock: 3, Network: true, User: 1}, true, "landlock 3, own network, user 1"},
		{Status{Seccomp: true, Limits: true, User: 65534}, true, "seccomp, limits, user 65534"},
		{Status{Network: true}, false, "own network, user 0"},
	} {
		if c.s.Confined() != c.confined || c.s.String() != c.text {
			t.Errorf("%+v: %v, %q", c.s, c.s.Confined(), c.s)
		}
	}
	s, err := Check(Options{})
	if err != nil || !s.Confined() {
		t.Error(s, err)
	}
}

func TestVariable(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{true, false} {
		if m, o, err := parseVariable(formatVariable(1<<30, own)); m != 1<<30 || o != own || err != nil {
			t.Error(m, o, err)
		}
	}
	if _, _, err := parseVariable(os.DevNull); err == nil {
		t.Error("taken")
	}
}
