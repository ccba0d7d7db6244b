// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"math/bits"
	"slices"
)

const (
	// entryWords is an entry as words: its hash, and its number with the sign turned, so that words compare as entries do.
	entryWords = 5
	sign       = 1 << 63
	// aside is how many entries lie in a part that is sorted by itself: twice 40 bytes of each stay in the second cache.
	aside = 1 << 13
	// widestDigit keeps the places that one pass writes to few enough for the processor's table of pages, whose size is 1,536 or more.
	widestDigit = 10
	// by these numbers of entries the simpler ways are faster.
	byInsertion, byComparing = 24, 256
)

// arrange sorts by hash, then number. What it needed for that, entryWords words an entry, it gives back for other use; nothing is
// needed for what is in order already.
func arrange(entries []Entry) (room []uint64) {
	if slices.IsSortedFunc(entries, order) {
		return nil
	}
	s := sorter{entries, make([]uint64, entryWords*len(entries))}
	s.sort(0, len(entries), 0)
	return s.room
}

// sorter sorts from the highest bits on: it spreads entries into room by some bits, and from there back by more.
type sorter struct {
	entries []Entry
	room    []uint64
}

func (s *sorter) at(i int) *[entryWords]uint64 { return (*[entryWords]uint64)(s.room[i*entryWords:]) }

// word is the kth word that entries compare by.
func word(e *Entry, k int) uint64 {
	if k < len(e.Hash) {
		return e.Hash[k]
	}
	return uint64(e.ID) ^ sign
}

// sort sorts a range whose entries are equal up to bit.
func (s *sorter) sort(lo, hi, bit int) {
	all := s.entries[lo:hi]
	if len(all) <= byInsertion {
		insert(all)
		return
	}
	if len(all) <= byComparing {
		slices.SortFunc(all, order)
		return
	}
	if bit = parted(all, bit); bit == 64*entryWords {
		return
	}
	width := min(widestDigit, bits.Len(uint(len(all)/aside)), 64-bit%64)
	if width == 0 {
		for i := range all {
			s.put(lo+i, &all[i])
		}
		s.back(lo, hi, bit)
		return
	}
	var ends [1 << widestDigit]int
	k, left, right := bit/64, bit%64, 64-width
	for i := range all {
		ends[word(&all[i], k)<<(left&63)>>(right&63)%uint64(len(ends))]++
	}
	sum := lo
	for v, n := range ends[:1<<width] {
		ends[v] = sum
		sum += n
	}
	for i := range all {
		end := &ends[word(&all[i], k)<<(left&63)>>(right&63)%uint64(len(ends))]
		s.put(*end, &all[i])
		*end++
	}
	for _, end := range ends[:1<<width] {
		s.back(lo, end, bit+width)
		lo = end
	}
}

func (s *sorter) put(i int, e *Entry) {
	*s.at(i) = [entryWords]uint64{e.Hash[0], e.Hash[1], e.Hash[2], e.Hash[3], uint64(e.ID) ^ sign}
}

func (s *sorter) take(i int, e *Entry) {
	w := s.at(i)
	*e = Entry{int64(w[4] ^ sign), Hash(w[:4])}
}

// back spreads a range of room, equal up to bit, among the entries, so finely that mostly a few lie together, and sorts those.
func (s *sorter) back(lo, hi, bit int) {
	const widest = widestDigit + 2
	width := min(widest, max(0, bits.Len(uint(hi-lo))-2), 64-bit%64)
	if width == 0 || bit == 64*entryWords {
		for i := lo; i < hi; i++ {
			s.take(i, &s.entries[i])
		}
		s.sort(lo, hi, bit)
		return
	}
	var ends [1 << widest]uint32
	k, left, right := bit/64, bit%64, 64-width
	for i := lo; i < hi; i++ {
		ends[s.at(i)[k]<<(left&63)>>(right&63)%uint64(len(ends))]++
	}
	sum := uint32(lo)
	for v, n := range ends[:1<<width] {
		ends[v] = sum
		sum += n
	}
	for i := lo; i < hi; i++ {
		end := &ends[s.at(i)[k]<<(left&63)>>(right&63)%uint64(len(ends))]
		s.take(i, &s.entries[*end])
		*end++
	}
	for _, end := range ends[:1<<width] {
		if int(end)-lo > 1 {
			s.sort(lo, int(end), bit+width)
		}
		lo = int(end)
	}
}

// parted is the first bit in which entries that are equal up to bit differ, or 64*entryWords.
func parted(all []Entry, bit int) int {
	for k := bit / 64; k < entryWords; k, bit = k+1, 0 {
		first, differ, soonest := word(&all[0], k), uint64(0), uint64(sign)>>(bit%64)
		for i := range all {
			if differ |= word(&all[i], k) ^ first; differ >= soonest {
				break
			}
		}
		if differ != 0 {
			return 64*k + bits.LeadingZeros64(differ)
		}
	}
	return 64 * entryWords
}

func insert(all []Entry) {
	for i := 1; i < len(all); i++ {
		e, k := all[i], i
		for k > 0 && order(e, all[k-1]) < 0 {
			all[k] = all[k-1]
			k--
		}
		all[k] = e
	}
}

func order(a, b Entry) int {
	if c := compare(&a.Hash, &b.Hash); c != 0 {
		return c
	}
	switch {
	case a.ID < b.ID:
		return -1
	case a.ID > b.ID:
		return 1
	}
	return 0
}
