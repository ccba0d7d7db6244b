// SPDX-License-Identifier: EUPL-1.2

//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// An ear listens to both pipes of a program. Elsewhere it reads the words alone for a moment at a time: nothing tells how much lies in a pipe.
type ear struct {
	ctx       context.Context
	out, errs *os.File
	words     io.Writer
	b         [16 << 10]byte
	ended     bool
}

func (e *ear) gather(int, int) { e.hear() }

func (e *ear) rest(int) { e.hear() }

func (e *ear) hear() bool {
	for !e.ended && e.ctx.Err() == nil {
		_ = e.errs.SetReadDeadline(time.Now().Add(time.Millisecond))
		n, err := e.errs.Read(e.b[:])
		_, _ = e.words.Write(e.b[:n])
		e.ended = err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
		if n > 0 || err != nil {
			return n > 0
		}
	}
	return false
}
