// SPDX-License-Identifier: EUPL-1.2

package rehearse

import "math"

// A chance is a number that depends on the seed and on what is drawn, never on the order of drawing: two rehearsals of one seed differ only
// where their plans do.
type chance uint64

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// of gives the chance of a part of what is drawn.
func (c chance) of(what uint64) chance { return chance(mix(uint64(c) ^ mix(what))) }

// named gives that of something with a name: FNV-1a, as names are few and short.
func (c chance) named(name string) chance {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return c.of(h)
}

// uniform is in (0, 1), never either.
func (c chance) uniform() float64 { return (float64(uint64(c)>>11) + .5) / (1 << 53) }

// normal is standard normal, by the inverse of its distribution.
func (c chance) normal() float64 { return math.Sqrt2 * math.Erfinv(2*c.uniform()-1) }
