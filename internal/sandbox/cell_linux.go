// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attributes starts a cell in a session of its own, which dies with us; with a network of its own where asked. Root needs no world
// of users for that, and cells of root become nobody; anybody else needs one, and is nobody there.
func attributes(own bool, uid, gid int) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if !own {
		return a
	}
	a.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	if uid != 0 {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: gid, Size: 1}}
	}
	return a
}

// itself is this very program, also when its file was replaced meanwhile.
func itself() (string, error) { return "/proc/self/exe", nil }

// used is the CPU time that a process has taken so far.
func used(pid int) (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(int32(uint32(^pid)<<3|2), &t) // CPUCLOCK_SCHED of the whole process, as clock_getcpuclockid(3) makes it
	return time.Duration(t.Nano()), err
}

// ended tells what ended a process: it called what it must not, it was killed, it ran into its limit, or it left.
func ended(c *exec.Cmd) (violation, killed bool) {
	w, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && w.Signal() == syscall.SIGSYS, ok && w.Signaled() && w.Signal() == syscall.SIGKILL
}

// endGroup ends a process that was not waited for yet, and all that it started.
func endGroup(c *exec.Cmd) { _ = unix.Kill(-c.Process.Pid, unix.SIGKILL) } // nobody is left

// widen makes a pipe take a whole frame of a video at once, so that its two ends wake each other less often. Users other than root get a
// megabyte by default.
func widen(f *os.File) {
	if c, err := f.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) }) // a narrow one does
	}
}

// capacity is how many bytes a pipe takes, less a page for the ends of what is written piece by piece; 0 where it is none.
func capacity(f *os.File) (n int) {
	if c, err := f.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { n, _ = unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0) }) // -1 is none
	}
	return max(n-os.Getpagesize(), 0)
}
