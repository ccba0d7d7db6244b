// SPDX-License-Identifier: EUPL-1.2

package ring

import "math/bits"

const (
	// flips is how many bits of a slot a probe may turn.
	flips = 2
	// widest is the greatest radius with at most that many flips: above it k*r/16 is 3 for k = 1.
	widest = 16*(flips+1) - 1
)

// limits are the right sides of the lemma for k = 1, 2 and 3.
type limits struct{ one, two, three int }

func limitsOf(radius int) limits {
	return limits{radius / slots, 2 * radius / slots, 3 * radius / slots}
}

// first is the lowest slot that satisfies the lemma for k = 1, 2 and 3, or -1, which means that the distance is greater than the radius.
// The argument is the exclusive or of two hashes.
func (l limits) first(x *Hash) int {
	var d [slots + 2]int
	for i := range slots {
		d[i] = bits.OnesCount16(slot(x, i))
	}
	d[slots], d[slots+1] = d[0], d[1]
	for i := range slots {
		if d[i] <= l.one && d[i]+d[i+1] <= l.two && d[i]+d[i+1]+d[i+2] <= l.three {
			return i
		}
	}
	return -1
}

// owner is the slot that reports h to who asks for q.
func (l limits) owner(q, h *Hash) int {
	return l.first(&Hash{q[0] ^ h[0], q[1] ^ h[1], q[2] ^ h[2], q[3] ^ h[3]})
}

// masks are the numbers of b bits with no, one and two bits set, in this order, and how many have at most that many.
func masks(b int) (all []uint32, upTo [flips + 1]int) {
	all = append(all, 0)
	upTo[0] = 1
	for i := range b {
		all = append(all, 1<<i)
	}
	upTo[1] = len(all)
	for i := range b {
		for j := range i {
			all = append(all, 1<<i|1<<j)
		}
	}
	upTo[2] = len(all)
	return all, upTo
}
