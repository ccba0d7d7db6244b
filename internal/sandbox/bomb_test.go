// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// tinyWebP is a picture of one point.
const tinyWebP = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA="

// claims is a PNG that declares a size, and nothing else.
func claims(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 2, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

// blank is a picture of one colour, which packs to nearly nothing.
func blank(w, h int) *image.Paletted {
	return image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black})
}

func TestPictureBombs(t *testing.T) {
	var animated bytes.Buffer
	if err := gif.EncodeAll(&animated, &gif.GIF{Image: []*image.Paletted{blank(2000, 2000)}, Delay: []int{0}}); err != nil {
		t.Fatal(err)
	}
	wide := claims(1, 1)
	copy(wide[16:], "\x7f\xff\xff\xff\x00\x00\x00\x01")
	r := reader(t, pool(t, Options{}))
	for name, c := range map[string]struct {
		body []byte
		want error
	}{
		"a million squared":  {claims(1e6, 1e6), recognise.ErrTooLarge},
		"more than there is": {claims(1<<31-1, 1<<31-1), recognise.ErrFormat},
		"one line":           {claims(1<<31-1, 1), recognise.ErrTooLarge},
		"no size":            {claims(0, 5), recognise.ErrFormat},
		"wrong sum":          {wide, recognise.ErrFormat},
		"a blank wall":       {asPNG(t, blank(3000, 3000)), recognise.ErrTooLarge},
		"a blank film":       {animated.Bytes(), recognise.ErrTooLarge},
		"nothing":            {nil, recognise.ErrFormat},
		"text":               {[]byte("the 12:10 to Riga is late"), recognise.ErrFormat},
		"drawing":            {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), recognise.ErrFormat},
	} {
		if p, err := r.Picture(t.Context(), c.body); !errors.Is(err, c.want) || !errors.Is(err, iru.Invalid) || p != (Picture{}) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if b, err := r.Thumbnail(t.Context(), c.body, 100); !errors.Is(err, c.want) || b != nil {
			t.Errorf("thumbnail of %s: %v", name, err)
		}
	}
	if _, err := r.Picture(t.Context(), make([]byte, 32<<20+1)); !errors.Is(err, recognise.ErrTooLarge) {
		t.Error("a long file:", err)
	}
	if r.falls != 0 {
		t.Error(r.falls, "cells were lost")
	}
}

// A picture that ends anywhere, or has a wrong byte anywhere, costs no cell.
func TestBrokenPictures(t *testing.T) {
	var jpg, moving bytes.Buffer
	if err := jpeg.Encode(&jpg, drawn(24, 24), nil); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&moving, drawn(24, 24), nil); err != nil {
		t.Fatal(err)
	}
	webp, err := base64.StdEncoding.DecodeString(tinyWebP)
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t, pool(t, Options{}))
	for name, whole := range map[string][]byte{"png": asPNG(t, drawn(24, 24)), "jpeg": jpg.Bytes(), "gif": moving.Bytes(), "webp": webp} {
		if p, err := r.Picture(t.Context(), whole); err != nil || p.Format != name {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		step := max(1, len(whole)/97)
		for n := 0; n < len(whole); n += step {
			if p, err := r.Picture(t.Context(), whole[:n]); err != nil && !errors.Is(err, recognise.ErrFormat) {
				t.Errorf("%s of %d bytes: %+v, %v", name, n, p, err)
			}
			bad := bytes.Clone(whole)
			bad[n] ^= 0xff
			if p, err := r.Picture(t.Context(), bad); err != nil && !errors.Is(err, recognise.ErrFormat) && !errors.Is(err, recognise.ErrTooLarge) {
				t.Errorf("%s with byte %d wrong: %+v, %v", name, n, p, err)
			}
		}
	}
	if r.falls != 0 {
		t.Error(r.falls, "cells were lost")
	}
}

func TestPageBombs(t *testing.T) {
	r := reader(t, pool(t, Options{CPU: 20 * time.Second, Time: time.Minute}))
	for name, body := range map[string]string{
		"deep":        strings.Repeat("<div>", 1e6),
		"deep tables": strings.Repeat("<table><tr><td>", 5e4),
		"one tag":     "<html><a " + strings.Repeat("x", 1<<20),
		"attributes":  "<html><a " + strings.Repeat("a=b ", 2e5) + ">",
		"attribute":   "<html><a href='" + strings.Repeat("x", 1<<20) + "'>y</a>",
		"entities":    "<html>" + strings.Repeat("&amp;&#x41;&bogus", 1e5),
		"links":       "<html>" + strings.Repeat("<a href=/a?b>c", 5e4),
		"ends":        strings.Repeat("<b>", 256) + strings.Repeat("</i>", 5e4),
		"script":      "<html><script>" + strings.Repeat("setSiteId('", 1e5),
		"comment":     "<html><!--" + strings.Repeat("-", 1<<20),
		"zeros":       "<html>" + strings.Repeat("\x00", 1<<20),
		"too long":    "<html>" + strings.Repeat("The train is late. ", 5e5),
	} {
		if p, err := r.Page(t.Context(), []byte(body), "text/html; charset=utf-8", address(t, "http://trains.test/")); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if name == "too long" && !p.Truncated {
			t.Error("it does not say that it was cut off")
		}
	}
	if r.falls != 0 {
		t.Error(r.falls, "cells were lost")
	}
}

// What a thumbnail shows is what the picture shows, and nothing of the file is in it.
func TestThumbnail(t *testing.T) {
	r := reader(t, pool(t, Options{}))
	for _, c := range []struct{ w, h, width, wantW, wantH int }{
		{1280, 800, 320, 320, 200}, {100, 100, 320, 100, 100}, {50, 4000, 100, 50, 200}, {3000, 1, 100, 100, 1}, {1, 1, 1, 1, 1},
	} {
		m := drawn(c.w, c.h)
		body := asPNG(t, m)
		body = append(body[:len(body)-12], append(chunk("tEXt", "Comment\x00a stranger's words"), body[len(body)-12:]...)...)
		b, err := r.Thumbnail(t.Context(), body, c.width)
		if err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		small, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil || small.Bounds().Dx() != c.wantW || small.Bounds().Dy() != c.wantH || bytes.Contains(b, []byte("stranger")) {
			t.Errorf("%v: %v, %v", c, small.Bounds(), err)
		}
		if c.w == 1280 {
			near(t, small.At(300, 10), m.At(1200, 40))
			near(t, small.At(106, 66), m.At(426, 266))
		}
	}
	clear, err := r.Thumbnail(t.Context(), asPNG(t, image.NewNRGBA(image.Rect(0, 0, 64, 64))), 32)
	if err != nil {
		t.Fatal(err)
	}
	white, err := jpeg.Decode(bytes.NewReader(clear))
	if err != nil {
		t.Fatal(err)
	}
	near(t, white.At(16, 16), color.White)
	for _, width := range []int{-1, 0, maxWidth + 1} {
		if _, err := r.Thumbnail(t.Context(), asPNG(t, blank(9, 9)), width); !errors.Is(err, iru.Invalid) {
			t.Errorf("%d wide: %v", width, err)
		}
	}
}

func chunk(name, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, name+data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func near(t *testing.T, a, b color.Color) {
	t.Helper()
	r, g, bl, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(b2)} {
		if d > 12<<8 || d < -12<<8 {
			t.Errorf("%v is not %v", a, b)
			return
		}
	}
}
