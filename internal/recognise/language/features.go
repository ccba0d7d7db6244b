// SPDX-License-Identifier: EUPL-1.2

package language

const (
	longest  = 4  // letters of a run
	maxWhole = 12 // letters of a word that is a feature as a whole
	// Multiplier of Knuth's multiplicative hashing: 2^32 divided by the golden ratio.
	golden = 0x9E3779B1
)

// Features appends to dst a hash for each run of 1 to 4 letters in the word, its ends marked, and one for the word.
func Features(word []rune, dst []uint32) []uint32 {
	var padded [maxWord + 2]rune
	n := copy(padded[1:], word) + 2
	p := padded[:n]
	for i := range p {
		h := uint32(1)
		for k := 0; k < longest && i+k < n; k++ {
			h = (h ^ uint32(p[i+k])) * golden
			h ^= h >> 15
			if k == 0 && p[i] == 0 {
				continue // an end alone says nothing
			}
			dst = append(dst, h)
		}
	}
	if len(word) > longest-2 && len(word) <= maxWhole {
		h := uint32(2)
		for _, r := range word {
			h = (h ^ uint32(r)) * golden
			h ^= h >> 15
		}
		dst = append(dst, h)
	}
	return dst
}

// Row is the row of a table of 2^bits rows that a hash means.
func Row(h uint32, bits int) int { return int(h * golden >> (32 - bits)) }
