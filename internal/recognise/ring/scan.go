// SPDX-License-Identifier: EUPL-1.2

package ring

const (
	// block is how many hashes are compared with one query after the other while they are in the first cache: 32 KB, of the 48 that
	// processors with AVX-512 have. A multiple of 8.
	block = 1 << 10
	lane  = 8
)

// within calls found for each hash of b at most radius bits from q, looking at as many at a time as out, a multiple of 8, holds.
func within(k *kernel, b []byte, q *Hash, radius int, out []uint32, found func(i uint32, distance int)) {
	n := len(b) / hashSize
	for from := 0; from < n; from += len(out) {
		part := b[from*hashSize : min(n, from+len(out))*hashSize]
		whole := len(part) / hashSize / lane * lane
		if whole > 0 {
			for _, i := range out[:k.scan(part, whole, q, radius, out)] {
				h := hashAt(part, i)
				found(uint32(from)+i, distance(q, &h))
			}
		}
		for i := whole; i < len(part)/hashSize; i++ {
			h := hashAt(part, uint32(i))
			if d := distance(q, &h); d <= radius {
				found(uint32(from+i), d)
			}
		}
	}
}

func (s *Segment) scan(q *Hash, radius int, dst []Hit) []Hit {
	w := s.scratch()
	defer s.pool.Put(w)
	within(&s.kernel, s.hashes, q, radius, w.out[:block], func(i uint32, d int) { dst = s.appendIDs(dst, i, d) })
	return dst
}

// scanMany compares everything with every query, a block at a time.
func (s *Segment) scanMany(qs []Hash, radius int, found func(query int, hit Hit)) {
	out, hits := make([]uint32, block), []Hit(nil)
	for from := 0; from < len(s.hashes); from += block * hashSize {
		part := s.hashes[from:min(len(s.hashes), from+block*hashSize)]
		for n := range qs {
			within(&s.kernel, part, &qs[n], radius, out, func(i uint32, d int) {
				hits = s.appendIDs(hits[:0], uint32(from/hashSize)+i, d)
				for _, h := range hits {
					found(n, h)
				}
			})
		}
	}
}
