// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"iolaus/internal/recognise/ring"
)

// hold is the latest view, or nil after Close. Whoever gets it releases it.
func (x *Index) hold() *view {
	for {
		v := x.latest.Load()
		if v == nil || v.hold() {
			return v
		}
	}
}

// Search appends every entry at most radius bits from q to dst, in no particular order, and each once. It never waits. After Close
// there is nothing.
func (x *Index) Search(q ring.Hash, radius int, dst []ring.Hit) []ring.Hit {
	v := x.hold()
	if v == nil {
		return dst
	}
	defer v.release()
	from := len(dst)
	for _, s := range v.segments {
		dst = s.Search(q, radius, dst)
	}
	dst = v.tail.entries.Search(q, radius, dst)
	kept := dst[:from]
	for _, h := range dst[from:] {
		if !v.removed(h.ID) {
			kept = append(kept, h)
		}
	}
	return kept
}

// SearchMany calls found with the index of a query for each entry at most radius bits from it, in no particular order, all on one view.
// From some thousand queries on it is several times faster than a Search for each.
func (x *Index) SearchMany(qs []ring.Hash, radius int, found func(query int, hit ring.Hit)) {
	v := x.hold()
	if v == nil {
		return
	}
	defer v.release()
	alive := func(n int, h ring.Hit) {
		if !v.removed(h.ID) {
			found(n, h)
		}
	}
	for _, s := range v.segments {
		s.SearchMany(qs, radius, alive)
	}
	var hits []ring.Hit
	for n := range qs {
		hits = v.tail.entries.Search(qs[n], radius, hits[:0])
		for _, h := range hits {
			alive(n, h)
		}
	}
}

// Len is the number of entries; while a damaged segment waits to be read again, about that.
func (x *Index) Len() int {
	v := x.hold()
	if v == nil {
		return 0
	}
	defer v.release()
	return v.len()
}

// Watermark is the greatest number taken in.
func (x *Index) Watermark() int64 {
	v := x.hold()
	if v == nil {
		return 0
	}
	defer v.release()
	return v.watermark
}
