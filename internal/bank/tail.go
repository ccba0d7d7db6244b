// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"path/filepath"
	"strconv"
	"strings"

	"iolaus/internal/recognise/ring"
)

// A record is 48 bytes, little-endian: kind (4), CRC-32C of the file's number, the kind and the rest (4), number (8), hash (32).
const recordSize = 48

const (
	added   = 1
	removed = 2
)

// tail is what a tail file says. A copy keeps what it has while the original grows.
type tail struct {
	entries ring.Tail
	gone    map[int64]struct{} // never changed, only replaced
	last    int64              // the greatest number added, or 0
	size    int64              // bytes read
}

func appendRecord(b []byte, file string, kind uint32, e ring.Entry) []byte {
	from := len(b)
	b = binary.LittleEndian.AppendUint32(b, kind)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(e.ID))
	for _, w := range e.Hash {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	binary.LittleEndian.PutUint32(b[from+4:], recordSum(file, b[from:]))
	return b
}

func recordSum(file string, r []byte) uint32 {
	number, _ := strconv.ParseUint(strings.TrimSuffix(filepath.Base(file), ".tail"), 10, 64)
	sum := crc32.Update(0, castagnoli, binary.LittleEndian.AppendUint64(nil, number))
	return crc32.Update(crc32.Update(sum, castagnoli, r[:4]), castagnoli, r[8:recordSize])
}

func whole(file string, r []byte) bool {
	return len(r) >= recordSize && binary.LittleEndian.Uint32(r[4:]) == recordSum(file, r)
}

// take reads the whole records at the start of b.
func (t *tail) take(file string, b []byte) {
	var gone map[int64]struct{}
	for ; whole(file, b); b = b[recordSize:] {
		e := ring.Entry{ID: int64(binary.LittleEndian.Uint64(b[8:]))}
		for i := range e.Hash {
			e.Hash[i] = binary.LittleEndian.Uint64(b[16+8*i:])
		}
		switch binary.LittleEndian.Uint32(b) {
		case added:
			t.entries.Add(e)
			t.last = e.ID
		case removed:
			if gone == nil {
				if gone = maps.Clone(t.gone); gone == nil {
					gone = map[int64]struct{}{}
				}
			}
			gone[e.ID] = struct{}{}
		}
		t.size += recordSize
	}
	if gone != nil {
		t.gone = gone
	}
}

// torn says that the end of a tail was being written: no whole record follows.
func torn(file string, rest []byte) bool {
	for ; len(rest) >= recordSize; rest = rest[recordSize:] {
		if whole(file, rest) {
			return false
		}
	}
	return true
}
