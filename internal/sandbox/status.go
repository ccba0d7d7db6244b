// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"fmt"
	"strings"
)

// Status is what confines a cell on this machine, as the cell itself found before it read anything.
type Status struct {
	Landlock int      // version of the kernel's interface; 0 is none
	Seccomp  bool     // only the system calls that computing needs
	Network  bool     // a network of its own, with nobody in it
	User     int      // whose the cell is
	Limits   bool     // on memory, CPU time, files
	Missing  []string // sentences: what could not be had, and why
}

// Confined reports whether files and network are both out of a cell's reach.
func (s Status) Confined() bool { return s.Seccomp || s.Landlock > 0 && s.Network }

// ConfinedProgram reports the same of a Program, which may open files: there seccomp is not enough.
func (s Status) ConfinedProgram() bool { return s.Landlock > 0 && (s.Network || s.Seccomp) }

// String is one line for people.
func (s Status) String() string {
	var has []string
	if s.Landlock > 0 {
		has = append(has, fmt.Sprintf("landlock %d", s.Landlock))
	}
	if s.Seccomp {
		has = append(has, "seccomp")
	}
	if s.Network {
		has = append(has, "own network")
	}
	if s.Limits {
		has = append(has, "limits")
	}
	if len(has) == 0 {
		has = []string{"nothing"}
	}
	out := fmt.Sprintf("%s, user %d", strings.Join(has, ", "), s.User)
	if len(s.Missing) > 0 {
		out += "; without: " + strings.Join(s.Missing, "; ")
	}
	return out
}

const maxMissing = 16

// pack is the first answer of a cell.
func (s Status) pack() []byte {
	var p parcel
	p.number(uint64(s.Landlock))
	p.flag(s.Seccomp)
	p.flag(s.Network)
	p.number(uint64(s.User))
	p.flag(s.Limits)
	p.texts(s.Missing)
	return p
}

func unpackStatus(b []byte) (s Status, err error) {
	u := unpacker{rest: b}
	s.Landlock = int(u.number(1 << 10))
	s.Seccomp, s.Network = u.flag(), u.flag()
	s.User = int(u.number(1<<32 - 1))
	s.Limits = u.flag()
	s.Missing = u.texts(maxMissing, maxWords)
	return s, u.end()
}
