// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

// plainFrequencies is the published method without strips or vectors.
func plainFrequencies(img image.Image, most int) (frequencies, int) {
	t := newTransformer(portable())
	if !t.source.open(img, most) {
		return frequencies{}, 0
	}
	w, h := t.source.w, t.source.h
	plane := make([]float32, w*h)
	for y := range h {
		t.source.row(&t.vectors, plane[y*w:][:w], y)
	}
	if w != 64 || h != 64 {
		tent(plane, w, h)
	}
	decimate(&t.small, plane, w, h)
	t.cosine()
	return t.freq, t.quality()
}

// Strips, in every form that this processor has, give the very bits of the plain method, for sizes around every edge.
func TestPDQStripsEqualThePlainMethod(t *testing.T) {
	t.Parallel()
	sizes := []image.Point{{5, 5}, {5, 300}, {300, 5}, {15, 17}, {16, 16}, {17, 15}, {63, 64}, {64, 64}, {64, 65}, {127, 129}, {128, 128},
		{129, 127}, {257, 256}, {383, 385}, {512, 512}, {513, 1}, {513, 511}, {1000, 37}, {2049, 130}, {130, 2049}, {1, 600}}
	random := rand.New(rand.NewPCG(1, 2))
	for _, v := range allVectors() {
		transformer := newTransformer(v) // one for all sizes: what a buffer held before must not matter
		for _, size := range sizes {
			img := image.NewNRGBA(image.Rectangle{Max: size})
			for i := range img.Pix {
				img.Pix[i] = uint8(random.UintN(256))
			}
			for _, most := range []int{0, toolSide} {
				want, wantQuality := plainFrequencies(img, most)
				quality, ok := transformer.transform(img, most)
				if !ok {
					quality, transformer.freq = 0, frequencies{}
				}
				if transformer.freq != want || quality != wantQuality {
					t.Errorf("%s, %v, at most %d: frequencies differ or quality %d is not %d", v.name, size, most, quality, wantQuality)
				}
			}
		}
	}
}

// Every colour of four bytes and of luma with chroma has the brightness that converting it gives, in every form.
func TestPDQLumaEqualsTheConversion(t *testing.T) {
	t.Parallel()
	for _, v := range allVectors() {
		random := rand.New(rand.NewPCG(3, 4))
		dst := make([]float32, 256)
		y, cb, cr, pix := make([]uint8, 256), make([]uint8, 256), make([]uint8, 256), make([]uint8, 1024)
		for i := range y {
			y[i] = uint8(i)
		}
		for step := range 1 << 16 {
			for i := range cb {
				cb[i], cr[i] = uint8(step), uint8(step>>8)
			}
			v.full(dst, y, cb, cr, 256)
			for i, got := range dst {
				if want := weigh(color.YCbCrToRGB(y[i], cb[i], cr[i])); got != want {
					t.Fatalf("%s: %d %d %d gives %v, want %v", v.name, y[i], cb[i], cr[i], got, want)
				}
			}
		}
		for range 500 {
			for i := range cb {
				cb[i], cr[i] = uint8(random.UintN(256)), uint8(random.UintN(256))
			}
			v.half(dst, y, cb, cr, 256)
			for i, got := range dst {
				if want := weigh(color.YCbCrToRGB(y[i], cb[i/2], cr[i/2])); got != want {
					t.Fatalf("%s, half: %d gives %v, want %v", v.name, i, got, want)
				}
			}
			for i := range pix {
				pix[i] = uint8(random.UintN(256))
			}
			v.rgba(dst, pix, 256)
			for i, got := range dst {
				if want := weigh(pix[4*i], pix[4*i+1], pix[4*i+2]); got != want {
					t.Fatalf("%s, four bytes: %v, want %v", v.name, got, want)
				}
			}
		}
	}
}

