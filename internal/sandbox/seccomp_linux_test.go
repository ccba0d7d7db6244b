// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"encoding/binary"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// The filter's own program, run call by call, also with calls that no test can make.
func TestPolicy(t *testing.T) {
	p, err := policy(4711)
	if err != nil {
		t.Fatal(err)
	}
	program, err := p.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	here, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	call := func(machine uint32, nr uint32, args ...uint64) seccomp.Action {
		var b []byte // struct seccomp_data, each word as this machine of ours would load it
		for _, w := range []uint32{nr, machine, 0, 0} {
			b = binary.BigEndian.AppendUint32(b, w)
		}
		for i := range 6 {
			var a uint64
			if i < len(args) {
				a = args[i]
			}
			b = binary.BigEndian.AppendUint32(b, uint32(a))
			b = binary.BigEndian.AppendUint32(b, uint32(a>>32))
		}
		v, err := vm.Run(b)
		if err != nil {
			t.Fatal(err)
		}
		return seccomp.Action(v)
	}
	const anon = unix.MAP_ANON | unix.MAP_PRIVATE
	none := ^uint64(0)
	for _, c := range []struct {
		name string
		nr   uint32
		args []uint64
		want seccomp.Action
	}{
		{"read", unix.SYS_READ, nil, seccomp.ActionAllow},
		{"write", unix.SYS_WRITE, nil, seccomp.ActionAllow},
		{"open", unix.SYS_OPENAT, nil, seccomp.ActionKillProcess},
		{"socket", unix.SYS_SOCKET, nil, seccomp.ActionKillProcess},
		{"exec", unix.SYS_EXECVE, nil, seccomp.ActionKillProcess},
		{"exec at", unix.SYS_EXECVEAT, nil, seccomp.ActionKillProcess},
		{"clone3", unix.SYS_CLONE3, nil, seccomp.ActionKillProcess},
		{"pidfd", unix.SYS_PIDFD_GETFD, nil, seccomp.ActionKillProcess},
		{"a call of tomorrow", 9999, nil, seccomp.ActionKillProcess},
		{"room", unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ | unix.PROT_WRITE, anon, none, 0}, seccomp.ActionAllow},
		{"fixed room", unix.SYS_MMAP, []uint64{1 << 40, 4096, unix.PROT_NONE, anon | unix.MAP_FIXED, none, 0}, seccomp.ActionAllow},
		{"program", unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC, anon, none, 0}, seccomp.ActionKillProcess},
		{"file", unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ, unix.MAP_PRIVATE, 0, 0}, seccomp.ActionKillProcess},
		{"shared", unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ, unix.MAP_ANON | unix.MAP_SHARED, none, 0}, seccomp.ActionKillProcess},
		{"stack, which no limit on data counts", unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ, anon | unix.MAP_GROWSDOWN, none, 0}, seccomp.ActionKillProcess},
		{"run what was written", unix.SYS_MPROTECT, []uint64{0, 4096, unix.PROT_EXEC}, seccomp.ActionKillProcess},
		{"thread", unix.SYS_CLONE, []uint64{goThread}, seccomp.ActionAllow},
		{"thread with its storage", unix.SYS_CLONE, []uint64{goThread | unix.CLONE_SETTLS}, seccomp.ActionAllow},
		{"process", unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, seccomp.ActionKillProcess},
		{"thread in another network", unix.SYS_CLONE, []uint64{goThread | unix.CLONE_NEWNET}, seccomp.ActionKillProcess},
		{"flags beyond 32 bits", unix.SYS_CLONE, []uint64{goThread | 1<<32}, seccomp.ActionKillProcess},
		{"interrupt oneself", unix.SYS_TGKILL, []uint64{4711, 5, 23}, seccomp.ActionAllow},
		{"interrupt another", unix.SYS_TGKILL, []uint64{4712, 5, 23}, seccomp.ActionKillProcess},
		{"name memory", unix.SYS_PRCTL, []uint64{unix.PR_SET_VMA}, seccomp.ActionAllow},
		{"be traced", unix.SYS_PRCTL, []uint64{unix.PR_SET_DUMPABLE, 1}, seccomp.ActionKillProcess},
	} {
		if got := call(uint32(here.ID), c.nr, c.args...); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	for name, other := range map[string]*arch.Info{"386": arch.I386, "arm": arch.ARM} {
		for nr := range uint32(512) {
			if got := call(uint32(other.ID), nr); got != seccomp.ActionKillProcess {
				t.Errorf("call %d of %s: %v", nr, name, got)
			}
		}
	}
}
