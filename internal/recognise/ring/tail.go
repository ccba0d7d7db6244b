// SPDX-License-Identifier: EUPL-1.2

package ring

// Tail is entries that are not worth a segment yet: every search compares them all. A copy keeps what it has while the original
// grows, also while others search it.
type Tail struct {
	hashes []byte
	ids    []int64
	kernel kernel
}

// Add appends an entry. Only one goroutine may, and only to the latest copy.
func (t *Tail) Add(e Entry) {
	if t.ids == nil {
		t.kernel = kernels()[0]
	}
	t.hashes, t.ids = appendHash(t.hashes, e.Hash), append(t.ids, e.ID)
}

// Len is the number of entries.
func (t *Tail) Len() int { return len(t.ids) }

// At is the ith entry, in the order of Add.
func (t *Tail) At(i int) Entry { return Entry{t.ids[i], hashAt(t.hashes, uint32(i))} }

// Search appends the entries at most radius bits from q to dst.
func (t *Tail) Search(q Hash, radius int, dst []Hit) []Hit {
	if len(t.ids) == 0 {
		return dst
	}
	within(&t.kernel, t.hashes, &q, radius, make([]uint32, 16*lane), func(i uint32, d int) { dst = append(dst, Hit{t.ids[i], d}) })
	return dst
}
