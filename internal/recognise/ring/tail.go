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
	out := make([]uint32, min(block, (len(t.ids)+lane-1)/lane*lane))
	for from := 0; from < len(t.ids); from += block {
		part := t.hashes[from*hashSize : min(len(t.ids), from+block)*hashSize]
		for _, f := range within(&t.kernel, part, &q, radius, out) {
			dst = append(dst, Hit{t.ids[from+int(f&0xffff)], int(f >> 16)})
		}
	}
	return dst
}
