// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Refresh takes over what the writing process has made durable since; it costs two reads of small files when that is nothing. In the
// writing process itself there is nothing to do. Errors: Internal for a damaged file, which keeps its name until a writer opens the
// folder, Unavailable; the view stays as it was.
func (x *Index) Refresh() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.options.Follow || x.closed {
		return nil
	}
	return fault("follow index", x.follow())
}

// follow reads the manifest until it finds all files that one names: a writer replaces it and deletes the old ones.
func (x *Index) follow() error {
	for try := 0; ; try++ {
		err := x.followOnce()
		if errors.Is(err, fs.ErrNotExist) && try < 100 {
			continue
		}
		return err
	}
}

func (x *Index) followOnce() error {
	m, raw, err := readManifest(x.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist): // not begun yet
		if x.latest.Load() == nil {
			x.publish()
		}
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", manifestName, err)
	}
	if bytes.Equal(raw, x.raw) {
		if grew, err := x.readOn(x.m.Tail, &x.tail, x.file); err != nil || !grew {
			return err
		}
		x.publish()
		return nil
	}
	opened := map[string]*mapped{}
	undo := func() {
		for _, s := range opened {
			_ = unmap(s.data)
		}
	}
	for _, p := range m.Segments {
		if p.File == "" || x.open[p.File] != nil {
			continue
		}
		s, err := openSegment(x.dir, p.File)
		if err != nil {
			undo()
			return fmt.Errorf("%s: %w", p.File, err)
		}
		opened[p.File] = s
	}
	d, t, f := x.dead, x.tail, x.file
	if m.Dead != x.m.Dead {
		d = nil
		if m.Dead != "" {
			d, err = readDead(x.path(m.Dead))
		}
	}
	if err == nil && m.Tail != x.m.Tail {
		t = tail{}
		f, err = os.Open(x.path(m.Tail))
	}
	if err == nil {
		_, err = x.readOn(m.Tail, &t, f)
	}
	if err != nil {
		if f != x.file && f != nil {
			f.Close()
		}
		undo()
		return err
	}
	if f != x.file && x.file != nil {
		x.file.Close()
	}
	open := map[string]*mapped{}
	for _, p := range m.Segments {
		if s := x.open[p.File]; s != nil {
			open[p.File] = s
		} else if s := opened[p.File]; s != nil {
			open[p.File] = s
		}
	}
	x.m, x.raw, x.dead, x.tail, x.file, x.open = m, raw, d, t, f, open
	x.publish()
	return nil
}

// readOn reads the records that a tail got since.
func (x *Index) readOn(file string, t *tail, f *os.File) (grew bool, err error) {
	b, err := io.ReadAll(io.NewSectionReader(f, t.size, 1<<62))
	if err != nil {
		return false, err
	}
	before := t.size
	t.take(file, b)
	return t.size > before, nil
}
