// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Export writes the log up to a signed checkpoint in the public layout of c2sp.org/tlog-tiles: entry bundles and tiles, full ones
// and the partial ones at the right edge, and at the very end the checkpoint, so that a reader who finds it finds everything.
// Paths are relative and use slashes; data may be kept by write. Everything is computed anew from the events: if they do not give
// the signed root, the error wraps ErrRoot, no checkpoint is written, and Verify says what is wrong.
func Export(src Source, signed []byte, write func(path string, data []byte) error) error {
	c, err := Peek(signed)
	if err != nil {
		return fmt.Errorf("export ledger: %w", err)
	}
	x := exporter{size: c.Size, write: write}
	for lo := int64(0); lo < c.Size; lo += block {
		if err := x.block(src, lo, min(lo+block, c.Size)); err != nil {
			return fmt.Errorf("export ledger: %w", err)
		}
	}
	for level := range x.tiles {
		if err := x.flush(level); err != nil {
			return fmt.Errorf("export ledger: %w", err)
		}
	}
	if root := x.edge.root(); root != c.Root {
		return fmt.Errorf("export ledger: the events up to size %d: %w: computed %v, signed %v; verify the ledger", c.Size, ErrRoot, root, c.Root)
	}
	if err := write(checkpointPath, signed); err != nil {
		return fmt.Errorf("export ledger: write %s: %w", checkpointPath, err)
	}
	return nil
}

type exporter struct {
	size    int64
	edge    edge
	scratch []tlog.Hash
	tiles   []openTile // tiles[0] the entry bundle, tiles[1] the tile of level 0, and so on
	write   func(path string, data []byte) error
}

// openTile is the tile of a level that is being filled.
type openTile struct {
	n    int64
	wide int
	data []byte
}

func (x *exporter) block(src Source, lo, hi int64) error {
	next := lo
	for e, err := range src.Events(lo, hi) {
		if err != nil {
			return fmt.Errorf("read events from %d: %w", lo, err)
		}
		if e.Index != next {
			return fmt.Errorf("the event at entry %d is missing or doubled: found %d; verify the ledger", next, e.Index)
		}
		if _, err := ParseLeaf(e.Leaf); err != nil {
			return fmt.Errorf("entry %d: %w", next, err)
		}
		if err := x.put(0, e.Leaf, true); err != nil {
			return err
		}
		x.scratch = x.edge.add(next, tlog.RecordHash(e.Leaf), x.scratch[:0])
		for level := 0; level < len(x.scratch); level += tileHeight {
			if err := x.put(1+level/tileHeight, x.scratch[level][:], false); err != nil {
				return err
			}
		}
		next++
	}
	if next != hi {
		return fmt.Errorf("the event at entry %d is missing; verify the ledger", next)
	}
	return nil
}

func (x *exporter) put(slot int, item []byte, entry bool) error {
	if slot == len(x.tiles) {
		x.tiles = append(x.tiles, openTile{})
	}
	t := &x.tiles[slot]
	if entry {
		t.data = appendEntry(t.data, item)
	} else {
		t.data = append(t.data, item...)
	}
	if t.wide++; t.wide == tileWidth {
		return x.flush(slot)
	}
	return nil
}

func (x *exporter) flush(slot int) error {
	t := &x.tiles[slot]
	if t.wide == 0 {
		return nil
	}
	path := tilePath(tlog.Tile{H: tileHeight, L: slot - 1, N: t.n, W: t.wide})
	if err := x.write(path, t.data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	*t = openTile{n: t.n + 1}
	return nil
}
