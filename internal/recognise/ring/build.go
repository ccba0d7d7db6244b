// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
)

// ErrTooMany says that a segment cannot hold so many entries.
var ErrTooMany = errors.New("too many entries")

// Build writes one segment of the entries to w, table by table, and sorts them in place; the same entry twice counts once. Beside the
// entries (40 bytes each) it needs 42 bytes a hash, 34 when they ascend by hash and number already, and up to 6 more where many are alike
// in a slot.
func Build(w io.Writer, entries []Entry) error {
	if len(entries) > math.MaxInt32 {
		return fmt.Errorf("build segment: %w: %d", ErrTooMany, len(entries))
	}
	room := arrange(entries)
	l, extra, counts := measure(entries)
	out := &partWriter{w: w, buf: make([]byte, 0, spillSize+hashSize)}
	out.write(l.head())
	out.part(func() { writeHashes(out, entries) })
	var further, numbers []byte
	out.part(func() {
		p := uint32(0)
		for i, e := range entries {
			switch {
			case i == 0:
				out.number(&l, e.ID)
			case e.Hash != entries[i-1].Hash:
				p++
				out.number(&l, e.ID)
			case e.ID != entries[i-1].ID:
				if further == nil {
					further, numbers = make([]byte, 0, 4*extra), make([]byte, 0, 8*extra)
				}
				further = binary.LittleEndian.AppendUint32(further, p)
				numbers = appendNumber(numbers, &l, e.ID)
			}
		}
	})
	out.part(func() { out.write(further) })
	out.part(func() { out.write(numbers) })
	b := newTables(&l, entries, counts, room)
	for i := range slots {
		b.write(out, i)
	}
	foot := append(out.sums, make([]byte, footSize-4-len(out.sums))...)
	out.write(binary.LittleEndian.AppendUint32(foot, crc32.Checksum(foot, castagnoli)))
	if out.flush(); out.err != nil {
		return fmt.Errorf("write segment: %w", out.err)
	}
	return nil
}

// measure counts what is distinct in sorted entries.
func measure(entries []Entry) (l layout, extra int, c *counts) {
	c = new(counts)
	if len(entries) == 0 {
		return layout{width: 1}, 0, c
	}
	least, greatest, distinct := entries[0].ID, entries[0].ID, 0
	for i := range entries {
		e := &entries[i]
		least, greatest = min(least, e.ID), max(greatest, e.ID)
		switch {
		case i == 0 || e.Hash != entries[i-1].Hash:
			distinct++
			c.add(&e.Hash)
		case e.ID != entries[i-1].ID:
			extra++
		}
	}
	return layout{
		distinct: uint32(distinct), buckets: bucketsOf(distinct), more: uint64(extra), base: least,
		width: max(1, (bits.Len64(uint64(greatest)-uint64(least))+7)/8),
	}, extra, c
}

func writeHashes(out *partWriter, entries []Entry) {
	for i := range entries {
		if i == 0 || entries[i].Hash != entries[i-1].Hash {
			out.buf = appendHash(out.buf, entries[i].Hash)
			out.spill()
		}
	}
}

func appendNumber(b []byte, l *layout, id int64) []byte {
	return binary.LittleEndian.AppendUint64(b, uint64(id)-uint64(l.base))[:len(b)+l.width]
}
