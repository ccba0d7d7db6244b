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

	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/work"
)

// streamed is how many lines are looked up together at most: one question to the store for all of them.
const streamed = 2048

// maxStreamed is how long a line may be; what is looked up has 100 characters.
const maxStreamed = 1 << 20

// A bundle is a run of lines on its way: read, looked up beside others, and written in its turn.
type bundle struct {
	from    int // number of the first line
	lines   [][]byte
	queries []iru.Signal
	at      []int // of each query, its line
	wrong   map[int]error
	done    chan struct{}
	out     []byte
	found   bool
	err     error
}

// stream answers a line for a line, in order, with all processors. A program that asks and waits gets its answer at once: lines are taken
// together only while more have arrived already.
func stream(ctx context.Context, l *work.Lookup, in io.Reader, out io.Writer, asJSON bool) (found bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if _, err := l.Find(ctx, iru.Program(), nil); err != nil { // what the store has is taken in once
		return false, err
	}
	n := runtime.GOMAXPROCS(0)
	todo, order := make(chan *bundle), make(chan *bundle, 2*n)
	for range n {
		go func() {
			for b := range todo {
				b.answer(ctx, l, asJSON)
				close(b.done)
			}
		}()
	}
	failed := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(todo)
		failed <- bundles(in, func(b *bundle) bool {
			select {
			case order <- b:
			case <-ctx.Done():
				return false
			}
			select {
			case todo <- b:
			case <-ctx.Done():
				return false
			}
			return true
		})
	}()
	wrong := 0
	for b := range order {
		select {
		case <-b.done:
		case <-ctx.Done():
			return found, fmt.Errorf("match stream: %w: %w", iru.Unavailable, ctx.Err())
		}
		if b.err != nil {
			return found, b.err
		}
		if _, err := out.Write(b.out); err != nil {
			return found, fmt.Errorf("write answers: %w: %w", iru.Unavailable, err)
		}
		found, wrong = found || b.found, wrong+len(b.wrong)
	}
	if err := <-failed; err != nil {
		return found, err
	}
	if wrong > 0 {
		return found, iru.Refuse(iru.Invalid, fmt.Sprintf("%d lines could not be looked up; the answers say which", wrong), "write each as: pdq HEX")
	}
	return found, nil
}

// bundles reads lines and hands them over together as they come.
func bundles(in io.Reader, give func(*bundle) bool) error {
	r := bufio.NewReaderSize(in, maxStreamed)
	for n := 1; ; {
		b := &bundle{from: n, done: make(chan struct{}), wrong: map[int]error{}}
		var err error
		for len(b.lines) < streamed && (len(b.lines) == 0 || waiting(r)) {
			var line []byte
			if line, err = r.ReadSlice('\n'); len(line) > 0 {
				b.lines = append(b.lines, bytes.Clone(bytes.TrimSpace(line)))
				n++
			}
			if err != nil {
				break
			}
		}
		if len(b.lines) > 0 && !give(b) {
			return nil
		}
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			return iru.Refuse(iru.Invalid, fmt.Sprintf("line %d is longer than a megabyte", n-1), "write each as: pdq HEX")
		case err != nil:
			return fmt.Errorf("read line %d: %w: %w", n, iru.Unavailable, err)
		}
	}
}

// waiting reports whether a whole line has arrived already.
func waiting(r *bufio.Reader) bool {
	b, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(b, '\n') >= 0
}

func (b *bundle) answer(ctx context.Context, l *work.Lookup, asJSON bool) {
	for n, line := range b.lines {
		kind, text, _ := strings.Cut(string(line), " ")
		q, err := bankfile.Signal(kind, text)
		if err == nil && (q.Medium == iru.MediumVPDQ || q.Medium == iru.MediumAudio) {
			err = iru.Refuse(iru.Invalid, q.Medium+" is not looked up by a line", "give the file to iolaus match")
		}
		if err != nil {
			b.wrong[n] = err
			continue
		}
		b.queries, b.at = append(b.queries, q), append(b.at, n)
	}
	answers, err := l.FindTaken(ctx, iru.Program(), b.queries)
	if err != nil {
		b.err = err
		return
	}
	var out bytes.Buffer
	next := 0
	for n := range b.lines {
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
	_ = json.NewEncoder(out).Encode(struct {
		Line  int    `json:"line"`
		Error string `json:"error"`
	}{b.from + n, err.Error()})
}
