// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxBundle is the greatest length of an entry bundle: 256 entries of 65,535 bytes and their lengths.
const maxBundle = tileWidth * (2 + 0xffff)

// VerifyDir checks an exported folder (c2sp.org/tlog-tiles) by itself: checkpoint, entries, tiles, and that nothing under tile/ is
// there that the checkpoint does not cover. Partial tiles of an earlier size may be left over if they agree. Checkpoints given as
// kept are such as Verify takes: the folder must extend them. An error means that the folder could not be read or a kept
// checkpoint is not of this log; what is wrong with the folder is in the report.
func VerifyDir(fsys fs.FS, v note.Verifier, origin string, kept ...[]byte) (Report, error) {
	d := &folder{fsys: fsys, tiles: make(map[int]loaded)}
	var err error
	if d.signed, err = d.read(checkpointPath, MaxCheckpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Report{}, fmt.Errorf("verify ledger folder: %w", err)
	}
	open := func(signed []byte) (Checkpoint, error) { return Open(signed, v, origin) }
	a := &audit{src: d, stored: d, stride: tileHeight, quiet: true, open: open}
	if err := a.keep(kept); err != nil {
		return Report{}, fmt.Errorf("verify ledger folder: %w", err)
	}
	c, err := open(d.signed)
	if err != nil { // without it nothing else can be judged
		return Report{Faults: []Fault{{Index: 0, Kind: BadSigning, Detail: fmt.Sprintf("the file %s: %v", checkpointPath, err)}}}, nil
	}
	d.size = c.Size
	d.faultf = a.faultf
	if err := a.run(); err != nil {
		return Report{}, fmt.Errorf("verify ledger folder: %w", err)
	}
	if err := d.walk(); err != nil {
		return Report{}, fmt.Errorf("verify ledger folder: %w", err)
	}
	a.report.sort()
	return a.report, nil
}

// folder is an exported folder as a Source. It reports by itself what is wrong with its files.
type folder struct {
	fsys   fs.FS
	signed []byte
	size   int64
	tiles  map[int]loaded // the last tile read of each level
	faultf func(index int64, kind, format string, args ...any)
}

type loaded struct {
	n    int64
	data []byte
}

func (d *folder) Size() (int64, error) { return d.size, nil }

func (d *folder) Checkpoints(from, to int64) iter.Seq2[StoredCheckpoint, error] {
	return func(yield func(StoredCheckpoint, error) bool) {
		if from <= d.size && d.size < to {
			yield(StoredCheckpoint{Size: d.size, Signed: d.signed}, nil)
		}
	}
}

func (d *folder) Events(from, to int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for i := from; i < min(to, d.size); {
			n := i / tileWidth
			data, err := d.load(entries, n)
			if err != nil {
				yield(Event{}, err)
				return
			}
			end := min((n+1)*tileWidth, d.size)
			at := n * tileWidth
			for ; at < end && len(data) > 0; at++ {
				leaf, rest, err := cutEntry(data)
				if err != nil {
					leaf, rest = data, nil // no event: it fails at this entry
				}
				data = rest
				if at >= i && at < to && !yield(Event{Index: at, Leaf: leaf}, nil) {
					return
				}
			}
			i = end
		}
	}
}

func (d *folder) Hashes(from, to int64) iter.Seq2[StoredHash, error] {
	return func(yield func(StoredHash, error) bool) {
		for number := from; number < min(to, tlog.StoredHashCount(d.size)); number++ {
			level, n := tlog.SplitStoredHashIndex(number)
			if level%tileHeight != 0 {
				continue
			}
			data, err := d.load(level/tileHeight, n/tileWidth)
			if err != nil {
				yield(StoredHash{}, err)
				return
			}
			if at := int(n%tileWidth) * tlog.HashSize; data != nil {
				if !yield(StoredHash{number, tlog.Hash(data[at : at+tlog.HashSize])}, nil) {
					return
				}
			}
		}
	}
}

