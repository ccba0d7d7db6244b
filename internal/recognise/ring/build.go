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
	"slices"
)

// ErrTooMany says that a segment cannot hold so many entries.
var ErrTooMany = errors.New("too many entries")

// Build writes one segment of the entries to w, table by table, and sorts them in place; the same entry twice counts once. Beside the
// entries (40 bytes each) it needs 14 bytes a hash, and another 40 while it sorts what does not ascend by hash and number.
func Build(w io.Writer, entries []Entry) error {
	if len(entries) > math.MaxInt32 {
		return fmt.Errorf("build segment: %w: %d", ErrTooMany, len(entries))
	}
	arrange(entries)
	l, extra := measure(entries)
	out := &partWriter{w: w}
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
	b := newTables(&l)
	for i := range slots {
		b.fill(entries, i)
		out.part(func() { out.words(b.starts) })
		out.part(func() {
			if i > 0 {
				out.words(b.places)
			}
		})
		out.part(func() { out.halves(b.near) })
	}
	foot := append(out.sums, make([]byte, footSize-4-len(out.sums))...)
	out.write(binary.LittleEndian.AppendUint32(foot, crc32.Checksum(foot, castagnoli)))
	if out.flush(); out.err != nil {
		return fmt.Errorf("write segment: %w", out.err)
	}
	return nil
}

func order(a, b Entry) int {
	if c := compare(&a.Hash, &b.Hash); c != 0 {
		return c
	}
	switch {
	case a.ID < b.ID:
		return -1
	case a.ID > b.ID:
		return 1
	}
	return 0
}

// arrange sorts by hash, then number: by the first slot with one counting pass, then each of its buckets.
func arrange(entries []Entry) {
	if slices.IsSortedFunc(entries, order) {
		return
	}
	if len(entries) < 1<<slotBits {
		slices.SortFunc(entries, order)
		return
	}
	var at [1<<slotBits + 1]uint32
	for i := range entries {
		at[entries[i].Hash[0]>>48+1]++
	}
	for v := range 1 << slotBits {
		at[v+1] += at[v]
	}
	from, start := slices.Clone(entries), at
	for i := range from {
		v := from[i].Hash[0] >> 48
		entries[start[v]] = from[i]
		start[v]++
	}
	for v := range 1 << slotBits {
		slices.SortFunc(entries[at[v]:at[v+1]], order)
	}
}

// measure counts what is distinct in sorted entries.
func measure(entries []Entry) (l layout, extra int) {
	if len(entries) == 0 {
		return layout{width: 1}, 0
	}
	least, greatest, distinct := entries[0].ID, entries[0].ID, 1
	for i := 1; i < len(entries); i++ {
		least, greatest = min(least, entries[i].ID), max(greatest, entries[i].ID)
		switch {
		case entries[i].Hash != entries[i-1].Hash:
			distinct++
		case entries[i].ID != entries[i-1].ID:
			extra++
		}
	}
	return layout{
		distinct: uint32(distinct), buckets: bucketsOf(distinct), more: uint64(extra), base: least,
		width: max(1, (bits.Len64(uint64(greatest)-uint64(least))+7)/8),
	}, extra
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
