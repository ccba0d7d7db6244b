// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// programPolicy adds to policy what an ordinary program calls that is loaded, reads files and computes in threads: which files, landlock
// decides. What is not here is refused, as if it were forbidden: no socket, no other process, no file made, renamed or removed.
func programPolicy(p *seccomp.Policy) error {
	a, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	p.DefaultAction = seccomp.ActionErrno // EPERM, as package seccomp makes of it
	g := &p.Syscalls[0]
	for _, n := range []string{
		"execve", // what landlock lets it
		"open", "openat", "close", "close_range", "readv", "writev", "pread64", "preadv", "lseek", "fadvise64", "getdents64",
		"stat", "fstat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "statfs", "fstatfs",
		"dup", "dup2", "dup3", "fcntl", "pipe2", "poll", "ppoll", "select", "pselect6", "epoll_wait",
		"mmap", "mremap", "mprotect", "brk", "membarrier",
		"arch_prctl", "set_tid_address", "prlimit64", "getrlimit", "getrusage", "uname", "sysinfo", "times",
		"sched_setaffinity", "sched_getscheduler", "sched_getparam", "sched_get_priority_max", "sched_get_priority_min", "getcpu",
		"getuid", "geteuid", "getgid", "getegid", "getppid", "getpgrp", "gettimeofday", "time", "clock_getres", "rt_sigtimedwait", "rt_sigsuspend", "pause",
	} {
		if _, ok := a.SyscallNames[n]; ok {
			g.Names = append(g.Names, n)
		}
	}
	// One name must not be both bounded and free.
	var bounded []seccomp.NameWithConditions
	for _, c := range g.NamesWithCondtions {
		if c.Name != "mmap" && c.Name != "mprotect" { // the loader maps programs
			bounded = append(bounded, c)
		}
	}
	g.NamesWithCondtions = bounded
	for _, question := range []uint64{unix.TCGETS, unix.TIOCGWINSZ} { // is it a terminal?
		g.NamesWithCondtions = append(g.NamesWithCondtions, seccomp.NameWithConditions{Name: "ioctl",
			Conditions: seccomp.ArgumentConditions{{Argument: 1, Operation: seccomp.Equal, Value: question}}})
	}
	g.NamesWithCondtions = append(g.NamesWithCondtions, seccomp.NameWithConditions{Name: "prctl",
		Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.Equal, Value: unix.PR_SET_NAME}}})
	return nil
}
