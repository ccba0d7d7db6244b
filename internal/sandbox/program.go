// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"iolaus/internal/iru"
)

// Input is the name by which a program opens its input, if that is a regular file: anew, so that it may seek.
const Input = "/proc/self/fd/0"

// A Program is somebody else's program that reads one hostile file in a cell of its own: it has its input, its output and the
// libraries that it is made of, and neither network nor any other file. It starts no further program and writes no file.
type Program struct {
	Path  string   // of the executable, absolute
	Args  []string // without its name
	Input *os.File // its standard input; nil is an empty one. A regular file must be readable for everybody, since the program is nobody

	Time   time.Duration // by the clock; 5 min
	CPU    time.Duration // on the processor, all its threads; 10 min, in whole seconds
	Memory int64         // bytes that it may write to; 1 GiB
	Output int64         // bytes that it may say; 1 MiB
	Lax    bool          // run it even where the kernel confines nothing
}

// An End is what became of a program.
type End struct {
	Status Status
	Code   int           // that it left with; -1: something killed it
	CPU    time.Duration // that it took, with its start
	Last   string        // the last of what it wrote to standard error, made safe to show
}

// How the program knows that it is to become another.
const (
	runnerName     = "iolaus: runner"
	runnerVariable = "IOLAUS_RUNNER" // as variable; then "lax" where nothing need confine
)

// maxLast is how much is kept of what a program wrote to standard error.
const maxLast = 2 << 10

// Run starts the program and hands over what it says while it says it. What reads may return early, with or without an error: then
// the program is ended. words gets what it writes to standard error, in pieces, while read waits for output (reading it, Gather, Hear), so that one
// goroutine does it all and nobody is woken for a piece; nil for nobody. That a program
// left with a code is no error: many do so after good output. Errors are Unavailable where it could not be started, where ctx
// or its time ended, Invalid with ErrStopped where it took more than it may, or those of read.
func (p Program) Run(ctx context.Context, read func(io.Reader) error, words func([]byte)) (End, error) {
	e, err := p.run(ctx, read, words)
	if err != nil {
		err = fmt.Errorf("run %s: %w", p.name(), err)
	}
	return e, err
}

func (p Program) name() string {
	for i := len(p.Path) - 1; i >= 0; i-- {
		if p.Path[i] == '/' {
			return p.Path[i+1:]
		}
	}
	return p.Path
}

func (p Program) filled() Program {
	p.Time = cmp.Or(max(p.Time, 0), 5*time.Minute)
	p.CPU = max(cmp.Or(max(p.CPU, 0), 10*time.Minute), time.Second)
	p.Memory = cmp.Or(max(p.Memory, 0), 1<<30)
	p.Output = cmp.Or(max(p.Output, 0), 1<<20)
	return p
}

func (p Program) run(ctx context.Context, read func(io.Reader) error, words func([]byte)) (End, error) {
	if os.Getenv(runnerVariable) != "" { // started as a runner and never became one
		return End{Code: -1}, fmt.Errorf("%w: main does not call sandbox.Main", iru.Internal)
	}
	p = p.filled()
	ctx, cancel := context.WithTimeoutCause(ctx, p.Time, fmt.Errorf("it took longer than %v", p.Time))
	defer cancel()
	in, err := readable(p.Input)
	if err != nil {
		return End{Code: -1}, fmt.Errorf("%w: %w", iru.Unavailable, err)
	}
	if in != p.Input {
		defer in.Close()
		p.Input = in
	}
	// A runner is killed when the thread that started it ends, so that thread waits; the one that reads is free.
	var r *runner
	begun, over := make(chan struct{}), make(chan struct{})
	defer close(over)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		r, err = p.start(true)
		if err != nil && ctx.Err() == nil {
			r, err = p.start(false) // a machine that forbids a network of its own; the runner says whether the rest is enough
		}
		close(begun)
		<-over
	}()
	<-begun
	if err != nil {
		return End{Code: -1}, fmt.Errorf("%w: %w", iru.Unavailable, err)
	}
	return r.finish(ctx, p, read, words)
}

