// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"testing"
)

// directory is a TIFF directory that says only how the picture must be turned.
func directory(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II\x2a\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00\x2a")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range [][4]uint16{{0x0100, 3, 1, 640}, {0x0112, 3, 1, orientation}} {
		b = order.AppendUint16(order.AppendUint16(b, e[0]), e[1])
		b = order.AppendUint32(b, uint32(e[2]))
		b = order.AppendUint16(order.AppendUint16(b, e[3]), 0)
	}
	return order.AppendUint32(b, 0)
}

func withExif(jpeg, exif []byte) []byte {
	body := append([]byte("Exif\x00\x00"), exif...)
	head := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(2+len(body)))
	return slices.Concat(head, body, jpeg[2:])
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	jpeg, png, webp := encoded(t, "jpeg", drawing(5)), encoded(t, "png", drawing(5)), picture(t, "film.webp")
	inPNG := func(exif []byte) []byte { return slices.Concat(png[:33], chunk("eXIf", exif), png[33:]) }
	inWebP := func(exif []byte) []byte {
		return append(binary.LittleEndian.AppendUint32(append(bytes.Clone(webp), "EXIF"...), uint32(len(exif))), exif...)
	}
	for want := 1; want <= 8; want++ {
		for _, exif := range [][]byte{directory(binary.BigEndian, uint16(want)), directory(binary.LittleEndian, uint16(want))} {
			for form, file := range map[string][]byte{"jpeg": withExif(jpeg, exif), "png": inPNG(exif), "webp": inWebP(exif), "tiff": exif} {
				if got := Orientation(file); got != want {
					t.Errorf("%s: orientation %d, want %d", form, got, want)
				}
			}
			if img, _, err := DecodeImage(bytes.NewReader(withExif(jpeg, exif)), Limits{}); err != nil || img.Bounds() != drawing(5).Rect {
				t.Errorf("orientation %d: %v", want, err)
			}
		}
	}
	good := directory(binary.BigEndian, 6)
	far := binary.BigEndian.AppendUint32([]byte("MM\x00\x2a"), 1<<31+5)
	for name, exif := range map[string][]byte{"nine": directory(binary.BigEndian, 9), "none": directory(binary.BigEndian, 0), "cut short": good[:30],
		"elsewhere": far, "empty": {}, "text": []byte("the 12:10"), "half a header": good[:6], "no entries": good[:9]} {
		if got := Orientation(withExif(jpeg, exif)); got != 1 {
			t.Errorf("%s: orientation %d", name, got)
		}
	}
}

// The variant and the turned picture agree up to rounding, for each orientation, and no other variant does.
func TestUprightIsTheTurnedPicture(t *testing.T) {
	t.Parallel()
	img := drawing(7) // 300 x 97
	variants, _ := HashVariants(img)
	for o := 1; o <= 8; o++ {
		turned := Turned(img, o)
		if size := turned.Bounds().Size(); (size == image.Pt(300, 97)) != (o < 5) {
			t.Errorf("orientation %d: size %v", o, size)
		}
		got, _ := HashPDQ(turned)
		for other := 1; other <= 8; other++ {
			if d := got.Distance(variants.Upright(other)); (d <= MatchRadius) != (o == other) {
				t.Errorf("turned by %d, variant %d: %d bits", o, other, d)
			}
		}
	}
	if back := Turned(Turned(img, 6), 8).(*image.NRGBA); !bytes.Equal(back.Pix, img.Pix) {
		t.Error("a quarter forth and back changed the picture")
	}
	scan := station(64, 48)
	if got, want := Turned(scan, 3).At(63, 47), scan.At(0, 0); !sameColour(got, want) {
		t.Errorf("%v became %v", want, got)
	}
}

func FuzzOrientation(f *testing.F) {
	jpeg := encoded(f, "jpeg", drawing(5))
	f.Add(withExif(jpeg, directory(binary.BigEndian, 6)))
	f.Add(directory(binary.LittleEndian, 3))
	f.Add(picture(f, "film.webp"))
	f.Add(picture(f, "film.apng"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := Orientation(data); o < 1 || o > 8 {
			t.Fatal("orientation", o)
		}
		if n := scans(data); n < 0 || n > maxScans+1 {
			t.Fatal("scans", n)
		}
	})
}
