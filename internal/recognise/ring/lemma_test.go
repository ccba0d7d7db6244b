// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// Every way to spread up to 15 differing bits over 4 of the 16 slots and every whole of up to 47 that rapid thinks of: some slot
// satisfies the lemma for every k, so first finds one, and the probes reach it.
func TestLemmaForSmallDistances(t *testing.T) {
	t.Parallel()
	for _, place := range [][4]int{{0, 1, 2, 3}, {0, 4, 8, 12}, {15, 0, 7, 8}, {3, 5, 9, 14}} {
		for n := range 16 * 16 * 16 * 16 {
			var d [slots]int
			sum := 0
			for i, p := range place {
				d[p] = n >> (4 * i) & 15
				sum += d[p]
			}
			if sum <= 15 {
				holds(t, d, sum)
			}
		}
	}
}

func TestLemma(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var d [slots]int
		sum := 0
		for left := rapid.IntRange(0, widest).Draw(t, "distance"); left > 0; {
			n := rapid.IntRange(1, min(left, slotBits)).Draw(t, "bits")
			i := rapid.IntRange(0, slots-1).Draw(t, "slot")
			n = min(n, slotBits-d[i])
			d[i], sum, left = d[i]+n, sum+n, left-max(n, 1)
		}
		holds(t, d, rapid.IntRange(sum, widest).Draw(t, "radius"))
	})
}

type failer interface{ Fatalf(string, ...any) }

func holds(t failer, d [slots]int, radius int) {
	var x Hash
	for i, n := range d {
		x[i/4] |= (1<<n - 1) << (48 - 16*(i%4))
	}
	found := false
	for i := range slots {
		good, sum := true, 0
		for k := 1; k <= slots; k++ {
			sum += d[(i+k-1)%slots]
			good = good && sum <= k*radius/slots
		}
		found = found || good
	}
	if !found {
		t.Fatalf("radius %d: no slot of %v satisfies the lemma", radius, d)
	}
	l := limitsOf(radius)
	i := l.first(&x)
	if i < 0 {
		t.Fatalf("radius %d: no first slot of %v", radius, d)
	}
	if l.one > flips || d[i] > l.one || d[i]+d[(i+1)%slots] > l.two || d[i]+d[(i+1)%slots]+d[(i+2)%slots] > l.three {
		t.Fatalf("radius %d: slot %d of %v is not reached", radius, i, d)
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for b := range slotBits + 1 {
		all, upTo := masks(b)
		seen := map[uint32]bool{}
		for i, m := range all {
			w := bits.OnesCount32(m)
			if seen[m] || m>>b != 0 || i >= upTo[w] || w > 0 && i < upTo[w-1] {
				t.Errorf("%d bits: mask %d is %b", b, i, m)
			}
			seen[m] = true
		}
		if len(all) != 1+b+b*(b-1)/2 {
			t.Errorf("%d bits: %d masks", b, len(all))
		}
	}
}
