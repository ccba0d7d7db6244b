// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// A WebP of one pixel.
const tinyWebP = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA="

func encoded(t testing.TB, format string, img image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&buf, img)
	case "jpeg":
		err = jpeg.Encode(&buf, img, &jpeg.Options{Quality: 95})
	case "gif":
		err = gif.Encode(&buf, img, nil)
	case "bmp":
		err = bmp.Encode(&buf, img)
	case "tiff":
		err = tiff.Encode(&buf, img, &tiff.Options{Compression: tiff.Deflate})
	}
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestDecodeImage(t *testing.T) {
	t.Parallel()
	source := drawing(3)
	want, _ := HashPDQ(source)
	for format, far := range map[string]int{"png": 0, "bmp": 0, "tiff": 0, "jpeg": 10, "gif": MatchRadius} {
		img, got, err := DecodeImage(bytes.NewReader(encoded(t, format, source)), Limits{})
		if err != nil || got != format {
			t.Errorf("%s: format %q, %v", format, got, err)
			continue
		}
		if p, _ := HashPDQ(img); p.Distance(want) > far {
			t.Errorf("%s: %d bits away", format, p.Distance(want))
		}
	}
}

func TestDecodeFirstFrameOnItsCanvas(t *testing.T) {
	t.Parallel()
	frame := image.NewPaletted(image.Rect(20, 10, 60, 50), palette.Plan9)
	draw.Draw(frame, frame.Rect, drawing(1), image.Point{}, draw.Src)
	second := image.NewPaletted(image.Rect(0, 0, 100, 80), palette.Plan9)
	var buf bytes.Buffer
	err := gif.EncodeAll(&buf, &gif.GIF{Image: []*image.Paletted{frame, second}, Delay: []int{1, 1},
		Config: image.Config{ColorModel: frame.Palette, Width: 100, Height: 80}})
	if err != nil {
		t.Fatal(err)
	}
	img, _, err := DecodeImage(&buf, Limits{})
	if err != nil || img.Bounds() != image.Rect(0, 0, 100, 80) {
		t.Fatalf("bounds %v, %v", img.Bounds(), err)
	}
	if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
		t.Error("outside the frame the canvas is not empty")
	}
	if _, _, _, a := img.At(30, 30).RGBA(); a == 0 {
		t.Error("the frame is not on the canvas")
	}
}

// bigPNG declares a canvas of a million by a million in a few bytes.
func bigPNG() []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, 1e6)
	b = binary.BigEndian.AppendUint32(b, 1e6)
	b = append(b, 8, 2, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestDecodeImageRefuses(t *testing.T) {
	t.Parallel()
	good := encoded(t, "png", drawing(1))
	webp, err := base64.StdEncoding.DecodeString(tinyWebP)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data   []byte
		limits Limits
		want   error
	}{
		"declared a million squared": {bigPNG(), Limits{}, ErrTooLarge},
		"too many bytes":             {good, Limits{Bytes: int64(len(good)) - 1}, ErrTooLarge},
		"too many pixels":            {good, Limits{Pixels: 64*64 - 1}, ErrTooLarge},
		"just enough":                {good, Limits{Bytes: int64(len(good)), Pixels: 64 * 64}, nil},
		"nothing":                    {nil, Limits{}, ErrFormat},
		"text":                       {[]byte("the 12:10 to Riga is late"), Limits{}, ErrFormat},
		"no bitmap":                  {[]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), Limits{}, ErrFormat},
		"half a picture":             {good[:len(good)/2], Limits{}, ErrFormat},
		"webp":                       {webp, Limits{}, nil},
		"webp without an end":        {webp[:20], Limits{}, ErrFormat},
	} {
		img, _, err := DecodeImage(bytes.NewReader(c.data), c.limits)
		if !errors.Is(err, c.want) || (img == nil) != (c.want != nil) {
			t.Errorf("%s: image %v, error %v, want %v", name, img != nil, err, c.want)
		}
	}
	if _, _, err := DecodeImage(io.MultiReader(bytes.NewReader(good[:9]), broken{}), Limits{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Error("the reader's own error is lost:", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzDecodeImage(f *testing.F) {
	small := mapped(drawing(1), image.Pt(9, 9), func(x, y int) (int, int) { return 7 * x, 7 * y })
	for _, format := range []string{"png", "jpeg", "gif"} {
		f.Add(encoded(f, format, small))
	}
	webp, _ := base64.StdEncoding.DecodeString(tinyWebP)
	f.Add(webp)
	f.Add(bigPNG())
	for _, name := range []string{"film.apng", "film.webp", "alpha.webp", "ycck.jpg"} {
		f.Add(picture(f, name))
	}
	for _, format := range []string{"bmp", "tiff"} {
		f.Add(encoded(f, format, small))
	}
	f.Add(plainGIF(f, []color.Color{red, blue}, []image.Rectangle{image.Rect(0, 0, 9, 9), image.Rect(1, 1, 9, 9)}, []byte{gif.DisposalPrevious, 0}))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{Bytes: 1 << 16, Pixels: 1 << 16}
		img, format, err := DecodeImage(bytes.NewReader(data), limits)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		b := img.Bounds()
		if format == "" || int64(b.Dx())*int64(b.Dy()) > limits.Pixels {
			t.Fatalf("format %q, bounds %v", format, b)
		}
		HashPDQ(img)
		HashPDQ512(img)
		frames := 0
		limits.Frames, limits.Total = 20, 1<<19
		_, err = DecodeFrames(bytes.NewReader(data), limits, func(n int, frame image.Image, _ time.Duration) bool {
			if n != frames || frame.Bounds() != b {
				t.Fatalf("frame %d is number %d of %v, the first is of %v", frames, n, frame.Bounds(), b)
			}
			if frames++; n == 0 {
				first, _ := HashPDQ(img)
				if again, _ := HashPDQ(frame); again != first {
					t.Fatal("the first frame is another picture")
				}
			}
			return true
		})
		if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) {
			t.Fatalf("frames: untyped error %v", err)
		}
		if frames > 20 {
			t.Fatalf("%d frames", frames)
		}
	})
}

