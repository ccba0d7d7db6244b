// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"image"
	"image/color"
)

// source gives the rows of an image as brightness, 0 to 255, straight from the image's planes: no copy in another colour model is
// made, and the numbers are those that the conversion to 8-bit red, green and blue would give.
type source struct {
	img    image.Image
	at     image.Point // first pixel
	ow, oh int         // size as stored
	w, h   int         // size that is hashed
	table  [256]float32
	line   []float32
}

// open is false for an image that has no hash. If most is not 0 and one side is longer, the image is taken for one of most by most
// pixels, its shape ignored: each is the one at or before the same share of the way, as the reference's tool does it.
func (s *source) open(img image.Image, most int) bool {
	b := img.Bounds()
	s.at, s.ow, s.oh = b.Min, b.Dx(), b.Dy()
	s.w, s.h = s.ow, s.oh
	if s.ow < 1 || s.oh < 1 || s.ow > maxPixels/s.oh {
		return false
	}
	if most > 0 && max(s.w, s.h) > most {
		s.w, s.h = most, most
		s.line = sized(s.line, s.ow)
	}
	if s.w < minSide || s.h < minSide {
		return false
	}
	s.img = img
	if m, ok := img.(*image.Paletted); ok {
		clear(s.table[:])
		for i, c := range m.Palette[:min(len(m.Palette), 256)] {
			s.table[i] = seen(c)
		}
	}
	return true
}

// row writes row y of what is hashed.
func (s *source) row(v *vectors, dst []float32, y int) {
	if s.w == s.ow && s.h == s.oh {
		s.stored(v, dst, s.at.Y+y)
		return
	}
	s.stored(v, s.line, s.at.Y+y*s.oh/s.h)
	for x := range dst {
		dst[x] = s.line[x*s.ow/s.w]
	}
}

// stored writes the row at y as the image has it.
func (s *source) stored(v *vectors, dst []float32, y int) {
	x0, n := s.at.X, len(dst)
	switch m := s.img.(type) {
	case *image.Gray:
		for x, g := range m.Pix[m.PixOffset(x0, y):][:n] {
			dst[x] = float32(g)
		}
	case *image.Gray16:
		pix := m.Pix[m.PixOffset(x0, y):][:2*n]
		for x := range dst {
			dst[x] = float32(pix[2*x])
		}
	case *image.Paletted:
		for x, i := range m.Pix[m.PixOffset(x0, y):][:n] {
			dst[x] = s.table[i]
		}
	case *image.NRGBA:
		fourBytes(v, dst, m.Pix[m.PixOffset(x0, y):][:4*n])
	case *image.RGBA:
		pix := m.Pix[m.PixOffset(x0, y):][:4*n]
		if opaque(pix) {
			fourBytes(v, dst, pix)
			return
		}
		for x := range dst {
			p := pix[4*x : 4*x+4 : 4*x+4]
			dst[x] = opaqued(257*uint32(p[0]), 257*uint32(p[1]), 257*uint32(p[2]), 257*uint32(p[3]))
		}
	case *image.NRGBA64:
		sixteenBits(dst, m.Pix[m.PixOffset(x0, y):][:8*n], false)
	case *image.RGBA64:
		sixteenBits(dst, m.Pix[m.PixOffset(x0, y):][:8*n], true)
	case *image.CMYK:
		pix := m.Pix[m.PixOffset(x0, y):][:4*n]
		for x := range dst {
			dst[x] = weigh(color.CMYKToRGB(pix[4*x], pix[4*x+1], pix[4*x+2], pix[4*x+3]))
		}
	case *image.YCbCr:
		planes(v, dst, m, x0, y)
	case *image.NYCbCrA:
		planes(v, dst, &m.YCbCr, x0, y)
	default:
		for x := range dst {
			dst[x] = seen(m.At(x0+x, y))
		}
	}
}

// seen is the brightness of any colour, made opaque.
func seen(c color.Color) float32 {
	r, g, b, a := c.RGBA()
	if k, ok := c.(color.NRGBA); ok {
		return weigh(k.R, k.G, k.B)
	}
	return opaqued(r, g, b, a)
}

// opaqued is what color.NRGBAModel makes of premultiplied 16-bit values, but without garbage.
func opaqued(r, g, b, a uint32) float32 {
	if a == 0 {
		return 0
	}
	return weigh(uint8(r*0xffff/a>>8), uint8(g*0xffff/a>>8), uint8(b*0xffff/a>>8))
}

func fourBytes(v *vectors, dst []float32, pix []uint8) {
	n := len(dst) &^ (lanes - 1)
	v.rgba(dst, pix, n)
	rgbaGo(dst[n:], pix[4*n:], len(dst)-n)
}

func opaque(pix []uint8) bool {
	for ; len(pix) >= 8; pix = pix[8:] {
		if binary.LittleEndian.Uint64(pix)|0x00ffffff00ffffff != 1<<64-1 {
			return false
		}
	}
	return len(pix) == 0 || pix[3] == 255
}

// sixteenBits drops the lower byte of opaque pixels; the rare others are converted one by one.
func sixteenBits(dst []float32, pix []uint8, premultiplied bool) {
	for x := range dst {
		p := pix[8*x : 8*x+8 : 8*x+8]
		if p[6]&p[7] == 255 {
			dst[x] = weigh(p[0], p[2], p[4])
			continue
		}
		r, g := uint32(binary.BigEndian.Uint16(p)), uint32(binary.BigEndian.Uint16(p[2:]))
		b, a := uint32(binary.BigEndian.Uint16(p[4:])), uint32(binary.BigEndian.Uint16(p[6:]))
		if !premultiplied {
			r, g, b = r*a/0xffff, g*a/0xffff, b*a/0xffff
		}
		dst[x] = opaqued(r, g, b, a)
	}
}

// planes gives the brightness of a row of luma and chroma, of any subsampling.
func planes(v *vectors, dst []float32, m *image.YCbCr, x0, y int) {
	n := len(dst) &^ (lanes - 1)
	luma := m.Y[m.YOffset(x0, y):][:len(dst)]
	c := m.COffset(x0, y)
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
		v.full(dst, luma, m.Cb[c:], m.Cr[c:], n)
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		if x0%2 == 0 {
			v.half(dst, luma, m.Cb[c:], m.Cr[c:], n)
			break
		}
		n = 0
	default:
		n = 0
	}
	for x := n; x < len(dst); x++ {
		c := m.COffset(x0+x, y)
		dst[x] = weigh(color.YCbCrToRGB(luma[x], m.Cb[c], m.Cr[c]))
	}
}
