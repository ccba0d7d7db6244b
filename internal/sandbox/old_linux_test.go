// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"

	"iolaus/internal/iru"
)

// without makes the rest of this process's life that on a kernel which lacks these calls.
func without(e unix.Errno, g seccomp.SyscallGroup) error {
	g.Action = seccomp.ActionErrno&^0xffff | seccomp.Action(e)
	return seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{DefaultAction: seccomp.ActionAllow, Syscalls: []seccomp.SyscallGroup{g}}})
}

// old is a kernel without landlock and, but for this very filter, without seccomp.
func old() error {
	if err := without(unix.ENOSYS, seccomp.SyscallGroup{Names: []string{"landlock_create_ruleset", "seccomp"}}); err != nil {
		return err
	}
	_, err := NewPool(Options{})
	fmt.Println("refused:", errors.Is(err, iru.Unavailable) && strings.Contains(err.Error(), "nothing would confine them here"))
	p, err := NewPool(Options{Lax: true})
	if err != nil {
		return err
	}
	defer p.Close()
	s := p.Status()
	fmt.Println("status:", s.Landlock, s.Seccomp, s.Confined(), strings.Contains(s.String(), "no landlock: function not implemented; no seccomp: "))
	return reads(p)
}

// contained is a container that forbids namespaces.
func contained() error {
	g := seccomp.SyscallGroup{NamesWithCondtions: []seccomp.NameWithConditions{{Name: "clone",
		Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_NEWNET | unix.CLONE_NEWUSER}}}}}
	if err := without(unix.EPERM, g); err != nil {
		return err
	}
	p, err := NewPool(Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	s := p.Status()
	fmt.Println("status:", s.Network, s.Confined(), strings.Contains(s.String(), "no network of its own: "))
	return reads(p)
}

func reads(p *Pool) error {
	r, err := p.Reader(context.Background())
	if err != nil {
		return err
	}
	defer r.Close()
	page, err := r.Page(context.Background(), []byte("<title>Weather</title>"), "text/html", nil)
	if err == nil {
		fmt.Println("reads:", page.Title)
	}
	return err
}

// Where the kernel lacks something, it is said; where it lacks everything, nothing is read unless it was allowed.
func TestOldKernel(t *testing.T) {
	for role, want := range map[string]string{
		"old":       "refused: true\nstatus: 0 false false true\nreads: Weather\n",
		"contained": "status: false true true\nreads: Weather\n",
	} {
		if said, err := as(t, role, nil).Output(); string(said) != want || err != nil {
			t.Errorf("%s: %s%v", role, said, err)
		}
	}
}
