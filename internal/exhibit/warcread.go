// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bufio"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

var (
	// ErrWARC is returned for bytes that are not WARC records, or are damaged.
	ErrWARC = errors.New("not a sound WARC file")
	// ErrDigest is returned at the end of a block that is not what its digest says.
	ErrDigest = errors.New("digest differs")
)

// ReadLimits bound what a WARC file may ask of its reader. Zero means the value of DefaultReadLimits.
type ReadLimits struct {
	Header int   // bytes of one record's header
	Block  int64 // bytes of one record's block, as declared
	Total  int64 // bytes of the whole file, decompressed
}

// DefaultReadLimits suit captures of whole sites.
var DefaultReadLimits = ReadLimits{Header: 64 << 10, Block: 4 << 30, Total: 64 << 30}

// Record is one record. Its block is streamed: read it before asking for the next record, or leave it.
type Record struct {
	Version  string // "WARC/1.1"
	Fields   []Field
	Type     string // "response"
	ID       string // without angle brackets
	Target   string
	At       time.Time
	Length   int64     // of the block
	Location Location  // its length is known once Next was called again, and 0 where several records share a gzip member
	Block    io.Reader // returns an error wrapping ErrWARC or ErrDigest where it is damaged
	Digested bool      // the record carries a block digest that this reader can check
	head     int       // bytes of the header
}

