// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// bounds are what a cell may have.
type bounds struct {
	memory  int64  // bytes that it may write to
	own     bool   // it has a network of its own
	cpu     uint64 // seconds in its life
	program string // that it is to become; "" for a reader
}

// helloPipe is where a runner says what confines it. It closes when the program begins.
const helloPipe = 3

// become makes a runner another program, or ends it.
func become(variable, cpu string, argv []string) {
	syscall.CloseOnExec(helloPipe)
	hello := os.NewFile(helloPipe, "hello")
	fail := func(what string) {
		_ = writeAnswer(hello, verdictPanic, words(what)) // its parent is gone
		os.Exit(3)
	}
	variable, lax := strings.CutSuffix(variable, " lax")
	memory, own, err := parseVariable(variable)
	seconds, err2 := strconv.ParseUint(cpu, 10, 32)
	if err != nil || err2 != nil {
		fail("started with the wrong words")
	}
	s := confine(bounds{memory: memory, own: own, cpu: seconds, program: argv[0]})
	s.Network = own
	if !lax && !s.ConfinedProgram() {
		fail(fmt.Sprintf("nothing would confine it here (%s); allow it by [sandbox] require = false, or use a newer kernel", s))
	}
	if writeAnswer(hello, verdictRead, s.pack()) != nil {
		os.Exit(3)
	}
	// Nothing of our environment; numbers are written with points.
	fail("start it: " + syscall.Exec(argv[0], argv, []string{"LC_ALL=C", "HOME=/nonexistent"}).Error())
}
