// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"iolaus/internal/iru"
	"iolaus/internal/recognise/ring"
)

// Entry is a fingerprint and its number in the store, which is above 0. One number has one fingerprint.
type Entry = ring.Entry

// Source is the store.
type Source interface {
	// After gives up to n entries with numbers above id, ascending. No number below one that it gave may appear later: what is being
	// written beside a greater number must be waited for.
	After(ctx context.Context, id int64, n int) ([]Entry, error)
	// Alive gives those of the numbers that the store still has.
	Alive(ctx context.Context, ids []int64) ([]int64, error)
}

// Options are what Open may be told. The zero value is good.
type Options struct {
	// Follow opens only to read: what another process writes, Refresh takes over.
	Follow bool
	// Damaged, when set, is told of each file that was set aside, and why.
	Damaged func(file string, err error)
	// Progress, when set, is told during Sync how many entries it has taken in and up to which number.
	Progress func(entries int, watermark int64)
}

// Index is the fingerprints of one medium in a folder. It is safe for concurrent use. Search, SearchMany, Len and Watermark wait for
// nobody; the others wait for each other, but Sync and Remove not for the work of a Merge.
type Index struct {
	dir     string
	options Options
	latest  atomic.Pointer[view]

	merging sync.Mutex // held before mu
	mu      sync.Mutex
	closed  bool
	broken  bool // what is on the disk is not certain
	lock    *os.File
	m       manifest
	raw     []byte // of the manifest that was followed
	file    *os.File
	tail    tail
	dead    dead
	open    map[string]*mapped
}

// Open opens the index in a folder, which a writer makes where there is none. A writer sets damaged files aside, and the next Sync
// reads their entries again; who follows refuses them. Errors: Conflict when another process writes, Internal for a damaged file that
// is followed, Unavailable.
func Open(dir string, o Options) (*Index, error) {
	x := &Index{dir: dir, options: o, open: map[string]*mapped{}}
	if o.Follow {
		if err := x.follow(); err != nil {
			return nil, fault("follow index", err)
		}
		return x, nil
	}
	if err := x.start(); err != nil {
		x.drop()
		return nil, fault("open index", err)
	}
	return x, nil
}

// start takes the lock and brings the folder in order.
func (x *Index) start() error {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return err
	}
	var err error
	if x.lock, err = os.OpenFile(x.path("lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if taken, err := lockFile(x.lock); taken {
		return iru.Refuse(iru.Conflict, "another process writes the index in "+x.dir, "open it to follow")
	} else if err != nil {
		return err
	}
	if err := x.recover(); err != nil {
		return err
	}
	x.publish()
	return nil
}

// publish makes what the fields say the latest view. mu is held.
func (x *Index) publish() {
	var segments []*mapped
	for _, p := range x.m.Segments {
		if s := x.open[p.File]; s != nil {
			segments = append(segments, s)
		}
	}
	old := x.latest.Swap(newView(segments, x.tail, x.dead, x.m.Watermark))
	if old != nil {
		old.release()
	}
}

// commit replaces the manifest, then what is in memory; the files that m no longer names go. mu is held.
func (x *Index) commit(m manifest) error {
	if err := replace(x.path(manifestName), m.encode()); err != nil {
		x.broken = true
		return err
	}
	old := x.m
	x.m = m
	for _, p := range old.Segments {
		if p.File != "" && !m.names(p.File) {
			delete(x.open, p.File) // the view still has it
			os.Remove(x.path(p.File))
		}
	}
	for _, file := range []string{old.Tail, old.Dead} {
		if file != "" && !m.names(file) {
			os.Remove(x.path(file))
		}
	}
	return nil
}

// Close ends the index; searches that run end by themselves.
func (x *Index) Close() error {
	x.merging.Lock()
	defer x.merging.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	var err error
	if !x.options.Follow && !x.broken {
		err = replace(x.path("clean"), x.m.encode())
	}
	x.drop()
	return fault("close index", err)
}

// drop lets go of everything.
func (x *Index) drop() {
	if v := x.latest.Swap(nil); v != nil {
		v.release()
	} else {
		for _, s := range x.open {
			_ = unmap(s.data)
		}
	}
	for _, f := range []*os.File{x.file, x.lock} {
		if f != nil {
			f.Close()
		}
	}
}

// ready says that the index may be changed. mu is held.
func (x *Index) ready() error {
	switch {
	case x.closed:
		return iru.Refuse(iru.Conflict, "the index is closed", "")
	case x.broken:
		return iru.Refuse(iru.Unavailable, "the index could not be written", "open it again")
	case x.options.Follow:
		return iru.Refuse(iru.Conflict, "the index is open to follow only", "open it to write")
	}
	return nil
}

func (x *Index) path(file string) string { return filepath.Join(x.dir, file) }

// fault gives an error of the disk its kind.
func fault(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, iru.Conflict), errors.Is(err, iru.Internal), errors.Is(err, iru.Unavailable), errors.Is(err, iru.Invalid),
		errors.Is(err, iru.NotFound), errors.Is(err, iru.Forbidden), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(err, errDamaged), errors.Is(err, ring.ErrDamaged):
		return fmt.Errorf("%s: %w: %w", doing, iru.Internal, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: %w: %w", doing, iru.Forbidden, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, iru.Unavailable, err)
}
