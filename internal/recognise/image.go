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

	"golang.org/x/image/webp"
)

// Limits bound what an image may cost. Zero means the value of DefaultLimits.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width times height of the canvas
	Ratio  int64 // pixels for each byte of the file, beyond the first million pixels
}

// DefaultLimits take any photograph of a good camera and keep one decoding under about half a gigabyte. Deflate, at its best 1032
// to 1, puts 344 pixels of three bytes into one: what is denser is a drawing of one colour, or a bomb.
var DefaultLimits = Limits{Bytes: 32 << 20, Pixels: 50e6, Ratio: 512}

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
}

// codecs is a closed list on purpose: the standard library's registry would take whatever another package registers.
func codecs() []codec {
	return []codec{
		{"png", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
		{"jpeg", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
		{"gif", "GIF8?a", gif.DecodeConfig, gif.Decode},
		{"webp", "RIFF????WEBP", webp.DecodeConfig, webp.Decode},
	}
}

// DecodeImage reads a PNG, JPEG, GIF (its first frame, on the whole canvas) or WebP image and names its format. It looks at the
// declared size before it decodes. Errors wrap ErrTooLarge or ErrFormat, or are those of r.
func DecodeImage(r io.Reader, limits Limits) (img image.Image, format string, err error) {
	if limits.Bytes <= 0 {
		limits.Bytes = DefaultLimits.Bytes
	}
	if limits.Pixels <= 0 {
		limits.Pixels = DefaultLimits.Pixels
	}
	if limits.Ratio <= 0 {
		limits.Ratio = DefaultLimits.Ratio
	}
	data, err := io.ReadAll(io.LimitReader(r, limits.Bytes+1))
	if err != nil {
		return nil, "", fmt.Errorf("read image: %w", err)
	}
	if int64(len(data)) > limits.Bytes {
		return nil, "", fmt.Errorf("read image: %w: more than %d bytes", ErrTooLarge, limits.Bytes)
	}
	for _, c := range codecs() {
		if begins(data, c.magic) {
			img, err := c.read(data, limits)
			return img, c.name, err
		}
	}
	return nil, "", fmt.Errorf("read image: %w: neither PNG, JPEG, GIF nor WebP", ErrFormat)
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

// read turns a panic of a decoder into ErrFormat: one crafted file must not stop the work on all others.
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
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return nil, fmt.Errorf("decode %s: %w: no pixels", c.name, ErrFormat)
	}
	pixels := limits.Pixels
	if int64(cfg.Width) > pixels/int64(cfg.Height) {
		return nil, fmt.Errorf("decode %s: %w: %d x %d is more than %d pixels", c.name, ErrTooLarge, cfg.Width, cfg.Height, pixels)
	}
	if n := int64(cfg.Width) * int64(cfg.Height); n > freePixels && n/int64(len(data)) >= limits.Ratio {
		return nil, fmt.Errorf("decode %s: %w: %d x %d in %d bytes", c.name, ErrTooLarge, cfg.Width, cfg.Height, len(data))
	}
	img, err = c.decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w: %v", c.name, ErrFormat, err)
	}
	b := img.Bounds()
	if int64(b.Dx()) > pixels/int64(max(b.Dy(), 1)) {
		return nil, fmt.Errorf("decode %s: %w: %d x %d is more than %d pixels", c.name, ErrTooLarge, b.Dx(), b.Dy(), pixels)
	}
	if canvas := image.Rect(0, 0, cfg.Width, cfg.Height); b != canvas {
		whole := image.NewNRGBA(canvas)
		draw.Draw(whole, b, img, b.Min, draw.Src)
		img = whole
	}
	return img, nil
}
