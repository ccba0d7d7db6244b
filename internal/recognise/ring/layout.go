// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/bits"
)

// A segment is one run of bytes, all numbers little-endian:
//
//	head     64 bytes: magic, distinct hashes, bits of a bucket, bytes of a number, further numbers, least number, checksum
//	hashes   32 bytes each, ascending, each once
//	ids      the first number of each hash, less the least one
//	more     for each further number of a hash: the hash's position (4 bytes), ascending; then those numbers
//	tables   for each slot: where each bucket starts (4 bytes), places (4 bytes; not for slot 0, whose place is the position), near (2 bytes)
//	foot     a CRC-32C of each part before, and of itself
//
// Each part starts at a multiple of 64 bytes. The foot is at least 64 bytes long, so that a vector may read past the last part.
const (
	magic    = "iolring1"
	headSize = 64
	footSize = 256
	align    = 64
	parts    = 4 + 3*slots
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged says that the bytes are not a whole segment.
var ErrDamaged = errors.New("damaged segment")

type layout struct {
	distinct uint32
	buckets  int // bits
	width    int // bytes of a number
	more     uint64
	base     int64
}

// bucketsOf is the number of bits that choose the bucket. With one bucket for 30 hashes or more, where the buckets start takes at most
// 16*4/30 = 2.1 bytes a hash, and a bucket fills a vector of 32 entries.
func bucketsOf(distinct int) int {
	return min(slotBits, max(0, bits.Len(uint(distinct/30))-1))
}

// positionBits is how much of a place is the position; the rest, up to 16 bits, is the end of the slot after next.
func (l *layout) positionBits() int { return max(16, bits.Len32(max(l.distinct, 1)-1)) }

// tagMask is that end of a slot.
func (l *layout) tagMask() uint16 { return uint16(1<<(32-l.positionBits()) - 1) }

// offsets are where the parts lie and, last, where the foot does.
func (l *layout) offsets() (at [parts + 1]uint64) {
	d, n := uint64(l.distinct), 0
	add := func(size uint64) {
		at[n+1] = at[n] + (size+align-1)/align*align
		n++
	}
	at[0] = headSize
	add(d * hashSize)
	add(d * uint64(l.width))
	add(l.more * 4)
	add(l.more * uint64(l.width))
	for i := range slots {
		add((1<<l.buckets + 1) * 4)
		if i == 0 {
			add(0)
		} else {
			add(d * 4)
		}
		add(d * 2)
	}
	return at
}

func (l *layout) head() []byte {
	b := append(make([]byte, 0, headSize), magic...)
	b = binary.LittleEndian.AppendUint32(b, l.distinct)
	b = append(b, byte(l.buckets), byte(l.width), 0, 0)
	b = binary.LittleEndian.AppendUint64(b, l.more)
	b = binary.LittleEndian.AppendUint64(b, uint64(l.base))
	b = b[:headSize-8]
	b = binary.LittleEndian.AppendUint64(b, uint64(crc32.Checksum(b, castagnoli)))
	return b
}

func parseHead(b []byte) (l layout, ok bool) {
	if len(b) < headSize+footSize || string(b[:len(magic)]) != magic {
		return l, false
	}
	if binary.LittleEndian.Uint64(b[headSize-8:]) != uint64(crc32.Checksum(b[:headSize-8], castagnoli)) {
		return l, false
	}
	l = layout{
		distinct: binary.LittleEndian.Uint32(b[8:]), buckets: int(b[12]), width: int(b[13]),
		more: binary.LittleEndian.Uint64(b[16:]), base: int64(binary.LittleEndian.Uint64(b[24:])),
	}
	if l.buckets > slotBits || l.width < 1 || l.width > 8 || l.more > uint64(len(b)) {
		return l, false
	}
	return l, l.offsets()[parts]+footSize == uint64(len(b))
}
