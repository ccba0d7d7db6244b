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
}

// shortest and longest are how long an ear naps: a small frame takes half a millisecond to decode, a large one twenty.
const shortest, longest = 500 * time.Microsecond, 5 * time.Millisecond

// gather hears words until need bytes lie in the pipe of the output, or its other end is closed. Once it must wait it waits for want.
func (e *ear) gather(need, want int) {
	e.until(func(out int, _ bool) bool {
		n, err := unix.IoctlGetInt(out, unix.TIOCINQ)
		enough := err != nil || n >= need
		need = max(need, want)
		return enough
	})
}

// hear returns when there were words, true, or the output has ended without any.
func (e *ear) hear() (heard bool) {
	e.until(func(_ int, some bool) bool { heard = some; return some })
	return heard
}

// until looks until it is done, the output ended or nobody waits any more.
func (e *ear) until(done func(out int, heard bool) bool) {
	_ = control(e.out, func(out int) { // a pipe that is closed meanwhile is what the next reading tells
		_ = control(e.errs, func(errs int) {
			p := []unix.PollFd{{Fd: int32(out)}} // no event but that nobody writes any more
			for nap := shortest; ; nap = min(nap*3/2, longest) {
				ended := p[0].Revents != 0 // what it said before lies in the pipes
				if done(out, e.listen(errs)) || ended || e.ctx.Err() != nil {
					return
				}
				t := unix.NsecToTimespec(int64(nap))
				if _, err := unix.Ppoll(p, &t, nil); err != nil && !errors.Is(err, unix.EINTR) {
					return
				}
			}
		})
	})
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
