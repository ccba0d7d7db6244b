// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// Names of the files of a tape in its folder.
const (
	tapeFile    = "capture.warc.gz"
	journalFile = "capture.journal"
)

// A Tape is the WARC file of one capture on the disk, and beside it the journal of what was acknowledged. It is safe for use by many
// at once: they compress side by side, and one synchronisation of both files serves all that wait.
//
// When a write fails, both files are cut behind what is whole, and the tape takes nothing more until it is opened again.
type Tape struct {
	file *tapeGate
	warc *exhibit.Writer
	log  *journal

	large sync.Mutex // of who writes a record that was spooled

	mu        sync.Mutex
	next      *tapeBatch // takes what comes
	closed    bool
	exchanges []fetch.Exchange
	warnings  []string
	tls       tapeTLSTable
	held      map[string]bool // addresses with a record; made when asked

	sound int64 // bytes of the WARC file that are acknowledged; of who commits
	wake  chan struct{}
	done  chan struct{}
}

// A tapeBatch is what becomes durable together.
type tapeBatch struct {
	lines     []journalLine
	exchanges []fetch.Exchange
	done      chan struct{}
	err       error // valid when done is closed
}

func newBatch() *tapeBatch { return &tapeBatch{done: make(chan struct{})} }

// failedBatch is one that was never taken.
func failedBatch(err error) *tapeBatch {
	b := newBatch()
	b.err = err
	close(b.done)
	return b
}

func (b *tapeBatch) wait() error {
	<-b.done
	return b.err
}

// OpenTape begins the tape of a capture in a folder, which it makes, or goes on with the one that is there: then the WARC file is cut
// behind its last acknowledged record. Info.Filename and Info.Start are set here; gen gives record identifiers as exhibit.NewWriter
// asks for them; at is when this run began. Errors: Conflict where another process has it or its files contradict each other,
// Unavailable.
func OpenTape(dir string, info exhibit.Info, gen func() string, at time.Time) (t *Tape, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open tape: %w: %w", iru.Unavailable, err)
	}
	t = &Tape{next: newBatch(), wake: make(chan struct{}, 1), done: make(chan struct{})}
	if t.log, err = openJournal(filepath.Join(dir, journalFile)); err != nil {
		return nil, fmt.Errorf("open tape: %w", err)
	}
	defer func() {
		if err != nil {
			_ = t.closeFiles() // the first failure is the one to tell
		}
	}()
	if err := t.log.replay(t.recall); err != nil {
		return nil, fmt.Errorf("open tape: %w", err)
	}
	if t.file, err = openGate(filepath.Join(dir, tapeFile), t.sound); err != nil {
		return nil, fmt.Errorf("open tape: %w", err)
	}
	if err := syncFolder(dir); err != nil {
		return nil, fmt.Errorf("open tape: %w", err)
	}
	info.Filename, info.Start = tapeFile, t.sound
	t.warc = exhibit.NewWriter(t.file, info, gen)
	if _, err := t.warc.WriteInfo(at); err != nil {
		err = t.fail(err, t.sound)
		kind := iru.Unavailable
		if errors.Is(err, exhibit.ErrField) {
			kind = iru.Invalid
		}
		return nil, fmt.Errorf("open tape: %w: %w", kind, err)
	}
	go t.commit()
	if err := t.put(journalLine{}).wait(); err != nil {
		_ = t.Close() // which closes the files; a second time is no harm
		return nil, fmt.Errorf("open tape: %w", err)
	}
	return t, nil
}

// recall takes up one line of the journal.
func (t *Tape) recall(l journalLine) error {
	t.sound = l.Size
	t.warnings = append(t.warnings, l.Warnings...)
	for _, s := range l.TLS {
		t.tls.learn(s)
	}
	for _, n := range l.Exchanges {
		t.exchanges = append(t.exchanges, n.exchange(&t.tls))
	}
	return nil
}

// Add records one exchange and returns when the record is on the disk. One that cannot stand in a WARC file is noted in Warnings, and
// so is one that is not whole: no page decides whether it is captured. Its Rest is closed. Errors: Unavailable.
func (t *Tape) Add(e fetch.Exchange) error { return t.put(journalLine{}, e).wait() }

// put records exchanges together with what else becomes true by them, and does not wait.
func (t *Tape) put(l journalLine, exchanges ...fetch.Exchange) *tapeBatch {
	l, kept, err := t.record(l, exchanges)
	if err != nil {
		return failedBatch(err)
	}
	return t.join(l, kept)
}

// record writes the records of exchanges, and into the line what is to be told of them. What is kept of the exchanges has no bytes.
func (t *Tape) record(l journalLine, exchanges []fetch.Exchange) (_ journalLine, kept []fetch.Exchange, err error) {
	defer func() {
		for _, e := range exchanges {
			_ = e.Rest.Close() // it was read
		}
	}()
	for _, e := range exchanges {
		n := noteOf(e)
		warnings, at, err := t.write(e)
		if err != nil {
			return l, nil, err
		}
		n.Offset, n.Length = at.Offset, at.Length
		l.Exchanges, l.Warnings = append(l.Exchanges, n), append(l.Warnings, warnings...)
		e.Request, e.Response, e.Rest = nil, nil, nil
		kept = append(kept, e)
	}
	return l, kept, nil
}

