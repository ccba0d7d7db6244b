// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"

	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/work"
)

// streamed is how many lines are looked up together at most: the index is many times faster for so many than for one after the other.
const streamed = 1 << 16

// maxStreamed is how long a line may be, in bytes; what is looked up has 100.
const maxStreamed = 1 << 20

// A bundle is a run of lines on its way: read, looked up beside others, and written in its turn.
type bundle struct {
	from    int // number of the first line
	text    []byte
	ends    []int // of each line in text
	queries []iru.Signal
	wrong   map[int]error
	done    chan struct{}
	out     []byte
	found   bool
	err     error
}

// stream answers a line for a line, in order, with all processors. Whoever is free takes all lines that have come: a program that asks and
// waits gets its answer at once, and from a file come tens of thousands together.
func stream(ctx context.Context, l *work.Lookup, in io.Reader, out io.Writer, asJSON bool) (found bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if _, err := l.Find(ctx, iru.Program(), nil); err != nil { // what the store has is taken in once
		return false, err
	}
	q := newIntake(runtime.GOMAXPROCS(0))
	go q.read(in)
	var workers sync.WaitGroup
	for range cap(q.order) {
		workers.Go(func() {
			for b := q.take(ctx); b != nil; b = q.take(ctx) {
				b.answer(ctx, l, asJSON)
				close(b.done)
			}
		})
	}
	defer context.AfterFunc(ctx, q.stop)()
	defer func() { cancel(); q.stop(); workers.Wait() }()
	wrong := 0
	for b := range q.order {
		<-b.done
		if b.err != nil {
			return found, b.err
		}
		if _, err := out.Write(b.out); err != nil {
			return found, fmt.Errorf("write answers: %w: %w", iru.Unavailable, err)
		}
		found, wrong = found || b.found, wrong+len(b.wrong)
	}
	switch failed := q.failed(); {
	case ctx.Err() != nil:
		return found, fmt.Errorf("match stream: %w: %w", iru.Unavailable, ctx.Err())
	case failed != nil:
		return found, failed
	case wrong > 0:
		return found, iru.Refuse(iru.Invalid, fmt.Sprintf("%d lines could not be looked up; the answers say which", wrong), "write each as: pdq HEX")
	}
	return found, nil
}

// An intake is what has been read and nobody has taken.
type intake struct {
	mu      sync.Mutex
	change  sync.Cond
	pending *bundle
	next    int // number of the next line
	ended   bool
	closed  bool
	order   chan *bundle // what was taken, as it was taken; closed at the end
	err     error        // why reading ended
}

func newIntake(workers int) *intake {
	q := &intake{next: 1, order: make(chan *bundle, workers)}
	q.change.L = &q.mu
	return q
}

// read reads lines until there are no more.
func (q *intake) read(in io.Reader) {
	r := bufio.NewReaderSize(in, maxStreamed)
	for {
		line, err := r.ReadSlice('\n')
		if !q.add(line, err) {
			return
		}
	}
}

func (q *intake) add(line []byte, err error) (more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.change.Broadcast()
	for q.pending != nil && len(q.pending.ends) >= streamed && !q.ended {
		q.change.Wait()
	}
	if q.ended {
		return false
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		q.ended, q.err = true, iru.Refuse(iru.Invalid, fmt.Sprintf("line %d is longer than a megabyte", q.next), "write each as: pdq HEX")
		return false
	case err != nil && !errors.Is(err, io.EOF):
		q.ended, q.err = true, fmt.Errorf("read line %d: %w: %w", q.next, iru.Unavailable, err)
		return false
	}
	if len(line) > 0 {
		if q.pending == nil {
			q.pending = &bundle{from: q.next, done: make(chan struct{}), wrong: map[int]error{}}
		}
		q.pending.text = append(q.pending.text, bytes.TrimSpace(line)...)
		q.pending.ends = append(q.pending.ends, len(q.pending.text))
		q.next++
	}
	q.ended = errors.Is(err, io.EOF)
	return !q.ended
}

// take gives all lines that have come, and nil at the end.
func (q *intake) take(ctx context.Context) *bundle {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.pending == nil && !q.ended {
		q.change.Wait()
	}
	b := q.pending
	if q.pending = nil; b == nil || ctx.Err() != nil {
		if !q.closed {
			q.closed = true
			close(q.order)
		}
		return nil
	}
	q.change.Broadcast()
	select {
	case q.order <- b: // with the lock: in the order in which they were taken
		return b
	case <-ctx.Done():
		return nil
	}
}

func (q *intake) failed() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
}

// stop ends it before its time.
func (q *intake) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.change.Broadcast()
}

func (b *bundle) answer(ctx context.Context, l *work.Lookup, asJSON bool) {
	from := 0
	for n, end := range b.ends {
		kind, text, _ := strings.Cut(string(b.text[from:end]), " ")
		from = end
		q, err := bankfile.Signal(kind, text)
		if err != nil {
			b.wrong[n] = err
			continue
		}
		b.queries = append(b.queries, q)
	}
	answers, err := l.FindTaken(ctx, iru.Program(), b.queries)
	if err != nil {
		b.err = err
		return
	}
	var out bytes.Buffer
	next := 0
	for n := range b.ends {
		if err := b.wrong[n]; err != nil {
			b.complain(&out, n, err, asJSON)
			continue
		}
		b.found = b.found || len(answers[next]) > 0
		_ = say(&out, asJSON, b.queries[next], answers[next]) // into memory
		next++
	}
	b.out = out.Bytes()
}

// complain answers a line that cannot be looked up.
func (b *bundle) complain(out *bytes.Buffer, n int, err error, asJSON bool) {
	if !asJSON {
		fmt.Fprintf(out, "wrong\tline %d: %s\n", b.from+n, printable(err.Error()))
		return
	}
	_ = json.NewEncoder(out).Encode(struct { //nolint:errchkjson // out is a buffer
		Line  int    `json:"line"`
		Error string `json:"error"`
	}{b.from + n, err.Error()})
}
