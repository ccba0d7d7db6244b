// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	_ "embed"
	"image"
	"image/color"
	"image/draw"
	"strconv"
	"strings"
	"testing"
)

//go:embed testdata/pdq.txt
var golden string

func TestPDQEqualsTheReference(t *testing.T) {
	t.Parallel()
	pictures := 0
	for line := range strings.Lines(golden) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Fields(line)
		if len(field) != 10 {
			t.Fatalf("%d fields in %q", len(field), line)
		}
		n, _ := strconv.Atoi(field[0])
		want, _ := strconv.Atoi(field[1])
		hex := field[2:]
		pictures++
		got, quality := HashVariants(drawing(n))
		if quality != want {
			t.Errorf("picture %d: quality %d, reference %d", n, quality, want)
		}
		for i := range got {
			reference, err := ParsePDQ(hex[i])
			if err != nil {
				t.Fatal(err)
			}
			if d := got[i].Distance(reference); d != 0 {
				t.Errorf("picture %d, orientation %d: %d bits from the reference", n, i, d)
			}
			if got[i].Hex() != hex[i] {
				t.Errorf("picture %d: hex %s, reference %s", n, got[i].Hex(), hex[i])
			}
		}
	}
	if pictures != 24 {
		t.Fatalf("%d pictures in the golden file, want 24", pictures)
	}
}

// The pixel type must not matter: the same colours give the same hash.
func TestPDQOfEveryPixelType(t *testing.T) {
	t.Parallel()
	source := drawing(3)
	want, wantQuality := HashPDQ(source)
	for _, m := range []draw.Image{image.NewRGBA(source.Rect), image.NewNRGBA64(source.Rect), image.NewRGBA64(source.Rect)} {
		draw.Draw(m, source.Rect, source, image.Point{}, draw.Src)
		if got, quality := HashPDQ(m); got != want || quality != wantQuality {
			t.Errorf("%T: %d bits away, quality %d instead of %d", m, got.Distance(want), quality, wantQuality)
		}
	}
	sub := image.NewNRGBA(source.Rect.Inset(-7))
	draw.Draw(sub, source.Rect, source, image.Point{}, draw.Src)
	if got, _ := HashPDQ(sub.SubImage(source.Rect)); got != want {
		t.Errorf("sub-image: %d bits away", got.Distance(want))
	}
	clear := image.NewNRGBA(source.Rect)
	copy(clear.Pix, source.Pix)
	for i := 3; i < len(clear.Pix); i += 4 {
		clear.Pix[i] = 1
	}
	if got, _ := HashPDQ(clear); got != want {
		t.Errorf("transparency changed %d bits", got.Distance(want))
	}
	grey, colour := image.NewGray(source.Rect), image.NewNRGBA(source.Rect)
	draw.Draw(grey, source.Rect, source, image.Point{}, draw.Src)
	draw.Draw(colour, source.Rect, grey, image.Point{}, draw.Src)
	a, _ := HashPDQ(grey)
	b, _ := HashPDQ(colour)
	if a.Distance(b) > 2 {
		t.Errorf("grey and its colour form are %d bits apart", a.Distance(b))
	}
}

// Turning the picture and turning its transform agree up to rounding.
func TestPDQVariantsMatchTurnedPictures(t *testing.T) {
	t.Parallel()
	img := drawing(0)
	s := img.Rect.Max
	w, h := s.X-1, s.Y-1
	turned := map[int]*image.NRGBA{
		Rotated90:   mapped(img, image.Pt(s.Y, s.X), func(x, y int) (int, int) { return w - y, x }),
		Rotated180:  mapped(img, s, func(x, y int) (int, int) { return w - x, h - y }),
		Rotated270:  mapped(img, image.Pt(s.Y, s.X), func(x, y int) (int, int) { return y, h - x }),
		FlippedX:    mapped(img, s, func(x, y int) (int, int) { return x, h - y }),
		FlippedY:    mapped(img, s, func(x, y int) (int, int) { return w - x, y }),
		FlippedMain: mapped(img, image.Pt(s.Y, s.X), func(x, y int) (int, int) { return y, x }),
		FlippedAnti: mapped(img, image.Pt(s.Y, s.X), func(x, y int) (int, int) { return w - y, h - x }),
	}
	variants, _ := HashVariants(img)
	for orientation, m := range turned {
		got, _ := HashPDQ(m)
		if d := got.Distance(variants[orientation]); d > MatchRadius {
			t.Errorf("orientation %d: turned picture is %d bits from its variant", orientation, d)
		}
		if d := got.Distance(variants[Upright]); d < 64 {
			t.Errorf("orientation %d: only %d bits from the upright picture", orientation, d)
		}
	}
}

func TestPDQSurvivesSmallChanges(t *testing.T) {
	t.Parallel()
	for n := range 5 {
		img := drawing(n)
		want, _ := HashPDQ(img)
		if got, _ := HashPDQ(brightened(img, 1.05)); got.Distance(want) > MatchRadius {
			t.Errorf("picture %d: 5 %% brighter is %d bits away", n, got.Distance(want))
		}
		if other, _ := HashPDQ(drawing(n + 10)); other.Distance(want) < 64 {
			t.Errorf("pictures %d and %d are only %d bits apart", n, n+10, other.Distance(want))
		}
	}
}

func TestPDQOfAlmostNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []image.Rectangle{{}, image.Rect(0, 0, 4, 500), image.Rect(0, 0, 500, 4)} {
		if p, q := HashPDQ(image.NewNRGBA(r)); p != (PDQ{}) || q != 0 {
			t.Errorf("%v: hash %s, quality %d", r, p, q)
		}
	}
	if _, q := HashPDQ(image.NewUniform(color.White)); q != 0 {
		t.Error("a uniform plane has quality", q)
	}
	flat := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	draw.Draw(flat, flat.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	if _, q := HashPDQ(flat); q != 0 {
		t.Error("a white page has quality", q)
	}
}

func TestPDQText(t *testing.T) {
	t.Parallel()
	p, _ := HashPDQ(drawing(1))
	var back PDQ
	if err := back.UnmarshalText([]byte(strings.ToUpper(p.Hex()))); err != nil || back != p {
		t.Errorf("read back %v, %v", back, err)
	}
	for _, bad := range []string{"", "00", strings.Repeat("0", 63) + "g", strings.Repeat("0", 65)} {
		if _, err := ParsePDQ(bad); err == nil {
			t.Errorf("%q was taken for a PDQ", bad)
		}
	}
	if d := (PDQ{}).Distance(PDQ{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}); d != 256 {
		t.Errorf("distance of opposites is %d", d)
	}
}

func BenchmarkHashPDQ(b *testing.B) {
	img := drawing(0)
	b.SetBytes(int64(img.Rect.Dx() * img.Rect.Dy()))
	for b.Loop() {
		HashPDQ(img)
	}
}
