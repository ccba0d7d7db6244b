// SPDX-License-Identifier: EUPL-1.2

package recognise

import "image/color"

// vectors are the inner loops, in the form of one kind of processor; every form gives the same bits. Rows, steps and strides are
// counted in values. Every length n of pixels is a multiple of lanes.
type vectors struct {
	name string
	// rgba is the brightness of n pixels of four bytes, the fourth ignored.
	rgba func(dst []float32, pix []uint8, n int)
	// full and half are the brightness of n pixels with as many or half as many values of chroma.
	full, half func(dst []float32, y, cb, cr []uint8, n int)
	// transpose exchanges rows and columns of blocks of sixteen by sixteen values.
	transpose func(dst, src []float32, dstRow, srcRow, dstStep, srcStep, blocks int)
	// box adds, subtracts and writes a quotient, n times for sixteen values side by side.
	box func(out, in, gone, sum []float32, n int, count, inverse float32)
	// run adds and subtracts n times, and then writes one quotient.
	run func(out, in, gone, sum []float32, n int, count float32)
	// columns adds, subtracts and writes a quotient, once for each of the sums.
	columns func(out, in, gone, sums []float32, count, inverse float32)
	// dot is the sum of 64 rows of sixteen values, each multiplied by its factor.
	dot func(out, factors, rows []float32, stride int)
	// tent adds factor times the sum of rows of bytes, each times its weight, to len(out) values, a multiple of columns.
	tent func(out []float32, pix []uint8, stride int, weights []uint16, l *levels, factor float32)
}

func fastest() vectors { return allVectors()[0] }

func portable() vectors {
	return vectors{"portable", rgbaGo, fullGo, halfGo, transposeGo, boxGo, runGo, columnsGo, dotGo, tentGo}
}

// weigh is the brightness of a colour, 0 to 255, by the weights of ITU-R BT.601.
func weigh(red, green, blue uint8) float32 {
	return float32(float32(0.299)*float32(red)) + float32(float32(0.587)*float32(green)) + float32(float32(0.114)*float32(blue))
}

func rgbaGo(dst []float32, pix []uint8, n int) {
	pix = pix[:4*n]
	for x := range dst[:n] {
		p := pix[4*x : 4*x+4 : 4*x+4]
		dst[x] = weigh(p[0], p[1], p[2])
	}
}

func fullGo(dst []float32, y, cb, cr []uint8, n int) {
	for x := range dst[:n] {
		dst[x] = weigh(color.YCbCrToRGB(y[x], cb[x], cr[x]))
	}
}

func halfGo(dst []float32, y, cb, cr []uint8, n int) {
	for x := range dst[:n] {
		dst[x] = weigh(color.YCbCrToRGB(y[x], cb[x/2], cr[x/2]))
	}
}

func transposeGo(dst, src []float32, dstRow, srcRow, dstStep, srcStep, blocks int) {
	for b := range blocks {
		d, s := dst[b*dstStep:], src[b*srcStep:]
		for i := range lanes {
			for j, v := range s[i*srcRow:][:lanes] {
				d[j*dstRow+i] = v
			}
		}
	}
}

func boxGo(out, in, gone, sum []float32, n int, count, _ float32) {
	s := (*[lanes]float32)(sum)
	for i := range n {
		o, a, g := (*[lanes]float32)(out[lanes*i:]), (*[lanes]float32)(in[lanes*i:]), (*[lanes]float32)(gone[lanes*i:])
		for l := range s {
			s[l] = s[l] + a[l] - g[l]
			o[l] = s[l] / count
		}
	}
}

func runGo(out, in, gone, sum []float32, n int, count float32) {
	s := (*[lanes]float32)(sum)
	for i := range n {
		a, g := (*[lanes]float32)(in[lanes*i:]), (*[lanes]float32)(gone[lanes*i:])
		for l := range s {
			s[l] = s[l] + a[l] - g[l]
		}
	}
	for l, v := range s {
		out[l] = v / count
	}
}

func columnsGo(out, in, gone, sums []float32, count, _ float32) {
	n := len(sums)
	out, in, gone = out[:n], in[:n], gone[:n]
	for x, v := range sums {
		v = v + in[x] - gone[x]
		sums[x] = v
		out[x] = v / count
	}
}

func dotGo(out, factors, rows []float32, stride int) {
	var sum [lanes]float32
	for k, f := range factors[:64] {
		for l, v := range rows[k*stride:][:lanes] {
			sum[l] += float32(f * v)
		}
	}
	copy(out, sum[:])
}

func tentGo(out []float32, pix []uint8, stride int, weights []uint16, l *levels, factor float32) {
	var sums [256]uint32
	for ; len(out) > 0; out, pix = out[min(len(out), len(sums)):], pix[min(len(pix), len(sums)):] {
		n := min(len(out), len(sums))
		clear(sums[:n])
		for y, w := range weights {
			for x, v := range pix[y*stride:][:n] {
				sums[x] += uint32(w) * uint32(l.shown[v])
			}
		}
		for x, v := range sums[:n] {
			out[x] += float32(float32(v) * factor)
		}
	}
}
