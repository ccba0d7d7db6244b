// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// page is one line of the list of pages.
type page struct {
	url string
	at  time.Time
}

// scan reads WARC records one after the other, checks each, and keeps what an index and other records need of it.
type scan struct {
	file    string // name below archive/
	base    int64  // where its input begins in the file
	budget  *budget
	records int
	lines   [][]byte
	pages   []page
	known   map[string]original // responses by identifier
	repeats []repeat
	buffer  []byte
	br      *bufio.Reader
}

// original is what a revisit may refer to.
type original struct {
	payload, target, date string
	id                    string // where it is not the key
}

// repeat is a revisit record that waits for its original.
type repeat struct {
	id, of string
	offset int64
	want   original
}

// budget is what several scans may still keep and decompress together.
type budget struct{ index, total atomic.Int64 }

// newBudget is for input of so many bytes.
func newBudget(o Limits, packed int64) *budget {
	b := new(budget)
	b.index.Store(o.Index)
	b.total.Store(min(o.WARC.Total, mostOf(packed)))
	return b
}

// recordError says which record of which file is wrong.
type recordError struct {
	file   string
	offset int64
	id     string
	err    error
}

func (e *recordError) Error() string {
	if e.id == "" {
		return fmt.Sprintf("%s: record at byte %d: %v", e.file, e.offset, e.err)
	}
	return fmt.Sprintf("%s: record %s at byte %d: %v", e.file, e.id, e.offset, e.err)
}

func (e *recordError) Unwrap() error { return e.err }

func newScan(file string, base int64, b *budget) *scan {
	return &scan{file: file, base: base, budget: b, known: map[string]original{}, br: bufio.NewReaderSize(nil, 64<<10), buffer: make([]byte, 64<<10)}
}

// run reads to the end of r. Its errors are *recordError.
func (s *scan) run(r *Reader) error {
	var last *Record
	var line cdx
	var id string
	var end int64
	for {
		rec, err := r.Next()
		if last != nil && last.Location.Length == 0 { // it was not read to its end, or that is not the end of its gzip member
			if err == nil || errors.Is(err, io.EOF) {
				err = fmt.Errorf("%w: it shares its gzip member with another", ErrWARC)
			}
			return &recordError{s.file, s.base + last.Location.Offset, id, err}
		}
		if last != nil {
			end = last.Location.Offset + last.Location.Length
			if err := s.keep(line, last); err != nil {
				return &recordError{s.file, s.base + last.Location.Offset, id, err}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &recordError{s.file, s.base + end, "", err}
		}
		if s.budget.total.Add(-rec.Length-int64(rec.head)) < 0 {
			return &recordError{s.file, s.base + rec.Location.Offset, rec.ID, fmt.Errorf("%w: the file holds more than the limit", ErrWARC)}
		}
		s.records++
		id, last = rec.ID, rec
		if line, err = s.record(rec); err != nil {
			return &recordError{s.file, s.base + rec.Location.Offset, id, err}
		}
	}
}

// record checks one record; its block digest is checked when the next is asked for.
func (s *scan) record(rec *Record) (cdx, error) {
	c := cdx{Target: rec.Target, At: rec.At, File: s.file, Digest: rec.Get("WARC-Payload-Digest")}
	if !rec.Digested {
		return c, fmt.Errorf("%w: no WARC-Block-Digest by SHA-256 or SHA-1", ErrWARC)
	}
	if rec.Type != "response" && rec.Type != "revisit" {
		c.MIME, _, _ = strings.Cut(rec.Get("Content-Type"), ";")
		return c, nil
	}
	s.br.Reset(rec.Block)
	h, err := readHead(s.br)
	if err != nil && !errors.Is(err, ErrHTTP) {
		return c, err
	}
	c.Status, c.MIME = h.status, h.mime
	if c.MIME == "" {
		c.MIME = "application/octet-stream"
	}
	if rec.Type == "revisit" {
		c.MIME = mimeRevisit
		return c, nil
	}
	if c.Digest == "" {
		return c, nil
	}
	sum, want := checkable(c.Digest)
	if sum == nil {
		return c, fmt.Errorf("%w: WARC-Payload-Digest %.80q is of a kind that is not known", ErrWARC, c.Digest)
	}
	entity, err := h.entity(s.br)
	if err == nil {
		_, err = io.CopyBuffer(onlyWriter{sum}, entity, s.buffer)
	}
	switch {
	case errors.Is(err, ErrHTTP):
		return c, fmt.Errorf("%w: it has a WARC-Payload-Digest: %w", ErrWARC, err)
	case err != nil:
		return c, err
	case !sameSum(sum, want):
		return c, fmt.Errorf("%w from WARC-Payload-Digest %.80q", ErrDigest, c.Digest)
	}
	return c, nil
}

// onlyWriter keeps io.CopyBuffer to its buffer.
type onlyWriter struct{ io.Writer }

// keep notes what a whole record is to others.
func (s *scan) keep(c cdx, rec *Record) error {
	c.Location = Location{s.base + rec.Location.Offset, rec.Location.Length}
	switch rec.Type {
	case "response":
		if c.Digest != "" {
			s.known[rec.ID] = original{payload: c.Digest, target: rec.Target, date: rec.Get("WARC-Date")}
		}
		if c.Status == 200 && (c.MIME == "text/html" || c.MIME == "application/xhtml+xml") {
			s.pages = append(s.pages, page{rec.Target, rec.At})
		}
	case "revisit":
		of := strings.TrimSuffix(strings.TrimPrefix(rec.Get("WARC-Refers-To"), "<"), ">")
		if rec.Get("WARC-Profile") != revisitProfile || of == "" || c.Digest == "" {
			return fmt.Errorf("%w: a revisit needs the profile %s, WARC-Refers-To and WARC-Payload-Digest", ErrWARC, revisitProfile)
		}
		want := original{payload: c.Digest, target: rec.Get("WARC-Refers-To-Target-URI"), date: rec.Get("WARC-Refers-To-Date")}
		s.repeats = append(s.repeats, repeat{rec.ID, of, c.Location.Offset, want})
	case "resource":
		c.Status = 200 // what indexers say of it, and readers expect
	default:
		return nil
	}
	if c.Digest == "" {
		c.Digest = rec.Get("WARC-Block-Digest")
	}
	l, err := c.appendTo(nil)
	if err != nil {
		return err
	}
	if s.budget.index.Add(-int64(len(l))) < 0 {
		return fmt.Errorf("%w: its index is larger than the limit", ErrWARC)
	}
	s.lines = append(s.lines, l)
	return nil
}
