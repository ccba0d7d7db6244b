// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"iolaus/internal/recognise/ring"
)

// recover reads the folder, sets aside what is damaged and deletes what does not count.
func (x *Index) recover() error {
	m, raw, err := readManifest(x.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, errDamaged):
		x.aside(manifestName, err)
	case err != nil:
		return err
	}
	m.Version = manifestVersion
	clean, err := os.ReadFile(x.path("clean"))
	trusted := err == nil && bytes.Equal(clean, raw)
	if err := os.Remove(x.path("clean")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := x.sweep(&m); err != nil {
		return err
	}
	changed := m.clone()
	for i, p := range m.Segments {
		if p.File == "" {
			continue
		}
		s, err := openSegment(x.dir, p.File)
		if err == nil && !trusted {
			if err = s.Verify(); err != nil {
				_ = unmap(s.data)
			}
		}
		if err != nil {
			if !lost(err) {
				return err
			}
			x.aside(p.File, err)
			changed.Segments[i].File = ""
			continue
		}
		x.open[p.File] = s
	}
	if m.Dead != "" {
		if x.dead, err = readDead(x.path(m.Dead)); err != nil {
			if !lost(err) {
				return err
			}
			x.aside(m.Dead, err)
			changed.Dead, changed.Doubt = "", true
		}
	}
	if err := x.readTail(&changed); err != nil {
		return err
	}
	return x.commit(changed)
}

// readTail opens the tail to append; it cuts a torn end off, and makes a new tail where there is none or it is damaged.
func (x *Index) readTail(m *manifest) error {
	var b []byte
	if m.Tail != "" {
		var err error
		if b, err = os.ReadFile(x.path(m.Tail)); err != nil && !lost(err) {
			return err
		}
		x.tail.take(m.Tail, b)
		rest := b[x.tail.size:]
		if err == nil && torn(m.Tail, rest) {
			if x.file, err = os.OpenFile(x.path(m.Tail), os.O_RDWR, 0); err != nil {
				return err
			}
			if len(rest) == 0 {
				return nil
			}
			if err := x.file.Truncate(x.tail.size); err != nil {
				return err
			}
			return x.file.Sync()
		}
		if err == nil {
			err = fmt.Errorf("%w: record %d is not what was written", errDamaged, x.tail.size/recordSize)
		}
		x.aside(m.Tail, err)
		m.Doubt = true
	}
	was := x.tail
	f, t, err := x.newTail(m, func(file string) (b []byte) {
		for i := range was.entries.Len() {
			b = appendRecord(b, file, added, was.entries.At(i))
		}
		for id := range was.gone {
			b = appendRecord(b, file, removed, ring.Entry{ID: id})
		}
		return b
	})
	x.file, x.tail = f, t
	return err
}

// newTail makes a tail of the records, which counts when m does.
func (x *Index) newTail(m *manifest, records func(file string) []byte) (f *os.File, t tail, err error) {
	m.Tail = m.name("tail")
	b := records(m.Tail)
	if err := create(x.path(m.Tail), func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
		return nil, t, err
	}
	t.take(m.Tail, b)
	f, err = os.OpenFile(x.path(m.Tail), os.O_RDWR, 0)
	return f, t, err
}

// lost says that a file is of no use, rather than out of reach.
func lost(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, ring.ErrDamaged) || errors.Is(err, fs.ErrNotExist)
}

// aside gives a damaged file another name, so that nobody takes it for good and somebody may look at it.
func (x *Index) aside(file string, why error) {
	_ = os.Rename(x.path(file), x.path(file+".damaged")) // it may be gone
	if x.options.Damaged != nil {
		x.options.Damaged(file, why)
	}
}

// sweep deletes the files of ours that do not count, and sees that no number is used again.
func (x *Index) sweep(m *manifest) error {
	all, err := os.ReadDir(x.dir)
	if err != nil {
		return err
	}
	for _, f := range all {
		name := strings.TrimSuffix(f.Name(), ".damaged")
		number, kind, _ := strings.Cut(name, ".")
		n, err := strconv.Atoi(number)
		ours := err == nil && (kind == "ring" || kind == "tail" || kind == "dead")
		if ours {
			m.Next = max(m.Next, n+1)
		}
		if ours && name == f.Name() && !m.names(name) || strings.HasSuffix(name, ".new") {
			if err := os.Remove(x.path(f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