// Get returns the first value of a field, in any case, or "".
func (r *Record) Get(name string) string {
	for _, f := range r.Fields {
		if sameName(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Reader reads the records of a WARC file, 1.0 or 1.1, in gzip members or plain. It holds one header at a time and no block.
type Reader struct {
	limits ReadLimits
	count  *counter
	src    *bufio.Reader // the file
	zip    *gzip.Reader  // nil when the file is plain
	in     *bufio.Reader // what it holds
	left   fuse
	member int64 // where the present gzip member begins
	record *Record
	block  *blockReader
	err    error
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// NewReader returns a reader of the file. It reads nothing yet.
func NewReader(r io.Reader, limits ReadLimits) *Reader {
	if limits.Header <= 0 {
		limits.Header = DefaultReadLimits.Header
	}
	if limits.Block <= 0 {
		limits.Block = DefaultReadLimits.Block
	}
	if limits.Total <= 0 {
		limits.Total = DefaultReadLimits.Total
	}
	c := &counter{r: r}
	return &Reader{limits: limits, count: c, src: bufio.NewReaderSize(c, 64<<10)}
}

// offset is how much of the file is consumed.
func (r *Reader) offset() int64 {
	n := r.count.n - int64(r.src.Buffered())
	if r.zip == nil && r.in != nil {
		n -= int64(r.in.Buffered())
	}
	return n
}

// Next returns the next record, and io.EOF after the last. It first reads what is left of the record before, checks its digest
// and completes its Location, and returns the error if that record is damaged. After an error other than io.EOF nothing more can
// be read.
func (r *Reader) Next() (*Record, error) {
	if r.err == nil {
		r.err = r.end()
	}
	if r.err == nil {
		r.err = r.begin()
	}
	if r.err == nil {
		r.record, r.err = r.header()
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.record, nil
}

// end reads to the end of the present record.
func (r *Reader) end() error {
	if r.record == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, r.block); err != nil {
		return err
	}
	var tail [4]byte
	if _, err := io.ReadFull(r.in, tail[:]); err != nil {
		return r.damaged("it has no end", err)
	}
	if string(tail[:]) != "\r\n\r\n" {
		return r.damaged("it does not end where its Content-Length says", nil)
	}
	if r.zip == nil {
		r.record.Location.Length = r.offset() - r.record.Location.Offset
		return nil
	}
	switch _, err := r.in.Peek(1); {
	case errors.Is(err, io.EOF):
		r.record.Location.Length = r.offset() - r.member
	case err != nil:
		return r.damaged("its compression is damaged", err)
	}
	return nil
}

// begin moves to the start of a record's header, or returns io.EOF.
func (r *Reader) begin() error {
	if r.in == nil {
		magic, err := r.src.Peek(2)
		if err != nil && len(magic) == 0 {
			return eofOr(err)
		}
		r.left = fuse{from: r.src, left: r.limits.Total + 1}
		if string(magic) == "\x1f\x8b" {
			if r.zip, err = gzip.NewReader(r.src); err != nil {
				return r.damaged("its compression is damaged", err)
			}
			r.zip.Multistream(false)
			r.left.from, r.left.packed = r.zip, r.count
		}
		r.in = bufio.NewReaderSize(&r.left, 32<<10)
	}
	for {
		_, err := r.in.Peek(1)
		switch {
		case err == nil:
			return nil
		case r.left.left <= 0:
			return r.damaged(fmt.Sprintf("it holds more than %d bytes", r.limits.Total), nil)
		case !errors.Is(err, io.EOF):
			return r.damaged("its compression is damaged", err)
		case r.zip == nil:
			return io.EOF
		}
		r.member = r.offset()
		if err := r.zip.Reset(r.src); err != nil {
			if errors.Is(err, io.EOF) {
				return io.EOF
			}
			return r.damaged("its compression is damaged", err)
		}
		r.zip.Multistream(false)
		r.in.Reset(&r.left)
	}
}

func eofOr(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("read WARC: %w", err)
}

func (r *Reader) damaged(what string, cause error) error {
	if errors.Is(cause, io.EOF) {
		cause = io.ErrUnexpectedEOF // io.EOF means a sound end
	}
	if cause != nil {
		return fmt.Errorf("read WARC record before byte %d: %w: %s: %w", r.offset(), ErrWARC, what, cause)
	}
	return fmt.Errorf("read WARC record before byte %d: %w: %s", r.offset(), ErrWARC, what)
}

// checkable returns how to compute the digest and what it should be, or nil for an algorithm this reader does not know.
func checkable(text string) (hash.Hash, string) {
	algorithm, value, _ := strings.Cut(text, ":")
	switch strings.ToLower(algorithm) {
	case "sha256", "sha-256":
		if len(value) == base32.StdEncoding.EncodedLen(sha256.Size) {
			return sha256.New(), strings.ToUpper(value)
		}
		return sha256.New(), strings.ToLower(value)
	case "sha1", "sha-1":
		if len(value) == 2*sha1.Size {
			return sha1.New(), strings.ToLower(value)
		}
		return sha1.New(), strings.ToUpper(value)
	}
	return nil, ""
}

func sameSum(sum hash.Hash, want string) bool {
	s := sum.Sum(nil)
	return hex.EncodeToString(s) == want || base32.StdEncoding.EncodeToString(s) == want
}

// blockReader streams one block and checks it.
type blockReader struct {
	r    *Reader
	left int64
	sum  hash.Hash
	want string
	err  error
}

func (b *blockReader) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left == 0 {
		if b.err = io.EOF; b.sum != nil {
			if !sameSum(b.sum, b.want) {
				b.err = fmt.Errorf("read WARC record before byte %d: %w from WARC-Block-Digest %.80q", b.r.offset(), ErrDigest, b.want)
			}
		}
		return 0, b.err
	}
	n, err := b.r.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.sum != nil {
		b.sum.Write(p[:n])
	}
	if err == io.EOF && b.left > 0 {
		if b.r.left.left <= 0 {
			b.err = b.r.damaged(fmt.Sprintf("the file holds more than %d bytes", b.r.limits.Total), nil)
		} else {
			b.err = b.r.damaged(fmt.Sprintf("%d bytes of its block are missing", b.left), io.ErrUnexpectedEOF)
		}
	} else if err != nil && err != io.EOF {
		b.err = b.r.damaged("it cannot be read on", err)
	}
	return n, b.err
}
