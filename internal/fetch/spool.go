// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"errors"
	"fmt"
	"io"
	"os"

	"iolaus/internal/iru"
)

// spoolMemory is how many bytes a Spool holds in memory before it takes a file.
const spoolMemory = 1 << 20

// A Spool takes bytes of any length and gives them back: in memory up to 1 MiB, then in a temporary file that has no name, so
// that nothing is left of it whatever happens to us. Write appends, Read and Seek work on what was written, each with its own
// position. The zero value is empty, and its file goes to the system's folder for such. It is for one goroutine at a time.
type Spool struct {
	folder string // of the file; "" takes the system's
	memory []byte
	file   *os.File
	size   int64
	at     int64 // where Read goes on
	closed bool
}

// NewSpool makes a spool whose file, if it needs one, lies in a folder; "" is the system's.
func NewSpool(folder string) *Spool { return &Spool{folder: folder} }

// Size is how many bytes were written.
func (s *Spool) Size() int64 { return s.size }

// Write appends. Errors: Unavailable, where there is no room or no folder.
func (s *Spool) Write(p []byte) (int, error) {
	if s.closed {
		return 0, os.ErrClosed
	}
	if s.file == nil && len(s.memory)+len(p) <= spoolMemory {
		s.memory = append(s.memory, p...)
		s.size += int64(len(p))
		return len(p), nil
	}
	if err := s.spill(); err != nil {
		return 0, fmt.Errorf("spool: %w: %w", iru.Unavailable, err)
	}
	n, err := s.file.WriteAt(p, s.size)
	s.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("spool: %w: %w", iru.Unavailable, err)
	}
	return n, nil
}

// spill moves what is in memory to a file.
func (s *Spool) spill() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp(s.folder, "iolaus-*")
	if err != nil {
		return err
	}
	if err = os.Remove(f.Name()); err == nil {
		_, err = f.WriteAt(s.memory, 0)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.file, s.memory = f, nil
	return nil
}

// Read reads on from the position that Seek set, at first from the beginning.
func (s *Spool) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p, s.at)
	s.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// ReadAt reads from an offset, as io.ReaderAt has it.
func (s *Spool) ReadAt(p []byte, offset int64) (int, error) {
	switch {
	case s.closed:
		return 0, os.ErrClosed
	case offset < 0:
		return 0, fmt.Errorf("spool: %w: offset %d", iru.Invalid, offset)
	case len(p) == 0:
		return 0, nil
	case offset >= s.size:
		return 0, io.EOF
	case s.file != nil:
		return s.file.ReadAt(p, offset)
	}
	n := copy(p, s.memory[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Seek sets where Read goes on.
func (s *Spool) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if s.closed {
		return 0, os.ErrClosed
	}
	if offset < 0 || whence < 0 || whence > 2 {
		return 0, fmt.Errorf("spool: %w: seek to %d", iru.Invalid, offset)
	}
	s.at = offset
	return offset, nil
}

// shorten takes n bytes from the end.
func (s *Spool) shorten(n int64) error {
	s.size -= n
	if s.file == nil {
		s.memory = s.memory[:s.size]
		return nil
	}
	return s.file.Truncate(s.size)
}

// Close gives memory and file back. A nil spool and a closed one close without an error.
func (s *Spool) Close() error {
	if s == nil || s.closed {
		return nil
	}
	s.closed, s.memory = true, nil
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
