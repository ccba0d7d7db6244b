// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// as starts this test binary once more in a role.
func as(t *testing.T, role string, a *syscall.SysProcAttr, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), "SANDBOX_TEST_ROLE="+role)
	cmd.Stderr, cmd.SysProcAttr = os.Stderr, a
	return cmd
}

// role plays one of those below, in a process of its own.
func role(name string) {
	switch name {
	case "parent":
		parent()
	case "landlocked":
		report(lockFiles(""))
	case "alone":
		report(0, nil)
	case "old":
		finish(old())
	case "contained":
		finish(contained())
	}
	os.Exit(1)
}

func finish(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// parent makes a cell that never ends, beside spare ones, and waits to be killed.
func parent() {
	p, err := NewPool(Options{Spare: 2, CPU: time.Hour, Time: time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := p.Reader(context.Background())
	if err == nil {
		_, err = do(context.Background(), r, "echo", nil)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	go do(context.Background(), r, "loop", nil)
	fmt.Println(r.cell.cmd.Process.Pid)
	fmt.Println((<-p.ready).cmd.Process.Pid)
	select {}
}

// report tries the world from inside one layer alone.
func report(_ int, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = os.ReadFile("/proc/self/status")
	fmt.Println("open:", errors.Is(err, os.ErrPermission))
	err = os.WriteFile(os.Args[2], nil, 0o666)
	fmt.Println("create:", errors.Is(err, os.ErrPermission))
	_, err = net.Dial("tcp", os.Args[1])
	fmt.Println("connect:", errors.Is(err, os.ErrPermission) || errors.Is(err, unix.ENETUNREACH))
	_, err = net.Dial("unix", os.Args[3])
	fmt.Println("abstract:", errors.Is(err, os.ErrPermission) || errors.Is(err, unix.ECONNREFUSED))
	fmt.Println("signal:", errors.Is(syscall.Kill(os.Getppid(), syscall.SIGCONT), unix.EPERM))
	err = exec.Command("/bin/true").Run()
	fmt.Println("start:", err != nil)
}

// Each layer holds by itself what it is there for.
func TestLayers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	abstract := fmt.Sprintf("@iolaus-test-%d", os.Getpid())
	u, err := net.Listen("unix", abstract)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	for _, c := range []struct {
		role string
		a    *syscall.SysProcAttr
		want string
	}{
		{"landlocked", nil, "open: true\ncreate: true\nconnect: true\nabstract: true\nsignal: true\nstart: true\n"},
		{"alone", attributes(true, os.Getuid(), os.Getgid()), "open: false\ncreate: false\nconnect: true\nabstract: true\nsignal: false\nstart: false\n"},
	} {
		said, err := as(t, c.role, c.a, l.Addr().String(), t.TempDir()+"/x", abstract).Output()
		if c.a != nil && errors.Is(err, os.ErrPermission) { // a container that forbids it: then cells say so
			if s, err := Check(Options{}); err != nil || s.Network || len(s.Missing) == 0 {
				t.Errorf("%v, %v", s, err)
			}
			continue
		}
		if string(said) != c.want {
			t.Errorf("%s: %s", c.role, said)
		}
	}
}

// Whoever kills the program kills its cells, also one that computes for ever.
func TestCellsDieWithTheirParent(t *testing.T) {
	cmd := as(t, "parent", nil)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	s := bufio.NewScanner(out)
	for len(pids) < 2 && s.Scan() {
		pid, err := strconv.Atoi(s.Text())
		if err != nil {
			t.Fatal(s.Text())
		}
		pids = append(pids, pid)
	}
	for _, pid := range pids {
		if state(pid) == "" {
			t.Fatal(pid, "does not run")
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	for _, pid := range pids {
		for {
			if s := state(pid); s == "" || s == "Z" || s == "X" { // whoever adopted it may be slow
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// state is the letter of a process's state; "" is none.
func state(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return rest[:1]
}

// The kernel itself says of a cell what the cell said of itself.
func TestStatusIsTrue(t *testing.T) {
	p := pool(t, Options{Memory: 256 << 20})
	s := p.Status()
	if !s.Confined() || s.Landlock == 0 || !s.Seccomp || s.Network == (len(s.Missing) > 0) || !s.Limits || s.User != nobody {
		t.Fatalf("%v", s)
	}
	r := reader(t, p)
	works(t, r)
	pid := r.cell.cmd.Process.Pid
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, task.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"NoNewPrivs:\t1\n", "Seccomp:\t2\n", "CapPrm:\t0000000000000000\n", "CapEff:\t0000000000000000\n"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("thread %s lacks %q", task.Name(), want)
			}
		}
		if os.Getuid() == 0 && !strings.Contains(string(b), "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\n") {
			t.Errorf("thread %s is somebody", task.Name())
		}
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(string(limits), "\n") {
		for _, bounded := range []string{"Max cpu time", "Max file size", "Max data size", "Max core file size", "Max open files", "Max address space"} {
			if strings.HasPrefix(l, bounded) && strings.Contains(l, "unlimited") {
				t.Error(l)
			}
		}
	}
}

// Nothing stays behind: no process, not even a dead one.
func TestNoRemains(t *testing.T) {
	p, err := NewPool(Options{Spare: 3})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Reader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	works(t, r)
	pid := r.cell.cmd.Process.Pid
	do(t.Context(), r, "exit", nil)
	if s := state(pid); s != "" {
		t.Error("the fallen one is in state", s)
	}
	works(t, r)
	pid = r.cell.cmd.Process.Pid
	p.Close()
	if _, err := r.Page(t.Context(), []byte("<title>a</title>"), "text/html", nil); err != nil {
		t.Error("a reader that is open reads on:", err)
	}
	r.Close()
	r.Close()
	if s := state(pid); s != "" {
		t.Error("the closed one is in state", s)
	}
	if _, err := p.Reader(t.Context()); err == nil {
		t.Error("a closed pool gives readers")
	}
}
