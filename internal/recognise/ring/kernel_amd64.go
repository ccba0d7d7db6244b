// SPDX-License-Identifier: EUPL-1.2

package ring

import "golang.org/x/sys/cpu"

// kernels are the ones that this processor can run, the fastest first.
func kernels() (all []kernel) {
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512BITALG && x.HasAVX512VPOPCNTDQ && x.HasBMI1 && x.HasBMI2 {
		all = append(all, kernel{"avx512",
			func(near []byte, spans []span, q uint16, most int, out []uint32) int {
				if len(spans) == 0 || len(out) == 0 {
					return 0
				}
				return filter512(&near[0], &spans[0], len(spans), uint64(q), uint64(most), &out[0])
			},
			func(near []byte, n int, qs []uint16, most int, out []uint64) int {
				return cross512(&near[0], n, &qs[0], len(qs), uint64(most), &out[0])
			},
			func(hashes []byte, n int, q *Hash, radius int, out []uint32) int {
				return scan512(&hashes[0], n, q, uint64(radius), &out[0])
			},
			fetch})
	}
	if x.HasAVX2 && x.HasBMI1 && x.HasBMI2 {
		all = append(all, kernel{"avx2",
			func(near []byte, spans []span, q uint16, most int, out []uint32) int {
				if len(spans) == 0 || len(out) == 0 {
					return 0
				}
				return filter256(&near[0], &spans[0], len(spans), uint64(q), uint64(most), &out[0])
			},
			func(near []byte, n int, qs []uint16, most int, out []uint64) int {
				return cross256(&near[0], n, &qs[0], len(qs), uint64(most), &out[0])
			},
			scanGo, // as fast: it counts 64 bits an instruction
			fetch})
	}
	return append(all, portable())
}

func fetch(near []byte, spans []span) {
	if len(spans) > 0 {
		fetchSpans(&near[0], &spans[0], len(spans))
	}
}

//go:noescape
func filter512(near *byte, spans *span, count int, q, most uint64, out *uint32) int

//go:noescape
func cross512(near *byte, n int, qs *uint16, count int, most uint64, out *uint64) int

//go:noescape
func scan512(hashes *byte, n int, q *Hash, radius uint64, out *uint32) int

//go:noescape
func filter256(near *byte, spans *span, count int, q, most uint64, out *uint32) int

//go:noescape
func cross256(near *byte, n int, qs *uint16, count int, most uint64, out *uint64) int

// fetchSpans prefetches into the second cache.
//
//go:noescape
func fetchSpans(near *byte, spans *span, count int)
