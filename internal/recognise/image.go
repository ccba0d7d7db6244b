// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// Limits bound what an image may cost. Zero means the value of DefaultLimits.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width times height of the canvas
	Ratio  int64 // pixels for each byte of the file, beyond the first million pixels
	Frames int64 // of an animation
	Total  int64 // pixels of the canvas for all frames together
}

// DefaultLimits take any photograph of a good camera and keep one decoding under about half a gigabyte. Deflate, at its best 1032
// to 1, puts 344 pixels of three bytes into one: what is denser is a drawing of one colour, or a bomb. A thousand frames of half
// a megapixel take some seconds.
var DefaultLimits = Limits{Bytes: 32 << 20, Pixels: 50e6, Ratio: 512, Frames: 1000, Total: 500e6}

func (l Limits) orDefault() Limits {
	for _, f := range []struct {
		v *int64
		d int64
	}{{&l.Bytes, DefaultLimits.Bytes}, {&l.Pixels, DefaultLimits.Pixels}, {&l.Ratio, DefaultLimits.Ratio},
		{&l.Frames, DefaultLimits.Frames}, {&l.Total, DefaultLimits.Total}} {
		if *f.v <= 0 {
			*f.v = f.d
		}
	}
	return l
}

// freePixels may be as dense as they like.
const freePixels = 1_000_000

var (
	// ErrTooLarge is returned for an image beyond its limits; it was not decoded.
	ErrTooLarge = errors.New("image too large")
	// ErrFormat is returned for what is not an image of a known format, or a damaged one.
	ErrFormat = errors.New("not a readable image")
)

// codec is one image format: how its files begin and how they are read. A question mark in the magic stands for any byte.
type codec struct {
	name, magic string
	config      func(io.Reader) (image.Config, error)
	decode      func(io.Reader) (image.Image, error)
	split       func(data []byte, most int) (animation, error) // nil where there are no animations
}

// codecs is a closed list on purpose: the standard library's registry would take whatever another package registers.
func codecs() []codec {
	return []codec{
		{"png", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, splitPNG},
		{"jpeg", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, nil},
		{"gif", "GIF8?a", gif.DecodeConfig, gif.Decode, splitGIF},
		{"webp", "RIFF????WEBP", webp.DecodeConfig, webp.Decode, splitWebP},
		{"bmp", "BM????\x00\x00\x00\x00", bmp.DecodeConfig, bmp.Decode, nil},
		{"tiff", "II\x2a\x00", tiff.DecodeConfig, tiff.Decode, nil},
		{"tiff", "MM\x00\x2a", tiff.DecodeConfig, tiff.Decode, nil},
	}
}

// unreadable are formats that are known but have no decoder in pure Go that is fit for hostile files.
func unreadable() []codec {
	return []codec{
		{name: "avif", magic: "????ftypavi"},
		{name: "heic", magic: "????ftyphe"},
		{name: "heic", magic: "????ftypmi"},
		{name: "heic", magic: "????ftypms"},
		{name: "jxl", magic: "\xff\x0a"},
		{name: "jxl", magic: "\x00\x00\x00\x0cJXL "},
		{name: "jp2", magic: "\x00\x00\x00\x0cjP  "},
	}
}

// DecodeImage reads a PNG, JPEG (also CMYK and YCCK), GIF, WebP, BMP or TIFF image and names its format. Of an animation it gives the
// first frame on the whole canvas, of a TIFF the first page; pixels stay as stored, whatever orientation the file declares (see
// Orientation). It looks at the declared size before it decodes. Errors wrap ErrTooLarge or ErrFormat, or are those of r; AVIF,
// HEIC, JPEG XL and JPEG 2000 are ErrFormat, too, but the format is named.
func DecodeImage(r io.Reader, limits Limits) (img image.Image, format string, err error) {
	limits = limits.orDefault()
	data, c, err := recognised(r, limits)
	if err != nil {
		return nil, c.name, err
	}
	img, err = c.first(data, limits)
	return img, c.name, err
}

