// SPDX-License-Identifier: EUPL-1.2

package ring

const (
	// batch is how many queries go through the tables at once; the tables are read once for all of them, from start to end.
	batch = 1 << 16
	// pays is how many queries for each 16 buckets make that cheaper than a search for each: see BenchmarkBatch.
	pays = 4
	// pairs is how many comparisons one call of cross may do.
	pairs = 1 << 16
)

// SearchMany calls found for each entry at most radius bits from a query, with the query's index, in no particular order. From some
// thousand queries on it is several times faster than a Search for each. The segment may be searched meanwhile.
func (s *Segment) SearchMany(qs []Hash, radius int, found func(query int, hit Hit)) {
	if radius < 0 {
		return
	}
	for from := 0; from < len(qs); from += batch {
		part := qs[from:min(len(qs), from+batch)]
		report := func(n int, h Hit) { found(from+n, h) }
		switch l := limitsOf(radius); {
		case radius > widest || s.distinct <= few:
			s.scanMany(part, radius, report)
		case l.one > 1 || len(part)*16 < pays<<s.buckets:
			var hits []Hit
			for n, q := range part {
				hits = s.Search(q, radius, hits[:0])
				for _, h := range hits {
					report(n, h)
				}
			}
		case s.crowds(part):
			s.scanMany(part, radius, report)
		default:
			s.sweep(part, radius, l, report)
		}
	}
}

// crowds says that the probes of the queries lead to so many entries that a full comparison is cheaper, as crowded does for one; the
// exact probes stand for all.
func (s *Segment) crowds(qs []Hash) bool {
	entries := uint64(0)
	for n := range qs {
		for i := range slots {
			r := s.bucket(&s.table[i], uint32(slot(&qs[n], i)>>s.shift))
			entries += uint64(r.hi - r.lo)
		}
	}
	return entries*slots > uint64(len(qs))*uint64(s.distinct)*crowded
}
