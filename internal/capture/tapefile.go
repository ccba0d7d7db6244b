// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"iolaus/internal/iru"
)

// A tapeGate is the WARC file while it grows. Once shut it takes nothing more, so that what was cut stays cut.
type tapeGate struct {
	*os.File
	mu sync.Mutex
	no error
}

// openGate opens or makes the file and cuts it at size. Errors: Conflict where it is shorter, Unavailable.
func openGate(name string, size int64) (*tapeGate, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open WARC file: %w: %w", iru.Unavailable, err)
	}
	i, err := f.Stat()
	if err == nil && i.Size() < size {
		f.Close()
		return nil, fmt.Errorf("open WARC file: %w: it has %d bytes, of which its journal acknowledged %d", iru.Conflict, i.Size(), size)
	}
	if err == nil && i.Size() > size {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open WARC file: %w: %w", iru.Unavailable, err)
	}
	return &tapeGate{File: f}, nil
}

// Write appends; exhibit.Writer calls it in turn.
func (g *tapeGate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.no != nil {
		return 0, g.no
	}
	return g.File.Write(p)
}

// sync returns when what was written is on the disk.
func (g *tapeGate) sync() error {
	if err := g.File.Sync(); err != nil {
		return fmt.Errorf("write WARC file: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// shut ends the writing and cuts the file at size, if it is longer.
func (g *tapeGate) shut(size int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.no = errors.New("the tape failed before")
	i, err := g.Stat()
	if err == nil && i.Size() > size {
		err = g.Truncate(size)
	}
	if err == nil {
		err = g.File.Sync()
	}
	if err != nil {
		return fmt.Errorf("cut WARC file: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync folder: %w: %w", iru.Unavailable, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w: %w", iru.Unavailable, err)
	}
	return nil
}