// write puts the record into the file, and says what a court should know of it.
func (t *Tape) write(e fetch.Exchange) (warnings []string, at exhibit.Location, err error) {
	warn := func(format string, a ...any) { warnings = append(warnings, fmt.Sprintf(format, a...)) }
	if len(e.Request) > 0 && len(e.Response) > 0 {
		x := exhibit.Exchange{Target: e.URL, At: e.Start, IP: e.Remote.Addr().String(), Protocol: e.Protocol, Request: e.Request, Response: e.Response, Truncated: e.Truncated}
		if e.TLS != nil {
			x.TLS, x.Cipher = strings.ToLower(strings.ReplaceAll(e.TLS.Version, " ", "/")), e.TLS.Cipher
		}
		if e.Rest != nil {
			x.ResponseBody = e.Rest
			t.large.Lock() // compressed in memory up to some megabytes, and sixteen of them would fill it
			defer t.large.Unlock()
		}
		w, err := t.warc.WriteExchange(x)
		switch {
		case errors.Is(err, exhibit.ErrField):
			warn("%s was left out: %v", e.URL, err)
		case errors.Is(err, exhibit.ErrBroken):
			return nil, at, t.fail(fmt.Errorf("record %s: %w: %w", e.URL, iru.Unavailable, err), t.warc.Size())
		case err != nil:
			return nil, at, fmt.Errorf("record %s: %w: %w", e.URL, iru.Unavailable, err)
		}
		at = w.Location
	}
	if e.Truncated != "" {
		warn("%s was cut short: %s", e.URL, e.Truncated)
	}
	if e.Note != "" {
		warn("%s: %s", e.URL, e.Note)
	}
	return warnings, at, nil
}

// Warn notes what a court should know of the capture. It becomes durable with what is added next, at the latest when the tape is closed.
func (t *Tape) Warn(what string) { t.put(journalLine{Warnings: []string{what}}) }

// join adds to the batch that is open. What the line tells of was written before, so the next synchronisation covers it.
func (t *Tape) join(l journalLine, kept []fetch.Exchange) *tapeBatch {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return failedBatch(fmt.Errorf("record: %w: the tape is closed", iru.Internal))
	}
	for i := range kept {
		var s *tapeTLS
		if l.Exchanges[i].TLS, s = t.tls.number(kept[i].TLS); s != nil {
			l.TLS = append(l.TLS, *s)
		}
	}
	b := t.next
	b.lines, b.exchanges = append(b.lines, l), append(b.exchanges, kept...)
	select {
	case t.wake <- struct{}{}:
	default: // it is awake
	}
	return b
}

// commit makes batch after batch durable until the tape is closed. After a failure every further one fails with it.
func (t *Tape) commit() {
	defer close(t.done)
	var failed error
	for range t.wake {
		t.mu.Lock()
		b := t.next
		t.next = newBatch()
		t.mu.Unlock()
		if failed == nil && len(b.lines) > 0 {
			failed = t.flush(b)
		}
		b.err = failed
		close(b.done)
	}
}

// flush makes a batch durable: first the records, then the lines that tell of them.
func (t *Tape) flush(b *tapeBatch) error {
	size := t.warc.Size()
	if err := t.file.sync(); err != nil {
		return t.fail(err, t.sound)
	}
	var text []byte
	for _, l := range b.lines {
		var err error
		l.Batch, l.Size = t.log.batch+1, size
		if text, err = l.format(text); err != nil {
			return t.fail(err, t.sound)
		}
	}
	if err := t.log.append(text); err != nil {
		return t.fail(errors.Join(err, t.log.cut()), t.sound)
	}
	t.log.batch++
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sound = size
	t.exchanges = append(t.exchanges, b.exchanges...)
	for _, l := range b.lines {
		t.warnings = append(t.warnings, l.Warnings...)
	}
	for _, e := range b.exchanges {
		if t.held != nil && e.Status != 0 {
			t.held[e.URL] = true
		}
	}
	return nil
}

// fail lets nothing more be written and cuts the WARC file. It returns the error.
func (t *Tape) fail(err error, size int64) error {
	if cut := t.file.shut(size); cut != nil {
		err = errors.Join(err, cut)
	}
	return err
}

// Warnings are what a court should know of the recording, in the order in which it was acknowledged.
func (t *Tape) Warnings() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.warnings)
}

// Size is the length in bytes of the WARC file up to its last whole record.
func (t *Tape) Size() int64 { return t.warc.Size() }

// Path is where the WARC file is.
func (t *Tape) Path() string { return t.file.Name() }

// Exchanges are those that were acknowledged, also by runs before this one, without their bytes.
func (t *Tape) Exchanges() []fetch.Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.exchanges)
}

// Holds reports whether an exchange for the address, in its normal form, was acknowledged that had an answer.
func (t *Tape) Holds(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = map[string]bool{}
		for _, e := range t.exchanges {
			if e.Status != 0 {
				t.held[e.URL] = true
			}
		}
	}
	return t.held[address]
}

// Close waits for what was put and closes the files. Nothing may be added meanwhile or after.
func (t *Tape) Close() error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil
	}
	t.closed = true
	t.mu.Unlock()
	close(t.wake) // a token that is in it is still taken
	<-t.done
	return t.closeFiles()
}

func (t *Tape) closeFiles() error {
	var err error
	if t.file != nil {
		err = t.file.Close()
	}
	if err = errors.Join(err, t.log.file.Close()); err != nil {
		return fmt.Errorf("close tape: %w: %w", iru.Unavailable, err)
	}
	return nil
}
