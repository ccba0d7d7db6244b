// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"iolaus/internal/iru"
)

// A Disk is a Store in a folder: sha256/ab/cd/<digest>, files of mode 0400, folders of mode 0700. Bytes are written to tmp/,
// synced and only then linked to their name, so a name never stands for half a file, whenever the program or the machine dies.
type Disk struct {
	root string

	mu     sync.Mutex
	synced map[string]bool // folders whose own entry is known to be on the disk
}

// OpenDisk opens or makes the store in a folder and sweeps what killed puts left. Errors: Forbidden, Unavailable.
func OpenDisk(root string) (*Disk, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fault("open store", err)
	}
	if err := os.MkdirAll(filepath.Dir(root), 0o700); err != nil {
		return nil, fault("open store", err)
	}
	d := &Disk{root: root, synced: map[string]bool{}}
	for _, p := range []string{root, filepath.Join(root, "tmp"), filepath.Join(root, "sha256")} {
		if err := d.folder(p); err != nil {
			return nil, fault("open store", err)
		}
	}
	if _, err := d.Sweep(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Disk) path(digest string) string {
	return filepath.Join(d.root, "sha256", digest[:2], digest[2:4], digest)
}

// Put implements Store.
func (d *Disk) Put(ctx context.Context, r io.Reader) (digest string, size int64, err error) {
	f, err := d.temporary()
	if err != nil {
		return "", 0, fault("store bytes", err)
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	h := sha256.New()
	from := &source{ctx: ctx, r: r}
	size, err = io.Copy(io.MultiWriter(f, h), from)
	switch {
	case from.err != nil:
		return "", 0, fmt.Errorf("store bytes: read them: %w", from.err)
	case err != nil:
		return "", 0, fault("store bytes", err)
	}
	if err := f.Chmod(0o400); err != nil {
		return "", 0, fault("store bytes", err)
	}
	if err := f.Sync(); err != nil {
		return "", 0, fault("store bytes", err)
	}
	digest = hex.EncodeToString(h.Sum(nil))
	if err := d.link(ctx, f.Name(), digest); err != nil {
		return "", 0, err
	}
	return digest, size, nil
}

// link gives a finished file its name and makes the name last.
func (d *Disk) link(ctx context.Context, from, digest string) error {
	to := d.path(digest)
	low := filepath.Dir(to)
	for _, p := range []string{filepath.Dir(low), low} {
		if err := d.folder(p); err != nil {
			return fault("store "+digest, err)
		}
	}
	err := os.Link(from, to)
	if errors.Is(err, fs.ErrExist) {
		if err := d.Verify(ctx, digest); err != nil {
			return fmt.Errorf("store %s again: %w", digest, err)
		}
	} else if err != nil {
		return fault("store "+digest, err)
	}
	if err := settle(low); err != nil { // also for a name that another put has only just made
		return fault("store "+digest, err)
	}
	return nil
}

// Open implements Store.
func (d *Disk) Open(_ context.Context, digest string) (File, error) {
	if err := Check(digest); err != nil {
		return nil, err
	}
	f, err := os.Open(d.path(digest))
	if err != nil {
		return nil, absent("open "+digest, err)
	}
	return f, nil
}

// Remove implements Store.
func (d *Disk) Remove(_ context.Context, digest string) error {
	if err := Check(digest); err != nil {
		return err
	}
	p := d.path(digest)
	if err := os.Remove(p); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fault("remove "+digest, err)
	}
	if err := settle(filepath.Dir(p)); err != nil {
		return fault("remove "+digest, err)
	}
	return nil
}

// Stat implements Store.
func (d *Disk) Stat(_ context.Context, digest string) (int64, error) {
	if err := Check(digest); err != nil {
		return 0, err
	}
	i, err := os.Lstat(d.path(digest))
	if err != nil {
		return 0, absent("look for "+digest, err)
	}
	if !i.Mode().IsRegular() {
		return 0, fmt.Errorf("look for %s: %w: %s is no plain file", digest, iru.Conflict, d.path(digest))
	}
	return i.Size(), nil
}

// Verify implements Store.
func (d *Disk) Verify(ctx context.Context, digest string) error {
	f, err := d.Open(ctx, digest)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	from := &source{ctx: ctx, r: f}
	if _, err := io.Copy(h, from); err != nil {
		return fault("verify "+digest, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != digest {
		return fmt.Errorf("verify %s: %w: the bytes on disk are damaged, their SHA-256 is %s; restore %s from a backup",
			digest, iru.Conflict, got, d.path(digest))
	}
	return nil
}

// temporary makes a file in tmp/ and locks it: the lock, which dies with its process, tells a put under way from a leftover.
func (d *Disk) temporary() (*os.File, error) {
	for range 100 {
		name := filepath.Join(d.root, "tmp", "put-"+rand.Text())
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		if err := flock(f, syscall.LOCK_EX); err != nil {
			f.Close()
			os.Remove(name)
			return nil, err
		}
		if _, err := os.Lstat(name); err == nil {
			return f, nil
		}
		f.Close() // a sweep came between making and locking it
	}
	return nil, errors.New("files in tmp/ vanish as soon as they are made")
}

// Sweep removes what killed puts left in tmp/ and returns how many files that were. Puts under way, also of other processes,
// are left alone. Errors: Forbidden, Unavailable.
func (d *Disk) Sweep() (removed int, err error) {
	entries, err := os.ReadDir(filepath.Join(d.root, "tmp"))
	if err != nil {
		return 0, fault("sweep store", err)
	}
	for _, e := range entries {
		name := filepath.Join(d.root, "tmp", e.Name())
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return removed, fault("sweep store", err)
		}
		if flock(f, syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			if err = os.Remove(name); err == nil {
				removed++
			}
		}
		f.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, fault("sweep store", err)
		}
	}
	return removed, nil
}

// folder makes a folder and syncs the one above, so that the entry lasts.
func (d *Disk) folder(path string) error {
	d.mu.Lock()
	known := d.synced[path]
	d.mu.Unlock()
	if known {
		return nil
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := settle(filepath.Dir(path)); err != nil {
		return err
	}
	d.mu.Lock()
	d.synced[path] = true
	d.mu.Unlock()
	return nil
}

// settle makes the entries of a folder last.
func settle(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR {
			return err
		}
	}
}

// A source stops when its context ends and remembers what its reader failed with.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = fmt.Errorf("%w: %w", iru.Unavailable, err)
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// absent is fault for a name that may not be there.
func absent(what string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", what, iru.NotFound)
	}
	return fault(what, err)
}

// fault gives an error of the disk its kind and says what to do.
func fault(what string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s: %w: %w; give the service's user the right to the folder", what, iru.Forbidden, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%s: %w: the disk is full: %w; free space or raise the quota, then try again", what, iru.Unavailable, err)
	}
	return fmt.Errorf("%s: %w: %w", what, iru.Unavailable, err)
}
