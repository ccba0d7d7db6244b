// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"filippo.io/torchwood"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"k8s.io/klog/v2"
	"pgregory.net/rapid"
)

// exported writes a log into memory and makes sure that the checkpoint comes last.
func exported(t testing.TB, s *store, signed []byte) fstest.MapFS {
	t.Helper()
	dir := fstest.MapFS{}
	err := Export(s, signed, func(path string, data []byte) error {
		if dir[path] != nil || dir[checkpointPath] != nil {
			t.Fatalf("%s is written twice or after the checkpoint", path)
		}
		dir[path] = &fstest.MapFile{Data: data}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func toDisk(t testing.TB, dir fstest.MapFS) string {
	t.Helper()
	root := t.TempDir()
	for path, file := range dir {
		path = filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// tessera runs the checker of github.com/transparency-dev/tessera on a folder. A worker of it ends with its first fault, and with a
// single worker the whole check then waits for ever.
func tessera(root string, v note.Verifier) error {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	leafHashes := func(bundle []byte) ([][]byte, error) {
		var b api.EntryBundle
		if err := b.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		var hashes [][]byte
		for _, e := range b.Entries {
			hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(e))
		}
		return hashes, nil
	}
	return fsck.New(origin, v, client.FileFetcher{Root: root}, leafHashes, fsck.Opts{N: 4}).Check(context.Background())
}

func TestTesseraAcceptsAnExportAndRefusesAFlippedByte(t *testing.T) {
	key, v := testKey(t, origin, 1)
	for _, size := range []int64{0, 1, 255, 256, 257, 70_000} {
		s := newStore(t, key, size)
		dir := exported(t, s, s.heads[0].Signed)
		r, err := VerifyDir(dir, v, origin)
		if err != nil || r.Err() != nil || r.Size != size || r.Root != mustRoot(s) || r.Checkpoints != 1 {
			t.Fatalf("%d entries: %+v, %v", size, r, err)
		}
		root := toDisk(t, dir)
		if err := tessera(root, v); err != nil {
			t.Fatalf("%d entries: tessera: %v", size, err)
		}
		if r, err := VerifyDir(os.DirFS(root), v, origin); err != nil || r.Err() != nil {
			t.Fatalf("%d entries on disk: %+v, %v", size, r, err)
		}
		paths := slices.Sorted(maps.Keys(dir))
		switch size {
		case 0:
			if !slices.Equal(paths, []string{"checkpoint"}) {
				t.Fatalf("an empty log has the files %q", paths)
			}
		case 70_000: // the example of c2sp.org/tlog-tiles
			for _, path := range []string{"tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/272", "tile/entries/273.p/112"} {
				if dir[path] == nil {
					t.Fatalf("70,000 entries: no file %s among %q", path, paths)
				}
			}
			if len(paths) != 2*274+2+1+1 {
				t.Fatalf("70,000 entries: %d files", len(paths))
			}
			paths = []string{"tile/0/100", "tile/1/000", "tile/2/000.p/1", "tile/entries/100", "tile/entries/273.p/112"}
		}
		for i, path := range paths {
			data := bytes.Clone(dir[path].Data)
			data[len(data)/2] ^= 1 << (i % 8)
			altered := maps.Clone(dir)
			altered[path] = &fstest.MapFile{Data: data}
			r, err := VerifyDir(altered, v, origin)
			if err != nil || r.Err() == nil {
				t.Errorf("%d entries: a flipped byte in %s is not found: %v", size, path, err)
			}
			disk := filepath.Join(root, filepath.FromSlash(path))
			if err := os.WriteFile(disk, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := tessera(root, v); err == nil {
				t.Errorf("%d entries: tessera takes a flipped byte in %s", size, path)
			}
			if err := os.WriteFile(disk, dir[path].Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTorchwoodReadsAnExport(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 700)
	files, err := torchwood.NewTileFS(exported(t, s, s.heads[0].Signed))
	if err != nil {
		t.Fatal(err)
	}
	c, err := torchwood.NewClient(files)
	if err != nil {
		t.Fatal(err)
	}
	head, err := Open(s.heads[0].Signed, v, origin)
	if err != nil {
		t.Fatal(err)
	}
	next := int64(0)
	for i, leaf := range c.AllEntries(context.Background(), tlog.Tree{N: head.Size, Hash: head.Root}, 0) {
		if i != next || !bytes.Equal(leaf, testLeaf(i)) {
			t.Fatalf("entry %d is %q", i, leaf)
		}
		next++
	}
	if c.Err() != nil || next != 700 {
		t.Fatalf("%d entries, %v", next, c.Err())
	}
}

func TestTilePaths(t *testing.T) {
	for path, tile := range map[string]tlog.Tile{
		"tile/0/x001/x234/067":      {H: 8, L: 0, N: 1234067, W: 256},
		"tile/0/x001/x234/067.p/8":  {H: 8, L: 0, N: 1234067, W: 8},
		"tile/entries/000.p/1":      {H: 8, L: -1, N: 0, W: 1},
		"tile/entries/x001/234":     {H: 8, L: -1, N: 1234, W: 256},
		"tile/63/999":               {H: 8, L: 63, N: 999, W: 256},
		"tile/2/x999/x999/999.p/99": {H: 8, L: 2, N: 999_999_999, W: 99},
	} {
		if got := tilePath(tile); got != path {
			t.Errorf("%v is at %s, wanted %s", tile, got, path)
		}
		if got, err := parseTilePath(path); err != nil || got != tile {
			t.Errorf("%s is %v, wanted %v, %v", path, got, tile, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		tile := tlog.Tile{H: 8, L: rapid.IntRange(-1, 63).Draw(t, "level"), N: rapid.Int64Range(0, 1<<50).Draw(t, "n"), W: rapid.IntRange(1, 256).Draw(t, "width")}
		if got := tilePath(tile); got != torchwood.TilePath(tile) {
			t.Fatalf("%v is at %s, torchwood says %s", tile, got, torchwood.TilePath(tile))
		}
		if got, err := parseTilePath(tilePath(tile)); err != nil || got != tile {
			t.Fatalf("%v came back as %v, %v", tile, got, err)
		}
	})
	for _, path := range []string{"", "tile", "tile/", "tile/0", "tile/0/0", "tile/0/0000", "tile/0/x000/001", "tile/00/001", "tile/data/001", "tile/8/0/001",
		"tile/0/001.p/0", "tile/0/001.p/256", "tile/0/001.p/01", "tile/-1/001", "tile/0/001/", "tile/entries/1.p", "checkpoint", "tile/0/" + strings.Repeat("x999/", 12) + "999"} {
		if got, err := parseTilePath(path); err == nil {
			t.Errorf("%q is taken for %v", path, got)
		}
	}
}

func TestFolderFaultsAreNamed(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 300, 1000)
	whole := exported(t, s, s.heads[1].Signed)
	leaf := len(appendEntry(nil, testLeaf(0)))
	older := func(path string, width int) []byte { return cutTile(entriesOrHashes(path), whole[path].Data, width) }
	for _, c := range []struct {
		name, path string
		change     func([]byte) []byte
		kind       string
		index      int64
		faults     int
	}{
		{"entry", "tile/entries/000", func(b []byte) []byte { b[17*leaf+40] ^= 1; return b }, Flipped, 17, 1},
		{"length of an entry", "tile/entries/001", func(b []byte) []byte { b[0] ^= 1; return b }, Flipped, 256, 1},
		{"length of a later entry", "tile/entries/001", func(b []byte) []byte { b[17*(leaf+2)] ^= 0xff; return b }, Flipped, 0, 0},
		{"two entries swapped", "tile/entries/000", func(b []byte) []byte {
			first := bytes.Clone(b[:leaf])
			copy(b, b[leaf:2*leaf])
			copy(b[leaf:], first)
			return b
		}, Reordered, 0, 1},
		{"entry removed", "tile/entries/003.p/232", func(b []byte) []byte { return cutTile(entries, b, 231) }, Removed, 999, 1},
		{"entry added", "tile/entries/003.p/232", func(b []byte) []byte { return appendEntry(b, testLeaf(1)) }, Added, 1000, 1},
		{"bundle missing", "tile/entries/001", func([]byte) []byte { return nil }, Removed, 256, 1},
		{"leaf hash", "tile/0/000", func(b []byte) []byte { b[17*32] ^= 1; return b }, BadHash, 17, 1},
		{"hash of a tile", "tile/1/000.p/3", func(b []byte) []byte { b[2*32] ^= 1; return b }, BadHash, 2 * 256, 1},
		{"tile missing", "tile/0/002", func([]byte) []byte { return nil }, BadHash, 2 * 256, 1},
		{"upper tile missing", "tile/1/000.p/3", func([]byte) []byte { return nil }, BadHash, 0, 1},
		{"tile too short", "tile/0/002", func(b []byte) []byte { return b[:len(b)-1] }, BadHash, 2 * 256, 1},
		{"tile too long", "tile/0/002", func(b []byte) []byte { return append(b, 0) }, BadHash, 2 * 256, 1},
		{"checkpoint", "checkpoint", func(b []byte) []byte { b[30] ^= 1; return b }, BadSigning, 0, 1},
		{"checkpoint missing", "checkpoint", func([]byte) []byte { return nil }, BadSigning, 0, 1},
		{"tile beyond", "tile/0/004.p/1", func([]byte) []byte { return make([]byte, 32) }, Added, 1000, 1},
		{"wider tile", "tile/0/003", func([]byte) []byte { return make([]byte, 8192) }, Added, 1000, 1},
		{"level beyond", "tile/2/000.p/1", func([]byte) []byte { return make([]byte, 32) }, Added, 1000, 1},
		{"far beyond", "tile/0/x999/x999/x999/x999/x999/999", func([]byte) []byte { return make([]byte, 32) }, Added, 1000, 1},
		{"foreign file", "tile/0/readme.txt", func([]byte) []byte { return []byte("rain") }, Added, 1000, 1},
		{"older partial", "tile/0/001.p/44", func([]byte) []byte { return older("tile/0/001", 44) }, "", 0, 0},
		{"older bundle", "tile/entries/001.p/44", func([]byte) []byte { return older("tile/entries/001", 44) }, "", 0, 0},
		{"older partial, altered", "tile/0/001.p/44", func([]byte) []byte { return append(bytes.Clone(older("tile/0/001", 43)), make([]byte, 32)...) }, BadHash, 256, 1},
		{"older bundle, altered", "tile/entries/001.p/44", func([]byte) []byte { return older("tile/entries/001", 43) }, BadHash, 256, 1},
	} {
		dir := maps.Clone(whole)
		var before []byte
		if f := dir[c.path]; f != nil {
			before = bytes.Clone(f.Data)
		}
		if data := c.change(before); data != nil {
			dir[c.path] = &fstest.MapFile{Data: data}
		} else {
			delete(dir, c.path)
		}
		r, err := VerifyDir(dir, v, origin)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.name == "length of a later entry" { // the bundle falls apart from there on; what matters is where it begins
			if len(r.Faults) == 0 || r.Faults[0].Kind != Flipped || r.Faults[0].Index < 256+16 || r.Faults[0].Index > 256+18 {
				t.Errorf("%s: found%s", c.name, names(r.Faults))
			}
			continue
		}
		if len(r.Faults) != c.faults || c.faults > 0 && (r.Faults[0].Kind != c.kind || r.Faults[0].Index != c.index) {
			t.Errorf("%s: wanted %d faults, %s at %d, found%s", c.name, c.faults, c.kind, c.index, names(r.Faults))
		}
	}
}

func entriesOrHashes(path string) int {
	t, err := parseTilePath(path)
	if err != nil {
		panic(err)
	}
	return t.L
}

// A log that grows is exported into the same folder again.
func TestExportOfAGrownLog(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 100, 300, 1000)
	dir := fstest.MapFS{}
	for _, head := range s.heads {
		maps.Copy(dir, exported(t, s, head.Signed))
		if r, err := VerifyDir(dir, v, origin); err != nil || r.Err() != nil || r.Size != head.Size {
			t.Fatalf("at %d: %+v, %v", head.Size, r, err)
		}
	}
	if err := tessera(toDisk(t, dir), v); err != nil {
		t.Fatal(err)
	}
}

// What a folder was once, a checkpoint kept elsewhere shows.
func TestFolderThatWasCutBack(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 100, 300)
	was, is := exported(t, s, s.heads[0].Signed), exported(t, s, s.heads[1].Signed)
	if r, err := VerifyDir(is, v, origin, s.heads[0].Signed, s.heads[1].Signed); err != nil || r.Err() != nil {
		t.Errorf("a folder that grew: %+v, %v", r, err)
	}
	if r, err := VerifyDir(was, v, origin, s.heads[1].Signed); err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != Removed || r.Faults[0].Index != 100 {
		t.Errorf("a folder that was cut back: %+v, %v", r, err)
	}
	other := &store{}
	other.grow(t, key, append([][]byte{forged(0)}, testLeaves(1, 50)...))
	if r, err := VerifyDir(is, v, origin, other.heads[0].Signed); err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != BadSigning || r.Faults[0].Index != 50 {
		t.Errorf("another history: %+v, %v", r, err)
	}
	if _, err := VerifyDir(is, v, origin, []byte("rain")); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a kept checkpoint that is none: %v", err)
	}
}

func TestExportRefusesALogThatIsNotWhole(t *testing.T) {
	key, v := testKey(t, origin, 1)
	whole := newStore(t, key, 300)
	full := errors.New("disk full")
	for name, change := range map[string]func(*store) error{
		"flipped":   func(s *store) error { s.flip(17); return ErrRoot },
		"swapped":   func(s *store) error { s.swap(17, 18); return ErrRoot },
		"malformed": func(s *store) error { s.events[17].Leaf = []byte("rain"); return ErrLeaf },
		"removed":   func(s *store) error { s.remove(17); return nil },
		"last lost": func(s *store) error { s.remove(299); return nil },
		"doubled":   func(s *store) error { s.insert(17, 17, testLeaf(300)); return nil },
		"unsigned":  func(s *store) error { s.heads[0].Signed = []byte("rain"); return ErrCheckpoint },
		"full":      func(s *store) error { return full },
	} {
		s := whole.clone()
		want := change(s)
		err := Export(s, s.heads[0].Signed, func(path string, data []byte) error {
			if path == checkpointPath {
				t.Errorf("%s: a checkpoint was written", name)
			}
			if name == "full" {
				return full
			}
			return nil
		})
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := VerifyDir(exported(t, whole, whole.heads[0].Signed), v, "other.test"); err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != BadSigning {
		t.Errorf("another origin: %+v, %v", r, err)
	}
}

// brokenFS fails to read one file.
type brokenFS struct {
	fs.FS
	path string
	err  error
}

func (b brokenFS) Open(path string) (fs.File, error) {
	if path == b.path {
		return nil, &fs.PathError{Op: "open", Path: path, Err: b.err}
	}
	return b.FS.Open(path)
}

func TestUnreadableFoldersAreErrors(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 300)
	dir := exported(t, s, s.heads[0].Signed)
	broken := errors.New("input/output error")
	for path := range dir {
		if _, err := VerifyDir(brokenFS{dir, path, broken}, v, origin); !errors.Is(err, broken) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if r, err := VerifyDir(fstest.MapFS{}, v, origin); err != nil || r.Err() == nil {
		t.Errorf("an empty folder: %+v, %v", r, err)
	}
}

func FuzzVerifyDir(f *testing.F) {
	key, v := testKey(f, origin, 1)
	s := newStore(f, key, 258)
	whole := exported(f, s, s.heads[0].Signed)
	f.Add("tile/0/000", []byte("rain"))
	f.Add("tile/entries/001.p/2", []byte{0, 1, 'a', 0xff})
	f.Add("tile/0/x999/x999/x999/x999/x999/x999/999", []byte{})
	f.Add("tile/entries/000.p/1", appendEntry(nil, testLeaf(0)))
	f.Add("checkpoint", s.heads[0].Signed)
	f.Fuzz(func(t *testing.T, path string, data []byte) {
		if !fs.ValidPath(path) || path == "." {
			return
		}
		dir := maps.Clone(whole)
		dir[path] = &fstest.MapFile{Data: data}
		r, err := VerifyDir(dir, v, origin)
		if err != nil || r.Err() != nil {
			return
		}
		// Whole: then the folder holds the log, and what was put in is nothing that belongs to a log.
		for p, file := range whole {
			if p != checkpointPath && !bytes.Equal(dir[p].Data, file.Data) {
				t.Fatalf("%s was replaced by %q and nothing is said", p, data)
			}
		}
		if tile, err := parseTilePath(path); err == nil && tile.W >= tileOf(tile.L, tile.N, s.size).W && whole[path] == nil {
			t.Fatalf("%s was added and nothing is said", path)
		}
		if path == checkpointPath {
			if c, err := Open(data, v, origin); err != nil || c.Root != mustRoot(s) {
				t.Fatalf("the checkpoint was replaced by %q and nothing is said", data)
			}
		}
	})
}
