// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// Each kernel writes what the plain sentence says, at every length around the edges of a vector, and nothing beyond.
func TestKernelsAgree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]uint16, 700)
	for i := range values {
		values[i] = uint16(r.Uint32() & r.Uint32())
	}
	var near []byte
	for _, v := range values {
		near = binary.LittleEndian.AppendUint16(near, v)
	}
	near = append(near, make([]byte, footSize)...)
	for _, k := range kernels() {
		for most := range 9 {
			for n := range 300 {
				lo := uint32(r.IntN(200))
				spans := []span{{lo, lo + uint32(n)}, {7, 7}, {600, 600 + uint32(n%34)}}
				q := uint16(r.Uint32() & r.Uint32())
				var want []uint32
				for _, s := range spans {
					for i := s.lo; i < s.hi; i++ {
						if bits.OnesCount16(values[i]^q) <= most {
							want = append(want, i)
						}
					}
				}
				out := make([]uint32, n+35)
				out[len(want)] = 1 << 30
				got := k.filter(near, spans, q, most, out)
				if !slices.Equal(out[:got], want) || out[len(want)] != 1<<30 {
					t.Fatalf("%s: filter of %v within %d: %v, want %v", k.name, spans, most, out[:got], want)
				}
				if n == 0 {
					continue
				}
				qs := []uint16{q, 0, uint16(r.Uint32())}
				var pairs []uint64
				for i, q := range qs {
					for j := range n {
						if bits.OnesCount16(values[int(lo)+j]^q) <= most {
							pairs = append(pairs, uint64(i)<<32|uint64(j))
						}
					}
				}
				cross := make([]uint64, 3*n+1)
				cross[len(pairs)] = 1 << 62
				m := k.cross(near[2*lo:], n, qs, most, cross)
				slices.Sort(cross[:m])
				if !slices.Equal(cross[:m], pairs) || cross[len(pairs)] != 1<<62 {
					t.Fatalf("%s: cross of %d entries within %d: %v, want %v", k.name, n, most, cross[:m], pairs)
				}
			}
		}
	}
}

func TestScansAgree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 2))
	hashes := kinds["clustered"](r, 256)
	hashes[9] = Hash{^hashes[0][0], ^hashes[0][1], ^hashes[0][2], ^hashes[0][3]}
	var b []byte
	for _, h := range hashes {
		b = appendHash(b, h)
	}
	for _, k := range kernels() {
		for n := lane; n <= len(hashes); n += lane {
			for _, radius := range []int{0, 1, 16, 31, 32, 120, 127, 128, 129, 255, 256} {
				var want []uint32
				for i, h := range hashes[:n] {
					if d := distance(&h, &hashes[0]); d <= radius {
						want = append(want, uint32(d)<<16|uint32(i))
					}
				}
				out := make([]uint32, n+1)
				out[n] = 1 << 30
				got := out[:k.scan(b, n, &hashes[0], radius, out[:n])]
				if !slices.Equal(got, want) || out[n] != 1<<30 {
					t.Fatalf("%s: %d within %d of %d, want %d", k.name, len(got), radius, n, len(want))
				}
			}
		}
	}
}