// ReadHashes reads single hashes, also those inside tiles; one whose tile is missing is the zero hash.
func (d *folder) ReadHashes(numbers []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(numbers))
	for i, number := range numbers {
		level, n := tlog.SplitStoredHashIndex(number)
		t := tileOf(level/tileHeight, n<<(level%tileHeight)/tileWidth, d.size)
		data, err := d.load(t.L, t.N)
		if err != nil {
			return nil, err
		}
		if data != nil {
			if out[i], err = tlog.HashFromTile(t, data, number); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// load reads a tile or bundle as wide as the size asks for. What is missing or of a wrong length is reported once and comes back
// as nil.
func (d *folder) load(level int, n int64) ([]byte, error) {
	if had, ok := d.tiles[level]; ok && had.n == n {
		return had.data, nil
	}
	t := tileOf(level, n, d.size)
	limit := tileWidth * tlog.HashSize
	if level == entries {
		limit = maxBundle
	}
	path := tilePath(t)
	data, err := d.read(path, limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		data = nil
		d.wrong(t, path, "is missing")
	case err != nil:
		return nil, err
	default:
		data = d.fit(t, path, data)
	}
	d.tiles[level] = loaded{n, data}
	return data, nil
}

// fit reports a file that does not hold as much as it must.
func (d *folder) fit(t tlog.Tile, path string, data []byte) []byte {
	if t.L != entries {
		if len(data) != t.W*tlog.HashSize {
			d.wrong(t, path, fmt.Sprintf("has %d bytes, not %d", len(data), t.W*tlog.HashSize))
			return nil
		}
		return data
	}
	rest, first := data, t.N*tileWidth
	for i := range int64(t.W) {
		var err error
		if len(rest) == 0 {
			d.faultf(first+i, Removed, "the file %s ends after %d of %d entries", path, i, t.W)
			return data
		}
		if _, rest, err = cutEntry(rest); err != nil {
			return data // the entry itself fails
		}
	}
	if len(rest) > 0 {
		d.faultf(first+int64(t.W), Added, "the file %s has %d bytes after its %d entries", path, len(rest), t.W)
	}
	return data[:len(data)-len(rest)]
}

func (d *folder) wrong(t tlog.Tile, path, what string) {
	if t.L == entries {
		d.faultf(t.N*tileWidth, Removed, "the file %s of %d entries %s", path, t.W, what)
		return
	}
	d.faultf(t.N*tileWidth<<(tileHeight*t.L), BadHash, "the file %s of %d hashes %s", path, t.W, what)
}

// cutTile returns the first w items of a tile or bundle, or what there is of them.
func cutTile(level int, data []byte, w int) []byte {
	if level != entries {
		return data[:min(len(data), w*tlog.HashSize)]
	}
	rest := data
	for range w {
		_, next, err := cutEntry(rest)
		if err != nil {
			return data
		}
		rest = next
	}
	return data[:len(data)-len(rest)]
}

// read reads a file; one byte beyond the limit is enough to make it fail later.
func (d *folder) read(path string, limit int) ([]byte, error) {
	f, err := d.fsys.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}

// walk looks for files that no checkpoint covers.
func (d *folder) walk() error {
	err := fs.WalkDir(d.fsys, "tile", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		t, bad := parseTilePath(path)
		if bad != nil {
			d.faultf(d.size, Added, "the file %s is no part of a log", path)
			return nil
		}
		want := tileOf(t.L, t.N, d.size)
		switch {
		case t == want: // read in the pass
			return nil
		case t.W > want.W:
			d.faultf(d.size, Added, "the file %s is beyond the %d entries of the checkpoint", path, d.size)
			return nil
		}
		whole, err := d.load(t.L, t.N)
		if err != nil || whole == nil {
			return err
		}
		data, err := d.read(path, maxBundle)
		if err != nil {
			return err
		}
		if !bytes.Equal(data, cutTile(t.L, whole, t.W)) {
			d.faultf(t.N*tileWidth<<(tileHeight*max(t.L, 0)), BadHash, "the file %s of an earlier size is not the beginning of its successor", path)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // an empty log has no tiles; a missing one was reported
	}
	return err
}
