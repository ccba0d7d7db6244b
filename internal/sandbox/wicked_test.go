// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// helpers is more threads than the runtime of a cell has at rest.
const helpers = 24

// wicked does in a cell what a file would that has taken its reader over. What it could do, it says; the body is its target.
func wicked(_ kind, act, target []byte) []byte {
	to := string(target)
	said := func(err error) []byte { return fmt.Appendf(nil, "done: %v", err) }
	switch string(act) {
	case "open":
		_, err := os.ReadFile(to)
		return said(err)
	case "list":
		_, err := os.ReadDir(to)
		return said(err)
	case "create":
		return said(os.WriteFile(to, []byte("I was here"), 0o666))
	case "unlink":
		return said(syscall.Unlink(to))
	case "connect":
		_, err := net.Dial("tcp", to)
		return said(err)
	case "datagram":
		_, err := net.Dial("udp", to)
		return said(err)
	case "listen":
		_, err := net.Listen("tcp", "127.0.0.1:0")
		return said(err)
	case "unix":
		_, err := net.Dial("unix", to)
		return said(err)
	case "resolve":
		_, err := net.LookupHost(to)
		return said(err)
	case "exec":
		return said(syscall.Exec(to, []string{"x"}, nil))
	case "start":
		return said(exec.Command(to).Run())
	case "fork":
		_, _, e := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		return said(e)
	case "trace":
		return said(syscall.PtraceAttach(os.Getppid()))
	case "kill":
		_, _, e := syscall.RawSyscall(syscall.SYS_KILL, uintptr(binary.BigEndian.Uint32(target)), uintptr(syscall.SIGKILL), 0)
		return said(e)
	case "interrupt":
		pid := uintptr(binary.BigEndian.Uint32(target))
		_, _, e := syscall.RawSyscall(syscall.SYS_TGKILL, pid, pid, uintptr(syscall.SIGKILL))
		return said(e)
	case "peek":
		var b [8]byte
		l, r := unix.Iovec{Base: &b[0], Len: 8}, unix.RemoteIovec{Base: uintptr(unsafe.Pointer(&b[0])), Len: 8}
		_, err := unix.ProcessVMReadv(int(binary.BigEndian.Uint32(target)), []unix.Iovec{l}, []unix.RemoteIovec{r}, 0)
		return said(err)
	case "program": // memory that can be written and run
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
		return said(err)
	case "reprogram":
		b, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		if err == nil {
			err = unix.Mprotect(b, unix.PROT_READ|unix.PROT_EXEC)
		}
		return said(err)
	case "share":
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_SHARED)
		return said(err)
	case "memfile":
		_, err := unix.MemfdCreate("x", 0)
		return said(err)
	case "ring":
		_, _, e := syscall.RawSyscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)
		return said(e)
	case "unconfine":
		return said(unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: 1 << 40, Max: 1 << 40}))
	case "namespace":
		return said(unix.Unshare(unix.CLONE_NEWUSER))
	case "close":
		return said(syscall.Close(1))
	case "inherit": // is there a file at this number?
		_, err := syscall.Read(int(binary.BigEndian.Uint32(target)), make([]byte, 1))
		return said(err)
	case "environment":
		return []byte(strings.Join(os.Environ(), "\n"))
	case "allocate":
		var all []byte
		for len(all) >= 0 {
			all = append(all, bytes.Repeat([]byte{1}, 1<<20)...)
		}
	case "recurse":
		return recurse(0)
	case "loop":
		spin()
	case "threads":
		for range 64 {
			go spin()
		}
		select {}
	case "helpers": // threads of the runtime's own, all at once
		var all, met sync.WaitGroup
		met.Add(helpers)
		for range helpers {
			all.Go(func() {
				runtime.LockOSThread() // and ends with it
				met.Done()
				met.Wait()
			})
		}
		all.Wait()
		return []byte("done")
	case "wait":
		time.Sleep(time.Hour)
	case "exit":
		os.Exit(0)
	case "panic":
		panic("in\x00the parser")
	case "panic elsewhere":
		go panic("out of reach")
		select {}
	case "garbage":
		os.Stdout.Write(bytes.Repeat([]byte("\xff\x00garbage"), 1000))
	case "endless":
		for {
			os.Stdout.Write(make([]byte, 1<<16))
		}
	case "shout": // an endless error
		for {
			os.Stderr.Write(make([]byte, 1<<16))
		}
	case "announce": // an answer that never comes
		os.Stdout.Write([]byte{0, 0, 0xff, 0xff, 0xff})
		time.Sleep(time.Hour)
	case "too long":
		os.Stdout.Write([]byte{0, 0xff, 0xff, 0xff, 0xff})
		time.Sleep(time.Hour)
	case "swear": // words that must not be shown
		writeAnswer(os.Stdout, verdictPanic, []byte("\x1b[2Jred"))
		time.Sleep(time.Hour)
	case "twice": // an answer too many, which the next question would get
		writeAnswer(os.Stdout, verdictRead, []byte("one"))
		return []byte("two")
	case "echo":
		return target
	}
	return []byte("asleep")
}

func spin() {
	for n := uint64(1); n != 0; n += 2 { // is odd for ever
	}
}

func recurse(n int) []byte {
	var b [1 << 10]byte
	b[n%len(b)] = 1
	if n < 0 {
		return b[:]
	}
	return append(recurse(n+1), b[0])
}

// do asks the cell of a reader for something wicked.
func do(ctx context.Context, r *Reader, act string, target []byte) (string, error) {
	b, err := ask(ctx, r, act, question{evil, []byte(act), target}, func(b []byte) ([]byte, error) { return b, nil })
	return string(b), err
}
