// SPDX-License-Identifier: EUPL-1.2

package blobtest

import (
	"fmt"
	"os"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// FailSync makes every later fsync of this process fail as a broken disk does (EIO): that of one descriptor or, with others, that of all
// but it. It lasts until the process ends, so a process of its own must call it.
func FailSync(fd uintptr, others bool) error {
	op := seccomp.Equal
	if others {
		op = seccomp.NotEqual
	}
	when := seccomp.ArgumentConditions{{Argument: 0, Operation: op, Value: uint64(fd)}}
	p := seccomp.Policy{DefaultAction: seccomp.ActionAllow, Syscalls: []seccomp.SyscallGroup{{Action: seccomp.ActionErrno&^0xffff | seccomp.Action(unix.EIO),
		NamesWithCondtions: []seccomp.NameWithConditions{{Name: "fsync", Conditions: when}, {Name: "fdatasync", Conditions: when}}}}}
	return seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: p})
}

// NextFile is the descriptor that the next file gets that this process opens.
func NextFile() (uintptr, error) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		return 0, fmt.Errorf("look for a free descriptor: %w", err)
	}
	defer f.Close()
	return f.Fd(), nil
}
