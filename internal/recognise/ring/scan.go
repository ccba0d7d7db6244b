// SPDX-License-Identifier: EUPL-1.2

package ring

import "slices"

const (
	// block is how many hashes are compared with one query after the other while they are in the first cache: 32 KB, of the 48 that
	// processors with AVX-512 have. A multiple of 8.
	block = 1 << 10
	lane  = 8
)

// within gives distance<<16|position, ascending by position, for each hash of b, at most block of them, that is at most radius bits from q. It
// writes to out, which holds as many as b.
func within(k *kernel, b []byte, q *Hash, radius int, out []uint32) []uint32 {
	n, found := len(b)/hashSize, 0
	whole := n / lane * lane
	if whole > 0 {
		found = k.scan(b, whole, q, radius, out)
	}
	for i := whole; i < n; i++ {
		h := hashAt(b, uint32(i))
		if d := distance(q, &h); d <= radius {
			out[found] = uint32(d)<<16 | uint32(i)
			found++
		}
	}
	return out[:found]
}

func (s *Segment) scan(q *Hash, radius int, dst []Hit) []Hit {
	w := s.scratch()
	defer s.pool.Put(w)
	for from := uint32(0); from < s.distinct; from += block {
		dst = s.scanBlock(from, q, radius, w.out, dst)
	}
	return dst
}

// scanMany compares everything with every query, a block at a time.
func (s *Segment) scanMany(qs []Hash, radius int, found func(query int, hit Hit)) {
	out, hits := make([]uint32, block), []Hit(nil)
	for from := uint32(0); from < s.distinct; from += block {
		for n := range qs {
			hits = s.scanBlock(from, &qs[n], radius, out, hits[:0])
			for _, h := range hits {
				found(n, h)
			}
		}
	}
}

// scanBlock appends the entries within the radius among the block of hashes that begins at a position.
func (s *Segment) scanBlock(from uint32, q *Hash, radius int, out []uint32, dst []Hit) []Hit {
	to := min(s.distinct, from+block)
	found := within(&s.kernel, s.hashes[uint64(from)*hashSize:uint64(to)*hashSize], q, radius, out)
	n := len(dst)
	dst = slices.Grow(dst, len(found))[:n+len(found)]
	for k, f := range found {
		dst[n+k] = Hit{s.number(s.ids, uint64(from+f&0xffff)), int(f >> 16)}
	}
	for i := s.further(from); i < int(s.more) && len(found) > 0; {
		switch p, f := s.furtherAt(i), found[0]; {
		case p < from+f&0xffff:
			i++
		case p > from+f&0xffff:
			found = found[1:]
		default:
			dst = append(dst, Hit{s.number(s.moreID, uint64(i)), int(f >> 16)})
			i++
		}
	}
	return dst
}
