// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// An ear listens to both pipes of a program in the goroutine that reads its output. It asks the pipes themselves and naps between its looks: the
// runtime would wake a thread for every piece of a line.
type ear struct {
	ctx       context.Context // what ends the waiting
	out, errs *os.File
	words     io.Writer
	b         [16 << 10]byte
	usual     time.Duration // how long the last gathering that waited did
}

// shortest and longest are how long an ear naps: a small frame takes half a millisecond to decode, a large one twenty. at is for what is being
// written.
const shortest, longest, at = 500 * time.Microsecond, 5 * time.Millisecond, 100 * time.Microsecond

// gather hears words until need bytes lie in the pipe of the output, or its other end is closed. Once it must wait it waits for want, and as
// what comes comes at a pace, it sleeps most of the time that it slept before.
func (e *ear) gather(need, want int) {
	begun := time.Now()
	if e.until(min(e.usual*3/4, longest), func(out int, _ bool) bool {
		n, err := unix.IoctlGetInt(out, unix.TIOCINQ)
		enough := err != nil || n >= need
		need = max(need, want)
		return enough
	}) {
		e.usual = time.Since(begun)
	}
}

// rest is gather for n bytes that are being written.
func (e *ear) rest(n int) {
	e.until(at, func(out int, _ bool) bool {
		lie, err := unix.IoctlGetInt(out, unix.TIOCINQ)
		return err != nil || lie >= n
	})
}

// hear returns when there were words, true, or the output has ended without any.
func (e *ear) hear() (heard bool) {
	e.until(0, func(_ int, some bool) bool { heard = some; return some })
	return heard
}

// until looks until it is done, the output ended or nobody waits any more. nap is how long it sleeps at first, if not as short as it can.
func (e *ear) until(nap time.Duration, done func(out int, heard bool) bool) (waited bool) {
	_ = control(e.out, func(out int) { // a pipe that is closed meanwhile is what the next reading tells
		_ = control(e.errs, func(errs int) {
			p := []unix.PollFd{{Fd: int32(out)}} // no event but that nobody writes any more
			if nap == 0 {
				nap = shortest
			}
			for step := shortest; ; nap, step = step, min(step*3/2, longest) {
				ended := p[0].Revents != 0 // what it said before lies in the pipes
				if done(out, e.listen(errs)) || ended || e.ctx.Err() != nil {
					return
				}
				waited = true
				t := unix.NsecToTimespec(int64(nap))
				if _, err := unix.Ppoll(p, &t, nil); err != nil && !errors.Is(err, unix.EINTR) {
					return
				}
			}
		})
	})
	return waited
}

// listen takes what lies in the pipe of the words.
func (e *ear) listen(errs int) (heard bool) {
	for {
		n, err := unix.Read(errs, e.b[:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n <= 0 {
			return heard
		}
		_, _ = e.words.Write(e.b[:n])
		if heard = true; n < len(e.b) {
			return true
		}
	}
}

func control(f *os.File, do func(fd int)) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return c.Control(func(fd uintptr) { do(int(fd)) })
}
