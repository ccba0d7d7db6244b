// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"math/bits"
)

// kernel is the inner loops for one kind of processor. All give the same answers.
type kernel struct {
	name string
	// filter writes which entries of the spans differ from q in at most most bits to out, which holds as many as the spans do.
	filter func(near []byte, spans []span, q uint16, most int, out []uint32) int
	// cross writes query<<32|entry for each of the first n entries that differs from one of qs in at most most bits to out, which holds
	// n*len(qs). It may read 64 bytes past the entries.
	cross func(near []byte, n int, qs []uint16, most int, out []uint64) int
	// scan writes distance<<16|position, ascending by position, for each of the first n hashes that differs from q in at most radius bits to
	// out, which holds n, a multiple of 8 above 0 and at most block.
	scan func(hashes []byte, n int, q *Hash, radius int, out []uint32) int
	// fetch asks for the memory of the spans.
	fetch func(near []byte, spans []span)
}

func portable() kernel {
	return kernel{"go", filterGo, crossGo, scanGo, func([]byte, []span) {}}
}

const lanes = 0x0001000100010001

// small has the highest bit of each 16-bit lane set whose number of bits is at most most, given as (0x7fff-most)*lanes.
func small(x, bias uint64) uint64 {
	x -= x >> 1 & (0x5555 * lanes)
	x = x&(0x3333*lanes) + x>>2&(0x3333*lanes)
	x = (x + x>>4) & (0x0f0f * lanes)
	x = (x + x>>8) & (0x001f * lanes)
	return ^(x + bias) & (0x8000 * lanes)
}

func filterGo(near []byte, spans []span, q uint16, most int, out []uint32) (n int) {
	qs, bias := uint64(q)*lanes, uint64(0x7fff-most)*lanes
	for _, r := range spans {
		if r.lo >= r.hi {
			continue
		}
		b := near[uint64(r.lo)*2 : uint64(r.hi)*2+8]
		for at := 0; at < len(b)-8; at += 8 {
			hit := small(binary.LittleEndian.Uint64(b[at:])^qs, bias)
			for ; hit != 0; hit &= hit - 1 {
				i := r.lo + uint32(at+bits.TrailingZeros64(hit)/8)/2
				if i >= r.hi {
					break
				}
				out[n] = i
				n++
			}
		}
	}
	return n
}

func crossGo(near []byte, size int, qs []uint16, most int, out []uint64) (n int) {
	bias := uint64(0x7fff-most) * lanes
	for at := 0; at < size; at += 4 {
		x := binary.LittleEndian.Uint64(near[2*at:])
		for k, q := range qs {
			for hit := small(x^uint64(q)*lanes, bias); hit != 0; hit &= hit - 1 {
				i := at + bits.TrailingZeros64(hit)/16
				if i >= size {
					break
				}
				out[n] = uint64(k)<<32 | uint64(i)
				n++
			}
		}
	}
	return n
}

func scanGo(hashes []byte, size int, q *Hash, radius int, out []uint32) (n int) {
	for i := range uint32(size) {
		h := hashAt(hashes, i)
		if d := distance(q, &h); d <= radius {
			out[n] = uint32(d)<<16 | i
			n++
		}
	}
	return n
}
