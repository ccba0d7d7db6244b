// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"slices"
)

const (
	// few hashes are compared in full sooner than 16 tables are asked: see BenchmarkSmall.
	few = 2048
	// crowded is how many entries for each hash the probes may lead to before a full comparison, 16 times the bytes of an entry of
	// near, is the cheaper way: data in which a slot has hardly more than one value.
	crowded = 4
	// room is how many candidates a filter may find in one call.
	room = 1 << 15
)

// span is a range of entries of a table.
type span struct{ lo, hi uint32 }

// scratch is what one search needs.
type scratch struct {
	spans  []span
	out    []uint32
	groups []group
	found  []candidate
	end    int // of out
	cut    [1]span
}

// group says that the candidates up to end come from probes of one slot with so many flips.
type group struct{ slot, flips, end int }

// candidate is the position of a hash, and the slot that led to it.
type candidate struct{ position, slot uint32 }

// Search appends the entries at most radius bits from q, 0 to 256, to dst, in no particular order, and each once.
func (s *Segment) Search(q Hash, radius int, dst []Hit) []Hit {
	if radius < 0 {
		return dst
	}
	if radius > widest || s.distinct <= few {
		return s.scan(&q, radius, dst)
	}
	return s.probe(&q, radius, dst)
}

// probe asks the tables, unless they are crowded. The radius is at most widest, and there is a hash.
func (s *Segment) probe(q *Hash, radius int, dst []Hit) []Hit {
	w := s.scratch()
	defer s.pool.Put(w)
	l := limitsOf(radius)
	n := s.upTo[l.one]
	entries := s.probes(w, q, n)
	if entries > crowded*uint64(s.distinct) {
		return s.scan(q, radius, dst)
	}
	w.groups, w.found = w.groups[:0], w.found[:0]
	s.kernel.fetch(s.table[0].near, w.spans[:n])
	s.kernel.fetch(s.table[1].near, w.spans[n:2*n])
	w.end = 0
	for i := range slots {
		if i+2 < slots {
			s.kernel.fetch(s.table[i+2].near, w.spans[(i+2)*n:(i+3)*n])
		}
		from := 0
		for flips := 0; flips <= l.one; flips++ {
			s.filter(w, q, l, i, flips, w.spans[i*n:][from:s.upTo[flips]])
			from = s.upTo[flips]
		}
	}
	s.resolve(w, q, l)
	return s.settle(w, q, radius, l, dst)
}

// filter notes the candidates of the probes of one slot with the same number of flips.
func (s *Segment) filter(w *scratch, q *Hash, l limits, i, flips int, spans []span) {
	for len(spans) > 0 {
		k, size := 0, uint32(0)
		for k < len(spans) && spans[k].hi-spans[k].lo <= uint32(room-w.end)-size {
			size += spans[k].hi - spans[k].lo
			k++
		}
		now := spans[:k]
		switch {
		case k > 0:
			spans = spans[k:]
		case w.end > 0:
			s.resolve(w, q, l)
			continue
		default: // one bucket alone is too long
			w.cut = [1]span{{spans[0].lo, spans[0].lo + room}}
			spans[0].lo += room
			now = w.cut[:]
		}
		w.end += s.kernel.filter(s.table[i].near, now, slot(q, i+1), l.two-flips, w.out[w.end:])
		w.groups = append(w.groups, group{i, flips, w.end})
	}
}

// resolve keeps those candidates that the third inequality allows, with their positions. The loads do not wait for each other.
func (s *Segment) resolve(w *scratch, q *Hash, l limits) {
	from, position, tag := 0, s.position, s.tag
	for _, g := range w.groups {
		t, near, after := &s.table[g.slot], slot(q, g.slot+1), slot(q, g.slot+2)
		if g.slot == 0 {
			for _, j := range w.out[from:g.end] {
				w.found = append(w.found, candidate{j, 0})
			}
			from = g.end
			continue
		}
		for _, j := range w.out[from:g.end] {
			place := binary.LittleEndian.Uint32(t.places[uint64(j)*4:])
			d := g.flips + apart(binary.LittleEndian.Uint16(t.near[uint64(j)*2:]), near) + apart(uint16(place>>position)&tag, after&tag)
			if d <= l.three {
				w.found = append(w.found, candidate{place & (1<<position - 1), uint32(g.slot)})
			}
		}
		from = g.end
	}
	w.groups, w.end = w.groups[:0], 0
}

// settle compares the candidates in full and appends those within the radius.
func (s *Segment) settle(w *scratch, q *Hash, radius int, l limits, dst []Hit) []Hit {
	for _, c := range w.found {
		if c.position >= s.distinct { // damaged
			continue
		}
		h := hashAt(s.hashes, c.position)
		if d := distance(q, &h); d <= radius && l.owner(q, &h) == int(c.slot) {
			dst = s.appendIDs(dst, c.position, d)
		}
	}
	return dst
}

func (s *Segment) scratch() *scratch { return s.pool.Get().(*scratch) }

// probes finds the bucket of each probe of each slot, and how many entries they hold.
func (s *Segment) probes(w *scratch, q *Hash, n int) (entries uint64) {
	w.spans = slices.Grow(w.spans[:0], slots*n)[:slots*n]
	for i := range slots {
		key, t, to := uint32(slot(q, i)>>s.shift), &s.table[i], w.spans[i*n:][:n]
		for k, m := range s.masks[:n] {
			r := s.bucket(t, key^m)
			to[k] = r
			entries += uint64(r.hi - r.lo)
		}
	}
	return entries
}
