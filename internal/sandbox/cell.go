// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"time"

	"iolaus/internal/iru"
)

// cpuSeconds is what a cell may use in its whole life, also when it has nothing to do. Each file is watched more closely.
const cpuSeconds = 240

// A cell is one process that reads, as its parent holds it.
type cell struct {
	cmd    *exec.Cmd
	to     *os.File // questions
	from   *os.File // answers
	errs   *os.File // last words
	dead   chan struct{}
	status Status
	hog    atomic.Bool // killed because it took too much of the processor
}

// start starts a process, which says nothing yet. The calling thread must live as long as the cell may.
func start(memory int64, own bool) (*cell, error) {
	path, err := itself()
	if err != nil {
		return nil, err
	}
	var ends []*os.File
	defer func() {
		for _, f := range ends {
			f.Close()
		}
	}()
	pipe := func() (r, w *os.File) {
		if err == nil {
			if r, w, err = os.Pipe(); err == nil {
				ends = append(ends, r, w)
			}
		}
		return r, w
	}
	c := &cell{dead: make(chan struct{})}
	stdin, to := pipe()
	from, stdout := pipe()
	errs, stderr := pipe()
	if err != nil {
		return nil, err
	}
	c.cmd = &exec.Cmd{Path: path, Args: []string{name}, Dir: "/", Stdin: stdin, Stdout: stdout, Stderr: stderr,
		SysProcAttr: attributes(own, os.Getuid(), os.Getgid()),
		// None of our own variables: they hold secrets.
		Env: []string{variable + "=" + formatVariable(memory, own), "GOMAXPROCS=1", "GOTRACEBACK=none"}}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.to, c.from, c.errs = to, from, errs
	ends = []*os.File{stdin, stdout, stderr}
	go func() {
		_ = c.cmd.Wait() // what ended it is in its ProcessState
		close(c.dead)
	}()
	return c, nil
}

// greet waits for the cell to say what confines it.
func (c *cell) greet(deadline time.Time) error {
	err := c.until(deadline)
	if err != nil {
		return fmt.Errorf("wait for a reader: %w", err)
	}
	v, b, err := readAnswer(c.from, maxHello)
	if err == nil && v != verdictRead {
		err = errNonsense
	}
	if err == nil {
		c.status, err = unpackStatus(b)
	}
	if err != nil {
		return fmt.Errorf("wait for a reader: %w", err)
	}
	return nil
}

// kill ends the cell, if nothing did, and takes its remains away.
func (c *cell) kill() {
	_ = c.cmd.Process.Kill() // it ended by itself
	<-c.dead
	c.to.Close()
	c.from.Close()
	c.errs.Close()
}

func (c *cell) gone() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

// tired reports whether the cell has used more of the processor than so much.
func (c *cell) tired(most time.Duration) bool {
	t, err := used(c.cmd.Process.Pid)
	return err == nil && t > most
}

// until ends reading from the cell and writing to it at a time.
func (c *cell) until(t time.Time) error {
	return errors.Join(c.to.SetWriteDeadline(t), c.from.SetReadDeadline(t))
}

// ask puts a question. After any error the cell must be killed.
func (c *cell) ask(ctx context.Context, q question, o Options) (verdict, []byte, error) {
	deadline := time.Now().Add(o.Time)
	if err := c.until(deadline); err != nil {
		return 0, nil, err
	}
	cut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cut)
		_ = c.until(time.Unix(1, 0)) // a pipe that takes no deadline is closed
	})
	defer func() {
		if !stop() {
			<-cut // or it would cut the next question short
		}
	}()
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		c.watch(done, o.CPU)
	}()
	defer func() { close(done); <-watched }()
	if _, err := c.to.Write(q.head()); err != nil {
		return 0, nil, err
	}
	if _, err := c.to.Write(q.body); err != nil {
		return 0, nil, err
	}
	return readAnswer(c.from, maxAnswer)
}

// watch kills the cell when a question takes too much of the processor.
func (c *cell) watch(done <-chan struct{}, most time.Duration) {
	before, err := used(c.cmd.Process.Pid)
	if err != nil {
		return // no such clock here: the deadline remains
	}
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-c.dead:
			return
		case <-t.C:
			if now, err := used(c.cmd.Process.Pid); err == nil && now-before > most {
				c.hog.Store(true)
				_ = c.cmd.Process.Kill() // it ended by itself
				return
			}
		}
	}
}

// ErrStopped is wrapped where a file broke its reader, beside iru.Invalid: not merely no such file, but one that does harm.
var ErrStopped = errors.New("its reader was stopped")

// bury kills a cell that failed, and says in words of ours what happened. A file that broke its reader is Invalid: it will do so
// again. A clock that ran out may be the fault of a busy machine.
func (c *cell) bury(ctx context.Context, err error, o Options) error {
	defer c.kill()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", iru.Unavailable, context.Cause(ctx))
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: it took longer than %v", iru.Unavailable, o.Time)
	case errors.Is(err, errNonsense):
		return fmt.Errorf("%w: %w: %w", iru.Invalid, ErrStopped, err)
	}
	select { // its pipe is closed: what ended it is known in a moment, unless it lives on without
	case <-c.dead:
	case <-time.After(time.Second):
		return fmt.Errorf("%w: %w: it closed its pipe", iru.Invalid, ErrStopped)
	}
	last, _ := io.ReadAll(io.LimitReader(c.errs, 4<<10))
	violation, killed := ended(c.cmd)
	why := "it ended by itself"
	switch {
	case c.hog.Load():
		why = fmt.Sprintf("it took more than %v of the processor", o.CPU)
	case violation:
		why = "it tried what no reader may do"
	case bytes.Contains(last, []byte("out of memory")), bytes.Contains(last, []byte("allocate")):
		why = fmt.Sprintf("it needed more than %d MB of memory", o.Memory>>20)
	case killed:
		why = "the system killed it"
	}
	return fmt.Errorf("%w: %w: %s", iru.Invalid, ErrStopped, why)
}