// The cosines are those of the reference: a sum over their bits, computed from its own table.
func TestPDQCosines(t *testing.T) {
	t.Parallel()
	sum := uint32(0)
	for _, row := range cosines() {
		for _, c := range row {
			sum = sum*31 + math.Float32bits(c)
		}
	}
	if sum != cosineSum {
		t.Errorf("sum over the cosines %#x, reference %#x", sum, uint32(cosineSum))
	}
}

// The planes of every kind of image give what the conversion of each pixel to NRGBA gives.
func TestPDQReadsEveryPlane(t *testing.T) {
	t.Parallel()
	r := image.Rect(-3, 5, 158, 77)
	fill := func(planes ...[]uint8) {
		random := rand.New(rand.NewPCG(5, 6))
		for _, p := range planes {
			for i := range p {
				p[i] = uint8(random.UintN(256))
			}
		}
	}
	var images []image.Image
	for ratio := image.YCbCrSubsampleRatio444; ratio <= image.YCbCrSubsampleRatio410; ratio++ {
		m := image.NewYCbCr(image.Rect(0, 0, 200, 100), ratio)
		fill(m.Y, m.Cb, m.Cr)
		images = append(images, m, m.SubImage(image.Rect(1, 3, 170, 99)), m.SubImage(image.Rect(2, 2, 170, 99)))
	}
	rgba, nrgba, rgba64, nrgba64, cmyk := image.NewRGBA(r), image.NewNRGBA(r), image.NewRGBA64(r), image.NewNRGBA64(r), image.NewCMYK(r)
	fill(nrgba.Pix, nrgba64.Pix, cmyk.Pix)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := nrgba.NRGBAAt(x, y)
			c.A |= 1 // what is fully transparent has no colour when premultiplied
			if y%3 > 0 {
				c.A = 255
			}
			nrgba.SetNRGBA(x, y, c)
			rgba.Set(x, y, c)
			rgba64.Set(x, y, c)
			if y%3 > 0 {
				wide := nrgba64.NRGBA64At(x, y)
				wide.A = 0xffff
				nrgba64.SetNRGBA64(x, y, wide)
			}
		}
	}
	paletted := image.NewPaletted(r, color.Palette{color.White, color.RGBA{200, 10, 30, 255}, color.Gray{7}})
	for i := range paletted.Pix {
		paletted.Pix[i] = uint8(i * i % 3)
	}
	images = append(images, rgba, nrgba, rgba64, nrgba64, cmyk, paletted)
	for _, img := range images {
		b := img.Bounds()
		var s source
		if !s.open(img, 0) {
			t.Fatal("not opened")
		}
		for _, v := range allVectors() {
			row := make([]float32, b.Dx())
			for y := range b.Dy() {
				s.row(&v, row, y)
				for x, got := range row {
					if want := converted(img, b.Min.X+x, b.Min.Y+y); got != want {
						t.Fatalf("%T of %v, %s: %v at %d, %d, want %v", img, b, v.name, got, x, y, want)
					}
				}
			}
		}
	}
}

func converted(img image.Image, x, y int) float32 {
	if m, ok := img.(*image.YCbCr); ok {
		c := m.YCbCrAt(x, y)
		return weigh(color.YCbCrToRGB(c.Y, c.Cb, c.Cr))
	}
	c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
	return weigh(c.R, c.G, c.B)
}

// A hash of the kinds of images that decoders give leaves no garbage.
func TestPDQLeavesNoGarbage(t *testing.T) {
	full := image.Rect(0, 0, 700, 500)
	transformer := newTransformer(fastest())
	for _, img := range []image.Image{image.NewNRGBA(full), image.NewRGBA(full), image.NewYCbCr(full, image.YCbCrSubsampleRatio420),
		image.NewGray(full), image.NewCMYK(full), image.NewNRGBA64(full)} {
		if n := testing.AllocsPerRun(3, func() {
			transformer.transform(img, 0)
			transformer.freq.bits(&transformer.order)
		}); n > 0 {
			t.Errorf("%T: %v allocations", img, n)
		}
	}
}

const cosineSum = 0x596dd00
