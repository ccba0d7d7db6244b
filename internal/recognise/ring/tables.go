// SPDX-License-Identifier: EUPL-1.2

package ring

// tables sorts the hashes by one slot after the other, in memory that is used again.
type tables struct {
	l      *layout
	rough  []uint64 // place, near and bucket, sorted by the high half of the bucket
	starts []uint32
	places []uint32
	near   []uint16
}

func newTables(l *layout) *tables {
	return &tables{
		l: l, rough: make([]uint64, l.distinct), starts: make([]uint32, 1<<l.buckets+1),
		places: make([]uint32, l.distinct), near: make([]uint16, l.distinct),
	}
}

// fill makes the table of slot i. Two passes, by the high and by the low half of the bucket's number, keep the places written to few
// enough for the processor's caches; each pass keeps the order, so that positions ascend within a bucket.
func (t *tables) fill(entries []Entry, i int) {
	low := t.l.buckets / 2
	shift := slotBits - t.l.buckets
	clear(t.starts)
	t.rough = t.rough[:t.l.distinct]
	for k := range entries {
		if k == 0 || entries[k].Hash != entries[k-1].Hash {
			t.starts[int(slot(&entries[k].Hash, i)>>shift)+1]++
		}
	}
	for k := 1; k < len(t.starts); k++ {
		t.starts[k] += t.starts[k-1]
	}
	coarse := make([]uint32, 1<<(t.l.buckets-low))
	for k := range coarse {
		coarse[k] = t.starts[k<<low]
	}
	position, tag, p := t.l.positionBits(), t.l.tagMask(), uint32(0)
	for k := range entries {
		h := &entries[k].Hash
		if k > 0 && *h == entries[k-1].Hash {
			continue
		}
		key := slot(h, i) >> shift
		c := &coarse[key>>low]
		place := p | uint32(slot(h, i+2)&tag)<<position
		t.rough[*c] = uint64(place) | uint64(slot(h, i+1))<<32 | uint64(key)<<48
		*c++
		p++
	}
	next := make([]uint32, len(t.starts))
	copy(next, t.starts)
	for _, v := range t.rough {
		n := &next[v>>48]
		t.places[*n] = uint32(v)
		t.near[*n] = uint16(v >> 32)
		*n++
	}
}
