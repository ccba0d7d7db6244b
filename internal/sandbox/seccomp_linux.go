// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"fmt"
	"os"
	"runtime"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// Flags of clone by which Go, and the C library under the race detector, start a thread. A process is started with others.
const (
	goThread  = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD
	amdThread = goThread | unix.CLONE_SETTLS // Go on amd64 sets the thread's storage in the same call
	cThread   = goThread | unix.CLONE_SETTLS | unix.CLONE_PARENT_SETTID | unix.CLONE_CHILD_CLEARTID
)

// policy is what computing needs: the calls of Go's own runtime and nothing that opens, connects, starts or looks at anything.
// Whatever else is called ends the process.
func policy(self int) (seccomp.Policy, error) {
	a, err := arch.GetInfo("")
	if err != nil {
		return seccomp.Policy{}, err
	}
	g := seccomp.SyscallGroup{Action: seccomp.ActionAllow}
	for _, n := range []string{
		"read", "write", // pipes are all there is
		"exit", "exit_group", "restart_syscall",
		"futex", "sched_yield", "sched_getaffinity", "nanosleep", "clock_nanosleep", "clock_gettime", "getpid", "gettid", "getrandom",
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
		"munmap", "madvise",
		"epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2",
		"set_robust_list", "rseq",
	} {
		if _, ok := a.SyscallNames[n]; ok { // the architectures differ
			g.Names = append(g.Names, n)
		}
	}
	when := func(name string, c ...seccomp.Condition) {
		g.NamesWithCondtions = append(g.NamesWithCondtions, seccomp.NameWithConditions{Name: name, Conditions: c})
	}
	is := func(n uint32, v uint64) seccomp.Condition {
		return seccomp.Condition{Argument: n, Operation: seccomp.Equal, Value: v}
	}
	has := func(n uint32, v uint64) seccomp.Condition {
		return seccomp.Condition{Argument: n, Operation: seccomp.BitsSet, Value: v}
	}
	hasNo := func(n uint32, v uint64) seccomp.Condition {
		return seccomp.Condition{Argument: n, Operation: seccomp.BitsNotSet, Value: v}
	}
	when("mmap", hasNo(2, unix.PROT_EXEC), has(3, unix.MAP_ANONYMOUS), hasNo(3, unix.MAP_SHARED|unix.MAP_GROWSDOWN|unix.MAP_HUGETLB))
	when("mprotect", hasNo(2, unix.PROT_EXEC))
	when("clone", is(0, goThread))
	when("clone", is(0, amdThread))
	when("clone", is(0, cThread))
	when("tgkill", is(0, uint64(self)))   // the runtime interrupts its own threads
	when("prctl", is(0, unix.PR_SET_VMA)) // names of mappings
	when("prctl", is(0, unix.PR_GET_SECCOMP))
	return seccomp.Policy{DefaultAction: seccomp.ActionKillProcess, Syscalls: []seccomp.SyscallGroup{g}}, nil
}

// filterCalls lets all threads call only what policy allows, for ever.
func filterCalls(program bool) error {
	p, err := policy(os.Getpid())
	if err != nil {
		return err
	}
	if program {
		if err := programPolicy(&p); err != nil {
			return err
		}
	}
	if withC || program {
		// The C library starts threads by clone3, whose flags no filter sees, but takes clone where there is none.
		p.Syscalls[0].Names = append(p.Syscalls[0].Names, "clone3")
		none := seccomp.Policy{DefaultAction: seccomp.ActionAllow, Syscalls: []seccomp.SyscallGroup{{Names: []string{"clone3"},
			Action: seccomp.ActionErrno&^0xffff | seccomp.Action(unix.ENOSYS)}}}
		if err := seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: none}); err != nil {
			return err
		}
	}
	if err := seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: p}); err != nil {
		return fmt.Errorf("%w (%s)", err, runtime.GOARCH)
	}
	// A thread that cannot take part makes the kernel refuse by a number that the library takes for success.
	if mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err != nil || mode != unix.SECCOMP_MODE_FILTER {
		return fmt.Errorf("the filter did not take effect (%d, %w)", mode, err)
	}
	return nil
}
