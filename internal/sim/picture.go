// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"strconv"
	"sync"

	"golang.org/x/image/draw"
)

// Pictures are generated: a field of waves in the outlet's hue. They have enough structure for a perceptual hash, and the copies
// at other sizes and in JPEG are its near neighbours.

const markSize = 320

type gallery struct {
	seed int64
	mu   sync.Mutex
	made map[string][]byte
}

func (g *gallery) once(key string, draw func() []byte) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b, ok := g.made[key]; ok {
		return b
	}
	b := draw()
	g.made[key] = b
	return b
}

// mark is the brand mark of an outlet as a certain asset shows it.
func (g *gallery) mark(o *Outlet, a *Asset) (data []byte, mediaType string) {
	mediaType = "image/png"
	if a.MarkJPEG {
		mediaType = "image/jpeg"
	}
	return g.once("mark "+o.ID+" "+strconv.Itoa(a.MarkScale)+mediaType, func() []byte {
		return encode(resize(waves(g.seed, markSize, o.Hue, "mark", o.ID), markSize*a.MarkScale/100), a.MarkJPEG)
	}), mediaType
}

// icon is the mark of an outlet in 32 by 32 points.
func (g *gallery) icon(o *Outlet) []byte {
	return encode(resize(waves(g.seed, markSize, o.Hue, "mark", o.ID), 32), false)
}

// favicon is an ICO file with one PNG of 32 by 32 points, the same at every site of an outlet.
func (g *gallery) favicon(o *Outlet) []byte {
	return g.once("icon "+o.ID, func() []byte {
		p := g.icon(o)
		b := []byte{0, 0, 1, 0, 1, 0, 32, 32, 0, 0, 1, 0, 32, 0}
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		b = binary.LittleEndian.AppendUint32(b, 22)
		return append(b, p...)
	})
}

// photo illustrates a post.
func (g *gallery) photo(o *Outlet, source string, n int) []byte {
	return g.once("photo "+source+strconv.Itoa(n), func() []byte {
		return encode(waves(g.seed, 256, o.Hue+40*n, "photo", source, strconv.Itoa(n)), false)
	})
}

func waves(seed int64, size, hue int, what ...string) *image.RGBA {
	type wave struct{ x, y, phase, height float64 }
	g := random(seed, append([]string{"picture"}, what...)...)
	ws := make([]wave, 14)
	for i := range ws {
		ws[i] = wave{(g.Float64() - .5) * 14, (g.Float64() - .5) * 14, g.Float64() * 2 * math.Pi, .3 + g.Float64()}
	}
	// sin(x+y) = sin x cos y + cos x sin y: the sines are taken once a row and once a column.
	type pair struct{ sin, cos float64 }
	across, down := make([]pair, len(ws)*size), make([]pair, len(ws)*size)
	for i, w := range ws {
		for p := range size {
			f := 2 * math.Pi * float64(p) / float64(size)
			across[p*len(ws)+i].sin, across[p*len(ws)+i].cos = math.Sincos(w.x * f)
			down[p*len(ws)+i].sin, down[p*len(ws)+i].cos = math.Sincos(w.y*f + w.phase)
		}
	}
	var palette [256]color.RGBA
	for i := range palette {
		r, g, b := tint(float64(((hue%360)+360)%360), float64(i)/255)
		palette[i] = color.RGBA{r, g, b, 255}
	}
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			v := 0.0
			for i := range ws {
				h, d := across[x*len(ws)+i], down[y*len(ws)+i]
				v += ws[i].height * (h.sin*d.cos + h.cos*d.sin)
			}
			light := .5 + .45*v/(1+math.Abs(v))
			img.SetRGBA(x, y, palette[uint8(255*light)])
		}
	}
	return img
}

// tint mixes black, a hue and white.
func tint(hue, light float64) (r, g, b uint8) {
	channel := func(offset float64) uint8 {
		k := math.Mod(offset+hue/30, 12)
		a := .7 * math.Min(light, 1-light)
		return uint8(255 * (light - a*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))))
	}
	return channel(0), channel(8), channel(4)
}

func resize(src *image.RGBA, size int) *image.RGBA {
	if src.Bounds().Dx() == size {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

func encode(img image.Image, asJPEG bool) []byte {
	var b bytes.Buffer
	var err error
	if asJPEG {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 82})
	} else {
		err = png.Encode(&b, img)
	}
	if err != nil {
		panic(err) // a buffer takes all and the size is ours
	}
	return b.Bytes()
}