// readable is the input as nobody may open it. A program of root's is nobody: it gets a copy, that has no name, of what others may not read.
func readable(in *os.File) (*os.File, error) {
	if in == nil {
		return os.Open(os.DevNull)
	}
	i, err := in.Stat()
	if err != nil || !i.Mode().IsRegular() || os.Getuid() != 0 || i.Mode()&0o004 != 0 {
		return in, err
	}
	to, err := os.CreateTemp("", "iolaus-input-")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(to, io.NewSectionReader(in, 0, i.Size()))
	_, back := to.Seek(0, io.SeekStart)
	err = errors.Join(err, back, to.Chmod(0o444), os.Remove(to.Name()))
	if err != nil {
		to.Close()
		return nil, err
	}
	return to, nil
}

// A runner is the process while it runs.
type runner struct {
	cmd              *exec.Cmd
	out, errs, hello *os.File
}

func (p Program) start(own bool) (*runner, error) {
	path, err := itself()
	if err != nil {
		return nil, err
	}
	r := &runner{}
	var ends [3]*os.File
	for i, to := range []**os.File{&r.out, &r.errs, &r.hello} {
		if *to, ends[i], err = os.Pipe(); err != nil {
			r.close()
			break
		}
	}
	defer func() {
		for _, f := range ends {
			if f != nil {
				f.Close()
			}
		}
	}()
	if err != nil {
		return nil, err
	}
	widen(r.out)
	variable := formatVariable(p.Memory, own)
	if p.Lax {
		variable += " lax"
	}
	r.cmd = &exec.Cmd{Path: path, Args: append([]string{runnerName, fmt.Sprint(int64((p.CPU + time.Second - 1) / time.Second)), p.Path}, p.Args...), Dir: "/",
		Stdin: p.Input, Stdout: ends[0], Stderr: ends[1], ExtraFiles: []*os.File{ends[2]},
		SysProcAttr: attributes(own, os.Getuid(), os.Getgid()),
		Env:         []string{runnerVariable + "=" + variable, "GOMAXPROCS=1", "GOTRACEBACK=none"}}
	if err := r.cmd.Start(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *runner) close() {
	for _, f := range []*os.File{r.out, r.errs, r.hello} {
		if f != nil {
			f.Close()
		}
	}
}

// finish reads what the program says until it ends or is ended.
func (r *runner) finish(ctx context.Context, p Program, read func(io.Reader) error, words func([]byte)) (End, error) {
	cut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cut)
		for _, f := range []*os.File{r.out, r.errs, r.hello} {
			_ = f.SetReadDeadline(time.Unix(1, 0)) // a pipe takes deadlines
		}
	})
	e := End{Code: -1}
	var wait sync.WaitGroup
	var hello error
	wait.Go(func() { e.Status, hello = r.greet() })
	last := &tail{also: words}
	m := &meter{from: r.out, left: p.Output}
	rest := func() { _, _ = io.Copy(last, r.errs) }
	if words == nil {
		wait.Go(rest)
	} else {
		m.ear = &ear{ctx: ctx, out: r.out, errs: r.errs, words: last}
	}
	wrong := read(m)
	if words != nil { // what still comes is only kept
		last.also = nil
		wait.Go(rest)
	}
	early := !m.ended
	if early { // what it would still say is not wanted, and it must not wait for ever to say it
		endGroup(r.cmd)
	}
	wait.Wait()
	endGroup(r.cmd)  // it closed all its pipes: it is gone, or should be
	_ = r.cmd.Wait() // what ended it is in its ProcessState
	if !stop() {
		<-cut
	}
	r.close()
	e.CPU = r.cmd.ProcessState.UserTime() + r.cmd.ProcessState.SystemTime()
	e.Last = last.text()
	if !early {
		e.Code = r.cmd.ProcessState.ExitCode()
	}
	switch {
	case ctx.Err() != nil:
		return e, fmt.Errorf("%w: %w", iru.Unavailable, context.Cause(ctx))
	case hello != nil && !early:
		return e, fmt.Errorf("%w: %w", iru.Unavailable, hello)
	case m.over:
		return e, fmt.Errorf("%w: %w: it says more than %d bytes", iru.Invalid, ErrStopped, p.Output)
	case wrong != nil:
		return e, wrong
	case !early && e.Code < 0 && e.CPU > p.CPU/2: // the limit counts whole ticks of the clock, what the kernel tells is exact: under load they differ much
		return e, fmt.Errorf("%w: %w: it took more than %v of the processor", iru.Invalid, ErrStopped, p.CPU)
	case !early && e.Code < 0:
		return e, fmt.Errorf("%w: %w: %s", iru.Invalid, ErrStopped, r.cmd.ProcessState)
	}
	return e, nil
}

