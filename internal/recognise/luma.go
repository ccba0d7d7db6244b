// SPDX-License-Identifier: EUPL-1.2

package recognise

import "image"

// Luma is the brightness of a frame of a film as it was coded: rows of Width bytes, each Stride bytes after the one before. Pix may go on
// behind the last row; with 63 bytes more, which mean nothing, the hash is a little faster.
type Luma struct {
	Pix                   []uint8
	Stride, Width, Height int
	Full                  bool // 0 black to 255 white, and not 16 to 235
}

// The brightness that most films have goes from 16 to 235 (ITU-R BT.601). What a player shows of it is (v-16)*255/219 without its fraction,
// as ffmpeg's own converter has it without further flags. In sixteen bits that is d + d*stretch/65536, d = v-16, for every v.
const (
	black   = 16
	stretch = 10774 // 36/219 of 65536, rounded up
)

// levels are what becomes of a coded brightness.
type levels struct {
	black, stretch uint16
	shown          [256]uint8
}

func (l *levels) set(full bool) {
	l.black, l.stretch = black, stretch
	if full {
		l.black, l.stretch = 0, 0
	}
	for i := range l.shown {
		d := max(i-int(l.black), 0)
		l.shown[i] = uint8(min(d+d*int(l.stretch)>>16, 255))
	}
}

// Stretch makes brightness of 16 to 235 what a player shows of it, 0 to 255, in place.
func Stretch(pix []uint8) {
	var l levels
	l.set(false)
	for i, v := range pix {
		pix[i] = l.shown[v]
	}
}

// HashLuma is HashPDQ of what a player shows of the plane, several times faster: the two box filters and the picking of 64 values are one weighted
// sum, exact where HashPDQ rounds at every step. What differs is how HashPDQ's own sums were rounded: bits of frequencies that lie at the
// median within a hundredth of a level.
func HashLuma(p Luma) (PDQ, int) {
	if p.Width < minSide || p.Height < minSide || p.Width > maxPixels/p.Height {
		return PDQ{}, 0
	}
	if p.Width > widest || p.Height > tallest {
		return HashPDQ(p.gray())
	}
	t := transformers.Get().(*transformer)
	defer transformers.Put(t)
	t.tents.reduce(&t.vectors, &t.strips, p, &t.small)
	t.cosine()
	return t.freq.bits(&t.order), t.quality()
}

// gray is a copy, stretched.
func (p Luma) gray() *image.Gray {
	m := image.NewGray(image.Rect(0, 0, p.Width, p.Height))
	for y := range p.Height {
		copy(m.Pix[y*m.Stride:][:p.Width], p.Pix[y*p.Stride:])
	}
	if !p.Full {
		Stretch(m.Pix)
	}
	return m
}
