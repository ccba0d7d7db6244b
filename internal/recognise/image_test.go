// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
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
	for format, far := range map[string]int{"png": 0, "jpeg": 10, "gif": MatchRadius} {
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
		"bitmap":                     {[]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), Limits{}, ErrFormat},
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
	})
}
