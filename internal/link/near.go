// SPDX-License-Identifier: EUPL-1.2

package link

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"slices"
)

// A pair is a value of each site that are the same thing; a <= b in the order of text, so that it does not matter which is whose.
type pair struct {
	a, b     string
	distance int
}

// pairs matches hexadecimal hashes of the given number of digits by Hamming distance, the nearest first, each hash once. What
// is not such a hash matches only its equal.
func pairs(a, b []string, digits, radius int) []pair {
	type candidate struct {
		pair
		i, j int
	}
	var found []candidate
	da, db := decodeAll(a, digits), decodeAll(b, digits)
	for i := range a {
		for j := range b {
			d := 0
			if a[i] != b[j] {
				if da[i] == nil || db[j] == nil {
					continue
				}
				if d = hamming(da[i], db[j]); d > radius {
					continue
				}
			}
			found = append(found, candidate{pair{min(a[i], b[j]), max(a[i], b[j]), d}, i, j})
		}
	}
	slices.SortFunc(found, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.distance, y.distance), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	var out []pair
	usedA, usedB := make([]bool, len(a)), make([]bool, len(b))
	for _, c := range found {
		if !usedA[c.i] && !usedB[c.j] {
			usedA[c.i], usedB[c.j] = true, true
			out = append(out, c.pair)
		}
	}
	return out
}

func decodeAll(list []string, digits int) [][]byte {
	out := make([][]byte, len(list))
	for n, s := range list {
		if len(s) != digits {
			continue
		}
		if b, err := hex.DecodeString(s); err == nil {
			out[n] = b
		}
	}
	return out
}

// hamming counts the bits in which two byte strings of one length, a multiple of eight, differ.
func hamming(a, b []byte) int {
	n := 0
	for i := 0; i < len(a); i += 8 {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]))
	}
	return n
}
