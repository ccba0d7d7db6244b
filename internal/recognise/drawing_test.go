// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
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

// generated makes an invented picture of a kind: "gradient", "noise", "timetable" (text of trains), "waves", or "drawing", of any
// size, with integer arithmetic only; grey kinds are image.Gray.
func generated(kind string, w, h int) image.Image {
	r := image.Rect(0, 0, w, h)
	state := uint32(w*31 + h)
	next := func() uint8 {
		state = state*1664525 + 1013904223
		return uint8(state >> 24)
	}
	switch kind {
	case "gradient":
		m := image.NewGray(r)
		for i := range m.Pix {
			m.Pix[i] = uint8((i%w*200/w + i/w*55/h))
		}
		return m
	case "greynoise":
		m := image.NewGray(r)
		for i := range m.Pix {
			m.Pix[i] = next()
		}
		return m
	case "drawing":
		source := drawing(4)
		return mapped(source, r.Max, func(x, y int) (int, int) { return x * 1000 / w, y * 700 / h })
	}
	m := image.NewRGBA(r)
	for i := 0; i < len(m.Pix); i += 4 {
		x, y := i/4%w, i/4/w
		c := [3]uint8{next(), next(), next()}
		switch kind {
		case "timetable":
			c = [3]uint8{250, 250, 240}
		case "waves":
			c = [3]uint8{uint8(x * x / 90), uint8(y * y / 70), uint8(x * y / 110)}
		}
		copy(m.Pix[i:], []uint8{c[0], c[1], c[2], 255})
	}
	if kind == "timetable" {
		d := font.Drawer{Dst: m, Src: image.NewUniform(color.RGBA{20, 30, 90, 255}), Face: basicfont.Face7x13}
		for line := range h / 15 {
			d.Dot = fixed.P(4+line%5*3, 13+15*line)
			d.DrawString(fmt.Sprintf("%02d:%02d  Riga - Valga - Tartu  platform %d  on time, light rain", line%24, line*7%60, line%9))
		}
	}
	return m
}
