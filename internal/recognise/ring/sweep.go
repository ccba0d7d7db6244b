// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"slices"
)

// sweep goes through the tables once for all queries: sorted by bucket, they meet each bucket while it is in the first cache.
type sweep struct {
	s      *Segment
	qs     []Hash
	radius int
	limits limits
	found  func(query int, hit Hit)

	starts []uint32      // of each bucket, in near and query
	near   []uint16      // four longer than the queries
	query  []uint32      // beside near
	list   []uint16      // near of the queries one flip from the bucket; four longer, too
	ends   [slotBits]int // of each flip in list
	out    []uint64      // what cross wrote
	met    []met         // pairs of this table not looked at yet
	owed   []owed        // candidates not compared yet
	hits   []Hit         // of one candidate
}

// met is an entry of the table that a query met.
type met struct {
	query, entry uint32
	flips        int
}

// owed is a candidate for a query.
type owed struct {
	query uint32
	candidate
}

// owing is how many candidates are compared at once.
const owing = 1 << 12

func (s *Segment) sweep(qs []Hash, radius int, l limits, found func(query int, hit Hit)) {
	w := &sweep{
		s: s, qs: qs, radius: radius, limits: l, found: found,
		starts: make([]uint32, 1<<s.buckets+1), near: make([]uint16, len(qs)+4), query: make([]uint32, len(qs)),
		list: make([]uint16, len(qs)+4), out: make([]uint64, pairs),
	}
	for i := range slots {
		w.sort(i)
		for key := range uint32(1) << s.buckets {
			if r := s.bucket(&s.table[i], key); r.lo < r.hi {
				w.meet(i, key, r)
			}
		}
		w.resolve(i)
	}
	w.settle()
}

// sort puts the queries in the order of their bucket in slot i.
func (w *sweep) sort(i int) {
	clear(w.starts)
	for n := range w.qs {
		w.starts[slot(&w.qs[n], i)>>w.s.shift]++
	}
	sum := uint32(0)
	for k, n := range w.starts {
		w.starts[k] = sum
		sum += n
	}
	for n := range w.qs {
		at := &w.starts[slot(&w.qs[n], i)>>w.s.shift]
		w.near[*at], w.query[*at] = slot(&w.qs[n], i+1), uint32(n)
		*at++
	}
	copy(w.starts[1:], w.starts[:len(w.starts)-1])
	w.starts[0] = 0
}

// meet compares the entries of a bucket with the queries of this bucket and of those one flip away.
func (w *sweep) meet(i int, key uint32, r span) {
	lo, hi := w.starts[key], w.starts[key+1]
	if lo < hi {
		w.cross(i, 0, r, w.near[lo:hi], func(k uint32) uint32 { return w.query[lo+k] })
	}
	if w.limits.one == 0 {
		return
	}
	n := 0
	for f := range w.s.buckets {
		lo, hi := int(w.starts[key^1<<f]), int(w.starts[key^1<<f+1])
		// Four at once is nearly always all and does not branch.
		*(*[4]uint16)(w.list[n:]) = *(*[4]uint16)(w.near[lo:])
		if hi-lo > 4 {
			copy(w.list[n:], w.near[lo:hi])
		}
		n += hi - lo
		w.ends[f] = n
	}
	if n == 0 {
		return
	}
	w.cross(i, 1, r, w.list[:n], func(k uint32) uint32 {
		f := 0
		for w.ends[f] <= int(k) {
			f++
		}
		if f > 0 {
			k -= uint32(w.ends[f-1])
		}
		return w.query[w.starts[key^1<<f]+k]
	})
}

// cross notes which entries of a bucket are candidates for which of the queries with the given values of near.
func (w *sweep) cross(i, flips int, r span, near []uint16, query func(uint32) uint32) {
	t := &w.s.table[i]
	for from := 0; from < len(near); from += pairs / 256 {
		part := near[from:min(len(near), from+pairs/256)]
		step := uint32(pairs / len(part))
		for lo := r.lo; lo < r.hi; lo += min(step, r.hi-lo) {
			n := w.s.kernel.cross(t.near[uint64(lo)*2:], int(min(step, r.hi-lo)), part, w.limits.two-flips, w.out)
			for _, p := range w.out[:n] {
				w.met = append(w.met, met{query(uint32(from) + uint32(p>>32)), lo + uint32(p), flips})
			}
			if len(w.met) >= owing {
				w.resolve(i)
			}
		}
	}
}

// resolve keeps those of the pairs from table i that the third inequality allows. Nothing branches on what was loaded, so that the loads
// do not wait for each other.
func (w *sweep) resolve(i int) {
	t, position, tag := &w.s.table[i], w.s.position, w.s.tag
	n := len(w.owed)
	w.owed = slices.Grow(w.owed, len(w.met))[:n+len(w.met)]
	for _, m := range w.met {
		if i == 0 {
			w.owed[n] = owed{m.query, candidate{m.entry, 0}}
			n++
			continue
		}
		q := &w.qs[m.query]
		place := binary.LittleEndian.Uint32(t.places[uint64(m.entry)*4:])
		near := binary.LittleEndian.Uint16(t.near[uint64(m.entry)*2:])
		w.owed[n] = owed{m.query, candidate{place & (1<<position - 1), uint32(i)}}
		if m.flips+apart(near, slot(q, i+1))+apart(uint16(place>>position)&tag, slot(q, i+2)&tag) <= w.limits.three {
			n++
		}
	}
	w.owed, w.met = w.owed[:n], w.met[:0]
	if n >= owing {
		w.settle()
	}
}

// settle compares the candidates in full and reports those within the radius.
func (w *sweep) settle() {
	for _, c := range w.owed {
		if c.position >= w.s.distinct { // damaged
			continue
		}
		q, h := &w.qs[c.query], hashAt(w.s.hashes, c.position)
		if d := distance(q, &h); d <= w.radius && w.limits.owner(q, &h) == int(c.slot) {
			w.hits = w.s.appendIDs(w.hits[:0], c.position, d)
			for _, x := range w.hits {
				w.found(int(c.query), x)
			}
		}
	}
	w.owed = w.owed[:0]
}
