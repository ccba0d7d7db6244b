// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"iter"
	"math"
	"sort"
	"sync"
)

// Segment is an immutable index over bytes that Build wrote. It is safe for concurrent use as long as nobody changes the bytes.
type Segment struct {
	layout
	b      []byte
	hashes []byte
	ids    []byte
	moreAt []byte
	moreID []byte
	table  [slots]table
	shift  int // of a slot's value to its bucket
	// position is how many bits of a place are the position, and tag the mask of the rest.
	position int
	tag      uint16
	masks    []uint32
	upTo     [flips + 1]int
	digits   uint64 // mask of a number's bytes
	kernel   kernel
	pool     sync.Pool
}

// table is what a segment has for one slot. near goes on to the end of the segment.
type table struct{ starts, places, near []byte }

// Open reads the head and foot of a segment and keeps b. It fails with ErrDamaged when they are not as Build wrote them or b has not
// their length; Verify looks at the rest. A segment whose rest is damaged may give wrong answers but never reads outside b.
func Open(b []byte) (*Segment, error) {
	l, ok := parseHead(b)
	if !ok {
		return nil, fmt.Errorf("open segment: %w: its head does not fit %d bytes", ErrDamaged, len(b))
	}
	foot := b[len(b)-footSize:]
	if binary.LittleEndian.Uint32(foot[footSize-4:]) != crc32.Checksum(foot[:footSize-4], castagnoli) {
		return nil, fmt.Errorf("open segment: %w: its foot is not what was written", ErrDamaged)
	}
	s := &Segment{layout: l, b: b, shift: slotBits - l.buckets, kernel: kernels()[0]}
	s.masks, s.upTo = masks(l.buckets)
	s.position, s.tag, s.digits = l.positionBits(), l.tagMask(), math.MaxUint64>>(64-8*l.width)
	s.pool.New = func() any { return &scratch{out: make([]uint32, room)} }
	at, d := l.offsets(), uint64(l.distinct)
	s.hashes = b[at[0]:][:d*hashSize]
	s.ids = b[at[1]:][:d*uint64(l.width)]
	s.moreAt = b[at[2]:][:l.more*4]
	s.moreID = b[at[3]:][:l.more*uint64(l.width)]
	for i := range s.table {
		t := &s.table[i]
		t.starts = b[at[4+3*i]:][:(1<<l.buckets+1)*4]
		if i > 0 {
			t.places = b[at[5+3*i]:][:d*4]
		}
		t.near = b[at[6+3*i]:]
	}
	return s, nil
}

// Verify compares every part with its checksum. It reads everything once, about ten gigabytes a second from memory.
func (s *Segment) Verify() error {
	at, foot := s.offsets(), s.b[len(s.b)-footSize:]
	for i := range parts {
		if crc32.Checksum(s.b[at[i]:at[i+1]], castagnoli) != binary.LittleEndian.Uint32(foot[4*i:]) {
			return fmt.Errorf("verify segment: %w: part %d, at byte %d, is not what was written", ErrDamaged, i, at[i])
		}
	}
	return nil
}

// Len is the number of entries.
func (s *Segment) Len() int { return int(uint64(s.distinct) + s.more) }

// Size is the number of bytes.
func (s *Segment) Size() int { return len(s.b) }

// All gives the entries by ascending hash.
func (s *Segment) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		var hits []Hit
		for p := range s.distinct {
			hits = s.appendIDs(hits[:0], p, 0)
			for _, x := range hits {
				if !yield(Entry{x.ID, hashAt(s.hashes, p)}) {
					return
				}
			}
		}
	}
}

// Numbers gives the numbers of all entries, in no order that means anything. It reads nothing else.
func (s *Segment) Numbers() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for _, all := range [][]byte{s.ids, s.moreID} {
			for i := range uint64(len(all)) / uint64(s.width) {
				if !yield(s.number(all, i)) {
					return
				}
			}
		}
	}
}

// number reads the ith of numbers of the segment's width.
func (s *Segment) number(b []byte, i uint64) int64 {
	b = b[i*uint64(s.width):]
	if len(b) >= 8 { // one load: answers may be long
		return int64(uint64(s.base) + binary.LittleEndian.Uint64(b)&s.digits)
	}
	var v [8]byte
	copy(v[:], b[:s.width])
	return int64(uint64(s.base) + binary.LittleEndian.Uint64(v[:]))
}

// appendIDs appends a hit for each number of the hash at position p.
func (s *Segment) appendIDs(dst []Hit, p uint32, distance int) []Hit {
	dst = append(dst, Hit{s.number(s.ids, uint64(p)), distance})
	if s.more == 0 {
		return dst
	}
	for i := s.further(p); i < int(s.more) && s.furtherAt(i) == p; i++ {
		dst = append(dst, Hit{s.number(s.moreID, uint64(i)), distance})
	}
	return dst
}

// further is the first further number of a hash at position p or after it.
func (s *Segment) further(p uint32) int {
	return sort.Search(int(s.more), func(i int) bool { return s.furtherAt(i) >= p })
}

// furtherAt is the position of the hash that the ith further number belongs to.
func (s *Segment) furtherAt(i int) uint32 { return binary.LittleEndian.Uint32(s.moreAt[4*i:]) }

// bucket is where the entries of a bucket lie; it is empty where damaged bytes say what cannot be.
func (s *Segment) bucket(t *table, key uint32) span {
	b := t.starts[key*4:][:8]
	r := span{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])}
	if r.hi < r.lo || r.hi > s.distinct {
		return span{}
	}
	return r
}
