// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"math/bits"
)

// Hash is 256 bits, as recognise.PDQ holds them.
type Hash = [4]uint64

// Entry is a hash and the number that it was stored under. One number may have several hashes and one hash several numbers.
type Entry struct {
	ID   int64
	Hash Hash
}

// Hit is one entry within the radius: its number, and how many of its 256 bits differ from the query.
type Hit struct {
	ID       int64
	Distance int
}

const (
	slots    = 16
	slotBits = 16
	hashSize = 32
)

// slot is the value of slot i, counted from the highest bits of the first word; i may go round.
func slot(h *Hash, i int) uint16 {
	i %= slots
	return uint16(h[i/4] >> (48 - 16*(i%4)))
}

func distance(a, b *Hash) int {
	return bits.OnesCount64(a[0]^b[0]) + bits.OnesCount64(a[1]^b[1]) + bits.OnesCount64(a[2]^b[2]) + bits.OnesCount64(a[3]^b[3])
}

func hashAt(b []byte, i uint32) Hash {
	b = b[uint64(i)*hashSize:][:hashSize]
	return Hash{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])}
}

func appendHash(b []byte, h Hash) []byte {
	for _, w := range h {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

func compare(a, b *Hash) int {
	for i := range a {
		if a[i] != b[i] {
			if a[i] < b[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

func apart(a, b uint16) int { return bits.OnesCount16(a ^ b) }
