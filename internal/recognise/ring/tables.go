// SPDX-License-Identifier: EUPL-1.2

package ring

import "encoding/binary"

const (
	// coarse is how many high bits of a slot the first of two passes sorts by: so few places to write to at a time, and so few entries
	// in each part that the second pass finds it, and what it makes of it, in the second cache.
	coarse = 8
	// together is how many slots, those of a word, one walk over the entries serves.
	together = slots / 4
)

// tables sorts the hashes by one slot after the other, in memory that is used again.
type tables struct {
	l       *layout
	high    int // bits of the first pass
	entries []Entry
	counts  *counts
	rough   [together][]uint64 // place, near and bucket, sorted by the high bits of the bucket
	starts  []byte             // the parts of a table, as they are written
	places  []byte
	near    []byte
}

// counts is how many hashes have which high bits in each slot.
type counts [slots][1 << coarse]uint32

func (c *counts) add(h *Hash) {
	for i, w := range h {
		c[4*i][w>>56]++
		c[4*i+1][w>>40&0xff]++
		c[4*i+2][w>>24&0xff]++
		c[4*i+3][w>>8&0xff]++
	}
}

// fold leaves only so many high bits.
func (c *counts) fold(high int) {
	for i := range c {
		for v, n := range c[i] {
			c[i][v] = 0
			c[i][v>>(coarse-high)] += n
		}
	}
}

// newTables takes room to work in; it makes some where it is too small.
func newTables(l *layout, entries []Entry, c *counts, room []uint64) *tables {
	d := int(l.distinct)
	if len(room) < together*d {
		room = make([]uint64, together*d)
	}
	t := &tables{
		l: l, high: min(coarse, l.buckets), entries: entries, counts: c,
		starts: make([]byte, (1<<l.buckets+1)*4), places: make([]byte, d*4), near: make([]byte, d*2),
	}
	c.fold(t.high)
	for j := range t.rough {
		t.rough[j] = room[j*d:][:d:d]
	}
	return t
}

// fill makes the table of slot i; they are asked for in their order. Each pass keeps the order, so that positions ascend within a bucket.
func (t *tables) fill(i int) {
	if i%together == 0 {
		t.spread(i)
	}
	width, lo := t.l.buckets-t.high, uint32(0)
	for v, n := range t.counts[i][:1<<t.high] {
		t.sort(t.rough[i%together], lo, lo+n, i > 0, v<<width, width)
		lo += n
	}
	binary.LittleEndian.PutUint32(t.starts[4<<t.l.buckets:], lo)
}

// spread sorts by the high bits of slot i and of those together with it.
func (t *tables) spread(i int) {
	var next [together][1 << coarse]uint32
	for j := range next {
		sum := uint32(0)
		for v, n := range t.counts[i+j] {
			next[j][v] = sum
			sum += n
		}
	}
	position, tag, shift, first := t.l.positionBits(), uint64(t.l.tagMask()), slotBits-t.l.buckets, slotBits-t.high
	one, two, three, four := t.rough[0], t.rough[1], t.rough[2], t.rough[3]
	w, p, once := i/together, uint32(0), int(t.l.distinct) == len(t.entries)
	for k := range t.entries {
		h := &t.entries[k].Hash
		if !once && k > 0 && *h == t.entries[k-1].Hash {
			continue
		}
		a, b := h[w&3], h[(w+1)&3]
		at := func(c *[1 << coarse]uint32, slot uint64) uint32 {
			v := slot >> (first & 31) & (1<<coarse - 1)
			c[v]++
			return c[v] - 1
		}
		s0, s1, s2, s3, s4, s5 := a>>48, a>>32&0xffff, a>>16&0xffff, a&0xffff, b>>48, b>>32&0xffff
		one[at(&next[0], s0)] = uint64(p) | (s2&tag)<<(position&31) | s1<<32 | s0>>(shift&31)<<48
		two[at(&next[1], s1)] = uint64(p) | (s3&tag)<<(position&31) | s2<<32 | s1>>(shift&31)<<48
		three[at(&next[2], s2)] = uint64(p) | (s4&tag)<<(position&31) | s3<<32 | s2>>(shift&31)<<48
		four[at(&next[3], s3)] = uint64(p) | (s5&tag)<<(position&31) | s4<<32 | s3>>(shift&31)<<48
		p++
	}
}

// sort sorts the range lo to hi of what is rough by the low bits, width of them, of its bucket; the first bucket is key.
func (t *tables) sort(rough []uint64, lo, hi uint32, placed bool, key, width int) {
	var next [1 << (slotBits - coarse)]uint32
	part := rough[lo:hi]
	mask := uint64(1)<<width - 1
	for _, v := range part {
		next[v>>48&mask&0xff]++
	}
	sum := lo
	for v, n := range next[:1<<width] {
		next[v] = sum
		binary.LittleEndian.PutUint32(t.starts[4*(key+v):], sum)
		sum += n
	}
	if !placed {
		for k, v := range part {
			binary.LittleEndian.PutUint16(t.near[2*(int(lo)+k):], uint16(v>>32))
		}
		return
	}
	for _, v := range part {
		n := &next[v>>48&mask&0xff]
		binary.LittleEndian.PutUint32(t.places[uint64(*n)*4:], uint32(v))
		binary.LittleEndian.PutUint16(t.near[uint64(*n)*2:], uint16(v>>32))
		*n++
	}
}
