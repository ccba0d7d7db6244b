// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"slices"
)

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
	starts  []byte             // of a table, as they are written
	near    []byte             // of a table, too
	places  []byte             // of the entries that are equal in the high bits
	part    []byte             // what near has of those
}

// counts is how many hashes have which high bits in each slot.
type counts [slots][1 << coarse]uint32

func (c *counts) add(h *Hash) {
	const down, mask = slotBits - coarse, 1<<coarse - 1
	for i, w := range h {
		c[4*i][w>>(48+down)]++
		c[4*i+1][w>>(32+down)&mask]++
		c[4*i+2][w>>(16+down)&mask]++
		c[4*i+3][w>>down&mask]++
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

// newTables takes sorted entries and room to work in; it makes some where that is too small.
func newTables(l *layout, entries []Entry, c *counts, room []uint64) *tables {
	d := int(l.distinct)
	if len(room) < together*d {
		room = make([]uint64, together*d)
	}
	t := &tables{l: l, high: min(coarse, l.buckets), entries: entries, counts: c, starts: make([]byte, (1<<l.buckets+1)*4), near: make([]byte, d*2)}
	c.fold(t.high)
	most := uint32(0)
	for i := range c {
		most = max(most, slices.Max(c[i][:]))
	}
	t.places, t.part = make([]byte, most*4), make([]byte, most*2)
	for j := range t.rough {
		t.rough[j] = room[j*d:][:d:d]
	}
	return t
}

// write makes the table of slot i; they are asked for in their order. Each pass keeps the order, so that positions ascend within a bucket.
func (t *tables) write(out *partWriter, i int) {
	if i%together == 0 {
		t.spread(i)
	}
	rough := t.rough[i%together]
	out.part(func() { out.write(t.begin(rough, i)) })
	out.part(func() { t.sort(rough, out, i) })
	out.part(func() { out.write(t.near) })
}

// begin counts where each bucket starts.
func (t *tables) begin(rough []uint64, i int) []byte {
	sum, b := uint32(0), t.starts[:0]
	for _, n := range t.counts[i][:1<<t.high] {
		var fine [1 << (slotBits - coarse)]uint32
		for _, v := range rough[sum:][:n] {
			fine[v>>48%uint64(len(fine))]++
		}
		for _, n := range fine[:1<<(t.l.buckets-t.high)] {
			b = binary.LittleEndian.AppendUint32(b, sum)
			sum += n
		}
	}
	return binary.LittleEndian.AppendUint32(b, sum)
}

// sort sorts each part of what is rough by the low bits of its bucket. The places are written at once, what lies near is kept.
func (t *tables) sort(rough []uint64, out *partWriter, i int) {
	lo, starts := uint32(0), t.starts
	for _, n := range t.counts[i][:1<<t.high] {
		var next [1 << (slotBits - coarse)]uint32
		for v := range next[:1<<(t.l.buckets-t.high)] {
			next[v] = binary.LittleEndian.Uint32(starts) - lo
			starts = starts[4:]
		}
		places, near := t.places[:4*n], t.part[:2*n]
		for _, v := range rough[lo:][:n] {
			at := &next[v>>48%uint64(len(next))]
			binary.LittleEndian.PutUint32(places[uint64(*at)*4:], uint32(v))
			binary.LittleEndian.PutUint16(near[uint64(*at)*2:], uint16(v>>32))
			*at++
		}
		copy(t.near[2*lo:], near)
		if i > 0 {
			out.write(places)
		}
		lo += n
	}
}

// ahead is how many places are claimed before they are written to: the processor waits for a few places only at a time, as many as it
// has stores under way, but fetches more when asked.
const ahead = 64

// queue is what will be written where.
type queue struct {
	at   [ahead]uint32
	item [ahead]uint64
}

func (q *queue) write(to []uint64, n int) {
	for k, v := range q.item[:n] {
		to[q.at[k]] = v
	}
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
	var queues [2][together]queue
	now, n := &queues[0], 0
	waiting, waits := &queues[1], 0
	low := uint64(1)<<(t.l.buckets-t.high) - 1
	w, p, once := i/together, uint32(0), int(t.l.distinct) == len(t.entries)
	for k := range t.entries {
		h := &t.entries[k].Hash
		if !once && k > 0 && *h == t.entries[k-1].Hash {
			continue
		}
		a, b := h[w&3], h[(w+1)&3]
		push := func(j int, one, near, after uint64) {
			at := &next[j][one>>(first&31)%(1<<coarse)]
			now[j].at[n%ahead] = *at
			now[j].item[n%ahead] = uint64(p) | (after&tag)<<(position&31) | near<<32 | one>>(shift&31)&low<<48
			*at++
		}
		s0, s1, s2, s3, s4, s5 := a>>48, a>>32&0xffff, a>>16&0xffff, a&0xffff, b>>48, b>>32&0xffff
		push(0, s0, s1, s2)
		push(1, s1, s2, s3)
		push(2, s2, s3, s4)
		push(3, s3, s4, s5)
		p++
		if n++; n < ahead {
			continue
		}
		for j := range now {
			claim(t.rough[j], &now[j].at)
			waiting[j].write(t.rough[j], waits)
		}
		now, n, waiting, waits = waiting, 0, now, ahead
	}
	for j := range now {
		waiting[j].write(t.rough[j], waits)
		now[j].write(t.rough[j], n)
	}
}