// greet reads what confines the runner, or why it did not start the program. Its pipe closes when the program begins.
func (r *runner) greet() (s Status, err error) {
	v, b, err := readAnswer(r.hello, maxHello)
	switch {
	case err != nil:
		return s, errors.New("its cell did not start")
	case v == verdictPanic:
		return s, errors.New(string(words(string(b))))
	}
	if s, err = unpackStatus(b); err != nil {
		return s, err
	}
	if v, b, err := readAnswer(r.hello, maxHello); err == nil && v == verdictPanic {
		return s, errors.New(string(words(string(b))))
	}
	return s, nil
}

// A meter stops a reader after so many bytes.
type meter struct {
	from  *os.File
	ear   *ear // nil where a goroutine listens
	left  int64
	over  bool // there was more
	ended bool // there was no more
}

func (m *meter) Read(b []byte) (int, error) {
	if m.ear != nil {
		m.ear.gather(1, 1)
	}
	if m.left <= 0 && len(b) > 0 {
		n, err := m.from.Read(b[:1])
		m.over, m.ended = n > 0, errors.Is(err, io.EOF)
		return 0, io.EOF
	}
	n, err := m.from.Read(b[:min(int64(len(b)), m.left)])
	m.left -= int64(n)
	m.ended = m.ended || errors.Is(err, io.EOF)
	return n, err
}

// Holds is how many bytes a program can say while nobody reads, where r is what Run hands over: it may wait for whoever has more to say. 0 is unknown.
func Holds(r io.Reader) int {
	if m, ok := r.(*meter); ok {
		return capacity(m.from)
	}
	return 0
}

// Gather returns when what a program said fills need bytes, or it says no more, where r is what Run hands over with words. To be woken costs
// more than to read, so it naps between its looks, and waits for want bytes once it must wait.
func Gather(r io.Reader, need, want int) {
	if m, ok := r.(*meter); ok && m.ear != nil {
		m.ear.gather(need, want)
	}
}

// Rest is Gather for n bytes that are being written: they are there at once.
func Rest(r io.Reader, n int) {
	if m, ok := r.(*meter); ok && m.ear != nil {
		m.ear.rest(n)
	}
}

// Hear returns when words got something, true, or the output ended.
func Hear(r io.Reader) bool {
	m, ok := r.(*meter)
	return ok && m.ear != nil && m.ear.hear()
}

// A tail keeps the last bytes that were written to it.
type tail struct {
	also func([]byte)
	b    []byte
}

func (t *tail) Write(b []byte) (int, error) {
	if t.also != nil {
		t.also(b)
	}
	t.b = append(t.b, b[max(0, len(b)-maxLast):]...)
	t.b = t.b[max(0, len(t.b)-maxLast):]
	return len(b), nil
}

func (t *tail) text() string {
	return string(words(strings.ReplaceAll(string(bytes.TrimSpace(t.b)), "\n", "; ")))
}
