// SPDX-License-Identifier: EUPL-1.2

package recognise

import "golang.org/x/sys/cpu"

// allVectors are the forms that this processor can run, the fastest first.
func allVectors() (all []vectors) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		all = append(all, assembly("avx512", loops{lumaRGBA512, lumaFull512, lumaHalf512, transpose512, box512, run512, columns512, dot512, tent512}))
	}
	if cpu.X86.HasAVX2 {
		all = append(all, assembly("avx2", loops{lumaRGBA256, lumaFull256, lumaHalf256, transpose256, box256, run256, columns256, dot256, tent256}))
	}
	return append(all, portable())
}

// loops are those of one assembly file. They count rows, steps and strides in bytes.
type loops struct {
	rgba       func(dst *float32, pix *uint8, n int)
	full, half func(dst *float32, y, cb, cr *uint8, n int)
	transpose  func(dst, src *float32, dstRow, srcRow, dstStep, srcStep, blocks int)
	box        func(out, in, gone, sum *float32, n int, count, inverse float32)
	run        func(out, in, gone, sum *float32, n int, count float32)
	columns    func(out, in, gone, sums *float32, n int, count, inverse float32)
	dot        func(out, factors, rows *float32, stride int)
	tent       func(out *float32, pix *uint8, stride int, weights *uint16, rows, n int, black, stretch uint16, factor float32)
}

// assembly checks the ends of what the loops will touch, which they do not.
func assembly(name string, l loops) vectors {
	return vectors{
		name: name,
		rgba: func(dst []float32, pix []uint8, n int) {
			if n > 0 {
				_, _ = dst[n-1], pix[4*n-1]
				l.rgba(&dst[0], &pix[0], n)
			}
		},
		full: func(dst []float32, y, cb, cr []uint8, n int) {
			if n > 0 {
				_, _, _, _ = dst[n-1], y[n-1], cb[n-1], cr[n-1]
				l.full(&dst[0], &y[0], &cb[0], &cr[0], n)
			}
		},
		half: func(dst []float32, y, cb, cr []uint8, n int) {
			if n > 0 {
				_, _, _, _ = dst[n-1], y[n-1], cb[n/2-1], cr[n/2-1]
				l.half(&dst[0], &y[0], &cb[0], &cr[0], n)
			}
		},
		transpose: func(dst, src []float32, dstRow, srcRow, dstStep, srcStep, blocks int) {
			if blocks > 0 {
				_, _ = dst[(blocks-1)*dstStep+(lanes-1)*dstRow+lanes-1], src[(blocks-1)*srcStep+(lanes-1)*srcRow+lanes-1]
				l.transpose(&dst[0], &src[0], 4*dstRow, 4*srcRow, 4*dstStep, 4*srcStep, blocks)
			}
		},
		box: func(out, in, gone, sum []float32, n int, count, inverse float32) {
			if n > 0 {
				_, _, _, _ = out[lanes*n-1], in[lanes*n-1], gone[lanes*n-1], sum[lanes-1]
				l.box(&out[0], &in[0], &gone[0], &sum[0], n, count, inverse)
			}
		},
		run: func(out, in, gone, sum []float32, n int, count float32) {
			last := max(lanes*n-1, 0)
			_, _, _, _ = out[lanes-1], in[last], gone[last], sum[lanes-1]
			l.run(&out[0], &in[0], &gone[0], &sum[0], n, count)
		},
		columns: func(out, in, gone, sums []float32, count, inverse float32) {
			if n := len(sums); n > 0 {
				_, _, _ = out[n-1], in[n-1], gone[n-1]
				l.columns(&out[0], &in[0], &gone[0], &sums[0], n, count, inverse)
			}
		},
		dot: func(out, factors, rows []float32, stride int) {
			_, _, _ = out[lanes-1], factors[63], rows[63*stride+lanes-1]
			l.dot(&out[0], &factors[0], &rows[0], 4*stride)
		},
		tent: func(out []float32, pix []uint8, stride int, weights []uint16, v *levels, factor float32) {
			if n, rows := len(out)&^(columns-1), len(weights); n > 0 && rows > 0 {
				_ = pix[(rows-1)*stride+n-1]
				l.tent(&out[0], &pix[0], stride, &weights[0], rows, n, v.black, v.stretch, factor)
			}
		},
	}
}

//go:noescape
func lumaRGBA512(dst *float32, pix *uint8, n int)

//go:noescape
func lumaFull512(dst *float32, y, cb, cr *uint8, n int)

//go:noescape
func lumaHalf512(dst *float32, y, cb, cr *uint8, n int)

//go:noescape
func transpose512(dst, src *float32, dstRow, srcRow, dstStep, srcStep, blocks int)

//go:noescape
func box512(out, in, gone, sum *float32, n int, count, inverse float32)

//go:noescape
func run512(out, in, gone, sum *float32, n int, count float32)

//go:noescape
func columns512(out, in, gone, sums *float32, n int, count, inverse float32)

//go:noescape
func dot512(out, factors, rows *float32, stride int)

//go:noescape
func tent512(out *float32, pix *uint8, stride int, weights *uint16, rows, n int, black, stretch uint16, factor float32)

//go:noescape
func lumaRGBA256(dst *float32, pix *uint8, n int)

//go:noescape
func lumaFull256(dst *float32, y, cb, cr *uint8, n int)

//go:noescape
func lumaHalf256(dst *float32, y, cb, cr *uint8, n int)

//go:noescape
func transpose256(dst, src *float32, dstRow, srcRow, dstStep, srcStep, blocks int)

//go:noescape
func box256(out, in, gone, sum *float32, n int, count, inverse float32)

//go:noescape
func run256(out, in, gone, sum *float32, n int, count float32)

//go:noescape
func columns256(out, in, gone, sums *float32, n int, count, inverse float32)

//go:noescape
func dot256(out, factors, rows *float32, stride int)

//go:noescape
func tent256(out *float32, pix *uint8, stride int, weights *uint16, rows, n int, black, stretch uint16, factor float32)