// recognised reads everything and finds the codec.
func recognised(r io.Reader, limits Limits) ([]byte, codec, error) {
	data, err := io.ReadAll(io.LimitReader(r, limits.Bytes+1))
	if err != nil {
		return nil, codec{}, fmt.Errorf("read image: %w", err)
	}
	if int64(len(data)) > limits.Bytes {
		return nil, codec{}, fmt.Errorf("read image: %w: more than %d bytes", ErrTooLarge, limits.Bytes)
	}
	for _, c := range codecs() {
		if begins(data, c.magic) {
			return data, c, nil
		}
	}
	for _, c := range unreadable() {
		if begins(data, c.magic) {
			return nil, c, fmt.Errorf("read image: %w: %s has no decoder here", ErrFormat, c.name)
		}
	}
	return nil, codec{}, fmt.Errorf("read image: %w: neither PNG, JPEG, GIF, WebP, BMP nor TIFF", ErrFormat)
}

// first is the whole image, or the first frame of what only animations of this format can hold.
func (c codec) first(data []byte, limits Limits) (image.Image, error) {
	if c.name != "webp" {
		return c.read(data, limits)
	}
	film, err := c.split(data, 1)
	if len(film.frames) == 0 {
		if err != nil {
			return nil, err
		}
		return c.read(data, limits)
	}
	if err := c.fits(film.width, film.height, limits.Pixels); err != nil {
		return nil, err
	}
	img, err := c.read(film.frames[0].file(), limits.undense())
	if err != nil {
		return nil, err
	}
	return onCanvas(img, film.frames[0].at, film.bounds()), nil
}

func begins(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

// read decodes a still image. It turns a panic of a decoder into ErrFormat: one crafted file must not stop the work on all others.
func (c codec) read(data []byte, limits Limits) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("decode %s: %w: decoder gave up: %v", c.name, ErrFormat, p)
		}
	}()
	cfg, err := c.config(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w: %v", c.name, ErrFormat, err)
	}
	if err := c.fits(cfg.Width, cfg.Height, limits.Pixels); err != nil {
		return nil, err
	}
	if n := int64(cfg.Width) * int64(cfg.Height); n > freePixels && n/int64(len(data)) >= limits.Ratio {
		return nil, fmt.Errorf("decode %s: %w: %d x %d in %d bytes", c.name, ErrTooLarge, cfg.Width, cfg.Height, len(data))
	}
	if c.name == "jpeg" && scans(data) > maxScans {
		return nil, fmt.Errorf("decode %s: %w: more than %d scans", c.name, ErrTooLarge, maxScans)
	}
	img, err = c.decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w: %v", c.name, ErrFormat, err)
	}
	if b := img.Bounds(); b.Empty() {
		return nil, fmt.Errorf("decode %s: %w: no pixels", c.name, ErrFormat)
	} else if err := c.fits(b.Dx(), b.Dy(), limits.Pixels); err != nil {
		return nil, err
	}
	return onCanvas(img, img.Bounds(), image.Rect(0, 0, cfg.Width, cfg.Height)), nil
}

func (c codec) fits(w, h int, pixels int64) error {
	if w <= 0 || h <= 0 {
		return fmt.Errorf("decode %s: %w: no pixels", c.name, ErrFormat)
	}
	if int64(w) > pixels/int64(h) {
		return fmt.Errorf("decode %s: %w: %d x %d is more than %d pixels", c.name, ErrTooLarge, w, h, pixels)
	}
	return nil
}

// onCanvas is the image itself if it covers the canvas, and else the empty canvas with the image at its place.
func onCanvas(img image.Image, at, canvas image.Rectangle) image.Image {
	if img.Bounds() == canvas {
		return img
	}
	whole := image.NewNRGBA(canvas)
	draw.Draw(whole, at, img, img.Bounds().Min, draw.Src)
	return whole
}
