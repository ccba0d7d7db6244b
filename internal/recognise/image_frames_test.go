// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"embed"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"slices"
	"testing"
	"time"
)

// Small pictures of plain colours, made for these tests with ImageMagick and ffmpeg.
//
//go:embed testdata/images
var pictures embed.FS

func picture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := pictures.ReadFile("testdata/images/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type seenFrame struct {
	corner, middle color.NRGBA
	shown          time.Duration
}

func framesOf(data []byte, limits Limits) (all []seenFrame, format string, err error) {
	format, err = DecodeFrames(bytes.NewReader(data), limits, func(n int, img image.Image, shown time.Duration) bool {
		b := img.Bounds()
		at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
		all = append(all, seenFrame{at(b.Min.X, b.Min.Y), at((b.Min.X+b.Max.X)/2, (b.Min.Y+b.Max.Y)/2), shown})
		return n == len(all)-1
	})
	return all, format, err
}

var (
	red     = color.RGBA{255, 0, 0, 255}
	blue    = color.RGBA{0, 0, 255, 255}
	white   = color.RGBA{255, 255, 255, 255}
	nothing = color.RGBA{}
)

// plainGIF has a canvas of 30 x 20 and frames of one colour each.
func plainGIF(t testing.TB, colours []color.Color, at []image.Rectangle, disposal []byte) []byte {
	t.Helper()
	g := &gif.GIF{Config: image.Config{Width: 30, Height: 20}, Disposal: disposal}
	for i, c := range colours {
		m := image.NewPaletted(at[i], color.Palette{nothing, red, blue, white})
		draw.Draw(m, at[i], image.NewUniform(c), image.Point{}, draw.Src)
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10*(i+1))
	}
	var buf bytes.Buffer
	if err := gif.EncodeAll(&buf, g); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestFramesOfAGIF(t *testing.T) {
	t.Parallel()
	whole, middle := image.Rect(0, 0, 30, 20), image.Rect(10, 5, 20, 15)
	data := plainGIF(t, []color.Color{red, blue, white, nothing, blue},
		[]image.Rectangle{whole, middle, middle, middle, middle},
		[]byte{gif.DisposalNone, gif.DisposalPrevious, gif.DisposalBackground, gif.DisposalNone, gif.DisposalNone})
	all, format, err := framesOf(data, Limits{})
	if err != nil || format != "gif" {
		t.Fatal(format, err)
	}
	var middles []color.NRGBA
	for i, f := range all {
		middles = append(middles, f.middle)
		if f.corner != color.NRGBA(red) {
			t.Errorf("frame %d: corner %v", i, f.corner)
		}
		if f.shown != time.Duration(i+1)*100*time.Millisecond {
			t.Errorf("frame %d is shown for %v", i, f.shown)
		}
	}
	want := []color.NRGBA{color.NRGBA(red), color.NRGBA(blue), color.NRGBA(white), {}, color.NRGBA(blue)}
	if !slices.Equal(middles, want) {
		t.Errorf("middles %v, want %v", middles, want)
	}
}

func TestFramesWithinLimits(t *testing.T) {
	t.Parallel()
	whole := image.Rect(0, 0, 30, 20)
	data := plainGIF(t, []color.Color{red, blue, white}, []image.Rectangle{whole, whole, whole}, make([]byte, 3))
	for name, c := range map[string]struct {
		data   []byte
		limits Limits
		frames int
		want   error
	}{
		"all":             {data, Limits{Frames: 3, Total: 1800}, 3, nil},
		"too many":        {data, Limits{Frames: 2}, 2, ErrTooLarge},
		"too many pixels": {data, Limits{Total: 1799}, 2, ErrTooLarge},
		"too large":       {data, Limits{Pixels: 599}, 0, ErrTooLarge},
		"cut short":       {data[:len(data)-5], Limits{}, 2, ErrFormat},
		"a still":         {encoded(t, "png", drawing(1)), Limits{}, 1, nil},
		"no image":        {[]byte("rain from the west"), Limits{}, 0, ErrFormat},
	} {
		all, _, err := framesOf(c.data, c.limits)
		if len(all) != c.frames || !errors.Is(err, c.want) {
			t.Errorf("%s: %d frames, %v; want %d, %v", name, len(all), err, c.frames, c.want)
		}
	}
	n := 0
	if _, err := DecodeFrames(bytes.NewReader(data), Limits{}, func(int, image.Image, time.Duration) bool { n++; return false }); n != 1 || err != nil {
		t.Errorf("stopped after %d frames, %v", n, err)
	}
}

func TestFramesOfOtherAnimations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		format string
		first  color.NRGBA
		second color.NRGBA
	}{
		"film.apng":  {"png", color.NRGBA{254, 0, 0, 255}, color.NRGBA{0, 254, 0, 255}},
		"film.webp":  {"webp", color.NRGBA{254, 0, 0, 255}, color.NRGBA{1, 128, 1, 255}},
		"alpha.webp": {"webp", color.NRGBA{235, 235, 235, 127}, color.NRGBA{14, 14, 239, 127}},
	} {
		data := picture(t, name)
		all, format, err := framesOf(data, Limits{})
		if err != nil || format != c.format || len(all) != 2 {
			t.Errorf("%s: format %q, %d frames, %v", name, format, len(all), err)
			continue
		}
		if !near(all[0].middle, c.first) || !near(all[1].middle, c.second) || all[0].shown != 200*time.Millisecond {
			t.Errorf("%s: %v", name, all)
		}
		img, _, err := DecodeImage(bytes.NewReader(data), Limits{})
		if err != nil || img.Bounds() != image.Rect(0, 0, 32, 24) {
			t.Errorf("%s: first frame: %v", name, err)
		}
	}
}

// near compares colours but for what codecs lose; of transparency only whether there is any.
func near(a, b color.NRGBA) bool {
	far := func(x, y uint8) bool { return max(x, y)-min(x, y) > 12 }
	return !far(a.R, b.R) && !far(a.G, b.G) && !far(a.B, b.B)
}

// A picture outside the animation comes first.
func TestFramesBeginWithThePictureOutside(t *testing.T) {
	t.Parallel()
	data := picture(t, "film.apng")
	at := bytes.Index(data, []byte("fcTL")) - 4
	outside := slices.Concat(data[:at], data[at+38:]) // without the first frame control
	all, _, err := framesOf(outside, Limits{})
	if err != nil || len(all) != 2 || all[0].shown != 0 || all[1].shown != 200*time.Millisecond {
		t.Errorf("%v, %v", all, err)
	}
}

// Each file cut after each byte: an error of ours, or a picture; never anything else.
func TestDecodeCutShort(t *testing.T) {
	t.Parallel()
	files := [][]byte{encoded(t, "jpeg", drawing(5)), encoded(t, "png", drawing(5)), encoded(t, "gif", drawing(5)), encoded(t, "bmp", drawing(5)),
		encoded(t, "tiff", drawing(5)), plainGIF(t, []color.Color{red, blue}, []image.Rectangle{image.Rect(0, 0, 9, 9), image.Rect(1, 1, 9, 9)}, make([]byte, 2))}
	for _, name := range []string{"film.apng", "film.webp", "alpha.webp", "ycck.jpg"} {
		files = append(files, picture(t, name))
	}
	for i, file := range files {
		for n := range file {
			if _, _, err := framesOf(file[:n], Limits{}); err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("file %d of %d bytes: %v", i, n, err)
			}
			if o := Orientation(file[:n]); o != 1 {
				t.Errorf("file %d of %d bytes: orientation %d", i, n, o)
			}
		}
	}
}
