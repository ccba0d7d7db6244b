// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"filippo.io/age"

	"iolaus/internal/iru"
)

// A sealed file is read in the clear.
type sealed struct {
	*io.SectionReader
	from File
}

func (s *sealed) Close() error { return s.from.Close() }

func unseal(f File, k Key, stored string) (*sealed, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w: %w", stored, iru.Unavailable, err)
	}
	raw := &rawAt{r: f}
	at, plain, err := age.DecryptReaderAt(raw, size, k.id)
	if lost(err) {
		return nil, fmt.Errorf("open %s: %w: it is sealed under the key of another exhibit, or its beginning is damaged", stored, iru.Conflict)
	}
	if err != nil {
		return nil, raw.fault(stored, err)
	}
	return &sealed{SectionReader: io.NewSectionReader(&clearAt{r: at, raw: raw, stored: stored, size: plain}, 0, plain), from: f}, nil
}

// rawAt tells a store that does not yield its bytes from bytes that are damaged.
type rawAt struct {
	r    io.ReaderAt
	last atomic.Pointer[error]
}

func (r *rawAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.r.ReadAt(p, off)
	if err != nil && err != io.EOF {
		r.last.Store(&err)
	}
	return n, err
}

func (r *rawAt) fault(stored string, err error) error {
	if p := r.last.Load(); p != nil && errors.Is(err, *p) {
		for _, kind := range []error{iru.NotFound, iru.Forbidden, iru.Conflict} {
			if errors.Is(err, kind) {
				return fmt.Errorf("read %s: %w", stored, err)
			}
		}
		return fmt.Errorf("read %s: %w: %w", stored, iru.Unavailable, err)
	}
	return fmt.Errorf("read %s: %w: the sealed bytes are damaged or cut short: %w; restore them from a backup", stored, iru.Conflict, err)
}

// piece is what age seals at once: the least that can be read.
const piece = 64 << 10

// clearAt reads pieces as a whole and keeps the last one, so that a file that is read a little at a time is opened once.
type clearAt struct {
	r      io.ReaderAt
	raw    *rawAt
	stored string
	size   int64
	last   atomic.Pointer[opened]
}

type opened struct {
	from int64
	data []byte
}

func (c *clearAt) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		if at >= c.size {
			return n, io.EOF
		}
		from := at - at%piece
		o := c.last.Load()
		if o == nil || o.from != from {
			o = &opened{from, make([]byte, min(piece, c.size-from))}
			if _, err := c.r.ReadAt(o.data, from); err != nil && err != io.EOF {
				return n, c.raw.fault(c.stored, err)
			}
			c.last.Store(o)
		}
		n += copy(p[n:], o.data[at-from:])
	}
	return n, nil
}
