// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"image"
	"image/color"
	"math"
)

// drawing makes the n-th invented picture: a landscape of weather symbols, with integer arithmetic only so that every machine
// draws the same. The goldens in pdq_test.go were computed from these very pixels.
func drawing(n int) *image.NRGBA {
	sizes := []image.Point{{512, 512}, {64, 64}, {63, 127}, {640, 480}, {1000, 700}, {5, 5}, {129, 128}, {300, 97}, {97, 300}, {1283, 719}}
	size := sizes[n%len(sizes)]
	img := image.NewNRGBA(image.Rectangle{Max: size})
	state := uint32(n*2654435761 + 12345)
	next := func(limit int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % limit
	}
	type disc struct{ x, y, r, red, green, blue int }
	discs := make([]disc, 6+n)
	for i := range discs {
		discs[i] = disc{next(size.X), next(size.Y), 1 + next(1+min(size.X, size.Y)/3), next(256), next(256), next(256)}
	}
	set := func(x, y int, c color.NRGBA) { copy(img.Pix[y*img.Stride+4*x:], []uint8{c.R, c.G, c.B, c.A}) }
	for y := range size.Y {
		for x := range size.X {
			set(x, y, color.NRGBA{uint8(255 * x / size.X), uint8(255 * y / size.Y), uint8(255 * (x + y) / (size.X + size.Y)), 255})
		}
	}
	for _, d := range discs {
		for y := max(0, d.y-d.r); y < min(size.Y, d.y+d.r); y++ {
			for x := max(0, d.x-d.r); x < min(size.X, d.x+d.r); x++ {
				if (x-d.x)*(x-d.x)+(y-d.y)*(y-d.y) < d.r*d.r {
					set(x, y, color.NRGBA{uint8(d.red), uint8(d.green), uint8(d.blue), 255})
				}
			}
		}
	}
	if grain := n % 3 * 16; grain > 0 {
		for i := 0; i < len(img.Pix); i += 4 {
			img.Pix[i] = uint8(min(255, int(img.Pix[i])+next(grain)))
			img.Pix[i+1] = uint8(max(0, int(img.Pix[i+1])-next(grain)))
		}
	}
	return img
}

// mapped is img with every pixel fetched through f.
func mapped(img image.Image, size image.Point, f func(x, y int) (int, int)) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			out.Set(x, y, img.At(f(x, y)))
		}
	}
	return out
}

// brightened is img with brightness raised by the factor.
func brightened(img *image.NRGBA, factor float64) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = uint8(math.Min(255, float64(v)*factor))
		if i%4 == 3 {
			out.Pix[i] = v
		}
	}
	return out
}