// A JPEG in four inks, with and without the colour transform.
func TestDecodeInks(t *testing.T) {
	t.Parallel()
	file := picture(t, "ycck.jpg")
	img, _, err := DecodeImage(bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := img.(*image.CMYK); !ok {
		t.Errorf("a %T", img)
	}
	if got := color.NRGBAModel.Convert(img.At(10, 10)).(color.NRGBA); !near(got, color.NRGBA{200, 40, 90, 255}) {
		t.Errorf("colour %v", got)
	}
	at := bytes.Index(file, []byte("Adobe")) + 11
	file = bytes.Clone(file)
	file[at] = 0
	if img, _, err := DecodeImage(bytes.NewReader(file), Limits{}); err != nil || img.Bounds().Dx() != 24 {
		t.Error("without the transform:", err)
	}
}

// Sixteen bits a channel hash like their upper eight.
func TestDecodeSixteenBits(t *testing.T) {
	t.Parallel()
	source := drawing(3)
	wide := image.NewNRGBA64(source.Rect)
	draw.Draw(wide, wide.Rect, source, image.Point{}, draw.Src)
	img, _, err := DecodeImage(bytes.NewReader(encoded(t, "png", wide)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := HashPDQ(source)
	if got, _ := HashPDQ(img); got != want {
		t.Errorf("a %T: %d bits away", img, got.Distance(want))
	}
}

// A few dozen bytes make a JPEG go over its picture once more: an unlimited number of them would take hours.
func TestDecodeManyScans(t *testing.T) {
	t.Parallel()
	file := encoded(t, "jpeg", drawing(5))
	at := bytes.Index(file, []byte("\xff\xda"))
	many := append(bytes.Clone(file[:at]), bytes.Repeat(file[at:len(file)-2], maxScans+1)...)
	if _, _, err := DecodeImage(bytes.NewReader(many), Limits{}); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if n := scans(file); n != 1 {
		t.Errorf("%d scans in a plain file", n)
	}
}

func TestDecodeNamesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{"\x00\x00\x00\x20ftypavif": "avif", "\x00\x00\x00\x20ftypheic": "heic", "\x00\x00\x00\x18ftypmif1": "heic",
		"\xff\x0a": "jxl", "\x00\x00\x00\x0cJXL \r\n\x87\n": "jxl", "\x00\x00\x00\x0cjP  \r\n\x87\n": "jp2"} {
		if _, format, err := DecodeImage(bytes.NewReader([]byte(head+"and so on")), Limits{}); format != want || !errors.Is(err, ErrFormat) {
			t.Errorf("%q: format %q, %v", head, format, err)
		}
	}
}

func sameColour(a, b color.Color) bool {
	return color.NRGBAModel.Convert(a) == color.NRGBAModel.Convert(b)
}
