// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"time"
)

// animation is a file taken apart into stills, not decoded yet.
type animation struct {
	width, height int
	frames        []frame
}

func (a animation) bounds() image.Rectangle { return image.Rect(0, 0, a.width, a.height) }

// What becomes of a frame's place when the next one comes.
const (
	stays = iota
	cleared
	restored // to what was there before
)

type frame struct {
	parts  [][]byte        // a file of its own, in pieces
	end    []byte          // its last piece
	at     image.Rectangle // on the canvas
	delay  time.Duration
	over   bool // what is transparent in it lets the canvas through
	after  int
	hidden bool // shown only by programs that do not know animations
}

func (f frame) file() []byte { return append(bytes.Join(f.parts, nil), f.end...) }

// undense is for frames: one that changes nothing takes a few bytes, so that only the total can be held against it.
func (l Limits) undense() Limits {
	l.Ratio = 1 << 62
	return l
}

// DecodeFrames calls yield with each frame of a GIF, PNG or WebP animation as it is seen on the whole canvas, in order, with its
// number from 0 and how long it is shown (as declared, of no meaning for the last), until yield returns false. Any other image is one
// frame. The first frame is what DecodeImage gives; for a PNG that may be a picture outside the animation. An image handed to yield
// must not be kept: the next frame is drawn over it. An animation longer than limits.Frames or limits.Total ends in
// ErrTooLarge, a damaged one in ErrFormat, after the frames before that point.
func DecodeFrames(r io.Reader, limits Limits, yield func(n int, img image.Image, shown time.Duration) bool) (format string, err error) {
	limits = limits.orDefault()
	data, c, err := recognised(r, limits)
	if err != nil {
		return c.name, err
	}
	var film animation
	var damage error
	if c.split != nil {
		film, damage = c.split(data, int(min(limits.Frames, 1<<20))+1)
	}
	if len(film.frames) == 0 {
		img, err := c.first(data, limits)
		if err == nil {
			yield(0, img, 0)
		}
		return c.name, err
	}
	if err := c.play(film, limits, yield); err != nil {
		if errors.Is(err, errStopped) {
			err = nil
		}
		return c.name, err
	}
	return c.name, damage
}

var errStopped = errors.New("stopped")

func (c codec) play(film animation, limits Limits, yield func(int, image.Image, time.Duration) bool) error {
	if err := c.fits(film.width, film.height, limits.Pixels); err != nil {
		return err
	}
	bounds := film.bounds()
	each := int64(film.width) * int64(film.height)
	canvas := image.NewRGBA(bounds)
	var before *image.RGBA
	for n, f := range film.frames {
		if int64(n) >= limits.Frames || int64(n+1) > limits.Total/each && n > 0 {
			return fmt.Errorf("decode %s: %w: more than %d frames", c.name, ErrTooLarge, n)
		}
		if f.at.Empty() || !f.at.In(bounds) {
			return fmt.Errorf("decode %s: %w: frame %d is not on the canvas", c.name, ErrFormat, n)
		}
		img, err := c.read(f.file(), limits.undense())
		if err != nil {
			return fmt.Errorf("frame %d: %w", n, err)
		}
		first := onCanvas(img, f.at, bounds)
		if f.hidden {
			if !yield(n, first, 0) {
				return errStopped
			}
			continue
		}
		if f.after == restored {
			if before == nil {
				before = image.NewRGBA(bounds)
			}
			copy(before.Pix, canvas.Pix)
		}
		op := draw.Src
		if f.over {
			op = draw.Over
		}
		// A GIF's still has the whole canvas for its bounds if it has its place in it.
		from := img.Bounds().Min
		if img.Bounds() == bounds {
			from = f.at.Min
		}
		draw.Draw(canvas, f.at, img, from, op)
		shown := image.Image(canvas)
		if n == 0 {
			shown = first
		}
		if !yield(n, shown, f.delay) {
			return errStopped
		}
		switch f.after {
		case cleared:
			draw.Draw(canvas, f.at, image.Transparent, image.Point{}, draw.Src)
		case restored:
			copy(canvas.Pix, before.Pix)
		}
	}
	return nil
}
