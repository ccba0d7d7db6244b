// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
)

// record is a record on its way into the file.
type record struct {
	id     string
	fields []Field
	err    error // the first bad field
	head   []byte
	body   io.ReadSeeker // what follows head; may be nil
	http   bool          // the block is an HTTP response and has a payload
	length int64
	block  string
	pay    string
	header int // bytes of the HTTP header, where the payload is known

	measured bool
	first    *original // others may refer to it once it is written
	revisit  string    // identifier of what it refers to
}

func (w *Writer) record(kind string, at time.Time, contentType string) *record {
	w.mu.Lock()
	id, info := w.gen(), w.infoID
	w.mu.Unlock()
	r := &record{id: id}
	if strings.ContainsAny(id, "<> ") || !strings.Contains(id, ":") {
		r.err = fmt.Errorf("%w: WARC-Record-ID: %.80q", ErrField, id)
	}
	if y := at.UTC().Year(); y < 1 || y > 9999 {
		r.err = fmt.Errorf("%w: WARC-Date: year %d", ErrField, y)
	}
	r.add("WARC-Type", kind)
	r.add("WARC-Record-ID", "<"+id+">")
	r.add("WARC-Date", warcDate(at))
	if info != "" {
		r.add("WARC-Warcinfo-ID", "<"+info+">")
	}
	r.add("Content-Type", contentType)
	return r
}

func warcDate(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// add appends a field unless its value is empty.
func (r *record) add(name, value string) {
	f := Field{name, value}
	if err := f.check(); err != nil && r.err == nil {
		r.err = err
	}
	if value != "" {
		r.fields = append(r.fields, f)
	}
}

func (r *record) address(target string) {
	if strings.ContainsAny(target, " \t<>") || !strings.Contains(target, ":") {
		r.err = errors.Join(r.err, fmt.Errorf("%w: WARC-Target-URI: %.80q is not an absolute address", ErrField, target))
		return
	}
	r.add("WARC-Target-URI", target)
}

// content is the whole block from its start.
func (r *record) content() (io.Reader, error) {
	if r.body == nil {
		return bytes.NewReader(r.head), nil
	}
	if _, err := r.body.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read spooled body: %w", err)
	}
	return io.MultiReader(bytes.NewReader(r.head), r.body), nil
}

// measure reads the block once, for its length and digests.
func (r *record) measure() error {
	if r.err != nil || r.measured {
		return r.err
	}
	r.measured = true
	sum, n := sha256.New(), int64(len(r.head))
	if r.body == nil {
		sum.Write(r.head)
		if r.http {
			_ = r.measureEntity(bytes.NewReader(r.head)) // where the bytes do not say, there is no payload
		}
	} else {
		in, err := r.content()
		if err != nil {
			return err
		}
		all := &meter{r: in, sum: sum}
		if r.http {
			if err := r.measureEntity(all); err != nil && !errors.Is(err, ErrHTTP) {
				return fmt.Errorf("read spooled body: %w", err)
			}
		}
		if _, err := io.Copy(io.Discard, all); err != nil {
			return fmt.Errorf("read spooled body: %w", err)
		}
		if all.err != nil {
			return fmt.Errorf("read spooled body: %w", all.err)
		}
		n = all.n
	}
	r.length, r.block = n, digestText(sum)
	r.add("WARC-Block-Digest", r.block)
	r.add("WARC-Payload-Digest", r.pay)
	r.fields = append(r.fields, Field{"Content-Length", fmt.Sprint(r.length)})
	return r.err
}

// measureEntity finds what only a response has.
func (r *record) measureEntity(in io.Reader) error {
	br := bufio.NewReader(in)
	h, err := readHead(br)
	if err != nil {
		return err
	}
	entity, err := h.entity(br)
	if err != nil {
		return err
	}
	payload := sha256.New()
	if _, err := io.CopyBuffer(onlyWriter{payload}, entity, make([]byte, 32<<10)); err != nil {
		return err
	}
	r.pay, r.header = digestText(payload), h.size
	return nil
}

// revisitProfile says that the payload of a revisit is that of the record it refers to.
const revisitProfile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

const (
	revisitMin   = 512     // bytes of a body below which a revisit saves nothing
	revisitKnown = 100_000 // payloads that are remembered: some 30 MB
)

// again writes the block from a second reading, and makes sure that it is what was measured.
func (r *record) again(to io.Writer) error {
	in, err := r.content()
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.CopyBuffer(onlyWriter{to}, io.TeeReader(in, sum), make([]byte, 64<<10))
	if err != nil {
		return err
	}
	if n != r.length || digestText(sum) != r.block {
		return fmt.Errorf("read spooled body: it changed between two readings: %d bytes, then %d", r.length, n)
	}
	return nil
}

func digestText(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// meter counts and digests what is read through it.
type meter struct {
	r   io.Reader
	sum hash.Hash
	n   int64
	err error
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.sum.Write(p[:n])
	m.n += int64(n)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

// tally counts what reached the file.
type tally struct {
	w      io.Writer
	n      int64
	failed bool // the file, not what was to be written
}

func (t *tally) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.n += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	t.failed = t.failed || err != nil
	return n, err
}
