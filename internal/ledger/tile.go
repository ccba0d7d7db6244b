// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	entries    = -1 // the level of entry bundles, as in tlog.Tile

	checkpointPath = "checkpoint"
)

// tilePath returns the path of c2sp.org/tlog-tiles: that of tlog.Tile without the height, and "entries" for its "data".
func tilePath(t tlog.Tile) string {
	if t.L == entries {
		return "tile/entries/" + strings.TrimPrefix(t.Path(), "tile/8/data/")
	}
	return "tile/" + strings.TrimPrefix(t.Path(), "tile/8/")
}

func parseTilePath(path string) (tlog.Tile, error) {
	rest, isTile := strings.CutPrefix(path, "tile/")
	long := "tile/8/" + rest
	if bundle, is := strings.CutPrefix(rest, "entries/"); is {
		long = "tile/8/data/" + bundle
	}
	t, err := tlog.ParseTilePath(long)
	if !isTile || err != nil || tilePath(t) != path {
		return tlog.Tile{}, fmt.Errorf("malformed tile path %.200q", path)
	}
	return t, nil
}

// tileOf returns tile n of a level in a log of some size, with its width; width 0 if there is none.
func tileOf(level int, n, size int64) tlog.Tile {
	count := size
	if level > 0 {
		count = size >> (tileHeight * level)
	}
	t := tlog.Tile{H: tileHeight, L: level, N: n}
	if n < MaxSize/tileWidth { // of a path read from outside n may be anything
		t.W = int(max(0, min(tileWidth, count-n*tileWidth)))
	}
	return t
}

func appendEntry(bundle, leaf []byte) []byte {
	bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(leaf)))
	return append(bundle, leaf...)
}

var errBundle = errors.New("an entry is cut short")

func cutEntry(bundle []byte) (leaf, rest []byte, err error) {
	if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
		return nil, nil, errBundle
	}
	end := 2 + int(binary.BigEndian.Uint16(bundle))
	return bundle[2:end], bundle[end:], nil
}
